"""Hold what a harvester made of a dataset against the dataset JSON of our own API, property by property.

Three steps: what the JSON says (``wanted``) and what arrived (``Reader.read``) become facts of one shape, by the names of
PROPERTIES; a comparison says what of the wanted did not arrive; what a reader is known never to take in is told apart.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Facts = dict[str, Any]
Comparison = Callable[[Any, Any], bool]

_CC, _ODC = "https://creativecommons.org/", "https://opendatacommons.org/licenses/"
LICENSES = {
    "CC-BY-4.0": ("cc-by", _CC + "licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("cc-by-sa", _CC + "licenses/by-sa/4.0/"),
    "CC0-1.0": ("cc-zero", _CC + "publicdomain/zero/1.0/"),
    "ODC-BY-1.0": ("odc-by", _ODC + "by/1-0/"),
    "ODBL-1.0": ("odc-odbl", _ODC + "odbl/1-0/"),
}
"""SPDX id: the id in CKAN's register of licences, and the address that the licence has, whatever page of it a package names."""
TAG = re.compile(r"[\w .-]{2,100}")
LETTERS = re.compile(r"\w{2,}")
MARKUP = re.compile(r"<[^>]*>")
SHARED = {"ndjson": "JSON", "md": "Text"}
"""Formats that have their EU file type in common with another one, whose name a reader gets; the title names their own."""
ROUNDED = 0.001
"""Degrees by which a box may be larger than what is in it."""
JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Property:
    """``terms``: where a harvester reads it, from the dataset or from the distribution."""

    terms: str
    same: Comparison


