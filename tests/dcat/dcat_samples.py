"""Publications and nouns for the tests of dcat: one by hand, and strategies that make any."""

import hashlib
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from rdflib import Graph

from catalog.addresses import Addresses
from catalog.dcat import cleaning, nouns
from catalog.model import (
    Agent,
    Box,
    Contact,
    Contributor,
    License,
    Package,
    Period,
    Publication,
    Resource,
    Source,
    StandardRef,
    StoredFile,
    Text,
)
from catalog.settings import Settings

BASE = "https://data.example.jp"
SETTINGS = Settings(base_url=BASE)
ADDRESSES = Addresses(BASE)
FORMATS = ("ttl", "rdf", "jsonld", "nt")
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


def parsed(format_: str, document: bytes) -> Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's JSON-LD parser uses a class that rdflib deprecates
        return Graph().parse(data=document, format=PARSERS[format_])


def package(name: str = "stations", **changes: Any) -> Package:
    stations = Resource(
        name="stations",
        path="data/stations.csv",
        title=Text("駅", "Stations"),
        description=Text("府内の駅。", "Stations of the prefecture."),
        standard=StandardRef(id="public-facility", edition="20260801"),
    )
    leaflet = Resource(
        name="leaflet", path="data/leaflet.pdf", role="file", title=Text("案内"), description=Text("駅の案内。"), format="pdf"
    )
    whole = Package(
        name=name,
        title=Text("駅の一覧", "List of stations"),
        description=Text("駅と乗降人員です。\n2行目。", "Stations and their passengers."),
        keywords=("鉄道", "時刻表・バス", "交通/観光"),
        keywords_en=("railway",),
        version="1.0",
        licenses=(License(name="CC-BY-4.0", title="クリエイティブ・コモンズ 表示 4.0 国際"),),
        sources=(Source(title="統計", path="https://stat.example.jp/駅 一覧", version="2020年版"), Source(title="記事")),
        contributors=(
            Contributor(title="統計課", roles=("creator",), path="https://example.jp/toukei"),
            Contributor(title="印刷所", roles=("publisher",)),
        ),
        contact=Contact(name="交通課", email="kotsu@example.jp", telephone="06-0000-0000（内線 12）", url="https://example.jp/"),
        themes=("TRAN", "GOVE"),
        spatial=("270008", "271004"),
        temporal=Period(start="2020-04-01", end="2021-03-31"),
        frequency="ANNUAL",
        resources=(stations, leaflet),
    )
    return replace(whole, **changes)


def publication(name: str = "stations", package_: Package | None = None, **changes: Any) -> Publication:
    files = (
        StoredFile(path="source/datapackage.json", sha256="0" * 64, bytes=5, media_type="application/json", role="source"),
        StoredFile(
            path="source/data/stations.csv", sha256="1" * 64, bytes=10, media_type="text/csv", role="source", resource="stations"
        ),
        StoredFile(
            path="source/data/leaflet.pdf",
            sha256="2" * 64,
            bytes=0,
            media_type="application/pdf",
            role="source",
            format="pdf",
            resource="leaflet",
        ),
        StoredFile(
            path="stations.csv", sha256="3" * 64, bytes=12, media_type="text/csv", role="table", format="csv", resource="stations"
        ),
        StoredFile(
            path="stations.parquet",
            sha256="5" * 64,
            bytes=20,
            media_type="application/vnd.apache.parquet",
            role="table",
            format="parquet",
            resource="stations",
        ),
        StoredFile(path=f"{name}.zip", sha256="4" * 64, bytes=400, media_type="application/zip", role="package", format="zip"),
    )
    whole = Publication(
        id=name,
        version=3,
        package=package_ or package(name),
        publisher=Agent(id="271004", name=Text("大阪市", "Osaka City")),
        files=files,
        report={"valid": True, "tasks": [{"name": "stations", "valid": True, "stats": {"errors": 0, "warnings": 0, "rows": 2}}]},
        rows={"stations": 2},
        validator="frictionless 5.21.0",
        issued="2026-11-20T00:00:00Z",
        modified="2026-11-22T09:30:00Z",
        note="乗降人員を訂正しました。",
        box=Box(135.0915, 34.2716, 135.7471, 35.05),
    )
    return replace(whole, **changes)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:12]


# XML 1.0 characters except CR, which XML folds into LF; controls of C1 are left out with C0
_characters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
texts = st.text(_characters | st.sampled_from("\n\t\"\\<>&'@#.;[]_:"), min_size=1, max_size=30)
iris = st.text(max_size=12).map(lambda tail: cleaning.address(f"https://example.org/{tail}")).filter(bool)
both = st.builds(Text, ja=texts | st.just(""), en=texts | st.just(""))
moments = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)) | st.none()  # noqa: DTZ001  the strategy adds the zone
days = st.dates(min_value=date(1000, 1, 1)) | st.none()

