"""Readers while somebody publishes: whether anybody ever meets an error, or half of something.

python scripts/bench_readers.py [READERS [SECONDS [PUBLISHERS]]]     (200 readers, 20 seconds, 5 publishers)

Starts `catalog serve` on a small catalogue. Some clients publish version after version by PUT, each of a dataset of its own, for
one of them alone waits behind all the readers for most of its time; the others, each on a connection
of its own, read pages, the feed, JSON and files, with If-None-Match every other time. No answer may be anything but 200, 304 or
429, and no body torn: its length is as told, a page ends as it should, one ETag never has two bodies, and a file of a numbered
version has the SHA-256 that the catalogue tells.
"""

import hashlib
import http.client
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from catalog import tokens
from catalog.settings import Settings
from catalog.store import Store

NAME = "busy"
"""How the ids of the datasets begin; the first has this one."""
PATIENCE = 60
NUMBERED, AGAIN = 0.3, 0.5
"""How many requests are for the file of a numbered version; how many ask only for what is new."""
READ = (
    "/ja/",
    "/ja/dataset/{name}",
    "/dataset/{name}.json",
    "/dataset/{name}.ttl",
    "/catalog.nt",
    "/datasets.json",
    "/download/{name}/latest/stations.csv",
    "/api/v1/datasets/{name}/tables/stations/rows?limit=20",
)


def named(number: int) -> str:
    """The dataset of a publisher."""
    return f"{NAME}-{number}" if number else NAME


def package(number: int, name: str = NAME, rows: int = 200) -> bytes:
    """Version ``number`` of a small package."""
    fields = [{"name": "code", "type": "string"}, {"name": "passengers", "type": "integer"}]
    told = {
        "name": name,
        "title": "混みあう表",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"publisher": {"id": "270008", "name": "大阪府"}},
        "resources": [{"name": "stations", "path": "s.csv", "schema": {"fields": fields, "primaryKey": ["code"]}}],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", json.dumps(told, ensure_ascii=False))
        lines = (f"A{row:04},{number * 1_000 + row}\n" for row in range(rows))
        archive.writestr("s.csv", "code,passengers\n" + "".join(lines))
    return packed.getvalue()


@dataclass
class Seen:
    """What everybody saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[tuple[str, int], str] = field(default_factory=dict)
    torn: list[str] = field(default_factory=list)
    published: list[tuple[str, int]] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, path: str, status: int, etag: str, body: bytes) -> None:
        """Hold an answer against those before it."""
        digest = hashlib.sha256(body).hexdigest()
        with self.guard:
            self.statuses[status] += 1
            if status != http.client.OK:
                return
            if self.bodies.setdefault((path, etag), digest) != digest:
                self.torn.append(f"{path}: one ETag, two bodies")
            if path.startswith("/ja/") and not body.rstrip().endswith(b"</html>"):
                self.torn.append(f"{path}: does not end")

    def file(self, version: tuple[str, int], body: bytes) -> None:
        """Hold a file of a numbered version against what was told of it."""
        if self.files.get(version) not in (None, hashlib.sha256(body).hexdigest()):
            self.torn.append(f"version {version}: other bytes")


def read(port: int, seen: Seen, until: float, seed: int) -> None:
    """One reader, on one connection."""
    chance, known = random.Random(seed), dict[str, str]()  # noqa: S311  which address is next
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    while time.monotonic() < until:
        version = chance.choice(seen.published)
        numbered = chance.random() < NUMBERED
        path = f"/download/{version[0]}/{version[1]}/stations.csv" if numbered else chance.choice(READ).format(name=version[0])
        headers = {"If-None-Match": known[path]} if path in known and chance.random() < AGAIN else {}
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            with seen.guard:
                seen.torn.append(f"{path}: {type(error).__name__}")
            connection.close()
            continue
        known[path] = answer.headers.get("ETag", "")
        seen.add(path, answer.status, known[path], body)
        if numbered and answer.status == http.client.OK:
            seen.file(version, body)
    connection.close()


def publish(port: int, secret: str, seen: Seen, until: float, name: str) -> None:
    """One publisher: version after version of its dataset, one at least."""
    version, again = sum(each == name for each, _version in seen.published), True
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    while again:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/zip"}
        connection.request("PUT", f"/api/v1/datasets/{name}", package(version + 1, name), headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == http.client.CREATED, told
        version = told["version"]
        connection.request("GET", f"/dataset/{name}.json")
        described = json.loads(connection.getresponse().read())
        for each in described["tables"][0]["downloads"]:
            if each["format"] == "csv":
                seen.files[name, version] = each["sha256"]
        seen.published.append((name, version))
        again = time.monotonic() < until
    connection.close()


@contextmanager
def served(home: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`catalog serve` on a free port: the port, and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"CATALOG_HOME": home, "CATALOG_PORT": str(port), "CATALOG_RATE_LIMIT_WRITES": "", "CATALOG_COUNT_SEARCHES": "false"}
    own["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=os.environ | own, cwd=folder, stdout=log, stderr=log, start_new_session=True) as process,
    ):
        try:
            for _attempt in range(600):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                try:
                    connection.request("GET", "/readyz")
                    if connection.getresponse().status == http.client.OK:
                        break
                except OSError:
                    time.sleep(0.1)
                finally:
                    connection.close()
            yield port, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)


def measure(folder: Path, readers: int, seconds: float, publishers: int) -> tuple[Seen, float]:
    """Everybody at once, for so long."""
    settings = Settings(home=str(folder / "home"))
    with Store.open(settings) as store:
        secret = tokens.create(store, publisher="270008", actions=["publish"], label="", days=1, actor="cli:bench")[0]
    seen = Seen()
    with served(settings.home, folder) as (port, _process):
        publish(port, secret, seen, 0, named(0))
        begin = time.monotonic()
        until = begin + seconds
        work = [threading.Thread(target=read, args=(port, seen, until, number)) for number in range(readers)]
        names = map(named, range(publishers))
        work += [threading.Thread(target=publish, args=(port, secret, seen, until, name)) for name in names]
        for each in work:
            each.start()
        for each in work:
            each.join()
        return seen, time.monotonic() - begin


def main(readers: str = "200", seconds: str = "20", publishers: str = "5") -> int:
    """Print what was seen; 1 where it should not have been."""
    with tempfile.TemporaryDirectory() as name:
        seen, spent = measure(Path(name), int(readers), float(seconds), int(publishers))
    count = seen.statuses.total()
    print(f"{readers} readers, {publishers} publishers, {spent:.0f} s: {count} answers, {count / spent:.0f}/s")
    print(f"versions published meanwhile: {len(seen.published) - 1}")
    print("statuses:", ", ".join(f"{status} {times}" for status, times in sorted(seen.statuses.items())))
    print(f"torn or lost: {len(seen.torn)}", *Counter(seen.torn).most_common(5), sep="\n  ")
    return int(bool(seen.torn) or not set(seen.statuses) <= {200, 304, 429})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
