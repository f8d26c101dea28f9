"""The catalogues that the operator collects from: checked when they are added, and told apart when they first answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from catalog import media
from catalog.dcat import areas
from catalog.errors import NotFound, UsageError
from catalog.harvest.describing import Place
from catalog.harvest.readers import KINDS, ckan, feeds
from catalog.model import Agent, Text
from catalog.store import SourceRow, Store

AUTO = "auto"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_PUBLISHER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One of them. ``hosts`` may be reached wherever they are; ``publisher`` and ``license`` are those of records that name none.

    ``files``: whether files of standard datasets are taken in, checked and published, beside their descriptions.
    """

    name: str
    address: str
    kind: str = AUTO
    hosts: tuple[str, ...] = ()
    publisher: str = ""
    publisher_name: str = ""
    license: str = ""
    files: bool = True
    added: str = ""

    def place(self) -> Place:
        """Where its records come from."""
        name = Text(ja=self.publisher_name) if self.publisher_name else areas.name_of(self.publisher)
        named = Agent(id=self.publisher, name=name or Text(ja=self.publisher)) if self.publisher else None
        return Place(source=self.name, address=self.address, publisher=named)

    def first(self, since: str = "") -> str:
        """Where a walk begins."""
        return ckan.first(self.address, since) if self.kind == "ckan" else self.address

    def accept(self) -> str:
        """What is asked for."""
        return {"dcat": feeds.ACCEPT, "ckan": media.JSON.media_type, "list": f"{media.CSV.media_type}, */*;q=0.1"}.get(
            self.kind, "*/*"
        )


def add(source: Source, store: Store) -> Source:
    """Remember a source. Raises UsageError("harvest-option") for what cannot be, Conflict("harvest-source-taken")."""
    row = checked(replace(source, added=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")))
    with store.writing() as writing:
        writing.gathering().add_source(row)
    return source_of(row)


def checked(source: Source) -> SourceRow:
    """A source as it is kept. Raises UsageError("harvest-option") for what cannot be."""
    _check("NAME", source.name, bool(_NAME.fullmatch(source.name)), "[a-z0-9-]")
    parts = urlsplit(source.address)
    good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    _check("ADDRESS", source.address, good, "https://…")
    _check("--kind", source.kind, source.kind in (AUTO, *KINDS), ", ".join((AUTO, *KINDS)))
    _check("--publisher", source.publisher, not source.publisher or bool(_PUBLISHER.fullmatch(source.publisher)), "272035")
    for each in source.hosts:
        _check("--allow-host", each, bool(_HOST.fullmatch(each)), "data.example.jp, data.example.jp:8000")
    return SourceRow(
        name=source.name,
        kind=source.kind,
        address=source.address,
        options={
            "hosts": list(source.hosts), "publisher": source.publisher, "publisher_name": source.publisher_name,
            "license": source.license, "files": source.files,
        },
        added=source.added,
    )  # fmt: skip


def _check(name: str, value: str, good: bool, expected: str) -> None:
    if not good:
        raise UsageError("harvest-option", parameter=name, found=value, expected=expected)


def source_of(row: SourceRow) -> Source:
    """A source as it is kept."""
    options = row.options
    return Source(
        name=row.name,
        address=row.address,
        kind=row.kind,
        hosts=tuple(options.get("hosts", ())),
        publisher=options.get("publisher", ""),
        publisher_name=options.get("publisher_name", ""),
        license=options.get("license", ""),
        files=options.get("files", True),
        added=row.added,
    )


def all_of(store: Store) -> Sequence[Source]:
    """Every source in order of its name."""
    return [source_of(each) for each in store.harvests.sources()]


def named(store: Store, name: str) -> Source:
    """The source of that name. Raises NotFound("harvest-source-unknown") with those that there are."""
    try:
        return source_of(store.harvests.source(name))
    except NotFound:
        known = ", ".join(each.name for each in all_of(store)) or "–"
        raise NotFound("harvest-source-unknown", source=name, expected=known) from None
