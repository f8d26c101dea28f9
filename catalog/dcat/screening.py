"""Whether a graph surely keeps some SHACL shapes, told in a hundredth of the time that SHACL's engine takes.

The shapes themselves are read and compiled, once; what is compiled is asked of each description. It answers True only where
the engine would find nothing. Whatever it does not understand, of the shapes or of the graph, it does not vouch for: then the
engine is asked, which alone words what is wrong (``shapes``). A test holds the two against each other.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from catalog.dcat.codecs import TYPE, known, term

_SH = Namespace("http://www.w3.org/ns/shacl#")

Statements = Mapping[Node, Sequence[Node]]
"""What is said of a node: the objects by predicate."""


class Described:
    """A graph as the rules read it."""

    def __init__(self, graph: Iterable[tuple[Node, Node, Node]]) -> None:
        self.said: dict[Node, dict[Node, list[Node]]] = {}
        self.members: dict[Node, list[Node]] = {}
        for subject, predicate, value in graph:
            if (said := self.said.get(subject)) is None:
                said = self.said[subject] = {}
            if (values := said.get(predicate)) is None:
                said[predicate] = [value]
            else:
                values.append(value)
        for subject, said in self.said.items():
            for each in said.get(TYPE, ()):
                self.members.setdefault(each, []).append(subject)

    def of(self, node: Node) -> Statements:
        """What is said of a node."""
        return self.said.get(node, _NOTHING)


Rule = Callable[[Described, Node, Sequence[Node]], bool]
"""Whether the values of a focus node surely keep a rule."""
_NOTHING: Statements = {}


class UnknownShapeError(Exception):
    """The shapes say something that is not understood here."""


class Screen:
    """Compiled shapes."""

    def __init__(self, shapes: Graph) -> None:
        """Raises UnknownShapeError where not every word of the shapes is understood."""
        self._shapes = Graph(bind_namespaces="none")
        for triple in shapes:
            subject, predicate, value = (known(each) if isinstance(each, URIRef) else each for each in triple)
            self._shapes.add((subject, predicate, value))
        self._compiled: dict[Node, Rule] = {}
        if strange := {each for each in shapes.predicates() if str(each).startswith(str(_SH))} - _WORDS:
            raise UnknownShapeError(*strange)
        if any(shapes.subjects(RDF.type, RDFS.Class)) or set(shapes.objects(None, _SH.targetClass)) & {RDFS.Class, _SH.NodeShape}:
            raise UnknownShapeError(RDFS.Class)
        self._targets = [(class_, self._shape(shape)) for shape, class_ in shapes.subject_objects(_SH.targetClass)]

    def surely_kept(self, graph: Iterable[tuple[Node, Node, Node]]) -> bool:
        """Whether SHACL's engine would surely find nothing in the graph."""
        described = Described(graph)
        if any(RDFS.subClassOf in each for each in described.said.values()):
            return False
        return all(
            rule(described, focus, (focus,)) for class_, rule in self._targets for focus in described.members.get(class_, ())
        )

    def _shape(self, shape: Node) -> Rule:
        if shape not in self._compiled:
            self._compiled[shape] = _all_of(list(self._rules(shape)))
        return self._compiled[shape]

    def _rules(self, shape: Node) -> Iterator[Rule]:
        for word, value in self._shapes.predicate_objects(shape):
            if word == _SH.property:
                yield self._property(value)
            elif word == _SH.node:
                yield self._each(self._shape(value))
            elif word == _SH.xone:
                yield self._one_of(Collection(self._shapes, value))
            elif word == _SH.closed:
                yield self._closed(shape, value)
            elif word == _SH.languageIn:
                yield _languages(Collection(self._shapes, value))
            elif word == _SH.sparql:
                yield self._query(value)
            elif word in _RULES:
                yield _RULES[word](value)
            elif word not in _SILENT:
                raise UnknownShapeError(word)

    def _property(self, shape: Node) -> Rule:
        paths = list(self._shapes.objects(shape, _SH.path))
        if len(paths) != 1:
            raise UnknownShapeError(_SH.path)
        steps, rule = self._path(paths[0]), self._shape(shape)
        step, more = steps[0], steps[1:]
        none_is_well = rule(Described(()), shape, ())  # a rule asks about values alone: of none, it says the same everywhere

        def kept(described: Described, _focus: Node, values: Sequence[Node]) -> bool:
            for each in values:
                said = described.of(each)
                reached = said.get(step, ())
                if more:
                    reached = list({*reached, *(one for other in more for one in said.get(other, ()))})
                if not (rule(described, each, reached) if reached else none_is_well):
                    return False
            return True

        return kept

    def _path(self, path: Node) -> list[Node]:
        """The predicates that a path follows, one of which is enough."""
        if isinstance(path, URIRef):
            return [path]
        [(word, value)] = self._shapes.predicate_objects(path)
        steps = list(Collection(self._shapes, value))
        if word != _SH.alternativePath or not all(isinstance(each, URIRef) for each in steps):
            raise UnknownShapeError(word)
        return steps

    @staticmethod
    def _each(rule: Rule) -> Rule:
        return lambda described, _focus, values: all(rule(described, each, (each,)) for each in values)

    def _one_of(self, shapes: Iterable[Node]) -> Rule:
        """Exactly one. That the others are broken is certain only where they ask for another kind of node."""
        several = [(self._shape(each), self._kinds(each)) for each in shapes]

        def kept(described: Described, _focus: Node, values: Sequence[Node]) -> bool:
            for each in values:
                possible = [rule for rule, kinds in several if type(each) in kinds]
                if len(possible) != 1 or not possible[0](described, each, (each,)):
                    return False
            return True

        return kept

    def _kinds(self, shape: Node) -> tuple[type, ...]:
        """The kinds of node that can keep a shape."""
        kinds = set(_ANY)
        for each in (shape, *self._shapes.objects(shape, _SH.node)):
            for kind in self._shapes.objects(each, _SH.nodeKind):
                kinds &= set(_kinds_of(kind))
        return tuple(kinds)

    def _closed(self, shape: Node, closed: Node) -> Rule:
        if closed != Literal(True):
            raise UnknownShapeError(_SH.closed)
        allowed = {path for each in self._shapes.objects(shape, _SH.property) for path in self._shapes.objects(each, _SH.path)}
        for ignored in self._shapes.objects(shape, _SH.ignoredProperties):
            allowed |= set(Collection(self._shapes, ignored))
        return lambda described, _focus, values: all(described.of(each).keys() <= allowed for each in values)

    def _query(self, constraint: Node) -> Rule:
        """A query is not compiled: the one that is known by its text has been written as a rule by hand."""
        told = " ".join(str(self._shapes.value(constraint, _SH.select)).split())
        if told not in _QUERIES:
            raise UnknownShapeError(_SH.select)
        return _QUERIES[told]


