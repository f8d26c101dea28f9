"""Feed pages: joined bytes that are the same graph in every format, whole in themselves, with paging for every harvester."""

import subprocess
import sys
from dataclasses import replace

import pytest
from dcat_samples import ADDRESSES, BASE, FORMATS, SETTINGS, datasets, package, parsed, publication
from hypothesis import HealthCheck, given, settings
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

from catalog.dcat import feed
from catalog.dcat.describing import describe, read
from catalog.dcat.nouns import Dataset
from catalog.dcat.projection import catalog_of, dataset_of
from catalog.dcat.rendering import render, render_catalog
from catalog.errors import StoreError
from catalog.model import Text

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
CATALOG = URIRef(f"{BASE}/catalog")
HEADS = render_catalog(SETTINGS)
TWO = [
    dataset_of(publication(), ADDRESSES, SETTINGS),
    dataset_of(publication("others", package("others", sample=True, title=Text('<ほか> & """', "a\nb"))), ADDRESSES, SETTINGS),
]  # fmt: skip


def address(number: int, format_: str = "ttl") -> str:
    return ADDRESSES.catalog(f".{format_}", page=number)


def view(nouns: list[Dataset], **changes: object) -> feed.View:
    whole = feed.View(catalog=str(CATALOG), datasets=[each.iri for each in nouns], page=address(2), first=address(1))
    return replace(whole, **changes)  # type: ignore[arg-type]


def pages(nouns: list[Dataset], said: feed.View) -> dict[str, bytes]:
    rendered = [render(each) for each in nouns]
    return {each: feed.page(each, HEADS[each], [documents[each] for documents in rendered], said) for each in FORMATS}


def test_a_page_is_the_catalogue_its_datasets_and_the_paging_and_nothing_else() -> None:
    said = view(TWO, previous=address(1), next=address(3), last=address(9), items_per_page=2)
    page = URIRef(address(2))
    expected = describe(catalog_of(SETTINGS, ADDRESSES)) + describe(TWO[0]) + describe(TWO[1])
    expected.add((CATALOG, RDF.type, HYDRA.Collection))
    expected.add((CATALOG, HYDRA.view, page))
    for each in TWO:
        expected.add((CATALOG, DCAT.dataset, URIRef(each.iri)))
    expected.add((page, RDF.type, HYDRA.PagedCollection))
    expected.add((page, RDF.type, HYDRA.PartialCollectionView))
    for name, number in (("first", 1), ("previous", 1), ("next", 3), ("last", 9)):
        expected.add((page, HYDRA[name], URIRef(address(number))))
        expected.add((page, HYDRA[f"{name}Page"], URIRef(address(number))))
    expected.add((page, HYDRA.itemsPerPage, Literal(2)))
    for format_, document in pages(TWO, said).items():
        found = parsed(format_, document)
        assert isomorphic(found, expected), format_
        assert read(found) == sorted(TWO, key=lambda each: each.iri), format_


@pytest.mark.parametrize("format_", FORMATS)
def test_the_catalogue_names_the_services_of_the_page(format_: str) -> None:
    documents = {"stations": render(TWO[0])[format_]}
    assert feed.services(ADDRESSES, documents) == [f"{BASE}/dataset/stations/service"]
    bare = publication(files=tuple(each for each in publication().files if each.format != "parquet"))
    without = {"stations": render(dataset_of(bare, ADDRESSES, SETTINGS))[format_]}
    assert feed.services(ADDRESSES, without) == []
    graph = parsed(format_, pages(TWO, view(TWO, services=feed.services(ADDRESSES, documents)))[format_])
    assert set(graph.objects(CATALOG, DCAT.service)) == {URIRef(f"{BASE}/dataset/stations/service")}
    assert (URIRef(f"{BASE}/dataset/stations/service"), RDF.type, DCAT.DataService) in graph


