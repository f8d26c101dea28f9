"""Code lists and standards as plain values, for pages (``presenting`` has the same for what is published)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from catalog import standards, words
from catalog.dcat import shipped
from catalog.dcat.definitions import conditions_of, paragraph_of, standard_column_name, sureness_of
from catalog.messages.wording import _
from catalog.model import Definition, Field, Schema, Source, Text
from catalog.store import Use
from catalog.vocabulary.codelists import CodeList, Concept
from catalog.web import presenting
from catalog.web.presenting import Links, Shown, text, texts
from catalog.words import said

Finder = Callable[[str], CodeList | None]
"""Finds a code list by name, or None."""

_ORIGINS = {
    "national": _("Laid down by the national government."),
    "observed": _("Laid down by this catalogue, after data that others had published."),
}
_FORMS = {
    "plain": _("One table with plain column names."),
    "prefixed": _("Column names carry the table's prefix, and a companion table of another standard has the rest of a record."),
    "package": _("Several tables that belong together."),
}


def codelist(value: CodeList, shown: Sequence[Concept], links: Links, find: Finder) -> Shown:
    """A list with some of its concepts. ``find`` finds the lists that it points at."""
    return {
        "name": value.name,
        "url": links.pages.codelist(value.name),
        "title": text(words.sample(value.title) if value.sample else value.title),
        "description": text(value.description),
        "note": text(value.note),
        "citation": text(value.citation),
        "sources": list(value.sources),
        "license": value.license,
        "sample": value.sample,
        "ordered": value.ordered,
        "parts": [named(each, links, find) for each in value.parts],
        "count": len(value.concepts),
        "concepts": [concept(each, links, find) for each in shown],
    }


def named(name: str, links: Links, find: Finder) -> Shown:
    """A list by its name, with its title and address where it is known."""
    found = find(name)
    url = links.pages.codelist(name) if found else ""
    return {"name": name, "title": text(found.title if found else Text()), "url": url}


def concept(value: Concept, links: Links, find: Finder) -> Shown:
    """One code."""
    return {
        "code": value.code,
        "url": links.pages.concept(value.codelist, value.code),
        "label": text(value.label),
        "definition": text(value.definition),
        "bounds": text(bounds_of(value)),
        "broader": _broader(value, links, find),
        "validFrom": value.valid_from.isoformat() if value.valid_from else "",
        "validUntil": value.valid_until.isoformat() if value.valid_until else "",
        "exactMatch": list(value.exact_match),
        "closeMatch": list(value.close_match),
        "broadMatch": list(value.broad_match),
        "altLabels": [{"text": each.text, "language": each.language} for each in value.alt_labels],
    }


def _broader(value: Concept, links: Links, find: Finder) -> Shown | None:
    if not value.broader:
        return None
    home = find(value.broader_codelist)
    found = home.find(value.broader) if home else None
    return {
        "code": value.broader,
        "label": text(found.label if found else Text()),
        "url": links.pages.concept(value.broader_codelist, value.broader) if found else "",
    }


def bounds_of(value: Concept) -> Text:
    """A band in words, half-open: the lower bound belongs to it, the upper one does not. Empty for a code that is no band."""
    if value.lower is not None and value.upper is not None:
        return said(_("%(lower)s or more, less than %(upper)s"), lower=_figure(value.lower), upper=_figure(value.upper))
    if value.lower is not None:
        return said(_("%(value)s or more"), value=_figure(value.lower))
    return said(_("less than %(value)s"), value=_figure(value.upper)) if value.upper is not None else Text()


def _figure(value: Decimal) -> str:
    return f"{value:,f}"


def values_of(field: Field, found: CodeList | None, links: Links, find: Finder, known: Callable[[Concept], bool]) -> list[Shown]:
    """The allowed values of a column, each with all that its code list says of it; ``known`` are those that have a page."""
    shown = []
    for value, label in words.allowed_values(field, found):
        listed = found.find(value) if found else None
        plain = {"code": value, "label": text(label), "definition": text(Text()), "bounds": text(Text())}
        one = concept(listed, links, find) if listed else plain
        shown.append(one if listed and known(listed) else one | {"url": ""})
    return shown


def use(value: Use, links: Links) -> Shown:
    """A table that follows a standard, or a column that has the codes of a list."""
    title = words.sample(value.title) if value.sample else value.title
    schema = links.pages.schema(value.dataset, value.resource)
    return {
        "dataset": {"id": value.dataset, "title": text(title), "url": links.pages.dataset(value.dataset)},
        "table": value.resource,
        "field": value.field,
        "url": links.pages.field(value.dataset, value.resource, value.field) if value.field else schema,
    }


def standard_in_brief(value: standards.Standard, links: Links, followers: int) -> Shown:
    """One line of the list of standards."""
    return {
        "id": value.slug,
        "url": links.pages.standard(value.slug),
        "title": text(value.title),
        "description": text(value.description),
        "edition": value.edition,
        "origin": value.origin,
        "form": value.form,
        "tables": len(value.tables),
        "columns": sum(len(each.columns) for each in value.tables),
        "order": value.status.order,
        "obligations": value.status.obligations,
        "followers": followers,
    }


def standard(value: standards.Standard, links: Links) -> Shown:
    """One edition of a standard with its columns."""
    editions = shipped.editions().editions(value.slug)
    companion = value.companion
    return {
        "id": value.slug,
        "url": links.pages.standard(value.slug),
        "title": text(value.title),
        "description": text(value.description),
        "edition": value.edition,
        "current": value.edition == editions[-1],
        "editions": [
            {"edition": each, "url": links.pages.path("standard", value.slug, edition="" if each == editions[-1] else each)}
            for each in reversed(editions)
        ],
        "number": value.number,
        "originInWords": text(said(_ORIGINS[value.origin])),
        "formInWords": text(said(_FORMS[value.form])),
        "source": _source(value.source),
        "order": value.status.order,
        "obligations": value.status.obligations,
        "surenessInWords": texts(sureness_of(value)),
        "evidence": text(value.status.evidence),
        "doubts": texts(value.status.doubts),
        "companion": {
            "title": text(shipped.editions().standard(companion.standard).title),
            "url": links.pages.standard(companion.standard),
            "column": companion.column,
            "reference": companion.reference,
        }
        if companion
        else None,
        "tables": [_table(value, each, links) for each in value.tables],
    }


def _source(value: Source) -> Shown:
    return {"title": value.title, "path": value.path, "version": value.version}


def _table(value: standards.Standard, table: standards.Table, links: Links) -> Shown:
    schema = Schema(fields=(), primary_key=table.primary_key, unique_keys=table.unique_keys)
    whole = Field(name=table.name, definition=Definition(obligation=table.obligation))
    keys = (*words.keys_of(schema), *(words.foreign_key(each, table.name) for each in table.foreign_keys))
    return {
        "name": table.name,
        "title": text(table.title),
        "description": text(table.description),
        "file": table.file,
        "obligation": table.obligation,
        "obligationInWords": text(words.obligation_of(whole)),
        "condition": text(table.condition),
        "keysInWords": texts(keys),
        "columns": [_column(value, table, each, links) for each in table.columns],
    }


def _column(value: standards.Standard, table: standards.Table, column: standards.Column, links: Links) -> Shown:
    listed = column.field.definition.codelist
    return {
        "order": column.order,
        "name": column.name,
        "url": links.pages.standard_field(value.slug, standard_column_name(value, table, column)),
        "title": text(column.field.title),
        "obligation": column.obligation,
        "obligationInWords": text(words.obligation_of(column.field)),
        "typeInWords": text(words.type_of(column.field)),
        "unit": column.field.definition.unit,
        "codelist": named(listed, links, shipped.codelist) if listed else None,
        "aliases": list(column.aliases),
    }


def standard_field(found: shipped.StandardColumn, links: Links) -> Shown:
    """One column of a standard, in the form of a published one, with what only a standard says."""
    value, field = found.standard, found.column.field
    listed = shipped.codelist(field.definition.codelist)
    missing = Schema(fields=()).missing_values if field.missing_values is None else field.missing_values
    section, source = paragraph_of(value, found.column)
    shown = presenting.column(field, listed, missing)
    shown["url"] = links.pages.standard_field(value.slug, standard_column_name(value, found.table, found.column))
    shown["definition"] |= {
        "section": section,
        "source": source,
        "codelistUrl": links.pages.codelist(listed.name) if listed else "",
    }
    return shown | {
        "identifier": found.column.identifier,
        "aliases": list(found.column.aliases),
        "conditionsInWords": texts(conditions_of(found.column)),
    }
