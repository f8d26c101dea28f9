"""The extra [fast] says the same as rdflib, in all four formats, of whatever can be described."""

import pytest
from dcat_samples import ADDRESSES, FORMATS, SETTINGS, catalogs, datasets, package, parsed, publication
from hypothesis import HealthCheck, given, settings
from rdflib.compare import isomorphic

from catalog.dcat import rendering
from catalog.dcat.framing import CLOSES, HEADS
from catalog.dcat.nouns import Catalog, Dataset
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render, render_again, render_catalog


def both(noun: Dataset | Catalog) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The documents of pyoxigraph, and those of rdflib."""
    quick = render(noun)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "quick", None)
        return quick, render(noun)


def assert_same(noun: Dataset | Catalog) -> None:
    quick, slow = both(noun)
    assert quick["nt"] == slow["nt"]
    for format_ in FORMATS:
        assert quick[format_].startswith(HEADS[format_])
        assert quick[format_].endswith(CLOSES[format_])
        assert isomorphic(parsed(format_, quick[format_]), parsed(format_, slow[format_])), format_


def test_it_is_there_in_the_tests() -> None:
    assert rendering.quick is not None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(datasets())
def test_any_dataset_is_the_same_graph(noun: Dataset) -> None:
    assert_same(noun)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs)
def test_any_catalogue_is_the_same_graph(noun: Catalog) -> None:
    assert_same(noun)


@pytest.mark.parametrize("extra", [True, False])
def test_what_was_written_before_is_written_again_to_the_byte(monkeypatch: pytest.MonkeyPatch, *, extra: bool) -> None:
    if not extra:
        monkeypatch.setattr(rendering, "quick", None)
    for noun in (publication(), publication("others", package("others", sample=True))):
        documents = render(dataset_of(noun, ADDRESSES, SETTINGS))
        assert render_again(documents["nt"]) == documents
    head = render_catalog(SETTINGS)
    assert render_again(head["nt"]) == head


def test_json_ld_is_compact_and_texts_in_it_are_left_alone() -> None:
    texts = ['"http://purl.org/dc/terms/title":', '"rdf:type":[{"@id":"x"}]', '"@type":"http://www.w3.org/2001/XMLSchema#']
    noun = Dataset(
        iri="https://data.example.jp/dataset/d", version_notes=frozenset(texts), identifier="http://purl.org/dc/terms/"
    )
    assert_same(noun)
    document = render(noun)["jsonld"].decode()
    body = document.removeprefix(HEADS["jsonld"].decode())
    assert body.startswith(
        '{"@id":"https://data.example.jp/dataset/d","@type":["http://www.w3.org/ns/dcat#Dataset"],"dct:identifier"'
    )
    assert {str(each) for each in parsed("jsonld", document.encode()).objects()} >= set(texts)
