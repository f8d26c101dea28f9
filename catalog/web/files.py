"""Downloads: the published bytes as they are, whole or in part, never to be run by a browser in our name.

A table can also be had in forms that are made on request (``downloads``); whatever the form, the manners are the same.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from catalog import media
from catalog.download import Variant
from catalog.errors import NotFound
from catalog.model import Publication, StoredFile
from catalog.store.faults import translated
from catalog.web import downloads, signposts
from catalog.web.parameters import takes
from catalog.web.responses import IMMUTABLE, REVALIDATE, Manners, dress, meet_conditions
from catalog.web.site import site

blueprint = Blueprint("files", __name__)

LATEST = "latest"
CODINGS = ("zstd", "gzip")
"""Content codings, the one that is preferred first (RFC 8878, RFC 1952)."""
WORTH_CODING = range(1_000, 2_000_000_000)
"""Bytes of files that are compressed for readers who take it; whoever fetches larger ones may want to fetch on (Range).

Of what is made on request, those of the CSV count: the answer must not depend on whether it is made already.
"""

PIECE = 1 << 18
"""Bytes that are read from a file at once: small ones cost more work than they save memory."""
_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})\s*")
_CHARSETS = {"cp932": "windows-31j", "utf_8_sig": "utf-8", "utf-8-sig": "utf-8"}
"""Encodings whose Python name is not the one that the IANA list has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is to be sent. ``etag`` names its bytes; ``size`` is their number, None where they are not made yet.

    ``path`` gives a file with them, which it may have to make; ``coding`` is the compression they have. ``codable``: they
    are worth compressing.
    """

    content_type: str
    codable: bool
    disposition: str
    etag: str
    size: int | None
    path: Callable[[], Path]
    coding: str = ""


@blueprint.get("/download/<slug:dataset>/<version:version>/<path:file>")
@takes(*downloads.PARAMETERS)
def download(dataset: str, version: str, file: str) -> Response:
    """One file: for ever the same under a number, the newest under "latest"; a table in other forms too."""
    store = site().store
    publication = store.latest(dataset) if version == LATEST else store.publication(dataset, int(version))
    variant = downloads.wanted(publication, file, g.asked)
    stored = publication.file(file)
    if variant is not None:
        body = _of_variant(variant)
    elif stored is not None:
        body = _of_file(publication, stored)
    else:
        raise NotFound("version-file-unknown", dataset=dataset, version=publication.version, file=file[:200])
    kept = stored or (variant.canonical if variant is not None else None)
    assert kept is not None, "a variant is of a stored table"
    return send(body, _manners(publication, replace(kept, path=file), moving=version == LATEST))


def _of_file(publication: Publication, stored: StoredFile) -> Body:
    format_ = media.by_media_type(stored.media_type)
    return Body(
        content_type=content_type_of(publication, stored),
        codable=format_ is not None and format_.compressible and stored.bytes in WORTH_CODING,
        disposition=disposition(publication, stored),
        etag=stored.sha256,
        size=stored.bytes,
        path=lambda: site().store.files.path(stored.sha256),
    )


def _of_variant(variant: Variant) -> Body:
    """Whether the format has room for the table is told before anything is made, to those who only look as well."""
    stored = variant.stored
    maker = downloads.makers()
    if stored is None:
        maker.refuse(variant)
    found = None if stored is not None else maker.found(variant)
    return Body(
        content_type=variant.format.content_type,
        codable=variant.format.compressible and variant.canonical.bytes in WORTH_CODING,
        disposition=variant.disposition(),
        etag=variant.etag,
        size=stored.bytes if stored is not None else found.stat().st_size if found is not None else None,
        path=lambda: maker.path(variant),
    )


def _coded(body: Body) -> Body:
    """The body in the best coding that the reader takes; as it is for whoever asks for a part of it."""
    if not body.codable or "Range" in request.headers:
        return body
    taken = request.accept_encodings
    coding = max(CODINGS, key=lambda each: taken[each])
    if not taken[coding] or taken[coding] < taken["identity"]:
        return body
    return replace(
        body,
        etag=f"{body.etag}-{coding}",
        size=None,
        path=lambda: downloads.makers().coded(body.path(), body.etag, coding),
        coding=coding,
    )


def _manners(publication: Publication, stored: StoredFile, *, moving: bool) -> Manners:
    return Manners(
        cache=REVALIDATE if moving else IMMUTABLE,
        links=signposts.of_file(publication, stored),
        modified=publication.modified,
        location=_lasting(publication, stored) if moving else "",
    )


def _lasting(publication: Publication, stored: StoredFile) -> str:
    """The address that gives these bytes for ever."""
    query = request.query_string.decode("ascii", errors="replace")
    return site().local.download(publication.id, publication.version, stored.path) + (f"?{query}" if query else "")


def send(body: Body, manners: Manners) -> Response:
    """Any bytes of ours in the manners of a download."""
    coded = _coded(body)
    return _with_bytes(begin(coded, manners), coded)


def begin(body: Body, manners: Manners) -> Response:
    """The answer without its bytes: 304 where the reader has them. PreconditionFailed by If-Match."""
    response = Response(content_type=body.content_type)
    response.automatically_set_content_length = False  # that of an empty body would be told to those who only look
    dress(response, manners, body.etag)
    if body.codable:
        response.vary.add("Accept-Encoding")
    if body.coding:
        response.headers["Content-Encoding"] = body.coding
    response.headers["Content-Disposition"] = body.disposition
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return meet_conditions(response)


def _with_bytes(response: Response, body: Body) -> Response:
    """The bytes, or the one range of them that is asked for. Raises RequestedRangeNotSatisfiable where it lies outside."""
    if response.status_code != HTTPStatus.OK:
        return response
    if request.method == "HEAD":  # nothing is made for those who only look
        if body.size is not None:
            response.content_length = body.size
        response.accept_ranges = "none" if body.coding else "bytes"
        return response
    handle = _opened(body)
    size = os.fstat(handle.fileno()).st_size
    response.content_length = size
    response.call_on_close(handle.close)
    response.response = wrap_file(request.environ, handle, PIECE)
    response.direct_passthrough = True
    if body.coding:
        return response
    _forget_unusable_range(response.headers["ETag"])
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


def _opened(body: Body) -> BinaryIO:
    """The file, open: what another process has removed from the cache meanwhile is made once more."""
    with translated():
        try:
            return body.path().open("rb")
        except FileNotFoundError:
            return body.path().open("rb")


def _forget_unusable_range(etag: str) -> None:
    """Ranges that we may ignore (RFC 9110, 14.2) are: several at once, other units, and those of another state (If-Range)."""
    asked = request.headers.get("Range", "")
    if not _ONE_RANGE.fullmatch(asked) or request.headers.get("If-Range", etag).strip() != etag:
        request.environ.pop("HTTP_RANGE", None)
    request.environ.pop("HTTP_IF_RANGE", None)


def content_type_of(publication: Publication, stored: StoredFile) -> str:
    """The media type; for text, with the encoding that these bytes have: what a steward gave may be CP932."""
    format_ = media.by_media_type(stored.media_type)
    if format_ is None or not format_.text:
        return stored.media_type
    encoding = "utf-8"
    if stored.role == "source" and stored.resource:
        encoding = publication.package.resource(stored.resource).encoding.lower()
    return f"{format_.media_type}; charset={_CHARSETS.get(encoding, encoding)}"


def disposition(publication: Publication, stored: StoredFile) -> str:
    """To be saved, never shown (RFC 6266): the name as it is, and one in ASCII for old clients."""
    name = PurePosixPath(stored.path).name
    suffix = PurePosixPath(name).suffix
    plain = name if re.fullmatch(r"[A-Za-z0-9._-]+", name) else f"{publication.id}_v{publication.version}{_ascii(suffix)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _ascii(suffix: str) -> str:
    return suffix if re.fullmatch(r"\.[A-Za-z0-9]+", suffix) else ""
