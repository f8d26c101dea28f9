"""Downloads: the published bytes as they are, whole or in part, never to be run by a browser in our name."""

import re
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from catalog import media
from catalog.errors import NotFound
from catalog.model import Publication, StoredFile
from catalog.web import signposts
from catalog.web.responses import IMMUTABLE, REVALIDATE, Manners, dress, meet_conditions
from catalog.web.site import site

blueprint = Blueprint("files", __name__)

LATEST = "latest"
PIECE = 1 << 18
"""Bytes that are read from a file at once: small ones cost more work than they save memory."""
_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})\s*")
_CHARSETS = {"cp932": "windows-31j", "utf_8_sig": "utf-8", "utf-8-sig": "utf-8"}
"""Encodings whose Python name is not the one that the IANA list has."""


@blueprint.get("/download/<slug:dataset>/<version:version>/<path:file>")
def download(dataset: str, version: str, file: str) -> Response:
    """One file: for ever the same under a number, the newest under "latest"."""
    store = site().store
    publication = store.latest(dataset) if version == LATEST else store.publication(dataset, int(version))
    stored = publication.file(file)
    if stored is None:
        raise NotFound("version-file-unknown", dataset=dataset, version=publication.version, file=file[:200])
    response = Response(content_type=content_type_of(publication, stored))
    dress(response, _manners(publication, stored, moving=version == LATEST), stored.sha256)
    response.headers["Content-Disposition"] = disposition(publication, stored)
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _with_bytes(meet_conditions(response), stored)


def _manners(publication: Publication, stored: StoredFile, *, moving: bool) -> Manners:
    return Manners(
        cache=REVALIDATE if moving else IMMUTABLE,
        links=signposts.of_file(publication, stored),
        modified=publication.modified,
        location=site().local.download(publication.id, publication.version, stored.path) if moving else "",
    )


def _with_bytes(response: Response, stored: StoredFile) -> Response:
    """The body, or the one range of it that is asked for. Raises RequestedRangeNotSatisfiable where it lies outside."""
    if response.status_code != HTTPStatus.OK:
        return response
    response.content_length = stored.bytes
    if request.method == "HEAD":
        response.accept_ranges = "bytes"
        return response
    handle = site().store.files.open(stored.sha256)
    response.call_on_close(handle.close)
    response.response = wrap_file(request.environ, handle, PIECE)
    response.direct_passthrough = True
    _forget_unusable_range(response.headers["ETag"])
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=stored.bytes)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


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
