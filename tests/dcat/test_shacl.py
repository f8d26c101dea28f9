"""A page of the feed against the official shapes of DCAT-AP 3.0.1; docs/decisions lists the results that we accept."""

import re
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
from dcat_samples import ADDRESSES, BASE, SETTINGS, package, parsed, publication
from rdflib import RDF, SKOS, Graph, Namespace, URIRef

from catalog.dcat import feed
from catalog.dcat.framing import expand
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render, render_catalog

SH = Namespace("http://www.w3.org/ns/shacl#")
DECISIONS = Path(__file__).resolve().parents[2] / "docs/decisions"
Result = tuple[str, str, str]


def allowed() -> set[Result]:
    """(file of shapes, property, constraint) of every ``shacl-allowed`` block in the decisions."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DECISIONS.glob("*.md")))
    lines = [line.split() for block in re.findall(r"```shacl-allowed\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return {(file, expand(path), str(SH[component])) for file, path, component in lines}


def page() -> Graph:
    found = [
        dataset_of(publication(), ADDRESSES, SETTINGS),
        dataset_of(publication("others", package("others", sample=True)), ADDRESSES, SETTINGS),
    ]
    view = feed.View(
        catalog=f"{BASE}/catalog",
        datasets=[each.iri for each in found],
        services=[f"{each.iri}/service" for each in found],
        page=f"{BASE}/catalog.ttl",
        first=f"{BASE}/catalog.ttl",
        next=f"{BASE}/catalog.ttl?page=2",
        total=2,
        issued="2026-11-20T00:00:00Z",
        modified="2026-11-22T09:30:00Z",
    )
    return parsed("ttl", feed.page("ttl", render_catalog(SETTINGS)["ttl"], [render(each)["ttl"] for each in found], view))


def results(data: Graph, shapes: Path, *, recommended: bool = False) -> Counter[Result]:
    _, report, _ = pyshacl.validate(data, shacl_graph=Graph().parse(shapes))
    assert isinstance(report, Graph)
    wanted = SH.Warning if recommended else SH.Violation
    return Counter(
        (shapes.name, str(report.value(each, SH.resultPath)), str(report.value(each, SH.sourceConstraintComponent)))
        for each in report.objects(None, SH.result)  # not what sh:detail explains it with
        if report.value(each, SH.resultSeverity) == wanted
    )


@pytest.fixture
def standards(shared: Path) -> Path:
    return shared / "standards/dcat"


@pytest.mark.parametrize("name", ["shapes.ttl", "range.ttl", "mdr-vocabularies.shape.ttl"])
def test_a_page_conforms_but_for_what_the_decisions_allow(standards: Path, name: str) -> None:
    data = page()
    if name != "shapes.ttl":  # the classes and schemes of coded values stand in the code lists, not on our pages
        data.parse(standards / "codelists.ttl")
        for scheme in set(data.objects(None, SKOS.inScheme)):
            data.add((scheme, RDF.type, SKOS.ConceptScheme))
    found = results(data, standards / "dcat-ap-3.0.1" / name)
    assert set(found) == {each for each in allowed() if each[0] == name}, "neither more than is allowed nor less"


def test_the_shapes_would_see_a_fault(standards: Path) -> None:
    data = page()
    data.remove((URIRef(f"{BASE}/dataset/stations"), URIRef(expand("dct:title")), None))
    found = results(data, standards / "dcat-ap-3.0.1/shapes.ttl")
    assert found[("shapes.ttl", expand("dct:title"), str(SH.MinCountConstraintComponent))] == 1


def test_what_is_recommended_is_there_but_for_geometry_and_what_settings_do_not_tell(standards: Path) -> None:
    found = results(page(), standards / "dcat-ap-3.0.1/shapes_recommended.ttl", recommended=True)
    assert {path for _, path, _ in found} == {
        expand("dcat:bbox"),  # of the areas, which e-Stat describes
        expand("dcat:centroid"),
        expand("dct:spatial"),  # of the catalogue
        expand("dct:type"),  # of an operator whose id is no local-government code
    }
    assert found[("shapes_recommended.ttl", expand("dct:spatial"), str(SH.MinCountConstraintComponent))] == 1