_ANY: tuple[type, ...] = (URIRef, BNode, Literal)


def _all_of(rules: Sequence[Rule]) -> Rule:
    if len(rules) == 1:
        return rules[0]

    def kept(described: Described, focus: Node, values: Sequence[Node]) -> bool:
        for rule in rules:  # noqa: SIM110  a generator for each of thousands would take as long as what it asks
            if not rule(described, focus, values):
                return False
        return True

    return kept


def _kinds_of(kind: Node) -> tuple[type, ...]:
    if kind not in _KINDS:
        raise UnknownShapeError(kind)
    return _KINDS[kind]


_KINDS: Mapping[Node, tuple[type, ...]] = {
    _SH.IRI: (URIRef,),
    _SH.BlankNode: (BNode,),
    _SH.Literal: (Literal,),
    _SH.BlankNodeOrIRI: (BNode, URIRef),
    _SH.BlankNodeOrLiteral: (BNode, Literal),
    _SH.IRIOrLiteral: (URIRef, Literal),
}


def _number(value: Node) -> int:
    if not isinstance(value, Literal) or type(value.value) is not int:
        raise UnknownShapeError(value)
    return value.value


def _at_least(value: Node) -> Rule:
    least = _number(value)
    return lambda _described, _focus, values: len(values) >= least


def _at_most(value: Node) -> Rule:
    most = _number(value)
    return lambda _described, _focus, values: len(values) <= most


