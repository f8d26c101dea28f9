"""The tables and packages of frictionless's own tests: our answers are the ones that stock 5.21 gave.

The evidence lies beside the repository: 1,627 tables (a file, a schema, options) and 30 packages, each with the findings of
stock alone. Two doors are held against it: the plugin, where stock itself finds out encoding and delimiter, and packages,
where nothing is guessed: there the descriptor declares what stock has found out.
"""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from frictionless import Dialect, FrictionlessException, Schema
from frictionless import Package as StockPackage
from frictionless.formats import CsvControl

from catalog.datapackage import open_package
from catalog.errors import Refusal
from catalog.settings import Settings
from catalog.validation import plugin, small, validate_package
from catalog.validation.plugin import ScreenedTable, switched_off

pytestmark = pytest.mark.filterwarnings(  # stock leaves files open of which it cannot make a table
    "ignore:unclosed file:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

TABLES, PACKAGES = 1_627, 30
EVERY = 8
"""Of the tables, how many are taken through the plugin in the short form: each of them starts an engine of its own."""
FAST = 0.6
"""At least so many tables are read by the screen."""

FOLDER = "cases/frictionless-py/data/"

Case = dict[str, Any]
Said = tuple[list[list[Any]], str, int]


@pytest.fixture
def conformance(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cases, which is the current one: their paths are relative."""
    folder = shared / "conformance/frictionless"
    if not (folder / "index.json").is_file():
        pytest.skip("no conformance cases in ../shared")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How tables went through the plugin, which here thinks no file too small."""
    counted: Counter[str] = Counter()
    screened = plugin._Screening.screened

    def count(self: Any) -> Any:
        found = screened(self)
        counted[found.lane if found else "stock"] += 1
        return found

    monkeypatch.setattr(plugin, "SMALLEST", 0)
    monkeypatch.setattr(plugin._Screening, "screened", count)
    return counted


def cases(folder: Path) -> list[tuple[Case, Any]]:
    """Every table with its schema; None where stock is to infer one."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    assert (len(index["tables"]), len(index["packages"])) == (TABLES, PACKAGES)
    return [(each, index["schemas"].get(each["schema"])) for each in index["tables"]]


def expected(case: Case) -> Said:
    return case["errors"], case["messages_sha256"], case["rows"] or 0


def said(report: Any) -> Said:
    """A report in the form of the evidence: kinds and places of all errors, the text of the first fifty, rows read."""
    errors = report["errors"] + [error for task in report["tasks"] for error in task["errors"]]
    texts = "\n".join(each["message"] for each in errors[:50])
    rows = sum(task["stats"].get("rows", 0) for task in report["tasks"])
    return [place(each) for each in errors], hashlib.sha256(texts.encode()).hexdigest(), rows


def place(error: Any) -> list[Any]:
    return [error["type"], error.get("rowNumber"), error.get("fieldNumber")]


def named(number: int, case: Case) -> str:
    return f"table {number}: {case['file']}, schema {case['schema_from']}, {case['options']}"


def table(case: Case, schema: Any) -> ScreenedTable:
    options: dict[str, Any] = {}
    if schema is not None:
        options["schema"] = Schema.from_descriptor(schema)
    if "dialect" in case["options"]:
        options["dialect"] = Dialect.from_descriptor(case["options"]["dialect"])
    return ScreenedTable(path=case["file"], **options)


def through_the_plugin(folder: Path, lanes: Counter[str], step: int) -> None:
    differing = []
    for number, (case, schema) in enumerate(cases(folder)):
        if number % step == 0:
            found = said(table(case, schema).validate().to_dict())
            if found != expected(case):
                differing.append(f"{named(number, case)}: {found} instead of {expected(case)}")
    assert not differing, "\n".join(differing[:5])
    assert lanes["fast"] + lanes["slow"] >= FAST * lanes.total()


def test_tables_through_the_plugin(conformance: Path, lanes: Counter[str], capsys: pytest.CaptureFixture[str]) -> None:
    through_the_plugin(conformance, lanes, EVERY)
    with capsys.disabled():
        print(f"\nplugin, every {EVERY}th of {TABLES} tables: {dict(lanes)}")  # noqa: T201  which way they went is part of the proof


@pytest.mark.long
def test_all_tables_through_the_plugin(conformance: Path, lanes: Counter[str]) -> None:
    through_the_plugin(conformance, lanes, 1)


def declared(case: Case, schema: Any) -> Case | None:
    """The case as a resource whose encoding, signs and schema are written down as stock finds them; None where it finds none."""
    with switched_off():
        resource = table(case, schema)
        try:
            with resource:
                signs = CsvControl.from_dialect(resource.dialect).to_descriptor()
                encoding, found = resource.encoding, schema or resource.schema.to_descriptor()
                rows = list(resource.dialect.header_rows)
        except FrictionlessException:
            return None
    if not found["fields"]:
        return None
    signs.pop("type", None)
    dialect = signs | case["options"].get("dialect", {})
    if rows != [1] and "commentChar" not in dialect:
        dialect["headerRows"] = rows  # a guess of stock's that we do not make: without it the header stands in row 1
    return {"type": "table", "encoding": encoding, "dialect": dialect, "schema": found}


def written(folder: Path, path: str, numbered: list[tuple[int, Case, Any]]) -> dict[int, Case]:
    """A package with the file once, and a resource for each case that can be declared; answers these by their numbers."""
    held, resources = {}, []
    name = "table" + Path(path).suffix
    for number, case, schema in numbered:
        resource = declared(case, schema)
        if resource is not None:
            held[number] = case
            resources.append({"name": f"t{number}", "path": name, **resource})
    folder.mkdir()
    shutil.copy(path, folder / name)
    text = json.dumps(
        {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "case", "resources": resources}
    )
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return held


def by_file(folder: Path) -> Iterator[tuple[str, list[tuple[int, Case, Any]]]]:
    files: dict[str, list[tuple[int, Case, Any]]] = {}
    for number, (case, schema) in enumerate(cases(folder)):
        files.setdefault(case["file"], []).append((number, case, schema))
    yield from files.items()


UNREAD = {"compression/implicit-gz.csv": 2, "compression/implicit-zip.csv": 4, "empty.csv": 3}
"""Tables whose schema stock was to infer, and found none: a package has to have one."""
FOREIGN = {"table-infer-iso-8859-7.csv": 21, "table-with-accents.csv": 1}
"""Tables whose encoding is none that the catalogue reads (``encoding-unknown``)."""


def test_tables_in_packages(
    conformance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the engine: these files are all small, and would be read in Python else, as those of the packages below are."""
    monkeypatch.setattr(small, "LARGEST", -1)
    lanes: Counter[str] = Counter()
    differing: list[str] = []
    unread: Counter[str] = Counter()
    foreign: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for count, (path, numbered) in enumerate(by_file(conformance)):
        name = path.removeprefix(FOLDER)
        held = written(tmp_path / str(count), path, numbered)
        unread[name] += len(numbered) - len(held)
        try:
            with open_package(tmp_path / str(count), Settings()) as package:
                outcome = validate_package(package)
        except Refusal as refusal:
            reasons.update(each.code for each in refusal.findings)
            foreign[name] += len(held)
            continue
        assert {each.code for each in outcome.findings} <= {"report-cut"}, name
        lanes.update(outcome.lanes.values())
        for task in outcome.report["tasks"]:
            number = int(task["name"][1:])
            found = said({"errors": [], "tasks": [task]})
            if found != expected(held[number]):
                differing.append(f"{named(number, held[number])}: {found} instead of {expected(held[number])}")
    with capsys.disabled():
        print(f"\npackages: {dict(lanes)} of {TABLES} tables, {unread.total()} without schema, {foreign.total()} refused")  # noqa: T201  as above
    assert not differing, f"{len(differing)}\n" + "\n".join(differing[:5])
    assert (+unread, +foreign, set(reasons)) == (UNREAD, FOREIGN, {"encoding-unknown", "resources-missing"})
    assert lanes["fast"] + lanes["slow"] >= FAST * lanes.total()


REFUSED: dict[str, str] = {
    "compression/datapackage.json": "compression-unsupported",
    "datapackage.json": "table-spreadsheet",
    "issue-494.package.json": "path-remote",
    "issue-869.json": "data-inline",
    "jsonl.datapackage.json": "table-format",
    "multipart-zipped.package.json": "path-multipart",
    "multipart.package.json": "path-multipart",
    "ndjson.datapackage.json": "table-format",
    "ods.datapackage.json": "path-missing",
    "package-storage.json": "data-inline",
    "package.yaml": "table-spreadsheet",
    "storage/constraints.json": "data-inline",
    "storage/integrity.json": "data-inline",
    "storage/types.json": "data-inline",
}
"""What is no table of text inside the package (docs/descriptor.md), by its file."""


def packages(folder: Path) -> Iterator[tuple[Path, Case]]:
    for case in json.loads((folder / "index.json").read_text(encoding="utf-8"))["packages"]:
        yield Path(case["package"]), case


def findings(report: Any) -> list[list[Any]]:
    return [[task["name"], *[place(error) for error in task["errors"]]] for task in report["tasks"]]


def test_packages_through_the_plugin(conformance: Path, lanes: Counter[str]) -> None:
    for path, case in packages(conformance):
        if "raises" in case:
            with pytest.raises(FrictionlessException, match=re.escape(case["raises"][:100].partition("] ")[2])):
                StockPackage(str(path)).validate()
            continue
        report = StockPackage(str(path)).validate().to_dict()
        assert (findings(report), report["valid"]) == (case["errors"], case["valid"]), path
    assert lanes["fast"] >= FAST * lanes.total()


def renamed(path: Path) -> Case:
    """The descriptor as JSON, with names that a dataset and its tables may have here."""
    text = path.read_text(encoding="utf-8")
    descriptor: Case = yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)
    descriptor["name"] = "case"
    for resource in descriptor.get("resources", []):
        resource["name"] = resource["name"].replace("-", "_")
        if "countries.csv" in resource.get("path", ""):
            resource["dialect"] = {"headerRows": [2]}  # the guess of stock's that its answer rests on
    return descriptor


def test_packages_through_our_own_door(conformance: Path, tmp_path: Path) -> None:
    """What our loader takes has stock's findings; a resource without a schema is a file here, and stock infers one for it."""
    equal, refused = 0, {}
    for count, (path, case) in enumerate(packages(conformance)):
        folder = tmp_path / str(count)
        shutil.copytree(path.parent, folder)
        descriptor = renamed(path)
        (folder / "datapackage.json").write_text(json.dumps(descriptor, default=str), encoding="utf-8")
        try:
            with open_package(folder, Settings()) as package:
                report = validate_package(package).report
        except Refusal as refusal:
            refused[str(path).removeprefix(FOLDER)] = sorted({each.code for each in refusal.findings})
            continue
        tables = {each["name"] for each in report["tasks"]}
        wanted = [[each[0].replace("-", "_"), *each[1:]] for each in case["errors"]]
        assert findings(report) == [each for each in wanted if each[0] in tables], path
        assert len(tables) == sum("schema" in each for each in descriptor["resources"]), path
        equal += 1
    assert {name: code for name, code in REFUSED.items() if code in refused.get(name, [])} == REFUSED
    assert set(refused) == set(REFUSED)
    assert equal == PACKAGES - len(REFUSED)
