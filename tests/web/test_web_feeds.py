"""The feed as a harvester walks it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from rdflib import DCAT, DCTERMS, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from catalog import media
from catalog.settings import Settings
from catalog.store import CATALOG_KEY, Store
from catalog.web import create_app

BASE = "https://data.example.jp"
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


@pytest.fixture
def harvest(settings: Settings, store: Store, publish) -> Callable[..., list[Graph]]:
    """Seven more datasets, one of them a sample, three on a page; walks a feed by ``hydra:next`` and answers its pages."""
    for number in range(7):
        publish(f"d{number}", package={"sample": number == 3})

    def walk(format_: str = "nt", **changes: object) -> list[Graph]:
        client = create_app(replace(settings, page_size=3, **changes), store).test_client()
        address, pages = f"{BASE}/catalog.{format_}", []
        while address:
            answer = client.get(address.removeprefix(BASE))
            assert answer.status_code == 200, address
            pages.append(Graph().parse(data=answer.data, format=PARSERS[format_]))
            following = [str(each) for each in pages[-1].objects(URIRef(address), HYDRA.next)]
            assert (
                (f'<{following[0]}>; rel="next"' in answer.headers["Link"])
                if following
                else ('rel="next"' not in answer.headers["Link"])
            )
            address = following[0] if following else ""
        return pages

    return walk


def datasets(page: Graph) -> list[str]:
    return sorted(str(each).removeprefix(f"{BASE}/dataset/") for each in page.objects(URIRef(f"{BASE}/catalog"), DCAT.dataset))


@pytest.mark.parametrize("format_", PARSERS)
def test_each_dataset_stands_once_on_one_whole_page(harvest, format_: str) -> None:
    pages = harvest(format_)
    assert [datasets(each) for each in pages] == [["d0", "d1", "d2"], ["d3", "d4", "d5"], ["d6", "stations"]]
    for page in pages:
        for name in datasets(page):
            assert page.value(URIRef(f"{BASE}/dataset/{name}"), DCTERMS.publisher), "the dataset itself is on the page"
    totals = [[int(each) for each in page.objects(URIRef(f"{BASE}/catalog"), HYDRA.totalItems)] for page in pages]
    assert totals == [[8], [], []]


def test_samples_stay_out_where_the_operator_says_so(harvest) -> None:
    pages = harvest(samples_in_feed=False)
    assert [datasets(each) for each in pages] == [["d0", "d1", "d2"], ["d4", "d5", "d6"], ["stations"]]
    assert next(pages[0].objects(None, HYDRA.totalItems)).toPython() == 7


def test_a_page_has_a_number_too(harvest, settings: Settings, store: Store) -> None:
    harvest()
    client = create_app(replace(settings, page_size=3), store).test_client()
    first, second = client.get("/catalog.ttl"), client.get("/catalog.ttl?page=2")
    assert client.get("/catalog.ttl?page=1").data == first.data
    assert client.get("/catalog.ttl?after=d2").data == second.data
    assert second.headers["Content-Location"] == "/catalog.ttl?after=d2"
    assert client.get("/catalog.ttl?page=3").status_code == 200
    assert client.get("/catalog.ttl?page=4").status_code == 404
    both = client.get("/catalog.ttl?page=2&after=d2")
    assert (both.status_code, both.json["errors"][0]["code"]) == (400, "parameter-conflict")


@pytest.mark.parametrize("count", [3, 6])
def test_the_last_page_may_be_full(settings: Settings, store: Store, publish, count: int) -> None:
    for number in range(count - 1):
        publish(f"d{number}")
    client = create_app(replace(settings, page_size=3), store).test_client()
    assert b"hydra/core#next>" not in client.get(f"/catalog.nt?page={count // 3}").data
    assert client.get(f"/catalog.nt?page={count // 3 + 1}").status_code == 404


def test_a_change_shows_and_what_did_not_change_keeps_its_tag(harvest, settings: Settings, store: Store, publish) -> None:
    harvest()
    client = create_app(replace(settings, page_size=3), store).test_client()
    paths = ["/catalog.ttl", "/catalog.ttl?after=d2", "/catalog.ttl?after=d5", "/dataset/d0.ttl", "/dataset/d4.ttl"]
    before = [client.get(each).headers["ETag"] for each in paths]
    publish("d4", contents={"stations.csv": b"code,passengers\nB02,1\n"})
    after = [client.get(each).headers["ETag"] for each in paths]
    assert [a != b for a, b in zip(before, after, strict=True)] == [True, True, False, False, True]


def test_addresses_come_from_the_settings_never_from_the_client(read) -> None:
    for path in (
        "/catalog.ttl",
        "/dataset/stations.ttl",
        "/dataset/stations.json",
        "/datasets.json",
        "/",
        "/sitemap.xml",
        "/nothing",
    ):
        answer = read(path, host="evil.example", x_forwarded_host="evil.example", forwarded="host=evil.example")
        assert b"evil.example" not in answer.body
        assert "evil.example" not in str(answer.headers)


def test_the_four_formats_of_a_page_are_one_graph(read) -> None:
    graphs = [Graph().parse(data=read(f"/catalog.{each}").body, format=PARSERS[each]) for each in PARSERS]
    canonical = []
    for format_, graph in zip(PARSERS, graphs, strict=True):  # each page names its own address: all else is alike
        text = graph.serialize(format="nt").replace(f"{BASE}/catalog.{format_}", f"{BASE}/page")
        canonical.append(Graph().parse(data=text, format="nt"))
    assert all(isomorphic(each, canonical[0]) for each in canonical)


def test_the_body_is_what_the_store_holds(read, store: Store) -> None:
    for format_ in media.RDF:
        document = store.document("stations", format_.name)
        assert document is not None
        answer = read(f"/dataset/stations{format_.suffix}")
        assert (answer.body, answer.headers["ETag"]) == (document.body, f'"{document.etag}"')


def test_no_feed_rather_than_an_empty_one(app: Flask, store: Store, caplog) -> None:
    with store.writing() as writing:
        writing.set_documents(CATALOG_KEY, {}, "2026-06-01T00:00:00Z")
    answer = app.test_client().get("/catalog.ttl")
    assert (answer.status_code, answer.json["code"], answer.headers["Cache-Control"]) == (503, "unavailable", "no-store")
    assert "feed-not-ready" in caplog.text
