"""How a published table and its columns come about, in words: what the page of a column shows beside its rules.

No pandas here. Columns are called by the titles of the raw package where it is known, values by their code lists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.derivation.conditions import where_of
from catalog.derivation.labels import PLAIN, Labels, Titled, filled, listed, plain, quoted, sentences
from catalog.derivation.rules import Rule, rules_of
from catalog.errors import NotFound, Refusal
from catalog.messages.derivation import SENTENCES
from catalog.model import Field, Package, Resource, Text
from catalog.vocabulary.codelists import CodeList

CodeListOf = Callable[[str], CodeList]
"""Finds a code list by name; may raise NotFound or Refusal, and then values are shown as they are spelled."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A derived table in words, and for each column its rules with a sentence each."""

    table: Text
    columns: Mapping[str, tuple[tuple[Rule, Text], ...]]


def explain(resource: Resource, raw: Package | None = None, codelist: CodeListOf | None = None) -> Explanation | None:
    """The derivation of a table for readers, or None where it is not derived.

    ``raw`` gives titles to columns, ``codelist`` labels to codes. Rules that cannot be read are left out: such a package
    is refused before it is published.
    """
    if not resource.derivation or resource.schema is None:
        return None
    columns = {}
    for field in resource.schema.fields:
        labels = _labels(resource, field, raw, codelist)
        try:
            rules = rules_of(field.definition.derivation)
        except Refusal:
            continue
        columns[field.name] = tuple((rule, rule.sentence(labels)) for rule in rules)
    return Explanation(_table(resource, _labels(resource, None, raw, codelist), raw), columns)


def _table(resource: Resource, labels: Labels, raw: Package | None) -> Text:
    source = str(resource.derivation.get("from", ""))
    table = quoted(_title(raw, source))
    group_by = resource.derivation.get("groupBy", ())
    if group_by and resource.schema is not None:
        titles = {each.name: each.title or plain(each.name) for each in resource.schema.fields}
        columns = listed(quoted(titles.get(name, plain(name))) for name in group_by)
        parts = [filled(SENTENCES["table-grouped"], columns=columns, table=table)]
    else:
        parts = [filled(SENTENCES["table"], table=table)]
    if resource.derivation.get("where"):
        where, _findings = where_of(resource.derivation["where"], "")
        parts.append(filled(SENTENCES["only-where"], where=where.sentence(labels)))
    return sentences(parts)


def _title(raw: Package | None, table: str) -> Text:
    for each in raw.tables() if raw else ():
        if each.name == table and each.title:
            return each.title
    return plain(table)


def _labels(resource: Resource, field: Field | None, raw: Package | None, codelist: CodeListOf | None) -> Labels:
    if raw is None and codelist is None:
        return PLAIN
    lists = _Lists(codelist)
    titles: dict[tuple[str, str], Text] = {}
    values: dict[tuple[str, str], Mapping[str, Text]] = {}
    for table in raw.tables() if raw else ():
        for each in table.schema.fields if table.schema else ():
            titles[table.name, each.name] = each.title or plain(each.name)
            values[table.name, each.name] = lists.codes(each.definition.codelist)
    if field is not None:
        values["", ""] = lists.codes(field.definition.codelist)
    tables = {each.name: each.title for each in raw.tables() if each.title} if raw else {}
    return Titled(titles, tables, values, lists.title, str(resource.derivation.get("from", "")))


@dataclass(frozen=True, slots=True)
class _Lists:
    """Code lists, as far as they can be found."""

    find: CodeListOf | None

    def _found(self, name: str) -> CodeList | None:
        try:
            return self.find(name) if self.find is not None and name else None
        except (NotFound, Refusal):
            return None

    def title(self, name: str) -> Text:
        """The title of a list, or nothing."""
        found = self._found(name)
        return found.title if found else Text()

    def codes(self, name: str) -> Mapping[str, Text]:
        """The labels of a list's codes."""
        found = self._found(name)
        return {each.code: each.label for each in found.concepts} if found else {}
