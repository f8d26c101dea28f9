"""What the feed costs: rendering it, walking it over HTTP, walking it again, publishing one more dataset beside all others.

python scripts/bench_feed.py [--datasets N] [--beside N]

Puts synthetic publications of three distributions each straight into a store in a temporary folder, serves it with
`catalog serve`, walks every page in Turtle as a harvester does, and prints a table; then publishes one more package beside
`--beside` others (0: leaves that out). CPU seconds of a walk are those of the server's processes. Exit status 1 where a figure
misses its target. Needs Linux: it reads /proc.

Beside it, the same datasets through ckanext-dcat's own serialiser, where scripts/interop has made an environment for it.
"""

import argparse
import gzip
import hashlib
import http.client
import json
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from catalog.addresses import Addresses
from catalog.dcat import bulk, dataset_of, render
from catalog.dcat.packing import pack
from catalog.model import Agent, Contact, Field, License, Package, Period, Publication, Resource, Schema, Source, StoredFile, Text
from catalog.publishing import publish, refresh, reindex
from catalog.settings import Settings
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent
CKAN = ROOT / ".interop/ckan/bin/python"
"""The environment that scripts/interop makes."""
COMPARED = 1_000
"""Datasets that go through ckanext-dcat's serialiser, page by page; its time grows with their number."""
CATALOG = [sys.executable, "-c", "if __name__ == '__main__': from catalog.cli import main; main()"]
LINK = re.compile(r'<([^>]+)>; rel="next"')
TICKS = os.sysconf("SC_CLK_TCK")
ONE_MORE, ANEW, ANEW_FAST = 0.5, 100.0, 1000.0
"""Targets: seconds for one more dataset; datasets a second when all is written again, without the extra [fast] and with it."""
RATIO = 300
"""How many times cheaper than ckanext-dcat a walk has to be."""
GROWTH = 1.2
"""How many times the memory of a server of a tenth of the datasets one of all of them may take."""
ANEW_PROGRAM = """
import os, sys, time
from catalog.publishing import as_served, reindex
from catalog.settings import Settings
from catalog.store import Store

if __name__ == "__main__":
    settings = Settings(home=sys.argv[1])
    with Store.open(settings) as store:
        begun, rendered = time.perf_counter(), []

        def progress(done, count):
            if done == count:
                rendered.append(time.perf_counter() - begun)

        reindex(store, as_served(store, settings), progress, everything=True)
        print(*rendered, time.perf_counter() - begun, sum(os.times()[:4]))
"""
"""What `catalog reindex --all` does with the feed; the index of the search is none of it."""
Row = tuple[str, str, bool]


def publication(number: int, version: int = 1) -> Publication:
    """An invented dataset with two tables and their zip."""
    name = f"d{hashlib.sha256(str(number).encode()).hexdigest()[:10]}-{number:06}"
    fields = tuple(Field(name=f"c{each}", type="string", title=Text(f"項目{each}", f"Item {each}")) for each in range(8))
    tables = tuple(
        Resource(name=each, path=f"data/{each}.csv", title=Text(f"{each}の表", f"Table {each}"), schema=Schema(fields=fields))
        for each in ("one", "two")
    )
    files = [
        StoredFile(path=f"{each}.csv", sha256=hashlib.sha256(f"{name}{each}{version}".encode()).hexdigest(), bytes=1000 + number,
                   media_type="text/csv", role="table", format="csv", resource=each)
        for each in ("one", "two")
    ]  # fmt: skip
    files.append(
        StoredFile(path=f"{name}.zip", sha256=hashlib.sha256(name.encode()).hexdigest(), bytes=5000, media_type="application/zip",
                   role="package", format="zip")
    )  # fmt: skip
    package = Package(
        name=name,
        title=Text(f"架空の施設一覧 {number}", f"Invented facilities {number}"),
        description=Text(f"試験のために作った {number} 番の一覧です。" * 3, f"List {number}, made up for a test. " * 3),
        keywords=("施設", "試験", f"番号{number % 100}"),
        keywords_en=("facilities", "test"),
        version="1.0",
        licenses=(License(name="CC-BY-4.0", title="CC BY 4.0"),),
        sources=(Source(title="試験", path=f"https://example.jp/source/{number}"),),
        contact=Contact(name="試験係", telephone="06-0000-0000"),
        themes=("TRAN",),
        spatial=("270008",),
        temporal=Period(start="2020-04-01", end="2021-03-31"),
        frequency="ANNUAL",
        resources=tables,
        sample=True,
    )
    counted = [{"name": each, "valid": True, "stats": {"rows": number, "errors": 0}} for each in ("one", "two")]
    return Publication(
        id=name,
        version=version,
        package=package,
        publisher=Agent(id="270008", name=Text("大阪府", "Osaka Prefecture")),
        files=tuple(files),
        report={"valid": True, "tasks": counted},
        digest=files[0].sha256,
        validator="frictionless 5.21.0",
        issued="2026-04-01T00:00:00Z",
        modified=f"2026-04-{version:02}T00:00:00Z",
    )


