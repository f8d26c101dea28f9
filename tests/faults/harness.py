"""What the tests of this folder share: the warm worker, a small catalogue to harm, and what must hold after every harm."""

import csv
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog import media
from catalog.datapackage import open_package
from catalog.errors import Withdrawn
from catalog.intake import digest_of
from catalog.publishing import as_served, publish, standing
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

DONE, REFUSED, BROKEN, KILLED = 0, 3, 70, -9
STANDING = 4
"""Datasets that nobody touches, beside the one that is harmed."""
HARMED = "harmed"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

TABLE: dict[tuple[str, str], Counter[str]] = {}
"""(What was done, what was done to it) -> how often it ended how; printed at the end of the run."""


def count(done: str, harm: str, outcome: str, times: int = 1) -> None:
    """Remember an outcome for the table."""
    TABLE.setdefault((done, harm), Counter())[outcome] += times


class Worker:
    """The warm process of ``worker.py``."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("worker.py")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def run(self, do: str, settings: Settings, **more: Any) -> dict[str, Any]:
        """Do one thing in a fork; see ``worker.run``."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        told = {name: getattr(settings, name) for name in ("home", "base_url", "database", "files", "title_ja")}
        print(json.dumps({"do": do, "settings": told, **more}), file=self.process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "failed" not in answer, answer
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def descriptor(name: str) -> dict[str, Any]:
    """Complete enough to be published, with a term of its own to be looked up."""
    fields = [
        {"name": "code", "type": "string", "title": "駅番号", "constraints": {"required": True}},
        {"name": "passengers", "type": "integer", "title": "乗降人員"},
    ]
    return {
        "name": name,
        "title": f"駅の一覧（{name}）",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"publisher": {"id": "270008", "name": "大阪府"}, "themes": ["TRAN"]},
        "resources": [
            {"name": "stations", "path": "data/stations.csv", "schema": {"fields": fields, "primaryKey": ["code"]}},
        ],
    }


@dataclass
class Sources:
    """Packages to publish, each time with other bytes."""

    folder: Path
    numbers: Any = field(default_factory=itertools.count)

    def make(self, name: str, rows: int = 40) -> Path:
        """A package of one table with rows that no package had before."""
        number, folder = next(self.numbers), self.folder / name
        (folder / "data").mkdir(parents=True, exist_ok=True)
        (folder / "datapackage.json").write_text(json.dumps(descriptor(name), ensure_ascii=False), encoding="utf-8")
        with (folder / "data/stations.csv").open("w", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            lines.writerow(["code", "passengers"])
            lines.writerows([f"A{row:02}", number * 1_000 + row] for row in range(rows))
        return folder


def template(folder: Path, sources: Sources) -> Settings:
    """A catalogue with some datasets, to be copied for each round."""
    settings = Settings(home=str(folder / "home"), base_url="https://data.example.jp")
    with Store.open(settings) as store:
        for name in (*(f"standing-{number}" for number in range(STANDING)), HARMED):
            publish(sources.make(name), settings, store)
    return settings


class Victim:
    """One catalogue that is harmed again and again; after each time it has to be whole."""

    def __init__(self, settings: Settings, worker: Worker, sources: Sources) -> None:
        self.settings, self.worker, self.sources = settings, worker, sources
        self.version = 1
        """The version of ``HARMED`` that is known to be published; what was promised to a publisher."""
        self.withdrawn = False
        self.orphans = 0

    @classmethod
    def copied(cls, original: Settings, home: Path, worker: Worker, sources: Sources) -> "Victim":
        shutil.copytree(original.home, home)
        return cls(replace(original, home=str(home)), worker, sources)

    def run(self, do: str, **more: Any) -> dict[str, Any]:
        return self.worker.run(do, self.settings, **more)

    def publish(self, **more: Any) -> dict[str, Any]:
        """Publish other bytes as the next version, and see what became of it: "new", "old" (nothing changed)."""
        folder = self.sources.make(HARMED)
        with open_package(folder, self.settings) as package:
            digest = digest_of(package)
        answer = self.run("publish", folder=str(folder), **more)
        answer["became"] = self.settle(answer, digest)
        return answer

    def settle(self, answer: dict[str, Any], digest: str) -> str:
        """Find out which of the two states stands, and hold it against what was promised."""
        with Store.open(self.settings) as store:
            try:
                found = store.latest(HARMED)
            except Withdrawn:
                assert self.withdrawn, "a publication cannot withdraw"
                assert answer["code"] != DONE, "acknowledged, and not there"
                return "old"
            if found.digest == digest:
                assert found.version == self.version + 1, "versions have no gap"
                assert answer["told"] is None or answer["code"] != DONE or answer["told"]["value"] == found.version
                self.version, self.withdrawn = found.version, False
                return "new"
            assert answer["code"] != DONE, "acknowledged, and not there"
            assert answer["code"] != KILLED or answer["told"] is None, "acknowledged, and not there"
            assert found.version == self.version, "another version than the one that stood"
            return "old"

    def withdraw(self, **more: Any) -> dict[str, Any]:
        answer = self.run("withdraw", dataset=HARMED, **more)
        with Store.open(self.settings) as store:
            try:
                found = store.latest(HARMED)
            except Withdrawn:
                self.withdrawn, answer["became"] = True, "new"
            else:
                assert found.version == self.version
                assert answer["code"] != DONE, "acknowledged, and not done"
                assert answer["code"] != KILLED or answer["told"] is None, "acknowledged, and not done"
                answer["became"] = "old"
        return answer

    def whole(self, *, bodies: bool = True) -> None:
        """Everything that stands is whole: every byte, every row, the feed, the search, the log of changes."""
        with Store.open(self.settings) as store:
            findings = store.verify()
            assert [each for each in findings if each.severity != "note"] == []
            self.orphans += len(findings)
            numbers = [each.version for each in store.changes(limit=10_000) if each.dataset == HARMED and each.kind != "delete"]
            assert numbers == list(range(1, self.version + 1)), "a line of the log for each version, in order"
            visible = {each.id for each in store.summaries()}
            assert visible == {HARMED, *(f"standing-{number}" for number in range(STANDING))} - (
                {HARMED} if self.withdrawn else set()
            )
            assert {each.key for each in store.documents(media.N_TRIPLES.name)} == visible
            assert set(store.feed.select(standing(self.settings))) == visible
            if bodies:
                assert self._in_pages(store) == visible

    def _in_pages(self, store: Store) -> set[str]:
        """The datasets that the feed names, as a harvester reads it."""
        with create_app(as_served(store, self.settings), store).test_client().get("/catalog.nt") as page:
            assert page.status_code == 200
            told = page.text
        is_dataset = re.escape(f"> <{RDF_TYPE}> <http://www.w3.org/ns/dcat#Dataset>")
        return {each.rpartition("/")[2] for each in re.findall(rf"^<([^>]+){is_dataset}", told, re.MULTILINE)}

    def goes_on(self) -> None:
        """The next publication works."""
        answer = self.publish()
        assert (answer["code"], answer["became"]) == (DONE, "new"), answer


def printed() -> str:
    """The table of outcomes."""
    rows = [("what", "harm", "times", "outcomes")]
    for (done, harm), outcomes in TABLE.items():
        told = ", ".join(f"{name} {times}" for name, times in sorted(outcomes.items()))
        rows.append((done, harm, str(outcomes.total()), told))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows)
