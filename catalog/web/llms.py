"""``/llms.txt``: what a language model should know first (llmstxt.org). It is bounded, whatever the size of the catalogue."""

from collections.abc import Iterator

from flask import Blueprint, Response

from catalog import media, words
from catalog.dcat import shipped
from catalog.messages.machines import QUOTED
from catalog.messages.wording import _
from catalog.store import Summary
from catalog.web import markdown
from catalog.web.negotiation import language
from catalog.web.responses import Manners, answer, content_of
from catalog.web.site import site
from catalog.web.twins import address, line
from catalog.words import said

blueprint = Blueprint("llms", __name__)

DATASETS, STANDARDS = 100, 100
"""Datasets and standards that are listed; the lists that are linked have them all."""
_EXCERPT = 160


@blueprint.get("/llms.txt")
def guide() -> Response:
    """The guide, in Markdown."""
    response = answer(content_of(_joined()), media.TEXT.content_type, Manners(vary=("Accept-Language",)))
    response.headers["Content-Language"] = language()
    return response


def _joined() -> bytes:
    return ("\n".join(_lines()).rstrip("\n") + "\n").encode()


def _ours(text: str, **details: object) -> str:
    return said(text, **details).within(language())


def _lines() -> Iterator[str]:
    here = site()
    yield f"# {line(here.title.within(language()))}"
    yield ""
    yield f"> {line(here.description.within(language()))}"
    yield ""
    yield _ours(QUOTED)
    yield ""
    yield _ours(
        _(
            "Every dataset is validated against its own definitions, and has a definition of every column: read it before you"
            " use a number. Versions never change; an answer should name the version that it is from."
        )
    )
    yield ""
    yield f"## {_ours(_('How to ask'))}"
    yield ""
    yield from _entrances()
    yield ""
    yield f"## {_ours(_('How to cite'))}"
    yield ""
    yield "- " + _ours(
        _("Add /citation.txt, .bib or .json to the address of a dataset, with ?accessed=YYYY-MM-DD for the day of access.")
    )
    yield ""
    yield f"## {_ours(_('Standards'))}"
    yield ""
    standards = sorted(shipped.editions().current(), key=lambda each: each.slug)
    for standard in standards[:STANDARDS]:
        title = line(standard.title.within(language()))
        yield f"- {address(here.public.standard(standard.slug, media.MARKDOWN.suffix), title)}"
    yield ""
    yield f"## {_ours(_('Datasets'))}"
    yield ""
    for summary in here.store.summaries(limit=DATASETS):
        yield _dataset(summary)
    count = here.store.count()
    if count > DATASETS:
        rest = address(here.public.datasets(media.JSON.suffix))
        yield (
            "- "
            + _ours(_("The first %(shown)s of %(count)s datasets; the list of all of them:"), shown=DATASETS, count=count)
            + f" {rest}"
        )


def _dataset(summary: Summary) -> str:
    title = words.sample(summary.title) if summary.sample else summary.title
    link = address(site().public.dataset(summary.id, media.MARKDOWN.suffix), line(title.within(language()), _EXCERPT))
    about = markdown.plain(summary.description.within(language()))
    return f"- {link}: {line(summary.publisher.name.within(language()), _EXCERPT)}. {line(about, _EXCERPT)}".rstrip()


def _entrances() -> Iterator[str]:
    """The ways in, each with what it is for."""
    public = site().public
    base = public.base_url
    told = (
        (public.assistants(), _("MCP (JSON-RPC over POST): search, describe_dataset, query_rows, get_definition; read only")),
        (f"{base}/datasets.json", _("the list of datasets; each has a page at /dataset/ID, with .md, .json or .ttl after it")),
        (
            f"{base}/api/openapi.json",
            _("the rows of every table: /api/v1/datasets/ID/tables/TABLE/rows?COLUMN__exact=…&sort=…&columns=…&limit=…"),
        ),
        (
            f"{base}/datasets.json?kind=field&q=WORDS",
            _("search; kind is dataset, field, term (of code lists) or standard; /datasets.atom?q=… is the same as a feed"),
        ),
        (
            f"{base}/api/v1/standards/SLUG/rows",
            _(
                "one standard dataset of all publishers, joined: the same questions; whole as /standard/SLUG/records.csv (.json,"
                " .ndjson, .parquet, .geojson, .xlsx); who is in and who is missing: /standard/SLUG/coverage.json"
            ),
        ),
        (f"{base}/catalog.jsonld", _("the whole catalogue as DCAT, for harvesters")),
        (f"{base}/api/3/action/package_search?q=WORDS", _("the same catalogue in CKAN's action API")),
    )
    for url, about in told:
        yield f"- {address(url)}: {_ours(about)}"
    yield "- " + _ours(_("Definitions: /field/…, /schema/…, /codelist/… and /standard/…, each with .md after it."))
