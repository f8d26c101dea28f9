"""The code lists and standards that come with the product, by their addresses: looked up, never taken apart.

Nothing is read before it is asked for, and rdflib comes with the first list that is read, so serving other pages stays light.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog import standards
from catalog.dcat.definitions import standard_column_name
from catalog.standards.reading import shipped as standards_folder
from catalog.vocabulary.codelists import FOLDER, CodeList, Concept, Reading, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardColumn:
    """A column of a standard with the edition and the table that define it."""

    standard: standards.Standard
    table: standards.Table
    column: standards.Column


@cache
def vocabulary() -> Vocabulary:
    """The shipped code lists; each file is read when its list is asked for."""
    return Vocabulary(_read, standards_folder().parent / FOLDER)


def _read(path: Path) -> Reading:
    from catalog.vocabulary.reading import read  # noqa: PLC0415  rdflib is only needed where a list is really read

    return read(path)


@cache
def editions() -> standards.Standards:
    """The shipped standards in all editions, read once."""
    return standards.Standards.load()


def codelist(name: str) -> CodeList | None:
    """The shipped list at ``codelist/<name>``, or None."""
    return vocabulary().codelist(name) if name in vocabulary().names() else None


def concept(address: str) -> tuple[CodeList, Concept] | None:
    """The shipped list and its concept at ``concept/<address>``, or None.

    Names and codes both have hyphens, so every list whose name the address begins with is asked.
    """
    for name in vocabulary().names():
        if address.startswith(f"{name}-"):
            found = vocabulary().codelist(name)
            one = found.find(address.removeprefix(f"{name}-"))
            if one is not None and one.codelist == name:
                return found, one
    return None


def standard(slug: str, edition: str = "") -> standards.Standard | None:
    """The standard at ``standard/<slug>``, or None; without ``edition`` the current one. NotFound("edition-unknown")."""
    return editions().standard(slug, edition) if slug in editions().names() else None


def standard_column(address: str) -> StandardColumn | None:
    """The column at ``field/<address>``, as the newest edition that has it defines it, or None."""
    return standard_columns().get(address)


@cache
def standard_columns() -> dict[str, StandardColumn]:
    """Every column of every standard by the rest of its address after ``field/``, as the newest edition defines it."""
    found: dict[str, StandardColumn] = {}
    for each in editions():  # the oldest edition first
        for table in each.tables:
            for column in table.columns:
                address = f"standard-{each.slug}-{standard_column_name(each, table, column)}"
                found[address] = StandardColumn(standard=each, table=table, column=column)
    return found


def known(address: str) -> bool:
    """Whether a flat address ("codelist/…", "concept/…", "standard/…", "field/…") belongs to something that is shipped."""
    kind, _, rest = address.partition("/")
    match kind:
        case "codelist":
            return rest in vocabulary().names()
        case "concept":
            return concept(rest) is not None
        case "standard":
            return rest in editions().names()
        case "field":
            return rest.startswith("standard-") and standard_column(rest) is not None
    return False
