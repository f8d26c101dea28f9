"""What the partners of Osaka's agreement of July 2020 would do here, as they would do it: commands, a running server, HTTP.

One journey a partner. Those of NEC (a question answered with definitions) and ByteDance (share card, embed) stand with the
parts that they are about.
"""

import csv
import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ROOT / "datapackages"
CITIES = {"812013": 36, "812021": 42, "812030": 45}
DATASETS = (*(f"{each}-public-toilet" for each in CITIES), "812013-sticker-shop", "812030-sticker-shop", "812021-gtfs-jp")
CATALOG = (sys.executable, "-c", "from catalog.cli import main; main()")


@dataclass(frozen=True)
class Site:
    """A catalogue that is being served, and the environment in which its commands work."""

    url: str
    environment: dict[str, str]

    def curl(self, path: str) -> bytes:
        """What one ``curl URL`` prints; where there is no curl, the same by Python."""
        address = self.url + quote(path, safe="/?&=%.,-_")
        if shutil.which("curl"):
            return subprocess.run(["curl", "-sSf", address], check=True, capture_output=True).stdout
        with urllib.request.urlopen(address) as answer:
            return answer.read()

    def json(self, path: str) -> Any:
        """The same, read."""
        return json.loads(self.curl(path))

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """One command of ours."""
        return subprocess.run([*CATALOG, *map(str, arguments)], env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("journeys")
    environment = os.environ | {"CATALOG_HOME": str(home), "CATALOG_PORT": str(port), "PYTHONIOENCODING": "utf-8"}
    found = Site(f"http://127.0.0.1:{port}", environment)
    published = found.run("publish", *(PACKAGES / each for each in DATASETS))
    assert published.returncode == 0, published.stdout + published.stderr
    with subprocess.Popen([*CATALOG, "serve"], env=environment, stdout=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                connection.close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        try:
            yield found
        finally:
            server.send_signal(signal.SIGTERM)


def test_code_for_osaka_one_application_for_every_municipality(site: Site) -> None:
    """One request gives the public toilets of every city, whatever edition, encoding and spelling each of them has."""
    toilets = site.json("/standard/public-toilet/records.geojson")
    features = toilets["features"]
    assert {city: sum(each["properties"]["source_publisher"] == city for each in features) for city in CITIES} == CITIES
    placed = [each["geometry"]["coordinates"] for each in features if each["geometry"]]
    assert len(placed) == 119  # four have no coordinates in their city's file
    assert all(145 <= longitude < 146 and 33 <= latitude < 34 for longitude, latitude in placed)
    assert {each["properties"]["車椅子使用者用トイレ有無"] for each in features} == {"有", "無"}
    assert all(each["properties"]["名称"] and each["properties"]["所在地_連結表記"] for each in features)
    assert [each["title"]["ja"][:4] for each in toilets["sources"]] == ["【見本】"] * 3
    # What the application tells its users about a field is one address away.
    assert "definitions" in site.json("/api/v1/standards/public-toilet/rows?limit=1")


def test_gurunavi_sticker_shops_by_area(site: Site) -> None:
    """Shops with the sticker, of one area, whichever city published them."""
    rows = "/api/v1/standards/sticker-shop/rows"
    harbour = site.json(f"{rows}?施設所在地__contains=月浜市港町&店舗種別=飲食店&columns=施設名称,施設所在地,source_publisher")
    assert harbour["rows"]
    assert harbour["count"] == len(harbour["rows"])
    assert all("月浜市港町" in each["施設所在地"] and each["source_publisher"] == "812013" for each in harbour["rows"])
    cities = site.json(f"{rows}?group_by=source_publisher&aggregate=count")["rows"]
    assert cities == [{"source_publisher": "812013", "count": 40}, {"source_publisher": "812030", "count": 30}]
    assert site.json(f"{rows}?施設所在地__contains=どこにもない町")["rows"] == []


def test_plug_and_play_and_uzabase_what_is_wanted(site: Site) -> None:
    """Who has not published yet: the list with which one goes and asks, as a page of figures and as a spreadsheet."""
    told = site.json("/standard/sticker-shop/coverage.json")
    (area,) = told["areas"]
    assert [each["code"] for each in area["publishing"]] == ["812013", "812030"]
    wanted = [each["name"]["ja"] for each in area["wanted"]]
    assert wanted == ["雪森市", "霧峰市", "緑島村", "霞瀬町", "藍里町", "星沢町"]
    table = list(csv.reader(io.StringIO(site.curl("/standard/sticker-shop/coverage.csv").decode("utf-8-sig"), newline="")))
    assert [each[2] for each in table if each[0] in ("未公開", "not published yet")] == wanted
    osaka = site.json("/standard/sticker-shop/coverage.json?prefecture=27")["areas"][0]
    assert len(osaka["wanted"]) == 43
    assert osaka["publishing"] == []


def test_jorudan_a_timetable_that_journey_planners_take(site: Site, tmp_path: Path) -> None:
    """The GTFS-JP file passes gtfs-validator (the canonical rules of GTFS, as a Python package), and is what the tables say."""
    dataset = site.json("/dataset/812021-gtfs-jp.json")
    (feed,) = [each for each in dataset["attachments"] if each["name"] == "gtfs-jp"]
    target = tmp_path / "gtfs-jp.zip"
    target.write_bytes(site.curl(feed["downloads"][0]["url"].removeprefix(site.url)))
    validator = Path(sys.executable).with_name("gtfs-validator")
    done = subprocess.run(
        [validator, "-i", target, "-o", tmp_path / "report", "-c", "JP", "-d", "2026-11-22", "-svu", "--fail-on-error"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    notices = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))["notices"]
    assert [each["code"] for each in notices if each["severity"] == "ERROR"] == []
    with zipfile.ZipFile(target) as archive:
        stops = list(csv.DictReader(io.StringIO(archive.read("stops.txt").decode(), newline="")))
    united = site.json("/standard/gtfs-jp/records.geojson?table=stops")["features"]
    assert [each["properties"]["stop_id"] for each in united] == [each["stop_id"] for each in stops]


def test_cybozu_a_table_that_opens_in_a_spreadsheet(site: Site) -> None:
    """With the byte order mark Excel reads it as UTF-8; codes keep their zeros as the text they are."""
    for path in ("/download/812013-public-toilet/latest/public_toilet.csv", "/standard/public-toilet/records.csv"):
        body = site.curl(f"{path}?excel=1&labels=ja")
        assert body.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
        assert len({len(each) for each in rows}) == 1
        assert "0001" in {cell for each in rows for cell in each}
    plain = site.curl("/standard/public-toilet/records.csv")
    assert not plain.startswith(b"\xef\xbb\xbf")


def test_cybozu_what_is_about_persons_is_not_published(site: Site, tmp_path: Path) -> None:
    """A steward marks a column as personal and forgets to leave it out: publishing refuses, and says which."""
    folder = tmp_path / "812030-sticker-shop"
    shutil.copytree(PACKAGES / "812030-sticker-shop", folder)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["name"] = "812030-members"
    field = descriptor["resources"][0]["schema"]["fields"][2]
    field["definition"]["personal"] = True
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    refused = site.run("publish", folder)
    assert refused.returncode == 1
    assert field["name"] in refused.stdout + refused.stderr
    assert "personal" in refused.stdout + refused.stderr
    assert not re.search(r"Traceback", refused.stderr)
    listed = [each["id"] for each in site.json("/datasets.json")["datasets"]]
    assert "812030-members" not in listed
    assert "812030-sticker-shop" in listed
