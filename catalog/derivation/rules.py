"""The rules by which a published column comes from raw records: values, not code.

A column has a list of rules (``definition.derivation``). The first reads raw records, each next one works on its result;
a value that ``no-data`` has settled is left alone by the rules after it. This module reads and words rules without pandas;
``engine`` applies them. Every rule is described, with an example, in docs/derivation.md.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from catalog.derivation.conditions import DESCRIPTOR, EVERY, Where, shown, step_of, where_of
from catalog.derivation.labels import PLAIN, Labels, filled, joined, listed, plain, quoted, sentences
from catalog.derivation.paths import Path, path_of
from catalog.errors import Finding, Place, Refusal
from catalog.messages.derivation import SENTENCES
from catalog.model import Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a rule: its name in JSON, the attribute that holds it, what it must be, whether it must be there."""

    name: str
    attribute: str
    kind: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(ABC):
    """What every rule has. ``reads_records``: only first in a list, takes several records; else ``from`` makes it first."""

    name: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]
    reads_records: ClassVar[bool] = False
    pointer: str = field(default="", compare=False)

    def paths(self) -> Iterator[Path]:
        """The raw columns that make the value; ``where`` apart."""
        for each in self.parameters:
            value = getattr(self, each.attribute)
            if isinstance(value, Path):
                yield value

    def starts(self) -> bool:
        """Whether it says where it reads, and so can stand first."""
        return next(self.paths(), None) is not None

    @abstractmethod
    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule as readers of the catalogue see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy(Rule):
    """The raw value as it is."""

    name: ClassVar[str] = "copy"
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("from", "from_", "path", required=True),)
    from_: Path

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        return filled(SENTENCES["copy"], column=labels.column(self.from_))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Rule):
    """The sum of ``of``; ``distinct`` adds each record that holds it once. One unknown part makes the sum unknown."""

    name: ClassVar[str] = "sum"
    reads_records: ClassVar[bool] = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("of", "of", "path", required=True),
        Parameter("distinct", "distinct", "boolean"),
        Parameter("where", "where", "where"),
    )
    of: Path
    distinct: bool = False
    where: Where = EVERY

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        parts = [filled(SENTENCES["sum"], column=labels.column(self.of))]
        if self.distinct:
            parts.append(filled(SENTENCES["sum-distinct"]))
        return sentences([*parts, *_only(self.where, labels)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Rule):
    """How many records have a value in ``of``; with ``distinct``, how many different values it has."""

    name: ClassVar[str] = "count"
    reads_records: ClassVar[bool] = True
    parameters: ClassVar[tuple[Parameter, ...]] = Sum.parameters
    of: Path
    distinct: bool = False
    where: Where = EVERY

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        head = filled(SENTENCES["count-distinct" if self.distinct else "count"], column=labels.column(self.of))
        return sentences([head, *_only(self.where, labels)])


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDown(Rule):
    """Down to a multiple of ``step``."""

    name: ClassVar[str] = "round-down"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("from", "from_", "path"),
        Parameter("step", "step", "step", required=True),
    )
    from_: Path | None = None
    step: Decimal

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        return sentences([*_read(self.from_, labels), filled(SENTENCES["round-down"], step=plain(f"{self.step:,f}"))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Rule):
    """The code of the band that a number is in; the bounds stand in the code list, the lower one is inside."""

    name: ClassVar[str] = "band"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("from", "from_", "path"),
        Parameter("codelist", "codelist", "text", required=True),
    )
    from_: Path | None = None
    codelist: str

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        return sentences([*_read(self.from_, labels), filled(SENTENCES["band"], codelist=labels.codelist(self.codelist))])


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldRare(Rule):
    """A value with fewer than ``minimum`` records becomes ``into``: one code, or one for each value of ``within``.

    Counted are all records that the table is made of, never what a reader has filtered.
    """

    name: ClassVar[str] = "fold-rare"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("from", "from_", "path"),
        Parameter("minimum", "minimum", "minimum", required=True),
        Parameter("into", "into", "into", required=True),
        Parameter("within", "within", "path"),
    )
    from_: Path | None = None
    minimum: int
    into: str | Mapping[str, str]
    within: Path | None = None

    def starts(self) -> bool:
        """Whether it has ``from``: ``within`` alone reads no value."""
        return self.from_ is not None

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        if isinstance(self.into, str):
            into = labels.value(None, self.into)
        else:
            pairs = ((labels.value(None, code), labels.value(self.within, value)) for value, code in self.into.items())
            into = joined([filled(SENTENCES["fold-into"], into=code, value=value) for code, value in pairs], SENTENCES["comma"])
        parts = {"minimum": plain(self.minimum), "into": into}
        if self.within is not None:
            parts["within"] = labels.column(self.within)
        pattern = SENTENCES["fold-rare" if self.within is None else "fold-rare-within"]
        return sentences([*_read(self.from_, labels), filled(pattern, **parts)])


