"""Machines as users: copied programs, a language model's program over MCP, a social network that shows a card and a frame.

Everything goes over HTTP to a server that runs in a process of its own; the tools are the ones that people have.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from mcp.client.client import Client

from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent
CSV = (
    "番号,name,opened,visitors,share,open,checked at\r\n"
    "001,北館,2020-04-01,12,0.5,true,2026-04-01T09:00:00Z\r\n"
    "002,“南” 館,-,,1.25,false,-\r\n"
)
FIELDS = [
    {"name": "番号", "title": "施設番号", "type": "string", "description": "施設の番号。先頭の0も番号の一部です。"},
    {"name": "name", "title": "名称", "type": "string", "description": "施設の名前。"},
    {"name": "opened", "title": "開館日", "type": "date", "description": "最初に開いた日。"},
    {
        "name": "visitors",
        "title": "来館者数",
        "type": "integer",
        "description": "1日あたりの人数。",
        "definition": {"unit": "person", "translations": {"en": {"title": "Visitors", "description": "People a day."}}},
    },
    {"name": "share", "title": "割合", "type": "number", "description": "満足した人の割合。"},
    {"name": "open", "title": "開館中", "type": "boolean", "description": "今開いているか。"},
    {"name": "checked at", "title": "確認日時", "type": "datetime", "description": "最後に確かめた日時。"},
]


def package(folder: Path) -> Path:
    """A package with a column of every type that a program has to get right."""
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "halls",
        "title": "見本の施設",
        "description": "試験のために作った施設です。",
        "version": "1.0",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"sample": True, "spatial": ["270008"], "contact": {"name": "試験係", "telephone": "+81-6-0000-0000"}},
        "resources": [
            {
                "name": "halls",
                "title": "施設",
                "path": "data/halls.csv",
                "schema": {"fields": FIELDS, "missingValues": ["", "-"], "primaryKey": ["番号"]},
            }
        ],
    }
    (folder / "data").mkdir(parents=True)
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    (folder / "data/halls.csv").write_bytes(CSV.encode())
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running catalogue with two datasets."""
    folder = tmp_path_factory.mktemp("machines")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = Settings(home=str(folder / "home"), port=port)
    with Store.open(settings) as store:
        publish(package(folder / "halls"), settings, store)
        publish(ROOT / "datapackages/joint-procurement", settings, store)
    command = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]
    environment = os.environ | {"CATALOG_HOME": settings.home, "CATALOG_PORT": str(port)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                fetch(f"{url}/healthz")
                break
            except OSError:
                assert server.poll() is None, server.stdout.read().decode() if server.stdout else ""
                time.sleep(0.1)
        try:
            yield url
        finally:
            server.send_signal(signal.SIGTERM)


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urlopen(Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})) as response:
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    except HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def snippet(base: str, name: str, dataset: str = "halls") -> str:
    shown = json.loads(fetch(f"{base}/dataset/{dataset}/snippets.json")[2])
    (table,) = (each for each in shown["tables"] if each["name"] in ("halls", "cases"))
    return next(each["code"] for each in table["snippets"] if each["id"] == name)


