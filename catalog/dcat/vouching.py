"""Whether a dataset's description surely keeps our shapes (``vocab/shapes``), told without rdflib and SHACL's engine.

For whoever only asks whether a package is all right: starting the engine takes longer than reading a small package. A list
of what is known to keep the shapes, noun by noun: whatever stands beyond it answers False, and then the shapes themselves
are asked. A publication asks them in any case.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

from catalog.dcat import nouns
from catalog.dcat.authorities import SHA256
from catalog.model import Text

Test = Callable[[Any], bool]

_AUTHORITY = r"http://publications\.europa\.eu/resource/authority/"
_PROSE = re.compile("[^\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]+")
_LINE = re.compile("[^\x00-\x1f\x7f\u2028\u2029\ufffe\uffff]+")


class _Rule(NamedTuple):
    """``test`` holds of a value that is there; ``required``: one has to be."""

    test: Test
    required: bool = False


def vouched(dataset: nouns.Dataset) -> bool:
    """Whether the shapes surely find no fault with it. False means that it is not known."""
    return _fits(dataset) and _agree(dataset)


def _fits(noun: Any) -> bool:
    rules = _RULES.get(type(noun), {})
    return all(_keeps(getattr(noun, each.name), each.default, rules.get(each.name)) for each in fields(noun))


def _keeps(value: Any, absent: Any, rule: _Rule | None) -> bool:
    if value == absent:
        return rule is None or not rule.required
    return rule is not None and rule.test(value)


def _agree(dataset: nouns.Dataset) -> bool:
    """What no noun can know alone: who is who, which title is whose, which day comes first."""
    by_iri: dict[str, Any] = {}
    if any(by_iri.setdefault(each.iri, each) != each for each in _nodes(dataset)):
        return False
    titles = [title for each in dataset.distributions for title in ((each.title.ja, "ja"), (each.title.en, "en")) if title[0]]
    measured = {each.computed_on for one in dataset.distributions for each in one.quality}
    served = {iri for one in dataset.distributions if one.access_service for iri in one.access_service.serves}
    period = dataset.temporal
    return (
        len(set(titles)) == len(titles)
        and measured <= {each.iri for each in dataset.distributions}
        and served <= {dataset.iri}
        and _in_order(dataset)
        and all(map(_in_order, dataset.distributions))
        and (period is None or _is_span(period))
    )


def _in_order(dated: nouns.Dataset | nouns.Distribution) -> bool:
    return dated.issued is not None and dated.modified is not None and dated.issued <= dated.modified


def _is_span(period: nouns.PeriodOfTime) -> bool:
    return bool(period.start or period.end) and not (period.start and period.end and period.start > period.end)


def _nodes(noun: Any) -> Iterator[Any]:
    """The noun and all nouns in it, but for those without an IRI."""
    if "iri" in noun.__slots__:
        yield noun
    for each in fields(noun):
        value = getattr(noun, each.name)
        for one in value if isinstance(value, frozenset) else (value,):
            if type(one) in _RULES:
                yield from _nodes(one)


def _form(pattern: str) -> Test:
    form = re.compile(pattern)
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _texts(form: re.Pattern[str]) -> Test:
    def test(value: Any) -> bool:
        return isinstance(value, Text) and all(form.fullmatch(each) for each in (value.ja, value.en) if each)

    return test


def _every(test: Test) -> Test:
    return lambda values: isinstance(values, frozenset) and all(test(each) for each in values)


def _noun(kind: type) -> Test:
    return lambda value: type(value) is kind and _fits(value)


def _moment(value: Any) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _day(value: Any) -> bool:
    return type(value) is date


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


_address = _form(r"https?://[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+")
_iri = _form(r"[a-z]+:[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+")
_plain = _form(_PROSE.pattern)
_line, _prose = _texts(_LINE), _texts(_PROSE)
_keyword = _form(r"[\w .-]{2,100}")
_IRI, _ADDRESS = _Rule(_iri, required=True), _Rule(_address, required=True)
_TITLE, _PROSES = _Rule(_line, required=True), _Rule(_prose, required=True)
_MOMENT = _Rule(_moment, required=True)

_RULES: Mapping[type, Mapping[str, _Rule]] = {
    nouns.Agent: {"iri": _IRI, "name": _TITLE, "type": _Rule(_iri), "homepage": _Rule(_address)},
    nouns.ContactPoint: {
        "iri": _IRI,
        "name": _Rule(_plain, required=True),
        "organization": _Rule(_line),
        "email": _Rule(_form(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")),
        "telephone": _Rule(_form("[-+0-9;=ext]+")),
        "url": _Rule(_address),
    },
    nouns.Location: {"iri": _ADDRESS, "label": _Rule(_line)},
    nouns.Extent: {
        "bbox": _Rule(
            _form(r"POLYGON\(\((?:-?[0-9]+\.[0-9]+ -?[0-9]+\.[0-9]+, ){4}-?[0-9]+\.[0-9]+ -?[0-9]+\.[0-9]+\)\)"), required=True
        )
    },
    nouns.RightsStatement: {"iri": _IRI, "label": _Rule(_plain, required=True)},
    nouns.PeriodOfTime: {"start": _Rule(_day), "end": _Rule(_day)},
    nouns.LicenseDocument: {"iri": _ADDRESS, "title": _Rule(_plain), "type": _Rule(_iri)},
    nouns.Standard: {"iri": _ADDRESS, "title": _TITLE},
    nouns.ProvenanceStatement: {"iri": _IRI, "description": _PROSES, "label": _Rule(_plain, required=True)},
    nouns.MediaTypeOrExtent: {
        "iri": _Rule(_form(_AUTHORITY + "file-type/[A-Z0-9_]+"), required=True),
        "label": _Rule(_plain, required=True),
    },
    nouns.Checksum: {
        "iri": _IRI,
        "algorithm": _Rule(lambda value: value == SHA256, required=True),
        "value": _Rule(_form("[0-9a-f]{64}"), required=True),
    },
    nouns.Metric: {"iri": _IRI, "definition": _TITLE, "datatype": _IRI, "dimension": _IRI},
    nouns.SoftwareAgent: {"iri": _IRI, "name": _Rule(_plain)},
    nouns.Activity: {
        "iri": _IRI,
        "ended": _MOMENT,
        "used": _Rule(_every(_address), required=True),
        "agent": _Rule(_noun(nouns.SoftwareAgent)),
    },
    nouns.QualityMeasurement: {
        "iri": _IRI,
        "metric": _Rule(_noun(nouns.Metric), required=True),
        "value": _Rule(_count, required=True),
        "computed_on": _IRI,
        "activity": _Rule(_noun(nouns.Activity), required=True),
    },
    nouns.DataService: {
        "iri": _IRI,
        "identifier": _Rule(_plain, required=True),
        "title": _TITLE,
        "description": _PROSES,
        "endpoint_url": _ADDRESS,
        "endpoint_description": _ADDRESS,
        "serves": _Rule(_every(_address), required=True),
        "conforms_to": _Rule(_every(_noun(nouns.Standard)), required=True),
        "publisher": _Rule(_noun(nouns.Agent), required=True),
        "contact_point": _Rule(_noun(nouns.ContactPoint)),
        "keywords": _Rule(_every(_keyword)),
        "keywords_en": _Rule(_every(_keyword)),
        "themes": _Rule(_every(_form(_AUTHORITY + "data-theme/[A-Z_]+"))),
        "license": _Rule(_noun(nouns.LicenseDocument)),
        "access_rights": _IRI,
    },
    nouns.Distribution: {
        "iri": _IRI,
        "title": _TITLE,
        "description": _PROSES,
        "access_url": _ADDRESS,
        "download_url": _ADDRESS,
        "format": _Rule(_noun(nouns.MediaTypeOrExtent), required=True),
        "media_type": _Rule(
            _form(r"https://www\.iana\.org/assignments/media-types/[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+"), required=True
        ),
        "package_format": _Rule(_iri),
        "byte_size": _Rule(_count, required=True),
        "checksum": _Rule(_noun(nouns.Checksum), required=True),
        "license": _Rule(_noun(nouns.LicenseDocument)),
        "conforms_to": _Rule(_every(_noun(nouns.Standard))),
        "access_service": _Rule(_noun(nouns.DataService)),
        "availability": _IRI,
        "status": _IRI,
        "quality": _Rule(_every(_noun(nouns.QualityMeasurement))),
        "issued": _MOMENT,
        "modified": _MOMENT,
    },
    nouns.Dataset: {
        "iri": _IRI,
        "identifier": _Rule(_plain, required=True),
        "title": _TITLE,
        "description": _PROSES,
        "publisher": _Rule(_noun(nouns.Agent), required=True),
        "creators": _Rule(_every(_noun(nouns.Agent))),
        "contact_point": _Rule(_noun(nouns.ContactPoint)),
        "keywords": _Rule(_every(_keyword)),
        "keywords_en": _Rule(_every(_keyword)),
        "themes": _Rule(_every(_form(_AUTHORITY + "data-theme/[A-Z_]+"))),
        "spatial": _Rule(_every(_noun(nouns.Location))),
        "extent": _Rule(_noun(nouns.Extent)),
        "temporal": _Rule(_noun(nouns.PeriodOfTime)),
        "accrual_periodicity": _Rule(_form(_AUTHORITY + "frequency/[A-Z0-9_]+")),
        "languages": _Rule(_every(_form(_AUTHORITY + "language/[A-Z]{3}"))),
        "landing_page": _Rule(_address),
        "licenses": _Rule(_every(_noun(nouns.LicenseDocument))),
        "rights": _Rule(_noun(nouns.RightsStatement)),
        "access_rights": _IRI,
        "provenance": _Rule(_noun(nouns.ProvenanceStatement)),
        "sources": _Rule(_every(_address)),
        "conforms_to": _Rule(_every(_noun(nouns.Standard))),
        "version": _Rule(_form("[1-9][0-9]*"), required=True),
        "version_notes": _Rule(_every(_plain)),
        "issued": _MOMENT,
        "modified": _MOMENT,
        "distributions": _Rule(_every(_noun(nouns.Distribution)), required=True),
    },
}
"""What each attribute of a noun may be. A noun or attribute that is not here is none that can be vouched for."""
