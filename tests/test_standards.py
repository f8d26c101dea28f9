"""Standards: what they hold, how headers are recognised, how tables are held against them, how faulty files are named."""

import csv
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from frictionless import Resource as StockResource
from frictionless import Schema as StockSchema
from hypothesis import given
from hypothesis import strategies as st

from catalog import messages
from catalog.errors import Finding, NotFound, Refusal
from catalog.messages.standards import WORDINGS
from catalog.model import Definition, Field, ForeignKey, Package, Resource, Schema, StandardRef, Text
from catalog.standards import (
    Standard,
    Standards,
    Table,
    as_json,
    check_package,
    check_standards,
    check_table,
    listing,
    schema_json,
)
from catalog.vocabulary.reading import load as load_vocabulary

STANDARDS = Standards.load()
EDITIONS = list(STANDARDS)
TABLES = [(standard, table) for standard in EDITIONS for table in standard.tables]
WANTED = {
    "sticker-shop", "public-toilet", "designated-emergency-evacuation-site", "aed-location", "public-wireless-lan",
    "childcare-facility", "population-by-area-and-age", "public-facility", "event", "cultural-property", "tourist-facility",
    "medical-institution", "care-service-office", "gtfs-jp",
}  # fmt: skip
SHEETS = {"feature-point-data-model": "feature-point-data-model", "population-by-area-and-age": "population-by-area-and-age"}
BODIK = {
    "public_facility": "public-facility", "cultural_property": "cultural-property", "preschool": "childcare-facility",
    "evacuation_space": "designated-emergency-evacuation-site", "public_wireless_lan": "public-wireless-lan",
    "aed": "aed-location", "care_service": "care-service-office", "hospital": "medical-institution", "event": "event",
    "tourism": "tourist-facility", "fire_hydrant": "fire-water-facility", "garbage_separation": "waste-sorting",
    "tourism_point": "tourism-point",
}  # fmt: skip
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def of(standard: Standard) -> str:
    return f"{standard.slug}-{standard.edition}"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def codes(findings: tuple[Finding, ...] | list[Finding]) -> list[str]:
    return [each.code for each in findings]


# what is shipped


def test_every_wanted_standard_is_there_and_sound_with_the_code_lists_there_are() -> None:
    assert set(STANDARDS.names()) >= WANTED
    assert check_standards(codelists=load_vocabulary().names()) == ()


def test_the_current_edition_is_the_newest_and_older_ones_stay() -> None:
    assert STANDARDS.standard("public-toilet").edition == "20260801"
    assert STANDARDS.editions("public-toilet") == ("2020", "20260801")
    assert STANDARDS.standard("public-toilet", "2020").columns[1].name == "NO"


def sheet_of(standard: Standard, shared: Path) -> Path:
    name = SHEETS.get(standard.slug, f"{standard.slug}-list")
    return shared / "standards" / (f"legacy-{name}.csv" if standard.edition == "2020" else f"{name}.csv")


@pytest.mark.parametrize("standard", [each for each in EDITIONS if each.number and each.form != "package"], ids=of)
def test_columns_and_their_order_are_those_of_the_sheet(standard: Standard, shared: Path) -> None:
    sheet = rows_of(sheet_of(standard, shared))
    assert list(standard.tables[0].header()) == [row["name_ja"] for row in sheet]
    if standard.status.obligations == "verified":
        assert [each.obligation for each in standard.columns] == [row["required"] for row in sheet]
    else:
        assert {each.obligation for each in standard.columns} == {None}
    sentences = {row["description"] for row in sheet if len(row["description"]) > 12}
    assert not sentences & {each.field.description.ja for each in standard.columns}, "descriptions are in our own words"


def test_gtfs_has_every_file_and_column_of_the_draft(shared: Path) -> None:
    wanted: dict[str, list[str]] = {}
    for row in rows_of(shared / "standards/gtfs-jp-v4.csv"):
        wanted.setdefault(row["file"], []).append(row["column"])
    assert {each.file: list(each.header()) for each in STANDARDS.standard("gtfs-jp").tables} == wanted


