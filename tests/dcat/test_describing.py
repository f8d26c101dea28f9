"""What is described is read back: any noun, through the bytes of any format; and other catalogues' graphs are read too."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from dcat_samples import ADDRESSES, FORMATS, SETTINGS, catalogs, datasets, parsed, publication
from hypothesis import HealthCheck, given, settings
from rdflib import Graph
from rdflib.compare import isomorphic

from catalog.dcat import mapping, nouns
from catalog.dcat.codecs import Shape
from catalog.dcat.describing import describe, read, read_catalogs
from catalog.dcat.framing import PREFIXES
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render
from catalog.model import Text

SHAPES = [each for each in vars(mapping).values() if isinstance(each, Shape)]
SOME = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SOME
@given(datasets())
def test_a_dataset_is_read_back_from_the_bytes_of_every_format(dataset: nouns.Dataset) -> None:
    graph = describe(dataset)
    for format_, document in render(dataset).items():
        again = parsed(format_, document)
        assert read(again) == [dataset], format_
        assert isomorphic(again, graph), format_


@SOME
@given(catalogs)
def test_a_catalogue_is_read_back_from_the_bytes_of_every_format(catalog: nouns.Catalog) -> None:
    for format_, document in render(catalog).items():
        assert read_catalogs(parsed(format_, document)) == [catalog], format_


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.noun.__name__)
def test_the_table_knows_every_attribute_of_its_noun_once(shape: Shape) -> None:
    attributes = [row.attribute for row in shape.rows]
    assert sorted(attributes) == sorted(each.name for each in fields(shape.noun) if each.name != "iri")


def test_every_noun_has_a_shape() -> None:
    known = {each.noun for each in SHAPES}
    assert known == {each for each in vars(nouns).values() if isinstance(each, type) and each.__module__ == nouns.__name__}


def test_every_predicate_and_class_is_of_a_bound_prefix() -> None:
    terms = [term for shape in SHAPES for term in (*shape.classes, *(row.predicate for row in shape.rows))]
    assert [each for each in terms if not str(each).startswith(tuple(PREFIXES.values()))] == []


def test_only_the_period_and_the_box_are_blank_nodes() -> None:
    graph = describe(dataset_of(publication(), ADDRESSES, SETTINGS))
    blank = {(str(predicate), node) for _, predicate, node in graph if node.n3().startswith("_:")}
    assert sorted(predicate.rpartition("/")[2] for predicate, _ in blank) == ["spatial", "temporal"]
    assert len({node for _, node in blank}) == 2, "and they are two"
    other = describe(dataset_of(publication("others"), ADDRESSES, SETTINGS))
    assert not {node for _, node in blank} & set(other.objects()), "those of two datasets have other labels"


def test_a_noun_without_its_iri_is_not_described() -> None:
    dataset = dataset_of(publication(), ADDRESSES, SETTINGS)
    with pytest.raises(ValueError, match="Agent needs an IRI"):
        describe(replace(dataset, publisher=nouns.Agent(iri="")))
    with pytest.raises(ValueError, match="Dataset needs an IRI"):
        describe(replace(dataset, iri=""))


FOREIGN = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
<http://other.example/2> a dcat:Dataset ; dct:title "Toilets"@en-GB, "Toiletten"@de ; dct:issued "soon" ; dct:publisher "nobody" ;
  dct:spatial "Osaka" ; dct:modified "yesterday"^^xsd:dateTime ; dcat:keyword "toilet", "公衆便所" .
<http://other.example/1> a dcat:Dataset ; dct:title "公衆便所" ; dct:description "Public toilets" ;
  dct:publisher [ a foaf:Organization ; foaf:name "大阪市" ] ;
  dct:issued "2024-04-01"^^xsd:date ; dct:modified "2024-05-01T09:00:00" ;
  dcat:contactPoint [ vcard:fn "課" ; vcard:hasEmail "mailto:a%40@example.jp" ] ;
  dct:temporal <http://other.example/period> ;
  dcat:distribution [ a dcat:Distribution ;
    dcat:accessURL "http://other.example/a.csv"^^xsd:anyURI ; dcat:byteSize "12.0"^^xsd:decimal ;
    spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha1 ; spdx:checksumValue "AB"^^xsd:hexBinary ] ] .
<http://other.example/period> dcat:startDate "2024-04-01T00:00:00Z"^^xsd:dateTime ; dcat:endDate "2024" .
"""


@pytest.mark.filterwarnings("ignore:.*")  # rdflib warns of the ill-typed literals, which are the point here
def test_another_catalogues_graph_is_read_as_far_as_it_can_be() -> None:
    first, second = read(Graph().parse(data=FOREIGN, format="turtle"))
    assert (first.iri, second.iri) == ("http://other.example/1", "http://other.example/2")
    assert first.title == Text(ja="公衆便所")
    assert first.description == Text(en="Public toilets")
    assert first.publisher == nouns.Agent(iri="", name=Text(ja="大阪市"))
    assert first.issued == datetime(2024, 4, 1, tzinfo=UTC)
    assert first.modified == datetime(2024, 5, 1, 9, tzinfo=UTC)
    assert first.contact_point == nouns.ContactPoint(iri="", name="課", email="a@@example.jp")
    assert first.temporal == nouns.PeriodOfTime(start=date(2024, 4, 1))
    [distribution] = first.distributions
    assert (distribution.access_url, distribution.byte_size) == ("http://other.example/a.csv", 12)
    assert distribution.checksum is not None
    assert distribution.checksum.value.lower() == "ab"
    assert second.title == Text(en="Toilets")
    assert (second.issued, second.modified, second.publisher, second.spatial) == (None, None, None, frozenset())
    assert (second.keywords, second.keywords_en) == (frozenset({"公衆便所"}), frozenset({"toilet"}))


def test_the_formats_are_four() -> None:
    assert tuple(render(nouns.Catalog(iri="https://data.example.jp/catalog"))) == FORMATS
