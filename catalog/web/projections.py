"""The same record in other vocabularies over HTTP (``catalog.projections``), and where the IRIs lead that only descriptions name.

What is about one dataset is made once and remembered. What is about the whole catalogue is written to the disk a dataset at a
time and sent from there, so that memory stays the same whatever the size.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect
from werkzeug.wsgi import wrap_file

from catalog import media
from catalog.dcat.edition import edition
from catalog.dcat.framing import PREFIXES
from catalog.dcat.nouns import Metric
from catalog.dcat.projection import ERRORS, ROWS, metrics_of
from catalog.errors import NotFound
from catalog.media import Format
from catalog.model import Publication
from catalog.projections import Record, croissant, csvw, descriptor, listing, opendata, schemaorg, signposting
from catalog.projections.record import Shown
from catalog.store import RENDERED_FOR
from catalog.web import signposts
from catalog.web.codelists import codelists_of
from catalog.web.feeds import check_whole
from catalog.web.files import LATEST
from catalog.web.listing import every
from catalog.web.negotiation import language
from catalog.web.records import described, record
from catalog.web.responses import REVALIDATE, Link, Manners, answer, content_of, dress, json_bytes, meet_conditions, remembered
from catalog.web.site import Site, site

blueprint = Blueprint("projections", __name__)

_PLAIN_JSON = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"})
_KEPT = {
    "variableMeasured": ("@type", "name", "alternateName"),
    "distribution": ("@type", "name", "contentUrl", "encodingFormat", "contentSize"),
}
_LISTED = 60
"""Columns and files that the page's own description names; every other form has all of them."""
_CROISSANT = f'{media.CROISSANT.media_type}; profile="{croissant.CONFORMS_TO}"'


def structured(publication: Publication) -> Markup:
    """schema.org's description for the page, in the reader's language: JSON that cannot end the element that holds it."""
    shown = schemaorg.dataset(record(publication), language())
    for name, kept in _KEPT.items():  # what the page itself says is not said again; only what search engines index
        if name in shown:
            shown[name] = [{key: each[key] for key in kept if key in each} for each in shown[name][:_LISTED]]
    plain = json.dumps(shown, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(plain.translate(_PLAIN_JSON))  # noqa: S704  < > & are escaped


@blueprint.get("/dataset/<slug:dataset>/croissant.json")
def machine_learning(dataset: str) -> Response:
    """The latest version in Croissant, with the code lists that its columns use."""
    publication = site().store.latest(dataset)

    def make() -> Shown:
        return croissant.dataset(replace(record(publication), codelists=codelists_of(publication)))

    return _about(publication, make, _CROISSANT)


@blueprint.get("/dataset/<slug:dataset>/datapackage.json")
def datapackage(dataset: str) -> Response:
    """The descriptor of the latest version, with paths that lead to its files."""
    publication = site().store.latest(dataset)
    return _about(publication, lambda: descriptor.package(record(publication)), media.DATA_PACKAGE.content_type)


@blueprint.get("/dataset/<slug:dataset>/linkset.json")
def linkset(dataset: str) -> Response:
    """Every link from and to the dataset."""
    publication = site().store.latest(dataset)
    return _about(publication, lambda: signposting.linkset(record(publication)), media.LINKSET.content_type)


def _about(publication: Publication, make: Callable[[], Shown], content_type: str) -> Response:
    content = remembered(lambda: json_bytes(make()), publication.id, publication.version)
    manners = Manners(links=signposts.of_description(publication), modified=publication.modified)
    return answer(content, content_type, manners)


@blueprint.get("/download/<slug:dataset>/<version:version>/csv-metadata.json")
@blueprint.get("/download/<slug:dataset>/<version:version>/<table>.csv-metadata.json")
def tables(dataset: str, version: str, table: str = "") -> Response:
    """What CSV on the Web says of a table of a version, or of all of them. It is made on request, so it revalidates."""
    store = site().store
    publication = store.latest(dataset) if version == LATEST else store.publication(dataset, int(version))
    files = [each for each in record(publication).files if each.schema is not None and each.stored.path == f"{table}.csv"]
    if table and not files:
        missing = f"{table}.csv-metadata.json"[:200]
        raise NotFound("version-file-unknown", dataset=dataset, version=publication.version, file=missing)

    def make() -> bytes:
        whole = record(publication)
        return json_bytes(csvw.table(whole, files[0]) if table else csvw.tables(whole))

    numbered = site().local.csvw(dataset, publication.version, table)
    describes = (Link(each.distribution.download_url, "describes", media.CSV.media_type) for each in files)
    manners = Manners(
        links=(*describes, *signposts.licenses(publication)),
        modified=publication.modified,
        location=numbered if version == LATEST else "",
    )
    return answer(remembered(make, publication.id, publication.version), media.CSVW.content_type, manners)


@blueprint.get("/data.json")
def open_data() -> Response:
    """The whole catalogue in Project Open Data 1.1."""
    first = site().settings.language_codes()[0]
    return _whole(lambda: opendata.catalog(_records(), site().public, first), media.JSON)


@blueprint.get("/open-data-list.csv")
def open_data_list() -> Response:
    """The whole catalogue as オープンデータ一覧."""
    response = _whole(lambda: listing.catalog(_records()), media.CSV)
    response.headers["Content-Disposition"] = 'attachment; filename="open-data-list.csv"'
    return response


def _records() -> Iterator[Record]:
    """Every dataset of the feed, by id; one that is withdrawn meanwhile is left out."""
    here = site()
    for each in every(here.store, samples=here.settings.samples_in_feed):
        try:
            publication = here.store.latest(each.id)
        except NotFound:
            continue
        yield described(here, publication)


def _whole(make: Callable[[], Iterator[bytes]], format_: Format) -> Response:
    """Something about the whole catalogue, known by the SHA-256 of its bytes; made only for those who have not got it yet."""
    check_whole(site().store.meta(RENDERED_FOR) or "")
    tags, state = _tags(site(), request.path), _state()
    if known := tags.get(state):
        response = _dressed(format_, known)
        if response.status_code == HTTPStatus.NOT_MODIFIED or request.method == "HEAD":
            return response
    file, digest = _written(make())
    try:
        if _state() == state:  # else something was published while it was written: good for this reader, unknown to the next
            tags.clear()
            tags[state] = digest
        response = _dressed(format_, digest)
    except BaseException:
        file.close()
        raise
    if response.status_code == HTTPStatus.NOT_MODIFIED or request.method == "HEAD":
        file.close()
        return response
    response.content_length = file.seek(0, SEEK_END)
    file.seek(0)
    response.response = wrap_file(request.environ, file)
    response.direct_passthrough = True
    return response


@lru_cache(maxsize=16)
def _tags(_here: Site, _path: str) -> dict[str, str]:
    """The digest of what stands at an address, by the state of the store that it was made from: one at a time."""
    return {}


def _state() -> str:
    """A text that changes whenever the feed does, its settings or its way of writing."""
    followed = site().store.feed.followed()
    return f"{edition(site().settings)} {followed.total} {followed.last}"


def _compresses() -> bool:
    return request.accept_encodings["gzip"] > 0


def _written(pieces: Iterator[bytes]) -> tuple[IO[bytes], str]:
    """The pieces on the disk, compressed where the client takes that, and the SHA-256 of what they are uncompressed."""
    digest = hashlib.sha256()
    file = TemporaryFile()  # noqa: SIM115  the server closes what it sends
    try:
        sink = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) if _compresses() else nullcontext(file)
        with sink as target:
            for each in pieces:
                digest.update(each)
                target.write(each)
    except BaseException:
        file.close()
        raise
    return file, digest.hexdigest()