def test_status_says_what_the_evidence_says() -> None:
    status = {each.slug: each.status for each in STANDARDS.current()}
    assert status["public-toilet"].order == "verified"
    assert status["public-wireless-lan"].order == "one-header"
    assert status["aed-location"].order == "list-only"
    verified = {slug for slug, each in status.items() if each.obligations == "verified"}
    assert verified == {"public-toilet", "designated-emergency-evacuation-site", "gtfs-jp"}
    assert STANDARDS.standard("sticker-shop").origin == "observed"
    for each in status.values():
        for doubt in each.doubts:  # an English sentence may quote the name of a column
            assert JAPANESE.search(doubt.ja)
            assert len(JAPANESE.findall(doubt.en)) < len(doubt.en) / 5


@pytest.mark.parametrize(("standard", "table"), TABLES, ids=lambda each: each.slug if isinstance(each, Standard) else each.name)
def test_stock_accepts_every_schema(standard: Standard, table: Table) -> None:
    report = StockSchema.validate_descriptor(schema_json(standard, table))
    assert report.valid, report.flatten(["note"])


@pytest.mark.parametrize("standard", EDITIONS, ids=of)
def test_texts_are_in_their_languages(standard: Standard) -> None:
    for table in standard.tables:
        for column in table.columns:
            assert JAPANESE.search(column.field.description.ja), column.name
            assert (
                column.field.description.en.isascii()
                or "月火" in column.field.description.en
                or "無料" in (column.field.description.en)
            ), column.name
            assert column.field.title.en.isascii(), column.name
            assert re.fullmatch(r"[a-z][a-z0-9_]*", column.identifier), column.name


def test_a_mandatory_column_has_an_example_that_its_own_schema_takes() -> None:
    for standard, table in TABLES:
        header, example = table.header(), [each.field.example for each in table.columns]
        for column in table.columns:
            assert column.field.example or column.obligation != "mandatory", (standard.slug, table.name, column.name)
        schema = schema_json(standard, table, present=frozenset())
        resource = StockResource(data=[list(header), example], schema=StockSchema.from_descriptor(schema))
        report = resource.validate()
        assert report.valid, (standard.slug, table.name, report.flatten(["fieldName", "note"]))


def field_of(slug: str, name: str) -> dict[str, Any]:
    standard = STANDARDS.standard(slug)
    return next(each for each in schema_json(standard, standard.tables[0])["fields"] if each["name"] == name)


def read(field: dict[str, Any], *cells: str) -> list[Any]:
    """What stock reads; "!" for a cell that it refuses."""
    found = []
    for cell in cells:
        schema = StockSchema.from_descriptor({"fields": [{"name": "x", "type": "string"}, field]})
        row = StockResource(data=[["x", field["name"]], ["1", cell]], schema=schema).read_rows()[0]
        found.append("!" if row.errors else row[field["name"]])
    return found


def test_times_go_to_24_00_and_codes_keep_their_zero() -> None:
    assert read(field_of("public-toilet", "利用終了時間"), "24:00", "00:00", "24:30", "9:00", "09:00:00") == [
        "24:00", "00:00", "!", "!", "!",
    ]  # fmt: skip
    assert read(field_of("public-toilet", "全国地方公共団体コード"), "011002", "11002") == ["011002", "!"]


def test_a_hazard_is_1_or_empty_and_never_unknown() -> None:
    field = field_of("designated-emergency-evacuation-site", "災害種別_洪水")
    assert read(field, "1", "", "0", "○") == [True, False, False, "!"]
    assert field["definition"]["obligation"] == "mandatory"
    assert "required" not in field.get("constraints", {})


def test_coordinates_that_are_swapped_or_zero_are_refused() -> None:
    values = read(field_of("aed-location", "緯度"), "34.69", "135.5", "0", "")
    assert (float(values[0]), values[1:]) == (34.69, ["!", "!", None])
    assert field_of("aed-location", "経度")["definition"]["unit"] == "degree"


def test_lists_in_one_cell_are_lists_and_closed_values_are_closed() -> None:
    assert read(field_of("medical-institution", "診療科目"), "内科;小児科") == [["内科", "小児科"]]
    assert read(field_of("public-toilet", "車椅子使用者用トイレ有無"), "有", "あり") == ["有", "!"]
    unconfirmed = field_of("public-facility", "車椅子可")
    assert read(unconfirmed, "有", "あり") == ["有", "あり"]


