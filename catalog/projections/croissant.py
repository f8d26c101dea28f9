"""Croissant 1.1 (MLCommons): a dataset as files and typed record sets, for programs of machine learning.

Names and descriptions are language maps; ids are relative to the address of the document: a file by its name, a record set by
its table's, a field as ``<table>/<column>``. A column's type is one that its cells can be read as by themselves: where another
date pattern, digit grouping or a text for "no value" stands in the cells, they are text. Keys between tables are left to CSVW
and the Data Package: the reader of MLCommons (mlcroissant 1.1) joins wherever it meets one, and gives no rows the second time.
"""

from collections.abc import Mapping
from urllib.parse import quote

from catalog.dcat.nouns import Agent
from catalog.model import Field, Resource, Text
from catalog.projections.record import File, Record, Shown, only, without_empty
from catalog.vocabulary.codelists import ENUM_LIMIT, CodeList
from catalog.words import missing_of

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
_TERMS = (
    "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract", "field",
    "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "readLines", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "sdVersion",
    "separator", "source", "subField", "transform", "unArchive", "value",
)  # fmt: skip
CONTEXT: Shown = {
    "@language": "ja",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{each: f"cr:{each}" for each in _TERMS},
}
"""The context of the specification's appendix; names and descriptions may be said in several languages."""
_TYPES: Mapping[str, str] = {
    "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date", "time": "sc:Time",
    "datetime": "sc:DateTime", "year": "sc:Integer",
}  # fmt: skip
_TEXT = "sc:Text"
_WRITTEN_OTHERWISE = frozenset({"bareNumber", "decimalChar", "groupChar", "trueValues", "falseValues"})
_NO_VALUE = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None"})
"""Texts that programs read as "no value" without being told (the defaults of pandas)."""


def dataset(record: Record) -> Shown:
    """The dataset with its files, one record set a table, and one a code list that its columns use."""
    noun, publication = record.dataset, record.publication
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "name": texts(noun.title),
            "conformsTo": CONFORMS_TO,
            "description": texts(noun.description),
            "license": only(record.license_addresses()),
            "url": noun.iri,
            "identifier": noun.identifier,
            "creator": only([_agent(each) for each in record.creators]),
            "publisher": _agent(record.publisher),
            "datePublished": publication.issued,
            "dateModified": publication.modified,
            "version": f"{publication.version}.0.0",
            "keywords": sorted(noun.keywords | noun.keywords_en),
            "inLanguage": [each for each in ("ja", "en") if getattr(noun.title, each)],
            "citeAs": _citation(record),
            "sameAs": noun.landing_page if noun.landing_page != noun.iri else "",
            "sdLicense": record.catalog.license.iri if record.catalog.license else "",
            "isLiveDataset": False,
            "distribution": [_file(each) for each in record.files],
            "recordSet": [
                *(_record_set(record, each) for each in record.files if each.schema is not None),
                *(_codelist(each) for each in _codelists(record)),
            ],
        }
    )


def texts(value: Text) -> Shown:
    """A text as a language map."""
    return {language: text for language, text in (("ja", value.ja), ("en", value.en)) if text}


def _agent(value: Agent) -> Shown:
    return without_empty({"@type": "sc:Organization", "name": str(value.name), "url": value.homepage or value.iri})


def _citation(record: Record) -> str:
    """Who, what, which version, where: as a reader would cite it."""
    noun = record.dataset
    who = "、".join(str(each.name) for each in record.creators)
    return f"{who}「{noun.title}」第{noun.version}版（{record.publication.modified[:10]}）{noun.iri}"


def _id(*parts: str) -> str:
    """A relative IRI: letters of every script stay, blanks and what IRIs reserve are percent-encoded."""
    return "/".join("".join(each if _stays(each) else quote(each, safe="") for each in part) for part in parts)


def _stays(character: str) -> bool:
    return character.isalnum() or character in "-._~"


def _file(file: File) -> Shown:
    noun = file.distribution
    return without_empty(
        {
            "@type": "cr:FileObject",
            "@id": _id(file.stored.path.rpartition("/")[2] if file.schema is None else file.stored.path),
            "name": file.stored.path.rpartition("/")[2],
            "description": texts(noun.description),
            "contentUrl": noun.download_url,
            "contentSize": f"{file.stored.bytes} B",
            "encodingFormat": file.format.media_type,
            "sha256": file.stored.sha256,
        }
    )


def _record_set(record: Record, file: File) -> Shown:
    resource, schema = file.resource, file.schema
    assert resource is not None, "a table is a resource"
    assert schema is not None, "a table has a schema"
    return without_empty(
        {
            "@type": "cr:RecordSet",
            "@id": _id(resource.name),
            "name": texts(resource.title) or resource.name,
            "description": texts(resource.description),
            "key": only([{"@id": _id(resource.name, each)} for each in schema.primary_key]),
            "field": [_field(record, resource, each) for each in schema.fields],
        }
    )


def _field(record: Record, resource: Resource, column: Field) -> Shown:
    definition = column.definition
    iri = record.addresses.field(record.publication.id, resource.name, column.name)
    return without_empty(
        {
            "@type": "cr:Field",
            "@id": _id(resource.name, column.name),
            "name": texts(column.title) or column.name,
            "description": texts(column.description),
            "dataType": type_of(column, resource),
            "source": {"fileObject": {"@id": _id(f"{resource.name}.csv")}, "extract": {"column": column.name}},
            "equivalentProperty": definition.property or iri,
        }
    )


def type_of(column: Field, resource: Resource) -> str:
    """The type that each cell can be read as by itself."""
    otherwise = column.format != "default" or _WRITTEN_OTHERWISE & set(column.options)
    if otherwise or not _NO_VALUE.issuperset(missing_of(column, resource)):
        return _TEXT
    return _TYPES.get(column.type, _TEXT)


def _codelists(record: Record) -> list[CodeList]:
    """The lists that columns of the tables use; longer ones than an enumeration have their own address."""
    used = {
        column.definition.codelist for each in record.files for column in (each.schema.fields if each.schema is not None else ())
    }
    found = (record.codelists[name] for name in sorted(used & set(record.codelists)))
    return [each for each in found if 0 < len(each.concepts) <= ENUM_LIMIT]


def _codelist(codelist: CodeList) -> Shown:
    """An enumeration: its codes with what they mean, inline."""
    set_ = _id(f"codelist-{codelist.name}")
    fields = {name: f"{set_}/{name}" for name in ("code", "ja", "en")}
    return without_empty(
        {
            "@type": "cr:RecordSet",
            "@id": set_,
            "name": texts(codelist.title),
            "description": texts(codelist.description),
            "dataType": "sc:Enumeration",
            "key": {"@id": fields["code"]},
            "field": [{"@type": "cr:Field", "@id": id_, "name": name, "dataType": _TEXT} for name, id_ in fields.items()],
            "data": [
                {fields["code"]: each.code, fields["ja"]: each.label.ja, fields["en"]: each.label.en}
                for each in codelist.concepts
            ],
        }
    )
