"""Files made to harm, through the commands of a steward and through a running catalogue: told, in time and in memory.

Never a traceback, never a try at the network, never a path of the server in what others read; and good files pass. What the
sandbox itself holds: test_files_in_the_sandbox.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_files import GOOD, HOSTILE, LARGE, STOPPED, descriptor, package

SECONDS, MEMORY = 10, 512_000_000
PATIENCE = 30
"""Seconds after which a command is ended that should have ended long ago."""
_TRACE = re.compile(r"Traceback|site-packages|\.py\b|File \"")
_OF_SERVER = re.compile(r"/tmp|/root|/home|/work|site-packages|catalog-sandbox|Traceback|\.py\b")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="commands are measured in forks")


class Commands:
    """The warm process."""

    def __init__(self) -> None:
        script = Path(__file__).parent / "commands.py"
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def run(self, *arguments: str) -> dict[str, Any]:
        """What became of a command; that it kept the bounds is checked here, for every one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"arguments": arguments, "seconds": PATIENCE}), file=self.process.stdin, flush=True)
        done: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert done["seconds"] < SECONDS, f"{done['seconds']:.1f} s: {done['said'][-500:]}"
        assert done["bytes"] < MEMORY, f"{done['bytes']:,} bytes"
        assert done["code"] in (0, 1, 2), done
        assert not _TRACE.search(done["said"]), done["said"][-2000:]
        return done

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()