@dataclass(frozen=True, slots=True)
class Reader:
    """A harvester as it was set up. ``limits``: properties that it never takes in whole, each with the reason."""

    read: Callable[[Mapping[str, Any]], Facts]
    language: str = "ja"
    limits: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, Comparison] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``state``: "ok", "missing", "reader" (a known limit of the reader), "-" (the dataset says nothing)."""

    state: str
    wanted: Any = None
    arrived: Any = None


# ------------------------------------------------------------------------------------------------ comparisons


def equal(wanted: object, arrived: object) -> bool:
    """The same value."""
    return wanted == arrived


def text(wanted: str, arrived: object) -> bool:
    """The same text; line ends and blanks around it do not count."""
    return isinstance(arrived, str) and wanted.replace("\r\n", "\n").strip() == arrived.strip()


def words(wanted: str, arrived: object) -> bool:
    """Every word in its order, for readers that turn signs and line breaks of a text into markup of their own."""
    if not isinstance(arrived, str):
        return False
    return LETTERS.findall(MARKUP.sub(" ", wanted)) == LETTERS.findall(MARKUP.sub(" ", arrived))


def endings(wanted: Iterable[tuple[str, ...]], arrived: object) -> bool:
    """For each wanted value some IRI that ends so."""
    found = arrived if isinstance(arrived, list) else [arrived]
    return all(any(str(iri).endswith(wanted_) for iri in found) for wanted_ in wanted)


def some_ending(wanted: Iterable[tuple[str, ...]], arrived: object) -> bool:
    """For at least one of them."""
    return any(endings([each], arrived) for each in wanted)


def superset(wanted: Iterable[str], arrived: object) -> bool:
    """Each wanted value is there."""
    return isinstance(arrived, list) and set(wanted) <= set(arrived)


def tags(wanted: Iterable[str], arrived: object) -> bool:
    """A keyword that CKAN takes arrives as it is; of another one each run of letters stands in some tag."""
    if not isinstance(arrived, list):
        return False
    normal = (unicodedata.normalize("NFKC", each) for each in wanted)
    return all(
        each in arrived if TAG.fullmatch(each) else all(any(run in tag for tag in arrived) for run in LETTERS.findall(each))
        for each in normal
    )


def as_many(wanted: Sequence[str], arrived: object) -> bool:
    """As many: for readers that respell keywords in ASCII."""
    return isinstance(arrived, list) and len(arrived) >= len(wanted)


def moment(wanted: str, arrived: object) -> bool:
    """The same moment; udata stores UTC without saying so."""
    times = [datetime.fromisoformat(str(each)) for each in (wanted, arrived) if each]
    return len({each if each.tzinfo else each.replace(tzinfo=UTC) for each in times}) == 1 and len(times) == 2  # noqa: PLR2004


def caseless(wanted: str, arrived: object) -> bool:
    """The same name of a format."""
    return str(arrived).casefold() == wanted.casefold()


def japanese(_wanted: object, arrived: object) -> bool:
    """A text in Japanese."""
    return isinstance(arrived, str) and JAPANESE.search(arrived) is not None


def around(wanted: Sequence[float], arrived: object) -> bool:
    """A box that holds the wanted one, and hardly more."""
    if not isinstance(arrived, list):
        return False
    west, south, east, north = (float(here) - float(there) for here, there in zip(arrived, wanted, strict=True))
    return all(-ROUNDED <= each <= 0 for each in (west, south)) and all(0 <= each <= ROUNDED for each in (east, north))


def within(wanted: str, arrived: object) -> bool:
    """The wanted text stands in a longer one."""
    return isinstance(arrived, str) and wanted in arrived


PROPERTIES = {
    "identifier": Property("dct:identifier", equal),
    "title": Property("dct:title", text),
    "description": Property("dct:description", text),
    "keywords": Property("dcat:keyword", tags),
    "licence": Property("dcat:distribution/dct:license/dct:title, dct:license", equal),
    "publisher": Property("dct:publisher/foaf:name", text),
    "publisher iri": Property("dct:publisher", equal),
    "contact": Property("dcat:contactPoint/vcard:fn; udata wants vcard:hasEmail or vcard:hasURL beside it", within),
    "contact mail": Property("dcat:contactPoint/vcard:hasEmail", equal),
    "contact page": Property("dcat:contactPoint/vcard:hasURL", equal),
    "spatial": Property("dct:spatial (a dct:Location; udata: with dcat:bbox or locn:geometry)", some_ending),
    "every area": Property("dct:spatial", endings),
    "area name": Property("dct:spatial/skos:prefLabel (CKAN takes the last one of the document)", japanese),
    "box": Property("dct:spatial (a dct:Location)/dcat:bbox (geo:wktLiteral)", around),
    "temporal start": Property("dct:temporal/dcat:startDate", equal),
    "temporal end": Property("dct:temporal/dcat:endDate", equal),
    "conformsTo": Property("dct:conformsTo (typed dct:Standard)", endings),
    "frequency": Property("dct:accrualPeriodicity", endings),
    "themes": Property("dcat:theme", endings),
    "landing page": Property("dcat:landingPage", equal),
    "sources": Property("dct:source", superset),
    "sample": Property("dct:provenance/rdfs:label or dct:description", japanese),
    "issued": Property("dct:issued", moment),
    "modified": Property("dct:modified", moment),
    "version": Property("dcat:version, owl:versionInfo", equal),
    "file title": Property("dcat:distribution/dct:title", within),
    "file description": Property("dcat:distribution/dct:description", text),
    "file format": Property("dcat:distribution/dct:format (a dct:IMT)/rdfs:label", caseless),
    "file mimetype": Property("dcat:distribution/dcat:mediaType", endings),
    "file size": Property("dcat:distribution/dcat:byteSize", equal),
    "file hash": Property("dcat:distribution/spdx:checksum/spdx:checksumValue", equal),
    "file algorithm": Property("dcat:distribution/spdx:checksum/spdx:algorithm", endings),
    "file conformsTo": Property("dcat:distribution/dct:conformsTo", superset),
    "file licence": Property("dcat:distribution/dct:license", equal),
    "file iri": Property("dcat:distribution", endings),
}
"""The name in the table: where it is read and how it is compared. "file …": of each distribution, by its download address."""


# ------------------------------------------------------------------------------------------------ what our API says


def wanted(dataset: Mapping[str, Any], language: str = "ja") -> Facts:
    """The facts of a dataset's JSON, in a language where it has that, else in the other."""
    publisher, contact, period = dataset["publisher"], dataset["contact"] or {}, dataset["temporal"] or {}
    license_ = next(iter(dataset["licenses"]), {})
    areas = [(f"/C{code[:5]}", f"/area/{code}") for code in dataset["spatial"]]
    register, address = LICENSES.get(license_.get("name", "").upper(), (None, license_.get("path")))
    standards = {table["standard"]["id"] for table in dataset["tables"] if table["standard"]}
    facts = {
        "identifier": dataset["url"],
        "title": said(dataset["title"], language),
        "description": said(dataset["description"], language),
        "keywords": [*dataset["keywords"]["ja"], *dataset["keywords"]["en"]],
        "licence": register,
        "publisher": said(publisher["name"], language),
        "publisher iri": publisher["uri"] or publisher["url"],
        "contact": contact.get("name"),
        "contact mail": contact.get("email"),
        "contact page": contact.get("url"),
        "spatial": areas,
        "every area": areas,
        "area name": bool(areas) and not dataset["sample"],  # an invented area need not have a name
        "box": dataset.get("bbox"),
        "temporal start": period.get("start"),
        "temporal end": period.get("end"),
        "conformsTo": [(f"/standard/{each}",) for each in sorted(standards)],
        "frequency": [("/" + dataset["frequency"]["code"],)] if dataset["frequency"] else None,
        "themes": [("/" + each["code"],) for each in dataset["themes"]],
        "landing page": dataset["landingPage"] or dataset.get("homepage") or dataset["url"],
        "sources": [each["path"] for each in dataset["sources"] if each["path"]],
        "sample": dataset["sample"],
        "issued": dataset["issued"],
        "modified": dataset["modified"],
        "version": str(dataset["version"]),
    }
    return facts | {"files": files(dataset, address, language)}