agents = st.builds(
    lambda name, type_, page: nouns.Agent(
        iri=f"{BASE}/publisher/{_digest(name, type_, page)}", name=name, type=type_, homepage=page
    ),
    both,
    iris,
    iris | st.just(""),
)
contacts = st.builds(
    nouns.ContactPoint,
    iri=st.just(f"{BASE}/dataset/d/contact"),
    name=texts,
    organization=both,
    email=texts | st.just(""),
    telephone=texts | st.just(""),
    url=iris | st.just(""),
)
locations = both.map(lambda name: nouns.Location(iri=f"http://data.e-stat.go.jp/lod/sac/C{_digest(name)}", label=name))
extents = texts.map(lambda wkt: nouns.Extent(bbox=wkt))
periods = st.builds(nouns.PeriodOfTime, start=days, end=days)
licenses = st.builds(
    lambda title, type_: nouns.LicenseDocument(iri=f"{BASE}/licence/{_digest(title, type_)}", title=title, type=type_),
    texts | st.just(""),
    iris | st.just(""),
)
standards = both.map(lambda title: nouns.Standard(iri=f"{BASE}/schema/{_digest(title)}", title=title))
rights = texts.map(lambda name: nouns.RightsStatement(iri=f"{BASE}/dataset/d/rights", label=name))
statements = both.map(lambda text: nouns.ProvenanceStatement(iri=f"{BASE}/dataset/d/provenance", description=text, label=text.ja))
formats = texts.map(lambda label: nouns.MediaTypeOrExtent(iri=f"http://example.org/file-type/{_digest(label)}", label=label))
_optional_iri = iris | st.just("")
metrics = st.builds(
    lambda text, datatype, dimension: nouns.Metric(
        iri=f"{BASE}/metric/{_digest(text, datatype, dimension)}", definition=text, datatype=datatype, dimension=dimension
    ),
    both,
    _optional_iri,
    _optional_iri,
)
programs = texts.map(lambda name: nouns.SoftwareAgent(iri=f"{BASE}/program/{_digest(name)}", name=name))
activities = st.builds(
    lambda ended, used, agent: nouns.Activity(
        iri=f"{BASE}/dataset/d/validation/{_digest(ended, sorted(used), agent)}", ended=ended, used=used, agent=agent
    ),
    moments,
    st.frozensets(iris, max_size=2),
    st.none() | programs,
)


@st.composite
def measurements(draw: st.DrawFn, distribution: str) -> frozenset[nouns.QualityMeasurement]:
    return frozenset(
        nouns.QualityMeasurement(
            iri=f"{distribution}-{name}",
            metric=draw(st.none() | metrics),
            value=draw(st.none() | st.integers(min_value=0)),
            computed_on=draw(st.just("") | st.just(distribution)),
            activity=draw(st.none() | activities),
        )
        for name in draw(st.frozensets(st.sampled_from(["errors", "rows"])))
    )


services = st.builds(
    lambda title, **said: nouns.DataService(
        iri=f"{BASE}/dataset/d/service-{_digest(title, sorted(map(str, said.items())))}", title=title, **said
    ),
    both,
    identifier=texts | st.just(""),
    description=both,
    endpoint_url=_optional_iri,
    endpoint_description=_optional_iri,
    serves=st.frozensets(iris, max_size=2),
    conforms_to=st.frozensets(standards, max_size=2),
    publisher=st.none() | agents,
    keywords=st.frozensets(texts, max_size=2),
    keywords_en=st.frozensets(texts, max_size=2),
    themes=st.frozensets(iris, max_size=2),
    license=st.none() | licenses,
    access_rights=_optional_iri,
)


@st.composite
def distributions(draw: st.DrawFn, number: int) -> nouns.Distribution:
    iri = f"{BASE}/distribution/{number}"
    checksum = st.builds(nouns.Checksum, iri=st.just(iri + "-checksum"), algorithm=_optional_iri, value=texts | st.just(""))
    return draw(
        st.builds(
            nouns.Distribution,
            iri=st.just(iri),
            title=both,
            description=both,
            access_url=_optional_iri,
            download_url=_optional_iri,
            format=st.none() | formats,
            media_type=_optional_iri,
            package_format=_optional_iri,
            byte_size=st.none() | st.integers(min_value=0),
            checksum=st.none() | checksum,
            license=st.none() | licenses,
            conforms_to=st.frozensets(standards, max_size=2),
            access_service=st.none() | services,
            availability=_optional_iri,
            status=_optional_iri,
            quality=measurements(iri),
            issued=moments,
            modified=moments,
        )
    )


@st.composite
def datasets(draw: st.DrawFn, iri: str = f"{BASE}/dataset/d") -> nouns.Dataset:
    count = draw(st.integers(0, 2))
    found = draw(
        st.builds(
            nouns.Dataset,
            iri=st.just(iri),
            identifier=texts | st.just(""),
            title=both,
            description=both,
            publisher=st.none() | agents,
            creators=st.frozensets(agents, max_size=2),
            contact_point=st.none() | contacts,
            keywords=st.frozensets(texts, max_size=3),
            keywords_en=st.frozensets(texts, max_size=3),
            themes=st.frozensets(iris, max_size=2),
            spatial=st.frozensets(locations, max_size=2),
            extent=st.none() | extents,
            temporal=st.none() | periods,
            accrual_periodicity=_optional_iri,
            languages=st.frozensets(iris, max_size=2),
            landing_page=_optional_iri,
            licenses=st.frozensets(licenses, max_size=2),
            rights=st.none() | rights,
            access_rights=_optional_iri,
            provenance=st.none() | statements,
            sources=st.frozensets(iris, max_size=2),
            conforms_to=st.frozensets(standards, max_size=2),
            version=texts | st.just(""),
            version_notes=st.frozensets(texts, max_size=2),
            issued=moments,
            modified=moments,
        )
    )
    return replace(found, distributions=frozenset(draw(distributions(number)) for number in range(count)))


catalogs = st.builds(
    nouns.Catalog,
    iri=st.just(f"{BASE}/catalog"),
    identifier=texts | st.just(""),
    title=both,
    description=both,
    publisher=st.none() | agents,
    languages=st.frozensets(iris, max_size=2),
    license=st.none() | licenses,
    access_rights=_optional_iri,
    accrual_periodicity=_optional_iri,
    spatial=st.frozensets(locations, max_size=2),
    homepage=_optional_iri,
    theme_taxonomy=_optional_iri,
    issued=moments,
    modified=moments,
)
