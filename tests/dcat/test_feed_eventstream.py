"""The stream of changes: the same in TriG and JSON-LD, as DCAT-AP Feeds wants it, and readable as plain Activity Streams."""

import json
import warnings
from dataclasses import replace

import pytest
from dcat_samples import ADDRESSES, BASE, SETTINGS, datasets, package, publication
from hypothesis import HealthCheck, given, settings
from pyshacl import validate
from rdflib import DCTERMS, RDF, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from catalog import media
from catalog.dcat import eventstream, nouns
from catalog.dcat.describing import describe
from catalog.dcat.eventstream import Bounds, Event, Span
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render
from catalog.model import Text

AS = Namespace("https://www.w3.org/ns/activitystreams#")
LDES = Namespace("https://w3id.org/ldes#")
TREE = Namespace("https://w3id.org/tree#")
STREAM = URIRef(f"{BASE}/changes")
FORMATS = (media.TRIG, media.JSON_LD)
PARSERS = {"trig": "trig", "jsonld": "json-ld"}

NOUN = dataset_of(publication(), ADDRESSES, SETTINGS)
ODD = dataset_of(publication("odd", package("odd", title=Text('<ほか> & """ \\ _:b .', "a\nb\u2028c\td"))), ADDRESSES, SETTINGS)
EVENTS = (
    Event(sequence=101, dataset="stations", kind="create", at="2026-04-01T00:00:00Z", body=render(NOUN)["nt"]),
    Event(sequence=103, dataset="odd", kind="create", at="2026-04-01T00:00:00Z", body=render(ODD)["nt"]),
    Event(sequence=104, dataset="stations", kind="update", at="2026-04-02T00:00:00Z", body=render(NOUN)["nt"]),
    Event(sequence=200, dataset="stations", kind="delete", at="2026-04-03T00:00:00Z"),
)
SPANS = (
    Span(page=2, begins="2026-04-01T00:00:00Z", ends="2026-04-03T00:00:00Z"),
    Span(page=3, begins="2026-04-03T00:00:00Z", ends="2026-04-03T00:00:00Z"),
)


def graphs(format_: media.Format, document: bytes) -> dict[str, Graph]:
    """The graphs of a document by name, the default graph under "", as graphs of their own."""
    whole = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's parsers use what rdflib deprecates
        whole.parse(data=document, format=PARSERS[format_.name])
    found: dict[str, Graph] = {}
    for *triple, name in whole.quads():
        found.setdefault("" if name is None or str(name).startswith("urn:x-rdflib") else str(name), Graph()).add(tuple(triple))  # type: ignore[arg-type]
    return found


def page(format_: media.Format, events: tuple[Event, ...] = EVENTS, **changes: int) -> dict[str, Graph]:
    bounds = replace(Bounds(page=2, previous=1, following=3), **changes)
    return graphs(format_, eventstream.page(format_, ADDRESSES, bounds, events))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_page_has_its_members_each_with_its_whole_description(format_: media.Format) -> None:
    found = page(format_)
    told = found[""]
    here = URIRef(ADDRESSES.changes(format_.suffix, page=2))
    members = [URIRef(f"{BASE}/changes#{each.sequence}") for each in EVENTS]
    assert set(told.objects(STREAM, TREE.member)) == set(members)
    assert (STREAM, RDF.type, LDES.EventStream) in told
    assert list(told.items(told.value(here, AS["items"]))) == members
    assert set(told.objects(here, RDF.type)) == {AS.OrderedCollectionPage, TREE.Node}
    for each, member in zip(EVENTS, members, strict=True):
        said = {(p, o) for _s, p, o in told.triples((member, None, None))}
        assert said == {
            (RDF.type, AS[each.kind.title()]),
            (AS.object, URIRef(f"{BASE}/dataset/{each.dataset}")),
            (AS.published, Literal(each.at, datatype=XSD.dateTime)),
        }
    for each, noun in ((0, NOUN), (1, ODD), (2, NOUN)):
        assert isomorphic(found[str(members[each])], describe(noun))
    assert found.keys() == {"", *map(str, members[:3])}


def test_two_versions_of_a_dataset_share_no_blank_node() -> None:
    for format_ in FORMATS:
        found = page(format_)
        periods = [found[f"{BASE}/changes#{each}"].value(URIRef(NOUN.iri), DCTERMS.temporal) for each in (101, 104)]
        assert len(set(periods)) == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(datasets())
def test_any_description_is_the_same_in_both_formats(noun: nouns.Dataset) -> None:
    event = Event(sequence=7, dataset="d", kind="update", at="2026-04-01T00:00:00Z", body=render(noun)["nt"])
    for format_ in FORMATS:
        assert isomorphic(page(format_, (event,))[f"{BASE}/changes#7"], describe(noun)), format_.name


