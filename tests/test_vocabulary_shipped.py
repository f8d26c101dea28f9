"""The code lists that come with the product: complete, true to their sources, and what each is asked for."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, SKOS, Graph, URIRef

from catalog.errors import Refusal
from catalog.model import Text
from catalog.values import is_local_government_code
from catalog.vocabulary.codelists import Label, Vocabulary
from catalog.vocabulary.reading import check, load

BANDS = load().codelist("cost-band")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load()


def test_the_shipped_lists_are_sound():
    assert check() == ()


def test_the_shipped_lists_are_those_of_the_issue(vocabulary):
    assert {
        "cost-band", "yes-no-nodata", "joint-procurement-area", "joint-procurement-system-type", "introduction-basis",
        "system-environment", "joint-procurement-participant-kind", "cooperation-field", "organization-kind", "prefecture",
        "municipality", "municipality-sample", "local-government", "update-frequency", "dataset-theme", "licence",
    } == set(vocabulary.names())  # fmt: skip


@pytest.mark.parametrize("name", load().names())
def test_every_concept_is_complete_in_both_languages(vocabulary, name):
    codelist = vocabulary.codelist(name)
    texts = [codelist.title, codelist.description]
    for each in codelist.concepts:
        texts += [each.label, each.definition]
    assert all(each.ja and each.en for each in texts)
    assert codelist.sample == (name == "municipality-sample")
    assert codelist.sample == codelist.title.ja.startswith("【見本】")
    assert codelist.license.startswith("https://creativecommons.org/")


def test_yes_no_and_no_data_are_three(vocabulary):
    assert vocabulary.codelist("yes-no-nodata").codes == ("yes", "no", "no-data")


def test_system_types_lie_in_the_three_areas_with_others_last(vocabulary):
    areas = vocabulary.codelist("joint-procurement-area").codes
    types = vocabulary.codelist("joint-procurement-system-type").concepts
    assert areas == ("general-affairs", "operations", "tools")
    for area in areas:
        own = [each for each in types if each.broader == area]
        assert own[-1].code == f"{area}-others"
        assert {each.broader_codelist for each in own} == {"joint-procurement-area"}
    assert len(types) == len(areas) + 16
    assert vocabulary.codelist("joint-procurement-system-type").note.ja  # says that the list is ours


def test_prefectures(vocabulary):
    prefectures = vocabulary.codelist("prefecture")
    assert prefectures.codes == tuple(f"{number:02}" for number in range(1, 48))
    osaka = prefectures.find("27")
    assert osaka is not None
    assert osaka.exact_match == (
        "http://data.e-stat.go.jp/lod/sac/C27000",
        "https://www.iso.org/obp/ui/#iso:code:3166:JP-27",
    )
    assert prefectures.match("大阪") == prefectures.match("osaka") == prefectures.match("２７０００８") == osaka


def test_the_facts_of_prefectures(shared, vocabulary):
    with (shared / "standards/prefectures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        found = vocabulary.codelist("prefecture").find(row["code2"])
        assert found.label.ja == row["name_ja"]
        assert Label(row["code6"]) in found.alt_labels
        assert row["sac_uri"] in found.exact_match
        assert any(each.endswith(row["iso3166_2"]) for each in found.exact_match)


def test_municipalities(vocabulary):
    municipalities = vocabulary.codelist("municipality")
    assert len(municipalities.codes) == 1919
    assert all(map(is_local_government_code, municipalities.codes))
    assert {each.broader for each in municipalities.concepts} == set(vocabulary.codelist("prefecture").codes)
    assert all(each.broader == each.code[:2] for each in municipalities.concepts)
    tsumagoi = municipalities.find("104256")
    assert tsumagoi.label == Text(ja="嬬恋村", en="Tsumagoi Village")
    assert tsumagoi.exact_match == ("http://data.e-stat.go.jp/lod/sac/C10425",)


def test_the_facts_of_municipalities(shared, vocabulary):
    with (shared / "standards/municipalities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    municipalities = vocabulary.codelist("municipality")
    assert set(municipalities.codes) - {row["code6"] for row in rows} == {"221384", "221392", "221406"}
    for row in rows:
        found = municipalities.find(row["code6"])
        assert found.label.ja == row["name_ja"].replace(" ", "")
        assert Label(row["name_kana_hiragana"].replace(" ", ""), "ja-Hira") in found.alt_labels
        assert found.exact_match == (row["sac_uri"],)


def test_hamamatsu_before_and_after(vocabulary):
    municipalities = vocabulary.codelist("municipality")
    wards = [each for each in municipalities.concepts if each.label.ja.startswith("浜松市") and each.label.ja.endswith("区")]
    before = [each.code for each in wards if each.valid(date(2023, 12, 31))]
    after = [each.code for each in wards if each.valid(date(2024, 1, 1))]
    assert before == ["221317", "221325", "221333", "221341", "221350", "221368", "221376"]
    assert after == ["221384", "221392", "221406"] == [each.code for each in wards if each.valid()]
    assert municipalities.contains("221376")
    assert municipalities.contains("221376", date(2020, 8, 28))
    assert not municipalities.contains("221376", date(2024, 1, 1))
    assert municipalities.match("浜松市天竜区").code == "221406"
    assert municipalities.match("浜松市天竜区", date(2020, 8, 28)).code == "221376"


def test_a_name_of_two_places_is_matched_with_its_prefecture_only(vocabulary):
    municipalities = vocabulary.codelist("municipality")
    assert municipalities.match("府中市") is None
    assert municipalities.match("東京都府中市").code == "132063"
    assert municipalities.match("広島県 府中市").code == "342084"


def test_local_government_joins_prefectures_and_municipalities(vocabulary):
    both = vocabulary.codelist("local-government")
    assert len(both.codes) == 47 + 1919
    assert both.find("270008").label.ja == "大阪府"
    assert both.find("271004").codelist == "municipality"
    assert vocabulary.area("270008").codelist == "local-government"
    assert vocabulary.area("810002").codelist == "municipality-sample"
    assert vocabulary.area("480002") is None


def test_invented_places_have_right_digits_and_no_real_number_or_name(vocabulary):
    sample, real = vocabulary.codelist("municipality-sample"), vocabulary.codelist("local-government")
    names = {each.label.ja for each in real.concepts}
    assert len([each for each in sample.concepts if not each.broader]) == 12
    for each in sample.concepts:
        assert is_local_government_code(each.code)
        assert int(each.code[:2]) > 47
        assert not real.contains(each.code)
        assert each.label.ja not in names
        assert each.broader in {"", f"{each.broader[:2]}000{each.broader[5:]}"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("年１回", "ANNUAL"), ("年 1 回", "ANNUAL"), ("少なくとも年1回", "ANNUAL"), ("毎年", "ANNUAL"), ("年２回", "ANNUAL_2"),
        ("四半期", "QUARTERLY"), ("月1回", "MONTHLY"), ("毎月", "MONTHLY"), ("毎週", "WEEKLY"), ("毎日", "DAILY"),
        ("随時", "AS_NEEDED"), ("不定期", "IRREG"), ("更新しない", "NEVER"), ("annually", "ANNUAL"), ("irreg", "IRREG"),
    ],
)  # fmt: skip
def test_japanese_ways_to_write_a_frequency(vocabulary, text, code):
    found = vocabulary.codelist("update-frequency").match(text)
    assert found.code == code
    assert found.exact_match == (f"http://publications.europa.eu/resource/authority/frequency/{code}",)


def test_eu_codes_are_in_the_eu_lists(shared, vocabulary):
    known = Graph().parse(shared / "standards/dcat/codelists.ttl")
    for name in ("update-frequency", "dataset-theme"):
        for each in vocabulary.codelist(name).concepts:
            for match in (*each.exact_match, *each.close_match, *each.broad_match):
                assert (URIRef(match), RDF.type, SKOS.Concept) in known, match


def test_themes(vocabulary):
    themes = vocabulary.codelist("dataset-theme")
    european = [each for each in themes.concepts if each.exact_match]
    japanese = [each for each in themes.concepts if not each.exact_match]
    assert len(european) == 13
    assert len(japanese) == 17
    assert [each.code for each in japanese if not (each.close_match or each.broad_match)] == ["JP-OTHE"]
    assert themes.match("運輸・観光").code == "JP-TRAN"


def test_licences(vocabulary):
    licences = vocabulary.codelist("licence")
    assert licences.match("PDL1.0").code == "PDL-1.0"
    assert licences.match("CC BY 4.0") == licences.match("ＣＣ　ＢＹ　４．０") == licences.find("CC-BY-4.0")
    assert "https://creativecommons.org/licenses/by/4.0/" in licences.find("CC-BY-4.0").exact_match
    assert {"GJSTU-2.0", "CC0-1.0"} < set(licences.codes)
    assert all(each.exact_match for each in licences.concepts)


# --- bands


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0, "under-5m"), (4_999_999, "under-5m"), (4_999_999.99, "under-5m"), (5_000_000, "5m-10m"), (9_999_999, "5m-10m"),
        (10_000_000, "10m-30m"), (30_000_000, "30m-50m"), (50_000_000, "50m-100m"), (99_999_999, "50m-100m"),
        (100_000_000, "100m-500m"), (500_000_000, "500m-or-more"), (10**15, "500m-or-more"),
        (Decimal("4999999.9999"), "under-5m"),
    ],
)  # fmt: skip
def test_bands_are_half_open(value, code):
    assert BANDS.band(value).code == code


@given(st.one_of(st.integers(min_value=0), st.decimals(min_value=0, allow_nan=False, allow_infinity=False)))
def test_every_amount_falls_into_exactly_one_band(value):
    holding = [each.code for each in BANDS.concepts if each.lower <= value and (each.upper is None or value < each.upper)]
    assert holding == [BANDS.band(value).code]


@pytest.mark.parametrize("value", [-1, -0.01, float("nan"), float("inf"), float("-inf")])
def test_what_falls_into_no_band_is_refused(value):
    with pytest.raises(Refusal) as caught:
        BANDS.band(value)
    assert [each.code for each in caught.value.findings] == ["value-outside-bands"]
