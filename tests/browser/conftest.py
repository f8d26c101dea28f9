"""One catalogue, one server, one browser for all tests here, and what the browser saw of every page: each is opened once.

The catalogue holds every sample package (one of them twice, one withdrawn) and every odd one; `catalog serve` serves it. The
browser is the machine's own Chromium: where there is none, tests are skipped, and with CI set they fail.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "scripts")]

import odd_packages  # noqa: E402  the folder is on the path from here on
import page_types  # noqa: E402
from driving import Browser, Report, Visit  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

CATALOG = [sys.executable, "-c", "from catalog.cli import main; main()"]
SECONDS = 120
Visiting = Callable[[str, str], Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        told = "no Chromium on this machine (scripts/test installs it where apt and root are to be had)"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with Browser.started(program) as found:
        yield found


@pytest.fixture(scope="session")
def catalogue(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL. Asks for the browser first: nothing is published for tests that are skipped."""
    assert browser.chromium.is_connected()
    folder = tmp_path_factory.mktemp("browser")
    odd = [odd_packages.write(folder / "odd", name) for name in odd_packages.ODD]
    publish = ["publish", *page_types.packages(folder), *odd]
    with serving(folder, publish, ["withdraw", page_types.SAMPLES.withdrawn, "--reason", "試験のため"]) as (address, _told):
        yield address


@contextmanager
def serving(folder: Path, *commands: Sequence[str | Path]) -> Iterator[tuple[str, list[str]]]:
    """A catalogue of its own in a folder, after these commands: its base URL, and what each command has printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    strange = {name: value for name, value in os.environ.items() if not name.startswith("CATALOG_")}
    own = {"CATALOG_HOME": str(folder / "home"), "CATALOG_PORT": str(port), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    run: dict[str, Any] = {"env": strange | own, "cwd": folder}
    told = []
    for command in commands:
        done = subprocess.run([*CATALOG, *command], check=False, capture_output=True, encoding="utf-8", **run)
        assert done.returncode == 0, (done.stdout + done.stderr)[-2_000:]
        told.append(done.stdout)
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*CATALOG, "serve"], stdout=log, stderr=subprocess.STDOUT, **run) as server,
    ):
        try:
            wait(server, port)
            yield f"http://127.0.0.1:{port}", told
        finally:
            server.terminate()


def wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server has ended"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def subjects() -> page_types.Subjects:
    return page_types.SAMPLES


@pytest.fixture(scope="session")
def visit(browser: Browser, catalogue: str, subjects: page_types.Subjects) -> Iterator[Visiting]:
    """``visit(name, language)``: what the browser saw of a page type, or of an odd package's page, opened once."""
    known: dict[tuple[str, str], Visit] = {}
    paths = page_types.paths(subjects) | odd_packages.PAGES

    def visited(name: str, language: str) -> Visit:
        if (name, language) not in known:
            known[name, language] = browser.visit(catalogue, f"/{language}{paths[name]}")
        return known[name, language]

    yield visited
    if wanted := os.environ.get("KEEP_VISITS"):
        keep(Path(wanted), browser, {(language, paths[name]): each for (name, language), each in known.items()})


def keep(file: Path, browser: Browser, visits: Mapping[tuple[str, str], Visit]) -> None:
    """Write down what axe-core said of each page, for `scripts/accessibility.py`."""
    told = [
        {
            "path": unquote(path),
            "axe": {
                theme: {"violations": [each.partition(":")[0] for each in run.violations], "undecided": run.incomplete}
                for theme, run in each.axe.items()
            },
        }
        for (_language, path), each in sorted(visits.items())
    ]
    axe = next(iter(visits.values())).axe["light"].version
    said = {"axe": axe, "browser": browser.chromium.version, "visits": told}
    file.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def page(browser: Browser, catalogue: str) -> Iterator[Page]:
    """A fresh window of 1,280 x 900 in which nothing glides; what its pages must never do is looked at when the test ends."""
    with browser.window(catalogue, reduced_motion="reduce") as (opened, report):
        yield opened
        assert report == Report(), "console errors, dialogs, or requests that leave the catalogue"
