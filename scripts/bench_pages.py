"""What each type of page costs beside 10,000 datasets: the time of the warm server, and the size of the HTML.

python scripts/bench_pages.py [--datasets N] [--rounds N]

Puts synthetic publications straight into a store in a temporary folder (found by search, standing in the feed), publishes the
sample packages and one table of sixty columns beside them, serves all with `catalog serve`, and asks for every page type of
`page_types` in both languages; then for pages that were never asked for before: other datasets, publishers, words. Times are
those of a client on the same computer, from the request to the last byte of the answer. Exit status 1 where a figure misses
its target.
"""

import argparse
import gzip
import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import bench_search
from bench_feed import free_port, served
from page_types import PAGES, SAMPLES, packages

from catalog.addresses import Addresses
from catalog.dcat import dataset_of, render
from catalog.dcat.packing import pack
from catalog.publishing import publish, refresh, reindex, withdraw
from catalog.search import entries
from catalog.settings import Settings
from catalog.store import Store

MEDIAN, SLOW, HTML, COMPRESSED = 15.0, 50.0, 100_000, 25_000
"""Targets: milliseconds of the median and of the 95th in a hundred, bytes as they are and gzipped."""
LANGUAGES = ("ja", "en")
BATCH = 500
SIXTY = "sixty-columns"


@dataclass(frozen=True)
class Cost:
    """What was measured of one type of page: milliseconds of each request, and the largest answer."""

    name: str
    times: Sequence[float]
    size: int
    compressed: int

    @property
    def slow(self) -> float:
        """The 95th percentile."""
        return statistics.quantiles(self.times, n=20)[-1]

    @property
    def met(self) -> bool:
        """Whether every target is."""
        fast = statistics.median(self.times) <= MEDIAN and self.slow <= SLOW
        return fast and self.size <= HTML and self.compressed <= COMPRESSED

    def __str__(self) -> str:
        figures = f"{statistics.median(self.times):8.1f} ms {self.slow:8.1f} ms {self.size:10,} B {self.compressed:9,} B"
        return f"  {self.name:28} {figures}   {'met' if self.met else 'MISSED'}"


def fill(store: Store, settings: Settings, count: int) -> list[str]:
    """Enter synthetic publications of twelve columns; the ids. Their descriptions are that of the first with other ids."""
    refresh(store, settings)
    chance, ids = random.Random(1), []  # noqa: S311  invented data
    first = bench_search.publication(0, chance, fields=12)
    documents = render(dataset_of(first, Addresses(settings.public_url()), settings))
    for start in range(0, count, BATCH):
        with store.writing() as writing:
            described, entered = {}, []
            for number in range(start, min(start + BATCH, count)):
                each = bench_search.publication(number, chance, fields=12)
                writing.add(each, {}, {})
                entered += entries.of_publication(each, {})
                described[each.id] = {
                    name: pack(body.replace(first.id.encode(), each.id.encode())) for name, body in documents.items()
                }
                ids.append(each.id)
            writing.entering().enter(entered)
            writing.replace_documents(described, "2026-04-01T00:00:00Z", anew=True)
    reindex(store, settings)
    return ids


def sixty_columns(folder: Path) -> Path:
    """A package with one table of sixty columns, each defined in both languages."""
    fields = [
        {
            "name": f"column_{each}",
            "type": ("string", "integer", "number")[each % 3],
            "title": f"第{each}項目の名称",
            "description": f"対象となる施設の第{each}項目を、年度末の時点で記録したもの。分からない場合は空欄とする。",
            "definition": {
                "translations": {
                    "en": {"title": f"Item {each}", "description": f"Item {each} of the facility at the end of the year."}
                },
                "obligation": "optional",
                "source": "試験",
            },
        }
        for each in range(60)
    ]
    said = {
        "name": SIXTY,
        "title": "項目が60ある表",
        "description": "ページの大きさを量るために作った表です。",
        "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "catalog": {"sample": True},
        "resources": [{"name": "items", "title": "項目", "path": "items.csv", "schema": {"fields": fields}}],
    }
    made = folder / SIXTY
    made.mkdir(parents=True)
    (made / "datapackage.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    rows = "".join(",".join(str(row * each) for each in range(60)) + "\n" for row in range(100))
    (made / "items.csv").write_text(",".join(each["name"] for each in fields) + "\n" + rows, encoding="utf-8")
    return made


class Client:
    """Asks for pages over one connection."""

    def __init__(self, settings: Settings) -> None:
        self.connection = http.client.HTTPConnection(settings.host, settings.port, timeout=60)

    def ask(self, path: str, status: int = 200) -> tuple[float, bytes]:
        """The milliseconds of one answer, and its HTML."""
        begun = time.perf_counter()
        self.connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept": "text/html"})
        answer = self.connection.getresponse()
        body = answer.read()
        spent = (time.perf_counter() - begun) * 1000
        assert answer.status == status, f"{path}: {answer.status}"
        return spent, body if answer.headers["Content-Encoding"] != "gzip" else gzip.decompress(body)

    def cost(self, name: str, paths: Sequence[str], status: int = 200) -> Cost:
        """What asking for these costs."""
        told = [self.ask(each, status) for each in paths]
        largest = max((body for _spent, body in told), key=len)
        return Cost(name, [spent for spent, _body in told], len(largest), len(gzip.compress(largest, 6)))


def costs(settings: Settings, ids: Sequence[str], rounds: int) -> Iterator[Cost]:
    """Of every page type once it was asked for, of the table of sixty columns, and of pages that nobody has asked for."""
    client, at = Client(settings), Addresses()
    asked = [(each.name, each.path(at, SAMPLES), each.status) for each in PAGES]
    asked += [("dataset, 60 columns", at.dataset(SIXTY), 200), ("schema, 60 columns", at.schema(SIXTY, "items"), 200)]
    for name, path, status in asked:
        paths = [f"/{language}{path}" for language in LANGUAGES]
        for each in paths * 3:
            client.ask(each, status)
        yield client.cost(name, paths * (rounds // 2), status)
    chosen = random.Random(2).sample(ids, rounds)  # noqa: S311  invented data
    words = [
        a + b
        for a in ("施設", "一覧", "市", "公開", "AED")
        for b in (" 避難", " 教育", " 京都", " 感染", " 令和", " 図書館", " 年度", " 電話")
    ]
    yield client.cost("datasets, never asked for", [f"/ja{at.dataset(each)}" for each in chosen])
    yield client.cost("publishers, never asked for", [f"/ja{at.publisher(each[:6])}" for each in chosen])
    yield client.cost("words, never asked for", [f"/ja/datasets?q={quote(each)}" for each in words[:rounds]])


def main() -> int:
    """Make, serve, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=40)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        settings = Settings(home=f"{folder}/home", port=free_port())
        with Store.open(settings) as store:
            ids = fill(store, settings, wanted.datasets)
            for each in (*packages(Path(folder)), sixty_columns(Path(folder))):
                publish(each, settings, store)
            withdraw(SAMPLES.withdrawn, settings, store, reason="試験のため")
        with served(settings):
            measured = list(costs(settings, ids, wanted.rounds))
    print(f"{wanted.datasets:,} datasets; targets {MEDIAN} ms, {SLOW} ms, {HTML:,} B, {COMPRESSED:,} B")
    print(f"  {'':28} {'median':>11} {'95 %':>11} {'HTML':>12} {'gzip':>11}")
    print("\n".join(map(str, measured)))
    return 0 if all(each.met for each in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
