"""The main job, as its users meet it: publish both seed packages by command, serve, read everything back over HTTP."""

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "datapackages"
RDF = {
    "ttl": "text/turtle; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "jsonld": "application/ld+json; charset=utf-8",
    "nt": "application/n-triples; charset=utf-8",
}
NAMES = ("smart-city-projects-2020", "osaka-ict-partnerships-2020")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    port: int

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"CATALOG_HOME": str(home), "CATALOG_PORT": str(port)}
    command = [sys.executable, "-c", "from catalog.cli import main; main()"]
    subprocess.run([*command, "publish", *(PACKAGES / each for each in NAMES)], env=environment, check=True, capture_output=True)
    with subprocess.Popen([*command, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        found = Site(port)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                found.get("/healthz")
                break
            except OSError:
                assert server.poll() is None, server.stdout.read().decode() if server.stdout else ""
                time.sleep(0.1)
        try:
            yield found
        finally:
            server.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("name", NAMES)
def test_every_byte_comes_back(site: Site, name: str) -> None:
    folder = PACKAGES / name
    for path in (each for each in folder.rglob("*") if each.is_file() and "raw" not in each.relative_to(folder).parts):
        answer = site.get(f"/download/{name}/1/source/{path.relative_to(folder).as_posix()}")
        assert (answer.status, answer.body) == (200, path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_the_zip_passes_stock_frictionless(site: Site, name: str, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(site.get(f"/download/{name}/latest/{name}.zip").body))
    archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("path", ["/catalog", *(f"/dataset/{each}" for each in NAMES)])
def test_the_four_rdf_formats_are_one_graph_by_suffix_and_by_accept(site: Site, path: str) -> None:
    graphs = {}
    for suffix, media_type in RDF.items():
        by_suffix, by_accept = site.get(f"{path}.{suffix}"), site.get(path, Accept=media_type)
        assert (by_suffix.status, by_suffix.headers["content-type"]) == (200, media_type)
        assert by_accept.body == by_suffix.body
        assert "Accept" in by_accept.headers["vary"]
        graphs[suffix] = Graph().parse(
            data=by_suffix.body.replace(f"/catalog.{suffix}".encode(), b"/catalog.page"),  # a page leads on in its own format
            format={"rdf": "xml", "jsonld": "json-ld", "ttl": "turtle"}.get(suffix, suffix),
        )
    assert len(graphs["nt"]) > 20
    for suffix in ("ttl", "rdf", "jsonld"):
        assert isomorphic(graphs[suffix], graphs["nt"]), suffix


def test_the_feed_names_both_datasets_at_the_configured_address(site: Site) -> None:
    body = site.get("/catalog.nt").body.decode()
    for name in NAMES:
        assert f"<http://127.0.0.1:{site.port}/dataset/{name}>" in body
    foreign = site.get("/catalog.nt", Host="evil.example")
    assert b"evil.example" not in foreign.body


def test_versions_are_immutable_revalidate_and_resume(site: Site) -> None:
    path = "/download/smart-city-projects-2020/1/projects.csv"
    whole = site.get(path)
    assert "immutable" in whole.headers["cache-control"]
    etag = whole.headers["etag"]
    assert re.fullmatch(r'"[^"]+"', etag), "a strong tag"
    assert site.get(path, If_None_Match=etag).status == 304
    part = site.get(path, Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.body)}"
    assert site.get(path, Range="bytes=0-3", If_Range='"other"').status == 200
    assert site.get(path, Range="bytes=999999-").status == 416
    head = site.get(path, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))


@pytest.mark.parametrize(
    "path", ["/", "/datasets", *(f"/dataset/{each}" for each in NAMES), *(f"/dataset/{each}/report" for each in NAMES)]
)
def test_pages_speak_both_languages_without_script(site: Site, path: str) -> None:
    japanese, english = (
        site.get(f"/ja{path}".rstrip("/"), Accept="text/html"),
        site.get(f"/en{path}".rstrip("/"), Accept="text/html"),
    )
    assert (japanese.status, english.status) == (200, 200)
    assert b'<html lang="ja"' in japanese.body
    assert b'<html lang="en"' in english.body
    own = rb" src=\"/static/search\.js\?v=[0-9a-f]+\" defer>"  # suggestions while typing; the form works without
    assert re.findall(rb"<script(?! type=\"application/ld\+json\">|" + own + rb")", japanese.body) == [], "data blocks only"
    assert "script-src 'self'" in japanese.headers["content-security-policy"]


def test_the_dataset_page_defines_each_field_in_both_languages(site: Site) -> None:
    document = json.loads(site.get("/dataset/smart-city-projects-2020.json").body)
    page = site.get("/ja/dataset/smart-city-projects-2020", Accept="text/html").body.decode()
    fields = [field for table in document["tables"] for field in table["fields"]]
    assert len(fields) >= 15
    for field in fields:
        assert field["title"]["ja"] in page
        assert field["title"]["en"] in page


def test_the_dataset_json_keeps_its_contract(site: Site) -> None:
    document = json.loads(site.get("/dataset/osaka-ict-partnerships-2020.json").body)
    assert (document["id"], document["version"]) == ("osaka-ict-partnerships-2020", 1)
    assert {"ja", "en"} <= set(document["title"])
    assert document["report"]["valid"] is True
    download = document["tables"][0]["downloads"][0]
    assert {"format", "url", "bytes", "sha256"} <= set(download)
    path = download["url"].removeprefix(f"http://127.0.0.1:{site.port}")
    assert len(site.get(path).body) == download["bytes"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/dataset/nothing", 404),
        ("/dataset/nothing.ttl", 404),
        ("/dataset/smart-city-projects-2020.exe", 404),
        ("/download/smart-city-projects-2020/1/nothing.csv", 404),
        ("/download/smart-city-projects-2020/2/projects.csv", 404),
        ("/download/smart-city-projects-2020/1/source/%2e%2e/%2e%2e/catalog.sqlite3", 404),
        ("/catalog.ttl?page=zero", 400),
        ("/catalog.ttl?page=１", 400),
        ("/catalog.ttl?colour=red", 400),
        ("/datasets?after=%00", 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_code(site: Site, path: str, status: int) -> None:
    answer = site.get(quote(path, safe="/%?=&"), Accept="application/json")
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert problem["status"] == status
    assert problem["code"]
    assert problem["detail"]
    page = site.get(quote(path, safe="/%?=&"), Accept="text/html")
    assert page.status == status
    assert page.headers["content-type"].startswith("text/html")
