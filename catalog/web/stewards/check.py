"""Check my file: a form that takes a file, and tells what is wrong with it. Nothing is kept, nobody logs in.

The file is opened in the sandbox, never in this process.
"""

import dataclasses
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from itertools import groupby
from typing import Any, cast
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from catalog import media
from catalog.errors import Finding, Place, Refusal, UsageError
from catalog.messages import as_json, tier, where, word
from catalog.model import Field, Text
from catalog.sandbox import Limits, Sandbox
from catalog.settings import Settings
from catalog.standards import Standards
from catalog.trial import ABOUT, LICENSES, WANTS, Column, Order, Trial, check_file, for_child, in_words, shown, warm_up
from catalog.values import cell_name, column_letters
from catalog.web.forms import takes_file
from catalog.web.negotiation import VARY_FORMAT, format_of, language
from catalog.web.presenting import Shown, text
from catalog.web.responses import NEVER, Manners, html, json_bytes, page
from catalog.web.site import site
from catalog.words import type_of

blueprint = Blueprint("check", __name__)

SANDBOX = "sandbox"
ACCEPTED = ".csv,.tsv,.txt,.xlsx,.zip"
LONGEST_TEXT = 2_000
"""Characters of one field of the form."""
SHOWN_PLACES = 100
"""Places of one kind of finding that the page lists; the workbook has all of them."""
SHOWN_CHANGES = 200
_OF_COLUMNS = frozenset({"standard-recommended-missing", "standard-mandatory-missing"})
_OFFERED = (media.HTML, media.JSON)


def prepare(app: Flask, settings: Settings) -> None:
    """Give an application its sandbox; the warm process in it starts when the form is first asked for."""
    app.extensions[SANDBOX] = Sandbox(warm_up, processes=settings.check_processes, queue=settings.check_processes)


def sandbox() -> Sandbox:
    """The sandbox of the application that answers the current request."""
    return cast(Sandbox, current_app.extensions[SANDBOX])


@blueprint.get("/check")
def form() -> Response:
    """The empty form."""
    sandbox().start()
    return page(html("check.html", **_form({}), trial=None), Manners(vary=("Accept-Language",)))


@blueprint.post("/check")
@takes_file(lambda settings: settings.max_upload_bytes)
def check() -> Response:
    """The file of the form, checked: a page, JSON, or the file that was asked for."""
    asked = _asked()
    name, data = _file()
    order = Order(
        want=next(each for each in WANTS if each == asked["want"]),
        standard=asked["standard"],
        language=language(),
        about={key: asked[key] for key in ABOUT if asked[key]},
    )
    return _answered(tried(name, data, order), order, asked)


def _asked() -> dict[str, str]:
    """Every field of the form by its name. Raises UsageError for what a reader of the form cannot have sent."""
    names = {"want", "standard", *ABOUT}
    for name, texts in request.form.lists():
        if name not in names or len(texts) > 1 or len(texts[0]) > LONGEST_TEXT:
            raise UsageError("form-field", field=name[:100])
    asked = {name: request.form.get(name, "").strip() for name in names}
    asked["want"] = asked["want"] or WANTS[0]
    if asked["want"] not in WANTS:
        raise UsageError("form-field", field="want")
    if asked["standard"] and asked["standard"] not in dict(standards()):
        raise UsageError("form-field", field="standard")
    return asked


def _file() -> tuple[str, bytes]:
    """The one file of the form. Raises UsageError, RequestEntityTooLarge."""
    files = request.files.getlist("file")
    if len(files) != 1 or len(request.files) != 1 or not files[0].filename:
        raise UsageError("upload-missing")
    data = files[0].read(site().settings.max_upload_bytes + 1)
    if len(data) > site().settings.max_upload_bytes:
        raise RequestEntityTooLarge
    return files[0].filename, data


def tried(name: str, data: bytes, order: Order) -> Trial:
    """What becomes of a file of that name in the sandbox; a refusal is told in the answer. Raises Busy."""
    settings = site().settings
    limits = Limits(seconds=settings.check_seconds, cpu_seconds=4 * settings.check_seconds, memory=settings.check_memory_bytes)
    try:
        trial = cast(Trial, sandbox().run(check_file, name, data, order, for_child(settings), limits=limits))
    except Refusal as refusal:
        trial = Trial(file=shown(name), problems=refusal.findings, findings=refusal.findings)
    if not sandbox().watched:
        note = Finding(code="sandbox-clock-only", severity="note")
        trial = dataclasses.replace(trial, problems=(*trial.problems, note), findings=(*trial.findings, note))
    return trial


