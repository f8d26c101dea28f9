"""Turtle -> code lists. A home of rdflib, so import this module only where a list is really read.

A list ``<name>.ttl`` says ``<codelist/name> a skos:ConceptScheme`` and one ``<concept/name-code> a skos:Concept`` for each
code, with addresses relative to the catalogue. A long list keeps its concepts in a table beside it (``tabular``).
"""

import csv
import logging
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from catalog.errors import Finding
from catalog.vocabulary import soundness
from catalog.vocabulary.assembling import UNWRITABLE, Problems, codelist_of, concept_of, relative, short
from catalog.vocabulary.codelists import FOLDER, Concept, Reading, Vocabulary
from catalog.vocabulary.tabular import Column, Table, fits, rows_of
from catalog.vocabulary.terms import (
    BASE,
    CONCEPT_CLASS,
    CONCEPT_TERMS,
    CSVW,
    DCT,
    IN_SCHEME,
    NOTATION,
    SCHEMA,
    SCHEME_CLASS,
    SCHEME_TERMS,
    SKOS,
    TYPE,
    Properties,
    Term,
    Value,
    concept_iri,
    is_name,
    list_of,
    same_address,
    scheme_iri,
)

LIMIT = 8 << 20
"""No list or table may be larger (bytes)."""

_KNOWN_STRUCTURE = {TYPE, IN_SCHEME, SKOS + "hasTopConcept", SKOS + "topConceptOf"}
_CHECKED_NAMESPACES = (SKOS, DCT, SCHEMA)

# rdflib logs an ill-typed literal with a stack trace; ours is the finding about the value.
logging.getLogger("rdflib").addHandler(logging.NullHandler())


def shipped() -> Path:
    """The folder of the vocabularies that come with the product: in a checkout ``vocab``, installed ``catalog/_vocab``."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_vocab"
    return installed if installed.is_dir() else package.parent / "vocab"


def load(folder: Path | None = None) -> Vocabulary:
    """The vocabulary of a folder of ``.ttl`` files; without one, the shipped code lists. Files are read when asked for."""
    return Vocabulary(read, folder or shipped() / FOLDER)


def check(folder: Path | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with the lists of a folder (the shipped ones where none is given), and between them.

    Lists of another folder than the shipped one may refer to shipped lists.
    """
    folder = folder or shipped() / FOLDER
    vocabulary = load().with_folder(folder)
    return soundness.of_folder(folder, vocabulary)


def read(path: Path) -> Reading:
    """One list. Never raises for what the file holds: what is wrong becomes findings."""
    problems = Problems(f"{path.parent.name}/{path.name}")
    if not is_name(path.stem):
        problems.add("codelist-file-name", found=path.stem)
        return Reading(None, tuple(problems.findings))
    graph = _parse(path, problems)
    nodes = _nodes(graph) if graph is not None else {}
    scheme = nodes.get(scheme_iri(path.stem))
    if graph is None:
        return Reading(None, tuple(problems.findings))
    if scheme is None or Value(SCHEME_CLASS, iri=True) not in scheme.get(TYPE, ()):
        schemes = sorted(relative(iri) for iri, node in nodes.items() if Value(SCHEME_CLASS, iri=True) in node.get(TYPE, ()))
        problems.add("scheme-missing", found=", ".join(schemes), expected=relative(scheme_iri(path.stem)))
        return Reading(None, tuple(problems.findings))
    concepts = _concepts(path.stem, nodes, problems)
    table = _table(graph, path.stem, problems)
    if table is not None:
        concepts += _tabled(path, table, problems)
    _unknown(path.stem, scheme, SCHEME_TERMS, problems)
    codelist = codelist_of(path.stem, scheme, tuple(concepts), problems)
    soundness.within(codelist, problems)
    return Reading(codelist, tuple(problems.findings))


def _bytes(path: Path, problems: Problems) -> bytes | None:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LIMIT:
        problems.add("codelist-file", found=path.name, expected=str(LIMIT >> 20))
        return None
    return path.read_bytes()


def _parse(path: Path, problems: Problems) -> Graph | None:
    data = _bytes(path, problems)
    if data is None:
        return None
    graph = Graph(bind_namespaces="none")
    try:
        graph.parse(data=data.decode("utf-8-sig"), format="turtle", publicID=BASE)
    except UnicodeDecodeError as error:
        problems.add("codelist-encoding", found=f"0x{data[error.start]:02x}", expected=str(error.start))
    except Exception as error:  # noqa: BLE001  rdflib's parser lets out whatever its code meets: syntax, values, recursion
        line = getattr(error, "lines", None)
        problems.add("codelist-not-turtle", row=0 if line is None else int(line) + 1, found=_reason(error))
    else:
        found = next(filter(None, (UNWRITABLE.search(str(term)) for statement in graph for term in statement)), None)
        if found is None:
            return graph
        problems.unwritable(found)
    return None