def test_gtfs_times_pass_midnight_and_dates_are_eight_digits() -> None:
    gtfs = STANDARDS.standard("gtfs-jp")
    fields = {each["name"]: each for each in schema_json(gtfs, gtfs.table("stop_times"))["fields"]}
    assert read(fields["arrival_time"], "25:10:00", "7:05:00", "25:10") == ["25:10:00", "7:05:00", "!"]
    days = {each["name"]: each for each in schema_json(gtfs, gtfs.table("calendar"))["fields"]}
    assert [str(each) for each in read(days["start_date"], "20260401", "2026-04-01")] == ["2026-04-01", "!"]


def test_gtfs_tables_are_tied_by_keys() -> None:
    gtfs = STANDARDS.standard("gtfs-jp")
    tied = {each.name for each in gtfs.tables if each.primary_key or each.unique_keys or each.foreign_keys}
    assert {each.name for each in gtfs.tables} - tied == {"feed_info"}  # one row, nothing points at it
    assert gtfs.table("stop_times").primary_key == ("trip_id", "stop_sequence")
    required = {each.name for each in gtfs.tables if each.obligation == "mandatory"}
    assert required == {
        "feed_info", "agency", "stops", "routes", "trips", "stop_times", "calendar", "fare_attributes", "translations",
    }  # fmt: skip


def test_blocks_are_shared_and_not_repeated() -> None:
    names = [each.name for each in STANDARDS.standard("public-toilet").columns][6:14]
    for slug in ("childcare-facility", "fire-water-facility", "cultural-property", "public-wireless-lan"):
        header = STANDARDS.standard(slug).tables[0].header()
        start = header.index(names[0])
        assert list(header[start : start + 8]) == names
    written = (Path(__file__).parent.parent / "vocab/standards/cultural-property/20260801.json").read_text(encoding="utf-8")
    assert '"address"' in written
    assert "所在地_町字" not in written


def test_loading_all_is_quick_and_imports_nothing_heavy() -> None:
    def once() -> float:
        start = time.process_time()
        Standards.load()
        return time.process_time() - start

    assert min(once() for _ in range(3)) < 0.15
    heavy = "{'pandas', 'frictionless', 'rdflib', 'duckdb', 'flask', 'xlsxwriter'} & set(sys.modules)"
    code = f"import sys, catalog.standards; catalog.standards.Standards.load(); print({heavy} or 'light')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "light"


# asking for one


def test_an_unknown_standard_or_edition_names_what_there_is() -> None:
    with pytest.raises(NotFound) as unknown:
        STANDARDS.standard("public-toilets")
    assert unknown.value.code == "standard-unknown"
    assert "public-toilet" in messages.word(unknown.value, "ja")
    with pytest.raises(NotFound) as edition:
        STANDARDS.standard("public-toilet", "1999")
    assert edition.value.code == "edition-unknown"
    assert "2020, 20260801" in messages.word(edition.value, "en")
    with pytest.raises(NotFound) as table:
        STANDARDS.standard("gtfs-jp").table("stop")
    assert table.value.code == "standard-table-unknown"


def test_listing_and_json_tell_status_and_survive_json() -> None:
    rows = {each["id"]: each for each in listing(STANDARDS)}
    assert rows["public-toilet"] | {"title": None} == {
        "id": "public-toilet", "title": None, "edition": "20260801", "editions": ["2020", "20260801"], "number": "13",
        "origin": "national", "form": "plain", "tables": 1, "columns": 39, "order": "verified", "obligations": "verified",
    }  # fmt: skip
    whole = json.loads(json.dumps(as_json(STANDARDS.standard("public-toilet")), ensure_ascii=False))
    assert whole["status"]["doubts"][0].keys() == {"ja", "en"}
    column = whole["tables"][0]["columns"][3]
    assert (column["id"], column["field"]["name"], column["field"]["definition"]["obligation"]) == ("name", "名称", "mandatory")
    assert rows["tourism-point-data-model"]["form"] == "prefixed"
    assert as_json(STANDARDS.standard("tourism-point-data-model"))["companion"]["standard"] == "feature-point-data-model"


