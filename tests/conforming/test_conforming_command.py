"""``catalog clean`` as a steward runs it, and the page that documents its rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conforming_samples import CITY, CLEAN, HEADER

from catalog.conforming.repairs import DECISION, RULES, SWAP
from catalog.conforming.repairs import HEADER as HEADER_RULE
from catalog.messages import translate
from catalog.messages.check import RULES as RULE_TEXTS
from catalog.messages.conforming import WORDINGS

PAGE = Path(__file__).resolve().parents[2] / "docs/conforming.md"
TABLE = f"{HEADER}\n{CLEAN}\n"


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOG_", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-c", "from catalog.cli import main; main()", *map(str, arguments)],
        env=plain | {"PYTHONIOENCODING": "utf-8", "LANG": "ja_JP.UTF-8"} | environment,
        capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "トイレ.csv"
    path.write_bytes(f"公衆トイレ\r\n{TABLE}駅裏,大阪府,－,,,３,9:00,○,,\n".encode("cp932"))
    return path


def test_a_file_is_cleaned_and_what_was_done_is_said(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("clean", file, "--standard", "public-toilet", "--publisher", CITY, "--title", "トイレ", "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "272078-public-toilet：public-toilet（20260801版）の10項目、2行にまとめました。直したセルは3個です" in done.stdout
    assert f"│ time │ {translate(RULE_TEXTS['time'], 'ja')} │ 1 │" in " ".join(done.stdout.split())
    assert json.loads((out / "datapackage.json").read_text(encoding="utf-8"))["title"] == "トイレ"
    assert (out / "changes.csv").read_bytes().startswith(b"\xef\xbb\xbfrow,cell,column,before,after,rules\r\n")
    again = run("clean", file, "--standard", "public-toilet", "--publisher", CITY, "-o", out)
    assert (again.returncode, "[folder-not-empty]" in again.stderr) == (1, True)


def test_what_is_left_gives_exit_1_and_a_decision_settles_it(tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    file.write_text("名称,場所,設置位置,車椅子使用者用トイレ有無\n駅前,大阪府,広場,△\n", encoding="utf-8")
    command = ["clean", file, "--standard", "public-toilet", "--publisher", CITY, "--column", "場所=所在地_連結表記", "--json"]
    left = run(*command, "-o", tmp_path / "left")
    answer = json.loads(left.stdout)
    assert (left.returncode, answer["written"], answer["valid"]) == (1, True, False)
    assert '--decide "車椅子使用者用トイレ有無:△=…"' in answer["findings"][0]["message"]["ja"]
    settled = run(*command, "--decide", "車椅子使用者用トイレ有無:△=無", "-o", tmp_path / "settled")
    answer = json.loads(settled.stdout)
    assert (settled.returncode, answer["valid"], answer["changes"]) == (0, True, {"header": 1, "decision": 1})
    assert answer["files"] == ["datapackage.json", "data/public_toilet.csv", "changes.csv", "cleaning.json"]


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_a_refusal_writes_nothing(extra: list[str], tmp_path: Path) -> None:
    file = tmp_path / "page.csv"
    file.write_text("<!DOCTYPE html><html><body>Not found", encoding="utf-8")
    done = run("clean", file, "--standard", "public-toilet", "-o", tmp_path / "out", *extra, LANG="en_US.UTF-8")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path) not in done.stderr + done.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["page.csv"]
    if extra:
        answer = json.loads(done.stdout)
        assert (answer["written"], [each["code"] for each in answer["findings"]]) == (False, ["not-a-table"])
    else:
        assert "looks like: HTML" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--standard", "no-such"], 1, "no-such"),
        (["--standard", "public-toilet", "--column", "名称"], 2, '--column "HEADER=COLUMN"'),
        (["--standard", "public-toilet", "--decide", "名称=x"], 2, "--decide"),
        ([], 1, "public-toilet (10/10)"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said(arguments: list[str], code: int, said: str, tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    file.write_text(TABLE, encoding="utf-8")
    done = run("clean", file, "-o", tmp_path / "out", "--publisher", CITY, *arguments, LANG="en_US.UTF-8")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "out").exists()


def test_every_rule_and_every_code_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    ids = [each.id for each in RULES] + [DECISION, SWAP, HEADER_RULE]
    assert set(ids) == set(RULE_TEXTS)
    for name in [*ids, *WORDINGS]:
        assert f"| `{name}` |" in page, name


def test_starting_the_command_line_loads_nothing_of_it() -> None:
    code = "import sys, catalog.cli; print([m for m in sys.modules if m.startswith(('catalog.conforming', 'python_calamine'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
