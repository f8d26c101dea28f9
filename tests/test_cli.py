import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Build = Callable[..., Path]
CATALOG = [sys.executable, "-m", "catalog"]


def run(*arguments: str | Path, home: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOG_", "LC_", "LANG"))}
    if home:
        plain["CATALOG_HOME"] = str(home)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return subprocess.run(
        [*CATALOG, *map(str, arguments)],
        env=plain | {"PYTHONIOENCODING": "utf-8", "LANG": "ja_JP.UTF-8"} | environment,
        capture_output=True,
        encoding=encoding,
        check=False,
        timeout=120,
    )


def test_publish_says_what_came_of_it_and_the_second_time_nothing_new(package_folder: Build, tmp_path: Path) -> None:
    folder = package_folder()
    first = run("publish", folder, home=tmp_path / "home")
    assert (first.returncode, first.stdout) == (0, "small：第1版を公開しました\n"), first.stderr
    second = run("publish", folder, home=tmp_path / "home", LANG="en_US.UTF-8")
    assert (second.returncode, second.stdout) == (0, "small: version 1 is up to date\n")


def test_a_refused_package_is_one_line_a_finding_and_exit_1(package_folder: Build, tmp_path: Path) -> None:
    done = run("publish", package_folder(rows="A01,many\nA02,-1\n"), home=tmp_path / "home")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 3, done.stderr
    place = "data/stations.csv 表 stations 2行目 項目「passengers」 セル B2"
    assert lines[0].startswith(f"直してください: {place}: 「many」は、整数（例：120）")
    assert lines[0].endswith("[stock.type-error]")
    assert "Traceback" not in done.stderr
    assert run("verify", home=tmp_path / "home").returncode == 0


def test_one_bad_package_does_not_stop_the_good_ones(package_folder: Build, tmp_path: Path) -> None:
    good, bad = package_folder("good"), package_folder("bad", rows="A01,many\n")
    done = run("publish", bad, good, "--json", home=tmp_path / "home")
    assert done.returncode == 1
    answers = json.loads(done.stdout)
    assert [each["published"] for each in answers] == [False, True]
    assert answers[0]["findings"][0]["message"]["en"].startswith("“many” cannot be read as a whole number")


def test_advice_on_several_packages_is_counted_and_never_hides_a_refusal(package_folder: Build, tmp_path: Path) -> None:
    folders = [Path(__file__).parent.parent / "datapackages/812021-aed-location", package_folder("bad", rows="A01,many\n")]
    done = run("publish", *folders, home=tmp_path / "home")
    assert done.stdout.splitlines() == [
        "812021-aed-location：第1版を公開しました",
        f"　参考 2件（詳しくは catalog validate {folders[0]} で確かめられます）",
    ]
    assert done.stderr.startswith("直してください: ")
    assert "参考: " not in done.stderr
    alone = run("publish", folders[0], home=tmp_path / "other")
    assert sum(each.startswith("参考: ") for each in alone.stderr.splitlines()) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_output_without_room_is_said_in_a_line(package_folder: Build) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*CATALOG, "validate", str(package_folder())],
            env=os.environ | {"LANG": "ja_JP.UTF-8", "PYTHONIOENCODING": "utf-8"},
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (1, "出力先に空きがなく、書き込めません。\n")


