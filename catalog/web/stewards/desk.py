"""Publish from a page: for a steward who has a token and a filled workbook, and neither Python nor JSON.

First the file is checked, and shown what it would change; then, asked again, it is published. There is no login and no
cookie: the token is in the form both times, so no other site can send it in somebody's name.
"""

import shutil
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from catalog import media, publishing, query, words
from catalog.errors import Busy, CatalogError, Conflict, Finding, Forbidden, Place, Refusal, Unauthenticated, UsageError
from catalog.messages import tier, where, word
from catalog.model import Prepared
from catalog.publishing import Begun, Published, Purpose
from catalog.query import Side
from catalog.store import Token
from catalog.store.faults import translated
from catalog.trial import Order, Trial
from catalog.web.diff import listed_of
from catalog.web.forms import takes_file
from catalog.web.history import changes_between, find_table
from catalog.web.negotiation import language
from catalog.web.pages import links
from catalog.web.presenting import Shown, text
from catalog.web.responses import NEVER, Manners, html, page
from catalog.web.rows import limits_of, typed_file
from catalog.web.site import site
from catalog.web.stewards import check
from catalog.web.stewards.holding import Held
from catalog.web.stewards.receiving import actor_of, authenticated, opened, ready, refusals_logged

blueprint = Blueprint("desk", __name__)

ACCEPTED = ".xlsx,.zip"
LONGEST = {"token": 200, "standard": 100, "note": 2_000, "breaking": 2_000, "held": 32}
"""Fields of the form, and the most characters of each."""
_SHOWN = 10
"""Rows of each kind of difference that are shown."""


@blueprint.get("/publish")
def form() -> Response:
    """The empty form."""
    return page(html("publish.html", **_form({})), Manners(vary=("Accept-Language",)))


@blueprint.post("/publish")
@takes_file(lambda settings: settings.max_upload_bytes)
def publish() -> Response:
    """A file: what it would change. What was shown and is wanted: published."""
    asked = _asked()
    try:
        token = authenticated(asked["token"])
        with refusals_logged(token, "publish", ""):
            return _published(asked, token) if asked["held"] else _shown(asked, token)
    except Refusal as refusal:
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, asked, problems=refusal.findings)
    except (Unauthenticated, Forbidden, Conflict) as error:
        statuses = {Unauthenticated: HTTPStatus.UNAUTHORIZED, Forbidden: HTTPStatus.FORBIDDEN}
        return _page(statuses.get(type(error), HTTPStatus.CONFLICT), asked, failure=error)


def _asked() -> dict[str, str]:
    """Every field of the form by its name. Raises UsageError for what a reader of the form cannot have sent."""
    for name, texts in request.form.lists():
        if name not in LONGEST or len(texts) > 1 or len(texts[0]) > LONGEST[name]:
            raise UsageError("form-field", field=name[:100])
    asked = {name: request.form.get(name, "").strip() for name in LONGEST}
    if asked["standard"] and asked["standard"] not in dict(check.standards()):
        raise UsageError("form-field", field="standard")
    return asked


def _shown(asked: dict[str, str], token: Token) -> Response:
    """The file, checked, beside what is published; kept until its sender says yes."""
    package = _package(asked["standard"])
    with TemporaryDirectory(prefix="catalog-desk-") as name:
        archive = Path(name).resolve() / "package.zip"
        archive.write_bytes(package)
        with opened(archive, token) as prepared:
            begun = publishing.begin(prepared.package, site().store, asked["breaking"])
            same = begun.same(prepared.digest, prepared.raw_digest) is not None
            differences = [] if same else _differences(begun, prepared)
            if not same:
                publishing.rehearse(prepared, begun, ready(), site().store, _purpose(asked, token))
    held = "" if same else Held(site().settings).keep(token.id, package)
    plan = {
        "id": prepared.package.name,
        "title": text(words.sample(prepared.package.title) if prepared.package.sample else prepared.package.title),
        "version": begun.number + 1,
        "same": same,
        "rows": _rows(begun, prepared.rows),
        "changes": changes_between(begun.latest, prepared.package) if begun.latest else (),
        "differences": differences,
        "page": links().pages.dataset(prepared.package.name) if begun.latest else "",
    }
    problems = tuple(each for each in prepared.findings if each.severity != "note")
    return _page(HTTPStatus.OK, asked | {"held": held}, plan=plan, problems=problems)


