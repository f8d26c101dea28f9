"""The table beside a long list: rows of CSV that say what Turtle would, in a form that loads ten times as fast.

The list's Turtle file describes the table in CSVW terms (W3C, Tabular Data on the Web, 2015): the name of each column,
the predicate that it states, and for addresses a URI template (RFC 6570: ``{code}`` and the prefix ``{code:2}``).
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from catalog.vocabulary.assembling import UNWRITABLE, Homes, Problems
from catalog.vocabulary.terms import BASE, BROADER, CONCEPT_TERMS, NOTATION, Properties, Value

_EXPRESSION = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::([1-9][0-9]?))?\}")


class Column(NamedTuple):
    """One csvw:Column. A virtual one is not in the file: its ``template`` makes an address from the others.

    Without a ``predicate`` (csvw:suppressOutput) a column only feeds templates.
    """

    name: str
    predicate: str
    language: str = ""
    template: str = ""
    separator: str = ""


class Table(NamedTuple):
    """A csvw:Table: the address of each row's concept and the columns in order, virtual ones last."""

    about: str
    columns: tuple[Column, ...]


class Row(NamedTuple):
    """A row as statements: its number (the header is 1), what it says, and the (list, code) of the concepts it points at."""

    number: int
    said: Properties
    homes: Homes


Expand = Callable[[Sequence[str]], str]
_Cell = Callable[[Sequence[str]], list[Value]]


def rows_of(path: Path, table: Table, problems: Problems) -> Iterator[Row]:
    """The rows of a table. The header has to name the columns exactly; a row with another number of cells is a finding.

    Raises ValueError where the bytes are not UTF-8, csv.Error where they are not CSV.
    """
    names = [each.name for each in table.columns if not each.template]
    text = path.read_bytes().decode("utf-8-sig")
    if unwritable := UNWRITABLE.search(text):
        problems.unwritable(unwritable, text.count("\n", 0, unwritable.start()) + 1)
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    if header != names:
        problems.add("table-header", row=1, found=",".join(header), expected=",".join(names), table=path.name)
        return
    cells = tuple((each.predicate, _cell(each, names)) for each in table.columns if each.predicate)
    below = _below(table, names)
    for number, row in enumerate(reader, start=2):
        if len(row) != len(names):
            problems.add("table-cells", row=number, found=str(len(row)), expected=str(len(names)), table=path.name)
            continue
        said: Properties = {}
        for predicate, cell in cells:
            if values := cell(row):
                said[predicate] = said[predicate] + values if predicate in said else values
        homes = {value.text: below(row) for value in said.get(BROADER, ())}
        yield Row(number, said, homes)


def fits(table: Table, codelist: str) -> bool:
    """Whether a description can be used: addresses made from the code, known predicates, templates of known columns."""
    names = {each.name for each in table.columns if not each.template}
    predicates = {"", *(each.predicate for each in CONCEPT_TERMS)}
    wanted = {name for each in table.columns for name, _length in _EXPRESSION.findall(each.template)}
    codes = [f"concept/{codelist}-{{{each.name}}}" for each in table.columns if each.predicate == NOTATION]
    return codes == [table.about] and wanted <= names and all(each.predicate in predicates for each in table.columns)


def _escape(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def _cell(column: Column, names: list[str]) -> _Cell:
    if column.template:
        expand = _expander(column.template, names)
        absolute = "" if ":" in column.template.partition("/")[0] else BASE
        return lambda row: [Value(absolute + filled, iri=True)] if (filled := expand(row)) else []
    place, language, separator = names.index(column.name), column.language, column.separator
    if separator:
        return lambda row: [Value(each, language) for each in row[place].split(separator) if each]
    return lambda row: [Value(row[place], language)] if row[place] else []


def _expander(template: str, names: list[str], *, escape: Callable[[str], str] = _escape) -> Expand:
    """The template as a function of a row; "" where a column that it needs is empty, so that nothing is stated."""
    parts = _EXPRESSION.split(template)
    literals = parts[0::3]
    slots = [(names.index(name), int(length) if length else None) for name, length in zip(parts[1::3], parts[2::3], strict=True)]

    def expand(row: Sequence[str]) -> str:
        filled = [literals[0]]
        for (place, length), literal in zip(slots, literals[1:], strict=True):
            if not row[place]:
                return ""
            filled += (escape(row[place][:length]), literal)
        return "".join(filled)

    return expand


def _below(table: Table, names: list[str]) -> Callable[[Sequence[str]], tuple[str, str]]:
    """The (list, code) of the broader concept: the template ``concept/<list>-{column}`` says both."""
    template = next((each.template for each in table.columns if each.predicate == BROADER), "")
    head, brace, expression = template.partition("{")
    expand = _expander(brace + expression, names, escape=str)
    codelist = head.removeprefix("concept/").removesuffix("-")
    return lambda row: (codelist, expand(row))
