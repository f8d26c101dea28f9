"""Programs that read a table of a version: to be copied, run as they stand, and get the columns in their types.

Each kind that is offered is run by a test against a server (tests/journeys/test_machines.py); what cannot be tried here (R, Power
Query) is not offered. Texts of a package reach the code only as literals of its language.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

from catalog import media, words
from catalog.messages.wording import _
from catalog.model import Field, Publication, Resource, Schema
from catalog.web import signposts
from catalog.web.pages import links
from catalog.web.presenting import Shown, text
from catalog.web.responses import Manners, answer, html, json_bytes, page, remembered
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("snippets", __name__)

_DTYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}
_DATES = frozenset({"date", "datetime"})
_TABLES_SHOWN = 40
"""Tables on the page of programs; the JSON has all of them."""
_OWN_SPELLING = frozenset({"groupChar", "decimalChar", "bareNumber"})
"""Options by which a number is not spelled as other programs spell one: such a column stays text."""
_TRUE, _FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")
"""What Table Schema takes for true and false where a field says nothing: pandas knows just these."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a version: ``addresses`` has the address of each of its stored files by format."""

    name: str
    schema: Schema
    resource: Resource
    package: str
    addresses: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way to read a table. ``needs`` is what has to be installed; ``format`` the stored file that it reads."""

    name: str
    label: str
    language: str
    needs: str
    format: str
    write: Callable[[Source], str]


def _curl(source: Source) -> str:
    return f"curl --fail --silent --show-error --output {source.name}.csv {shlex.quote(source.addresses['csv'])}\n"


def _pandas(source: Source) -> str:
    kept = {each.name: _dtype(each) for each in source.schema.fields if not _is_date(each)}
    dates = [each.name for each in source.schema.fields if _is_date(each)]
    missing = {each.name: list(words.missing_of(each, source.resource)) for each in source.schema.fields}
    same = {tuple(each) for each in missing.values()}
    options = [
        f"dtype={kept!r}",
        *([f"parse_dates={dates!r}"] if dates else []),
        f"na_values={list(same.pop()) if len(same) == 1 else missing!r}",
        "keep_default_na=False",
    ]
    lines = "".join(f"    {each},\n" for each in options)
    return (
        f"import pandas as pd\n\n{source.name} = pd.read_csv(\n    {source.addresses['csv']!r},\n{lines})\nprint({source.name})\n"
    )


def _dtype(field: Field) -> str:
    plain = field.format == "default" and not _OWN_SPELLING & field.options.keys()
    if field.type == "boolean":
        plain &= set(field.options.get("trueValues", _TRUE)) <= set(_TRUE)
        plain &= set(field.options.get("falseValues", _FALSE)) <= set(_FALSE)
    return _DTYPES.get(field.type, "string") if plain else "string"


def _is_date(field: Field) -> bool:
    return field.type in _DATES and field.format == "default"


def _frictionless(source: Source) -> str:
    return (
        "from frictionless import Package\n\n"
        f"{source.name} = Package({source.package!r}).get_resource({source.name!r})\n"
        f"for row in {source.name}.read_rows():\n    print(row.to_dict())\n"
    )


def _javascript(source: Source) -> str:
    return (
        f"const response = await fetch({_in_script(source.addresses['ndjson'])});\n"
        f'const {source.name} = (await response.text()).split("\\n").filter(Boolean).map((line) => JSON.parse(line));\n'
        f"console.log({source.name});\n"
    )


def _in_script(address: str) -> str:
    """An address of ours is percent-encoded: no character of it ends a string."""
    return f'"{address}"'


def _duckdb(source: Source) -> str:
    address, file = source.addresses["parquet"], f"{source.name}.parquet"
    query = f"SELECT * FROM '{file}'"  # noqa: S608  for the reader to run; a table's name is of a-z, 0-9 and _
    fetched = f"urllib.request.urlretrieve({address!r}, {file!r})"
    return f"import urllib.request\n\nimport duckdb\n\n{fetched}\nprint(duckdb.sql({query!r}))\n"


KINDS: tuple[Kind, ...] = (
    Kind(name="curl", label="curl", language="sh", needs="curl", format="csv", write=_curl),
    Kind(name="pandas", label="Python (pandas)", language="python", needs="pandas", format="csv", write=_pandas),
    Kind(
        name="frictionless",
        label="Python (frictionless)",
        language="python",
        needs="frictionless",
        format="csv",
        write=_frictionless,
    ),
    Kind(name="javascript", label="JavaScript", language="javascript", needs="", format="ndjson", write=_javascript),
    Kind(name="duckdb", label="Python (DuckDB)", language="python", needs="duckdb", format="parquet", write=_duckdb),
)
_REMARKS: Mapping[str, str] = {
    "curl": _("Saves the CSV file."),
    "pandas": _("Numbers, dates and codes get the types of the definitions: codes stay text, and keep their leading zeros."),
    "frictionless": _("Reads the data with the definitions that they were published with."),
    "javascript": _("For browsers and for Node.js, as a module. One object a row, with the types of the definitions."),
    "duckdb": _("Asks the typed Parquet file by SQL."),
}


def of_version(publication: Publication) -> list[Shown]:
    """The snippets of every table of a version, as plain values."""
    return [
        {"name": each.name, "title": text(each.title), "snippets": list(_of_table(publication, each))}
        for each in publication.package.tables()
    ]


def _of_table(publication: Publication, table: Resource) -> Iterable[Shown]:
    public, id_, version = site().public, publication.id, publication.version
    stored = (each for each in publication.files if each.role == "table" and each.resource == table.name)
    source = Source(
        name=table.name,
        schema=table.schema or Schema(fields=()),
        resource=table,
        package=public.download(id_, version, "source/datapackage.json"),
        addresses={each.format: public.download(id_, version, each.path) for each in stored},
    )
    for kind in KINDS:
        if kind.format in source.addresses:
            yield {
                "id": kind.name,
                "label": kind.label,
                "language": kind.language,
                "needs": kind.needs,
                "remark": text(said(_REMARKS[kind.name])),
                "code": kind.write(source),
            }


@blueprint.app_template_global("snippets_of")
def _of_page(dataset: str, version: int) -> list[Shown]:
    return of_version(site().store.publication(dataset, version))


@blueprint.get("/dataset/<slug:dataset>/snippets")
def programs(dataset: str) -> Response:
    """The page of them, table by table."""
    publication = site().store.latest(dataset)
    shown = {
        "id": publication.id,
        "title": text(publication.package.title),
        "version": publication.version,
        "url": links().pages.dataset(publication.id),
        "tables": of_version(publication)[:_TABLES_SHOWN],
        "left": max(0, len(publication.package.tables()) - _TABLES_SHOWN),
    }
    return page(remembered(lambda: html("snippets.html", shown=shown), "programs", publication.version))


@blueprint.get("/dataset/<slug:dataset>/snippets.json")
def snippets(dataset: str) -> Response:
    """The snippets of the latest version. They name that version, so that they go on giving the same."""
    publication = site().store.latest(dataset)

    def make() -> bytes:
        return json_bytes({"id": publication.id, "version": publication.version, "tables": of_version(publication)})

    content = remembered(make, "snippets", publication.version)
    return answer(content, media.JSON.content_type, Manners(links=signposts.of_description(publication)))
