"""How long pages of municipalities take in a catalogue of 10,000 datasets: each page asked for the first time, then again.

    .venv/bin/python scripts/bench_areas.py [DATASETS]

Datasets are entered as publishing enters them, without files: what is measured is the index, the page and the server's work on
one request, in one process, without the network. Prints milliseconds.
"""

import statistics
import sys
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from catalog.dcat import shipped
from catalog.meaning import is_prefecture
from catalog.model import Agent, Package, Publication, Resource, StandardRef, Text
from catalog.settings import Settings
from catalog.store import Store
from catalog.store.areas import AreaLine
from catalog.web import create_app

STANDARDS = ("public-toilet", "aed-location", "event", "cultural-property", "tourist-facility")
THEMES = ("GOVE", "HEAL", "EDUC", "TRAN", "ENVI")
NATIONAL = 20
"""Tables of the operator with rows about every municipality."""
PAGES = 300


def main() -> None:
    """Enter, ask, tell."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    listed = shipped.codelist("municipality")
    assert listed is not None, "it is shipped"
    codes = [each.code for each in listed.concepts if each.valid()]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=str(Path(folder) / "home"), base_url="https://data.example.jp")
        with Store.open(settings) as store:
            enter(store, codes, count)
            ask(create_app(settings, store), codes)


def enter(store: Store, codes: list[str], count: int) -> None:
    """Datasets of all municipalities in turn, some of the operator about all of them."""
    begun = time.perf_counter()
    with store.writing() as writing:
        for number in range(count):
            national = number < NATIONAL
            code = codes[number % len(codes)]
            id_, agent = f"d{number:06}", Agent(id="operator" if national else code, name=Text("市", "City"))
            table = Resource(name="t", path="t.csv", standard=StandardRef(id=STANDARDS[number % len(STANDARDS)]))
            package = Package(
                name=id_,
                title=Text(f"データ{number}", f"Data {number}"),
                themes=(THEMES[number % len(THEMES)],),
                spatial=() if national else (code,),
                resources=(table,),
            )
            at = f"2026-04-{1 + number % 28:02}T00:00:00Z"
            publication = Publication(
                id=id_, version=1, package=package, publisher=agent, files=(), report={}, issued=at, modified=at
            )
            writing.add(publication, {}, {})
            about = codes if national else [code]
            lines = [AreaLine(code=each, role="rows", resource="t", field="code", rows=10) for each in about]
            if not national:
                lines += [AreaLine(code=code, role="publisher"), AreaLine(code=code, role="spatial")]
            writing.set_areas({id_: lines})
    print(f"{count:,} datasets entered in {time.perf_counter() - begun:.1f} s")


def ask(app: object, codes: list[str]) -> None:
    """Pages of different municipalities, so that none is remembered; then one of them over and over."""
    client = app.test_client()  # type: ignore[attr-defined]
    client.get("/area/131016")  # templates and code lists are read once
    step = max(1, len(codes) // PAGES)
    told("a municipality, for the first time", [timed(client, f"/area/{each}") for each in codes[::step]])
    told("the same page again", [timed(client, "/area/131016") for _time in range(PAGES)])
    told("JSON, for the first time", [timed(client, f"/area/{each}.json") for each in codes[::step]])
    prefectures = shipped.codelist("local-government")
    assert prefectures is not None, "it is shipped"
    first = [each.code for each in prefectures.concepts if is_prefecture(each.code)]
    told("a prefecture, for the first time", [timed(client, f"/area/{each}") for each in first])
    told("the index of all, for the first time", [timed(client, "/areas")])
    told("the index of all, again", [timed(client, "/areas") for _time in range(20)])


def timed(client: object, address: str) -> tuple[float, float]:
    """Milliseconds of one request: by the clock, and of this process's work."""
    begun, worked = time.perf_counter(), time.process_time()
    found = client.get(address)  # type: ignore[attr-defined]
    assert found.status_code == HTTPStatus.OK, (address, found.status_code)
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def told(what: str, times: list[tuple[float, float]]) -> None:
    """Medians."""
    clock, work = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"{what}: {clock:.1f} by the clock, {work:.1f} of work ({len(times)} requests, medians)")


if __name__ == "__main__":
    main()
