"""N-Triples of ours as Turtle, RDF/XML and JSON-LD, by their text alone: no graph is built, and no RDF library is asked.

A description is written once as N-Triples, in one order, by rdflib (``rendering``). The other formats say the same statements in
the same order, so they are a transcription of its lines; a test reads all four back and compares the graphs.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from catalog.dcat.framing import expand, frame, prefixed

_TYPE = f"<{expand('rdf:type')}>"
_TAIL = re.compile(r'"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^(?P<type><[^>]*>))?$')
_NOT_JSON = re.compile("[\x00-\x1f]")
_NOT_TEXT = {"\r": "&#13;"}
"""A reader of XML takes it for a line feed."""

_Said = Sequence[tuple[str, Sequence[str]]]
"""What is said of a node: predicates, each with its objects, as terms of N-Triples."""


def documents(triples: bytes) -> dict[str, bytes]:
    """The documents of N-Triples by format name: ttl, rdf, jsonld, nt.

    The lines of a node stand together, and within them those of a predicate. Predicates are of ``framing.PREFIXES``.
    """
    nodes = list(_nodes(triples.decode()))
    turtle = "\n".join(_turtle(subject, said) for subject, said in nodes)
    rdf_xml = "".join(_rdf_xml(subject, said) for subject, said in nodes)
    json_ld = ",\n".join(_json_ld(subject, said) for subject, said in nodes)
    texts = {"ttl": turtle, "rdf": rdf_xml, "jsonld": json_ld}
    return {name: frame(name, [text.encode()]) for name, text in texts.items()} | {"nt": frame("nt", [triples])}


def _nodes(text: str) -> Iterator[tuple[str, _Said]]:
    node, said, before = "", list[tuple[str, list[str]]](), ""
    for line in text.split("\n")[:-1]:
        subject, predicate, rest = line.split(" ", 2)
        if subject != node:
            if said:
                yield node, said
            node, said, before = subject, [], ""
        if predicate == before:
            said[-1][1].append(rest[:-2])
        else:
            said.append((predicate, [rest[:-2]]))
            before = predicate
    if said:
        yield node, said


def _turtle(subject: str, said: _Said) -> str:
    lines = [
        f"{'a' if predicate == _TYPE else _name(predicate)} {', '.join(map(_turtle_term, terms))}" for predicate, terms in said
    ]
    return subject + " " + " ;\n    ".join(lines) + " .\n"


def _turtle_term(term: str) -> str:
    if term[0] == "<":
        return _name(term)
    if term[-1] == ">":
        text, _mark, datatype = term.rpartition("^^")
        return f"{text}^^{_name(datatype)}"
    return term


def _rdf_xml(subject: str, said: _Said) -> str:
    about = f"rdf:nodeID={quoteattr(subject[2:])}" if subject[0] == "_" else f"rdf:about={_attribute(subject)}"
    lines = "".join(f"    <{_rdf_xml_property(_name(predicate), term)}\n" for predicate, terms in said for term in terms)
    return f"  <rdf:Description {about}>\n{lines}  </rdf:Description>\n"


def _rdf_xml_property(name: str, term: str) -> str:
    if term[0] == "<":
        return f"{name} rdf:resource={_attribute(term)}/>"
    if term[0] == "_":
        return f"{name} rdf:nodeID={quoteattr(term[2:])}/>"
    text, language, datatype = _literal(term)
    kind = f' xml:lang="{language}"' if language else f" rdf:datatype={_attribute(datatype)}" if datatype else ""
    return f"{name}{kind}>{escape(_plain(text), _NOT_TEXT)}</{name}>"


def _json_ld(subject: str, said: _Said) -> str:
    members = [f'"@id":{_json(subject)}']
    for predicate, terms in said:
        if predicate == _TYPE:
            members.append(f'"@type":[{",".join(map(_json_name, terms))}]')
        else:
            members.append(f"{_json_name(predicate)}:[{','.join(map(_json_value, terms))}]")
    return "{" + ",".join(members) + "}"


def _json_value(term: str) -> str:
    if term[0] != '"':
        return f'{{"@id":{_json(term)}}}'
    text, language, datatype = _literal(term)
    quoted = json.dumps(_plain(text), ensure_ascii=False) if _NOT_JSON.search(text) else f'"{text}"'
    if language:
        return f'{{"@language":"{language}","@value":{quoted}}}'
    return f'{{"@type":{_json_name(datatype)},"@value":{quoted}}}' if datatype else f'{{"@value":{quoted}}}'


def _literal(term: str) -> tuple[str, str, str]:
    """The text as it is escaped, the language, the datatype."""
    if term[-1] == '"':
        return term[1:-1], "", ""
    found = _TAIL.search(term)
    assert found, "a literal of N-Triples"
    return term[1 : found.start()], found["language"] or "", found["type"] or ""


def _plain(text: str) -> str:
    """Without escapes, which are among those of JSON."""
    return str(json.loads(f'"{text}"', strict=False)) if "\\" in text else text


@lru_cache(maxsize=4096)
def _name(term: str) -> str:
    return prefixed(term[1:-1]) or term


@lru_cache(maxsize=4096)
def _attribute(term: str) -> str:
    return quoteattr(term[1:-1])


@lru_cache(maxsize=4096)
def _json(term: str) -> str:
    return json.dumps(term if term[0] == "_" else term[1:-1], ensure_ascii=False)


@lru_cache(maxsize=4096)
def _json_name(term: str) -> str:
    return json.dumps(prefixed(term[1:-1]) or term[1:-1])