def fill(store: Store, settings: Settings, count: int) -> float:
    """Put the publications into the store, without a feed yet; the seconds that describing took."""
    refresh(store, settings)
    rendering = bulk.described(map(publication, range(count)), settings, count)
    spent, numbers = 0.0, iter(range(count))
    while some := list(islice(numbers, 500)):
        with store.writing() as writing:
            for number in some:
                begun = time.perf_counter()
                outcome = next(rendering)
                spent += time.perf_counter() - begun
                writing.add(publication(number), {}, {})
                writing.replace_documents({outcome.dataset: outcome.documents or {}}, "2026-04-01T00:00:00Z", anew=True)
    return spent


def fill_alike(store: Store, settings: Settings, count: int) -> None:
    """Put as many publications into the store whose descriptions are that of the first with another id, and make the feed."""
    refresh(store, settings)
    first = publication(0)
    documents = render(dataset_of(first, Addresses(settings.public_url()), settings))
    numbers = iter(range(count))
    while some := list(islice(numbers, 500)):
        with store.writing() as writing:
            described = {}
            for number in some:
                each = publication(number)
                writing.add(each, {}, {})
                described[each.id] = {
                    name: pack(body.replace(first.id.encode(), each.id.encode())) for name, body in documents.items()
                }
            writing.replace_documents(described, "2026-04-01T00:00:00Z", anew=True)
    reindex(store, settings)


