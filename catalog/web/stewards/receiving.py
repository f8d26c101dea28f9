"""What is common to the ways of publishing over HTTP: who may, and how a stranger's package becomes one that can be committed.

A token is looked at before anything is worked out; the package is opened in a limited child and nowhere else; what is asked
for with a good token and not done is a line of the audit log.
"""

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from flask import Flask, current_app

from catalog import publishing, tokens
from catalog.errors import Conflict, Finding, Forbidden, NotFound, Place, Refusal, StoreError
from catalog.model import Prepared
from catalog.publishing import Begun
from catalog.reception import take_over, unpack_and_prepare, warm_up
from catalog.revisions import Revision, compare
from catalog.sandbox import Limits, Sandbox
from catalog.settings import Settings
from catalog.store import Entry, Token
from catalog.web.serving.limits import failures_counted
from catalog.web.site import site

log = logging.getLogger(__name__)

SANDBOX = "publishing-sandbox"
_QUIET = 60
"""Seconds within which a token's last use is not written down again."""


def prepare(app: Flask, settings: Settings) -> None:
    """Give an application the sandbox that published packages are opened in; it starts with the first of them."""
    app.extensions[SANDBOX] = Sandbox(warm_up, processes=settings.publish_processes, queue=4 * settings.publish_processes)


def ready() -> Settings:
    """The settings that the catalogue is rendered for, with everything rendered for them."""
    settings = publishing.as_served(site().store, site().settings)
    publishing.refresh(site().store, settings)
    return settings


def authorised(secret: str, action: str, dataset: str) -> Token:
    """The token of that secret, good for that action on that dataset; "" is one that nobody has published yet.

    Raises Unauthenticated, Forbidden.
    """
    token = authenticated(secret)
    _touch(token)
    with refusals_logged(token, action, dataset):
        owner = site().store.owner(dataset)
        tokens.permit(token, action, owner if owner is not None else token.publisher)
    return token


def authenticated(secret: str) -> Token:
    """The good token of that secret. Raises Unauthenticated; TooMany where this caller has sent too many that are none."""
    with failures_counted():
        return tokens.authenticate(site().store, secret)


def _touch(token: Token) -> None:
    """Remember that it was used. A store that cannot be written to now will say so when it matters."""
    now = datetime.now(UTC)
    if token.last_used and (now - datetime.fromisoformat(token.last_used)).total_seconds() < _QUIET:
        return
    try:
        with site().store.writing() as writing:
            writing.touch_token(token.id, now.isoformat(timespec="seconds").replace("+00:00", "Z"))
    except StoreError as error:
        log.warning("cannot remember the use of token %s: %s", token.id, error.code)


@contextmanager
def refusals_logged(token: Token, action: str, dataset: str) -> Iterator[None]:
    """A line of the audit log for what was asked for with a good token and not done."""
    try:
        yield
    except (Forbidden, Refusal, Conflict, NotFound) as error:
        findings = error.findings if isinstance(error, Refusal) else ()
        codes = sorted({each.code for each in findings if each.severity == "error"}) or [error.code]
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        entry = Entry(
            actor=actor_of(token), action=action, outcome="refused", dataset=dataset, details={"codes": " ".join(codes)}, at=at
        )
        with site().store.writing() as writing:
            writing.record(entry)
        raise


@contextmanager
def opened(archive: Path, token: Token, dataset: str = "") -> Iterator[Prepared]:
    """The package in a zip, checked and written down in a limited child; its files are there as long as the context lasts.

    ``dataset`` is what it has to be named, where that is said already. Raises Refusal with every finding, Forbidden for a
    package of another publisher than the token's.
    """
    settings = site().settings
    limits = Limits(
        seconds=settings.publish_seconds,
        cpu_seconds=4 * settings.publish_seconds,
        memory=settings.publish_memory_bytes,
        file_size=max(settings.max_package_bytes, Limits().file_size),
    )
    with TemporaryDirectory(prefix="catalog-upload-") as name:
        workspace = Path(name).resolve()
        known = dataclasses.replace(settings, home="", database="", files="")
        sandbox = cast(Sandbox, current_app.extensions[SANDBOX])
        answer = sandbox.run(unpack_and_prepare, str(archive), known, str(workspace), limits=limits, workspace=workspace)
        prepared = take_over(cast(Prepared, answer), workspace)
        if dataset and prepared.package.name != dataset:
            place = Place(file="datapackage.json", pointer="/name")
            raise Refusal(Finding(code="upload-other-dataset", place=place, found=prepared.package.name, expected=dataset))
        publisher = prepared.package.publisher or publishing.operator(settings)
        tokens.permit(token, "publish", publisher.id)
        yield prepared


def actor_of(token: Token) -> str:
    """Who that is in the audit log."""
    return f"token:{token.id}"


def changes(begun: Begun, prepared: Prepared) -> tuple[Revision, ...]:
    """What the definitions would say otherwise than those of the published version."""
    return compare(begun.latest.package, prepared.package) if begun.latest else ()
