"""Whatever is vouched for keeps the shapes: a description with one attribute exchanged, told both ways."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from dcat_samples import ADDRESSES, SETTINGS, package, publication
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.dcat import nouns, shapes
from catalog.dcat.projection import dataset_of
from catalog.dcat.vouching import vouched
from catalog.model import Text

LATE = datetime(2030, 1, 1, tzinfo=UTC)
EARLY = datetime(2001, 1, 1, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    None, "", "x", "二\n行", "tab\tx", "\x7f", "\u2028", "http://", "https://example.jp/", "https://example.jp/あ",
    "http://publications.europa.eu/resource/authority/data-theme/GOVE", "a b", "0", "12", "ja@example.jp", "a@b", "x@",
    "03-1234-5678", "tel", "urn:x", "mailto:a@b.jp", "A" * 64, "a" * 64, "鉄道", "時刻表・バス", "k" * 101, "が 。",
    Text("題"), Text("題", "Title"), Text("二\n行"), Text("a\x7f"), Text("a\u2028b"), 0, 1, -1, True,
    date(2024, 1, 2), EARLY, LATE, datetime(2024, 1, 2), frozenset(),  # noqa: DTZ001  none of ours
)  # fmt: skip
DATASET = dataset_of(publication(), ADDRESSES, SETTINGS)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each attribute: names, and members of sets by their place among them, sorted."""
    for each in fields(value):
        inner = getattr(value, each.name)
        yield (*path, each.name)
        if isinstance(inner, frozenset):
            yield (*path, each.name, None)
        for place, one in enumerate(ordered(inner)):
            if is_dataclass(one) and not isinstance(one, Text):
                yield from paths(one, (*path, each.name, place))


def ordered(value: Any) -> list[Any]:
    return sorted(value, key=repr) if isinstance(value, frozenset) else [value]


def exchanged(noun: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The noun with another value there; None as a place adds the value to a set."""
    name, *rest = path
    value = getattr(noun, name)
    if not rest:
        return replace(noun, **{name: frozenset({odd}) if isinstance(value, frozenset) and odd != frozenset() else odd})
    place, *deeper = rest
    members = ordered(value)
    if place is None:
        members.append(odd)
    else:
        members[place] = exchanged(members[place], tuple(deeper), odd)
    return replace(noun, **{name: frozenset(members) if isinstance(value, frozenset) else members[0]})


def told(dataset: nouns.Dataset) -> bool:
    """Whether the shapes find no fault; what cannot be written as a graph at all has one."""
    try:
        return not shapes.check(dataset)
    except (AttributeError, TypeError, ValueError):
        return False


@pytest.mark.parametrize("changes", [{}, {"sample": True}, {"contact": None, "temporal": None, "licenses": (), "themes": ()}])
def test_what_the_catalogue_describes_is_vouched_for(changes: dict[str, Any]) -> None:
    assert vouched(dataset_of(publication(package_=package(**changes)), ADDRESSES, SETTINGS))


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(paths(DATASET), key=repr)), st.sampled_from(ODD)), min_size=1, max_size=2))
def test_whatever_is_vouched_for_keeps_the_shapes(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    found = DATASET
    for path, odd in changes:
        try:
            found = exchanged(found, path, odd)
        except (AttributeError, IndexError, TypeError):  # the first exchange took away what the second is about
            continue
    if vouched(found):
        assert told(found), changes


def test_what_the_shapes_say_of_several_nouns_is_not_vouched_for() -> None:
    one, other = sorted(DATASET.distributions, key=lambda each: each.iri)[:2]
    twice = replace(DATASET, distributions=frozenset({one, replace(other, title=one.title)}))
    late = replace(DATASET, issued=LATE)
    backwards = replace(DATASET, temporal=nouns.PeriodOfTime(start=date(2024, 1, 2), end=date(2024, 1, 1)))
    never = replace(DATASET, temporal=nouns.PeriodOfTime())
    named = replace(DATASET, creators=frozenset({replace(DATASET.publisher or nouns.Agent(iri=""), name=Text("別の名"))}))
    for each in (twice, late, backwards, never, named):
        assert not vouched(each)
        assert not told(each)