def package_folder(folder: Path, name: str, version: int) -> Path:
    """A package of two tables, 100 rows each."""
    data = folder / name / "data"
    data.mkdir(parents=True, exist_ok=True)
    fields = [
        {"name": each, "type": type_, "title": each} for each, type_ in (("id", "integer"), ("name", "string"), ("n", "number"))
    ]
    for table in ("one", "two"):
        rows = "".join(f"{row},施設{row},{row * version / 4}\n" for row in range(100))
        (data / f"{table}.csv").write_text("id,name,n\n" + rows, encoding="utf-8")
    descriptor = {
        "name": name,
        "title": f"架空の施設一覧 {name}",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"sample": True},
        "resources": [
            {"name": each, "title": f"{each}の表", "path": f"data/{each}.csv", "schema": {"fields": fields}}
            for each in ("one", "two")
        ],
    }
    (folder / name / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder / name


def one_more(store: Store, settings: Settings, folder: Path) -> Row:
    """New datasets and new versions, from the folder to the feed. The first one loads what the others find loaded."""
    beside = store.count()
    publish(package_folder(folder, "d0-warm", 1), settings, store)
    names, spent, worked = [f"d{each}-more" for each in "05af9"], [], []
    for version in (1, 2):
        for name in names:
            source = package_folder(folder, name, version)
            begun, before = time.perf_counter(), time.process_time()
            publish(source, settings, store)
            spent.append(time.perf_counter() - begun)
            worked.append(time.process_time() - before)
    usual, busy = statistics.median(spent), statistics.median(worked)
    figure = f"{usual:.3f} s, {busy:.3f} CPU s, slowest of {len(spent)} {max(spent):.3f} s (target {ONE_MORE})"
    return f"one more beside {beside:,}", figure, usual < ONE_MORE


def anew(home: str, count: int, *, extra: bool) -> list[Row]:
    """Everything written again from the stored N-Triples, by a process of its own: the descriptions, then all with the pages."""
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as folder:
        if not extra:  # as if it were not installed, in this process and those that it starts
            (Path(folder) / "pyoxigraph.py").write_text("raise ImportError\n", encoding="utf-8")
        environment = os.environ | {"CATALOG_HOME": home, "PYTHONPATH": os.pathsep.join([folder, str(ROOT)])}
        program = [sys.executable, "-c", ANEW_PROGRAM, home]
        done = subprocess.run(program, env=environment, check=True, capture_output=True, text=True)
    rendered, spent, cpu_spent = map(float, done.stdout.split())
    target, how = (ANEW_FAST, "with [fast]") if extra else (ANEW, "without it")
    figure = f"{rendered:.1f} s, {count / rendered:,.0f} datasets/s (target {target:,.0f}/s)"
    whole = f"{spent:.1f} s, {count / spent:,.0f} datasets/s, {cpu_spent:.1f} CPU s"
    return [
        (f"rendered again, {how}", figure, count / rendered >= target),
        ("  and put in place, with the pages", whole, True),
    ]


@contextmanager
def served(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The server, while it runs."""
    environment = os.environ | {"CATALOG_HOME": settings.home, "CATALOG_PORT": str(settings.port)}
    with subprocess.Popen([*CATALOG, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _attempt in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex((settings.host, settings.port)) == 0:
                        break
                time.sleep(0.1)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def family(pid: int) -> Iterator[int]:
    """A process and all that it has started: the server's workers are processes of their own."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def cpu(process: subprocess.Popen[bytes]) -> float:
    """CPU seconds of the server up to now."""
    ticks = 0
    for pid in family(process.pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def memory(process: subprocess.Popen[bytes]) -> float:
    """The most memory that the server has held, all its processes together, in MB."""
    held = 0
    for pid in family(process.pid):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        held += int(found[1]) if found else 0
    return held / 1000


class Harvester:
    """Walks the feed in Turtle over one connection, with the tags that it remembers."""

    def __init__(self, settings: Settings) -> None:
        self.connection = http.client.HTTPConnection(settings.host, settings.port, timeout=60)
        self.tags: dict[str, str] = {}
        self.nexts: dict[str, str] = {}

    def walk(self) -> tuple[list[int], int, int]:
        """(statuses, bytes on the wire, datasets met)."""
        self.connection.close()  # the server has done so too, where other things took long meanwhile
        path, statuses, size, datasets = "/catalog.ttl", [], 0, 0
        while path:
            known = {"If-None-Match": self.tags[path]} if path in self.tags else {}
            self.connection.request("GET", path, headers={"Accept-Encoding": "gzip", **known})
            answer = self.connection.getresponse()
            body = answer.read()
            statuses.append(answer.status)
            size += len(body)
            if answer.status == http.HTTPStatus.OK:
                datasets += gzip.decompress(body).count(b" a dcat:Dataset ;")
            self.tags[path] = answer.headers["ETag"]
            found = LINK.search(answer.headers["Link"])
            path = "/" + found[1].split("/", 3)[3] if found else ""
        return statuses, size, datasets


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_ckan(given: Publication) -> dict[str, object]:
    """The same dataset as CKAN knows it."""
    package = given.package
    resources = [
        {
            "id": f"{given.id}-{each.path}",
            "package_id": given.id,
            "name": each.path,
            "description": f"{each.resource} {package.title.ja}",
            "url": f"http://127.0.0.1/download/{given.id}/1/{each.path}",
            "access_url": f"http://127.0.0.1/download/{given.id}/latest/{each.path}",
            "download_url": f"http://127.0.0.1/download/{given.id}/1/{each.path}",
            "format": each.format.upper(),
            "mimetype": each.media_type,
            "size": each.bytes,
            "hash": each.sha256,
            "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "issued": given.issued,
            "modified": given.modified,
            "language": '["http://publications.europa.eu/resource/authority/language/JPN"]',
        }
        for each in given.files
    ]
    said = {
        "uri": f"http://127.0.0.1/dataset/{given.id}",
        "identifier": f"http://127.0.0.1/dataset/{given.id}",
        "issued": given.issued,
        "modified": given.modified,
        "publisher_uri": "http://127.0.0.1/publisher/270008",
        "publisher_name": given.publisher.name.ja,
        "contact_name": "試験係",
        "contact_email": "test@example.jp",
        "theme": '["http://publications.europa.eu/resource/authority/data-theme/TRAN"]',
        "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        "language": '["http://publications.europa.eu/resource/authority/language/JPN"]',
        "spatial_uri": "http://data.e-stat.go.jp/lod/sac/C27000",
        "temporal_start": "2020-04-01",
        "temporal_end": "2021-03-31",
        "conforms_to": '["http://127.0.0.1/schema/x"]',
        "access_rights": "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
        "version_notes": "none",
        "provenance": "invented",
    }
    return {
        "id": given.id,
        "name": given.id,
        "title": package.title.ja,
        "notes": package.description.ja,
        "url": f"http://127.0.0.1/dataset/{given.id}",
        "version": "1",
        "license_id": "cc-by",
        "metadata_created": given.issued,
        "metadata_modified": given.modified,
        "tags": [{"name": each} for each in (*package.keywords, *package.keywords_en)],
        "extras": [{"key": key, "value": value} for key, value in said.items()],
        "resources": resources,
    }


def compare(count: int, walk: float) -> tuple[str, bool]:
    """The walk against ckanext-dcat's serialiser, where it can be run."""
    if not CKAN.exists():
        return "not measured: scripts/interop has made no environment for CKAN", True
    measured = min(count, COMPARED)
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as folder:
        file = Path(folder) / "datasets.json"
        file.write_text(json.dumps([as_ckan(publication(each)) for each in range(measured)]), encoding="utf-8")
        command = [CKAN, ROOT / "scripts/bench_feed_ckan.py", file]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        return f"not measured: {ran.stderr.strip().splitlines()[-1]}", False
    theirs = json.loads(ran.stdout)["seconds"] * count / measured
    figure = f"{theirs:.1f} CPU s ({measured:,} datasets measured), {theirs / walk:,.0f} times the walk (target {RATIO})"
    return figure, theirs / walk >= RATIO


def walked(settings: Settings, count: int) -> tuple[list[Row], float]:
    """The rows about the server, and the most memory that it held."""
    rows: list[Row] = []
    with served(settings) as process:
        harvester = Harvester(settings)
        harvester.connection.request("GET", "/healthz")
        harvester.connection.getresponse().read()
        rested, begun = memory(process), cpu(process)
        statuses, size, datasets = harvester.walk()
        first = cpu(process) - begun
        whole = set(statuses) == {200} and datasets == count
        figure = f"{len(statuses)} pages, {datasets:,} datasets, {size / 1e6:.1f} MB, {first:.2f} CPU s"
        rows.append(("first walk, Turtle, gzip", figure, whole))
        rows.append(("ckanext-dcat's serialiser", *compare(count, max(first, 1 / TICKS))))
        begun = cpu(process)
        statuses, size, _datasets = harvester.walk()
        figure = f"{statuses.count(304)} of {len(statuses)} pages 304, {size} bytes, {cpu(process) - begun:.2f} CPU s"
        rows.append(("second walk", figure, set(statuses) == {304}))
        walked_to, begun = memory(process), cpu(process)
        harvester.connection.close()
        harvester.connection.request("GET", "/catalog/dump.ttl.gz")
        dump = len(harvester.connection.getresponse().read())
        rows.append(("dump, Turtle", f"{dump / 1e6:.1f} MB, {cpu(process) - begun:.2f} CPU s", dump > 0))
        most = memory(process)
        figure = f"{rested:.0f} MB at rest, {walked_to:.0f} MB after the walks, {most:.0f} MB after the dump"
        rows.append(("memory of the server", figure, True))
    return rows, most


def memory_beside(folder: Path, count: int) -> float:
    """The most memory that a server of so many datasets holds."""
    settings = Settings(home=str(folder / "small"), port=free_port())
    with Store.open(settings) as store:
        fill_alike(store, settings, count)
    with served(settings) as process:
        harvester = Harvester(settings)
        harvester.walk()
        harvester.walk()
        harvester.connection.request("GET", "/catalog/dump.ttl.gz")
        harvester.connection.getresponse().read()
        return memory(process)


def measured(count: int, folder: Path) -> list[Row]:
    """Every row but the one about many others."""
    rows: list[Row] = []
    settings = Settings(home=str(folder / "home"), port=free_port())
    with Store.open(settings) as store:
        spent = fill(store, settings, count)
        rows.append(("describing", f"{spent:.1f} s, {count / spent:,.0f} datasets/s", True))
        reindex(store, settings)
    for extra in (True, False):
        rows += anew(settings.home, count, extra=extra)
    found, most = walked(settings, count)
    rows += found
    small = memory_beside(folder, count // 10)
    rows.append(("of a tenth of the datasets", f"{small:.0f} MB (target: at most {GROWTH} times that)", most <= GROWTH * small))
    with Store.open(settings) as store:
        rows.append(one_more(store, settings, folder))
    database = Path(settings.home, "catalog.sqlite3").stat().st_size
    rows.append(("database", f"{database / 1e6:,.0f} MB, {database / count / 1000:.1f} kB a dataset", True))
    return rows


def beside(count: int, folder: Path) -> list[Row]:
    """One more dataset beside many others."""
    settings = Settings(home=str(folder / "many"), port=free_port())
    with Store.open(settings) as store:
        begun = time.perf_counter()
        fill_alike(store, settings, count)
        row = ("making those others", f"{time.perf_counter() - begun:.0f} s", True)
        return [one_more(store, settings, folder / "packages"), row]


def main() -> int:
    """Make, serve, walk, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--beside", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as folder:
        rows = measured(asked.datasets, Path(folder)) if asked.datasets else []
        rows += beside(asked.beside, Path(folder)) if asked.beside else []
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows.append(("memory of this program", f"{own / 1000:.0f} MB", True))
    load = f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{asked.datasets:,} datasets of 3 distributions ({load})")
    for name, figure, good in rows:
        print(f"  {name:34} {figure}{'' if good else '   MISSED'}")
    return 0 if all(good for _name, _figure, good in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
