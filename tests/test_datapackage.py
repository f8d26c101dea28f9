"""What the strict loader reads: v1 and v2 the same, our objects, and the descriptor that frictionless is handed."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import frictionless
import pytest

from catalog.datapackage import additions, open_package
from catalog.errors import Finding, Refusal
from catalog.messages import descriptor
from catalog.model import (
    Agent,
    Condition,
    Contact,
    Contributor,
    ForeignKey,
    License,
    Package,
    Period,
    Source,
    StandardRef,
    Text,
)
from catalog.settings import Settings

MINIMAL: dict[str, Any] = {
    "name": "minimal",
    "resources": [{"name": "list", "path": "list.csv", "schema": {"fields": [{"name": "a"}, {"name": "b", "type": "integer"}]}}],
}
V2 = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
RESOURCE = MINIMAL["resources"][0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file ``list.csv`` that fits the minimal descriptor."""
    root = tmp_path / "package"
    root.mkdir()
    (root / "list.csv").write_bytes("a,b\n大,1\n".encode())
    return root


def write(folder: Path, descriptor: Any) -> Path:
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder


def read(source: Path, descriptor: Any = None) -> Package:
    """The package as it is read; its folder outlives it here."""
    if descriptor is not None:
        write(source, descriptor)
    with open_package(source, Settings()) as package:
        return package


def refused(source: Path, descriptor: Any = None, settings: Settings | None = None) -> tuple[Finding, ...]:
    if descriptor is not None:
        write(source, descriptor)
    with pytest.raises(Refusal) as caught, open_package(source, settings or Settings()):
        pass
    return caught.value.findings


def stock_says(package: Package) -> frictionless.Report:
    return frictionless.Package.from_descriptor(dict(package.descriptor), basepath=str(package.root)).validate()


@pytest.mark.parametrize("edition", [{}, V2, {"profile": "data-package"}, {"profile": "tabular-data-package"}])
def test_the_smallest_package_opens_and_is_valid_for_stock_frictionless(folder, edition):
    package = read(folder, edition | MINIMAL)
    assert (package.name, package.title) == ("minimal", Text(ja="minimal"))
    assert package.files == ("datapackage.json", "list.csv")
    (table,) = package.tables()
    assert table.schema is not None
    assert [(each.name, each.type) for each in table.schema.fields] == [("a", "string"), ("b", "integer")]
    assert (table.schema.missing_values, table.schema.fields_match) == (("",), "exact")
    assert (table.format, table.media_type, table.encoding) == ("csv", "text/csv", "utf-8")
    assert stock_says(package).valid


def test_a_folder_its_descriptor_and_a_zip_are_the_same_package(folder, tmp_path, monkeypatch):
    package = read(folder, V2 | MINIMAL)
    assert read(folder / "datapackage.json") == package
    monkeypatch.chdir(folder)
    assert read(Path("datapackage.json")) == package
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as file:
        for path in package.files:
            file.write(folder / path, path)
    with open_package(archive, Settings()) as unpacked:
        root = unpacked.root
        assert root is not None
        assert root != folder
        assert (root / "list.csv").read_bytes() == (folder / "list.csv").read_bytes()
        assert unpacked.files == package.files
        assert unpacked.descriptor == package.descriptor
    assert not root.exists()