# headers


def test_widths_case_and_spaces_do_not_matter() -> None:
    match = STANDARDS.standard("public-toilet").match_header(
        ["\ufeff名称", "名称＿カナ", "Ｎｏ．", " 建物名等（方書） ", "独自の列"]
    )
    assert {header: column.name for header, column in match.mapping.items()} == {
        "\ufeff名称": "名称", "名称＿カナ": "名称_カナ", "Ｎｏ．": "ID", " 建物名等（方書） ": "建物名等(方書)",
    }  # fmt: skip
    assert match.unknown == ("独自の列",)
    assert not match.order_ok
    assert "設置位置" in [each.name for each in match.missing["mandatory"]]
    assert match.missing["unknown"] == ()


def test_two_headers_for_one_column_are_named_and_belong_to_neither() -> None:
    match = STANDARDS.standard("public-toilet").match_header(["ID", "NO", "名称"])
    assert match.ambiguous == {"ID": ("ID", "NO")}
    assert list(match.mapping) == ["名称"]
    assert "ID" not in [each.name for columns in match.missing.values() for each in columns]


@given(st.data())
def test_any_choice_of_columns_under_any_spelling_is_recognised(data: st.DataObject) -> None:
    _, table = data.draw(st.sampled_from(TABLES))
    chosen = data.draw(st.lists(st.sampled_from(table.columns), unique_by=lambda each: each.order))
    header = [data.draw(st.sampled_from(each.spellings())) for each in chosen]
    match = table.match_header(header)
    assert [each.order for each in match.mapping.values()] == [each.order for each in chosen]
    assert match.order_ok == ([each.order for each in chosen] == sorted(each.order for each in chosen))
    assert (match.unknown, match.ambiguous) == ((), {})
    assert sum(map(len, match.missing.values())) == len(table.columns) - len(chosen)


OLD = [slug for slug in STANDARDS.names() if len(STANDARDS.editions(slug)) > 1]
GONE = {"都道府県名", "バリアフリー情報"}


@pytest.mark.parametrize("slug", OLD)
def test_columns_of_the_old_edition_find_their_place_in_the_current_one(slug: str) -> None:
    match = STANDARDS.standard(slug).match_header(STANDARDS.standard(slug, "2020").tables[0].header())
    assert set(match.unknown) <= GONE
    assert match.ambiguous == {}


def test_every_spelling_that_was_seen_is_recognised(shared: Path) -> None:
    checked = 0
    for row in rows_of(shared / "standards/ods-column-aliases.csv"):
        for dataset in row["datasets"].replace(",", " ").split():
            if dataset not in BODIK:
                continue
            table = STANDARDS.standard(BODIK[dataset]).tables[0]
            found = table.match_header([row["alias_seen"]]).mapping.get(row["alias_seen"])
            canonical = table.match_header([row["canonical"]]).mapping.get(row["canonical"])
            assert found, row
            assert found is canonical, row
            checked += 1
    assert checked > 70


@pytest.mark.parametrize(
    ("file", "slug", "columns", "own"),
    [
        ("aed_location", "aed-location", 11, {"#property"}),
        ("public_toilet", "public-toilet", 32, {"#property"}),
        ("public_wireless_lan", "public-wireless-lan", 18, {"#property"}),
        (
            "evacuation_space",
            "designated-emergency-evacuation-site",
            14,
            {"#property", "flood_L1", "flood_L2", "evacuationSpace", "jurisdiction"},  # two depths of flood are not one column
        ),
    ],
)
def test_real_headers_of_takamatsu(file: str, slug: str, columns: int, own: set[str], shared: Path) -> None:
    with (shared / f"standards/real/takamatsu-{file}.csv").open(encoding="utf-8-sig", newline="") as lines:
        match = STANDARDS.standard(slug).match_header(next(csv.reader(lines)))
    assert len(match.mapping) == columns
    assert set(match.unknown) == own
    assert match.ambiguous == {}


# tables


