"""Serve the packages of datapackages/ and let real harvesters read the feed whole, in every format, page by page.

python scripts/interop_feed.py [--install | --installed] [--reader ckan] [--reader udata] [--json FILE]

Their code lives in environments of its own under .interop/ and is only called; ours publishes into a temporary folder and
serves on a free port of this computer. Prints a table of properties and datasets. Exit 1: something was lost; 2: a reader
could not be installed or run.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from interop_compare import PROPERTIES, READERS, Outcome, compare, worst

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
ENVIRONMENTS = ROOT / ".interop"
PACKAGES = [*sorted((ROOT / "datapackages").iterdir()), ROOT / "tests/interop/probe"]
FORMATS = ("ttl", "rdf", "jsonld", "nt")
PAGE_SIZE = 2
"""Small, so that there are pages to walk, and more than one dataset on a page."""
LOCKS = {
    "ckan": SCRIPTS / "interop-requirements.txt",
    "udata": SCRIPTS / "interop-udata-requirements.txt",
    "frictionless": SCRIPTS / "interop-frictionless-requirements.txt",
}
HARVESTERS = ("ckan", "udata")
"""The environments whose code reads feeds; frictionless reads our CKAN API (tests/web/test_ckan.py)."""
UNFINISHED = """\
{name}: 環境を準備できませんでした（{error}）。{lock} のパッケージを取得できなかったときは、上に pip のメッセージがあります。
    ネットワークの接続を確かめて、scripts/interop --install をもう一度実行してください。途中までのものは消しました。
{name}: the environment could not be made ({error}). If a package of {lock} could not be had, pip says so above.
    Check the connection to the network, then run scripts/interop --install again. What was half done is gone."""
SECONDS = 120
"""Within which the server has to start, and each reader to have read."""
COLUMN = 26
Answers = dict[str, Any]
Table = dict[str, dict[str, dict[str, Outcome]]]
"""Property: dataset: format: what became of it."""


class Failed(Exception):
    """A reader or our server could not be run."""


# ------------------------------------------------------------------------------------------------ environments


def python_of(name: str) -> Path:
    """The interpreter of a reader's environment."""
    return ENVIRONMENTS / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def locked(name: str) -> str:
    """What an environment has to be made from."""
    return hashlib.sha256(LOCKS[name].read_bytes()).hexdigest() + sys.version


def installed(name: str) -> bool:
    """Whether the environment is there, and made from the lock as it is."""
    stamp = ENVIRONMENTS / name / "made-from"
    return python_of(name).exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == locked(name)


def install(name: str) -> None:
    """Make the environment anew. pip alone, with hashes: nothing is resolved, nothing else can get in."""
    print(
        f"{name}: 準備しています（初回は1〜3分ほどかかります） / Setting up (one to three minutes, the first time)",
        file=sys.stderr,
    )
    folder = ENVIRONMENTS / name
    shutil.rmtree(folder, ignore_errors=True)  # of another lock, or of a time when it was not finished
    options = ["--quiet", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--require-hashes"]
    try:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python_of(name), "-m", "pip", "install", *options, "--requirement", LOCKS[name]], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Failed(
            UNFINISHED.format(name=name, lock=LOCKS[name].relative_to(ROOT).as_posix(), error=type(error).__name__)
        ) from error
    (folder / "made-from").write_text(locked(name), encoding="utf-8")


