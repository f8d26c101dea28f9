"""The whole catalogue as one compressed file, put together for each reader who has not got it yet.

It is written to the disk a portion at a time, within one view of the store, and sent from there: memory stays the same
whatever the size, and a slow reader holds neither the store nor a thread.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from tempfile import TemporaryFile

from flask import Blueprint, Response, request
from werkzeug.wsgi import wrap_file

from catalog import media
from catalog.dcat import feed
from catalog.dcat.edition import edition
from catalog.errors import StoreError
from catalog.store import ISSUED, RENDERED_FOR
from catalog.store.feed import Whole
from catalog.web.feeds import check_whole, standing
from catalog.web.responses import Manners, dress, meet_conditions
from catalog.web.site import site

blueprint = Blueprint("dumps", __name__)

FORMATS = (media.N_TRIPLES, media.TURTLE)


@blueprint.get("/catalog/dump.<any(nt,ttl):suffix>.gz")
def dump(suffix: str) -> Response:
    """Every dataset of the feed, and the catalogue itself, without paging."""
    response = Response(content_type=media.GZIP.content_type)
    with site().store.feed.whole(suffix, standing()) as whole:
        check_whole(whole.meta(RENDERED_FOR))
        head = whole.catalog()
        if head is None:
            raise StoreError("feed-not-ready")
        dress(response, Manners(modified=head.modified), _etag(suffix, whole))
        response.headers["Content-Disposition"] = f'attachment; filename="catalog.{suffix}.gz"'
        if meet_conditions(response).status_code != HTTPStatus.OK or request.method == "HEAD":
            return response
        view = feed.View(catalog=site().public.catalog(), issued=whole.meta(ISSUED), modified=head.modified)
        file = TemporaryFile()  # noqa: SIM115  the server closes what it sends
        try:
            for piece in feed.dump(suffix, head.body, view, site().public, _portions(whole)):
                file.write(gzip.compress(piece, compresslevel=6, mtime=0))  # members of one gzip file (RFC 1952, 2.2)
        except BaseException:
            file.close()
            raise
    response.content_length = file.tell()
    file.seek(0)
    response.response = wrap_file(request.environ, file)
    response.direct_passthrough = True
    return response


def _portions(whole: Whole) -> Iterator[Mapping[str, bytes]]:
    for some in whole.descriptions():
        yield {each.key: each.body for each in some}


def _etag(suffix: str, whole: Whole) -> str:
    """Another one whenever a byte is; without making the file first."""
    parts = (suffix, edition(site().settings), whole.state(), zlib.ZLIB_RUNTIME_VERSION)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
