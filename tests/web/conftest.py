"""A catalogue over HTTP for tests: the real store, publications made by hand, Flask's test client."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from catalog import media, search
from catalog.addresses import Addresses
from catalog.dcat import dataset_of, render
from catalog.errors import Finding, Place
from catalog.model import (
    Agent,
    Contact,
    Definition,
    Field,
    ForeignKey,
    License,
    Package,
    Period,
    Publication,
    Resource,
    Schema,
    Source,
    StoredFile,
    Text,
)
from catalog.publishing import refresh, show
from catalog.settings import Settings
from catalog.store import Store, Target
from catalog.vocabulary.codelists import CodeList, Concept
from catalog.vocabulary.snapshots import freeze
from catalog.web import create_app

BASE = "https://data.example.jp"
CITY = Agent(id="270008", name=Text("大阪府", "Osaka Prefecture"), uri="https://www.pref.osaka.lg.jp/")
STATIONS = b"code,passengers\nA01,120\nA02,\n"
CP932 = "駅,人\r\n梅田,1\r\n".encode("cp932")
README = "# 使い方\n\n[データ](data/stations.csv) と <script>alert(1)</script>\n\n| 列 | 意味 |\n|---|---|\n| a | b |\n"

STATES = CodeList(
    name="state",
    title=Text("状態", "States"),
    description=Text("試験の状態です。", "States of a test."),
    concepts=(
        Concept(code="0", codelist="state", label=Text("なし", "none")),
        Concept(code="120", codelist="state", label=Text("多い", "many")),
        Concept(code="9", codelist="state", label=Text("不明", "unknown")),
    ),
)
FIELDS = (
    Field(
        name="code",
        type="string",
        title=Text("駅番号", "Station code"),
        description=Text("駅の番号。", "Number of the station."),
        constraints={"required": True, "unique": True, "pattern": "[A-Z][0-9]{2}"},
        example="A01",
        definition=Definition(section="1-1", source="本試験", obligation="mandatory", property="https://schema.org/identifier"),
    ),
    Field(
        name="passengers",
        type="integer",
        title=Text("乗降人員"),
        description=Text("1日あたりの人数。"),
        constraints={"minimum": 0, "enum": ["0", "120"]},
        missing_values=("", "-"),
        definition=Definition(
            unit="person", codelist="state", derivation=({"rule": "copy", "from": "people"}, {"rule": "round-down", "step": 10})
        ),
    ),
)


def package(name: str = "stations", **changes: Any) -> Package:
    """A package with one table, a file beside it, and every kind of text that a page shows."""
    schema = Schema(
        fields=FIELDS,
        primary_key=("code",),
        foreign_keys=(ForeignKey(fields=("code",), resource="", reference_fields=("code",)),),
    )
    values: dict[str, Any] = {
        "name": name,
        "title": Text("駅の一覧", "List of stations"),
        "description": Text("駅の**一覧**です。", "Stations, *listed*."),
        "keywords": ("駅",),
        "keywords_en": ("stations",),
        "version": "1.0",
        "licenses": (License(name="CC-BY-4.0", title="CC BY 4.0", path="https://creativecommons.org/licenses/by/4.0/"),),
        "sources": (Source(title="本試験", path="https://example.jp/source"),),
        "contact": Contact(name="試験係", telephone="+81-6-0000-0000", url="https://example.jp/contact"),
        "themes": ("TRAN",),
        "spatial": ("270008",),
        "temporal": Period(start="2020-04-01", end="2021-03-31"),
        "frequency": "ANNUAL",
        "resources": (
            Resource(
                name="stations",
                path="data/stations.csv",
                title=Text("駅", "Stations"),
                description=Text("1行が1駅です。"),
                schema=schema,
                encoding="cp932",
                derivation={"from": "counts"},
            ),
            Resource(name="notes", path="data/notes.pdf", role="file", title=Text("注記"), format="pdf"),
        ),
        "files": ("datapackage.json", "README.md", "data/stations.csv", "data/notes.pdf"),
        "readme": README,
    }
    return Package(**(values | changes))


def contents(name: str) -> dict[str, bytes]:
    """The bytes of a publication by download path."""
    return {
        "source/datapackage.json": b'{"name": "x"}\n',
        "source/README.md": README.encode(),
        "source/data/stations.csv": CP932,
        "source/data/notes.pdf": b"%PDF-1.7 invented",
        "source/空.csv": b"",
        "stations.csv": STATIONS,
        "codelists/state.json": freeze(STATES),
        f"{name}.zip": b"PK\x05\x06" + bytes(18),
    }


def _file(path: str, content: bytes) -> StoredFile:
    folders = {"source": "source", "codelists": "codelist"}
    role = folders.get(path.partition("/")[0]) or ("package" if path.endswith(".zip") else "table")
    format_ = media.of_path(path)
    resource = {"stations.csv": "stations", "source/data/stations.csv": "stations", "source/data/notes.pdf": "notes"}.get(
        path, ""
    )
    return StoredFile(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type=format_.media_type,
        role=role,  # type: ignore[arg-type]
        format=format_.name,
        resource=resource,
    )


def targets(name: str, version: int) -> dict[str, Target]:
    """The flat addresses of a publication."""
    table = {"dataset": name, "resource": "stations"}
    return {
        f"schema/{name}-stations": Target(kind="schema", **table),
        f"schema/{name}-stations-v{version}": Target(kind="schema", version=version, **table),
        **{f"field/{name}-stations-{each.name}": Target(kind="field", name=each.name, **table) for each in FIELDS},
        f"field/{name}-stations-gone": Target(kind="field", name="gone", **table),
        f"distribution/{name}-stations-csv": Target(kind="distribution", name="csv", **table),
        f"distribution/{name}-package-zip": Target(kind="distribution", dataset=name, resource="package", name="zip"),
    }


Publish = Callable[..., Publication]


def publisher(store: Store, settings: Settings, folder: Path) -> Publish:
    """What publishes: ``publish("stations", package={…}, contents={…}, note="…")`` makes a version of it visible."""

    refresh(store, settings)

    def publish(name: str = "stations", **changes: Any) -> Publication:
        described = package(name, **changes.pop("package", {}))
        held: Mapping[str, bytes] = contents(name) | changes.pop("contents", {})
        for content in held.values():
            source = folder / f"bytes-{os.getpid()}"
            source.write_bytes(content)
            store.files.put(source)
        with store.writing() as writing:
            head = writing.head(name)
            version = head.number + 1 if head else 1
            values: dict[str, Any] = {
                "id": name,
                "version": version,
                "package": described,
                "publisher": described.publisher or CITY,
                "files": tuple(_file(path, content) for path, content in held.items()),
                "report": {"valid": True, "tasks": [{"name": "stations", "valid": True, "stats": {"rows": 2, "fields": 2}}]},
                "findings": (
                    Finding(
                        code="blob-orphan", severity="note", place=Place(resource="stations", row=2), details={"sha256": "x"}
                    ),
                ),
                "digest": hashlib.sha256(b"".join(held.values())).hexdigest(),
                "rows": {"stations": 2},
                "issued": "2026-04-01T15:00:00Z",
                "modified": f"2026-04-{version:02}T15:00:00Z",
            }
            publication = Publication(**(values | changes))
            documents = render(dataset_of(publication, Addresses(settings.public_url()), settings))
            stored = writing.add(publication, documents, targets(name, version))
            show(writing, settings, stored.id, stored.modified)
            search.index_all(writing, (stored,), settings, store.files.open)
        return stored

    return publish


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue at https://data.example.jp with one dataset, ``stations``, made once: a test that writes has a copy."""
    folder = tmp_path_factory.mktemp("published")
    settings = Settings(home=str(folder / "home"), base_url=BASE)
    with Store.open(settings) as opened:
        publisher(opened, settings, folder)()
    return folder / "home"


