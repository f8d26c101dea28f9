"""Codes of the EU, of ADMS and of Japanese local governments."""

from pathlib import Path

import pytest
from dcat_samples import ADDRESSES, SETTINGS, publication
from rdflib import Graph, URIRef

from catalog.dcat import authorities
from catalog.dcat.describing import describe
from catalog.dcat.projection import dataset_of

EU = "http://publications.europa.eu/resource/authority/"


@pytest.mark.parametrize("code", ["132136", "111007", "122238", "104256", "172065", "162019", "131113", "082015", "270008"])
def test_local_government_codes(code: str) -> None:
    assert authorities.is_local_government(code)
    assert authorities.is_assigned_prefecture(code)
    wrong = code[:5] + str((int(code[5]) + 1) % 10)
    assert not authorities.is_local_government(wrong)


@pytest.mark.parametrize("code", ["", "27000", "2700080", "27000８", "27000x"])
def test_what_is_no_local_government_code(code: str) -> None:
    assert not authorities.is_local_government(code)


def test_an_area_is_the_five_digit_code_of_e_stat() -> None:
    assert authorities.area("131113") == "http://data.e-stat.go.jp/lod/sac/C13111"


@pytest.mark.parametrize(
    ("agent", "kind"), [("270008", "RegionalAuthority"), ("271004", "LocalAuthority"), ("operator", ""), ("990000", ""), ("", "")]
)
def test_the_kind_of_a_publisher_is_told_by_its_code_or_not_at_all(agent: str, kind: str) -> None:
    assert authorities.publisher_type(agent) == (f"http://purl.org/adms/publishertype/{kind}" if kind else "")


def test_our_codes_are_those_of_the_lists(shared: Path) -> None:
    lists = Graph().parse(shared / "standards/dcat/codelists.ttl")
    known = {str(each) for each in lists.subjects()}
    assert {each for each in known if each.startswith(f"{EU}data-theme/")} == {authorities.theme(c) for c in authorities.THEMES}
    assert {each for each in known if each.startswith(f"{EU}frequency/")} == {
        authorities.frequency(c) for c in authorities.FREQUENCIES
    }
    used = {str(node) for triple in describe(dataset_of(publication(), ADDRESSES, SETTINGS)) for node in triple}
    coded = {
        each for each in used if each.startswith((EU, "http://purl.org/adms/", "http://spdx.org/rdf/terms#checksumAlgorithm"))
    }
    assert len(coded) > 10
    assert coded <= known


def test_licences_are_known_by_name_and_address() -> None:
    found = authorities.license_named(" cc-by-4.0 ")
    assert found is not None
    assert authorities.license_at("http://creativecommons.org/licenses/by/4.0") == found
    assert authorities.license_named("") is None
    assert authorities.license_at("") is None
    assert URIRef(found.iri)