def said(value: Mapping[str, str], language: str) -> str:
    """A text in the language, or in the other."""
    return value[language] or value["ja"] or value["en"]


def files(dataset: Mapping[str, Any], license_: str | None, language: str) -> dict[str, Facts]:
    """The facts of every download, by its address."""
    of = [(table, table["schemaVersion"], table["name"]) for table in dataset["tables"]]
    of += [(each, None, each["name"]) for each in dataset["attachments"]]
    whole = {"title": dataset["title"], "description": {"ja": "", "en": ""}, "downloads": [dataset["package"]]}
    of += [(whole, None, "package")]
    return {
        download["url"]: {
            "file title": said(about["title"], language) or about["name"],
            "file description": said(about["description"], language),
            "file format": SHARED.get(download["format"], download["label"]),
            "file mimetype": [("/" + download["mediaType"].partition(";")[0], download["mediaType"].partition(";")[0])],
            "file size": download["bytes"],
            "file hash": download["sha256"],
            "file algorithm": [("sha256",)],
            "file conformsTo": [schema] if schema else None,
            "file licence": license_,
            "file iri": [(f"/distribution/{dataset['id']}-{name}-{download['format']}",)],
        }
        for about, schema, name in of
        for download in about["downloads"]
        if download.get("sha256")  # what is stored; other formats are made for who asks
    }


# ------------------------------------------------------------------------------------------------ what arrived