@pytest.fixture
def store(settings: Settings, published_home: Path) -> Iterator[Store]:
    shutil.copytree(published_home, settings.home)
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def publisher_of() -> Callable[[Store, Settings, Path], Publish]:
    """``publisher``, for tests whose catalogue has settings of its own."""
    return publisher


@pytest.fixture
def publish(store: Store, settings: Settings, tmp_path: Path) -> Publish:
    return publisher(store, settings, tmp_path)


@pytest.fixture
def app(settings: Settings, store: Store) -> Flask:
    return create_app(settings, store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@dataclass(frozen=True)
class Answer:
    """A whole answer: its body is read and its file closed."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Answer]


def asking(client: FlaskClient) -> Ask:
    """What asks: ``ask("/path", accept="text/html", if_none_match="…", method="HEAD")``."""

    def ask(path: str, *, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with client.open(path, method=method, headers=named) as response:
            return Answer(response.status_code, response.headers, response.data)

    return ask


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    return asking(client)


@pytest.fixture(scope="session")
def read(published_home: Path) -> Iterator[Ask]:
    """What asks a catalogue that no test changes: one dataset, ``stations``."""
    settings = Settings(home=str(published_home), base_url=BASE, count_searches=False)
    with Store.open(settings) as opened:
        yield asking(create_app(settings, opened).test_client())
