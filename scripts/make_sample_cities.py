"""Make the data of three invented cities anew: messy files as city halls hand them over, and the packages that come of them.

python scripts/make_sample_cities.py           writes datapackages/81….. (same seed, same bytes)

The cities are those of the code list ``municipality-sample`` and exist nowhere; their coordinates lie in the open Pacific,
hundreds of kilometres from land. Each hands its files over in a way of its own (edition, encoding, spellings: ``Office``), and
every one of them goes through the product's own ``catalog clean``. What it was given stays in ``raw/`` beside the package;
what it changed is published with the table as ``changes.csv``. The bus timetable is written as it is: GTFS has one spelling.
"""

import argparse
import csv
import io
import json
import random
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from catalog.conforming import Cleaned, Library
    from catalog.standards import Standards

TARGET = ROOT / "datapackages"
PREFECTURE = "朝凪県"
AS_OF = "令和５年４月１日"
SEED = 812013

Cell = object
Record = dict[str, Any]
"""What is true of one place, by the identifiers of the standards' columns."""


@dataclass(frozen=True)
class City:
    """``south`` and ``west`` are the corner of its grid, in degrees."""

    code: str
    name: str
    english: str
    towns: tuple[str, ...]
    south: float
    west: float

    def records(self, count: int, kind: str) -> list[Record]:
        """``count`` places of the city, the same ones on every call."""
        draw = random.Random(f"{SEED}-{self.code}-{kind}")  # noqa: S311  invented data, not secrets
        return [self._record(draw, number, PLACES[kind]) for number in range(count)]

    def _record(self, draw: random.Random, number: int, kinds: Sequence[tuple[str, str, str]]) -> Record:
        word, kana, english = WORDS[number % len(WORDS)]
        kind, kind_kana, kind_english = kinds[number // len(WORDS) % len(kinds)]
        town = self.towns[number % len(self.towns)]
        lot = f"{draw.randint(1, 9)}-{draw.randint(1, 20)}-{draw.randint(1, 30)}"
        return {
            "local_government_code": self.code,
            "address_code": self.code,
            "municipality_code": self.code,
            "local_government_name": f"{PREFECTURE}{self.name}",
            "identifier": f"{number + 1:04d}",
            "serial_number": f"{number + 1:04d}",
            "name": f"{word}{kind}",
            "name_kana": f"{kana}{kind_kana}",
            "name_en": f"{english} {kind_english}",
            "prefecture": PREFECTURE,
            "city": self.name,
            "town": town,
            "lot_number": lot,
            "full_address": f"{PREFECTURE}{self.name}{town}{lot}",
            "address": f"{PREFECTURE}{self.name}{town}{lot}",
            "building": "",
            "latitude": round(self.south + number // 8 * 0.004 + draw.randint(0, 999) / 1e6, 6),
            "longitude": round(self.west + number % 8 * 0.005 + draw.randint(0, 999) / 1e6, 6),
            "notes": draw.choice(("", "", "", "架空の施設です。", "令和４年度に改修（架空）")),
        } | _more(draw)


def _more(draw: random.Random) -> Record:
    """Figures and flags of every kind of table; each office writes those that its table has."""
    men, women, shared = draw.randint(1, 4), draw.randint(1, 4), draw.randint(0, 1)
    hours = draw.choice((("00:00", "24:00"), ("09:00", "17:00"), ("08:30", "21:30")))
    hazards = ("flood", "landslide", "storm_surge", "earthquake", "tsunami", "large_fire", "inland_flood", "volcanic")
    return {
        "installation_location": draw.choice(("1階正面入口の左", "管理棟の南側", "駐車場の横", "2階エレベーターの前")),
        "male_total": men + 1,
        "male_urinals": men,
        "male_squat": 0,
        "male_seated": 1,
        "female_total": women,
        "female_squat": 0,
        "female_seated": women,
        "unisex_total": shared,
        "barrier_free_toilets": shared,
        "wheelchair_toilet": bool(shared),
        "infant_toilet": draw.random() < 0.5,  # noqa: PLR2004  a share
        "ostomate_toilet": draw.random() < 0.2,  # noqa: PLR2004  a share
        "opening_time": hours[0],
        "closing_time": hours[1],
        "phone": f"099-000-{draw.randint(0, 9999):04d}",
        "capacity": draw.randint(3, 60) * 10,
        "also_shelter": draw.random() < 0.4,  # noqa: PLR2004  a share
        "paediatric": draw.random() < 0.7,  # noqa: PLR2004  a share
        "available_days": draw.choice(("月火水木金", "月火水木金土日")),
        "shop_type": draw.choice(("飲食店", "飲食店", "喫茶店", "小売店", "宿泊施設")),
    } | {each: draw.random() < 0.6 for each in hazards}  # noqa: PLR2004  a share


WORDS = (
    ("中央", "チュウオウ", "Chuo"), ("港", "ミナト", "Minato"), ("灯台", "トウダイ", "Lighthouse"),
    ("松林", "マツバヤシ", "Pinewood"), ("北", "キタ", "North"), ("南", "ミナミ", "South"), ("汐見", "シオミ", "Shiomi"),
    ("天文台", "テンモンダイ", "Observatory"), ("桜", "サクラ", "Cherry"), ("泉", "イズミ", "Spring"),
    ("丘の上", "オカノウエ", "Hilltop"), ("川辺", "カワベ", "Riverside"),
)  # fmt: skip
PLACES: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "toilets": (("公園", "コウエン", "Park"), ("広場", "ヒロバ", "Square"), ("緑", "ミドリ", "Green"), ("橋", "ハシ", "Arch")),
    "sites": (("小学校", "ショウガッコウ", "School"), ("公民館", "コウミンカン", "Hall"), ("運動場", "ウンドウジョウ", "Field")),
    "aed": (("図書館", "トショカン", "Library"), ("体育館", "タイイクカン", "Gymnasium"), ("支所", "シショ", "Branch")),
    "shops": (("食堂", "ショクドウ", "Diner"), ("珈琲店", "コーヒーテン", "Coffee"), ("商店", "ショウテン", "Store")),
}  # fmt: skip
TSUKIHAMA = City("812013", "月浜市", "Tsukihama City", ("港町", "浜風町", "本町", "汐見町"), 33.0, 145.0)
YUKIMORI = City("812021", "雪森市", "Yukimori City", ("樅木町", "雪見町", "湯ノ川町", "峠下町"), 33.1, 145.1)
HOSHIHAMA = City("812030", "星浜市", "Hoshihama City", ("銀河通", "砂丘町", "北浜町", "観測町"), 33.2, 145.2)


# How the offices write. Each takes a clean value and answers what somebody typed.


def _tsukihama(identifier: str, value: Any, number: int) -> Cell:  # noqa: PLR0911  one way of writing after another
    """Typed by hand: half-width kana, circles for yes, times in words, codes without their check digit."""
    if identifier in ("local_government_code", "municipality_code"):
        return str(value)[:5]
    if identifier == "name_kana":
        return value.translate(HALF_WIDTH)
    if identifier in ("opening_time", "closing_time"):
        return {"09:00": "9時", "17:00": "午後5時", "08:30": "午前8時半", "21:30": "21:30:00"}.get(value, value)
    if isinstance(value, bool):
        return "○" if value else "×"
    if identifier in ("unisex_total", "barrier_free_toilets") and value == 0:
        return "－"
    if identifier == "installation_location" and number % 5 == 4:  # noqa: PLR2004  not every place has one: the old edition allows it
        return ""
    if identifier == "phone" and number % 6 == 5:  # noqa: PLR2004  nor a telephone
        return "なし"
    return value


def _yukimori(identifier: str, value: Any, number: int) -> Cell:
    """A workbook: codes and coordinates as numbers, times as times, and figures typed with the full-width keys."""
    if identifier in ("local_government_code", "municipality_code", "address_code"):
        return int(value)
    if identifier in ("opening_time", "closing_time"):
        hour, minute = map(int, value.split(":"))
        return f"{hour}:{minute:02d}" if hour > 23 else time(hour, minute)  # noqa: PLR2004  no clock shows 24:00
    if isinstance(value, bool):
        return "有り" if value else "無し"
    if isinstance(value, int) and number % 3 == 0:
        return str(value).translate(FULL_WIDTH)
    return value.translate(FULL_WIDTH) if identifier == "phone" else value


def _yukimori_sites(identifier: str, value: Any, number: int) -> Cell:
    """Its department of disaster prevention ticks hazards."""
    return ("◎" if value else "") if isinstance(value, bool) else _yukimori(identifier, value, number)


def _hoshihama(identifier: str, value: Any, number: int) -> Cell:
    """Exported from a system, with what its screens let through: coordinates that are swapped, 0 or missing, odd blanks."""
    if identifier in ("latitude", "longitude") and number % 11 == 7:  # noqa: PLR2004  some are missing
        return "0" if number % 2 else ""
    if identifier == "name" and number % 9 == 3:  # noqa: PLR2004  some are pasted from the web
        return f" {value}\u200b"
    if isinstance(value, bool):
        return "有" if value else "無"
    return f"{value:.6f}" if isinstance(value, float) else value


HALF_WIDTH = str.maketrans({
    **dict(zip("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンャュョッー",
               "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｬｭｮｯｰ", strict=True)),
    "ガ": "ｶﾞ", "ズ": "ｽﾞ", "バ": "ﾊﾞ", "ダ": "ﾀﾞ", "ド": "ﾄﾞ", "ジ": "ｼﾞ", "ヅ": "ﾂﾞ",
})  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

# The headers of the files. What each stands for is looked up in the standard, as ``catalog clean`` does.
TOILETS = """
都道府県コード又は市区町村コード NO 都道府県名 市区町村名 名称 名称_カナ 住所 設置位置 緯度 経度
男性トイレ総数 男性トイレ数（小便器） 男性トイレ数（洋式） 女性トイレ総数 女性トイレ数（洋式） 男女共用トイレ総数 多機能トイレ数
車椅子使用者用トイレ有無 乳幼児用設備設置トイレ有無 オストメイト設置トイレ有無 利用開始時間 利用終了時間 備考
"""
TOILETS_BY_ALIAS = """
自治体コード ＮＯ． 名称 カナ名称 名称_英字 所在地_全国地方公共団体コード 住所 都道府県名 市区町村名 設置位置 緯度 経度
男性トイレ総数 女性トイレ総数 男女共用トイレ総数 多機能トイレ数 車椅子使用者用トイレ有無 乳幼児用設備設置トイレ有無
オストメイト設置トイレ有無 利用開始時間 利用終了時間 備考
"""
TOILETS_NOW = """
全国地方公共団体コード ID 地方公共団体名 名称 所在地_連結表記 所在地_都道府県 所在地_市区町村 所在地_町字 所在地_番地以下
設置位置 緯度 経度 男性トイレ総数 女性トイレ総数 バリアフリートイレ数 車椅子使用者用トイレ有無 備考
"""
HAZARDS = """
災害種別_洪水 災害種別_崖崩れ、土石流及び地滑り 災害種別_高潮 災害種別_地震 災害種別_津波 災害種別_大規模な火事
災害種別_内水氾濫 災害種別_火山現象 指定避難所との重複
"""
SITES = f"NO 名称 名称_カナ 住所 緯度 経度 電話番号 市区町村コード 都道府県名 市区町村名 {HAZARDS} 想定収容人数 備考"
SITES_BY_ALIAS = f"""
自治体コード NO. 名称 カナ名称 所在地_全国地方公共団体コード 住所 緯度 経度 電話番号 市区町村コード {HAZARDS} 想定収容人数 備考
"""
AED = """
都道府県コード又は市区町村コード NO 都道府県名 市区町村名 名称 名称_カナ 住所 緯度 経度 設置位置 電話番号
利用可能曜日 開始時間 終了時間 小児対応設備の有無 備考
"""
AED_BY_ALIAS = """
自治体コード NO. 名称 カナ名称 名称_英語 住所 緯度 経度 設置位置 電話番号
利用可能曜日 開始時間 終了時間 小児対応機器設備の有無 備考
"""
SHOPS, SHOPS_NOW = "通し番号 店舗種別 店舗名 所在地", "通し番号 店舗種別 施設名称 施設所在地"


@dataclass(frozen=True)
class Office:
    """One file that a city hands over, and what its steward says to ``catalog clean``.

    ``what`` is its title in Japanese, and names the file; ``columns`` are its headers, separated by blanks; ``swapped`` says
    every how many rows the coordinates stand in each other's column (0: never).
    """

    city: City
    standard: str
    kind: str
    rows: int
    what: str
    columns: str
    write: Callable[[str, Any, int], Cell]
    suffix: str = ".csv"
    encoding: str = "cp932"
    swapped: int = 0
    edition: str = ""

    @property
    def dataset(self) -> str:
        """The id of the dataset."""
        return f"{self.city.code}-{self.standard}"

    @property
    def file(self) -> str:
        """The name of the file; a system names it by the code."""
        return f"{self.city.code}_{self.standard}.csv" if self.titles() == () else f"{self.what}{self.suffix}"

    def titles(self) -> tuple[str, ...]:
        """The rows above the header; a file that a system exports has none."""
        if self.encoding == "utf-8-sig":
            return ()
        return (f"{self.city.name} {self.what}（見本・架空のデータ）", f"{AS_OF}現在 ※この市は実在しません")

    def raw(self, standards: "Standards") -> bytes:
        """The file."""
        table = self._table(standards)
        return _workbook(self.what, self.titles(), table) if self.suffix == ".xlsx" else self._text(table)

    def _table(self, standards: "Standards") -> list[list[Cell]]:
        """The cells that somebody typed, header first."""
        header = self.columns.split()
        meant = _identifiers(header, self.standard, standards)
        table: list[list[Cell]] = [list(header)]
        for number, record in enumerate(self.city.records(self.rows, self.kind)):
            if self.swapped and number % self.swapped == self.swapped - 1:
                record |= {"latitude": record["longitude"], "longitude": record["latitude"]}
            table.append([self.write(each, record[each], number) for each in meant])
        return table

    def _text(self, table: list[list[Cell]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([*([title] for title in self.titles()), *table])
        return text.getvalue().encode(self.encoding)


def _identifiers(header: Sequence[str], slug: str, standards: "Standards") -> list[str]:
    """What each header stands for, in the newest edition that knows it."""
    found: dict[str, str] = {}
    for edition in standards.editions(slug):
        mapping = standards.standard(slug, edition).match_header(header).mapping
        found |= {text: column.identifier for text, column in mapping.items()}
    return [found[each] for each in header]


def _workbook(name: str, titles: Sequence[str], table: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook with merged titles over its table; the same cells give the same parts of the file."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2023, 4, 1)})  # noqa: DTZ001  a workbook has no zone
        sheet = book.add_worksheet(name)
        middle, clock = book.add_format({"align": "center"}), book.add_format({"num_format": "h:mm"})
        for number, title in enumerate(titles):
            sheet.merge_range(number, 0, number, len(table[0]) - 1, title, middle)
        for number, row in enumerate(table, start=len(titles)):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell, clock if isinstance(cell, time) else None)
    return memory.getvalue()


EVACUATION = "designated-emergency-evacuation-site"
BOOK, SYSTEM = ".xlsx", "utf-8-sig"
OFFICES = (
    Office(TSUKIHAMA, "public-toilet", "toilets", 36, "公衆トイレ一覧", TOILETS, _tsukihama),
    Office(TSUKIHAMA, EVACUATION, "sites", 32, "指定緊急避難場所", SITES, _tsukihama),
    Office(TSUKIHAMA, "aed-location", "aed", 34, "AED設置箇所", AED, _tsukihama, edition="2020"),
    Office(TSUKIHAMA, "sticker-shop", "shops", 40, "ステッカー掲示店舗", SHOPS, _tsukihama),
    Office(YUKIMORI, "public-toilet", "toilets", 42, "トイレ", TOILETS_BY_ALIAS, _yukimori, BOOK),
    Office(YUKIMORI, EVACUATION, "sites", 30, "避難場所", SITES_BY_ALIAS, _yukimori_sites, BOOK),
    Office(YUKIMORI, "aed-location", "aed", 31, "AED", AED_BY_ALIAS, _yukimori, BOOK),
    Office(HOSHIHAMA, "public-toilet", "toilets", 45, "公衆トイレ", TOILETS_NOW, _hoshihama, encoding=SYSTEM, swapped=7),
    Office(HOSHIHAMA, "sticker-shop", "shops", 30, "店舗", SHOPS_NOW, _hoshihama, encoding=SYSTEM),
)


def library() -> "Library":
    """What files are held against."""
    from catalog.conforming import Library  # noqa: PLC0415  pandas and rdflib are only needed where packages are made
    from catalog.settings import Settings  # noqa: PLC0415
    from catalog.standards import Standards  # noqa: PLC0415
    from catalog.vocabulary.reading import load  # noqa: PLC0415

    return Library(standards=Standards.load(), vocabulary=load(), settings=Settings())


def package_of(office: Office, shelf: "Library") -> dict[str, bytes]:
    """The files of a package by path: what ``catalog clean`` makes of the raw file, the raw file, and what is said about both."""
    from catalog.conforming import Options, clean_bytes  # noqa: PLC0415  see above

    raw = office.raw(shelf.standards)
    standard = shelf.standards.standard(office.standard)
    metadata = {
        "publisher.id": office.city.code,
        "title": f"【見本】{standard.title.ja}（{office.city.name}）",
        "translations.en.title": f"[Sample] {standard.title.en} ({office.city.english})",
        "description": f"{standard.description.ja}\n\n**架空の市の、架空のデータです。** {HOW_JA}",
        "translations.en.description": f"{standard.description.en}\n\n**An invented city with invented data.** {HOW_EN}",
        "contact.name": f"{office.city.name}（架空）",
        "temporal.start": AS_OF,
        "temporal.end": AS_OF,
        "sample": "はい",
    }
    done = clean_bytes(office.file, raw, Options(standard=office.standard, edition=office.edition, metadata=metadata), shelf)
    if not done.valid:
        raise SystemExit(f"{office.dataset}: {[each for each in done.findings if each.severity == 'error']}")
    descriptor = json.loads(done.files["datapackage.json"])
    descriptor["resources"].append(CHANGES)
    return {
        **done.files,
        "datapackage.json": _json(descriptor),
        "changes.csv": done.records()["changes.csv"],
        "README.md": _readme(office, descriptor, done).encode(),
        f"raw/{office.file}": raw,
    }


HOW_JA = (
    "元のファイル（文字コード、見出し、数字や時刻の書き方が市ごとに異なります）を `catalog clean` で標準の表に整えました。"
    "直したセルはすべて changes.csv にあります。位置は太平洋上の、実在の施設がない座標です。"
)
HOW_EN = (
    "The city's own file (encoding, headers, ways to write figures and times differ from city to city) was made a table of the "
    "standard by `catalog clean`; changes.csv lists every changed cell. The places lie in the open Pacific, where nothing is."
)


def _file(name: str, path: str, media_type: str, japanese: tuple[str, str], english: tuple[str, str]) -> dict[str, Any]:
    """A resource that is served as it is: its title and description in both languages."""
    catalog = {"role": "file", "translations": {"en": {"title": english[0], "description": english[1]}}}
    what = {"name": name, "title": japanese[0], "description": japanese[1], "path": path}
    return what | {"format": path.rpartition(".")[2], "mediatype": media_type, "catalog": catalog}


CHANGES = _file(
    "changes", "changes.csv", "text/csv",
    ("整えるときに直したセルの一覧", "元のファイルの行とセル、項目、直す前と直した後の値、規則です。"),
    ("Cells that were changed in cleaning", "Row and cell of the source, column, value before and after, rules."),
)  # fmt: skip


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _readme(office: Office, descriptor: Mapping[str, Any], done: "Cleaned") -> str:
    encoding = "Excel（.xlsx）" if office.suffix == BOOK else "UTF-8（BOM付き）" if office.encoding == SYSTEM else "CP932"
    rules = "\n".join(f"| `{rule}` | {count} |" for rule, count in done.summary["changes"].items())
    return f"""# {descriptor["title"]}

**{office.city.name}は実在しません。** 名称、所在地、座標、数値はすべて架空です。市のコード {office.city.code} は、どの自治体にも割り当てられていない番号です。座標は太平洋上にあります。

| | |
|---|---|
| 元のファイル | `raw/{office.file}`（{encoding}。公開はしていません） |
| 標準 | `{done.standard}`（{done.edition}版） |
| 行数 | {len(done.rows)} |
| 直したセル | {len(done.changes)} |

## 直した内容（規則ごとのセルの数）

| 規則 | セル |
|---|---|
{rules}

セルごとの記録は `changes.csv` にあります。規則の意味は `docs/conforming.md` にあります。

## In English

**{office.city.english} does not exist.** Names, addresses, coordinates and figures are invented; no local government has the code {office.city.code}, and the coordinates lie in the open Pacific. The file `raw/{office.file}` was cleaned by `catalog clean --standard {done.standard}`.

`scripts/make_sample_cities.py` makes all of this.
"""  # noqa: E501  lines of a Markdown file


# The bus of 雪森市: GTFS-JP


STOPS = (
    ("雪森駅前", "Yukimori Station"), ("市役所前", "City Hall"), ("図書館前", "Library"), ("湯ノ川", "Yunokawa"),
    ("峠下", "Togeshita"), ("樅木", "Mominoki"),
)  # fmt: skip
BUS = "https://bus.example.jp/"


def timetable() -> dict[str, list[Record]]:
    """A feed of two lines around a square of the sea: the files of GTFS without their suffix, and their rows."""
    agency, sea = "8000020812021", (YUKIMORI.south, YUKIMORI.west)
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    weekend = {"weekday": False, "weekend": True}
    feed = {
        "feed_info": [{
            "feed_publisher_name": f"{YUKIMORI.name}（架空）", "feed_publisher_url": BUS, "feed_lang": "ja",
            "feed_start_date": "20260401", "feed_end_date": "20310331", "feed_version": "20260401",
            "feed_contact_url": BUS,
        }],
        "agency": [{
            "agency_id": agency, "agency_name": f"{YUKIMORI.name}営バス（架空）", "agency_url": BUS,
            "agency_timezone": "Asia/Tokyo", "agency_lang": "ja",
        }],
        "stops": [{
            "stop_id": f"S{number}_1", "stop_name": name, "stop_lat": f"{sea[0] + number % 3 * 0.01:.6f}",
            "stop_lon": f"{sea[1] + number // 3 * 0.01:.6f}", "zone_id": "Z1", "location_type": 0,
        } for number, (name, _) in enumerate(STOPS)],
        "routes": [{
            "route_id": f"R{number}", "agency_id": agency, "route_short_name": name, "route_type": 3, "route_color": color,
            "route_text_color": "FFFFFF",
        } for number, (name, color) in enumerate((("循環線", "1A5FB4"), ("峠線", "8A3F00")), start=1)],
        "trips": [], "stop_times": [],
        "calendar": [
            {"service_id": name, **{day: int(day.startswith("s") == late) for day in days}}
            | {"start_date": "20260401", "end_date": "20310331"}
            for name, late in weekend.items()
        ],
        "fare_attributes": [{
            "fare_id": "F1", "price": 200, "currency_type": "JPY", "payment_method": 0, "transfers": 0, "agency_id": agency,
        }],
        "translations": [{
            "table_name": "stops", "field_name": "stop_name", "language": "en", "translation": english, "field_value": name,
        } for name, english in STOPS],
        "shapes": [],
    }  # fmt: skip
    for route, course in {"R1": [0, 1, 2, 5, 4, 3], "R2": [0, 3, 4]}.items():
        _drive(feed, route, [feed["stops"][each] for each in course])
    return feed


def _drive(feed: dict[str, list[Record]], route: str, course: list[Record]) -> None:
    """The course of a line, its trips, and when they call at each stop."""
    for sequence, stop in enumerate(course):
        place = {"shape_pt_lat": stop["stop_lat"], "shape_pt_lon": stop["stop_lon"], "shape_pt_sequence": sequence}
        feed["shapes"].append({"shape_id": f"{route}_shape", **place})
    for service, hours in {"weekday": (7, 9, 12, 15, 18), "weekend": (9, 15)}.items():
        for hour in hours:
            trip = f"{route}_{service}_{hour:02d}"
            feed["trips"].append({
                "route_id": route, "service_id": service, "trip_id": trip, "trip_headsign": course[-1]["stop_name"],
                "direction_id": 0, "shape_id": f"{route}_shape",
            })  # fmt: skip
            for sequence, stop in enumerate(course):
                at = f"{hour:02d}:{sequence * 6:02d}:00"
                feed["stop_times"].append({
                    "trip_id": trip, "arrival_time": at, "departure_time": at, "stop_id": stop["stop_id"],
                    "stop_sequence": sequence + 1, "timepoint": 1,
                })  # fmt: skip


def _csv(rows: Sequence[Mapping[str, Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    """The feed as one file; its members are stored as they are: same files, same bytes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 4, 1, 0, 0, 0)), body)
    return memory.getvalue()


def bus_package(shelf: "Library") -> dict[str, bytes]:
    """The files of the GTFS-JP package: each table of the feed by the standard's definitions, and the feed as a zip."""
    from catalog.model import Agent, Text  # noqa: PLC0415  see above
    from catalog.scaffolding.plan import planned  # noqa: PLC0415

    tables = timetable()
    standard = shelf.standards.standard("gtfs-jp")
    publisher = Agent(id=YUKIMORI.code, name=Text(YUKIMORI.name, YUKIMORI.english))
    plan = planned(standard, publisher, shelf.standards, ("shapes",), sample=True)
    descriptor = plan.descriptor | {
        "title": f"【見本】{YUKIMORI.name}営バス（GTFS-JP、架空）",
        "description": f"架空の{YUKIMORI.name}の、架空のバスの時刻表です。GTFS-JP のファイルと、その中の表を1つずつ収めています。"
        "停留所は太平洋上の座標です。",
    }
    catalog = descriptor["catalog"]
    catalog["translations"]["en"]["title"] = f"[Sample] Buses of {YUKIMORI.english} (GTFS-JP, invented)"
    catalog["translations"]["en"]["description"] = (
        "An invented timetable of an invented city: the GTFS-JP file, and each table in it. The stops lie in the open Pacific."
    )
    catalog |= {"contact": {"name": f"{YUKIMORI.name}（架空）"}, "temporal": {"start": "2026-04-01", "end": "2031-03-31"}}
    files: dict[str, bytes] = {}
    for resource in descriptor["resources"]:
        rows = tables[resource["name"]]
        resource["schema"] = _narrow(resource["schema"], set(rows[0]))
        files[resource["path"]] = _csv(rows)
    descriptor["resources"].append(FEED)
    files["gtfs-jp.zip"] = _archive({path.removeprefix("data/"): body for path, body in files.items()})
    files["datapackage.json"] = _json(descriptor)
    files["README.md"] = BUS_README.encode()
    return files


def _narrow(schema: dict[str, Any], present: set[str]) -> dict[str, Any]:
    """The fields that the feed has, and the keys that they can carry."""
    foreign = [each for each in schema.get("foreignKeys", []) if present.issuperset(each["fields"])]
    unique = [each for each in schema.get("uniqueKeys", []) if present.issuperset(each)]
    fields = [each for each in schema["fields"] if each["name"] in present]
    narrowed = schema | {"fields": fields, "foreignKeys": foreign, "uniqueKeys": unique}
    return {name: value for name, value in narrowed.items() if value != []}


FEED = _file(
    "gtfs-jp", "gtfs-jp.zip", "application/zip",
    ("GTFS-JP のファイル（ZIP）", "経路検索などのソフトに、このまま渡せるファイルです。表と同じ内容です。"),
    ("The GTFS-JP file (zip)", "For journey planners; it holds the same tables."),
)  # fmt: skip
BUS_README = f"""# 【見本】{YUKIMORI.name}営バス（GTFS-JP、架空）

**{YUKIMORI.name}もこのバスも実在しません。** 停留所、時刻、運賃はすべて架空で、座標は太平洋上にあります。

- `gtfs-jp.zip`：GTFS-JP のファイル。PyPI の `gtfs-validator` で誤り（ERROR）がありません。
- `data/`：ZIP の中と同じファイル。1つずつの表として、項目の定義とともに公開します。

## In English

**Neither {YUKIMORI.english} nor this bus exists.** Stops, times and fares are invented, and the coordinates lie in the open Pacific. `gtfs-jp.zip` passes `gtfs-validator` from PyPI without an ERROR.

`scripts/make_sample_cities.py` makes all of this.
"""  # noqa: E501  lines of a Markdown file


def packages() -> Iterable[tuple[str, dict[str, bytes]]]:
    """Every package: its id, and its files by path."""
    shelf = library()
    for office in OFFICES:
        yield office.dataset, package_of(office, shelf)
    yield f"{YUKIMORI.code}-gtfs-jp", bus_package(shelf)


def write(target: Path) -> None:
    """Write every package into a folder of its own below ``target``, in the place of what was there."""
    for name, files in packages():
        shutil.rmtree(target / name, ignore_errors=True)
        for path, body in files.items():
            (target / name / path).parent.mkdir(parents=True, exist_ok=True)
            (target / name / path).write_bytes(body)
        print(f"{target.name}/{name}: {len(files)} files")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", type=Path, default=TARGET)
    write(parser.parse_args().target)
