"""Publishing over HTTP: a zip is taken in, checked in a limited child, and becomes the next version of its dataset.

Who sends says so by a bearer token (RFC 6750) in a header, never by a cookie, so no page of
another site can write in somebody's name. A token is looked at before a byte of the body is taken.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import UnsupportedMediaType

from catalog import media, publishing
from catalog.errors import Unauthenticated
from catalog.messages import as_json
from catalog.messages.wording import _
from catalog.model import Prepared, Publication
from catalog.publishing import Purpose
from catalog.store import Token
from catalog.store.faults import translated
from catalog.web.forms import takes_file
from catalog.web.operations import ADDRESS, COUNT, FLAG, NUMBER, STRING, Json, Operation, listed, record
from catalog.web.parameters import Line, takes
from catalog.web.responses import NEVER, json_bytes
from catalog.web.site import site
from catalog.web.stewards.receiving import actor_of, authorised, changes, opened, ready, refusals_logged

blueprint = Blueprint("uploads", __name__)

NOTE, BREAKING, REASON = Line("note", 2_000), Line("breaking", 2_000), Line("reason", 2_000)
ACCEPTED = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
_SCHEME = "bearer"
_FINDINGS: Json = listed({"type": "object"})
_PLACE = "/api/v1/datasets/{dataset}"
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path=_PLACE,
        endpoint="uploads.put",
        method="put",
        tag="publishing",
        summary=_("Publish a data package as the next version of its dataset"),
        description=_("The same bytes as those of the latest version are no new version: that is told with 200."),
        accepts=ACCEPTED,
        done=("201", "200"),
        schema=record(
            {"id": STRING, "version": NUMBER, "created": FLAG, "url": ADDRESS, "download": ADDRESS, "findings": _FINDINGS}
        ),
    ),
    Operation(
        path=f"{_PLACE}/validate",
        endpoint="uploads.validate",
        method="post",
        tag="publishing",
        summary=_("What publishing a data package would come to; nothing is stored"),
        accepts=ACCEPTED,
        schema=record(
            {
                "valid": FLAG,
                "id": STRING,
                "version": NUMBER,
                "created": FLAG,
                "rows": {"type": "object", "additionalProperties": COUNT},
                "changes": listed({"type": "object"}),
                "findings": _FINDINGS,
                "report": {"type": "object"},
            }
        ),
    ),
    Operation(
        path=_PLACE,
        endpoint="uploads.delete",
        method="delete",
        tag="publishing",
        summary=_("Withdraw a dataset: its addresses answer 410 from now on"),
        schema=record({"id": STRING, "withdrawn": FLAG, "reason": STRING}),
    ),
)
_CHUNK = 1 << 20


@blueprint.put("/api/v1/datasets/<slug:dataset>")
@takes(NOTE, BREAKING)
@takes_file(lambda settings: settings.max_publish_bytes)
def put(dataset: str) -> Response:
    """Publish the zip in the body: 201 a new version, 200 these very bytes are published already."""
    token = _authorised("publish", dataset)
    purpose = _purpose(token)
    with refusals_logged(token, "publish", dataset), _sent(dataset, token) as prepared:
        settings, store = ready(), site().store
        begun = publishing.begin(prepared.package, store, purpose.breaking)
        same = begun.same(prepared.digest, prepared.raw_digest)
        if same is not None:
            return _answered(same, HTTPStatus.OK, created=False)
        published = publishing.commit(prepared, begun, settings, store, purpose)
    status = HTTPStatus.CREATED if published.created else HTTPStatus.OK
    return _answered(published.publication, status, created=published.created)


@blueprint.post("/api/v1/datasets/<slug:dataset>/validate")
@takes(NOTE, BREAKING)
@takes_file(lambda settings: settings.max_publish_bytes)
def validate(dataset: str) -> Response:
    """What publishing the zip in the body would come to, with nothing stored: the same answers, and what would change."""
    token = _authorised("publish", dataset)
    purpose = _purpose(token)
    with _sent(dataset, token) as prepared:
        settings, store = ready(), site().store
        begun = publishing.begin(prepared.package, store, purpose.breaking)
        publishing.rehearse(prepared, begun, settings, store, purpose)
    same = begun.same(prepared.digest, prepared.raw_digest)
    told = {
        "valid": True,
        "id": dataset,
        "version": begun.number if same else begun.number + 1,
        "created": same is None,
        "rows": dict(prepared.rows),
        "changes": [dataclasses.asdict(each) | {"breaking": each.breaking} for each in changes(begun, prepared)],
        "findings": [as_json(each) for each in prepared.findings],
        "report": prepared.report,
    }
    return _json(told, HTTPStatus.OK)


@blueprint.delete("/api/v1/datasets/<slug:dataset>")
@takes(REASON)
def delete(dataset: str) -> Response:
    """Withdraw a dataset: its addresses answer 410 from now on."""
    token = _authorised("withdraw", dataset)
    store = site().store
    with refusals_logged(token, "withdraw", dataset):
        store.latest(dataset)
        publishing.withdraw(dataset, ready(), store, reason=g.asked.get(REASON.name, ""), actor=actor_of(token))
    return _json({"id": dataset, "withdrawn": True, "reason": g.asked.get(REASON.name, "")}, HTTPStatus.OK)


def _authorised(action: str, dataset: str) -> Token:
    """The token of the Authorization header (RFC 6750, 2.1), good for that. Raises Unauthenticated, Forbidden."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != _SCHEME or not secret.strip():
        raise Unauthenticated("token-missing")
    return authorised(secret.strip(), action, dataset)


@contextmanager
def _sent(dataset: str, token: Token) -> Iterator[Prepared]:
    """The package of the body, streamed to the disk; werkzeug breaks it off where it is too long."""
    if (request.mimetype or ACCEPTED[0]).lower() not in ACCEPTED:
        raise UnsupportedMediaType
    with TemporaryDirectory(prefix="catalog-upload-") as name:
        archive = Path(name).resolve() / "package.zip"
        with translated(), archive.open("xb") as file:
            while chunk := request.stream.read(_CHUNK):
                file.write(chunk)
        with opened(archive, token, dataset) as prepared:
            yield prepared


def _purpose(token: Token) -> Purpose:
    return Purpose(note=g.asked.get(NOTE.name, ""), breaking=g.asked.get(BREAKING.name, ""), actor=actor_of(token))


def _answered(publication: Publication, status: HTTPStatus, *, created: bool) -> Response:
    public = site().public
    response = _json(
        {
            "id": publication.id,
            "version": publication.version,
            "created": created,
            "url": public.dataset(publication.id),
            "download": public.download(publication.id, publication.version, f"{publication.id}.zip"),
            "findings": [as_json(each) for each in publication.findings],
        },
        status,
    )
    response.headers["Location"] = public.dataset(publication.id)
    return response


def _json(value: Any, status: HTTPStatus) -> Response:
    response = Response(json_bytes(value), status, content_type=media.JSON.content_type)
    response.headers["Cache-Control"] = NEVER
    return response
