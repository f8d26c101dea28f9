"""A record -> what the catalogue publishes of it: a publication of its original publisher, without tables of its own.

Pages, search and lists read a package, so one is filled from the description, as far as they show it; the feed passes on
the description itself (``dcat.taking``). Nothing is guessed: what the source does not say stays empty.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from catalog.dcat import areas, authorities, taking
from catalog.dcat.nouns import Agent as Described
from catalog.dcat.nouns import Dataset
from catalog.errors import Finding, Refusal
from catalog.harvest.records import Record
from catalog.model import Agent, Contact, License, Origin, Package, Period, Publication, Source, Text
from catalog.values import is_corporate_number, is_local_government_code, local_government_check_digit

_NOT_IN_ID = re.compile("[^a-z0-9]+")
_LONGEST_ID = 100
_HASH = 8
_E_STAT = re.compile(r"/lod/sac/C([0-9]{5})(?:-[0-9]{8})?$")
_SIX = re.compile(r"(?<![0-9])([0-9]{6})(?![0-9])")
_THIRTEEN = re.compile(r"(?<![0-9])([0-9]{13})(?![0-9])")
_SAMPLE_TITLES = ("【見本】", "[Sample]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where records come from: the operator's name of the source, its address, and the publisher of records that name none."""

    source: str
    address: str
    publisher: Agent | None = None


def publication_of(record: Record, place: Place, id_: str) -> Publication:
    """The next version of the dataset ``id_``; its number and times are the store's to give.

    Raises Refusal("harvest-publisher") where nobody is named who published it.
    """
    dataset = taking.loaded(record.description)
    publisher = publisher_of(dataset, place)
    if publisher is None:
        raise Refusal(Finding(code="harvest-publisher"))
    origin = Origin(
        source=place.source, catalog=place.address, iri=record.iri, identifier=record.identifier, described=record.description
    )
    package = replace(package_of(dataset, id_), publisher=publisher, origin=origin)
    return Publication(id=id_, version=1, package=package, publisher=publisher, files=(), report={}, digest=record.digest)


def id_of(record: Record, source: str) -> str:
    """The id that a record would have here: the source's name, and the end of its address or identifier."""
    name = record.iri or record.identifier
    tail = _slug(re.split(r"[/#:?=]", name.rstrip("/#"))[-1])
    room = _LONGEST_ID - len(source) - 1
    if not tail or len(tail) > room:
        tail = hashlib.sha256(record.identifier.encode()).hexdigest()[: 2 * _HASH]
    return f"{source}-{tail}"


def other_id(record: Record, source: str) -> str:
    """Another one, where that is taken: with a part that follows from the identifier."""
    distinct = hashlib.sha256(record.identifier.encode()).hexdigest()[:_HASH]
    return f"{id_of(record, source)[: _LONGEST_ID - _HASH - 1].rstrip('-')}-{distinct}"


def publisher_of(dataset: Dataset, place: Place) -> Agent | None:
    """Who published it: by a public code that its address or name gives, else under a name of its own."""
    known = taking.agent_known(dataset)
    if known is None:
        return place.publisher
    code = _code(known)
    name = known.name or (areas.name_of(code) if code else Text(ja=known.iri, en=known.iri))
    return Agent(id=code or _agent_id(known, place.source), name=name, uri=known.iri)


def _code(agent: Described) -> str:
    """The local-government code or corporate number by which it is named; a body's name, where only one body has it."""
    tails = (each.rstrip("/#").rpartition("/")[2] for each in (agent.iri, agent.homepage))
    for text in (*tails, agent.name.ja, agent.name.en):
        if (found := _SIX.fullmatch(text)) and is_local_government_code(found[1]) and areas.name_of(found[1]):
            return found[1]
        if (found := _THIRTEEN.fullmatch(text)) and is_corporate_number(found[1]):
            return found[1]
    return areas.codes_by_name().get(agent.name.ja, "")


def _agent_id(agent: Described, source: str) -> str:
    if agent.iri:
        host, _, path = agent.iri.partition("://")[2].partition("/")
        readable = _slug(f"{host} {path}")
        if readable and len(readable) <= _LONGEST_ID:
            return readable
    return f"{source}-{hashlib.sha256((agent.iri or str(agent.name)).encode()).hexdigest()[: 2 * _HASH]}"


def package_of(dataset: Dataset, id_: str) -> Package:
    """What pages and search show of it."""
    period, contact = dataset.temporal, dataset.contact_point
    return Package(
        name=id_,
        title=dataset.title,
        description=dataset.description,
        keywords=tuple(sorted(dataset.keywords)),
        keywords_en=tuple(sorted(dataset.keywords_en)),
        version=dataset.version,
        licenses=tuple(_licenses(dataset)),
        sources=tuple(Source(title=each, path=each) for each in sorted(dataset.sources) if _web(each)),
        contact=Contact(name=contact.name, email=contact.email, telephone=contact.telephone, url=contact.url)
        if contact
        else None,
        themes=tuple(_codes(dataset.themes, authorities.THEMES)),
        spatial=tuple(sorted(set(_areas(dataset)))),
        temporal=Period(start=_day(period.start), end=_day(period.end)) if period else None,
        frequency=next(_codes([dataset.accrual_periodicity], authorities.FREQUENCIES), ""),
        landing_page=next(filter(_web, (dataset.landing_page, dataset.iri)), ""),
        sample=str(dataset.title).startswith(_SAMPLE_TITLES),
    )


def licence_ids(dataset: Dataset) -> tuple[str, ...]:
    """The licences by their SPDX ids; one that has none that we know, by its address, or ""."""
    named = {each.iri: each.title for each in dataset.licenses}
    named |= {each.license.iri: each.license.title for each in dataset.distributions if each.license}
    return tuple(sorted({authorities.license_id(iri, title) or iri for iri, title in named.items()}))


def _licenses(dataset: Dataset) -> Iterator[License]:
    """Those of the dataset; where it has none, those of its files."""
    held = dataset.licenses or {each.license for each in dataset.distributions if each.license}
    seen = set()
    for each in sorted(held, key=lambda one: (one.iri, one.title)):
        name = authorities.license_id(each.iri, each.title)
        if (name or each.iri or each.title) not in seen:
            seen.add(name or each.iri or each.title)
            yield License(name=name, title=name or each.title or each.iri, path=each.iri if _web(each.iri) else "")


def _codes(iris: Any, known: frozenset[str]) -> Iterator[str]:
    for each in sorted(iris):
        if (code := each.rpartition("/")[2]) in known:
            yield code


def _areas(dataset: Dataset) -> Iterator[str]:
    """The areas of the Statistics LOD, and those named by a six-digit code."""
    for each in dataset.spatial:
        if found := _E_STAT.search(each.iri):
            five = found[1]
            yield five + local_government_check_digit(five)
        elif (found := _SIX.fullmatch(each.iri.rpartition("/")[2])) and is_local_government_code(found[1]):
            yield found[1]


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _slug(text: str) -> str:
    return _NOT_IN_ID.sub("-", unicodedata.normalize("NFKC", text).lower()).strip("-")