def _published(asked: dict[str, str], token: Token) -> Response:
    """What was shown before, published."""
    held = Held(site().settings)
    with opened(held.path(token.id, asked["held"]), token) as prepared:
        begun = publishing.begin(prepared.package, site().store, asked["breaking"])
        done = publishing.commit(prepared, begun, ready(), site().store, _purpose(asked, token))
    held.forget(token.id, asked["held"])
    return _page(HTTPStatus.CREATED if done.created else HTTPStatus.OK, {}, done=_done(done))


def _package(standard: str) -> bytes:
    """The zip of the form, or the one that its workbook becomes. Raises Refusal, UsageError, RequestEntityTooLarge."""
    files = request.files.getlist("file")
    if len(files) != 1 or not files[0].filename:
        raise UsageError("upload-missing")
    largest = site().settings.max_upload_bytes
    data: bytes = files[0].read(largest + 1)
    if len(data) > largest:
        raise RequestEntityTooLarge
    if not files[0].filename.lower().endswith(".xlsx"):
        return data
    trial: Trial = check.tried(files[0].filename, data, Order(want="package", standard=standard, language=language()))
    if trial.product is None:
        raise Refusal(*(each for each in trial.problems if each.severity == "error"))
    return trial.product.data


def _purpose(asked: dict[str, str], token: Token) -> Purpose:
    return Purpose(note=asked["note"], breaking=asked["breaking"], actor=actor_of(token))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a table: those that are published (None for a new table), and those that would be."""

    table: str
    before: int | None
    after: int


def _rows(begun: Begun, rows: Any) -> list[Rows]:
    before = begun.latest.rows if begun.latest else {}
    return [Rows(table=name, before=before.get(name), after=count) for name, count in rows.items()]


def _differences(begun: Begun, prepared: Prepared) -> list[Shown]:
    """How the rows differ from the published ones, for each table that is there already; Busy is told in place of it.

    Tables are read below the home folder only, so the one that is not published yet is put there for so long.
    """
    found: list[Shown] = []
    cache = Path(site().settings.home).absolute() / "cache"
    with translated():
        cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="compared-", dir=cache) as name:
        for number, table in enumerate(prepared.package.tables()):
            before = find_table(begun.latest, table.name) if begun.latest else None
            made = prepared.contents.get(f"{table.name}{media.PARQUET.suffix}")
            if begun.latest is None or before is None or made is None:
                continue
            copy = Path(name) / f"{number}"
            with translated():
                shutil.copyfile(made, copy)
            old = Side(typed_file(begun.latest, before, media.PARQUET), before.schema)
            found.append({"table": table.name} | _compared(old, Side(copy, table.schema)))
    return found


def _compared(before: Side, after: Side) -> Shown:
    try:
        compared = query.compare(before, after, limits_of(site()), _SHOWN)
    except Busy:
        return {"counts": None}
    return {"counts": dict(compared.counts), "key": compared.key, "listed": listed_of(compared)}


def _done(published: Published) -> Shown:
    publication = published.publication
    return {
        "created": published.created,
        "version": publication.version,
        "title": text(publication.package.title),
        "page": links().pages.dataset(publication.id),
        "address": site().public.dataset(publication.id),
    }


def _page(
    status: HTTPStatus,
    asked: dict[str, str],
    *,
    plan: Shown | None = None,
    done: Shown | None = None,
    problems: tuple[Finding, ...] = (),
    failure: CatalogError | None = None,
) -> Response:
    body = html("publish.html", **_form(asked), plan=plan, done=done, problems=_together(problems), failure=failure)
    response = Response(body, status, content_type=media.HTML.content_type)
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = NEVER
    return response


def _together(problems: tuple[Finding, ...]) -> list[Shown]:
    """What is told of several places of a table in the same words, told once, in the order of the first of them."""
    reader = language()
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for each in problems:
        about = where(Place(file=each.place.file, resource=each.place.resource), reader)
        place = where(replace(each.place, file="", resource=""), reader)
        found.setdefault((each.severity, each.code, about, word(each, reader)), []).append(place)
    return [
        {"severity": severity, "code": code, "about": about, "told": told, "places": [each for each in places if each]}
        for (severity, code, about, told), places in found.items()
    ]


def _form(asked: dict[str, str]) -> dict[str, Any]:
    reader = language()
    return {
        "asked": dict.fromkeys(LONGEST, "") | asked,
        "accepted": ACCEPTED,
        "standards": check.standards(),
        "largest": f"{site().settings.max_upload_bytes / 1_000_000:g}",
        "tiers": {severity: tier(severity, reader) for severity in ("error", "warning", "note")},
        "told": lambda fact: word(fact, reader),
    }
