"""Descriptions of other catalogues' datasets: kept as JSON, and described here under an address of ours. No rdflib here.

A dataset that was collected keeps everything its publisher says of it. Ours is the address of the copy only; it says whose
copy it is (``derived_from``), and keeps the identifier that the publisher gave.
"""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache, lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from catalog.addresses import Addresses
from catalog.dcat.nouns import Agent, Dataset
from catalog.model import Origin, Publication, Text

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter

_AT_HAND = 32
"""Descriptions that are kept in memory: one is asked for several times while it is taken in."""
_CLOSE, _OPEN = (",", ":"), (", ", ": ")
_MINTED = 12
"""Characters of a digest in an address that we give to what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A file that stays where its publisher has it. ``format`` is what people call it, ``bytes`` None where nobody says."""

    url: str
    title: Text
    description: Text
    format: str
    media_type: str
    bytes: int | None


@cache
def _converter() -> "JsonConverter":
    """It is imported with the first description of another catalogue: whoever describes our own datasets can do without."""
    from cattrs.preconf.json import make_converter

    return make_converter(omit_if_default=True, detailed_validation=False)


def dumped(dataset: Dataset) -> str:
    """The description as JSON: the same description, the same text."""
    return _ordered(_converter().unstructure(dataset), _CLOSE)


@lru_cache(maxsize=_AT_HAND)
def loaded(text: str) -> Dataset:
    """The description that ``dumped`` wrote. Raises whatever cattrs raises for what is none."""
    return _converter().structure(json.loads(text), Dataset)


def ours(origin: Origin, publication: Publication, addresses: Addresses) -> Dataset:
    """The description under our address, with addresses for everything that its publisher has given none."""
    iri = addresses.dataset(publication.id)
    found = loaded(origin.described)
    publisher = found.publisher
    if publisher is not None and not publisher.iri:
        publisher = replace(publisher, iri=addresses.publisher(publication.publisher.id))
    files = frozenset(replace(each, access_url=each.access_url or each.download_url) for each in found.distributions)
    found = replace(found, description=found.description or found.title, distributions=files)  # both mandatory in DCAT-AP
    named = replace(found, iri=iri, identifier=origin.identifier, derived_from=origin.iri, publisher=publisher)
    minted: Dataset = _named(named, iri)
    return minted


def offered(origin: Origin) -> tuple[Offered, ...]:
    """The files that a description names, in one order. Read as JSON: pages ask, and need no graph of nouns."""
    return tuple(
        Offered(
            url=url,
            title=Text(**each.get("title", {})),
            description=Text(**each.get("description", {})),
            format=each.get("format", {}).get("label", ""),
            media_type=each.get("media_type", ""),
            bytes=each.get("byte_size"),
        )
        for each in json.loads(origin.described).get("distributions", ())
        if (url := each.get("download_url") or each.get("access_url"))
    )


def agent_known(dataset: Dataset) -> Agent | None:
    """Who publishes it, if it says so by a name or an address."""
    agent = dataset.publisher
    return agent if agent is not None and (agent.name or agent.iri) else None


def _ordered(value: Any, between: tuple[str, str]) -> str:
    """Plain values as JSON, with what stands between members and behind names. Sets have no order; their JSON has one."""
    comma, colon = between
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return f"{{{comma.join([encode_basestring(name) + colon + _ordered(value[name], between) for name in sorted(value)])}}}"
    if isinstance(value, list):
        return f"[{comma.join(sorted([_ordered(each, between) for each in value]))}]"
    return json.dumps(value)


def _named(noun: Any, base: str) -> Any:
    """The noun with an IRI, and so all that it holds: one of ours where it came as a blank node."""
    changes: dict[str, Any] = {}
    for each in fields(noun):
        value = getattr(noun, each.name)
        if isinstance(value, frozenset):
            if any(is_dataclass(one) for one in value):
                changes[each.name] = frozenset(_named(one, base) for one in value)
        elif is_dataclass(value) and each.name not in _TEXTS:
            changes[each.name] = _named(value, base)
    made = replace(noun, **changes) if changes else noun
    if getattr(made, "iri", None) == "":
        made = replace(made, iri=f"{base}#{type(made).__name__.lower()}-{_digest(made)}")
    return made


_TEXTS = frozenset({"title", "description", "name", "label", "organization", "definition"})


def _digest(noun: Any) -> str:
    content = _ordered(_converter().unstructure(noun), _OPEN)
    return hashlib.sha256(content.encode()).hexdigest()[:_MINTED]
