"""A messy file of a city -> a table of a standard, a package around it, and a log of every cell that was changed.

``clean_bytes`` does the work and touches nothing; ``clean`` reads a file for it, ``write`` writes what came of it. The way
through: ``reading`` (bytes -> cells), ``headers`` (where the table begins), ``subjects`` (what a column holds), ``repairs``
(the rules), ``conformed`` (the table), ``metadata`` and ``packaging`` (the package). docs/conforming.md describes the rules.
"""

from pathlib import Path

from catalog.conforming.changes import Change
from catalog.conforming.cleaning import Cleaned, Library, Options, clean_bytes
from catalog.conforming.reading import FILE_BYTES
from catalog.errors import Finding, Place, Refusal
from catalog.scaffolding import occupied, write_whole

__all__ = ["Change", "Cleaned", "Library", "Options", "clean", "clean_bytes", "write"]


def clean(file: Path, options: Options, library: Library) -> Cleaned:
    """``clean_bytes`` of a file. Raises what that raises, and Refusal("clean-file") where there is no file to read."""
    place = Place(file=file.name)
    try:
        if not file.is_file():
            raise Refusal(Finding(code="clean-file", place=place))
        if file.stat().st_size > FILE_BYTES:
            raise Refusal(Finding(code="file-too-large", place=place, expected=f"{FILE_BYTES:,}"))
        data = file.read_bytes()
    except OSError:
        raise Refusal(Finding(code="clean-file", place=place)) from None
    return clean_bytes(file.name, data, options, library)


def write(cleaned: Cleaned, folder: Path) -> tuple[str, ...]:
    """Write the package and its records into ``folder``, which must be absent or empty: as a whole or not at all.

    Answers the paths. Raises Refusal ("folder-not-empty", "folder-unwritable"); then the folder is as it was.
    """
    if findings := occupied(folder):
        raise Refusal(*findings)
    contents = {**cleaned.files, **cleaned.records()}
    write_whole(contents, folder)
    return tuple(contents)
