"""Each refusal of the strict loader: one change to a good package, its code, and where the finding points."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog import messages
from catalog.datapackage import open_package
from catalog.errors import Finding, Refusal
from catalog.settings import Settings

Build = Callable[..., Path]
REMOVED = object()
FIELD = "/resources/0/schema/fields/1"
RULES = f"{FIELD}/constraints"
KEYS = "/resources/0/schema/foreignKeys"


def put(descriptor: dict[str, Any], pointer: str, value: Any) -> None:
    """Set, or remove, the member at a JSON pointer."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    target: Any = descriptor
    for part in parents:
        target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
    if isinstance(target, list):
        target[int(last)] = value
    elif value is REMOVED:
        del target[last]
    else:
        target[last] = value


def findings_of(source: Path, settings: Settings) -> tuple[Finding, ...]:
    with pytest.raises(Refusal) as caught, open_package(source, settings):
        pass
    assert caught.value.findings
    return caught.value.findings


def base(build: Build) -> tuple[Path, dict[str, Any]]:
    folder = build()
    return folder, json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


# (code, changes by pointer, pointer of the finding: the first change's unless said)
CASES: list[tuple[str, dict[str, Any], str | None]] = [
    # names
    ("property-missing", {"/name": REMOVED}, "/name"),
    ("dataset-name", {"/name": "Ōsaka"}, None),
    ("dataset-name", {"/name": "../x"}, None),
    ("dataset-name", {"/name": "a_b"}, None),
    ("dataset-name", {"/name": "-a"}, None),
    ("dataset-name", {"/name": "a" * 101}, None),
    ("dataset-name-reserved", {"/name": "standard-x"}, None),
    ("not-text", {"/name": 5}, None),
    ("text-control", {"/title": "a\nb"}, None),
    ("table-name", {"/resources/0/name": "Stations"}, None),
    ("table-name", {"/resources/0/name": "a-b"}, None),
    ("file-name", {"/resources/0/name": "a.b", "/resources/0/catalog": {"role": "file"}, "/resources/0/schema": REMOVED}, None),
    ("resource-name-reserved", {"/resources/0/name": "v12"}, None),
    ("resource-name-reserved", {"/resources/0/name": "package"}, None),
    ("property-missing", {"/resources/0/name": ""}, None),
    # paths
    ("path-absolute", {"/resources/0/path": "/etc/passwd"}, None),
    ("path-absolute", {"/resources/0/path": "C:/data.csv"}, None),
    ("path-remote", {"/resources/0/path": "https://example.com/a.csv"}, None),
    ("path-remote", {"/resources/0/path": "FILE:///etc/passwd"}, None),
    ("path-remote", {"/resources/0/path": "s3://bucket/a.csv"}, None),
    ("path-remote", {"/resources/0/path": "data:text/csv,a"}, None),
    ("path-outside", {"/resources/0/path": "../a.csv"}, None),
    ("path-outside", {"/resources/0/path": "data/../../a.csv"}, None),
    ("path-outside", {"/resources/0/path": "data/．．／．．/a.csv"}, None),
    ("path-outside", {"/resources/0/path": "..\\a.csv"}, None),
    ("path-backslash", {"/resources/0/path": "data\\stations.csv"}, None),
    ("path-expanded", {"/resources/0/path": "~/a.csv"}, None),
    ("path-expanded", {"/resources/0/path": "data/$HOME.csv"}, None),
    ("path-expanded", {"/resources/0/path": "data/%TEMP%.csv"}, None),
    ("path-invalid", {"/resources/0/path": "data//stations.csv"}, None),
    ("path-invalid", {"/resources/0/path": "data/stations.csv."}, None),
    ("path-invalid", {"/resources/0/path": "data/a?b.csv"}, None),
    ("path-invalid", {"/resources/0/path": "data/" + "a" * 300 + ".csv"}, None),
    ("path-missing", {"/resources/0/path": "data/none.csv"}, None),
    ("path-missing", {"/resources/0/path": "data/stations.csv/x.csv"}, None),
    ("path-case", {"/resources/0/path": "data/Stations.csv"}, None),
    ("path-case", {"/resources/0/path": "Data/stations.csv"}, None),
    ("path-not-file", {"/resources/0/path": "data", "/resources/0/format": "csv"}, None),
    ("path-not-file", {"/resources/0/path": ".", "/resources/0/format": "csv"}, None),
    ("path-reserved", {"/resources/0/path": "./datapackage.json", "/resources/0/format": "csv"}, None),
    ("path-raw", {"/resources/0/path": "raw/a.csv"}, None),
    ("path-multipart", {"/resources/0/path": ["data/stations.csv", "data/stations.csv"]}, None),
    ("path-multipart", {"/resources/0/extrapaths": ["data/more.csv"]}, None),
    ("property-missing", {"/resources/0/path": REMOVED}, None),
    ("not-text", {"/resources/0/path": 5}, None),
    ("data-inline", {"/resources/0/data": [["a"]], "/resources/0/path": REMOVED}, None),
    ("path-remote", {"/resources/0/url": "http://example.com/a.csv", "/resources/0/path": REMOVED}, None),
    ("compression-unsupported", {"/resources/0/compression": "gz"}, None),
    ("compression-unsupported", {"/resources/0/path": "data/stations.csv.gz"}, None),
    ("compression-unsupported", {"/resources/0/innerpath": "a.csv"}, None),
    ("scheme-unsupported", {"/resources/0/scheme": "s3"}, None),
    ("property-unsupported", {"/resources/0/layout": {"headerRows": [2]}}, None),
    # formats
    ("table-spreadsheet", {"/resources/0/path": "data/stations.xls"}, None),
    ("table-spreadsheet", {"/resources/0/format": "ods"}, "/resources/0/path"),
    ("table-format", {"/resources/0/format": "gsheets"}, None),
    ("table-format", {"/resources/0/format": "sql"}, None),
    ("table-format", {"/resources/0/path": "data/stations.parquet"}, None),
    ("format-invalid", {"/resources/0/format": "a/b", "/resources/0/schema": REMOVED}, None),
    ("media-type-invalid", {"/resources/0/mediatype": "text/csv\u3000x"}, None),
    ("encoding-unknown", {"/resources/0/encoding": "zlib"}, None),
    ("encoding-unknown", {"/resources/0/encoding": "utf-9"}, None),
    ("not-count", {"/resources/0/bytes": -1}, None),
    ("not-count", {"/resources/0/bytes": True}, None),
    # profiles
    ("profile-unsupported", {"/$schema": "https://example.com/profile.json"}, None),
    ("profile-unsupported", {"/$schema": "https://datapackage.org/profiles/2.0/../../x.json"}, None),
    ("profile-unsupported", {"/profile": "http://169.254.169.254/"}, None),
    ("profile-unsupported", {"/profile": "fiscal-data-package"}, None),
    ("profile-unsupported", {"/profiles": ["./local.json"]}, "/profiles/0"),
    ("profile-unsupported", {"/resources/0/profile": "local.json"}, None),
    ("profile-unsupported", {"/resources/0/$schema": "http://example.com/"}, None),
    ("profile-unsupported", {"/resources/0/schema/$schema": "http://example.com/"}, None),
    ("profile-unsupported", {"/resources/0/dialect": {"$schema": "http://example.com/"}}, "/resources/0/dialect/$schema"),
    ("profile-unsupported", {f"{FIELD}/profile": "http://example.com/"}, None),
    ("not-text", {f"{FIELD}/$schema": 5}, None),
    # schemas
    ("schema-missing", {"/resources/0/type": "table", "/resources/0/schema": REMOVED}, "/resources/0/schema"),
    ("schema-missing", {"/resources/0/catalog": {"role": "table"}, "/resources/0/schema": REMOVED}, "/resources/0/schema"),
    ("schema-missing", {"/resources/0/profile": "tabular-data-resource", "/resources/0/schema": REMOVED}, "/resources/0/schema"),
    ("schema-on-file", {"/resources/0/catalog": {"role": "file"}}, "/resources/0/schema"),
    ("role-unknown", {"/resources/0/catalog": {"role": "list"}}, "/resources/0/catalog/role"),
    ("path-remote", {"/resources/0/schema": "http://example.com/schema.json"}, None),
    ("path-outside", {"/resources/0/schema": "../schema.json"}, None),
    ("path-absolute", {"/resources/0/schema": "/etc/passwd"}, None),
    ("path-missing", {"/resources/0/schema": "schema.json"}, None),
    ("not-object", {"/resources/0/schema": []}, None),
    ("path-remote", {"/resources/0/dialect": "http://example.com/dialect.json"}, None),
    ("fields-missing", {"/resources/0/schema": {}}, "/resources/0/schema/fields"),
    ("fields-missing", {"/resources/0/schema/fields": []}, None),
    ("not-list", {"/resources/0/schema/fields": {}}, None),
    ("field-not-object", {"/resources/0/schema/fields/1": "/etc/passwd"}, None),
    ("field-not-object", {"/resources/0/schema/fields/1": "http://example.com/"}, None),
    ("field-not-object", {"/resources/0/schema/fields/1": None}, None),
    ("property-missing", {f"{FIELD}/name": REMOVED}, None),
    ("field-name-duplicate", {f"{FIELD}/name": "code"}, None),
    ("field-name-space", {f"{FIELD}/name": "passengers "}, None),
    ("field-type-unknown", {f"{FIELD}/type": "int"}, None),
    ("too-many-columns", {"/resources/0/schema/fields": [{"name": f"c{n}"} for n in range(2_001)]}, None),
    ("fields-match-unknown", {"/resources/0/schema/fieldsMatch": "some"}, None),
    ("not-text", {"/resources/0/schema/fieldsMatch": ["exact"]}, None),
    ("not-text", {"/resources/0/schema/missingValues": ["", 5]}, "/resources/0/schema/missingValues/1"),
    ("not-text", {f"{FIELD}/missingValues": [{"label": "x"}]}, f"{FIELD}/missingValues/0"),
    ("not-text", {f"{FIELD}/trueValues": [1]}, None),
    ("not-boolean", {f"{FIELD}/bareNumber": "no"}, None),
    # constraints
    ("pattern-invalid", {RULES: {"pattern": "("}}, f"{RULES}/pattern"),
    ("pattern-invalid", {RULES: {"pattern": "(" * 2_000}}, f"{RULES}/pattern"),
    ("pattern-invalid", {RULES: {"pattern": "a{99999999999}"}}, f"{RULES}/pattern"),
    ("pattern-invalid", {RULES: {"pattern": "a" * 5_001}}, f"{RULES}/pattern"),
    ("constraint-invalid", {RULES: {"minimum": "abc"}}, f"{RULES}/minimum"),
    ("constraint-invalid", {RULES: {"maximum": 1.5}}, f"{RULES}/maximum"),
    ("constraint-invalid", {RULES: {"maximum": True}}, f"{RULES}/maximum"),
    ("constraint-invalid", {RULES: {"exclusiveMinimum": None}}, f"{RULES}/exclusiveMinimum"),
    ("constraint-invalid", {f"{FIELD}/type": "number", RULES: {"minimum": "NaN"}}, f"{RULES}/minimum"),
    ("constraint-invalid", {f"{FIELD}/type": "date", RULES: {"minimum": "2020"}}, f"{RULES}/minimum"),
    ("constraint-invalid", {f"{FIELD}/type": "date", RULES: {"minimum": 2020}}, f"{RULES}/minimum"),
    ("constraint-invalid", {f"{FIELD}/type": "year", RULES: {"minimum": "20"}}, f"{RULES}/minimum"),
    ("constraint-invalid", {f"{FIELD}/type": "yearmonth", RULES: {"maximum": "2020-13"}}, f"{RULES}/maximum"),
    ("constraint-invalid", {f"{FIELD}/type": "time", RULES: {"maximum": "9:00"}}, f"{RULES}/maximum"),
    ("constraint-invalid", {f"{FIELD}/type": "date", f"{FIELD}/format": "%d/%m/%Y", RULES: {"minimum": "2020-01-01"}},
     f"{RULES}/minimum"),
    ("constraint-invalid", {RULES: {"enum": []}}, f"{RULES}/enum"),
    ("constraint-invalid", {f"{FIELD}/type": "string", RULES: {"minLength": 3, "maxLength": 2}},
     f"{RULES}/maxLength"),
    ("not-boolean", {RULES: {"required": "yes"}}, f"{RULES}/required"),
    ("not-count", {RULES: {"minLength": "3"}}, f"{RULES}/minLength"),
    ("not-object", {RULES: []}, None),
    # keys
    ("primary-key-field", {"/resources/0/schema/primaryKey": ["none"]}, None),
    ("primary-key-field", {"/resources/0/schema/primaryKey": "none"}, None),
    ("unique-key-field", {"/resources/0/schema/uniqueKeys": [["code"], ["code", "none"]]}, "/resources/0/schema/uniqueKeys/1"),
    ("not-list", {"/resources/0/schema/uniqueKeys": [5]}, "/resources/0/schema/uniqueKeys/0"),
    ("foreign-key-field", {KEYS: [{"fields": "none", "reference": {"fields": "code"}}]},
     f"{KEYS}/0/fields"),
    ("foreign-key-field", {KEYS: [{"fields": "code", "reference": {"resource": "", "fields": "none"}}]},
     f"{KEYS}/0/reference/fields"),
    ("foreign-key-resource", {KEYS: [{"fields": "code", "reference": {"resource": "x", "fields": "a"}}]},
     f"{KEYS}/0/reference/resource"),
    ("foreign-key-length", {KEYS: [{"fields": ["code"], "reference": {"fields": ["code", "code"]}}]},
     f"{KEYS}/0"),
    ("property-missing", {KEYS: [{"fields": []}]}, f"{KEYS}/0/reference"),
    ("key-type", {"/resources/0/schema/primaryKey": "passengers", f"{FIELD}/type": "list", RULES: {}},
     "/resources/0/schema/primaryKey"),
    ("key-type", {KEYS: [{"fields": "code", "reference": {"fields": "passengers"}}], f"{FIELD}/type": "list", RULES: {}},
     f"{KEYS}/0/reference/fields"),
    ("key-type", {f"{FIELD}/type": "object", RULES: {"unique": True}}, f"{RULES}/unique"),
    # dialects
    ("dialect-key-unknown", {"/resources/0/dialect": {"delimiters": ";"}}, "/resources/0/dialect/delimiters"),
    ("dialect-key-unknown", {"/resources/0/dialect": {"excel": {"sheet": 1}}}, "/resources/0/dialect/excel"),
    ("dialect-key-unknown", {"/resources/0/dialect": {"remote": {}}}, "/resources/0/dialect/remote"),
    ("dialect-key-unknown", {"/resources/0/dialect": {"csv": {"header": False}}}, "/resources/0/dialect/csv/header"),
    ("dialect-unsupported", {"/resources/0/dialect": {"nullSequence": "-"}}, "/resources/0/dialect/nullSequence"),
    ("dialect-unsupported", {"/resources/0/dialect": {"sheetName": "a"}}, "/resources/0/dialect/sheetName"),
    ("dialect-character", {"/resources/0/dialect": {"delimiter": ";;"}}, "/resources/0/dialect/delimiter"),
    ("dialect-character", {"/resources/0/dialect": {"delimiter": "\n"}}, "/resources/0/dialect/delimiter"),
    ("dialect-character", {"/resources/0/dialect": {"delimiter": '"'}}, "/resources/0/dialect"),
    ("dialect-character", {"/resources/0/dialect": {"delimiter": " ", "skipInitialSpace": True}}, "/resources/0/dialect"),
    ("dialect-rows", {"/resources/0/dialect": {"headerRows": []}}, "/resources/0/dialect/headerRows"),
    ("dialect-rows", {"/resources/0/dialect": {"headerRows": [2, 1]}}, "/resources/0/dialect/headerRows"),
    ("dialect-rows", {"/resources/0/dialect": {"commentRows": ["1"]}}, "/resources/0/dialect/commentRows"),
    ("not-boolean", {"/resources/0/dialect": {"csv": {"doubleQuote": 1}}}, "/resources/0/dialect/csv/doubleQuote"),
    ("not-object", {"/resources/0/dialect": 5}, None),
    # the package
    ("resources-missing", {"/resources": []}, None),
    ("resources-missing", {"/resources": REMOVED}, None),
    ("not-list", {"/resources": {}}, None),
    ("not-object", {"/resources/0": "resource.json"}, None),
    ("license-empty", {"/licenses": [{"title": "free"}]}, "/licenses/0"),
    ("not-object", {"/licenses": ["CC-BY-4.0"]}, "/licenses/0"),
    ("address-invalid", {"/licenses/0/path": "javascript:alert(1)"}, None),
    ("address-invalid", {"/homepage": "https://example.jp/a b"}, None),
    ("address-invalid", {"/homepage": "https://user:secret@example.jp/"}, None),
    ("address-invalid", {"/homepage": "https://"}, None),
    ("address-invalid", {"/homepage": "https://[::1/"}, None),
    ("address-invalid", {"/homepage": "https://example.jp:99999999/"}, None),
    ("address-invalid", {"/homepage": "https://example.jp/\u202egpj"}, None),
    ("address-invalid", {"/sources": [{"title": "a", "path": "list.csv"}]}, "/sources/0/path"),
    ("time-invalid", {"/created": "2026-04-01"}, None),
    ("time-invalid", {"/created": "2026-13-01T00:00:00Z"}, None),
    ("not-text", {"/version": 1.0}, None),
    ("not-text", {"/keywords": ["a", 5]}, "/keywords/1"),
    ("text-empty", {"/keywords": ["a", " "]}, "/keywords/1"),
    # our objects
    ("key-unknown", {"/catalog/theme": ["GOVE"]}, None),
    ("key-unknown", {"/catalog/publisher": {"id": "a", "name": "b", "url": "x"}}, "/catalog/publisher/url"),
    ("key-unknown", {"/catalog/contact/mail": "x"}, None),
    ("key-unknown", {"/catalog/temporal/until": "2020-01-01"}, None),
    ("key-unknown", {"/catalog/translations/fr": {}}, None),
    ("key-unknown", {"/catalog/translations/en/name": "x"}, None),
    ("key-unknown", {"/resources/0/catalog": {"roles": "table"}}, "/resources/0/catalog/roles"),
    ("key-unknown", {"/resources/0/catalog": {"standard": {"id": "a", "version": "1"}}}, "/resources/0/catalog/standard/version"),
    ("key-unknown", {f"{FIELD}/definition/units": "person"}, None),
    ("key-unknown", {f"{FIELD}/definition/translations/en/unit": "people"}, None),
    ("not-object", {"/catalog": []}, None),
    ("not-object", {f"{FIELD}/definition": "text"}, None),
    ("property-missing", {"/catalog/publisher": {"id": "a"}}, "/catalog/publisher/name"),
    ("slug-invalid", {"/catalog/publisher": {"id": "大阪", "name": "大阪府"}}, "/catalog/publisher/id"),
    ("address-invalid", {"/catalog/publisher": {"id": "a", "name": "b", "uri": "urn:x"}}, "/catalog/publisher/uri"),
    ("property-missing", {"/catalog/contact/name": REMOVED}, None),
    ("email-invalid", {"/catalog/contact/email": "someone"}, None),
    ("address-invalid", {"/catalog/contact/url": "example.jp"}, None),
    ("address-invalid", {"/catalog/landingPage": "ftp://example.jp/"}, None),
    ("spatial-code", {"/catalog/spatial": ["270008", "27000"]}, "/catalog/spatial/1"),
    ("spatial-code", {"/catalog/spatial": ["２７０００８"]}, "/catalog/spatial/0"),
    ("date-invalid", {"/catalog/temporal/start": "2020/04/01"}, None),
    ("date-invalid", {"/catalog/temporal/start": "2021-02-29"}, None),
    ("date-invalid", {"/catalog/temporal/start": "20210228"}, None),
    ("temporal-order", {"/catalog/temporal/start": "2030-01-01"}, "/catalog/temporal"),
    ("property-missing", {"/catalog/temporal": {}}, None),
    ("not-boolean", {"/catalog/sample": "true"}, None),
    ("not-object", {"/catalog/views": ["x"]}, "/catalog/views/0"),
    ("property-missing", {"/resources/0/catalog": {"standard": {}}}, "/resources/0/catalog/standard/id"),
    ("not-object", {"/resources/0/catalog": {"derivation": []}}, "/resources/0/catalog/derivation"),
    ("obligation-unknown", {f"{FIELD}/definition/obligation": "must"}, None),
    ("slug-invalid", {f"{FIELD}/definition/codelist": "Cost Band"}, None),
    ("address-invalid", {f"{FIELD}/definition/property": "schema:name"}, None),
    ("not-object", {f"{FIELD}/definition/derivation": "copy"}, None),
    ("not-object", {f"{FIELD}/definition/derivation": ["copy"]}, f"{FIELD}/definition/derivation/0"),
    ("personal-field", {f"{FIELD}/definition/personal": True}, None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes", "pointer"), CASES, ids=lambda part: part if isinstance(part, str) else "")
def test_one_wrong_thing_is_named_and_pointed_at(package_folder, settings, code, changes, pointer):
    folder, descriptor = base(package_folder)
    for where, value in changes.items():
        put(descriptor, where, value)
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    findings = findings_of(folder, settings)
    wanted = (code, next(iter(changes)) if pointer is None else pointer)
    assert wanted in {(each.code, each.place.pointer) for each in findings}
    for each in findings:
        assert each.severity == "error"
        assert each.place.file == "datapackage.json"
        assert str(folder) not in repr(each)


def test_every_code_of_the_table_has_words_in_both_languages():
    for code in sorted({code for code, _changes, _pointer in CASES}):
        worded = messages.both(Finding(code=code, found="x", expected="y"))
        assert worded.ja
        assert worded.en
        assert worded.ja != worded.en
        assert code not in (worded.ja, worded.en)


def test_everything_that_is_wrong_is_found_at_once(package_folder, settings):
    folder, descriptor = base(package_folder)
    for where, value in {"/name": "X", "/homepage": "x", "/resources/0/name": "X", f"{FIELD}/type": "int"}.items():
        put(descriptor, where, value)
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    codes = [each.code for each in findings_of(folder, settings)]
    assert sorted(codes) == ["address-invalid", "dataset-name", "field-type-unknown", "table-name"]


def test_a_hundred_thousand_wrong_things_stop_at_a_thousand_findings(package_folder, settings):
    folder, descriptor = base(package_folder)
    descriptor["keywords"] = [1] * 100_000
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    assert len(findings_of(folder, settings)) == 1_000


def test_findings_of_a_column_name_its_table_and_field(package_folder, settings):
    folder, descriptor = base(package_folder)
    put(descriptor, f"{FIELD}/type", "int")
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (finding,) = findings_of(folder, settings)
    assert (finding.place.resource, finding.place.field) == ("stations", "passengers")


def test_an_unknown_key_names_the_closest_known_one(package_folder, settings):
    folder, descriptor = base(package_folder)
    put(descriptor, "/catalog/spatail", ["270008"])
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (finding,) = findings_of(folder, settings)
    assert (finding.code, finding.found, finding.expected) == ("key-unknown", "spatail", "spatial")


def test_two_resources_may_not_share_a_name(package_folder, settings):
    folder, descriptor = base(package_folder)
    descriptor["resources"].append(copy.deepcopy(descriptor["resources"][0]))
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (finding,) = findings_of(folder, settings)
    assert (finding.code, finding.place.pointer) == ("resource-name-duplicate", "/resources/1/name")


def test_a_pointer_escapes_tilde_and_slash_and_hides_what_cannot_be_shown(package_folder, settings):
    folder, descriptor = base(package_folder)
    descriptor["catalog"] |= {"a/b~c": 1, "x\u202ey": 2}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    assert {each.place.pointer for each in findings_of(folder, settings)} == {"/catalog/a~1b~0c", "/catalog/x\\u202ey"}


NAMED = b'{"name": "small", "title": %s}'
JSON_CASES = [
    ("json-invalid", b'{"name": "a",}', ""),
    ("json-incomplete", b"", ""),
    ("json-incomplete", b'{"name": "a",\n \n', ""),
    ("json-invalid", b'{"name": "a\x01"}', ""),
    ("json-invalid", b"{'name': 1}", ""),
    ("json-encoding", '{"title": "大阪"}'.encode("cp932"), ""),
    ("json-encoding", '{"title": "a"}'.encode("utf-16"), ""),
    ("json-duplicate-key", b'{"name": "a", "x": {"y": 1, "y": 2}}', "/x"),
    ("json-number", b'{"a": [1, NaN]}', "/a/1"),
    ("json-number", b'{"a": -Infinity}', "/a"),
    ("json-number", b'{"a": 1e999}', "/a"),
    ("json-number", b'{"a": ' + b"9" * 5_000 + b"}", "/a"),
    ("json-surrogate", rb'{"a": "\ud800"}', "/a"),
    ("json-surrogate", rb'{"a": {"\udfff": 1}}', "/a"),
    ("text-control", rb'{"title": "a\u0000b"}', "/title"),
    ("text-control", rb'{"resources": [{"path": "a\u0000.csv"}]}', "/resources/0/path"),
    ("text-control", rb'{"title": "a\u009bb"}', "/title"),
    ("json-depth", b'{"a": ' + b"[" * 101 + b"]" * 101 + b"}", ""),
    ("json-depth", b"[" * 200_000, ""),
    ("not-object", b"[]", ""),
    ("not-object", b'"datapackage"', ""),
    ("not-object", b"5", ""),
    ("not-object", b"null", ""),
]


@pytest.mark.parametrize(("code", "content", "pointer"), JSON_CASES)
def test_json_that_is_not_strict_is_refused(package_folder, settings, code, content, pointer):
    folder = package_folder()
    (folder / "datapackage.json").write_bytes(content)
    (finding,) = findings_of(folder, settings)
    assert (finding.code, finding.place.pointer, finding.place.file) == (code, pointer, "datapackage.json")
    (finding.found + finding.place.pointer).encode()


def test_a_syntax_error_says_line_and_column(package_folder, settings):
    folder = package_folder()
    (folder / "datapackage.json").write_bytes(b'{\n  "name" "small"\n}')
    (finding,) = findings_of(folder, settings)
    assert (finding.details["line"], finding.details["column"]) == ("2", "10")
    assert "2" in messages.word(finding, "ja")


def test_a_descriptor_over_the_limit_is_not_parsed(package_folder):
    folder = package_folder()
    limited = Settings(max_descriptor_bytes=(folder / "datapackage.json").stat().st_size - 1)
    assert [each.code for each in findings_of(folder, limited)] == ["file-too-large"]