def _kind(value: Node) -> Rule:
    kinds = _kinds_of(value)
    return lambda _described, _focus, values: all(type(each) in kinds for each in values)


def _class(value: Node) -> Rule:
    return lambda described, _focus, values: all(value in described.of(each).get(TYPE, ()) for each in values)


def _datatype(value: Node) -> Rule:
    texts, plain = value == RDF.langString, value == XSD.string

    def fits(node: Node) -> bool:
        if type(node) is not Literal or node.ill_typed:
            return False
        if node.language:
            return texts
        return plain if node.datatype is None else node.datatype == value

    return lambda _described, _focus, values: all(map(fits, values))


def _pattern(value: Node) -> Rule:
    form = re.compile(str(value))

    def fits(node: Node) -> bool:
        return type(node) in (Literal, URIRef) and form.search(str(node)) is not None

    return lambda _described, _focus, values: all(map(fits, values))


def _languages(tags: Iterable[Node]) -> Rule:
    allowed = {str(each) for each in tags}
    return lambda _described, _focus, values: all(isinstance(each, Literal) and each.language in allowed for each in values)


def _one_a_language(value: Node) -> Rule:
    if value != Literal(True):
        raise UnknownShapeError(_SH.uniqueLang)

    def kept(_described: Described, _focus: Node, values: Sequence[Node]) -> bool:
        tags = [each.language.lower() for each in values if isinstance(each, Literal) and each.language]
        return len(set(tags)) == len(tags)

    return kept


def _not_below(value: Node) -> Rule:
    least = _number(value)

    def fits(node: Node) -> bool:
        return isinstance(node, Literal) and type(node.value) is int and node.value >= least

    return lambda _described, _focus, values: all(map(fits, values))


def _in_order(later: Node) -> Rule:
    def kept(described: Described, focus: Node, values: Sequence[Node]) -> bool:
        return all(_not_after(one, other) for one in values for other in described.of(focus).get(later, ()))

    return kept


def _not_after(one: Node, other: Node) -> bool:
    if not (isinstance(one, Literal) and isinstance(other, Literal) and one.datatype == other.datatype):
        return False
    try:
        return bool(one.value <= other.value)
    except TypeError:  # without a value, or one of the two without a zone
        return False


def _has(value: Node) -> Rule:
    return lambda _described, _focus, values: value in values


def _distinct_titles(described: Described, _focus: Node, values: Sequence[Node]) -> bool:
    for each in values:
        files = set(described.of(each).get(_DISTRIBUTION, ()))
        titles = [title for one in files for title in set(described.of(one).get(_TITLE, ()))]
        if len(set(titles)) != len(titles):
            return False
    return True


_DISTRIBUTION, _TITLE = term("dcat:distribution"), term("dct:title")
_QUERIES: Mapping[str, Rule] = {
    "SELECT DISTINCT $this (dct:title AS ?path) ?value WHERE { "
    "$this dcat:distribution ?one . ?one dct:title ?value . "
    "$this dcat:distribution ?other . ?other dct:title ?value . "
    "FILTER (?one != ?other) }": _distinct_titles
}
_RULES: Mapping[Node, Callable[[Node], Rule]] = {
    _SH.minCount: _at_least,
    _SH.maxCount: _at_most,
    _SH.nodeKind: _kind,
    _SH["class"]: _class,
    _SH.datatype: _datatype,
    _SH.pattern: _pattern,
    _SH.uniqueLang: _one_a_language,
    _SH.minInclusive: _not_below,
    _SH.lessThanOrEquals: _in_order,
    _SH.hasValue: _has,
}
_SILENT = {RDF.type, _SH.message, _SH.targetClass, _SH.path, _SH.ignoredProperties}
"""What stands in a shape and is no rule, or is read with another word."""
_WORDS = {
    *_RULES, *_SILENT, _SH.property, _SH.node, _SH.xone, _SH.closed, _SH.languageIn, _SH.sparql, _SH.select, _SH.prefixes,
    _SH.declare, _SH.prefix, _SH.namespace, _SH.alternativePath,
}  # fmt: skip
"""Every word of SHACL that is understood."""