# ------------------------------------------------------------------------------------------------ our side


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The packages, published and served; the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours = {
        "HOME": str(folder / "home"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "PAGE_SIZE": str(PAGE_SIZE),
        "SAMPLES_IN_FEED": "true",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CATALOG_")}
    environment |= {"CATALOG_" + name: value for name, value in ours.items()} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from catalog.cli import main; main()"]
    with (folder / "server.log").open("w+", encoding="utf-8") as log:
        options: dict[str, Any] = {"env": environment, "cwd": folder, "stdout": log, "stderr": subprocess.STDOUT}
        if subprocess.run([*command, "publish", *PACKAGES], check=False, **options).returncode:
            raise Failed("the packages could not be published:\n" + tail(log))
        with subprocess.Popen([*command, "serve"], **options) as server:
            try:
                wait(server, port, log)
                yield port
            finally:
                server.terminate()


def wait(server: "subprocess.Popen[bytes]", port: int, log: IO[str]) -> None:
    """Until the server answers."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            get(port, "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Failed("our server did not start:\n" + tail(log))


def get(port: int, path: str) -> bytes:
    """What our server answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def published(port: int) -> dict[str, Answers]:
    """The JSON of every dataset, by its address."""
    found, page = {}, "/datasets.json"
    while page:
        answer = json.loads(get(port, page))
        for each in answer["datasets"]:
            found[each["url"]] = json.loads(get(port, f"/dataset/{each['id']}.json"))
        page = (answer["next"] or "").removeprefix(f"http://127.0.0.1:{port}")
    return found


def tail(log: IO[str]) -> str:
    """The last lines of a log."""
    log.seek(0)
    return "".join(log.readlines()[-30:])


# ------------------------------------------------------------------------------------------------ their side


def harvest(names: Sequence[str], port: int, folder: Path) -> dict[str, Answers]:
    """What each reader made of each feed; the readers run beside each other."""
    feeds = [f"http://127.0.0.1:{port}/catalog.{each}" for each in FORMATS]
    with ThreadPoolExecutor() as readers:
        return dict(zip(names, readers.map(lambda name: read(name, feeds, folder), names), strict=True))


def read(name: str, feeds: Sequence[str], folder: Path) -> Answers:
    """What one reader made of each feed."""
    strange = ("CKAN", "UDATA", "PYTHON", "CATALOG_")  # settings of a portal that this computer may have
    environment = {key: value for key, value in os.environ.items() if not key.startswith(strange)}
    environment |= {"NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    command = [python_of(name), SCRIPTS / f"interop_{name}.py", *feeds]
    with (folder / f"{name}.log").open("w+", encoding="utf-8", errors="replace") as log:
        try:
            done = subprocess.run(
                command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=log, timeout=SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Failed(f"{name} could not be run ({error}):\n{tail(log)}") from error
    return dict(json.loads(done.stdout))


# ------------------------------------------------------------------------------------------------ judging


def walk_faults(datasets: Mapping[str, Answers], feed: Answers) -> list[str]:
    """What went wrong with a feed before any property."""
    faults = [f"error of the harvest: {each}" for each in feed["errors"]]
    faults += [f"refused: {title}: {errors}" for title, errors in feed["refused"].items()]
    if len(datasets) > PAGE_SIZE and len(feed["pages"]) < len(datasets) / PAGE_SIZE:
        faults.append(f"only these pages were walked: {feed['pages']}")
    for reading, arrived in feed["readings"].items():
        seen = Counter(READERS[reading].read(each)["identifier"] for each in arrived)
        faults += [f"{reading}: lost: {each}" for each in sorted(set(datasets) - set(seen))]
        faults += [f"{reading}: not ours: {each}" for each in sorted(set(map(str, seen)) - set(datasets))]
        faults += [f"{reading}: {count} times: {each}" for each, count in seen.items() if count > 1]
    return faults


def tables(datasets: Mapping[str, Answers], feeds: Mapping[str, Answers]) -> dict[str, Table]:
    """For every reading: property, dataset, format, outcome."""
    found: dict[str, Table] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    for address, feed in feeds.items():
        format_ = address.rpartition(".")[2]
        for reading, arrived in feed["readings"].items():
            for each in arrived:
                identifier = READERS[reading].read(each)["identifier"]
                if identifier in datasets:
                    for name, outcome in compare(datasets[identifier], each, READERS[reading]).items():
                        found[reading][name][datasets[identifier]["id"]][format_] = outcome
    return found


def cell(outcomes: Mapping[str, Outcome]) -> str:
    """A property of a dataset in all formats."""
    state = worst(list(outcomes.values())).state
    where = [format_ for format_, outcome in outcomes.items() if outcome.state == state]
    return state if len(where) == len(outcomes) else f"{state} ({' '.join(where)})"


def show(reading: str, table: Table) -> None:
    """Print one table and what it means."""
    names = sorted({name for row in table.values() for name in row})
    print(f"\n{reading}\n{'':18}" + "".join(f"{name[: COLUMN - 2]:{COLUMN}}" for name in names))
    for name, row in table.items():
        print(f"{name:18}" + "".join(f"{cell(row[each]) if each in row else 'LOST':{COLUMN}}" for each in names).rstrip())
    limits = [name for name, row in table.items() if any(worst(list(each.values())).state == "reader" for each in row.values())]
    for name in limits:
        print(f"  reader: {name}: {READERS[reading].limits[name]}")


def losses(reading: str, table: Table) -> list[str]:
    """Every property that was lost, one line a dataset."""
    terms = {name: each.terms for name, each in PROPERTIES.items()} | {"files": "dcat:distribution/dcat:downloadURL"}
    found = []
    for name, row in table.items():
        for dataset, outcomes in row.items():
            lost = {format_: each for format_, each in outcomes.items() if each.state == "missing"}
            if lost:
                first = next(iter(lost.values()))
                found.append(
                    f"{reading} ({' '.join(lost)}): {dataset}: {name}: wanted {first.wanted!r}, arrived {first.arrived!r}; "
                    f"it is read from {terms[name]}"
                )
    return found


def judge(datasets: Mapping[str, Answers], answers: Mapping[str, Answers]) -> Answers:
    """Print everything; what a program may want to know of it, by reader."""
    found = {}
    for name, answer in answers.items():
        print(f"\n{name}: " + ", ".join(f"{package} {version}" for package, version in answer["versions"].items()))
        lost = []
        for address, feed in answer["feeds"].items():
            format_ = address.rpartition(".")[2]
            print(f"  {format_:7}{feed['type']:22}{len(feed['pages'])} pages, {len(datasets)} datasets published")
            lost += [f"{format_}: {each}" for each in walk_faults(datasets, feed)]
        made = tables(datasets, answer["feeds"])
        for reading, table in made.items():
            show(reading, table)
            lost += losses(reading, table)
        print(f"\n{name}: " + (f"{len(lost)} LOST" if lost else "nothing lost"), *lost, sep="\n  ")
        states = {
            reading: {name: {each: cell(outcomes) for each, outcomes in row.items()} for name, row in table.items()}
            for reading, table in made.items()
        }
        found[name] = {"versions": answer["versions"], "lost": lost, "tables": states}
    return found


def main() -> int:
    """Install, serve, harvest, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reader", action="append", choices=HARVESTERS, help="only this one (may be repeated)")
    parser.add_argument("--install", action="store_true", help="make the environments and stop")
    parser.add_argument("--installed", action="store_true", help="install nothing: take the readers that are there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there as well")
    asked = parser.parse_args()
    names = asked.reader or list(LOCKS if asked.install else HARVESTERS)
    try:
        if asked.installed:
            names = [each for each in names if installed(each)]
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(install, [each for each in names if not installed(each)]))
        if asked.install:
            return 0
        with tempfile.TemporaryDirectory(prefix="interop-") as folder, served(Path(folder)) as port:
            datasets = published(port)
            found = judge(datasets, harvest(names, port, Path(folder)))
    except Failed as error:
        print(error, file=sys.stderr)
        return 2
    if asked.json:
        asked.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if any(each["lost"] for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