def resource(slug: str, names: list[str] | None = None, table: str = "", **changes: Any) -> Resource:
    """A table with those columns of a standard (all of them without names), typed as the standard has them."""
    standard = STANDARDS.standard(slug)
    own = standard.table(table)
    fields = tuple(
        column.field if (column := own.column(name)) else Field(name=name, type="string") for name in names or own.header()
    )
    made = Resource(
        name=own.name, path=f"data/{own.name}.csv", schema=Schema(fields=fields), standard=StandardRef(id=slug, edition="")
    )
    return replace(made, **changes)


TOILET = STANDARDS.standard("public-toilet")


def test_a_table_that_follows_its_standard_has_nothing_to_answer_for() -> None:
    assert check_table(resource("public-toilet"), TOILET) == ()


def test_missing_columns_weigh_what_their_obligation_weighs() -> None:
    header = [each for each in TOILET.tables[0].header() if each not in ("設置位置", "名称_カナ", "備考", "町字ID")]
    findings = check_table(resource("public-toilet", header), TOILET)
    assert [(each.code, each.severity, each.expected) for each in findings] == [
        ("standard-mandatory-missing", "error", "設置位置"),
        ("standard-recommended-missing", "warning", "名称_カナ"),
        ("standard-optional-missing", "note", "町字ID, 備考"),
    ]


def test_what_is_not_verified_is_only_noted() -> None:
    aed = STANDARDS.standard("aed-location")
    findings = check_table(resource("aed-location", ["経度", "緯度", "名称"]), aed)
    assert [(each.code, each.severity) for each in findings] == [("standard-columns-missing", "note")]


def test_order_is_held_against_a_table_only_where_it_is_verified() -> None:
    header = list(TOILET.tables[0].header())
    header[3], header[4] = header[4], header[3]
    (finding,) = check_table(resource("public-toilet", header), TOILET)
    assert (finding.code, finding.severity, finding.found, finding.details["before"]) == (
        "standard-order", "warning", "名称", "名称_カナ",
    )  # fmt: skip


def typed(name: str, type_: str, slug: str = "public-toilet") -> list[str]:
    made = resource(slug)
    assert made.schema
    fields = tuple(replace(each, type=type_) if each.name == name else each for each in made.schema.fields)
    found = check_table(replace(made, schema=replace(made.schema, fields=fields)), STANDARDS.standard(slug))
    return [f"{each.code} {each.severity} {each.place.field}" for each in found]


def test_types_that_cannot_be_united_are_named() -> None:
    assert typed("全国地方公共団体コード", "integer") == ["standard-type warning 全国地方公共団体コード"]
    assert typed("緯度", "string") == ["standard-type warning 緯度"]
    assert typed("緯度", "integer") == []
    assert typed("備考", "integer") == []
    assert typed("調査年月日", "string", "population-by-area-and-age") == ["standard-type warning 調査年月日"]


def test_two_columns_for_one_and_foreign_columns() -> None:
    header = [*TOILET.tables[0].header(), "NO", "担当課"]
    findings = check_table(resource("public-toilet", header), TOILET)
    assert [(each.code, each.severity, each.found) for each in findings] == [
        ("standard-header-ambiguous", "error", "ID, NO"),
        ("standard-columns-other", "note", "担当課"),
    ]
    (alone,) = check_table(resource("public-toilet", ["担当課"]), TOILET)
    assert (alone.code, alone.severity) == ("standard-no-column", "error")
    (nothing,) = check_table(replace(resource("public-toilet"), schema=None), TOILET)
    assert nothing.code == "standard-no-column"


def package(*resources: Resource) -> Package:
    return Package(name="x", title=Text(ja="x"), resources=resources)


def test_a_package_is_checked_table_by_table_and_an_unknown_edition_is_an_error() -> None:
    unknown = resource("public-toilet", standard=StandardRef(id="public-toilet", edition="1999"))
    nowhere = resource("public-toilet", standard=StandardRef(id="public-toilets"))
    free = resource("public-toilet", standard=None)
    findings = check_package(package(unknown, nowhere, free), STANDARDS)
    assert [(each.code, each.severity, each.found) for each in findings] == [
        ("edition-unknown", "error", "1999"),
        ("standard-unknown", "error", "public-toilets"),
    ]
    assert "2020, 20260801" in messages.word(findings[0], "ja")


