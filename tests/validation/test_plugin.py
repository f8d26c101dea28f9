"""The unmodified command ``frictionless`` with the product installed, each time held against the command without it."""

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ALONE = f"""
import sys
sys.path[:] = [each for each in sys.path if each not in ("", {str(ROOT)!r})]
sys.argv[0] = "frictionless"
from frictionless.__main__ import console
console()
"""
HEAVY = ("duckdb", "numpy", "pandas", "rdflib", "flask")
SCREEN = "catalog.validation.screening"
FIELDS = [
    {"name": "id", "type": "string", "constraints": {"required": True}},
    {"name": "city", "type": "string"},
    {"name": "name", "type": "string", "constraints": {"maxLength": 20}},
    {"name": "people", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "founded", "type": "date"},
]


@dataclass(frozen=True)
class Run:
    status: int
    output: str
    errors: str

    def report(self) -> Any:
        """Without run times."""
        report = json.loads(self.output)
        for stats in (report["stats"], *(task["stats"] for task in report["tasks"])):
            stats.pop("seconds")
        return report

    def imported(self) -> set[str]:
        """With -X importtime, the modules."""
        return {line.rpartition("|")[2].strip() for line in self.errors.splitlines() if line.startswith("import time:")}


def run(
    folder: Path, *arguments: str, alone: bool = False, language: str = "C.UTF-8", options: tuple[str, ...] = (), **more: str
) -> Run:
    """``frictionless`` with these arguments; ``alone``: as if the product were not installed."""
    key = (folder, arguments, language)
    if alone and key in KNOWN:
        return KNOWN[key]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    path = os.pathsep.join(filter(None, (more.pop("before", ""), "" if alone else str(ROOT))))
    environment = {**kept, "LANG": language, "COLUMNS": "200", **({"PYTHONPATH": path} if path else {}), **more}
    start = ("-P", "-c", ALONE) if alone else ("-m", "frictionless")
    done = subprocess.run(
        [sys.executable, *options, *start, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    made = Run(done.returncode, done.stdout, done.stderr)
    if alone:
        KNOWN[key] = made
    return made


KNOWN: dict[tuple[Path, tuple[str, ...], str], Run] = {}
"""What the command without the product has said."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two packages, one with dirt in a table that is worth a screen; and a schema beside them."""
    folder = tmp_path_factory.mktemp("plugin")
    for name, dirt in (("dirty", 0.002), ("clean", 0.0)):
        write(folder / name, dirt)
    (folder / "schema.json").write_text(json.dumps({"fields": FIELDS}), encoding="utf-8")
    (folder / "dirty.csv").write_bytes((folder / "dirty" / "data.csv").read_bytes())
    (folder / "small.csv").write_text("id,date\n1,令和6年1月2日\n2,２０２４\n", encoding="utf-8")
    return folder


def write(folder: Path, dirt: float) -> None:
    r = random.Random(7)
    folder.mkdir()
    rows = [
        [f"k{number}", f"{r.randrange(50):03d}", f"施設{number % 97}", str(r.randrange(999)), "2024-01-02"]
        for number in range(20_000)
    ]
    for row in rows:
        if r.random() < dirt:
            row[r.randrange(5)] = r.choice(["", "x", "k7", "2024-02-30", "とても長い名前の施設がここにもありますよね"])
    text = "\n".join(",".join(each) for each in [[each["name"] for each in FIELDS], *rows])
    (folder / "data.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "cities.csv").write_text("code\n" + "".join(f"{number:03d}\n" for number in range(50)), encoding="utf-8")
    schema = {
        "fields": FIELDS,
        "primaryKey": ["id"],
        "foreignKeys": [{"fields": ["city"], "reference": {"resource": "cities", "fields": ["code"]}}],
    }
    cities = {"name": "cities", "path": "cities.csv", "schema": {"fields": [{"name": "code", "type": "string"}]}}
    resources = [{"name": "data", "path": "data.csv", "schema": schema}, cities]
    (folder / "datapackage.json").write_text(json.dumps({"name": "p", "resources": resources}), encoding="utf-8")


def test_nothing_heavy_is_imported_at_start_up() -> None:
    """The hooks are asked as any command asks them; only a table brings in something of ours, and nothing heavy."""
    script = """
import json, sys
from frictionless.resources import FileResource
from frictionless.system import system

assert system.plugins
system.select_resource_class("file")
first = sorted(sys.modules)
system.select_resource_class("table", datatype="table")
print(json.dumps([first, sorted(sys.modules)]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    start, with_a_table = json.loads(done.stdout)
    assert "frictionless_catalog" in start
    assert not [each for each in start if each.partition(".")[0] == "catalog"]
    assert not {each.partition(".")[0] for each in with_a_table}.intersection(HEAVY)


@pytest.mark.parametrize(
    ("source", "screened"),
    [
        (("dirty/datapackage.json",), True),
        (("clean/datapackage.json",), True),
        (("dirty.csv", "--schema", "schema.json"), True),
        (("dirty/datapackage.json", "--limit-errors", "3"), True),
        (("dirty.csv", "--schema", "schema.json", "--skip-errors", "constraint-error"), True),
        (("dirty.csv", "--schema", "schema.json", "--limit-rows", "50"), False),
        (("dirty.csv", "--schema", "schema.json", "--checks", "duplicate-row"), False),
        (("small.csv",), False),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_the_report_is_stocks(packages: Path, source: tuple[str, ...], screened: bool) -> None:
    expected = run(packages, "validate", *source, "--json", alone=True)
    found = run(packages, "validate", *source, "--json", options=("-X", "importtime"))
    assert found.report() == expected.report()
    assert found.status == expected.status
    assert (SCREEN in found.imported()) is screened
    assert "opendata-catalog" not in found.errors


def test_several_sources_and_an_inquiry(packages: Path) -> None:
    tasks = [{"path": "dirty.csv", "schema": "schema.json"}, {"path": "small.csv"}]
    (packages / "inquiry.json").write_text(json.dumps({"tasks": tasks}), encoding="utf-8")
    for source in (("dirty.csv", "small.csv"), ("inquiry.json", "--type", "inquiry")):
        expected, found = (run(packages, "validate", *source, "--json", alone=alone) for alone in (True, False))
        assert found.status == expected.status
        assert (found.report() if found.output.startswith("{") else found.output) == (
            expected.report() if expected.output.startswith("{") else expected.output
        )


@pytest.mark.parametrize(
    "arguments", [("describe", "small.csv"), ("describe", "clean/datapackage.json", "--stats"), ("extract", "small.csv")]
)
def test_other_commands_are_as_they_were(packages: Path, arguments: tuple[str, ...]) -> None:
    expected, found = (run(packages, *arguments, "--json", alone=alone) for alone in (True, False))
    assert (found.status, found.output) == (expected.status, expected.output)


def test_a_japanese_locale_is_told_in_japanese(packages: Path) -> None:
    source = ("validate", "dirty/datapackage.json")
    japanese = run(packages, *source, language="ja_JP.UTF-8")
    assert japanese.status == 1
    for told in ("整数（例：120）として読み取れません", "参照先の表", "主キーが"):
        assert told in japanese.output
    assert "type is" not in japanese.output
    for form in ("--json", "--yaml"):  # programs read what stock says
        stock, ours = (run(packages, *source, form, alone=alone, language="ja_JP.UTF-8") for alone in (True, False))
        assert [each for each in ours.output.splitlines() if "seconds" not in each] == [
            each for each in stock.output.splitlines() if "seconds" not in each
        ]


def test_japanese_is_shown_to_its_end_and_brackets_are_no_markup(packages: Path) -> None:
    (packages / "marked.csv").write_text("a\n[/b]\n[red]x\n", encoding="utf-8")
    (packages / "marked.json").write_text('{"fields": [{"name": "a", "type": "integer"}]}', encoding="utf-8")
    shown = run(packages, "validate", "marked.csv", "--schema", "marked.json", language="ja_JP.UTF-8", COLUMNS="60")
    message = "".join(each.split("│")[4].strip() for each in shown.output.splitlines() if "│" in each and each.count("│") > 4)
    for cell in ("[/b]", "[red]x"):
        assert f"「{cell}」は、整数（例：120）として読み取れません。その型の形式で書くか、セルを空にしてください。" in message


def test_other_locales_are_told_what_stock_says(packages: Path) -> None:
    english, stock = (run(packages, "validate", "dirty/datapackage.json", alone=alone) for alone in (False, True))
    assert english.output == stock.output
    assert "type is" in english.output


def test_stock_knows_our_check(packages: Path) -> None:
    arguments = ("validate", "small.csv", "--checks", "machine-readability")
    done = run(packages, *arguments, "--json")
    assert done.status == 1
    errors = done.report()["tasks"][0]["errors"]
    assert {each["type"] for each in errors} == {"machine-readability"}
    assert errors[0]["note"].startswith("wareki-date: ")
    assert (errors[0]["rowNumber"], errors[0]["fieldNumber"], errors[0]["cell"]) == (2, 2, "令和6年1月2日")
    assert "2024-01-02" in run(packages, *arguments, language="ja_JP.UTF-8").output
    unknown = run(packages, *arguments, alone=True)
    assert "machine-readability" in unknown.output + unknown.errors
    assert unknown.status == 1


@pytest.mark.parametrize(
    "broken", ["_duckdb", "catalog.validation.plugin", "catalog.validation.suspecting", "catalog.validation.localising"]
)
def test_whatever_fails_inside_stock_goes_on_with_a_warning(packages: Path, tmp_path: Path, broken: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        f"""
import sys

class Broken:
    def find_spec(self, name, path=None, target=None):
        if name == {broken!r}:
            raise RuntimeError("broken on purpose")

sys.meta_path.insert(0, Broken())
""",
        encoding="utf-8",
    )
    expected = run(packages, "validate", "dirty/datapackage.json", "--json", alone=True)
    found = run(packages, "validate", "dirty/datapackage.json", "--json", before=str(tmp_path))
    assert found.report() == expected.report()
    assert found.status == expected.status
    assert "opendata-catalog" in found.errors
    assert "broken on purpose" in found.errors
    assert "Traceback" not in found.errors


def test_a_screen_that_fails_half_way_leaves_the_table_to_stock(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        """
import sys

class Hook:
    def find_spec(self, name, path=None, target=None):
        if name == "catalog.validation.suspecting":
            sys.meta_path.remove(self)
            import catalog.validation.screening as screening

            def fetch(self, positions):
                raise screening.Uncovered("rows that are not there")

            screening.Screened.fetch = fetch

sys.meta_path.insert(0, Hook())
""",
        encoding="utf-8",
    )
    expected = run(packages, "validate", "dirty/datapackage.json", "--json", alone=True)
    found = run(packages, "validate", "dirty/datapackage.json", "--json", before=str(tmp_path))
    assert found.report() == expected.report()
    assert "rows that are not there" in found.errors
