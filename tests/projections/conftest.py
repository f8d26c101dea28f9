"""What the tests of projections share: a hand-made record with every oddity, and a catalogue of the seeds that really serves."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from catalog import media
from catalog.addresses import Addresses
from catalog.model import (
    Agent,
    Box,
    Contact,
    Contributor,
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
    StandardRef,
    StoredFile,
    Text,
)
from catalog.projections import Record, record_of
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.vocabulary.codelists import CodeList, Concept
from catalog.web import create_app

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://data.example.jp"
SEEDS = ("smart-city-projects-2020", "osaka-ict-partnerships-2020", "joint-procurement")

STATES = CodeList(
    name="state",
    title=Text("状態", "States"),
    description=Text("駅の状態です。"),
    concepts=(
        Concept(code="open", codelist="state", label=Text("営業中", "open")),
        Concept(code="closed", codelist="state", label=Text("休止中")),
    ),
)


def field(name: str, type_: str = "string", **changes: Any) -> Field:
    return Field(name=name, type=type_, **changes)


STATIONS = Schema(
    fields=(
        field("code", title=Text("駅番号", "Code"), constraints={"required": True, "pattern": "[A-Z][0-9]{2}", "maxLength": 3}),
        field("名称", title=Text("名称", "Name"), definition=Definition(property="https://schema.org/name")),
        field(
            "乗降 人員（人）", "integer", missing_values=("", "-"), constraints={"minimum": 0}, definition=Definition(unit="人")
        ),
        field("開業日", "date", format="%d/%m/%Y"),
        field("稼働", "boolean", options={"trueValues": ["有"], "falseValues": ["無"]}),
        field("面積", "number", options={"groupChar": ","}),
        field(
            "state", constraints={"enum": ["open", "closed"]}, definition=Definition(codelist="state", section="1", source="規程")
        ),
    ),
    primary_key=("code",),
)
LINES = Schema(
    fields=(field("line", constraints={"required": True}), field("code"), field("next")),
    primary_key=("line",),
    foreign_keys=(
        ForeignKey(fields=("code",), resource="stations", reference_fields=("code",)),
        ForeignKey(fields=("next",), resource="", reference_fields=("line",)),
    ),
)
BYTES = {
    "stations.csv": "code,名称,乗降 人員（人）,開業日,稼働,面積,state\n"
    'A01,梅田,120,01/04/2020,有,"1,200.5",open\nA02,難波,-,,無,,closed\n',
    "lines.csv": "line,code,next\n1,A01,2\n2,A02,\n",
}


def package(**changes: Any) -> Package:
    whole = Package(
        name="stations",
        title=Text("駅と路線", "Stations and lines"),
        description=Text("駅です。", "Stations."),
        keywords=("駅舎", "路線"),
        keywords_en=("stations",),
        licenses=(
            License(name="CC-BY-4.0", title="CC BY 4.0", path="https://creativecommons.org/licenses/by/4.0/"),
            License(name="PDL-1.0"),
        ),
        sources=(Source(title="統計", path="https://stat.example.jp/"),),
        contributors=(Contributor(title="統計課", roles=("creator",)),),
        contact=Contact(name="交通課", email="kotsu@example.jp", telephone="+81-6-0000-0000 内線12", url="https://example.jp/form"),
        themes=("TRAN", "GOVE"),
        spatial=("270008", "271004"),
        temporal=Period(start="2020-04-01", end="2021-03-31"),
        frequency="ANNUAL",
        resources=(
            Resource(
                name="stations", path="data/stations.csv", title=Text("駅", "Stations"), schema=STATIONS,
                standard=StandardRef(id="public-facility", edition="20260801"),
            ),
            Resource(name="lines", path="data/lines.csv", title=Text("路線", "Lines"), schema=LINES),
            Resource(name="map", path="data/路線図.pdf", role="file", title=Text("路線図"), format="pdf"),
        ),
        descriptor={"name": "stations", "licenses": [{"path": "LICENSE.txt"}], "resources": [
            {"name": "stations", "path": "data/stations.csv"}, {"name": "map", "path": "data/路線図.pdf"}]},
    )  # fmt: skip
    return replace(whole, **changes)


def publication(package_: Package | None = None, **changes: Any) -> Publication:
    def file(path: str, role: str, resource: str = "", format_: str = "csv") -> StoredFile:
        size = len(BYTES.get(path, "x").encode())
        types = {"csv": "text/csv", "pdf": "application/pdf", "zip": "application/zip", "txt": "text/plain",
                 "parquet": media.PARQUET.media_type, "ndjson": media.NDJSON.media_type}  # fmt: skip
        digest = hashlib.sha256(BYTES[path].encode()).hexdigest() if path in BYTES else "ab" * 32
        return StoredFile(path=path, sha256=digest, bytes=size, media_type=types[format_], role=role,  # type: ignore[arg-type]
                          format=format_, resource=resource)  # fmt: skip

    whole = Publication(
        id="stations",
        version=3,
        package=package_ or package(),
        publisher=Agent(id="271004", name=Text("大阪市", "Osaka City")),
        files=(
            file("source/data/stations.csv", "source", "stations"),
            file("source/data/路線図.pdf", "source", "map", "pdf"),
            file("source/LICENSE.txt", "source", "", "txt"),
            file("stations.csv", "table", "stations"),
            file("lines.csv", "table", "lines"),
            file("stations.parquet", "table", "stations", "parquet"),
            file("stations.ndjson", "table", "stations", "ndjson"),
            file("stations.zip", "package", "", "zip"),
        ),
        report={"valid": True, "tasks": [{"name": "stations", "stats": {"errors": 0, "rows": 2}}]},
        rows={"stations": 2, "lines": 2},
        validator="frictionless 5.21.0",
        issued="2026-11-20T00:00:00Z",
        modified="2026-11-22T16:30:00Z",
        note="訂正しました。",
        box=Box(135.1, 34.3, 135.7, 35.0),
    )
    return replace(whole, **changes)


Recorder = Callable[..., Record]


@pytest.fixture
def recorded() -> Recorder:
    """``recorded(sample=True, …)``: the record of the hand-made publication, its package changed."""

    def make(publication_changes: dict[str, Any] | None = None, **changes: Any) -> Record:
        found = publication(package(**changes), **(publication_changes or {}))
        return record_of(found, Addresses(BASE), Settings(base_url=BASE), {"state": STATES})

    return make


@pytest.fixture
def record(recorded: Recorder) -> Record:
    return recorded()


@pytest.fixture
def table_folder(tmp_path: Path) -> Path:
    """A folder with the hand-made tables' bytes."""
    for name, text in BYTES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@dataclass(frozen=True)
class Live:
    """A catalogue that answers on this machine."""

    base: str
    store: Store


def closing(app: Any) -> Any:
    """The same application; werkzeug's test server does not close an answer whose reader went away, so this does."""

    def answer(environ: Any, start_response: Any) -> Iterator[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The three seeds, published and served at an address of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(home=str(tmp_path_factory.mktemp("live")), base_url=f"http://127.0.0.1:{port}")
    with Store.open(settings) as store:
        for name in SEEDS:
            publish(ROOT / "datapackages" / name, settings, store)
        server = make_server("127.0.0.1", port, closing(create_app(settings, store)), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Live(settings.base_url, store)
        server.shutdown()
        thread.join()
        server.server_close()
