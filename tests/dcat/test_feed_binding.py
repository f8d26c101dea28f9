"""Parts of a page: one gzip member whatever they hold, and the same graph as the page that is written at once."""

import gzip
import zlib

import pytest
from dcat_samples import ADDRESSES, BASE, FORMATS, SETTINGS, package, parsed, publication
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from catalog.dcat import binding, feed
from catalog.dcat.binding import Bound
from catalog.dcat.framing import CLOSES
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render, render_catalog


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=6), st.sampled_from(FORMATS))
def test_any_parts_are_one_member_of_gzip(texts: list[bytes], format_: str) -> None:
    parts = [binding.part(number, (f"d{number}",), "made of", text) for number, text in enumerate(texts)]
    bound = binding.bind(format_, parts, len(parts))
    bodies = [binding.compress(each, before) for each, before in zip(texts, [b"", *texts], strict=False)]
    whole = bound.gzip(bodies)
    assert gzip.decompress(whole) == b"".join(texts) + CLOSES[format_]
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(whole) == gzip.decompress(whole)
    assert (reader.eof, reader.unused_data) == (True, b"")
    assert bound.size == len(gzip.decompress(whole))
    assert Bound.of(bound.text()) == bound
    assert binding.proven(bound, bodies) == bound.parts


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=6), st.data())
def test_from_the_first_damage_on_no_part_is_trusted(texts: list[bytes], data: st.DataObject) -> None:
    bound = binding.bind("ttl", [binding.part(number, (f"d{number}",), "", text) for number, text in enumerate(texts)], 9)
    bodies = [binding.compress(each, before) for each, before in zip(texts, [b"", *texts], strict=False)]
    place = data.draw(st.integers(0, len(texts) - 1))
    bodies[place] = data.draw(st.sampled_from([b"", b"no part", binding.compress(texts[place] + b"!")]))
    assert binding.proven(bound, bodies) == bound.parts[:place]


def test_what_stands_before_is_pointed_at_and_not_said_again() -> None:
    said = bytes(range(256)) * 20
    assert len(binding.compress(said, b"?" * 40_000 + said)) < 100 < len(binding.compress(said))


def test_parts_of_other_bytes_have_another_tag() -> None:
    one, two = (binding.part(0, ("d",), "", text) for text in (b"one", b"two"))
    assert len({binding.bind("ttl", parts, 9).etag for parts in ([], [one], [two], [one, two], [two, one])}) == 5
    assert binding.bind("ttl", [one], 9).etag == binding.bind("ttl", [one], 10).etag


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"no JSON", b'{"format": "ttl", "parts": [1]}'])
def test_what_is_no_list_of_parts_is_not_read(damage: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Bound.of(damage)


@settings(deadline=None)
@given(st.sets(st.text("abcdef", min_size=1, max_size=5), max_size=200), st.text("abcdef", min_size=1, max_size=5))
def test_one_dataset_more_changes_two_parts_at_most(names: set[str], more: str) -> None:
    before, after = (binding.runs(sorted(each)) for each in (names - {more}, names | {more}))
    assert [each for run in after for each in run] == sorted(names | {more})
    assert all(before), "none is empty"
    assert len({tuple(run) for run in after} - {tuple(run) for run in before}) <= 2


@pytest.mark.parametrize("format_", FORMATS)
def test_head_and_parts_are_the_graph_of_the_page(format_: str) -> None:
    head = render_catalog(SETTINGS)[format_]
    documents = {
        each.id: render(dataset_of(each, ADDRESSES, SETTINGS))[format_]
        for each in (publication(), publication("others", package("others", sample=True)), publication("third", package("third")))
    }
    view = feed.View(catalog=ADDRESSES.catalog(), page=f"{BASE}/catalog?page=2", total=3, next=f"{BASE}/catalog?page=3")
    said = feed.View(
        catalog=view.catalog,
        page=view.page,
        total=3,
        next=view.next,
        datasets=[ADDRESSES.dataset(each) for each in documents],
        services=feed.services(ADDRESSES, documents),
    )
    whole = feed.page(format_, head, [*documents.values()], said)
    first, *rest = documents
    parts = [{first: documents[first]}, {each: documents[each] for each in rest}]
    joined = b"".join([feed.head(format_, head, view), *(feed.part(format_, ADDRESSES, each) for each in parts), CLOSES[format_]])
    assert isomorphic(parsed(format_, joined), parsed(format_, whole))
    assert feed.head(format_, head, view) + CLOSES[format_] == feed.page(format_, head, [], view)
