"""What a steward sends: a file to be checked, a package to be published; docs/check.md, docs/publishing.md."""
