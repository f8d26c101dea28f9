"""Who is in the union, who is not and why, and who is wanted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from union_samples import FIELDS, Shelf

from catalog import media, union
from catalog.errors import NotFound
from catalog.messages import word
from catalog.model import Field
from catalog.union import Wish


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    found = Shelf(tmp_path)
    yield found
    found.store.close()


def about(shelf: Shelf, slug: str = "public-toilet", **asked: Any) -> union.Coverage:
    return union.coverage(shelf.store, shelf.settings, slug, **asked)


def members(found: union.Coverage) -> list[str]:
    return [each.dataset for each in found.members]


def reasons(found: union.Coverage) -> dict[str, str]:
    return {each.dataset: each.finding.code for each in found.omitted}


def test_invented_rows_stand_alone_or_where_they_are_asked_for(shelf: Shelf) -> None:
    shelf.add("812013-public-toilet")
    assert (members(about(shelf)), about(shelf).samples) == (["812013-public-toilet"], True)
    shelf.add("272035-public-toilet", publisher="272035", sample=False)
    assert (members(about(shelf)), about(shelf).samples) == (["272035-public-toilet"], False)
    assert reasons(about(shelf)) == {"812013-public-toilet": "union-sample"}
    assert members(about(shelf, samples=True)) == ["272035-public-toilet", "812013-public-toilet"]
    assert members(about(shelf, samples=False)) == ["272035-public-toilet"]


def test_samples_stay_out_where_the_settings_keep_them_out(shelf: Shelf) -> None:
    shelf.add("812013-public-toilet")
    kept = shelf.settings.__class__(home=shelf.settings.home, samples_in_feed=False)
    assert members(union.coverage(shelf.store, kept, "public-toilet")) == []
    assert members(union.coverage(shelf.store, kept, "public-toilet", samples=True)) == ["812013-public-toilet"]


def test_what_was_withdrawn_is_told_with_its_reason(shelf: Shelf) -> None:
    shelf.add("a-toilets")
    shelf.add("b-toilets")
    with shelf.store.writing() as writing:
        writing.withdraw("a-toilets", "2026-05-01T00:00:00Z", "統計の誤り")
    found = about(shelf)
    assert members(found) == ["b-toilets"]
    assert reasons(found) == {"a-toilets": "union-withdrawn"}
    assert "統計の誤り" in word(found.omitted[0].finding, "ja")
    assert "2026-05-01" in word(found.omitted[0].finding, "ja")


def test_tables_that_cannot_be_members_are_told(shelf: Shelf) -> None:
    shelf.add("a-edition", edition="1999")
    shelf.add("b-nothing", (Field(name="ひみつ", type="string"),), [("x",)])
    shelf.add("c-table", standard="gtfs-jp", table="nowhere", edition="")
    assert reasons(about(shelf)) == {"a-edition": "union-edition-unknown", "b-nothing": "union-no-column"}
    assert reasons(about(shelf, "gtfs-jp")) == {"c-table": "union-table-unknown"}
    for each in about(shelf).omitted:
        assert word(each.finding, "ja") != word(each.finding, "en") != each.finding.code


def test_a_new_version_and_a_withdrawal_change_the_digest_and_nothing_else_does(shelf: Shelf) -> None:
    shelf.add("a-toilets")
    first = about(shelf).digest
    shelf.add(
        "other", standard="sticker-shop", table="sticker_shop", fields=(Field(name="施設名称", type="string"),), rows=[("店",)]
    )
    assert about(shelf).digest == first
    shelf.add("a-toilets")
    second = about(shelf).digest
    assert second != first
    shelf.add("b-toilets")
    with shelf.store.writing() as writing:
        writing.withdraw("b-toilets", "2026-05-01T00:00:00Z")
    assert about(shelf).digest == second


def test_keys_name_members_form_and_address(shelf: Shelf) -> None:
    shelf.add("a-toilets")
    wishes = [Wish(format=media.CSV), Wish(format=media.JSON), Wish(format=media.CSV, base_url="https://data.example.jp")]
    assert len({union.key(about(shelf), each) for each in wishes}) == 3
    assert union.key(about(shelf), wishes[0]) == union.key(about(shelf, prefecture="27"), wishes[0])


def test_a_table_of_a_standard_of_several(shelf: Shelf) -> None:
    stop = (Field(name="stop_id", type="string"), Field(name="stop_lat", type="number"), Field(name="stop_lon", type="number"))
    shelf.add("812021-gtfs-jp", stop, [("S1", 33.1, 145.1)], standard="gtfs-jp", table="stops", edition="20251001")
    assert members(about(shelf, "gtfs-jp", table="stops")) == ["812021-gtfs-jp"]
    assert members(about(shelf, "gtfs-jp", table="routes")) == []
    assert media.GEOJSON in union.offered(about(shelf, "gtfs-jp", table="stops"))
    assert media.GEOJSON not in union.offered(about(shelf, "gtfs-jp", table="routes"))


def test_unknown_standards_and_tables(shelf: Shelf) -> None:
    with pytest.raises(NotFound) as refused:
        about(shelf, "public-toilets")
    assert refused.value.code == "standard-unknown"
    with pytest.raises(NotFound) as refused:
        about(shelf, "gtfs-jp", table="nowhere")
    assert refused.value.code == "standard-table-unknown"


def wanted(found: union.Coverage) -> dict[str, tuple[list[str], list[str]]]:
    return {
        each.code: ([one.code for one in each.publishing], [one.code for one in each.wanted]) for each in union.areas_of(found)
    }


def test_the_wanted_are_the_municipalities_of_the_publishers_prefectures(shelf: Shelf) -> None:
    shelf.add("812013-public-toilet")
    shelf.add(
        "812021-sticker-shop",
        (Field(name="施設名称", type="string"),),
        [("店",)],
        standard="sticker-shop",
        publisher="812021",
        table="sticker_shop",
    )
    publishing, missing = wanted(about(shelf))["81"]
    assert publishing == ["812013"]
    assert "812021" in missing
    assert "810002" not in missing
    assert list(wanted(about(shelf))) == ["81"]
    assert list(wanted(about(shelf, samples=False))) == []


def test_a_real_prefecture_has_its_cities_and_not_their_wards(shelf: Shelf) -> None:
    shelf.add("272035-public-toilet", publisher="272035", sample=False)
    shelf.add("270008-public-toilet", publisher="270008", sample=False, spatial=("270008", "272043"))
    publishing, missing = wanted(about(shelf))["27"]
    assert publishing == ["270008", "272035", "272043"]  # the prefecture, its own city, and the one that its dataset covers
    assert "271004" in missing
    assert "271276" not in missing  # a ward of Osaka City
    assert len(missing) == 41
    assert "131016" in wanted(about(shelf, prefecture="13"))["13"][1]  # a special ward of Tokyo


def test_every_prefecture_has_a_name_and_municipalities() -> None:
    for code, name in union.prefectures(samples=True):
        assert name.ja, code
        assert name.en, code
    assert len(union.known_prefectures(samples=False)) == 47
    assert set(union.known_prefectures(samples=True)) - set(union.known_prefectures(samples=False)) == {
        str(each) for each in range(81, 93)
    }


def test_what_a_member_lacks(shelf: Shelf) -> None:
    shelf.add("a", FIELDS[:2], [("港", "朝凪県")], edition="2020")
    (member,) = about(shelf).members
    assert member.edition == "2020"
    assert member.missing["mandatory"] == ("設置位置",)
    assert "緯度" in member.missing["recommended"]
    assert about(shelf).rows == 1