def test_validate_json_keeps_its_contract(package_folder: Build) -> None:
    done = run("validate", package_folder(), "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(answer) == {"valid", "report", "findings", "lanes"}
    assert answer["valid"] is True
    assert answer["lanes"]["stations"] in {"fast", "slow", "stock"}
    refused = run("validate", package_folder("broken", catalog={"themez": ["TRAN"]}), "--json")
    assert refused.returncode == 1
    finding = json.loads(refused.stdout)["findings"][0]
    assert set(finding) == {"code", "severity", "place", "found", "expected", "message"}
    assert set(finding["message"]) == {"ja", "en"}


def test_validate_json_of_several_packages_is_a_list(package_folder: Build) -> None:
    done = run("validate", package_folder("a"), package_folder("b", rows="A01,many\n"), "--json")
    assert done.returncode == 1
    assert [each["valid"] for each in json.loads(done.stdout)] == [True, False]


def test_validate_shows_each_table_with_its_rows(package_folder: Build) -> None:
    done = run("validate", package_folder())
    assert done.returncode == 0
    assert "stations" in done.stdout
    assert "問題ありません" in done.stdout


@pytest.mark.parametrize(("rows", "result"), [("A01,5\n", "問題なし"), ("A01,x\n", "誤りあり"), ("A\0,5\n", "誤りあり")])
def test_a_table_has_errors_where_stock_or_we_have_found_some(package_folder: Build, rows: str, result: str) -> None:
    shown = run("validate", package_folder(rows=rows)).stdout
    assert [each.split()[-2] for each in shown.splitlines() if "stations" in each and "│" in each] == [result], shown


def test_withdraw_then_unknown(package_folder: Build, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("publish", package_folder(), home=home)
    assert run("withdraw", "small", home=home).returncode == 0
    unknown = run("withdraw", "nothing-here", home=home)
    assert unknown.returncode == 1
    assert "nothing-here" in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_verify_names_what_is_damaged(package_folder: Build, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("publish", package_folder(), home=home)
    blob = max((each for each in (home / "files").rglob("*") if each.is_file()), key=lambda each: each.stat().st_size)
    blob.chmod(0o600)
    blob.write_bytes(b"x" * blob.stat().st_size)
    done = run("verify", home=home)
    assert done.returncode == 1
    assert "直してください" in done.stdout
    assert str(home) not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [("publish",), ("publish", "--nonsense", "x"), ("nonsense",), ("serve", "--port", "many"), ("verify", "extra")]
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_wrong_settings_are_exit_2() -> None:
    done = run("settings", CATALOG_PORT="many")
    assert (done.returncode, done.stdout) == (2, "")
    assert "port" in done.stderr


@pytest.mark.parametrize("command", ["validate", "publish", "withdraw", "verify", "serve", "settings"])
@pytest.mark.parametrize("language", ["ja_JP.UTF-8", "en_US.UTF-8"])
def test_every_command_helps_with_an_example(command: str, language: str) -> None:
    done = run(command, "--help", LANG=language)
    assert done.returncode == 0
    assert f"catalog {command}" in done.stdout.split("例：" if language.startswith("ja") else "Example:")[1]


def test_an_old_windows_console_breaks_nothing(package_folder: Build, tmp_path: Path) -> None:
    for arguments in (("settings",), ("--help",), ("validate", package_folder()), ("publish", package_folder(title="😀 é"))):
        done = run(*arguments, home=tmp_path / "home", PYTHONIOENCODING="cp932")
        assert done.returncode == 0, done.stderr


def test_settings_prints_the_effective_values() -> None:
    values = json.loads(run("settings", "--json", CATALOG_PORT="8123").stdout)
    assert values["port"] == 8123
    assert values["base_url"] == "http://127.0.0.1:8123"


def test_help_costs_no_heavy_import() -> None:
    code = "import sys; sys.argv = ['catalog', '--help']\nfrom catalog.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    heavy = "print([m for m in ('pandas', 'frictionless', 'rdflib', 'flask', 'sqlalchemy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + heavy], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_table_alone_is_told_where_to_go(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("a\n1\n")
    done = run("validate", tmp_path / "表.csv", home=tmp_path / "home")
    assert done.returncode == 1
    assert "catalog clean 表.csv" in done.stdout
    assert str(tmp_path) not in done.stdout.splitlines()[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate",), ("validat",), ("validate", "--jso", "x"), ("validate", "--limit-errors", "x", "y"),
        ("validate", "--limit-errors", "-3", "y"), ("validate", "--json=3", "x"), ("publish", "--note"), ("withdraw", "a", "b"),
        ("token", "create"), ("serve", "--log", "x"), ("harvest", "change", "far"), ("vocab", "check", "nowhere"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_japanese_alone(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    told = done.stderr.splitlines()[-1]
    assert told.startswith("エラー：")
    assert re.findall(r"[A-Za-z]{2,}", re.sub(r"'[^']*'|（[^）]*）", "", told)) == []