def environment() -> dict[str, str]:
    return {**os.environ, "LANG": "ja_JP.UTF-8", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    warm = Commands()
    yield warm
    warm.close()


def codes(said: str) -> set[str]:
    return {each["code"] for each in json.loads(said)["findings"]}


PACKAGES = {case: (make, code) for case, (name, make, code) in HOSTILE.items() if name.endswith(".zip")}
TABLES = {case: (name, make, code) for case, (name, make, code) in HOSTILE.items() if not name.endswith(".zip")}


@pytest.mark.parametrize("case", PACKAGES)
def test_a_hostile_package_is_refused_by_validate(case: str, commands: Commands, tmp_path: Path) -> None:
    make, code = PACKAGES[case]
    (tmp_path / "x.zip").write_bytes(make())
    done = commands.run("validate", str(tmp_path / "x.zip"), "--json")
    assert done["code"] == 1
    answer = json.loads(done["said"])
    told = {each["code"] for each in answer["findings"]}
    told |= {f"stock.{error['type']}" for task in answer["report"]["tasks"] for error in task["errors"]}
    assert code in told or code.rpartition(".")[0] in told
    for each in answer["findings"]:
        assert not _OF_SERVER.search(json.dumps(each, ensure_ascii=False))


@pytest.mark.parametrize("case", TABLES)
def test_a_hostile_table_is_refused_by_clean(case: str, commands: Commands, tmp_path: Path) -> None:
    name, make, code = TABLES[case]
    (tmp_path / name).write_bytes(make())
    out = tmp_path / "out"
    done = commands.run("clean", str(tmp_path / name), "--standard", "public-toilet", "-o", str(out), "--json")
    assert done["code"] == 1
    assert not out.exists()
    assert codes(done["said"]) & ({code, "clean-header-missing"} if code == "table-empty" else {code})


UNBOUNDED = {
    "a pattern that never ends": STOPPED["a pattern that never ends"],
    "a pattern that looks back": STOPPED["a pattern that looks back"],
    "brackets in object cells": LARGE["brackets in object cells"][1],
    "a code list without end": LARGE["a code list without end"][1],
    "a code list in quotes": LARGE["a code list in quotes"][1],
    "100,000 commas in a row": lambda: package("a\n" + "," * 100_000 + "\n"),
    "100 empty columns behind 1,000 rows": lambda: package("a\n" + ("," * 100 + "\n") * 1_000),
    "1,000 cells of which one is large": lambda: package("a\n" + "," * 990 + "x" * 900_000 + "\n"),
    "100,000 line breaks in quotes": lambda: package("a\n" + '"\n",' * 100_000 + "\n"),
}
"""Packages that a validator may take for ever over, or for gigabytes."""


@pytest.mark.parametrize("case", UNBOUNDED)
def test_a_package_without_end_ends(case: str, commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(UNBOUNDED[case]())
    done = commands.run("validate", str(tmp_path / "x.zip"), "--json")
    assert done["code"] == 1
    assert not json.loads(done["said"])["valid"]


def test_a_number_beyond_all_numbers_is_one(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(LARGE["a number beyond all numbers"][1]())
    assert commands.run("validate", str(tmp_path / "x.zip"))["code"] == 0


def folder(root: Path, **resource: Any) -> Path:
    root.mkdir()
    (root / "datapackage.json").write_text(descriptor(**resource), encoding="utf-8")
    (root / "data.csv").write_text("a\n1\n")
    return root


def linked(root: Path) -> Path:
    (folder(root) / "data.csv").unlink()
    (root / "data.csv").symlink_to("/etc/passwd")
    return root


def through_a_link(root: Path) -> Path:
    (folder(root, path="data/passwd") / "data").symlink_to("/etc")
    return root


def endless(root: Path) -> Path:
    (folder(root) / "data.csv").unlink()
    os.mkfifo(root / "data.csv")
    return root


def a_device(root: Path) -> Path:
    (folder(root) / "data.csv").unlink()
    (root / "data.csv").symlink_to("/dev/zero")
    return root


FOLDERS: dict[str, Callable[[Path], Path]] = {
    "a link": linked,
    "a linked folder": through_a_link,
    "a FIFO": endless,
    "a device": a_device,
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_folder_that_leads_elsewhere_is_refused(case: str, commands: Commands, tmp_path: Path) -> None:
    done = commands.run("validate", str(FOLDERS[case](tmp_path / "x")), "--json")
    assert done["code"] == 1
    assert codes(done["said"]) & {"path-link", "path-not-file", "path-missing", "table-format"}
    assert "root:" not in done["said"]


@pytest.mark.parametrize("case", [each for each, (name, _make) in GOOD.items() if name.endswith(".zip")])
def test_a_good_package_is_valid(case: str, commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(GOOD[case][1]())
    assert commands.run("validate", str(tmp_path / "x.zip"))["code"] == 0


GOOD_TABLE = "名称,所在地_連結表記,設置位置,緯度\n中央公園,大阪府大阪市北区1-1,入口,34.7\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_good_table_is_cleaned(encoding: str, commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(GOOD_TABLE.encode(encoding))
    out = tmp_path / "out"
    options = ("--standard", "public-toilet", "--publisher", "271004", "-o", str(out))
    assert commands.run("clean", str(tmp_path / "x.csv"), *options)["code"] == 0
    assert commands.run("validate", str(out))["code"] == 0


@pytest.mark.parametrize("case", ["a zip of zeros", "one cell in the last corner", "a pattern that never ends"])
def test_from_a_cold_start_too(case: str, tmp_path: Path) -> None:
    """The command as a steward starts it, with everything that it imports."""
    name, make = ("x.zip", STOPPED[case]) if case in STOPPED else HOSTILE[case][:2]
    (tmp_path / name).write_bytes(make())
    arguments = ["validate", name] if name.endswith(".zip") else ["clean", name, "--standard", "public-toilet", "-o", "out"]
    begin = time.monotonic()
    command = [sys.executable, "-c", "from catalog.cli import main; main()", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert time.monotonic() - begin < SECONDS
    assert done.returncode == 1
    assert not _TRACE.search(done.stdout + done.stderr)


class Catalogue:
    """``catalog serve``, as an operator starts it."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        own = {"CATALOG_HOME": str(home / "store"), "CATALOG_PORT": str(self.port), "CATALOG_CHECK_SECONDS": "5"}
        self.log = (home / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from catalog.cli import main; main()", "serve"],
            env={**environment(), **own},
            stdout=self.log, stderr=self.log, cwd=home,
        )  # fmt: skip
        for _attempt in range(1_200):  # a loaded machine takes its time
            try:
                if self.ask("GET", "/check")[0] == 200:
                    break
            except OSError:
                assert self.process.poll() is None, self.said()
            time.sleep(0.1)
        self.check("warm.csv", b"a,b\n1,2\n")

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def check(self, name: str, data: bytes, **fields: str) -> tuple[int, dict[str, Any]]:
        """Send the form; the answer in JSON. That it kept the bounds is checked here."""
        mark = uuid.uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
        body = "".join(parts).encode() + data + f"\r\n--{mark}--\r\n".encode()
        begin = time.monotonic()
        kind = f"multipart/form-data; boundary={mark}"
        status, answer = self.ask("POST", "/check", body, Content_Type=kind, Accept="application/json")
        assert time.monotonic() - begin < SECONDS
        assert not _OF_SERVER.search(answer.decode())
        return status, json.loads(answer)

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def peak(self) -> int:
        """Highest resident size of the web process, bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        self.log.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    home = tmp_path_factory.mktemp("served")
    running = Catalogue(home)
    yield running
    running.close()
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read through /proc")
def test_hostile_files_over_http(catalogue: Catalogue) -> None:
    for case, (name, make, code) in HOSTILE.items():
        data = make()
        status, answer = catalogue.check(name, data)
        told = {each["code"] for each in answer.get("findings", answer.get("errors", []))} | {answer.get("code", "")}
        told |= {f"stock.{error['type']}" for task in answer.get("report", {}).get("tasks", []) for error in task["errors"]}
        assert status in (200, 413), (case, answer)
        assert status == 413 or not answer["valid"], case
        assert status == 413 or code in told or code.rpartition(".")[0] in told, (case, told)
    assert catalogue.peak() < MEMORY
    assert catalogue.process.poll() is None
    assert "Traceback" not in catalogue.said()


def test_good_files_over_http(catalogue: Catalogue) -> None:
    for case, (name, make) in GOOD.items():
        status, answer = catalogue.check(name, make())
        assert (status, answer["valid"]) == (200, True), (case, answer)


def test_a_server_that_stops_a_check_goes_on(catalogue: Catalogue) -> None:
    status, answer = catalogue.check("x.zip", STOPPED["a pattern that never ends"]())
    assert (status, answer["valid"], [each["code"] for each in answer["findings"]]) == (200, False, ["sandbox-time"])
    assert catalogue.check("x.csv", b"a,b\n1,2\n")[1]["valid"]