def gtfs_package(*left_out: str) -> Package:
    tables = [each for each in STANDARDS.standard("gtfs-jp").tables if each.name not in left_out]
    return package(*(resource("gtfs-jp", table=each.name) for each in tables))


def test_a_package_standard_wants_its_tables() -> None:
    assert check_package(gtfs_package(), STANDARDS) == ()
    findings = check_package(gtfs_package("stops", "shapes", "areas"), STANDARDS)
    assert [(each.code, each.severity, each.expected) for each in findings] == [
        ("standard-table-missing", "error", "stops.txt"),
        ("standard-table-missing", "warning", "shapes.txt"),
    ]
    strange = replace(resource("gtfs-jp", table="stops"), name="bus_stops", path="data/bus_stops.csv")
    assert codes(check_table(strange, STANDARDS.standard("gtfs-jp"))) == ["standard-table-unknown"]
    by_file = replace(strange, path="data/stops.txt")
    assert check_table(by_file, STANDARDS.standard("gtfs-jp")) == ()


def test_form_d_wants_its_companion_and_the_key_to_it() -> None:
    point, place = resource("tourism-point-data-model"), resource("feature-point-data-model")
    assert codes(check_package(package(point), STANDARDS)) == ["standard-companion-missing"]
    assert codes(check_package(package(point, place), STANDARDS)) == ["standard-companion-key"]
    key = ForeignKey(fields=("地物・地点_ID",), resource=place.name, reference_fields=("地物・地点_ID",))
    assert point.schema
    tied = replace(point, schema=replace(point.schema, foreign_keys=(key,)))
    assert check_package(package(tied, place), STANDARDS) == ()


# the files


def column(name: str, **more: Any) -> dict[str, Any]:
    return {"id": more.pop("id", f"c_{len(name)}_{sum(map(ord, name))}"), "name": name, "title": {"en": "A"},
            "description": {"ja": "あ", "en": "a"}, "type": "string", **more}  # fmt: skip


def document(*columns: Any, **more: Any) -> dict[str, Any]:
    text = {"ja": "あ", "en": "a"}
    return {
        "edition": "1", "number": "", "title": text, "description": text, "origin": "observed", "form": "plain",
        "source": {"title": "あ", "path": "", "version": ""}, "keywords": [], "themes": [],
        "status": {"order": "list-only", "obligations": "unknown", "evidence": text, "doubts": []},
        "tables": [{"name": "t", "columns": list(columns)} | more.pop("table", {})], **more,
    }  # fmt: skip


