"""Names for people in place of names for machines: titles as headers, labels instead of codes, in one language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from catalog.formats.columns import TEXT, Column
from catalog.formats.engine import text
from catalog.formats.reading import Typed
from catalog.model import Field
from catalog.vocabulary.codelists import CodeList

Labels = Mapping[str, str]
"""The label of each code."""

_CODED = frozenset({"string", "integer", "any", "year"})
_TOGETHER = 64
"""So many codes are compared one by one; more of them are told apart by how they begin."""


def headers(fields: Sequence[Field], language: str) -> tuple[str, ...]:
    """The titles of the columns in a language ("ja", "en"), their names where they have none; "name" gives the names.

    Two columns of one title are told apart by their names.
    """
    if language == "name":
        return tuple(each.name for each in fields)
    titles = [each.title.within(language) or each.name for each in fields]
    again = Counter(titles)
    return tuple(title if again[title] == 1 else f"{title} ({each.name})" for title, each in zip(titles, fields, strict=True))


def labels_of(fields: Sequence[Field], codelists: Mapping[str, CodeList], language: str) -> dict[int, Labels]:
    """The labels of the codes of each coded column, by its position; none for "code"."""
    if language == "code":
        return {}
    found = {index: _known(each, codelists, language) for index, each in enumerate(fields) if each.type in _CODED}
    return {index: labels for index, labels in found.items() if labels}


def _known(field: Field, codelists: Mapping[str, CodeList], language: str) -> Labels:
    """By the code list of a field, else by its own categories, which have one label for every language (Table Schema v2)."""
    codelist = codelists.get(field.definition.codelist)
    if codelist is not None:
        return {each.code: each.label.within(language) or each.code for each in codelist.concepts}
    categories = [each for each in field.options.get("categories") or () if isinstance(each, Mapping)]
    return {str(each["value"]): str(each["label"]) for each in categories if each.get("label") and "value" in each}


def labelled(table: Typed, labels: Mapping[int, Labels]) -> Typed:
    """The same table with labels for codes; a value that is no code of the list stays as it is."""
    if not labels:
        return table
    values, columns = [], list(table.columns)
    for index, column in enumerate(columns):
        x = f"v{index}"
        if index in labels:
            written = x if column.type == TEXT else f"{x}::VARCHAR"
            x = f"coalesce({_looked_up(written, labels[index])}, {written})"
            columns[index] = Column(column.name, TEXT, replace(column.field, type="string", format="default"))
        values.append(f"{x} AS v{index}")
    return replace(table, columns=tuple(columns), relation=f"(SELECT {', '.join(values)} FROM {table.relation})")


def _looked_up(x: str, labels: Labels, depth: int = 1) -> str:
    """SQL of the label of a code, NULL for what is none; a join would lose the order of the rows."""
    if len(labels) <= _TOGETHER:
        chosen = " ".join(f"WHEN {text(code)} THEN {text(label)}" for code, label in labels.items())
        return f"(CASE {x} {chosen} END)" if labels else "NULL"
    groups: dict[str, dict[str, str]] = {}
    for code, label in labels.items():
        groups.setdefault(code[:depth], {})[code] = label
    if len(groups) == 1:
        return _looked_up(x, labels, depth + 1)
    chosen = " ".join(f"WHEN {text(head)} THEN {_looked_up(x, each, depth + 1)}" for head, each in groups.items())
    return f"(CASE left({x}, {depth}) {chosen} END)"