def run(command: list[str], program: str, folder: Path, after: str = "") -> str:
    """What a copied program prints, run as it stands in an empty folder; ``after`` looks at what it made."""
    done = subprocess.run(
        [*command], input=program + after, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# Copied programs


def test_curl_saves_the_published_bytes(base: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    run(["sh"], snippet(base, "curl"), tmp_path)
    assert (tmp_path / "halls.csv").read_bytes() == CSV.encode()


def test_pandas_gets_typed_columns_and_codes_stay_text(base: str, tmp_path: Path) -> None:
    look = "\nimport json\nprint('@', json.dumps({name: str(each) for name, each in halls.dtypes.items()}, ensure_ascii=False))"
    look += "\nprint('@', halls.to_json(orient='records', force_ascii=False, date_format='iso'))"
    types, rows = (
        json.loads(line.removeprefix("@ "))
        for line in run([sys.executable, "-"], snippet(base, "pandas"), tmp_path, look).splitlines()
        if line.startswith("@")
    )
    assert types["番号"] == types["name"] == "string"
    assert (types["visitors"], types["share"]) == ("Int64", "Float64")
    assert types["open"] == "boolean"
    assert types["opened"].startswith("datetime64")
    assert types["checked at"].startswith("datetime64")
    assert [each["番号"] for each in rows] == ["001", "002"]
    assert rows[1] == {
        "番号": "002",
        "name": "“南” 館",
        "opened": None,
        "visitors": None,
        "share": 1.25,
        "open": False,
        "checked at": None,
    }
    assert rows[0]["visitors"] == 12


def test_frictionless_reads_with_the_definitions(base: str, tmp_path: Path) -> None:
    look = "\nimport json\nprint('@', json.dumps([row.to_dict() for row in halls.read_rows()], default=str))"
    printed = run([sys.executable, "-"], snippet(base, "frictionless"), tmp_path, look)
    rows = json.loads(printed.splitlines()[-1].removeprefix("@ "))
    assert [each["番号"] for each in rows] == ["001", "002"]
    assert rows[0]["visitors"] == 12
    assert rows[1]["visitors"] is None


def test_javascript_reads_objects(base: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js on this machine")
    look = "\nconsole.log('@' + JSON.stringify(halls));\n"
    printed = run([node, "--input-type=module"], snippet(base, "javascript"), tmp_path, look)
    rows = json.loads(next(line for line in printed.splitlines() if line.startswith("@"))[1:])
    assert rows[0]["番号"] == "001"
    assert rows[0]["visitors"] == 12
    assert rows[1]["visitors"] is None


def test_duckdb_asks_the_parquet_file(base: str, tmp_path: Path) -> None:
    look = "\nprint('@', duckdb.sql(\"SELECT sum(visitors), min(番号) FROM 'halls.parquet'\").fetchall())"
    printed = run([sys.executable, "-"], snippet(base, "duckdb"), tmp_path, look)
    assert "@ [(12, '001')]" in printed.replace("Decimal('12')", "12")


@pytest.mark.parametrize("kind", ["pandas", "frictionless"])
def test_programs_run_on_a_real_package_too(base: str, tmp_path: Path, kind: str) -> None:
    program = snippet(base, kind, "joint-procurement")
    assert "C000001" in run([sys.executable, "-"], program, tmp_path)


def test_every_kind_that_is_offered_is_run_here(base: str) -> None:
    shown = json.loads(fetch(f"{base}/dataset/halls/snippets.json")[2])
    offered = {each["id"] for table in shown["tables"] for each in table["snippets"]}
    assert offered == {"curl", "pandas", "frictionless", "javascript", "duckdb"}


# NEC: a question is answered through MCP, with definitions


def ask(base: str, work: Callable[[Client], Any], mode: str = "auto") -> Any:
    async def go() -> Any:
        async with Client(f"{base}/mcp", mode=mode) as client:
            return await work(client)

    with ThreadPoolExecutor(1) as thread:  # the tests in a browser leave a loop running in this one
        return thread.submit(asyncio.run, go()).result()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_lists_the_tools(base: str, mode: str) -> None:
    tools = ask(base, lambda client: client.list_tools(), mode).tools
    assert [each.name for each in tools] == ["search", "describe_dataset", "query_rows", "get_definition"]
    assert all(each.annotations.read_only_hint and not each.annotations.destructive_hint for each in tools)
    assert all(each.output_schema["required"] for each in tools)


def test_a_question_is_answered_through_mcp_with_its_definitions(base: str) -> None:
    """Which of the joint procurements (共同調達) serves the most people, and what does that number mean?"""

    async def work(client: Client) -> None:
        found = (await client.call_tool("search", {"query": "共同調達", "kind": "dataset"})).structured_content
        (hit,) = found["results"]
        assert hit["title"]["ja"].startswith("【見本】")
        about = (await client.call_tool("describe_dataset", {"dataset": hit["dataset"], "table": "cases"})).structured_content
        (cases,) = (each for each in about["tables"] if each["name"] == "cases")
        (population,) = (each for each in cases["fields"] if each["name"] == "population")
        assert population["unit"] == "person"
        asked = {"dataset": hit["dataset"], "table": "cases", "sort": ["-population"], "limit": 3}
        answer = (await client.call_tool("query_rows", asked)).structured_content
        largest = [each["population"] for each in answer["rows"]]
        assert largest == sorted(largest, reverse=True)
        assert answer["count"] == 200
        definition = answer["definitions"]["population"]
        told = (await client.call_tool("get_definition", {"address": definition})).structured_content
        assert "1万人未満を切り捨て" in told["field"]["definition"]["ja"]
        for each in (about, answer, told):
            assert each["source"]["version"] == 1
            assert each["source"]["url"] == f"{base}/dataset/joint-procurement"
            assert each["source"]["licenses"][0]["name"] == "CC-BY-4.0"
            assert each["notice"]
        assert fetch(definition, Accept="text/html")[0] == fetch(about["source"]["cite"])[0] == 200

    ask(base, work)


def test_figures_of_groups_and_pages_go_over_mcp(base: str) -> None:
    async def work(client: Client) -> None:
        grouped = {
            "dataset": "joint-procurement",
            "table": "cases",
            "group_by": ["area"],
            "aggregate": ["count", "population__sum"],
        }
        figures = (await client.call_tool("query_rows", grouped)).structured_content
        assert sum(each["count"] for each in figures["rows"]) == 200
        assert figures["definitions"]["population__sum"].endswith("-population")
        first = {"dataset": "joint-procurement", "table": "cases", "columns": ["case_id"], "limit": 150}
        page = (await client.call_tool("query_rows", first)).structured_content
        rest = (await client.call_tool("query_rows", first | {"cursor": page["cursor"]})).structured_content
        seen = [each["case_id"] for each in (*page["rows"], *rest["rows"])]
        assert len(set(seen)) == len(seen) == 200
        assert rest["cursor"] is None

    ask(base, work)


def test_mistakes_are_answers_that_name_the_argument(base: str) -> None:
    async def work(client: Client) -> None:
        for tool, arguments, parameter in (
            ("query_rows", {"dataset": "halls", "filters": {"visitor__gte": 1}}, "visitor__gte"),
            ("query_rows", {"dataset": "halls", "filters": {"visitors__gte": "many"}}, "visitors__gte"),
            ("query_rows", {"dataset": "halls", "columns": ["nowhere"]}, "columns"),
            ("query_rows", {"dataset": "halls", "limit": 201}, "limit"),
            ("query_rows", {"dataset": "joint-procurement"}, "table"),
            ("query_rows", {"dataset": "nothing"}, "dataset"),
            ("describe_dataset", {"dataset": "halls", "table": "x"}, "table"),
            ("describe_dataset", {}, "dataset"),
            ("get_definition", {"address": "https://elsewhere.example/field/x"}, "address"),
            ("search", {"query": "x" * 900}, "query"),
            ("search", {"updated": "1 April"}, "updated"),
            ("search", {"words": "x"}, "words"),
        ):
            answer = await client.call_tool(tool, arguments)
            assert answer.is_error, (tool, arguments)
            told = json.loads(answer.content[0].text)
            assert [each["parameter"] for each in told["errors"]] == [parameter]
            assert told["message"]["ja"]
            assert told["message"]["en"]
        strange = await client.call_tool("query_rows", {"dataset": "halls", "filters": {"name": "x' OR '1'='1"}})
        assert strange.structured_content["rows"] == []

    ask(base, work)


# ByteDance: somebody shares the page, and puts it into a page of their own


class Head(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        if tag == "meta":
            self.meta[found.get("property") or found.get("name", "")] = found.get("content", "")
        if tag in ("link", "iframe"):
            self.links.append(found)


def test_a_shared_page_shows_its_card(base: str) -> None:
    head = Head(fetch(f"{base}/ja/dataset/halls", Accept="text/html")[2].decode())
    assert head.meta["og:title"] == "【見本】見本の施設"
    assert head.meta["twitter:card"] == "summary_large_image"
    assert head.meta["og:url"] == f"{base}/dataset/halls"
    status, headers, body = fetch(head.meta["og:image"])
    assert (status, headers["content-type"]) == (200, "image/png")
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(body[16:20]), int.from_bytes(body[20:24])) == (1200, 630)
    assert (head.meta["og:image:width"], head.meta["og:image:height"]) == ("1200", "630")
    assert 5_000 < len(body) < 300_000, "networks refuse pictures of more than a few megabytes"
    assert fetch(head.meta["og:image"], If_None_Match=headers["etag"])[0] == 304


def test_a_page_embeds_the_dataset_by_oembed(base: str) -> None:
    head = Head(fetch(f"{base}/ja/dataset/halls", Accept="text/html")[2].decode())
    (found,) = (each["href"] for each in head.links if each.get("type") == "application/json+oembed")
    shown = json.loads(fetch(found)[2])
    assert (shown["type"], shown["version"]) == ("rich", "1.0")
    (frame,) = Head(shown["html"]).links
    status, headers, body = fetch(frame["src"], Accept="text/html")
    assert status == 200
    assert "frame-ancestors *" in headers["content-security-policy"]
    page = Head(body.decode())
    assert "header" not in page.tags[: page.tags.index("main")]
    assert "施設番号" in body.decode()
    plain = fetch(re.sub(r"\?.*", "", frame["src"]), Accept="text/html")
    assert "frame-ancestors 'none'" in plain[1]["content-security-policy"]
