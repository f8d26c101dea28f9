"""Our own SHACL shapes (``vocab/shapes``) held against a description before it is published. The one home of pyshacl.

They ask for more than the official shapes of DCAT-AP, which take "yesterday" for a date; what does not keep them never gets
into a feed. The shapes word each rule in Japanese and English (``sh:message``), so a finding carries both.

Most descriptions keep every rule. ``screening`` tells that of nearly all of them, and the engine is spared.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from rdflib import RDF, BNode, Graph, Literal, Namespace
from rdflib.term import Node

from catalog.dcat.describing import Described, describe, statements
from catalog.dcat.framing import PREFIXES
from catalog.dcat.screening import Screen, UnknownShapeError
from catalog.errors import Finding, Place, Severity
from catalog.standards.reading import shipped as standards_folder

FOLDER = "shapes"
_SH = Namespace("http://www.w3.org/ns/shacl#")
_SEVERITIES: dict[Node | None, Severity] = {_SH.Warning: "warning", _SH.Info: "note"}
_SHOWN = 200


def check(noun: Described) -> tuple[Finding, ...]:
    """Everything in the description of a noun that breaks a rule of ours: findings of code ``description-shape``."""
    screen = _screen()
    return () if screen and screen.surely_kept(statements(noun)) else check_graph(describe(noun))


def check_graph(graph: Graph) -> tuple[Finding, ...]:
    """The same for a graph, of one dataset or of a page of many, by SHACL's engine in any case.

    ``details`` of a finding: ``focus`` the node, ``path`` the property, ``at`` both with what was found, and the rule in
    words as ``rule@ja`` and ``rule@en``.
    """
    import pyshacl  # noqa: PLC0415  it takes half a second to load, and few descriptions have need of it

    data = Graph(bind_namespaces="none")  # pyshacl wants a store that knows contexts, which the one of descriptions does not
    for triple in graph:
        data.add(triple)
    _, report, _ = pyshacl.validate(data, shacl_graph=_shapes())
    assert isinstance(report, Graph), "pyshacl answers with a graph unless the shapes themselves are wrong"
    return tuple(sorted(_findings(report), key=lambda each: (each.details["focus"], each.details["path"], each.found)))


def check_triples(triples: bytes) -> tuple[Finding, ...]:
    """The same for N-Triples, as a store keeps them."""
    return check_graph(Graph(bind_namespaces="none").parse(data=triples, format="nt"))


def _findings(report: Graph) -> Iterator[Finding]:
    for result in report.objects(report.value(predicate=RDF.type, object=_SH.ValidationReport), _SH.result):
        focus, value = report.value(result, _SH.focusNode), report.value(result, _SH.value)
        path = _path(report.value(result, _SH.resultPath))
        found = "" if value is None or value == focus else _shown(value)
        messages = _told(report.objects(result, _SH.resultMessage))
        if not messages:  # pyshacl drops the languages of what a SPARQL constraint says
            messages = _told(_shapes().objects(report.value(result, _SH.sourceShape), _SH.message))
        yield Finding(
            code="description-shape",
            severity=_SEVERITIES.get(report.value(result, _SH.resultSeverity), "error"),
            place=Place(file="datapackage.json"),
            found=found,
            details={
                "focus": _shown(focus),
                "path": path,
                "at": " ".join(filter(None, (_shown(focus), path, found and f"“{found}”"))),
                **messages,
            },
        )


def _told(messages: Iterable[Node]) -> dict[str, str]:
    return {f"rule@{each.language}": str(each) for each in messages if isinstance(each, Literal) and each.language}


def _path(node: Node | None) -> str:
    """A property by its prefixed name; "" for a rule about the node itself, or about several properties at once."""
    if node is None or isinstance(node, BNode):
        return ""
    iri = str(node)
    return next((f"{prefix}:{iri[len(base) :]}" for prefix, base in PREFIXES.items() if iri.startswith(base)), iri)


def _shown(node: Node | None) -> str:
    text = "" if isinstance(node, BNode) else str(node)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


@cache
def _shapes() -> Graph:
    shapes = Graph(bind_namespaces="none")
    for path in sorted(folder().glob("*.ttl")):
        shapes.parse(path, format="turtle")
    return shapes


@cache
def _screen() -> Screen | None:
    """Our shapes, compiled; None where they say something that only the engine understands."""
    try:
        return Screen(_shapes())
    except UnknownShapeError:
        return None


def folder() -> Path:
    """Where the shapes are that come with the product."""
    return standards_folder().parent / FOLDER
