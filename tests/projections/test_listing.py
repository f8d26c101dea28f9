"""オープンデータ一覧: 42 columns in order, one row a file, safe to open in a spreadsheet."""

import csv
import io
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Agent, Contact, Text
from catalog.projections import Record, listing

Recorder = Callable[..., Record]


def read(*records: Record) -> list[dict[str, str]]:
    text = b"".join(listing.catalog(records)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns_are_those_of_the_standard(shared: Path) -> None:
    with (shared / "standards/open-data-list.csv").open(encoding="utf-8", newline="") as file:
        expected = [row["name_ja"] for row in csv.DictReader(file)]
    assert list(listing.COLUMNS) == expected
    assert len(expected) == 42


def test_excel_is_told_the_encoding_and_an_empty_list_has_its_header(record: Record) -> None:
    assert b"".join(listing.catalog([])) == b"\xef\xbb\xbf" + ",".join(listing.COLUMNS).encode() + b"\r\n"
    assert b"".join(listing.catalog([record])).startswith(b"\xef\xbb\xbf")


def test_one_row_a_file_with_what_is_known(record: Record) -> None:
    rows = read(record)
    assert [row["ファイル_タイトル"] for row in rows] == [
        "駅（CSV）", "路線（CSV）", "路線図（PDF）", "駅と路線：データパッケージ一式（ZIP）"
    ]  # fmt: skip
    assert {key: value for key, value in rows[0].items() if value} == {
        "全国地方公共団体コード": "271004",
        "データセット_ID": "stations",
        "地方公共団体名": "大阪市",
        "データセット_タイトル": "駅と路線",
        "データセット_概要": "駅です。",
        "データセット_キーワード": "公共施設;自治体標準ODS;路線;駅舎",
        "データセット_分類": "交通;行政・公共",
        "データセット_公開日": "2026-11-20",
        "データセット_最終更新日": "2026-11-23",
        "データセット_バージョン": "3",
        "データセット_言語": "ja;en",
        "データセット_URL": "https://data.example.jp/dataset/stations",
        "データセット_更新頻度": "年1回",
        "データセット_準拠する標準": "公共施設一覧（20260801版）",
        "データセット_来歴情報": "出典：統計。",
        "データセット_対象地域": "大阪府;大阪府大阪市",
        "データセット_対象期間": "2020-04-01/2021-03-31",
        "データセット_連絡先名称": "交通課",
        "データセット_連絡先メールアドレス": "kotsu@example.jp",
        "データセット_連絡先電話番号": "06-0000-0000",
        "データセット_連絡先内線番号": "12",
        "データセット_連絡先FormURL": "https://example.jp/form",
        "データセット_備考": "訂正しました。",
        "ファイル_タイトル": "駅（CSV）",
        "ファイル_アクセスURL": "https://data.example.jp/download/stations/latest/stations.csv",
        "ファイル_ダウンロードURL": "https://data.example.jp/download/stations/3/stations.csv",
        "ファイル_説明": "駅（CSV）",
        "ファイル形式": "CSV",
        "ファイル_ライセンス": "CC BY 4.0",
        "ファイル_ステータス": "配信中",
        "ファイル_サイズ": rows[0]["ファイル_サイズ"],
        "ファイル_公開日": "2026-11-20",
        "ファイル_最終更新日": "2026-11-23",
        "ファイル_利用規約": "https://creativecommons.org/licenses/by/4.0/",
        "ファイル_関連ドキュメント": "https://data.example.jp/schema/stations-stations-v3",
        "ファイル_準拠する標準": "公共施設一覧（20260801版）",
        "ファイル_API対応有無": "有",
    }
    assert rows[1]["ファイル_準拠する標準"] == ""
    assert rows[2]["ファイル_関連ドキュメント"] == ""


def test_a_publisher_that_is_no_local_government_has_no_code(recorded: Recorder) -> None:
    row = read(recorded({"publisher": Agent(id="team", name=Text("有志の会"))}))[0]
    assert (row["全国地方公共団体コード"], row["地方公共団体名"]) == ("", "有志の会")


def test_the_little_that_is_known_is_a_row_too(recorded: Recorder) -> None:
    bare = {"contact": None, "licenses": (), "spatial": (), "temporal": None, "themes": (), "frequency": "", "sources": ()}
    row = read(recorded({"note": ""}, **bare))[0]
    assert row["データセット_連絡先名称"] == row["ファイル_ライセンス"] == row["データセット_対象期間"] == ""


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "＝全角"])
def test_no_cell_is_a_formula(recorded: Recorder, title: str) -> None:
    for row in read(recorded(title=Text(title), description=Text(title), contact=Contact(name=title))):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row["データセット_タイトル"].lstrip("'") == title


@given(st.text(max_size=30))
def test_any_cell_comes_back(text: str) -> None:
    cell = listing._safe(text.encode("utf-8", "ignore").decode())
    assert next(csv.reader(io.StringIO(listing._encoded([[cell, "x"]]).decode(), newline=""))) == [cell, "x"]


def test_the_served_list_has_every_file(live: Any) -> None:
    with urllib.request.urlopen(f"{live.base}/open-data-list.csv") as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"), newline="")))
    files = [each for name in ("joint-procurement", "osaka-ict-partnerships-2020", "smart-city-projects-2020")
             for each in live.store.latest(name).package.resources]  # fmt: skip
    assert len(rows) == len(files) + 3
    for row in rows:
        with urllib.request.urlopen(row["ファイル_ダウンロードURL"]) as answer:
            assert len(answer.read()) == int(row["ファイル_サイズ"])