def test_a_byte_order_mark_before_the_descriptor_is_no_matter(folder):
    (folder / "datapackage.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(MINIMAL).encode())
    assert read(folder).name == "minimal"


def test_v1_and_v2_read_the_same(folder):
    own = {"fields": "b", "reference": {"resource": "", "fields": "b"}}
    new = {"fields": ["b"], "reference": {"fields": ["b"]}}
    schema = RESOURCE["schema"]
    v1 = {
        **MINIMAL,
        "profile": "tabular-data-package",
        "contributors": [{"title": "甲", "role": "author", "organization": "乙"}],
        "resources": [
            {
                **RESOURCE,
                "path": ["./list.csv"],
                "profile": "tabular-data-resource",
                "dialect": {"delimiter": ",", "csvddfVersion": "1.2", "caseSensitiveHeader": True},
                "schema": {**schema, "primaryKey": "a", "foreignKeys": [own], "missingValues": ["", "-"]},
            }
        ],
    }
    v2 = {
        **V2,
        **MINIMAL,
        "contributors": [{"familyName": "甲", "roles": ["author"], "organization": "乙"}],
        "resources": [
            {
                **RESOURCE,
                "type": "table",
                "dialect": {"$schema": "https://datapackage.org/profiles/2.0/tabledialect.json", "delimiter": ","},
                "schema": {
                    **schema,
                    "primaryKey": ["a"],
                    "foreignKeys": [new],
                    "missingValues": [{"value": ""}, {"value": "-", "label": "なし"}],
                },
            }
        ],
    }
    old, current = read(folder, v1), read(folder, v2)
    assert old.resources == current.resources
    assert old.contributors == current.contributors == (Contributor(title="甲", organization="乙", roles=("author",)),)
    assert current.resources[0].schema is not None
    assert current.resources[0].schema.missing_values == ("", "-")
    assert current.resources[0].schema.foreign_keys == (ForeignKey(fields=("b",), resource="", reference_fields=("b",)),)
    for package in (old, current):
        assert stock_says(package).valid
    assert "$schema" not in old.descriptor
    assert current.descriptor["$schema"] == V2["$schema"]


def test_texts_are_japanese_and_their_translations_english(package_folder, settings):
    with open_package(package_folder(), settings) as package:
        assert package.title == Text(ja="小さな見本の表", en="A small table")
        assert package.description.en == "Stations made up for tests."
        assert (package.keywords, package.keywords_en) == (("駅", "見本データ"), ("stations",))
        field = package.resource("stations").schema.fields[0]
        assert field.title == Text(ja="駅番号", en="Station code")
        assert field.description == Text(ja="駅の番号。", en="Number of the station.")
        assert (field.definition.obligation, field.definition.source) == ("mandatory", "本試験")
        assert package.licenses == (
            License(name="CC-BY-4.0", title="CC BY 4.0", path="https://creativecommons.org/licenses/by/4.0/"),
        )
        assert package.sources == (Source(title="本試験"),)
        assert package.contact == Contact(name="試験係", telephone="+81-6-0000-0000")
        assert package.temporal == Period(start="2020-04-01", end="2021-03-31")
        assert (package.themes, package.spatial, package.frequency) == (("TRAN",), ("270008",), "ANNUAL")
        assert (package.sample, package.open, package.publisher, package.version) == (True, False, None, "1.0")


def test_our_objects_are_read_whole(folder):
    catalog = {
        "publisher": {
            "id": "270008",
            "name": "大阪府",
            "uri": "https://www.pref.osaka.lg.jp/",
            "translations": {"en": {"name": "Osaka Prefecture"}},
        },
        "landingPage": "https://example.jp/",
        "contact": {"name": "係", "email": "kakari@example.jp", "url": "https://example.jp/問合せ"},
        "temporal": {"end": "2020-04-01"},
        "views": [
            {
                "name": "all",
                "kind": "figure",
                "table": "list",
                "title": "行",
                "translations": {"en": {"title": "Rows"}},
                "where": {"a": "x"},
            }
        ],
        "open": True,
    }
    definition = {
        "section": "3-2",
        "unit": "person",
        "codelist": "cost-band",
        "property": "http://schema.org/name",
        "derivation": {"rule": "sum"},
    }
    table = {
        **RESOURCE,
        "title": "表",
        "catalog": {
            "translations": {"en": {"title": "List"}},
            "standard": {"id": "public-toilet", "edition": "20260801"},
            "derivation": {"from": "cases"},
        },
        "schema": {
            "fields": [
                {"name": "a", "definition": definition, "rdfType": "http://schema.org/Thing", "example": 5},
                {"name": "b", "definition": {"derivation": [{"rule": "sum"}, {"rule": "round-down"}]}, "trueValues": ["x"]},
            ]
        },
    }
    package = read(folder, {**MINIMAL, "catalog": catalog, "resources": [table]})
    assert package.publisher == Agent(
        id="270008", name=Text(ja="大阪府", en="Osaka Prefecture"), uri="https://www.pref.osaka.lg.jp/"
    )
    assert (package.landing_page, package.open, package.views[0].where) == (
        "https://example.jp/",
        True,
        (Condition(field="a", values=("x",)),),
    )
    assert package.temporal == Period(end="2020-04-01")
    resource = package.resource("list")
    assert (resource.title, resource.standard) == (Text(ja="表", en="List"), StandardRef(id="public-toilet", edition="20260801"))
    assert resource.derivation == {"from": "cases"}
    assert resource.schema is not None
    first, second = resource.schema.fields
    assert (first.definition.derivation, first.definition.unit) == (({"rule": "sum"},), "person")
    assert (first.example, first.rdf_type) == ("5", "http://schema.org/Thing")
    assert second.definition.derivation == ({"rule": "sum"}, {"rule": "round-down"})
    assert second.options == {"trueValues": ["x"]}


def test_a_schema_and_a_dialect_in_files_of_the_package_are_inlined_and_belong_to_it(folder):
    (folder / "parts").mkdir()
    (folder / "parts/schema.json").write_text(json.dumps(RESOURCE["schema"]))
    (folder / "parts/dialect.json").write_text('{"delimiter": ";"}')
    (folder / "list.csv").write_text("a;b\nx;1\n")
    table = {**RESOURCE, "schema": "parts/schema.json", "dialect": "./parts/dialect.json"}
    package = read(folder, {**MINIMAL, "resources": [table]})
    assert package.files == ("datapackage.json", "list.csv", "parts/dialect.json", "parts/schema.json")
    (handed,) = package.descriptor["resources"]
    assert [each["name"] for each in handed["schema"]["fields"]] == ["a", "b"]
    assert handed["dialect"]["csv"]["delimiter"] == ";"
    assert stock_says(package).valid


def test_findings_in_a_schema_file_are_placed_in_that_file(folder):
    (folder / "schema.json").write_text('{"fields": [{"name": "a", "type": "int"}], "x": NaN}')
    table = {**RESOURCE, "schema": "schema.json"}
    (finding,) = refused(folder, {**MINIMAL, "resources": [table]})
    assert (finding.code, finding.place.file, finding.place.pointer) == ("json-number", "schema.json", "/x")
    (folder / "schema.json").write_text('{"fields": [{"name": "a", "type": "int"}]}')
    (finding,) = refused(folder)
    assert (finding.code, finding.place.file, finding.place.pointer) == ("field-type-unknown", "schema.json", "/fields/0/type")
    (folder / "schema.json").write_text("[]")
    (finding,) = refused(folder)
    assert (finding.code, finding.place.file) == ("not-object", "schema.json")


@pytest.mark.parametrize(
    ("encoding", "declared", "handed"),
    [("utf-8", None, "utf-8"), ("utf-8-sig", None, "utf-8-sig"), ("utf-8-sig", "UTF-8", "utf-8-sig"),
     ("cp932", "Windows-31J", "cp932"), ("cp932", "Shift_JIS", "shift_jis"), ("utf-16", "utf-16", "utf-16")],
)  # fmt: skip
def test_frictionless_is_told_the_encoding(folder, encoding, declared, handed):
    (folder / "list.csv").write_bytes("a,b\n大,1\n".encode(encoding))
    table = RESOURCE if declared is None else {**RESOURCE, "encoding": declared}
    package = read(folder, {**MINIMAL, "resources": [table]})
    assert package.descriptor["resources"][0]["encoding"] == handed
    assert stock_says(package).valid


def test_frictionless_guesses_no_dialect(folder):
    """Left alone it finds the semicolon by itself; the rows API and the canonical CSV would see one column."""
    (folder / "list.csv").write_text("a;b\nx;1\ny;2\n")
    package = read(folder, MINIMAL)
    assert not stock_says(package).valid
    dialect = {"delimiter": ";", "header": True, "headerRows": [1], "commentChar": "#", "escapeChar": "\\"}
    assert stock_says(read(folder, {**MINIMAL, "resources": [{**RESOURCE, "dialect": dialect}]})).valid
    (folder / "list.csv").write_text("x;1\ny;2\n")
    dialect = {"csv": {"delimiter": ";"}, "header": False}
    assert stock_says(read(folder, {**MINIMAL, "resources": [{**RESOURCE, "dialect": dialect}]})).valid


@pytest.mark.parametrize(
    ("dialect", "rows", "header"),
    [
        ({"commentChar": "#"}, [2], ["id"]),
        ({"commentRows": [1]}, [2], ["id"]),
        ({"commentChar": "#", "headerRows": [1]}, [1], []),
        ({"commentChar": "#", "header": False}, None, []),
    ],
)
def test_the_header_is_the_first_row_that_is_not_declared_a_comment(folder, dialect, rows, header):
    (folder / "list.csv").write_text("# a title\nid\n1\n")
    package = read(folder, {**MINIMAL, "resources": [{**RESOURCE, "dialect": dialect}]})
    assert package.descriptor["resources"][0]["dialect"].get("headerRows") == rows
    assert stock_says(package).tasks[0].labels == header


def test_what_frictionless_describe_writes_of_a_file_is_taken(folder):
    described = {"type": "table", "scheme": "file", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    assert "scheme" not in read(folder, {**MINIMAL, "resources": [RESOURCE | described]}).descriptor["resources"][0]


def test_a_text_file_is_a_table_and_tsv_is_cut_at_tabs(folder):
    (folder / "list.txt").write_text("a,b\nx,1\n")
    (folder / "list.tsv").write_text("a\tb\nx\t1\n")
    (folder / "list.dat").write_text("a\tb\nx\t1\n")
    tables = [
        {**RESOURCE, "name": "one", "path": "list.txt"},
        {**RESOURCE, "name": "two", "path": "list.tsv"},
        {**RESOURCE, "name": "three", "path": "list.dat", "format": "TSV"},
    ]
    package = read(folder, {**MINIMAL, "resources": tables})
    assert [each.format for each in package.resources] == ["csv", "tsv", "tsv"]
    assert stock_says(package).valid


def test_what_is_no_table_is_a_file_that_frictionless_never_sees(folder):
    (folder / "a.zip").write_bytes(b"PK\x03\x04not a real one")
    (folder / "map.GeoJSON").write_text("{")
    files = [
        {"name": "archive", "path": "a.zip", "bytes": 18, "hash": "0" * 32},
        {"name": "area-map", "path": "map.GeoJSON"},
        {"name": "as_is", "path": "list.csv"},
    ]
    (finding,) = refused(folder, {**MINIMAL, "resources": [RESOURCE, *files]})
    assert finding.code == "file-hash"
    files[0]["hash"] = "sha256:" + hashlib.sha256(b"PK\x03\x04not a real one").hexdigest().upper()
    package = read(folder, {**MINIMAL, "resources": [RESOURCE, *files]})
    assert [(each.name, each.role, each.format) for each in package.resources] == [
        ("list", "table", "csv"), ("archive", "file", "zip"), ("area-map", "file", "geojson"), ("as_is", "file", "csv"),
    ]  # fmt: skip
    assert package.resource("area-map").media_type == "application/geo+json"
    assert [each["name"] for each in package.descriptor["resources"]] == ["list"]
    assert package.files == ("a.zip", "datapackage.json", "list.csv", "map.GeoJSON")
    files[0] |= {"bytes": 17}
    assert [each.code for each in refused(folder, {**MINIMAL, "resources": [RESOURCE, *files]})] == ["file-bytes"]
    files[0] |= {"bytes": 18, "hash": "crc32:00"}
    assert [each.code for each in refused(folder, {**MINIMAL, "resources": [RESOURCE, *files]})] == ["hash-invalid"]


def test_readme_and_code_lists_belong_to_the_package_and_nothing_else_does(folder):
    (folder / "README.md").write_text("# 説明\n", encoding="utf-8")
    (folder / "codelists").mkdir()
    (folder / "codelists/kind.ttl").write_text("")
    (folder / "codelists/notes.txt").write_text("")
    (folder / "draft.xlsx").write_bytes(b"")
    package = read(folder, MINIMAL)
    assert package.readme == "# 説明\n"
    assert package.files == ("README.md", "codelists/kind.ttl", "datapackage.json", "list.csv")
    (folder / "README.md").write_bytes("説明".encode("cp932"))
    (folder / "codelists/Bad Name.ttl").write_text("")
    assert {(each.code, each.place.file) for each in refused(folder)} == {
        ("readme-encoding", "README.md"),
        ("codelist-name", "codelists/Bad Name.ttl"),
    }


def raw_package(folder: Path, **catalog: Any) -> None:
    fields = [{"name": "a", "definition": {"personal": True}}, {"name": "b"}]
    (folder / "raw").mkdir(exist_ok=True)
    (folder / "raw/answers.csv").write_text("a,b\nx,1\n")
    table = {"name": "answers", "path": "answers.csv", "schema": {"fields": fields}}
    write(folder / "raw", {"name": "minimal-raw", "catalog": catalog, "resources": [table]})


def test_raw_records_are_read_and_stay_out_of_the_files(folder):
    raw_package(folder)
    package = read(folder, MINIMAL)
    assert package.files == ("datapackage.json", "list.csv")
    assert package.raw is not None
    assert (package.raw.name, package.raw.root, package.raw.files) == (
        "minimal-raw",
        folder / "raw",
        ("answers.csv", "datapackage.json"),
    )
    assert package.raw.resource("answers").schema.fields[0].definition.personal  # type: ignore[union-attr]
    assert stock_says(package.raw).valid


def test_open_raw_records_are_part_of_the_package_and_may_not_be_personal(folder):
    raw_package(folder, open=True)
    (finding,) = refused(folder, MINIMAL)
    assert (finding.code, finding.place.file, finding.place.field) == ("personal-field", "raw/datapackage.json", "a")
    descriptor = json.loads((folder / "raw/datapackage.json").read_text())
    descriptor["resources"][0]["schema"]["fields"][0] = {"name": "a"}
    write(folder / "raw", descriptor)
    package = read(folder)
    assert package.files == ("datapackage.json", "list.csv", "raw/answers.csv", "raw/datapackage.json")
    assert package.raw is not None
    assert package.raw.open


def test_raw_records_with_personal_fields_cannot_be_published_by_themselves(folder):
    raw_package(folder)
    assert [each.code for each in refused(folder / "raw")] == ["personal-field"]


def test_raw_records_are_read_as_strictly(folder):
    raw_package(folder)
    write(folder, MINIMAL)
    (folder / "raw/datapackage.json").write_text('{"name": "x", "name": "y"}')
    assert [(each.code, each.place.file) for each in refused(folder)] == [("json-duplicate-key", "raw/datapackage.json")]
    (folder / "raw/datapackage.json").write_text(json.dumps({"name": "x", "resources": [{"name": "a", "path": "../list.csv"}]}))
    assert [(each.code, each.place.pointer) for each in refused(folder)] == [("path-outside", "/resources/0/path")]


def test_the_loader_imports_no_heavy_library():
    script = (
        "import sys, catalog.datapackage; print([m for m in ('frictionless', 'pandas', 'rdflib', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_packages_of_this_repository_open(settings):
    folders = sorted((Path(__file__).parent.parent / "datapackages").glob("*/datapackage.json"))
    assert folders
    for source in folders:
        with open_package(source, settings) as package:
            assert package.name == source.parent.name
            assert package.title.ja
            assert package.title.en


def test_every_key_and_every_refusal_is_documented():
    page = (Path(__file__).parent.parent / "docs/descriptor.md").read_text(encoding="utf-8")
    keys = {*additions.PACKAGE_KEYS, *additions.RESOURCE_KEYS, *additions.DEFINITION_KEYS}
    parts = {*additions.PUBLISHER_KEYS, *additions.CONTACT_KEYS, *additions.TEMPORAL_KEYS, *additions.STANDARD_KEYS}
    assert {key for key in keys if f"| `{key}` |" not in page} == set()
    assert {key for key in parts if f'"{key}"' not in page} == set()
    assert {code for code in descriptor.WORDINGS if f"| `{code}` |" not in page} == set()