def _dressed(format_: Format, digest: str) -> Response:
    """An answer with its headers, 304 where the conditions of the request say so."""
    response = Response(content_type=format_.content_type)
    dress(response, Manners(), f"{digest}-gzip" if _compresses() else digest)
    response.vary.add("Accept-Encoding")
    if _compresses():
        response.headers["Content-Encoding"] = "gzip"
    return meet_conditions(response)


@blueprint.get("/metric/<any(errors, rows):name>")
def metric(name: str) -> Response:
    """What validation counts, as JSON-LD: descriptions name it by this address."""
    found = metrics_of(site().public)[{"errors": ERRORS, "rows": ROWS}[name]]
    return answer(content_of(json_bytes(_metric(found))), media.JSON_LD.content_type, Manners())


def _metric(value: Metric) -> Shown:
    definition = [
        {"@value": text, "@language": tag} for tag, text in (("ja", value.definition.ja), ("en", value.definition.en)) if text
    ]
    return {
        "@context": {prefix: PREFIXES[prefix] for prefix in ("dqv", "skos", "xsd")},
        "@id": value.iri,
        "@type": "dqv:Metric",
        "skos:definition": definition,
        "dqv:expectedDataType": {"@id": value.datatype},
        "dqv:inDimension": {"@id": value.dimension},
    }


@blueprint.get("/distribution/<path:address>-<any(errors, rows):_measure>")
def measurement(address: str, _measure: str) -> Redirect:
    """The IRI of a number that validation found: it is told in the report."""
    target = site().store.lookup(f"distribution/{address}")
    if target is None:
        raise NotFound("page-unknown")
    return _see(site().local.report(site().store.latest(target.dataset).id))


@blueprint.get("/dataset/<slug:dataset>/validation/<version:version>")
def validation(dataset: str, version: str) -> Redirect:
    """The IRI of a validation: it is told in the report of the latest version, of another one in the list of versions."""
    latest = site().store.latest(dataset)
    number = latest.version if version == LATEST else site().store.publication(dataset, int(version)).version
    return _see(site().local.report(dataset) if number == latest.version else site().local.versions(dataset))


@blueprint.get("/dataset/<slug:dataset>/creator-<int(min=1):number>")
def creator(dataset: str, number: int) -> Redirect:
    """The IRI of somebody who made the data: named on the page of the dataset."""
    iri = site().public.creator(dataset, number)
    if iri not in {each.iri for each in record(site().store.latest(dataset)).dataset.creators}:
        raise NotFound("page-unknown")
    return _see(site().local.dataset(dataset) + "#about")


def _see(address: str) -> Redirect:
    """Status 303: the IRI names a thing, and its description is elsewhere."""
    found = redirect(address, code=HTTPStatus.SEE_OTHER)
    found.headers["Cache-Control"] = REVALIDATE
    return found
