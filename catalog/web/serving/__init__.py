"""How the application stands on a server: hosts, limits, logs, long transfers; docs/deployment.md."""
