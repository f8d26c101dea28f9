"""Definitions in plain words, in both languages: types, constraints, keys, codes that people do not read."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from catalog.messages import translate
from catalog.messages.dcat import SAMPLE_TITLE
from catalog.messages.wording import _
from catalog.model import Field, ForeignKey, Resource, Schema, Text
from catalog.vocabulary.codelists import ENUM_LIMIT, CodeList

_TYPES: Mapping[str, str] = {
    "string": _("text"),
    "integer": _("whole number"),
    "number": _("number"),
    "boolean": _("true or false"),
    "date": _("date"),
    "time": _("time of day"),
    "datetime": _("date and time"),
    "year": _("year"),
    "yearmonth": _("year and month"),
    "duration": _("duration (ISO 8601)"),
    "geopoint": _("point (longitude, latitude)"),
    "geojson": _("GeoJSON shape"),
    "object": _("JSON object"),
    "array": _("JSON array"),
    "list": _("list of values"),
    "any": _("any value"),
}
_FORMATS: Mapping[tuple[str, str], str] = {
    ("date", "default"): "YYYY-MM-DD",
    ("time", "default"): "hh:mm:ss",
    ("datetime", "default"): "YYYY-MM-DDThh:mm:ssZ",
    ("year", "default"): "YYYY",
    ("yearmonth", "default"): "YYYY-MM",
    ("string", "email"): _("e-mail address"),
    ("string", "uri"): _("address (URI)"),
    ("string", "uuid"): "UUID",
    ("string", "binary"): "Base64",
}
_CONSTRAINTS: Mapping[str, str] = {
    "minLength": _("at least %(value)s characters"),
    "maxLength": _("at most %(value)s characters"),
    "minimum": _("%(value)s or more"),
    "maximum": _("%(value)s or less"),
    "exclusiveMinimum": _("more than %(value)s"),
    "exclusiveMaximum": _("less than %(value)s"),
    "pattern": _("matches the pattern %(value)s"),
}
_OBLIGATIONS: Mapping[str, str] = {"mandatory": _("mandatory"), "recommended": _("recommended"), "optional": _("optional")}
_FREQUENCIES: Mapping[str, str] = {
    "ANNUAL": _("once a year"),
    "ANNUAL_2": _("twice a year"),
    "QUARTERLY": _("every three months"),
    "MONTHLY": _("every month"),
    "WEEKLY": _("every week"),
    "DAILY": _("every day"),
    "CONT": _("continuously"),
    "UPDATE_CONT": _("continuously"),
    "IRREG": _("when needed"),
    "NEVER": _("never"),
    "NOT_PLANNED": _("no update is planned"),
    "UNKNOWN": _("unknown"),
}
_THEMES: Mapping[str, str] = {
    "AGRI": _("Agriculture, fisheries, forestry and food"),
    "ECON": _("Economy and finance"),
    "EDUC": _("Education, culture and sport"),
    "ENER": _("Energy"),
    "ENVI": _("The environment"),
    "GOVE": _("Government and public sector"),
    "HEAL": _("Health"),
    "INTR": _("International issues"),
    "JUST": _("Justice, legal system and public safety"),
    "REGI": _("Regions and cities"),
    "SOCI": _("Population and society"),
    "TECH": _("Science and technology"),
    "TRAN": _("Transport"),
}
Words = tuple[Text, ...]


def said(text: str, **details: Any) -> Text:
    """A marked text in both languages, its placeholders filled; a Text among the details speaks its own language."""

    def within(language: str) -> str:
        filled = {name: each.within(language) if isinstance(each, Text) else each for name, each in details.items()}
        return translate(text, language) % filled if filled else translate(text, language)

    return Text(ja=within("ja"), en=within("en"))


def type_of(field: Field) -> Text:
    """The type as people say it, with its form where it has one."""
    name = said(_TYPES[field.type]) if field.type in _TYPES else Text(ja=field.type, en=field.type)
    form = _FORMATS.get((field.type, field.format), "" if field.format == "default" else field.format)
    return said(_("%(type)s (%(form)s)"), type=name, form=said(form)) if form else name


def constraints_of(field: Field) -> Words:
    """Every constraint as one sentence part; a list of allowed values stands apart (``allowed_values``)."""
    found: list[Text] = []
    if field.constraints.get("required"):
        found.append(said(_("never empty")))
    if field.constraints.get("unique"):
        found.append(said(_("each value once")))
    for name, value in field.constraints.items():
        if name in _CONSTRAINTS:
            found.append(said(_CONSTRAINTS[name], value=value))
        elif name not in {"required", "unique", "enum"}:
            found.append(Text(ja=f"{name}: {value}", en=f"{name}: {value}"))
    return tuple(found)


def allowed_values(field: Field, codelist: CodeList | None = None) -> tuple[tuple[str, Text], ...]:
    """The allowed values with what they mean, by the code list or by the field's ``categories``.

    Without an ``enum`` these are the codes of the list, as long as there are few enough to be read.
    """
    labels = {_value_of(each): _label_of(each) for each in field.options.get("categories") or ()}
    if codelist is not None:
        labels = {each.code: each.label for each in codelist.concepts}
    values = [str(each) for each in field.constraints.get("enum") or ()] or list(labels)
    return tuple((each, labels.get(each, Text())) for each in values if len(values) <= ENUM_LIMIT)


def _value_of(category: Any) -> str:
    return str(category.get("value", "")) if isinstance(category, Mapping) else str(category)


def _label_of(category: Any) -> Text:
    """A category has one label, in whatever language: both readers get it."""
    label = str(category.get("label", "")) if isinstance(category, Mapping) else ""
    return Text(ja=label, en=label)


def missing_of(field: Field, table: Resource) -> tuple[str, ...]:
    """The texts that stand for "no value" in this column: its own, or those of the table."""
    if field.missing_values is not None:
        return field.missing_values
    return table.schema.missing_values if table.schema else ()


def obligation_of(field: Field) -> Text:
    """How strongly the column is asked for, or an empty text."""
    return said(_OBLIGATIONS[field.definition.obligation]) if field.definition.obligation else Text()


def foreign_key(key: ForeignKey, table: str) -> Text:
    """A foreign key as a sentence."""
    fields, reference = listed(key.fields), listed(key.reference_fields)
    target = key.resource or table
    return said(
        _("Each value of %(fields)s is found in %(reference)s of the table %(table)s."),
        fields=fields,
        reference=reference,
        table=target,
    )


def keys_of(schema: Schema) -> Words:
    """Primary and unique keys as sentences."""
    found = [said(_("%(fields)s identifies a row."), fields=listed(schema.primary_key))] if schema.primary_key else []
    found += [said(_("No two rows are alike in %(fields)s."), fields=listed(each)) for each in schema.unique_keys]
    return tuple(found)


def listed(names: Iterable[str]) -> Text:
    """Names as a list within a sentence."""
    names = list(names)
    return Text(ja="・".join(names), en=", ".join(names))


def frequency_of(code: str) -> Text:
    """An update frequency of the EU list, in words where it is a usual one."""
    return _coded(_FREQUENCIES, code)


def themes_of(codes: Sequence[str]) -> Words:
    """Themes of the EU list, in words."""
    return tuple(map(_theme, codes))


@lru_cache(maxsize=256)  # lists of datasets name them over and over
def _theme(code: str) -> Text:
    return _coded(_THEMES, code)


def _coded(words: Mapping[str, str], code: str) -> Text:
    return said(words[code]) if code in words else Text(ja=code, en=code)


def sample(title: Text) -> Text:
    """The title of a sample: marked in each language that it has, once."""
    return Text(ja=_marked(title.ja, "ja"), en=_marked(title.en, "en"))


def _marked(title: str, language: str) -> str:
    pattern = translate(SAMPLE_TITLE, language)
    return pattern % {"title": title} if title and not title.startswith((pattern % {"title": ""}).strip()) else title