def from_ckan(dataset: Mapping[str, Any]) -> Facts:
    """The facts of a CKAN package dict: core fields, extras, or the fields of a schema."""
    found = {each["key"]: each["value"] for each in dataset["extras"]} | dict(dataset)
    contact, publisher = (next(iter(found.get(key) or ()), {}) for key in ("contact", "publisher"))
    return {
        "identifier": found.get("identifier"),
        "title": found.get("title"),
        "description": found.get("notes"),
        "keywords": [each["name"] for each in found["tags"]]
        + [each for some in found.get("tags_translated", {}).values() for each in some],
        "licence": found.get("license_id"),
        "publisher": publisher.get("name") or found.get("publisher_name"),
        "publisher iri": publisher.get("uri") or found.get("publisher_uri"),
        "contact": contact.get("name") or found.get("contact_name"),
        "contact mail": contact.get("email") or found.get("contact_email"),
        "contact page": contact.get("url") or found.get("contact_url"),
        "spatial": listed(found.get("spatial_uri")),
        "every area": listed(found.get("spatial_uri")),
        "area name": found.get("spatial_text"),
        "box": corners(
            found.get("spatial_bbox")
            or next((each["bbox"] for each in found.get("spatial_coverage") or () if each.get("bbox")), None)
        ),
        "temporal start": found.get("temporal_start"),
        "temporal end": found.get("temporal_end"),
        "conformsTo": listed(found.get("conforms_to")),
        "frequency": listed(found.get("frequency")),
        "themes": listed(found.get("theme")),
        "landing page": found.get("url"),
        "sources": listed(found.get("source")),
        "sample": found.get("provenance"),
        "issued": found.get("issued"),
        "modified": found.get("modified"),
        "version": found.get("version"),
        "files": {
            each["url"]: {
                "file title": each.get("name"),
                "file description": each.get("description"),
                "file format": each.get("format"),
                "file mimetype": each.get("mimetype"),
                "file size": each.get("size"),
                "file hash": each.get("hash"),
                "file algorithm": each.get("hash_algorithm"),
                "file conformsTo": listed(each.get("conforms_to")),
                "file licence": each.get("license"),
                "file iri": each.get("uri"),
            }
            for each in found["resources"]
        },
    }


def from_ckan_in_both(dataset: Mapping[str, Any]) -> Facts:
    """The same, where title and description have to be there in Japanese and in English: the English ones count here."""
    found = from_ckan(dataset)
    resources = {each["url"]: each for each in dataset["resources"]}
    for url, facts in found["files"].items():
        facts["file title"] = resources[url].get("name_translated", {}).get("en")
        facts["file description"] = resources[url].get("description_translated", {}).get("en")
    english = {
        "title": dataset.get("title_translated", {}).get("en"),
        "description": dataset.get("notes_translated", {}).get("en"),
        "sample": (dataset.get("provenance") or {}).get("ja"),
    }
    return found | english


def listed(value: str | Sequence[str] | None) -> list[str]:
    """A list, or one value, or a list that CKAN keeps as JSON."""
    if isinstance(value, str):
        return list(json.loads(value)) if value.startswith("[") else [value]
    return list(value or ())


def corners(geometry: str | Mapping[str, Any] | None) -> list[float] | None:
    """West, south, east and north of a GeoJSON geometry, which may be a text."""
    if not geometry:
        return None
    read = json.loads(geometry) if isinstance(geometry, str) else geometry
    numbers = re.findall(r"-?[0-9.]+", json.dumps(read["coordinates"]))
    eastward, northward = [float(each) for each in numbers[0::2]], [float(each) for each in numbers[1::2]]
    return [min(eastward), min(northward), max(eastward), max(northward)]


