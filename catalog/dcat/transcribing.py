"""N-Triples of ours as Turtle, RDF/XML and JSON-LD, by their text alone: no graph is built, and no RDF library is asked.

A description is written once as N-Triples, in one order, by rdflib (``rendering``). The other formats say the same statements in
the same order, so they are a transcription of its lines; a test reads all four back and compares the graphs.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from catalog.dcat.framing import expand, frame, prefixed

_TYPE, _NAMED_TYPE = f"<{expand('rdf:type')}>", '"@type"'
_TAIL = re.compile(r'"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^(?P<type><[^>]*>))?$')
_NOT_JSON, _NOT_XML = re.compile("[\x00-\x1f]"), re.compile(r"[&<>\\\r]")
_NOT_TEXT = {"\r": "&#13;"}
"""A reader of XML takes it for a line feed."""


class _Line(NamedTuple):
    """What a line says of its node, as it is written in each format; ``more_…`` where the line before has the same predicate."""

    predicate: str
    turtle: str
    more_turtle: str
    rdf_xml: str
    json_ld: str
    more_json_ld: str


_TURTLE, _JSON = " ;\n    ", "],"
"""What stands before another predicate, and is cut off where it is the first of its node."""


def documents(triples: bytes) -> dict[str, bytes]:
    """The documents of N-Triples by format name: ttl, rdf, jsonld, nt.

    The lines of a node stand together, and within them those of a predicate. Predicates are of ``framing.PREFIXES``.
    """
    turtle, rdf_xml, json_ld = list[str](), list[str](), list[str]()
    for subject, lines in _nodes(triples.decode()):
        ttl, xml, json_, before = list[str](), list[str](), list[str](), ""
        for each in lines:
            if each.predicate == before:
                ttl.append(each.more_turtle)
                json_.append(each.more_json_ld)
            else:
                ttl.append(each.turtle)
                json_.append(each.json_ld)
                before = each.predicate
            xml.append(each.rdf_xml)
        turtle.append(f"{subject} {''.join(ttl)[len(_TURTLE) :]} .\n")
        rdf_xml.append(f"  <rdf:Description {_about(subject)}>\n{''.join(xml)}  </rdf:Description>\n")
        json_ld.append(f'{{"@id":{_json(subject)},{"".join(json_)[len(_JSON) :]}]}}')
    texts = {"ttl": "\n".join(turtle), "rdf": "".join(rdf_xml), "jsonld": ",\n".join(json_ld)}
    return {name: frame(name, [text.encode()]) for name, text in texts.items()} | {"nt": frame("nt", [triples])}


def _nodes(text: str) -> Iterator[tuple[str, Sequence[_Line]]]:
    node, said = "", list[_Line]()
    for line in text.split("\n")[:-1]:
        subject, rest = line.split(" ", 1)
        if subject != node:
            if said:
                yield node, said
            node, said = subject, []
        said.append(_line(rest))
    if said:
        yield node, said


@lru_cache(maxsize=4096)
def _line(rest: str) -> _Line:
    """A line behind its subject. Kept, for two lines of three are the same in many descriptions."""
    predicate, terms = rest.split(" ", 1)
    name, term, kind = _name(predicate), terms[:-2], predicate == _TYPE
    turtle, json_ld = _turtle_term(term), _json_name(term) if kind else _json_value(term)
    return _Line(
        predicate,
        f"{_TURTLE}{'a' if kind else name} {turtle}",
        f", {turtle}",
        f"    <{_rdf_xml_property(name, term)}\n",
        f"{_JSON}{_NAMED_TYPE if kind else _json_name(predicate)}:[{json_ld}",
        f",{json_ld}",
    )


def _turtle_term(term: str) -> str:
    if term[0] == "<":
        return _name(term)
    if term[-1] == ">":
        text, _mark, datatype = term.rpartition("^^")
        return f"{text}^^{_name(datatype)}"
    return term


def _rdf_xml_property(name: str, term: str) -> str:
    if term[0] == "<":
        return f"{name} rdf:resource={_attribute(term)}/>"
    if term[0] == "_":
        return f"{name} rdf:nodeID={quoteattr(term[2:])}/>"
    text, language, datatype = _literal(term)
    kind = f' xml:lang="{language}"' if language else f" rdf:datatype={_attribute(datatype)}" if datatype else ""
    return f"{name}{kind}>{escape(_plain(text), _NOT_TEXT) if _NOT_XML.search(text) else text}</{name}>"


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


def _about(subject: str) -> str:
    return f"rdf:nodeID={quoteattr(subject[2:])}" if subject[0] == "_" else f"rdf:about={_attribute(subject)}"


def _attribute(term: str) -> str:
    """An IRI of N-Triples has none of the other characters that XML would want escaped."""
    return f'"{term[1:-1].replace("&", "&amp;")}"'


def _json(term: str) -> str:
    """It has none at all that JSON would."""
    return f'"{term}"' if term[0] == "_" else f'"{term[1:-1]}"'


@lru_cache(maxsize=4096)
def _json_name(term: str) -> str:
    return json.dumps(prefixed(term[1:-1]) or term[1:-1])
