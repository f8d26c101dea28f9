"""CKAN's action API for reading, as its clients and harvesters ask it; docs/interop.md."""