def _reason(error: Exception) -> str:
    """What the parser says, without the text of the file that it repeats."""
    return str(getattr(error, "_why", "") or type(error).__name__)


def _nodes(graph: Graph) -> dict[str, Properties]:
    """What the graph says of each node that has an address."""
    nodes: dict[str, Properties] = {}
    for subject, predicate, thing in graph:
        if isinstance(subject, URIRef) and isinstance(thing, URIRef | Literal):
            nodes.setdefault(str(subject), {}).setdefault(str(predicate), []).append(_value(thing))
    return nodes


def _value(thing: URIRef | Literal) -> Value:
    if isinstance(thing, Literal):
        return Value(str(thing), thing.language or "")
    return Value(str(thing), iri=True)


def _concepts(name: str, nodes: dict[str, Properties], problems: Problems) -> list[Concept]:
    """The concepts of this list, by their codes. Nodes of other lists only say where a broader concept belongs."""
    own: list[tuple[str, Properties]] = []
    homes: dict[str, tuple[str, str]] = {}
    for iri, node in sorted(nodes.items()):
        codes = sorted(each.text for each in node.get(NOTATION, ()))
        lists = sorted({list_of(each.text) for each in node.get(IN_SCHEME, ())})
        if name in lists:
            own.append((iri, node))
        if codes and lists and all(lists):
            homes[iri] = (name if name in lists else lists[0], codes[0])
        elif codes or Value(CONCEPT_CLASS, iri=True) in node.get(TYPE, ()):
            found = ", ".join(relative(each.text) for each in node.get(IN_SCHEME, ()))
            problems.add("concept-scheme", found=found, expected=relative(scheme_iri(name)), about=relative(iri))
    found_concepts = []
    for iri, node in own:
        _unknown(relative(iri), node, CONCEPT_TERMS, problems)
        if concept := concept_of(name, node, homes, problems):
            found_concepts.append(concept)
            if not same_address(iri, concept_iri(name, concept.code)):
                expected = relative(concept_iri(name, concept.code))
                problems.add("concept-address", found=relative(iri), expected=expected, about=concept.code)
    return sorted(found_concepts, key=lambda each: each.code)


def _unknown(about: str, node: Properties, terms: tuple[Term, ...], problems: Problems) -> None:
    """A warning for each predicate of our namespaces that no term names: a slip of the pen, mostly."""
    known = {each.predicate for each in terms} | _KNOWN_STRUCTURE
    for predicate in sorted(set(node) - known):
        if predicate.startswith(_CHECKED_NAMESPACES):
            expected = ", ".join(short(each.predicate) for each in terms)
            problems.add("statement-unknown", severity="warning", found=short(predicate), expected=expected, about=about)


def _table(graph: Graph, name: str, problems: Problems) -> Table | None:
    """The description of the table beside the list, where it has one."""
    tables = list(graph.subjects(URIRef(TYPE), URIRef(CSVW + "Table")))
    if not tables:
        return None
    address = str(graph.value(tables[0], URIRef(CSVW + "url")) or "")
    schema = graph.value(tables[0], URIRef(CSVW + "tableSchema"))
    table = Table(_said(graph, schema, "aboutUrl"), _columns(graph, schema))
    if address.removeprefix(BASE) != f"{name}.csv" or len(tables) > 1 or not fits(table, name):
        problems.add("table-description", found=address.removeprefix(BASE), expected=f"{name}.csv")
        return None
    return table


def _columns(graph: Graph, schema: Node | None) -> tuple[Column, ...]:
    head = graph.value(schema, URIRef(CSVW + "column")) if schema is not None else None
    nodes = list(Collection(graph, head)) if head is not None else []
    return tuple(
        Column(
            name=_said(graph, node, "name"),
            predicate=_said(graph, node, "propertyUrl"),
            language=_said(graph, node, "lang"),
            template=_said(graph, node, "valueUrl"),
            separator=_said(graph, node, "separator"),
        )
        for node in nodes
    )


def _said(graph: Graph, node: Node | None, term: str) -> str:
    return str(graph.value(node, URIRef(CSVW + term)) or "") if node is not None else ""


def _tabled(path: Path, table: Table, problems: Problems) -> list[Concept]:
    """The concepts of the table beside the list; findings name the table."""
    beside = path.with_suffix(".csv")
    found = Problems(f"{beside.parent.name}/{beside.name}")
    concepts: list[Concept] = []
    if _bytes(beside, found) is not None:
        try:
            read_rows = (concept_of(path.stem, row.said, row.homes, found, row.number) for row in rows_of(beside, table, found))
            concepts.extend(filter(None, read_rows))
        except (csv.Error, ValueError) as error:
            found.add("table-unreadable", found=_reason(error))
    problems.findings += found.findings
    return concepts
