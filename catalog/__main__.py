"""``python -m catalog``: the command line where its script is not on the path."""

from catalog.cli import main

main()
