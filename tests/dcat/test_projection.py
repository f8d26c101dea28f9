"""A publication becomes a dataset of DCAT: every property from the descriptor, and nothing that breaks a feed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from dcat_samples import ADDRESSES, BASE, SETTINGS, package, parsed, publication
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from catalog import messages
from catalog.addresses import Addresses
from catalog.dcat import shapes
from catalog.dcat.nouns import (
    Activity,
    Agent,
    Checksum,
    ContactPoint,
    Dataset,
    LicenseDocument,
    Location,
    MediaTypeOrExtent,
    PeriodOfTime,
    ProvenanceStatement,
    SoftwareAgent,
    Standard,
)
from catalog.dcat.projection import catalog_of, dataset_of, metrics_of, unlike
from catalog.dcat.rendering import render
from catalog.errors import Refusal, SettingsError
from catalog.model import Agent as Publisher
from catalog.model import Box, Contact, License, Period, Publication, Resource, Source, StandardRef, StoredFile, Text
from catalog.settings import Settings

EU = "http://publications.europa.eu/resource/authority/"
CC_BY = LicenseDocument(
    iri="https://creativecommons.org/licenses/by/4.0/",
    title="Creative Commons Attribution",
    type="http://purl.org/adms/licencetype/Attribution",
)


def project(publication_: Publication) -> Dataset:
    return dataset_of(publication_, ADDRESSES, SETTINGS)


def changed(**changes: Any) -> Publication:
    return publication(package_=package(**changes))


def refused(**changes: Any) -> dict[str, str]:
    """Pointer -> what was found, of every finding."""
    with pytest.raises(Refusal) as caught:
        project(changed(**changes))
    for finding in caught.value.findings:
        assert "?" not in messages.word(finding, "ja") + messages.word(finding, "en")
    return {finding.place.pointer: finding.found for finding in caught.value.findings}


def test_the_dataset_says_what_the_descriptor_says() -> None:
    found = project(publication())
    assert found.iri == found.identifier == f"{BASE}/dataset/stations"
    assert found.title == Text("駅の一覧", "List of stations")
    assert found.description == Text("駅と乗降人員です。\n2行目。", "Stations and their passengers.")
    assert found.publisher == Agent(
        iri=f"{BASE}/publisher/271004",
        name=Text("大阪市", "Osaka City"),
        type="http://purl.org/adms/publishertype/LocalAuthority",
    )
    assert found.contact_point == ContactPoint(
        iri=f"{BASE}/dataset/stations/contact",
        name="交通課",
        organization=Text("大阪市", "Osaka City"),
        email="kotsu@example.jp",
        telephone="06-0000-0000;ext=12",
        url="https://example.jp/",
    )
    assert found.keywords == {"鉄道", "時刻表 バス", "交通", "観光", "自治体標準ODS", "公共施設"}
    assert found.keywords_en == {"railway"}
    assert found.themes == {f"{EU}data-theme/TRAN", f"{EU}data-theme/GOVE"}
    assert found.creators == {
        Agent(iri=f"{BASE}/dataset/stations/creator-1", name=Text(ja="統計課"), homepage="https://example.jp/toukei")
    }
    assert found.spatial == {
        Location(iri="http://data.e-stat.go.jp/lod/sac/C27000", label=Text("大阪府", "Osaka Prefecture")),
        Location(iri="http://data.e-stat.go.jp/lod/sac/C27100", label=Text("大阪府大阪市", "Osaka City")),
    }
    assert found.temporal == PeriodOfTime(start=date(2020, 4, 1), end=date(2021, 3, 31))
    assert found.accrual_periodicity == f"{EU}frequency/ANNUAL"
    assert found.languages == {f"{EU}language/JPN", f"{EU}language/ENG"}
    assert found.landing_page == found.iri
    assert found.licenses == {CC_BY}
    assert found.access_rights == f"{EU}access-right/PUBLIC"
    assert found.sources == {"https://stat.example.jp/%E9%A7%85%20%E4%B8%80%E8%A6%A7"}
    assert found.conforms_to == {
        Standard(
            iri=f"{BASE}/standard/public-facility",
            title=Text("公共施設一覧（20260801版）", "Public facilities (edition 20260801)"),
        )
    }
    assert (found.version, found.version_notes) == ("3", {"乗降人員を訂正しました。"})
    assert found.issued == datetime(2026, 11, 20, tzinfo=UTC)
    assert found.modified == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert found.provenance == ProvenanceStatement(
        iri=f"{BASE}/dataset/stations/provenance",
        description=Text("出典：統計 2020年版、記事。", "Sources: 統計 2020年版; 記事."),
        label="出典：統計 2020年版、記事。",
    )


def test_a_table_a_file_and_the_package_are_distributed() -> None:
    found = {each.iri: each for each in project(publication()).distributions}
    prefix = f"{BASE}/distribution/stations-"
    names = ("stations-csv", "stations-parquet", "leaflet-pdf", "package-zip")
    assert set(found) == {f"{prefix}{each}" for each in names}
    table = found[f"{prefix}stations-csv"]
    assert table.title == Text("駅（CSV）", "Stations (CSV)")
    assert table.description == Text("府内の駅。", "Stations of the prefecture.")
    assert table.access_url == f"{BASE}/download/stations/latest/stations.csv"
    assert table.download_url == f"{BASE}/download/stations/3/stations.csv"
    assert table.format == MediaTypeOrExtent(iri=f"{EU}file-type/CSV", label="CSV")
    assert table.media_type == "https://www.iana.org/assignments/media-types/text/csv"
    assert (table.byte_size, table.license) == (12, CC_BY)
    assert table.checksum == Checksum(
        iri=f"{prefix}stations-csv-checksum",
        algorithm="http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
        value="3" * 64,
    )
    schema = Standard(
        iri=f"{BASE}/schema/stations-stations-v3", title=Text("駅：項目の定義", "Stations: definitions of the columns")
    )
    assert table.conforms_to == {schema}
    assert table.availability == f"{EU}planned-availability/STABLE"
    assert table.status == f"{EU}distribution-status/COMPLETED"
    assert (table.issued, table.modified) == (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    leaflet = found[f"{prefix}leaflet-pdf"]
    assert leaflet.download_url == f"{BASE}/download/stations/3/source/data/leaflet.pdf"
    assert (leaflet.byte_size, leaflet.conforms_to, leaflet.package_format) == (0, frozenset(), "")
    zipped = found[f"{prefix}package-zip"]
    assert zipped.package_format == zipped.media_type == "https://www.iana.org/assignments/media-types/application/zip"
    assert zipped.title.en == "List of stations: the whole data package (ZIP)"
    typed = found[f"{prefix}stations-parquet"]
    assert typed.title == Text("駅（Parquet）", "Stations (Parquet)")
    assert typed.download_url == f"{BASE}/download/stations/3/stations.parquet"
    assert typed.format == MediaTypeOrExtent(iri=f"{EU}file-type/PARQUET", label="Parquet")
    assert (typed.conforms_to, typed.quality) == ({schema}, frozenset()), "the canonical form is what was validated"


def test_the_rows_of_the_tables_are_a_service_where_they_are_stored_with_their_types() -> None:
    whole = project(publication())
    of = {each.iri.removeprefix(f"{BASE}/distribution/stations-"): each.access_service for each in whole.distributions}
    service = of["stations-csv"]
    assert service is not None
    assert of == {"stations-csv": service, "stations-parquet": service, "leaflet-pdf": None, "package-zip": None}
    assert service.iri == service.identifier == f"{BASE}/dataset/stations/service"
    assert service.title == Text("駅の一覧：行を取り出すAPI", "List of stations: API for the rows")
    assert service.endpoint_url == f"{BASE}/api/v1/datasets/stations"
    assert service.endpoint_description == f"{BASE}/api/v1/datasets/stations/openapi.json"
    assert service.serves == {whole.iri}
    assert [each.title.en for each in service.conforms_to] == ["OpenAPI 3.1"]
    assert (service.publisher, service.contact_point, service.license) == (whole.publisher, whole.contact_point, CC_BY)
    assert (service.keywords, service.keywords_en, service.themes) == (whole.keywords, whole.keywords_en, whole.themes)
    bare = publication(files=tuple(each for each in publication().files if each.format != "parquet"))
    assert {each.access_service for each in project(bare).distributions} == {None}


def test_formats_of_one_file_type_share_its_name() -> None:
    notes = Resource(name="notes", path="data/notes.json", role="file", title=Text("注記"))
    given = publication(package_=package(resources=(*package().resources, notes)))
    files = [
        StoredFile(path="source/data/notes.json", sha256="6" * 64, bytes=5, media_type="application/json", role="source",
                   format="json", resource="notes"),
        StoredFile(path="stations.ndjson", sha256="7" * 64, bytes=9, media_type="application/x-ndjson", role="table",
                   format="ndjson", resource="stations"),
    ]  # fmt: skip
    found = project(replace(given, files=(*given.files, *files)))
    shown = {each.title.ja: each.format for each in found.distributions}
    assert shown["駅（NDJSON）"] == shown["注記（JSON）"] == MediaTypeOrExtent(iri=f"{EU}file-type/JSON", label="JSON")
    assert shapes.check(found) == ()


def test_where_the_places_of_the_tables_are_is_told_as_a_box() -> None:
    def told(box: Box | None) -> str:
        extent = project(publication(box=box)).extent
        return extent.bbox if extent else ""

    assert told(None) == ""
    assert told(Box(135.0915, 34.2716, 135.7471, 35.05)) == (
        "POLYGON((135.0915 34.2716, 135.7472 34.2716, 135.7472 35.0501, 135.0915 35.0501, 135.0915 34.2716))"
    )
    assert told(Box(-0.00001, -34, -0.00001, -34)) == (
        "POLYGON((-0.0001 -34.0000, 0.0000 -34.0000, 0.0000 -33.9999, -0.0001 -33.9999, -0.0001 -34.0000))"
    ), "around a single place there is some space"


def test_the_name_of_the_licence_stands_beside_it_for_who_does_not_know_its_address() -> None:
    rights = project(publication()).rights
    assert rights is not None
    assert (rights.iri, rights.label) == (f"{BASE}/dataset/stations/rights", "Creative Commons Attribution")
    assert project(publication(package_=package(licenses=()))).rights is None


def test_what_validation_found_stands_at_each_table() -> None:
    found = {each.iri: each for each in project(publication()).distributions}
    prefix = f"{BASE}/distribution/stations-"
    table = f"{prefix}stations-csv"
    measured = {each.iri: each for each in found[table].quality}
    assert {iri: each.value for iri, each in measured.items()} == {f"{table}-errors": 0, f"{table}-rows": 2}
    assert {each.computed_on for each in measured.values()} == {table}
    [validation] = {each.activity for each in measured.values()}
    assert validation == Activity(
        iri=f"{BASE}/dataset/stations/validation/3",
        ended=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        used=frozenset({f"{BASE}/schema/stations-stations-v3", f"{BASE}/download/stations/3/stations.csv"}),
        agent=SoftwareAgent(
            iri="https://github.com/frictionlessdata/frictionless-py/releases/tag/v5.21.0", name="frictionless 5.21.0"
        ),
    )
    assert {each.metric for each in measured.values()} == set(metrics_of(ADDRESSES).values())
    assert found[f"{prefix}leaflet-pdf"].quality == found[f"{prefix}package-zip"].quality == frozenset()


def test_a_version_without_a_report_claims_no_quality() -> None:
    for each in project(publication(report={}, validator="")).distributions:
        assert each.quality == frozenset()


def test_a_standard_that_is_no_longer_shipped_keeps_its_name() -> None:
    stations = package().resources[0]
    for id_, edition in (("public-facility", "1999"), ("lost-standard", "1")):
        [standard] = project(changed(resources=(replace(stations, standard=StandardRef(id=id_, edition=edition)),))).conforms_to
        assert standard == Standard(iri=f"{BASE}/standard/{id_}", title=Text(f"{id_} {edition}", f"{id_} {edition}"))


def test_a_description_that_is_missing_is_the_title() -> None:
    stations = replace(package().resources[0], description=Text())
    found = {each.iri: each for each in project(changed(resources=(stations,))).distributions}
    assert found[f"{BASE}/distribution/stations-stations-csv"].description == Text("駅（CSV）", "Stations (CSV)")


def test_a_sample_says_so_in_every_title_and_names_no_real_area() -> None:
    found = project(changed(sample=True, title=Text("【見本】駅の一覧", "List of stations")))
    assert found.title == Text("【見本】駅の一覧", "[Sample] List of stations")
    for each in found.distributions:
        assert each.title.ja.startswith("【見本】")
        assert each.title.ja.count("【見本】") == 1
        assert not each.title.en or each.title.en.startswith("[Sample] ")
    assert {each.iri for each in found.spatial} == {f"{BASE}/area/270008", f"{BASE}/area/271004"}
    assert found.provenance is not None
    assert "見本" in found.provenance.description.ja
    assert "sample" in found.provenance.description.en


def test_texts_in_one_language_make_that_the_language() -> None:
    found = project(changed(title=Text(ja="駅"), description=Text()))
    assert found.languages == {f"{EU}language/JPN"}
    assert found.description == Text(ja="駅"), "DCAT-AP wants a description: the title stands in"


def test_the_operators_datasets_carry_the_operators_present_name() -> None:
    operator = Publisher(id=SETTINGS.publisher_id, name=Text("むかしの名"), uri="")
    found = project(publication(publisher=operator)).publisher
    assert found == catalog_of(SETTINGS, ADDRESSES).publisher
    assert found is not None
    assert found.name == Text("このカタログの運営者", "Operator of this catalogue")


def test_a_publishers_own_address_is_its_iri() -> None:
    found = project(publication(publisher=Publisher(id="team", name=Text(), uri="https://team.example.jp/#us")))
    assert found.publisher == Agent(iri="https://team.example.jp/#us", name=Text(ja="team"))


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (License(name="cc-by-4.0", path="LICENSE"), CC_BY),
        (License(title="表示", path="http://creativecommons.org/licenses/by/4.0"), CC_BY),
        (
            License(name="CC0-1.0"),
            LicenseDocument(
                iri="https://creativecommons.org/publicdomain/zero/1.0/",
                title="Creative Commons CCZero",
                type="http://purl.org/adms/licencetype/PublicDomain",
            ),
        ),
        (License(title="独自の規約", path="https://city.example.jp/規約"), LicenseDocument(
            iri="https://city.example.jp/%E8%A6%8F%E7%B4%84", title="独自の規約")),
        (License(name="own", path="datapackage.json"), LicenseDocument(
            iri=f"{BASE}/download/stations/3/source/datapackage.json", title="own")),
    ],
)  # fmt: skip
def test_licences(given_: License, expected: LicenseDocument) -> None:
    other = License(name="CC-BY-SA-4.0")
    found = project(changed(licenses=(given_, other, given_)))
    assert {each.iri for each in found.licenses} == {expected.iri, "https://creativecommons.org/licenses/by-sa/4.0/"}
    assert expected in found.licenses
    assert {each.license for each in found.distributions} == {expected}, "DCAT-AP allows a distribution one"


def test_everything_that_cannot_stand_in_a_description_is_refused_at_once() -> None:
    assert refused(
        title=Text(ja="\u0000 "),
        landing_page="javascript:alert(1)",
        contact=Contact(name="課", email="nobody", telephone="なし", url="/contact"),
        themes=("TRAN", "交通"),
        spatial=("270008", "270007", "27100", "990001"),
        temporal=Period(start="2021-02-30", end="2020"),
        frequency="年1回",
        licenses=(License(name="自由"),),
        sources=(Source(title="記事"), Source(title="本", path="ISBN 4-00")),
    ) == {
        "/title": "",
        "/catalog/landingPage": "javascript:alert(1)",
        "/catalog/contact/email": "nobody",
        "/catalog/contact/telephone": "なし",
        "/catalog/contact/url": "/contact",
        "/catalog/themes/1": "交通",
        "/catalog/spatial/1": "270007",
        "/catalog/spatial/2": "27100",
        "/catalog/spatial/3": "990001",
        "/catalog/temporal/start": "2021-02-30",
        "/catalog/temporal/end": "2020",
        "/catalog/frequency": "年1回",
        "/licenses/0/path": "自由",
        "/sources/1/path": "ISBN 4-00",
    }


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    assert refused(temporal=Period(start="2021-04-01", end="2021-03-31")) == {"/catalog/temporal/end": "2021-03-31"}


def test_an_open_period_and_none_are_fine() -> None:
    assert project(changed(temporal=Period(start="2021-04-01"))).temporal == PeriodOfTime(start=date(2021, 4, 1))
    assert project(changed(temporal=Period())).temporal is None
    assert project(changed(temporal=None, contact=None, licenses=(), frequency="")).licenses == frozenset()


def test_keywords_that_the_feed_has_otherwise_are_told() -> None:
    found = list(unlike(package(keywords=("駅前", "時刻表・バス", "駅,バス停", "橋", "x" * 101), keywords_en=("a/b1", "ＡＢ"))))
    assert {each.severity for each in found} == {"warning"}
    assert [(each.place.pointer, each.found[:8], each.expected) for each in found] == [
        ("/keywords/2", "駅,バス停", "バス停"),
        ("/keywords/4", "x" * 8, "–"),
        ("/catalog/translations/en/keywords/0", "a/b1", "b1"),
    ]


def test_a_local_governments_catalogue_says_where_it_is() -> None:
    own = replace(SETTINGS, publisher_id="271004", publisher_name_ja="大阪市")
    [area] = catalog_of(own, ADDRESSES).spatial
    assert area == Location(iri="http://data.e-stat.go.jp/lod/sac/C27100", label=Text("大阪府大阪市", "Osaka City"))
    assert catalog_of(SETTINGS, ADDRESSES).spatial == frozenset()


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(Refusal) as caught:
        project(publication(modified="yesterday"))
    assert [(each.code, each.place.pointer, each.found) for each in caught.value.findings] == [
        ("description-invalid", "modified", "yesterday")
    ]


@pytest.mark.parametrize("base", ["", "/", "data.example.jp", "https://data.example.jp/a b", "https://data.example.jp/<x>"])
def test_addresses_need_a_base_that_can_begin_an_iri(base: str) -> None:
    with pytest.raises(SettingsError, match="setting-invalid"):
        dataset_of(publication(), Addresses(base), SETTINGS)


@pytest.mark.parametrize("change", [{"license": "free"}, {"publisher_uri": "us"}, {"title_ja": "", "title_en": " "}])
def test_the_catalogues_settings_are_checked(change: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="setting-invalid"):
        catalog_of(replace(SETTINGS, **change), ADDRESSES)


def test_the_catalogue_says_what_the_settings_say() -> None:
    custom = Settings(
        base_url=BASE, publisher_uri="https://city.example.jp/", license="https://own.example.jp/terms", languages="en"
    )
    found = catalog_of(custom, ADDRESSES)
    assert found.iri == f"{BASE}/catalog"
    assert found.title == Text("オープンデータカタログ", "Open Data Catalogue")
    assert found.description
    assert found.publisher is not None
    assert found.publisher.iri == "https://city.example.jp/"
    assert found.license == LicenseDocument(iri="https://own.example.jp/terms")
    assert found.languages == {f"{EU}language/ENG"}
    assert (found.homepage, found.theme_taxonomy) == (f"{BASE}/", f"{EU}data-theme")
    assert catalog_of(SETTINGS, ADDRESSES).license == CC_BY


_anything = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["\u0000", "\ufffe", "a\rb", "]]>", '"""', "@prefix x: <y> .\n", "\\", "\u2028", "【見本】", "%(title)s"]
)
_texts = st.builds(Text, ja=_anything, en=_anything)
_addresses = st.just("") | st.sampled_from(
    ["https://example.jp/a b", "https://例え.jp/パス?q=あ&#%zz", "http://[::1]:8000/<x>", "https://example.jp/'\"\\^`{|}", "x:y"]
)
_contacts = st.builds(
    Contact,
    name=_anything,
    email=st.just("") | st.emails() | _anything,
    telephone=st.sampled_from(["", "06 0000 0000（内線1）", "+81-6"]),
    url=_addresses,
)
_packages = st.builds(
    package,
    title=_texts.map(lambda each: replace(each, en=each.en + "x")),
    description=_texts,
    keywords=st.lists(_anything, max_size=2).map(tuple),
    contact=st.none() | _contacts,
    landing_page=_addresses,
    homepage=_addresses,
    licenses=st.builds(License, name=_anything, title=_anything, path=_addresses).map(lambda each: (each,)),
    sources=st.builds(Source, title=_anything, path=_addresses).map(lambda each: (each,)),
    sample=st.booleans(),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_packages, st.builds(Publisher, id=_anything, name=_texts, uri=_addresses), _anything)
def test_whatever_is_published_is_refused_or_valid_in_all_formats(package_: Any, publisher: Publisher, note: str) -> None:
    try:
        dataset = project(publication(package_=package_, publisher=publisher, note=note))
    except Refusal:
        return
    graphs = {format_: parsed(format_, document) for format_, document in render(dataset).items()}
    for graph in graphs.values():
        assert isomorphic(graph, graphs["nt"])
        assert_clean(graph)


def assert_clean(graph: Graph) -> None:
    for subject, predicate, object_ in graph:
        for node in (subject, predicate, object_):
            if isinstance(node, URIRef):
                assert str(node).isascii()
                assert not set(str(node)) & set(' <>"{}|\\^`\n\t'), node
                assert str(node).startswith(("http://", "https://", "mailto:", "tel:"))
            elif isinstance(node, Literal):
                assert not node.ill_typed
                assert str(node)
            else:
                assert isinstance(node, BNode)
                assert node == subject or str(predicate).rpartition("/")[2] in ("spatial", "temporal")