@dataclass(frozen=True, slots=True, kw_only=True)
class NoData(Rule):
    """Answers that say nothing become the code ``into``; compared after NFKC, without blanks around. "" is an empty cell."""

    name: ClassVar[str] = "no-data"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("from", "from_", "path"),
        Parameter("values", "values", "answers", required=True),
        Parameter("into", "into", "text"),
    )
    from_: Path | None = None
    values: tuple[str, ...]
    into: str = "no-data"

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        values = listed(PLAIN.value(None, each) for each in self.values)
        head = filled(SENTENCES["no-data"], values=values, into=labels.value(None, self.into))
        return sentences([*_read(self.from_, labels), head])


@dataclass(frozen=True, slots=True)
class Give:
    """Codes for which of the two sources of ``earliest`` was used."""

    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earliest(Rule):
    """The earliest date or month of ``from``; where there is none, of ``else``. ``give`` tells which instead."""

    name: ClassVar[str] = "earliest"
    reads_records: ClassVar[bool] = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("from", "from_", "path", required=True),
        Parameter("else", "else_", "path"),
        Parameter("give", "give", "give"),
    )
    from_: Path
    else_: Path | None = None
    give: Give | None = None

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        parts = [filled(SENTENCES["earliest"], column=labels.column(self.from_))]
        if self.else_ is not None:
            parts.append(filled(SENTENCES["earliest-else"], column=labels.column(self.else_)))
        if self.give is not None:
            first, second = labels.value(None, self.give.first), labels.value(None, self.give.second)
            parts.append(filled(SENTENCES["earliest-give"], first=first, second=second))
        return sentences(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Rule):
    """``yes`` when any answer is in ``any-of``, else ``no``; unknown (empty) when none is and an answer is lacking."""

    name: ClassVar[str] = "flag"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("from", "from_", "path"),
        Parameter("any-of", "any_of", "texts", required=True),
        Parameter("separator", "separator", "text"),
        Parameter("yes", "yes", "text"),
        Parameter("no", "no", "text"),
    )
    from_: Path | None = None
    any_of: tuple[str, ...]
    separator: str = ""
    yes: str = "yes"
    no: str = "no"

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The rule in words."""
        words = {
            "yes": labels.value(None, self.yes),
            "no": labels.value(None, self.no),
            "values": listed(labels.value(self.from_, each) if self.from_ else PLAIN.value(None, each) for each in self.any_of),
        }
        if self.from_ is None:
            parts = [filled(SENTENCES["flag"], **words)]
        else:
            parts = [filled(SENTENCES["flag-from"], column=labels.column(self.from_), **words)]
        if self.separator:
            parts.append(filled(SENTENCES["flag-separator"], separator=quoted(plain(self.separator))))
        return sentences(parts)


RULES: dict[str, type[Rule]] = {each.name: each for each in (Copy, Sum, Count, RoundDown, Band, FoldRare, NoData, Earliest, Flag)}


def _only(where: Where, labels: Labels) -> list[Text]:
    return [filled(SENTENCES["only-where"], where=where.sentence(labels))] if where else []


def _read(path: Path | None, labels: Labels) -> list[Text]:
    return [] if path is None else [filled(SENTENCES["read"], column=labels.column(path))]


# ------------------------------------------------------------------------------------------------ reading


class _Unreadable(Exception):
    """A parameter's value is not of its kind."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _Unreadable
    return value


def _path(value: Any) -> Path:
    return path_of(_text(value))


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unreadable
    return value


def _answers(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(each, str) for each in value):
        raise _Unreadable
    if len(set(value)) < len(value):
        raise _Unreadable
    return tuple(value)


def _texts(value: Any) -> tuple[str, ...]:
    several = _answers(value)
    if not all(several):
        raise _Unreadable
    return several


_FINEST, _COARSEST = Decimal("1e-6"), Decimal("1e12")


