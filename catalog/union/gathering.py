"""What the union of a standard holds now: the latest publication of every dataset that follows it, or why one is left out."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from catalog.dcat import shipped
from catalog.download import Variant
from catalog.errors import Finding, NotFound, Place, Withdrawn
from catalog.media import CSV, PARQUET
from catalog.model import Field, Publication, Resource, Schema, Text
from catalog.settings import Settings
from catalog.standards import Standard, Table, as_json
from catalog.store import Store, Use
from catalog.union.mapping import Subject, current_table, mapped
from catalog.union.nouns import DATASET, PUBLISHER, VERSION, Coverage, Member, Omitted, Part
from catalog.vocabulary.codelists import CodeList
from catalog.vocabulary.snapshots import thaw

_REVISION = 1
"""Grows when the same members come to give other rows."""
_MEMBERS_KEPT = 2_000

_SOURCES = (
    Field(
        name=DATASET,
        type="string",
        title=Text("出典のデータセット", "Source dataset"),
        description=Text("この行があるデータセットのIDです。", "The id of the dataset that the row comes from."),
    ),
    Field(
        name=PUBLISHER,
        type="string",
        title=Text("出典の公開者", "Source publisher"),
        description=Text(
            "そのデータセットを公開する団体のIDです。自治体であれば全国地方公共団体コードです。",
            "The id of its publisher; of a local government its code.",
        ),
    ),
    Field(
        name=VERSION,
        type="integer",
        title=Text("出典の版", "Source version"),
        description=Text(
            "そのデータセットの、公開の順の番号です。", "The number of the dataset's version, in order of publication."
        ),
    ),
)


def coverage(
    store: Store, settings: Settings, slug: str, *, table: str = "", samples: bool | None = None, prefecture: str = ""
) -> Coverage:
    """The union of a standard's ``table`` (the first one without): its members and all that is to be known of them.

    ``samples``: whether invented rows stand in it; None: only where nothing else does, and the settings let samples be seen.
    ``prefecture``: the two digits of the one whose municipalities are looked at; "": those of all publishers.
    Raises NotFound("standard-unknown", "standard-table-unknown").
    """
    standard = shipped.editions().standard(slug)
    asked = _Asked(standard, standard.table(table), samples, prefecture, sampled=settings.samples_in_feed)
    return _coverage(store, store.position(), asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    standard: Standard
    table: Table
    samples: bool | None
    prefecture: str
    sampled: bool


@lru_cache(maxsize=64)
def _coverage(store: Store, _position: int, asked: _Asked) -> Coverage:
    """Remembered until something is published or withdrawn."""
    standard, current = asked.standard, asked.table
    found, omitted = _gathered(store, standard, current)
    usual = asked.sampled and all(each.sample for each in found)
    chosen = usual if asked.samples is None else asked.samples
    members = tuple(each for each in found if chosen or not each.sample)
    invented = Finding(code="union-sample", severity="note")
    left = (_left_out(each.publication, invented) for each in found if each.sample and not chosen)
    return Coverage(
        standard=standard,
        table=current,
        members=members,
        omitted=tuple(sorted((*omitted, *left), key=lambda each: each.dataset)),
        samples=chosen,
        publishers=tuple(agent.id for agent, _count in store.publishers()),
        prefecture=asked.prefecture,
        digest=_digest(standard, current, members),
        resource=_resource(standard, current),
    )


def _gathered(store: Store, standard: Standard, current: Table) -> tuple[list[Member], list[Omitted]]:
    members: list[Member] = []
    omitted = [_withdrawn(store, each) for each in _by_dataset(store.uses("standard", standard.slug, withdrawn=True))]
    for use in store.uses("standard", standard.slug):
        try:
            publication = store.latest(use.dataset)
        except Withdrawn:  # just now
            omitted.append(_withdrawn(store, use))
            continue
        found = _member(store, publication, use.resource, standard, current)
        if isinstance(found, Member):
            members.append(found)
        elif found is not None:
            omitted.append(_left_out(publication, found))
    return members, omitted


def _by_dataset(uses: tuple[Use, ...]) -> Iterator[Use]:
    """One use of each dataset: several tables of one may follow the standard."""
    yield from {each.dataset: each for each in uses}.values()


def _withdrawn(store: Store, use: Use) -> Omitted:
    details = {"at": "", "reason": ""}
    try:
        store.latest(use.dataset)
    except Withdrawn as error:
        details = {"at": str(error.details.get("at", ""))[:10], "reason": str(error.details.get("reason", ""))}
    except NotFound:
        pass
    finding = Finding(code="union-withdrawn", severity="note", found=use.dataset, details=details)
    return Omitted(dataset=use.dataset, title=use.title, publisher=None, sample=use.sample, finding=finding)


def _left_out(publication: Publication, finding: Finding) -> Omitted:
    package = publication.package
    return Omitted(
        dataset=publication.id, title=package.title, publisher=publication.publisher, sample=package.sample, finding=finding
    )


def _member(store: Store, publication: Publication, resource: str, standard: Standard, current: Table) -> Member | Finding | None:
    """The table as a member, why it is none, or None where it is another table of the standard."""
    return _judged(store, publication.id, publication.version, resource, (standard, current))


@lru_cache(maxsize=_MEMBERS_KEPT)
def _judged(store: Store, dataset: str, version: int, resource: str, wanted: tuple[Standard, Table]) -> Member | Finding | None:
    """The same, remembered: neither a version nor a standard of this program ever changes."""
    publication = store.publication(dataset, version)
    standard, current = wanted
    table = publication.package.resource(resource)
    assert table.standard is not None, "the table was found by its standard"
    place = Place(resource=resource)
    try:
        declared = shipped.editions().standard(standard.slug, table.standard.edition)
    except NotFound:
        known = ", ".join(shipped.editions().editions(standard.slug))
        return Finding(code="union-edition-unknown", place=place, found=table.standard.edition, expected=known)
    if (target := current_table(table, declared, standard)) is not current:
        return None if target is not None else Finding(code="union-table-unknown", place=place, found=resource)
    own = partial(_own_list, store, publication)
    subject = Subject(
        table=table, declared=declared, current=current, sample=publication.package.sample, own=own, known=shipped.codelist
    )
    found = mapped(subject)
    if not found.parts:
        return Finding(code="union-no-column", place=place, found=resource)
    return Member(
        publication=publication,
        table=table,
        edition=declared.edition,
        parts=found.parts,
        missing=found.missing,
        findings=found.findings,
    )


def _own_list(store: Store, publication: Publication, name: str) -> CodeList | None:
    """A code list as the publication has kept it."""
    kept = publication.file(f"codelists/{name}.json")
    if kept is None:
        return None
    with store.files.open(kept.sha256) as stream:
        return thaw(stream.read())


@lru_cache(maxsize=256)
def _resource(standard: Standard, table: Table) -> Resource:
    """The union as a table: the standard's columns, then where each row comes from.

    No column is required and none is unique: tables of an older edition may lack what the current one asks for, and two cities
    number their rows alike.
    """
    fields = (*(_free(each.field) for each in table.columns), *_SOURCES)
    return Resource(
        name=table.name,
        path=f"{standard.slug}{CSV.suffix}",
        title=table.title or standard.title,
        description=table.description or standard.description,
        schema=Schema(fields=fields, title=standard.title, description=standard.description),
    )


def _free(field: Field) -> Field:
    """A column of the standard as the union has it: a "no" that the standard writes as an empty cell is told from no answer."""
    kept = {name: value for name, value in field.constraints.items() if name not in ("required", "unique")}
    if field.type != "boolean" or "" not in field.options.get("falseValues", ()):
        return replace(field, constraints=kept)
    no = [each for each in field.options["falseValues"] if each] or ["0"]
    return replace(field, constraints=kept, missing_values=None, options={**field.options, "falseValues": no})


def _digest(standard: Standard, table: Table, members: tuple[Member, ...]) -> str:
    told = {
        "revision": _REVISION,
        "standard": _standard_digest(standard),
        "table": table.name,
        "members": [[each.dataset, each.publication.version, each.publisher.id, *_told(each)] for each in members],
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _told(member: Member) -> Iterator[Any]:
    yield Variant(publication=member.publication, table=member.table, format=PARQUET).etag
    yield [_part(each) for each in member.parts]


def _part(part: Part) -> list[Any]:
    codes: Mapping[str, str] | None = part.codes
    return [part.column.name, part.field.name, part.allowed, sorted(codes.items()) if codes is not None else None]


@lru_cache(maxsize=256)
def _standard_digest(standard: Standard) -> str:
    return hashlib.sha256(json.dumps(as_json(standard), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