def test_the_first_page_alone_says_how_many_and_when() -> None:
    said = view(TWO, page=address(1), total=2, issued="2026-01-01T00:00:00Z", modified="2026-11-22T09:30:00+00:00")
    for format_, document in pages(TWO, said).items():
        graph = parsed(format_, document)
        assert graph.value(CATALOG, HYDRA.totalItems) == graph.value(URIRef(address(1)), HYDRA.totalItems) == Literal(2)
        modified = Literal("2026-11-22T09:30:00+00:00", datatype=XSD.dateTime)
        assert list(graph.objects(CATALOG, DCTERMS.modified)) == [modified], format_
        assert len(list(graph.objects(CATALOG, DCTERMS.issued))) == 1, format_
    for format_, document in pages(TWO, view(TWO)).items():
        assert not {HYDRA.totalItems, HYDRA.next, HYDRA.itemsPerPage} & set(parsed(format_, document).predicates()), format_


def next_as_ckan_reads_it(graph: Graph) -> str:
    """ckanext-dcat: the first node of either class, ``hydra:next``, then ``hydra:nextPage``."""
    for kind in (HYDRA.PagedCollection, HYDRA.PartialCollectionView):
        for node in graph.subjects(RDF.type, kind):
            for predicate in (HYDRA.next, HYDRA.nextPage):
                for found in graph.objects(node, predicate):
                    return str(found)
    return ""


def next_as_udata_reads_it(graph: Graph, kind: URIRef, predicate: URIRef) -> str:
    """udata: the one node of the first known class, one predicate for each class."""
    node = graph.value(predicate=RDF.type, object=kind)
    return str(graph.value(node, predicate) or "")


@pytest.mark.parametrize("format_", FORMATS)
def test_harvesters_find_the_next_page(format_: str) -> None:
    asked = ADDRESSES.catalog(".ttl", page=3, q='大阪 "x"<&>')
    graph = parsed(format_, pages(TWO, view(TWO, next=asked))[format_])
    assert next_as_ckan_reads_it(graph) == asked
    assert next_as_udata_reads_it(graph, HYDRA.PartialCollectionView, HYDRA.next) == asked
    assert next_as_udata_reads_it(graph, HYDRA.PagedCollection, HYDRA.nextPage) == asked
    last = parsed(format_, pages(TWO, view(TWO))[format_])
    assert next_as_ckan_reads_it(last) == ""


@pytest.mark.parametrize("format_", FORMATS)
def test_an_address_that_is_no_iri_is_encoded(format_: str) -> None:
    said = view(TWO, page=f'{BASE}/catalog.ttl?q=大阪 x&publisher=<a>"', next=f"{BASE}/catalog.ttl?q=50%&page=2")
    graph = parsed(format_, pages(TWO, said)[format_])
    page = URIRef(f"{BASE}/catalog.ttl?q=%E5%A4%A7%E9%98%AA%20x&publisher=%3Ca%3E%22")
    assert (page, HYDRA.next, URIRef(f"{BASE}/catalog.ttl?q=50%25&page=2")) in graph
    assert (CATALOG, HYDRA.view, page) in graph


def test_an_empty_catalogue_has_a_page_too() -> None:
    graphs = [parsed(format_, document) for format_, document in pages([], view([], page=address(1), total=0)).items()]
    assert all(isomorphic(each, graphs[0]) for each in graphs)
    assert graphs[0].value(CATALOG, HYDRA.totalItems) == Literal(0)
    assert (CATALOG, RDF.type, DCAT.Catalog) in graphs[0]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(datasets(), datasets(iri=f"{BASE}/dataset/e"))
def test_any_two_datasets_join_to_the_same_graph_in_every_format(one: Dataset, other: Dataset) -> None:
    both = [one, replace(other, distributions=frozenset())]  # nodes of the same IRI would merge
    graphs = {format_: parsed(format_, document) for format_, document in pages(both, view(both)).items()}
    for format_, graph in graphs.items():
        assert isomorphic(graph, graphs["nt"]), format_


def test_a_document_of_another_edition_is_not_joined() -> None:
    older = HEADS["ttl"].replace(b"@prefix owl:", b"@prefix OWL:")
    with pytest.raises(StoreError, match="description-stale"):
        feed.page("ttl", HEADS["ttl"], [older], view([]))
    with pytest.raises(StoreError, match="description-stale"):
        feed.page("rdf", HEADS["rdf"][:-1], [], view([]))


def test_serving_a_page_needs_no_rdflib() -> None:
    program = "import sys, catalog.dcat.feed, catalog.dcat.projection; print([n for n in sys.modules if n.startswith('rdflib')])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