def _step(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unreadable
    step = Decimal(str(value))
    if not step.is_finite() or not _FINEST <= step <= _COARSEST:
        raise _Unreadable
    return Decimal(int(step)) if step == int(step) else step.normalize()


def _minimum(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Unreadable
    return value


def _into(value: Any) -> str | Mapping[str, str]:
    if isinstance(value, Mapping):
        if not value:
            raise _Unreadable
        return {_text(name): _text(code) for name, code in value.items()}
    return _text(value)


def _give(value: Any) -> Give:
    if not isinstance(value, Mapping) or set(value) != {"from", "else"}:
        raise _Unreadable
    return Give(_text(value["from"]), _text(value["else"]))


_READERS: dict[str, Callable[[Any], Any]] = {
    "path": _path,
    "text": _text,
    "texts": _texts,
    "answers": _answers,
    "boolean": _boolean,
    "step": _step,
    "minimum": _minimum,
    "into": _into,
    "give": _give,
}
_CODES = {"answers": "derivation-wants-texts"}
_EXAMPLE = '{"rule": "copy", "from": "name"}'


def rules_of(derivation: Sequence[Any], pointer: str = "/derivation", *, single: bool = False) -> tuple[Rule, ...]:
    """The rules of one column, checked, in order. ``pointer`` is where the list stands in datapackage.json.

    ``single``: the descriptor has one object instead of a list, so pointers have no index. Raises Refusal with all findings.
    """
    rules, findings = read_rules(derivation, pointer, single=single)
    if findings:
        raise Refusal(*findings)
    return rules


def read_rules(derivation: Sequence[Any], pointer: str, *, single: bool = False) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    """The rules that can be read, and findings for all that cannot."""
    rules: list[Rule] = []
    findings: list[Finding] = []
    for number, value in enumerate(derivation):
        here = pointer if single else step_of(pointer, number)
        rule, wrong = _rule(value, here)
        findings += wrong
        if rule is not None:
            rules.append(rule)
            findings += _order(rule, first=number == 0)
    return tuple(rules), tuple(findings)


def _order(rule: Rule, *, first: bool) -> list[Finding]:
    if first:
        code = "" if rule.starts() else "derivation-chain-start"
    elif rule.reads_records or isinstance(rule, Copy):
        code = "derivation-chain-order"
    else:
        code = "derivation-chain-from" if rule.starts() else ""
    return [_finding(code, rule.pointer, rule.name, rule=rule.name)] if code else []


def _rule(value: Any, pointer: str) -> tuple[Rule | None, list[Finding]]:
    if not isinstance(value, Mapping):
        return None, [_finding("derivation-rule-object", pointer, value, expected=_EXAMPLE)]
    kind = RULES.get(value["rule"]) if isinstance(value.get("rule"), str) else None
    if kind is None:
        names = ", ".join(RULES)
        return None, [_finding("derivation-rule-unknown", step_of(pointer, "rule"), value.get("rule", ""), expected=names)]
    known = {each.name: each for each in kind.parameters}
    expected = ", ".join(known)
    findings = [
        _finding("derivation-parameter-unknown", step_of(pointer, name), name, expected=expected, rule=kind.name)
        for name in value
        if name != "rule" and name not in known
    ]
    findings += [
        _finding("derivation-parameter-missing", pointer, "", rule=kind.name, parameter=each.name)
        for each in kind.parameters
        if each.required and each.name not in value
    ]
    read: dict[str, Any] = {}
    for name in value:
        if name in known:
            findings += _parameter(known[name], value[name], step_of(pointer, name), kind.name, read)
    if isinstance(read.get("into"), Mapping) and "within" not in value:
        findings.append(_finding("derivation-into-without-within", step_of(pointer, "into"), "into", rule=kind.name))
    return (None if findings else kind(**read, pointer=pointer)), findings


def _parameter(parameter: Parameter, value: Any, pointer: str, rule: str, read: dict[str, Any]) -> tuple[Finding, ...]:
    if parameter.kind == "where":
        read[parameter.attribute], findings = where_of(value, pointer)
        return findings
    try:
        read[parameter.attribute] = _READERS[parameter.kind](value)
    except _Unreadable:
        code = _CODES.get(parameter.kind, f"derivation-wants-{parameter.kind}")
        return (_finding(code, pointer, value, rule=rule, parameter=parameter.name),)
    return ()


def _finding(code: str, pointer: str, found: Any, *, expected: str = "", **details: str) -> Finding:
    place = Place(file=DESCRIPTOR, pointer=pointer)
    return Finding(code=code, place=place, found=shown(found), expected=expected, details=details)


def sentence_of(rules: Sequence[Rule], labels: Labels = PLAIN) -> Text:
    """All rules of a column as one paragraph, in the order in which they are applied."""
    return sentences(each.sentence(labels) for each in rules)