Writer = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Builder: a folder of standards with ``_blocks.json`` and one file an argument, named by slug and edition."""

    def write(blocks: Any = None, **files: Any) -> Path:
        blocks = (
            {"columns": {"shared": column("共有", id="shared")}, "blocks": {"both": ["shared"]}} if blocks is None else blocks
        )
        (tmp_path / "_blocks.json").write_text(json.dumps(blocks), encoding="utf-8")
        for name, content in files.items():
            slug, edition = name.rsplit("_", 1)
            (tmp_path / slug).mkdir(exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / slug / f"{edition}.json").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_sound_folder_loads(written: Writer) -> None:
    folder = written(x_1=document("both", column("名", aliases=["名前"]), {"use": "shared", "name": "別", "id": "other"}))
    standard = Standards.load(folder).standard("x")
    assert [each.name for each in standard.columns] == ["共有", "名", "別"]
    assert check_standards(folder) == ()


FAULTS = {
    "an alias of two columns": (
        document(column("名", aliases=["名前"]), column("氏名", aliases=["名 前"])),
        "standard-alias-ambiguous",
    ),
    "an alias that is another column": (document(column("名", aliases=["番号"]), column("番号")), "standard-alias-ambiguous"),
    "a column twice": (document(column("名"), column("名", id="b")), "standard-column-repeated"),
    "an identifier twice": (document(column("名", id="b"), column("番号", id="b")), "standard-column-repeated"),
    "an unknown block": (document("bothh"), "standard-block-unknown"),
    "an unknown shared column": (document({"use": "shard"}), "standard-block-unknown"),
    "an unknown member": (document(column("名", obligaton="mandatory")), "standard-member-unknown"),
    "a member of the wrong kind": (document(column("名", aliases="名前")), "standard-member-invalid"),
    "a column without a type": (document({"name": "名"}), "standard-member-missing"),
    "an override without a type": (document(column("名"), keywords="a"), "standard-member-invalid"),
    "another edition than its name": (document("both", edition="2"), "standard-member-invalid"),
    "not an object": ([], "standard-member-invalid"),
    "no JSON": ("{", "standard-file-unreadable"),
    "no table": (document("both") | {"tables": []}, "standard-member-invalid"),
    "one language": (document(column("名", description={"ja": "あ"})), "standard-text-missing"),
    "an edition that is not there": (document({"edition": "0", "columns": ["名"]}), "edition-unknown"),
    "a key of no column": (document("both", table={"primaryKey": ["番号"]}), "standard-column-unknown"),
    "a key to no table": (
        document("both", table={"foreignKeys": [{"fields": ["共有"], "reference": {"resource": "u", "fields": ["a"]}}]}),
        "standard-key-table",
    ),
    "a key to no column": (
        document("both", table={"foreignKeys": [{"fields": ["共有"], "reference": {"resource": "t", "fields": ["a"]}}]}),
        "standard-column-unknown",
    ),
    "an alias for no column": (document("both", table={"aliases": {"番号": ["No"]}}), "standard-column-unknown"),
    "a companion by no column": (
        document("both", companion={"standard": "x", "column": "番号", "reference": "番号"}),
        "standard-column-unknown",
    ),
    "a companion that is not there": (
        document("both", companion={"standard": "y", "column": "共有", "reference": "共有"}),
        "standard-unknown",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_file(fault: str, written: Writer) -> None:
    content, code = FAULTS[fault]
    findings = check_standards(written(x_1=content))
    assert code in codes(findings)
    for each in findings:
        assert each.place.file == "x/1.json"
        for language in ("ja", "en"):
            assert "?" not in messages.word(each, language).removesuffix("?")


def test_an_alias_of_two_columns_names_alias_and_columns_and_nothing_loads(written: Writer) -> None:
    folder = written(x_1=FAULTS["an alias of two columns"][0], y_1=document("both"))
    with pytest.raises(Refusal) as refused:
        Standards.load(folder)
    (finding,) = refused.value.findings
    assert (finding.found, finding.expected) == ("名 前", "名 / 氏名")


def test_a_borrowed_column_must_be_lent(written: Writer) -> None:
    borrowing = document({"edition": "1", "columns": ["共有", "番号"]}, edition="0")
    (finding,) = check_standards(written(x_1=document("both"), x_0=borrowing))
    assert (finding.code, finding.found, finding.place.file) == ("standard-column-unknown", "番号", "x/0.json")


def test_a_code_list_that_is_not_there(written: Writer) -> None:
    (finding,) = check_standards(written(x_1=document(column("名", codelist="yes-no"))), codelists=["prefecture"])
    assert (finding.code, finding.found, finding.place.field) == ("standard-codelist-unknown", "yes-no", "名")


def test_faulty_blocks_are_named(written: Writer, tmp_path: Path) -> None:
    findings = check_standards(written(blocks={"columns": {}, "blocks": {"both": ["nothing"]}}))
    assert [(each.code, each.place.pointer) for each in findings] == [("standard-block-unknown", "/blocks/both/0")]
    assert codes(check_standards(tmp_path / "nowhere")) == ["standard-file-unreadable"]


def test_every_wording_is_worded_in_both_languages() -> None:
    for code in WORDINGS:
        worded = messages.both(Finding(code=code))
        assert JAPANESE.search(worded.ja), code
        assert not JAPANESE.search(worded.en), code


def test_a_definition_knows_no_obligation_that_was_not_verified() -> None:
    legacy = STANDARDS.standard("public-toilet", "2020")
    assert {each.field.definition.obligation for each in legacy.columns} == {None}
    assert Definition().obligation is None
