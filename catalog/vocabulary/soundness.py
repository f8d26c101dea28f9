"""What has to hold between the concepts of a list, and between lists."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

from catalog.errors import Finding, NotFound
from catalog.values import fold
from catalog.vocabulary.assembling import Problems
from catalog.vocabulary.codelists import ENUM_LIMIT, FOLDER, CodeList, Concept, Vocabulary, in_bands


def within(codelist: CodeList, problems: Problems) -> None:
    """Check one list: codes, names, positions, bands, validity."""
    _codes(codelist, problems)
    _positions(codelist, problems)
    _bands(codelist, problems)
    _validity(codelist, problems)
    if len(codelist.concepts) <= ENUM_LIMIT:  # longer lists name places and the like, where one name is used twice
        _names(codelist, problems)


def of_folder(folder: Path, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """Everything that is wrong with the lists that ``folder`` gave to the vocabulary, and between them and others."""
    findings = list(vocabulary.clashes(folder))
    for name in vocabulary.names(folder):
        findings += vocabulary.reading(name).findings
        findings += across(name, vocabulary)
    return tuple(findings)


def across(name: str, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """Check what a list says of other lists: those it is joined from, and those its broader concepts belong to."""
    codelist = vocabulary.reading(name).codelist
    if codelist is None:
        return ()
    problems = Problems(f"{FOLDER}/{name}.ttl")
    known: dict[str, frozenset[str]] = {}
    for other in sorted({*codelist.parts, *(each.broader_codelist for each in codelist.concepts if each.broader)}):
        try:
            reading = vocabulary.reading(other)
        except NotFound as error:
            problems.add(error.code, found=other, expected=error.details["expected"], codelist=other)
        else:
            known[other] = frozenset(reading.codelist.codes if reading.codelist else ())
    for concept in codelist.concepts:
        if concept.broader and concept.broader not in known.get(concept.broader_codelist, {concept.broader}):
            found = f"{concept.broader_codelist}: {concept.broader}"
            problems.add("broader-unknown", found=found, about=concept.code, property="broader")
    return tuple(problems.findings)


def _codes(codelist: CodeList, problems: Problems) -> None:
    if not codelist.concepts and not codelist.parts:
        problems.add("codelist-empty", found=codelist.name)
    for code, count in Counter(codelist.codes).items():
        if count > 1:
            problems.add("concept-twice", found=code, about=code)
    for concept in codelist.concepts:
        if concept.code and concept.broader == concept.code and concept.broader_codelist == codelist.name:
            problems.add("broader-itself", found=concept.code, about=concept.code)


def _positions(codelist: CodeList, problems: Problems) -> None:
    positions = Counter(each.position for each in codelist.concepts)
    for concept in codelist.concepts if codelist.ordered else ():
        if concept.position is None:
            problems.add("position-missing", about=concept.code)
        elif positions[concept.position] > 1:
            problems.add("position-twice", found=str(concept.position), about=concept.code)


def _bands(codelist: CodeList, problems: Problems) -> None:
    bands = in_bands(codelist.concepts)
    if bands:
        for concept in codelist.concepts:
            if concept.lower is None and concept.upper is None:
                problems.add("band-without-bounds", about=concept.code)
    for concept in bands:
        if concept.lower is not None and concept.upper is not None and concept.lower >= concept.upper:
            problems.add("band-empty", found=f"{concept.lower} … {concept.upper}", about=concept.code)
    for lower, upper in pairwise(bands):
        _seam(lower, upper, problems)


def _seam(lower: Concept, upper: Concept, problems: Problems) -> None:
    """Where one band ends the next has to begin."""
    end, begin = lower.upper, upper.lower
    if end is None or begin is None or end > begin:
        problems.add("band-overlap", found=_bound(begin), expected=_bound(end), about=lower.code, next=upper.code)
    elif end < begin:
        problems.add("band-gap", found=f"{end} … {begin}", expected=_bound(end), about=lower.code, next=upper.code)


def _bound(value: object) -> str:
    return "∞" if value is None else str(value)


def _validity(codelist: CodeList, problems: Problems) -> None:
    for concept in codelist.concepts:
        if concept.valid_from and concept.valid_until and concept.valid_from > concept.valid_until:
            problems.add("validity-empty", found=f"{concept.valid_from} … {concept.valid_until}", about=concept.code)


def _names(codelist: CodeList, problems: Problems) -> None:
    """Two codes that one text names cannot be told apart by that text: ``CodeList.match`` would find neither."""
    owners: dict[str, str] = {}
    for concept in codelist.concepts:
        for text in sorted(set(map(fold, concept.texts()))):
            owner = owners.setdefault(text, concept.code)
            if owner != concept.code:
                problems.add("name-twice", severity="warning", found=text, about=concept.code, other=owner)