@pytest.mark.parametrize("format_", FORMATS)
def test_a_page_is_closed_when_another_follows(format_: media.Format) -> None:
    here = URIRef(ADDRESSES.changes(format_.suffix, page=2))
    closed, last = page(format_)[""], page(format_, previous=0, following=0)[""]
    assert closed.value(here, LDES.immutable) == Literal(True)
    assert closed.value(here, AS.next) == URIRef(ADDRESSES.changes(format_.suffix, page=3))
    assert closed.value(here, AS.prev) == URIRef(ADDRESSES.changes(format_.suffix, page=1))
    assert {AS.next, AS.prev, LDES.immutable} & set(last.predicates()) == set()


@pytest.mark.parametrize("format_", FORMATS)
def test_the_root_describes_the_stream_and_leads_to_every_page(format_: media.Format) -> None:
    told = graphs(format_, eventstream.root(format_, ADDRESSES, SPANS, 5))[""]
    view = URIRef(ADDRESSES.changes(format_.suffix))
    assert {LDES.EventStream, AS.OrderedCollection} == set(told.objects(STREAM, RDF.type))
    for predicate, expected in {
        LDES.timestampPath: AS.published,
        LDES.versionOfPath: AS.object,
        LDES.versionCreateObject: AS.Create,
        LDES.versionUpdateObject: AS.Update,
        LDES.versionDeleteObject: AS.Delete,
        TREE.shape: URIRef(eventstream.SHAPE),
        TREE.view: view,
        AS.totalItems: Literal(5),
        AS.first: URIRef(ADDRESSES.changes(format_.suffix, page=2)),
        AS.last: URIRef(ADDRESSES.changes(format_.suffix, page=3)),
    }.items():
        assert list(told.objects(STREAM, predicate)) == [expected]
    relations = {
        (told.value(each, RDF.type), str(told.value(each, TREE.node)), told.value(each, TREE.value).toPython().day)
        for each in told.objects(view, TREE.relation)
    }
    second, third = (ADDRESSES.changes(format_.suffix, page=each) for each in (2, 3))
    assert relations == {
        (TREE.GreaterThanOrEqualToRelation, second, 1),
        (TREE.LessThanOrEqualToRelation, second, 3),
        (TREE.GreaterThanOrEqualToRelation, third, 3),
    }
    assert {told.value(each, TREE.path) for each in told.objects(view, TREE.relation)} == {AS.published}


def test_both_formats_are_one_graph() -> None:
    roots = [graphs(each, eventstream.root(each, ADDRESSES, SPANS, 5).replace(each.suffix.encode(), b"")) for each in FORMATS]
    pages = [
        graphs(each, eventstream.page(each, ADDRESSES, Bounds(page=2, following=3), EVENTS).replace(each.suffix.encode(), b""))
        for each in FORMATS
    ]
    for one, other in (roots, pages):
        assert one.keys() == other.keys()
        assert all(isomorphic(one[name], other[name]) for name in one)


def test_an_empty_stream_has_a_root() -> None:
    for format_ in FORMATS:
        told = graphs(format_, eventstream.root(format_, ADDRESSES, (), 0))[""]
        assert told.value(STREAM, AS.totalItems) == Literal(0)
        assert not set(told.predicates()) & {TREE.relation, AS.first, AS.last}


def test_a_reader_of_activity_streams_needs_no_rdf() -> None:
    collection = json.loads(eventstream.root(media.JSON_LD, ADDRESSES, SPANS, 5))
    assert collection["type"] == ["OrderedCollection", "EventStream"]
    assert collection["first"] == f"{BASE}/changes.jsonld?page=2"
    shown = json.loads(eventstream.page(media.JSON_LD, ADDRESSES, Bounds(page=2, following=3), EVENTS))
    assert (shown["type"], shown["next"]) == (["OrderedCollectionPage", "tree:Node"], f"{BASE}/changes.jsonld?page=3")
    assert shown["orderedItems"][-1] == {
        "id": f"{BASE}/changes#200",
        "type": "Delete",
        "object": f"{BASE}/dataset/stations",
        "published": "2026-04-03T00:00:00Z",
    }


def test_members_keep_the_shapes_of_dcat_ap_feeds(shared) -> None:
    shapes = Graph().parse(shared / "standards/dcat/feeds/dcat-ap-feeds-shape.ttl")
    found = page(media.TRIG)
    union = Graph()
    for each in found.values():
        union += each
    conforms, _report, text = validate(union, shacl_graph=shapes)
    assert conforms, text
    union.add((URIRef(f"{BASE}/changes#200"), AS.actor, URIRef(BASE)))
    assert not validate(union, shacl_graph=shapes)[0], "the shapes are closed: they do look"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-04-01T09:00:00+09:00", "2026-04-01T00:00:00Z"),
        ("2026-04-01T00:00:00.999Z", "2026-04-01T00:00:00Z"),
        ("2026-04-01T00:00:00", "2026-04-01T00:00:00Z"),
    ],
)
def test_times_are_told_in_utc(at: str, expected: str) -> None:
    assert eventstream.moment(at) == expected
