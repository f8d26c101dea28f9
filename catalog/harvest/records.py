"""The neutral record: what any source says of one dataset, as every reader hands it on, and a page of such records.

A record is made in the limited child and passes out of it as plain text; ``description`` is that of ``dcat.taking``.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.dcat.nouns import Dataset
from catalog.dcat.taking import agent_known, dumped
from catalog.errors import Finding

KEYWORDS, DISTRIBUTIONS = 1_000, 5_000
"""The most of a dataset: who has more of them has made a mistake, or means harm."""
DESCRIPTION_BYTES = 1_000_000
IDENTIFIER_CHARACTERS = 1_000
_MARKUP = re.compile(r"<\s*/?\s*(?:script|style|iframe|object|embed|svg|img|link|meta|form|body|html)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One dataset of a source. ``digest`` names everything that is said of it, ``content`` what other sources may say as well."""

    identifier: str
    iri: str
    title: str
    description: str
    digest: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record that cannot be taken in, and why. ``identifier`` is "" where it has none."""

    identifier: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one answer of a source holds. ``following`` are further addresses in order, ``total`` how many there are in all.

    ``stream``: what is missing is still there; only ``gone`` names what was taken back, by identifier or IRI.
    """

    records: tuple[Record, ...] = ()
    refused: tuple[Refused, ...] = ()
    gone: tuple[str, ...] = ()
    following: tuple[str, ...] = ()
    total: int | None = None
    stream: bool = False


def paged(
    datasets: Iterable[Dataset],
    refused: Iterable[Refused] = (),
    *,
    following: tuple[str, ...] = (),
    total: int | None = None,
) -> Page:
    """A page of these descriptions, each of them a record or refused."""
    found = [record_of(each) for each in datasets]
    return Page(
        records=tuple(each for each in found if isinstance(each, Record)),
        refused=(*refused, *(each for each in found if isinstance(each, Refused))),
        following=following,
        total=total,
    )


def record_of(dataset: Dataset) -> Record | Refused:
    """The record of a description, or everything that speaks against taking it in. The description is safe already."""
    iri = dataset.derived_from or dataset.iri
    identifier = dataset.identifier or iri
    description = dumped(dataset)
    if findings := tuple(_against(dataset, identifier, description)):
        return Refused(identifier=identifier[:IDENTIFIER_CHARACTERS], findings=findings)
    return Record(
        identifier=identifier,
        iri=iri,
        title=str(dataset.title),
        description=description,
        digest=hashlib.sha256(description.encode()).hexdigest(),
        content=_content(dataset),
    )


def _against(dataset: Dataset, identifier: str, description: str) -> Iterable[Finding]:
    if not identifier or len(identifier) > IDENTIFIER_CHARACTERS:
        yield Finding(code="harvest-identifier", found=identifier[:100])
    if not dataset.title:
        yield Finding(code="harvest-title")
    if _MARKUP.search(dataset.title.ja + dataset.title.en):
        yield Finding(code="harvest-markup", found=str(dataset.title)[:100])
    many = (("dcat:keyword", len(dataset.keywords) + len(dataset.keywords_en), KEYWORDS),
            ("dcat:distribution", len(dataset.distributions), DISTRIBUTIONS))  # fmt: skip
    for name, count, most in many:
        if count > most:
            yield Finding(code="harvest-too-many", found=f"{count:,}", expected=f"{most:,}", details={"property": name})
    if len(description.encode()) > DESCRIPTION_BYTES:
        yield Finding(code="harvest-description-large", expected=f"{DESCRIPTION_BYTES:,}")


def _content(dataset: Dataset) -> str:
    """The same title of the same publisher with the same files is the same dataset, whatever it is called; "" without files."""
    files = sorted({each.download_url or each.access_url for each in dataset.distributions} - {""})
    if not files:
        return ""
    agent = agent_known(dataset)
    parts = (str(dataset.title), str(agent.name) if agent else "", files)
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
