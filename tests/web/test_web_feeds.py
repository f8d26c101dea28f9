"""The feed as a harvester walks it."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from catalog import media
from catalog.dcat.packing import plain
from catalog.model import Agent, Resource, Schema, StandardRef, Text
from catalog.publishing import refresh, withdraw
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

BASE = "https://data.example.jp"
CATALOG = URIRef(f"{BASE}/catalog")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


@dataclass
class Harvested:
    """A catalogue of three datasets on a page: ``d0`` … ``d6``, of which ``d3`` is a sample, and ``stations``."""

    settings: Settings
    store: Store
    publisher_of: Callable[..., Callable[..., object]]
    folder: Path

    def publish(self, name: str, **changes: object) -> None:
        self.publisher_of(self.store, self.settings, self.folder)(name, **changes)

    def client(self, **changes: object) -> FlaskClient:
        changed = replace(self.settings, **changes)  # type: ignore[arg-type]
        refresh(self.store, changed)
        return create_app(changed, self.store).test_client()

    def walk(self, format_: str = "nt", query: str = "", **changes: object) -> list[Graph]:
        client, pages = self.client(**changes), []
        address = f"{BASE}/catalog.{format_}{query}"
        while address:
            answer = client.get(address.removeprefix(BASE))
            assert answer.status_code == 200, (address, answer.text)
            pages.append(Graph().parse(data=answer.data, format=PARSERS[format_]))
            following = [str(each) for each in pages[-1].objects(None, HYDRA.next)]
            told = answer.headers["Link"]
            assert (f'<{following[0]}>; rel="next"' in told) if following else ('rel="next"' not in told)
            address = following[0] if following else ""
        return pages


@pytest.fixture
def harvest(settings: Settings, store: Store, publisher_of, tmp_path) -> Harvested:
    small = replace(settings, page_size=3)
    found = Harvested(small, store, publisher_of, tmp_path)
    for number in range(7):
        found.publish(f"d{number}", package={"sample": number == 3})
    return found


def datasets(page: Graph) -> list[str]:
    return sorted(str(each).removeprefix(f"{BASE}/dataset/") for each in page.objects(CATALOG, DCAT.dataset))


ALL = ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "stations"]


@pytest.mark.parametrize("format_", PARSERS)
def test_each_dataset_stands_once_on_one_whole_page(harvest: Harvested, format_: str) -> None:
    pages = harvest.walk(format_)
    assert [name for each in pages for name in datasets(each)] == ALL
    assert all(2 <= len(datasets(each)) <= 3 for each in pages)
    for page in pages:
        for name in datasets(page):
            assert page.value(URIRef(f"{BASE}/dataset/{name}"), DCTERMS.publisher), "the dataset itself is on the page"
    totals = [[int(each) for each in page.objects(CATALOG, HYDRA.totalItems)] for page in pages]
    assert totals == [[8], *[[]] * (len(pages) - 1)]
    dates = [[len(list(page.objects(CATALOG, each))) for each in (DCTERMS.issued, DCTERMS.modified)] for page in pages]
    assert dates == [[1, 1], *[[0, 0]] * (len(pages) - 1)]


def test_samples_stay_out_where_the_operator_says_so(harvest: Harvested) -> None:
    pages = harvest.walk(samples_in_feed=False)
    assert [name for each in pages for name in datasets(each)] == [each for each in ALL if each != "d3"]
    assert next(pages[0].objects(None, HYDRA.totalItems)).toPython() == 7
    harvest.settings = replace(harvest.settings, samples_in_feed=False)
    harvest.publish("d9", package={"sample": True})
    assert "d9" not in [name for each in harvest.walk() for name in datasets(each)]
    assert "d9" in [name for each in harvest.walk(samples_in_feed=True) for name in datasets(each)]


def test_page_one_is_the_first_and_others_have_their_numbers(harvest: Harvested) -> None:
    client = harvest.client()
    first = client.get("/catalog.ttl")
    assert client.get("/catalog.ttl?page=1").data == first.data
    assert first.headers["Content-Location"] == "/catalog.ttl"
    second = client.get("/catalog.ttl?page=2")
    assert second.headers["Content-Location"] == "/catalog.ttl?page=2"
    for query, status in {"page=99": 404, "page=0": 400, "page=x": 400, "page=1&page=2": 400, "colour=red": 400}.items():
        assert client.get(f"/catalog.ttl?{query}").status_code == status, query
    both = client.get("/catalog.ttl?page=2&q=x")
    assert (both.status_code, both.json["errors"][0]["code"]) == (400, "parameter-conflict")


def tags(client: FlaskClient, format_: str) -> dict[str, str]:
    """The ETag of every page, by walking the feed."""
    found, address = {}, f"/catalog.{format_}"
    while address:
        answer = client.get(address)
        found[address] = answer.headers["ETag"]
        links = [each for each in answer.headers["Link"].split(", ") if 'rel="next"' in each]
        address = links[0].partition(">")[0].removeprefix(f"<{BASE}") if links else ""
    return found


@pytest.mark.parametrize("format_", PARSERS)
def test_a_change_leaves_the_tags_of_all_other_pages(harvest: Harvested, format_: str) -> None:
    client = harvest.client()
    before = tags(client, format_)
    assert len(before) >= 3
    harvest.publish("d4", contents={"stations.csv": b"code,passengers\nB02,1\n"})
    after = tags(client, format_)
    assert before.keys() == after.keys()
    changed = {each for each in before if before[each] != after[each]}
    page = next(each for each in after if b"dataset/d4>" in client.get(each.replace(format_, "nt", 1)).data)
    assert page in changed
    assert changed <= {page, f"/catalog.{format_}"}
    withdraw("d5", harvest.settings, harvest.store)
    assert sum(after.get(each) != tag for each, tag in tags(client, format_).items()) <= 3


def test_rendering_all_anew_leaves_every_tag(harvest: Harvested) -> None:
    harvest.client(title_ja="別の名前")  # the fixture's publisher becomes the operator
    before = {format_: tags(harvest.client(), format_) for format_ in PARSERS}
    other = {format_: tags(harvest.client(title_ja="別の名前"), format_) for format_ in PARSERS}
    assert all(before[format_][each] != tag for format_ in PARSERS for each, tag in other[format_].items())
    again = {format_: tags(harvest.client(), format_) for format_ in PARSERS}
    differing = {each for format_ in PARSERS for each, tag in again[format_].items() if before[format_][each] != tag}
    assert differing <= {f"/catalog.{format_}" for format_ in PARSERS}, "only the first page says when the catalogue changed"


def test_a_link_stays_right_when_its_page_is_taken_up_by_another(harvest: Harvested) -> None:
    client = harvest.client()
    pages = harvest.walk("ttl")
    address = next(pages[0].objects(None, HYDRA.next)).removeprefix(BASE)
    second = client.get(address)
    for name in datasets(pages[0])[1:]:
        withdraw(name, harvest.settings, harvest.store)
    assert address not in tags(client, "ttl")
    late = client.get(address)
    assert late.data == second.data, "the rest of the larger page is what it was"
    assert late.headers["ETag"] == second.headers["ETag"]
    assert [name for each in harvest.walk("ttl") for name in datasets(each)] == [
        datasets(pages[0])[0],
        *ALL[len(datasets(pages[0])) :],
    ]


def test_a_second_visit_costs_nothing(harvest: Harvested) -> None:
    client = harvest.client()
    for path in tags(client, "ttl"):
        for coding in ("", "gzip", "zstd"):
            first = client.get(path, headers={"Accept-Encoding": coding})
            assert first.headers.get("Content-Encoding", "") == coding
            assert first.headers["ETag"].rstrip('"').endswith(f"-{coding}") == bool(coding)
            asked = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": coding}
            again = client.get(path, headers=asked)
            assert (again.status_code, again.data) == (304, b"")
            since = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"], "Accept-Encoding": coding})
            assert since.status_code == 304
            head = client.head(path, headers={"Accept-Encoding": coding})
            assert (head.status_code, head.data) == (200, b"")
            assert head.headers["Content-Length"] == first.headers["Content-Length"] == str(len(first.data))
            assert head.headers["Content-Type"] == "text/turtle; charset=utf-8"
            assert "Accept-Encoding" in first.headers["Vary"]
    whole, packed = client.get("/catalog.ttl"), client.get("/catalog.ttl", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == whole.data
    smaller = client.get("/catalog.ttl", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert plain(smaller.data) == whole.data
    assert len({each.headers["ETag"] for each in (whole, packed, smaller)}) == 3


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("zstd", "zstd"), ("ZSTD", "zstd"), ("gzip, zstd", "zstd"), ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"), ("*", "gzip"), ("br", ""), ("zstd;q=0", ""), ("gzip;q=0, zstd;q=0.1", "zstd"),
        ("zstd;q=x", ""),
    ],
)  # fmt: skip
def test_the_coding_is_the_one_that_is_liked_best(harvest: Harvested, accepted: str, coding: str) -> None:
    for path in ("/catalog.ttl", "/catalog.ttl?q=x", "/dataset/" + ALL[0] + ".nt"):
        answer = harvest.client().get(path, headers={"Accept-Encoding": accepted})
        assert (answer.status_code, answer.headers.get("Content-Encoding", "")) == (200, coding)


# --- parts of the feed


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory, publisher_of) -> Iterator[FlaskClient]:
    """Six datasets, each unlike the others in one way; two on a page."""
    folder = tmp_path_factory.mktemp("varied")
    settings = Settings(home=str(folder / "home"), base_url=BASE, page_size=2)
    toilets = Resource(
        name="stations",
        path="data/stations.csv",
        schema=Schema(fields=()),
        standard=StandardRef(id="public-toilet", edition="20260801"),
    )
    other = Agent(id="131130", name=Text("渋谷区"))
    with Store.open(settings) as store:
        publish = publisher_of(store, settings, folder)
        publish("a")
        publish("b", package={"publisher": other})
        publish("c", package={"publisher": other, "themes": ("AGRI",)})
        publish("d", package={"resources": (toilets,)})
        publish("e", modified="2026-04-02T15:00:00Z")
        publish("f", package={"description": Text("ＯＳＡＫＡ市の救急"), "keywords": ("医療",), "sample": True})
        withdraw("a", settings, store)
        publish("a", modified="2026-04-01T15:00:00Z")
        yield create_app(settings, store).test_client()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("publisher=131130", "b c"),
        ("publisher=operator", ""),
        ("theme=AGRI", "c"),
        ("theme=AGRI&publisher=270008", ""),
        ("standard=public-toilet", "d"),
        ("standard=aed-location", ""),
        ("modified_since=2026-04-02", "a e"),
        ("modified_since=2026-04-02T15:00:00Z", "a e"),
        ("modified_since=2026-04-03T00:00:00%2B09:00", "a e"),
        ("modified_since=2026-04-03T00:00:01+09:00", "a"),
        ("modified_since=20260401", "a b c d e f"),
        ("modified_since=2999-01-01", ""),
        ("q=osaka%E3%80%80%E6%95%91%E6%80%A5", "f"),
        ("q=%EF%BD%8F%EF%BD%93aka", "f"),
        ("q=%E5%8C%BB%E7%99%82", "f"),
        ("q=%E5%A4%A7%E9%98%AA+x", ""),
        ("q=100%25", ""),
        ("q=STATIONS", "a b c d e f"),
        ("q=stations&publisher=131130&theme=TRAN", "b"),
    ],
)
@pytest.mark.parametrize("format_", ["ttl", "jsonld"])
def test_a_part_of_the_feed(varied: FlaskClient, format_: str, query: str, expected: str) -> None:
    address, found = f"{BASE}/catalog.{format_}?{query}", []
    total = None
    while address:
        answer = varied.get(address.removeprefix(BASE))
        assert answer.status_code == 200, answer.text
        page = Graph().parse(data=answer.data, format=PARSERS[format_])
        names = datasets(page)
        assert len(names) <= 2
        found += names
        assert [page.value(URIRef(f"{BASE}/dataset/{each}"), RDF.type) for each in names] == [DCAT.Dataset] * len(names)
        total = total if total is not None else page.value(CATALOG, HYDRA.totalItems)
        view = page.value(CATALOG, HYDRA.view)
        assert view is not None
        assert str(view).isascii()
        address = str(page.value(view, HYDRA.next) or "")
        assert address.isascii()
        assert " " not in address
    assert (found, total) == (expected.split(), Literal(len(found)))
    assert varied.get(f"/catalog.{format_}?{query}", headers={"If-None-Match": answer.headers["ETag"]}).status_code in {200, 304}


def test_a_part_of_the_feed_is_told_apart_by_its_own_tag(varied: FlaskClient) -> None:
    first, second = varied.get("/catalog.ttl?publisher=131130"), varied.get("/catalog.ttl?publisher=270008")
    assert first.headers["ETag"] != second.headers["ETag"]
    assert varied.get("/catalog.ttl?publisher=131130", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    later = varied.get("/catalog.ttl?q=stations&after=b")
    assert later.headers["Content-Location"] == "/catalog.ttl?q=stations&after=b"
    assert b"hydra/core#totalItems" not in later.data


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("modified_since=yesterday", 400, "parameter-not-time"),
        ("modified_since=", 400, "parameter-not-time"),
        ("modified_since=2026-13-01", 400, "parameter-not-time"),
        ("modified_since=0001-01-01T00:00:00%2B09:00", 400, "parameter-not-time"),
        ("q=", 400, "parameter-not-words"),
        ("q=%E3%80%80", 400, "parameter-not-words"),
        ("q=" + "x" * 201, 400, "parameter-not-words"),
        ("theme=trains", 400, "parameter-not-choice"),
        ("publisher=%2F", 400, "parameter-not-id"),
        ("publisher=nobody", 404, "publisher-unknown"),
        ("standard=nothing", 404, "standard-unknown"),
        ("profiles=dcat_us", 400, "parameter-unknown"),
    ],
)
def test_a_mistake_in_what_is_asked_is_never_an_empty_feed(varied: FlaskClient, query: str, status: int, code: str) -> None:
    answer = varied.get(f"/catalog.ttl?{query}")
    assert answer.status_code == status, answer.text
    assert code in (answer.json["code"], *(each["code"] for each in answer.json.get("errors", ())))


# --- never a half feed


def test_nothing_is_served_that_was_rendered_for_another_address(harvest: Harvested, caplog) -> None:
    elsewhere = create_app(replace(harvest.settings, base_url="https://elsewhere.example.jp"), harvest.store).test_client()
    for path in (
        "/catalog.ttl",
        "/catalog.ttl?page=2",
        "/catalog.rdf?q=x",
        "/dataset/d1.ttl",
        "/changes",
        "/changes.trig?page=1",
    ):
        answer = elsewhere.get(path)
        assert (answer.status_code, answer.json["code"], answer.headers["Cache-Control"]) == (503, "unavailable", "no-store"), (
            path
        )
        assert int(answer.headers["Retry-After"]) > 0
    for path in ("/catalog/dump.nt.gz", "/harvest"):
        assert elsewhere.get(path).status_code == 503
    assert "feed-not-ready" in caplog.text
    assert elsewhere.get("/dataset/d1.json").status_code == 200
    assert elsewhere.get("/ja/dataset/d1").status_code == 200


def test_no_feed_before_the_first_one_is_whole(settings: Settings, tmp_path) -> None:
    new = replace(settings, home=str(tmp_path / "new"))
    with Store.open(new) as store:
        client = create_app(new, store).test_client()
        assert client.get("/catalog.ttl").status_code == 503
        refresh(store, new)
        for format_, parser in PARSERS.items():
            answer = client.get(f"/catalog.{format_}")
            assert answer.status_code == 200
            page = Graph().parse(data=answer.data, format=parser)
            assert page.value(CATALOG, HYDRA.totalItems) == Literal(0)
            assert (CATALOG, RDF.type, DCAT.Catalog) in page
        assert client.get("/changes").json["totalItems"] == 0
        assert client.get("/changes?page=1").status_code == 404
        assert client.get("/harvest").status_code == 200
        with client.get("/catalog/dump.nt.gz") as answer:
            assert len(gzip.decompress(answer.data)) > 500


def test_a_withdrawn_dataset_leaves_a_tombstone_in_every_format(harvest: Harvested) -> None:
    withdraw("d4", harvest.settings, harvest.store, reason='取りやめ "1"\n<x>')
    client = harvest.client()
    dataset = URIRef(f"{BASE}/dataset/d4")
    for format_ in media.RDF:
        for path, accept in ((f"/dataset/d4{format_.suffix}", ""), ("/dataset/d4", format_.media_type)):
            answer = client.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.headers["Content-Type"]) == (410, format_.content_type)
            graph = Graph().parse(data=answer.data, format=PARSERS[format_.name])
            assert set(graph.objects(dataset, RDF.type)) == {AS.Tombstone}
            assert graph.value(dataset, AS.formerType) == DCAT.Dataset
            assert graph.value(dataset, AS.deleted).toPython().tzinfo
            assert str(graph.value(dataset, AS.summary)) == '取りやめ "1"\n<x>'
    assert client.get("/dataset/d4", headers={"Accept": "application/json"}).json["code"] == "dataset-withdrawn"
    assert client.get("/dataset/nothing.ttl").status_code == 404


# --- everything else that a feed must not do


def test_addresses_come_from_the_settings_never_from_the_client(read) -> None:
    for path in (
        "/catalog.ttl",
        "/catalog.ttl?q=stations",
        "/changes",
        "/harvest",
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


@pytest.mark.parametrize("query", ["", "?q=stations"])
def test_the_four_formats_of_a_page_are_one_graph(read, query: str) -> None:
    graphs = [Graph().parse(data=read(f"/catalog.{each}{query}").body, format=PARSERS[each]) for each in PARSERS]
    canonical = []
    for format_, graph in zip(PARSERS, graphs, strict=True):  # each page names its own address: all else is alike
        text = graph.serialize(format="nt").replace(f"{BASE}/catalog.{format_}", f"{BASE}/page")
        canonical.append(Graph().parse(data=text, format="nt"))
    assert all(isomorphic(each, canonical[0]) for each in canonical)


def test_the_body_is_what_the_store_holds(read, store: Store) -> None:
    for format_ in media.RDF:
        for document, path in (
            (store.document("stations", format_.name), "/dataset/stations"),
            (store.feed.served(1, format_.name).document, "/catalog"),
        ):
            assert document is not None
            answer = read(f"{path}{format_.suffix}")
            assert (answer.body, answer.headers["ETag"]) == (document.body, f'"{document.etag}"')


@pytest.mark.parametrize("suffix", ["nt", "ttl"])
def test_the_dump_is_the_catalogue_without_paging(harvest: Harvested, suffix: str) -> None:
    client = harvest.client()
    path = f"/catalog/dump.{suffix}.gz"
    with client.get(path) as answer:
        packed = answer.data
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Length"] == str(len(packed))
    found = Graph().parse(data=gzip.decompress(packed), format=PARSERS[suffix])
    pages = Graph()
    for page in harvest.walk(suffix):
        pages += page
    for subject in set(pages.subjects(RDF.type, HYDRA.PartialCollectionView)):
        pages.remove((subject, None, None))
    pages.remove((CATALOG, HYDRA.view, None))
    pages.remove((CATALOG, HYDRA.totalItems, None))
    pages.remove((CATALOG, RDF.type, HYDRA.Collection))
    assert isomorphic(found, pages)
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    head = client.head(path)
    assert (head.status_code, head.headers["ETag"], head.data) == (200, answer.headers["ETag"], b"")
    harvest.publish("d4", contents={"stations.csv": b"code,passengers\nB02,1\n"})
    with client.get(path, headers={"If-None-Match": answer.headers["ETag"]}) as changed:
        assert (changed.status_code, changed.data == packed) == (200, False)