def from_udata(dataset: Mapping[str, Any]) -> Facts:
    """The facts of a dataset as udata stores it."""
    harvest, period = dataset["harvest"], dataset.get("temporal_coverage") or {}
    roles = {each["role"]: each for each in dataset["contact_points"]}
    contact = roles.get("contact", {})
    kept = dataset["extras"]["dcat"]
    return {
        "identifier": harvest.get("dct_identifier"),
        "title": dataset["title"],
        "description": dataset["description"],
        "keywords": dataset["tags"],
        "licence": dataset.get("license"),
        "publisher": roles.get("publisher", {}).get("name"),
        "contact": contact.get("name"),
        "contact mail": contact.get("email"),
        "contact page": contact.get("contact_form"),
        "spatial": [],
        "box": corners((dataset.get("spatial") or {}).get("geom")),
        "temporal start": period.get("start"),
        "temporal end": period.get("end"),
        "conformsTo": (dataset.get("schema") or {}).get("url"),
        "frequency": "/" + re.sub("([A-Z])", r"_\1", dataset.get("frequency") or "").upper(),
        "landing page": harvest.get("remote_url"),
        "sample": next(iter(kept.get("provenance", ())), None),
        "issued": harvest.get("issued_at"),
        "modified": harvest.get("modified_at"),
        "files": {
            each["url"]: {
                "file title": each.get("title"),
                "file description": each.get("description"),
                "file format": each.get("format"),
                "file mimetype": each.get("mime"),
                "file size": each.get("filesize"),
                "file hash": (each.get("checksum") or {}).get("value"),
                "file algorithm": (each.get("checksum") or {}).get("type"),
                "file conformsTo": listed((each.get("schema") or {}).get("url")),
                "file licence": next(iter(each["extras"].get("dcat", {}).get("license", ())), None),
                "file iri": each["harvest"].get("uri"),
            }
            for each in dataset["resources"]
        },
    }


_ONE_AREA = {"every area": "CKAN's own fields hold one area: the last that it meets"}
READERS = {
    "CKAN": Reader(from_ckan, limits=_ONE_AREA),
    "CKAN euro_dcat_ap_2": Reader(from_ckan, limits=_ONE_AREA | {"version": "the profile reads owl:versionInfo (DCAT-AP 2)"}),
    "CKAN en": Reader(from_ckan, language="en", limits=_ONE_AREA),
    "CKAN ja+en": Reader(from_ckan_in_both, language="en", limits=_ONE_AREA, same={"publisher": japanese}),
    "udata": Reader(
        from_udata,
        limits={
            "publisher iri": "udata keeps no address of a publisher",
            "spatial": "udata keeps boxes (dcat:bbox, locn:geometry) and passes over the IRI of an area",
            "every area": "as spatial",
            "area name": "as spatial",
            "themes": "udata makes keywords of themes that have a label in the feed",
            "sources": "udata does not read dct:source",
            "version": "udata does not read dcat:version",
        },
        same={"description": words, "file description": words, "keywords": as_many},
    ),
}
"""Every way in which a feed is read: by its name in the answers of interop_ckan.py and interop_udata.py."""


# ------------------------------------------------------------------------------------------------ the two together


def compare(dataset: Mapping[str, Any], arrived: Mapping[str, Any], reader: Reader) -> dict[str, Outcome]:
    """What became of every property of a dataset (JSON of our API) on its way to a reader."""
    want, got = wanted(dataset, reader.language), reader.read(arrived)
    outcomes = {name: outcome(name, want[name], got.get(name), reader) for name in PROPERTIES if not name.startswith("file ")}
    lost = sorted(set(want["files"]) - set(got["files"]))
    outcomes["files"] = Outcome("missing", lost, sorted(got["files"])) if lost else Outcome("ok")
    for name in PROPERTIES:
        if name.startswith("file "):
            each = [
                outcome(name, facts[name], got["files"].get(url, {}).get(name), reader) for url, facts in want["files"].items()
            ]
            outcomes[name] = worst(each)
    return outcomes


def outcome(name: str, want: object, got: object, reader: Reader) -> Outcome:
    """What became of one value."""
    if not want:
        return Outcome("-")
    same = reader.same.get(name, PROPERTIES[name].same)
    if got and same(want, got):
        return Outcome("ok")
    return Outcome("reader" if name in reader.limits else "missing", want, got)


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """Of several files, the one that lost most."""
    order = ("missing", "reader", "ok", "-")
    return min(outcomes, key=lambda each: order.index(each.state), default=Outcome("-"))