def _answered(trial: Trial, order: Order, asked: dict[str, str]) -> Response:
    if trial.product is not None:
        response = Response(trial.product.data, content_type=trial.product.media_type)
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(trial.product.name, safe='')}"
        response.headers["Content-Security-Policy"] = "sandbox"
    else:
        status = HTTPStatus.OK if order.want == "report" else HTTPStatus.UNPROCESSABLE_ENTITY
        if format_of(_OFFERED) is media.JSON:
            response = Response(json_bytes(as_data(trial)), status, content_type=media.JSON.content_type)
        else:
            body = html("check.html", **_form(asked), trial=trial, shown=presented(trial), want=order.want)
            response = Response(body, status, content_type=media.HTML.content_type)
            response.headers["Content-Language"] = language()
        response.vary.update(VARY_FORMAT)
    response.headers["Cache-Control"] = NEVER
    return response


def as_data(trial: Trial) -> Shown:
    """As ``catalog validate --json`` prints it, with what only a lone table has."""
    return {
        "valid": trial.valid,
        "report": trial.report,
        "findings": [as_json(each) for each in trial.findings],
        "lanes": dict(trial.lanes),
        "columns": [dataclasses.asdict(each) for each in trial.columns],
        "changes": [
            {"cell": each.cell, "field": each.field, "before": each.before, "after": each.after, "rules": list(each.rules)}
            for each in trial.changes
        ],
    }


def presented(trial: Trial) -> Shown:
    """What the page shows: the findings of each tier, those of one kind in one column together."""
    tiers = {
        severity: [each for each in trial.problems if each.severity == severity] for severity in ("error", "warning", "note")
    }
    rows = sum(each.rows for each in trial.tables)
    return {
        "tiers": {severity: {"count": len(found), "groups": list(_groups(found))} for severity, found in tiers.items()},
        "rows": rows,
        "good": rows - sum(each.doubtful for each in trial.tables),
        "columns": [_column(each) for each in trial.columns],
        "changes": trial.changes[:SHOWN_CHANGES],
        "moreChanges": len(trial.changes) - len(trial.changes[:SHOWN_CHANGES]),
    }


def _column(column: Column) -> Shown:
    type_ = type_of(Field(name=column.name, type=column.type)) if column.type else Text()
    return {"letters": column_letters(column.position), "name": column.name, "filled": column.filled, "type": text(type_)}


def _groups(findings: Iterable[Finding]) -> Iterable[Shown]:
    """Those of one kind together; kinds in the order of the cells in which they are met first, the file as a whole last."""
    ordered = sorted(findings, key=_kind)  # stable: within a kind they stay in the order of the file
    groups = [list(group) for _key, group in groupby(ordered, key=_kind)]
    for found in sorted(groups, key=lambda each: _position(each[0].place)):
        yield {"first": found[0], "others": found[1 : SHOWN_PLACES + 1], "more": max(0, len(found) - 1 - SHOWN_PLACES)}


def _position(place: Place) -> tuple[bool, bool, int, int]:
    """Cells and rows from the top, then columns, then what has neither."""
    return not place.row, not place.column, place.row, place.column


def _kind(finding: Finding) -> tuple[str, ...]:
    """What findings of one group share; what is said of no row is a group of its own, but for columns that are missing."""
    place = finding.place
    alike = place.row or finding.code in _OF_COLUMNS
    return finding.code, place.resource, place.field, place.pointer, "" if alike else word(finding, language())


def _rest(place: Place, trial: Trial) -> str:
    """A place without what its cell says already, and without the name of the one file that there is."""
    if place.row and place.column:
        place = dataclasses.replace(place, row=0, column=0)
    return where(dataclasses.replace(place, file="") if place.file == trial.file else place, language())


@cache
def standards() -> tuple[tuple[str, Text], ...]:
    """Standards of one table by id: a lone file is one table."""
    return tuple((each.slug, each.title) for each in Standards.load().current() if len(each.tables) == 1)


def _form(asked: dict[str, str]) -> dict[str, Any]:
    """What the form is filled with."""
    return {
        "asked": asked,
        "standards": standards(),
        "licenses": LICENSES,
        "accepted": ACCEPTED,
        "largest": f"{site().settings.max_upload_bytes / 1_000_000:g}",
        "tiers": {severity: tier(severity, language()) for severity in ("error", "warning", "note")},
        "rule": lambda rules: in_words(rules, language()),
        "cell": lambda place: cell_name(place.row, place.column),
        "rest": _rest,
    }
