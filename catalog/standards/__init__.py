"""Standards that tables follow: their columns, editions, other spellings of their columns, and how sure all that is.

``nouns`` holds the values and matches headers, ``reading`` makes them from ``vocab/standards``, ``checking`` holds
published tables against them, ``rendering`` writes them as Table Schema and as plain data for people and programs.
Light: nothing here imports a heavy library. ``docs/standards.md`` says how a standard is written.
"""

from catalog.standards.checking import check_package, check_table, fits, table_of
from catalog.standards.nouns import Column, Companion, HeaderMatch, Standard, Status, Table
from catalog.standards.reading import Standards, check_standards
from catalog.standards.rendering import as_json, listing, schema_json

__all__ = [
    "Column",
    "Companion",
    "HeaderMatch",
    "Standard",
    "Standards",
    "Status",
    "Table",
    "as_json",
    "check_package",
    "check_standards",
    "check_table",
    "fits",
    "listing",
    "schema_json",
    "table_of",
]
