"""Who could have such a dataset: the local governments of a prefecture, and which of them have none yet.

Wards of designated cities are left out: their city publishes for them. Invented municipalities are prefectures of their own.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from catalog.dcat import shipped
from catalog.model import Text
from catalog.union.nouns import Area, Coverage
from catalog.values import is_local_government_code
from catalog.vocabulary.codelists import Concept

DIGITS = 2
"""Of a local-government code those of the prefecture (JIS X 0401)."""
_REAL, _INVENTED = "municipality", "municipality-sample"


@cache
def known(*, samples: bool) -> tuple[str, ...]:
    """The two-digit codes of all prefectures, with ``samples`` those of the invented ones too."""
    real = _list("prefecture")
    invented = (code[:DIGITS] for code in _list(_INVENTED)) if samples else ()
    return tuple(dict.fromkeys((*real, *invented)))


def prefectures(*, samples: bool) -> tuple[tuple[str, Text], ...]:
    """The codes of all prefectures with their names."""
    found = ((each, _own(each)) for each in known(samples=samples))
    return tuple((code, own.label if own else Text(code, code)) for code, own in found)


def municipalities(prefecture: str) -> tuple[Concept, ...]:
    """The municipalities of a prefecture (two digits), real or invented, as they are today, without wards."""
    _own_code, *found = _governments(prefecture, invented=prefecture not in _list("prefecture"))
    return tuple(each for each in found if each)


@lru_cache(maxsize=64)
def areas_of(coverage: Coverage) -> tuple[Area, ...]:
    """The prefecture that was asked about, or those of all publishers: who has such a dataset, who has none yet."""
    if coverage.prefecture:
        return (_area(coverage.prefecture, coverage),)
    present = {each[:DIGITS] for each in coverage.publishers if is_local_government_code(each)}
    return tuple(_area(each, coverage) for each in known(samples=coverage.samples) if each in present)


def _area(prefecture: str, coverage: Coverage) -> Area:
    """A dataset is its publisher's, and of the places that it says it covers."""
    having = {each.publisher.id for each in coverage.members}
    having |= {code for each in coverage.members for code in each.publication.package.spatial}
    invented = prefecture not in _list("prefecture")
    own, *municipalities = _governments(prefecture, invented=invented)
    return Area(
        code=prefecture,
        name=own.label if own else Text(prefecture, prefecture),
        sample=invented,
        publishing=tuple(each for each in (own, *municipalities) if each and each.code in having),
        wanted=tuple(each for each in municipalities if each and each.code not in having),
    )


def _list(name: str) -> tuple[str, ...]:
    found = shipped.codelist(name)
    return found.codes if found else ()


@cache
def _governments(prefecture: str, *, invented: bool) -> tuple[Concept | None, ...]:
    """The prefecture itself, then its municipalities as they are today."""
    return (_own(prefecture), *_municipalities(prefecture, _INVENTED if invented else _REAL))


def _own(prefecture: str) -> Concept | None:
    for name in ("local-government", _INVENTED):
        found = shipped.codelist(name)
        for each in found.concepts if found else ():
            if each.code.startswith(f"{prefecture}000"):
                return each
    return None


def _municipalities(prefecture: str, name: str) -> Iterator[Concept]:
    found = shipped.codelist(name)
    for each in found.concepts if found else ():
        if (
            each.code.startswith(prefecture)
            and not each.code.startswith(f"{prefecture}000")
            and each.valid()
            and not _is_ward(each)
        ):
            yield each


def _is_ward(concept: Concept) -> bool:
    """A ward of a designated city is named with its city (大阪市北区); the special wards of Tokyo are not (千代田区)."""
    name = concept.label.ja
    return name.endswith("区") and "市" in name
