"""Real harvesters read our feed whole (`scripts/interop`), and what they would lose is noticed."""

import copy
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/interop_feed.py"
BASE = "https://data.example.jp"
IRI = f"{BASE}/dataset/stops"
ZIP = f"{BASE}/download/stops/1/stops.zip"


@pytest.fixture(scope="module")
def feed():
    """scripts/interop_feed.py as a module, beside interop_compare as when it runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)
        spec = importlib.util.spec_from_file_location("interop_feed", SCRIPT)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
        sys.modules.pop("interop_compare", None)


# ------------------------------------------------------------------------------------------------ the readers themselves


def lacking(reader):
    """What is not installed cannot be tested: where all has to be (CI=true), that is a failure."""
    told = f"{reader}: not installed (scripts/interop --install)"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_harvester_that_is_not_there_is_a_failure_where_all_has_to_be(monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="not installed"):
        lacking("ckan")


@pytest.mark.parametrize("where", ["venv", "pip"])
def test_an_installation_that_stops_half_way_says_so_and_leaves_nothing(feed, monkeypatch, tmp_path, where):
    def run(command, **_options):
        if where in command:
            raise subprocess.CalledProcessError(1, command)
        made.mkdir(parents=True)

    made = tmp_path / "ckan"
    monkeypatch.setattr(feed, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(feed.subprocess, "run", run)
    with pytest.raises(feed.Failed) as caught:
        feed.install("ckan")
    told = str(caught.value)
    assert "もう一度実行してください" in told
    assert "scripts/interop-requirements.txt" in told
    assert str(tmp_path) not in told
    assert not made.exists()
    assert not feed.installed("ckan")


@pytest.fixture(scope="module")
def result(feed, tmp_path_factory):
    """One walk of all readers that are installed."""
    if not any(map(feed.installed, feed.LOCKS)):
        lacking("any harvester")
    file = tmp_path_factory.mktemp("interop") / "result.json"
    command = [sys.executable, SCRIPT, "--installed", "--json", file]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert file.exists(), done.stdout + done.stderr
    found = json.loads(file.read_text(encoding="utf-8"))
    assert done.returncode == any(each["lost"] for each in found.values())
    return found


@pytest.mark.parametrize("reader", ["ckan", "udata"])
def test_a_real_harvester_loses_nothing(feed, result, reader):
    if not feed.installed(reader):
        lacking(reader)
    assert result[reader]["lost"] == []


@pytest.mark.parametrize("reader", ["ckan", "udata"])
def test_every_property_is_put_to_the_test_by_some_package(feed, result, reader):
    if not feed.installed(reader):
        lacking(reader)
    for table in result[reader]["tables"].values():
        assert [name for name, row in table.items() if set(row.values()) == {"-"}] == []
        assert {"title", "description", "keywords", "files", "file hash", "file conformsTo"} <= set(table)


# ------------------------------------------------------------------------------------------------ the judge


@pytest.fixture
def dataset():
    """The JSON of our API, as far as it is compared."""

    def both(ja, en):
        return {"ja": ja, "en": en}

    def download(name, bytes_):
        format_ = name.rpartition(".")[2]
        media = {"csv": "text/csv", "zip": "application/zip"}[format_]
        url = f"{BASE}/download/stops/1/{name}"
        return {"url": url, "format": format_, "label": format_.upper(), "mediaType": media, "bytes": bytes_, "sha256": name * 3}

    table = {
        "name": "stops",
        "title": both("停留所", "Stops"),
        "description": both("1行が1か所です。", "A row a stop."),
        "schemaVersion": f"{BASE}/schema/stops-stops-v1",
        "standard": {"id": "gtfs-jp", "edition": "20251001"},
        "downloads": [download("stops.csv", 10)],
    }
    return {
        "id": "stops",
        "version": 1,
        "url": IRI,
        "title": both("バス停", "Bus stops"),
        "description": both("バス停の一覧。\n2行目。", "All stops."),
        "keywords": both(["時刻表・バス", "交通"], ["bus"]),
        "publisher": {"id": "office", "name": both("交通課", "Traffic office"), "url": f"{BASE}/publisher/office", "uri": ""},
        "contact": {"name": "窓口", "email": "a@example.jp", "telephone": "", "url": "https://example.jp/ask"},
        "spatial": ["270008", "271004"],
        "bbox": [135.1, 34.3, 135.7, 35.0],
        "temporal": {"start": "2020-04-01", "end": "2021-03-31"},
        "frequency": {"code": "ANNUAL"},
        "themes": [{"code": "TRAN"}],
        "landingPage": "https://example.jp/stops",
        "sources": [{"path": "https://example.jp/source"}],
        "sample": False,
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "issued": "2026-11-22T00:00:00Z",
        "modified": "2026-11-22T09:00:00+09:00",
        "tables": [table],
        "attachments": [],
        "package": download("stops.zip", 20),
    }


def resource(name, media, /, **more):
    format_ = name.rpartition(".")[2]
    return {
        "url": f"{BASE}/download/stops/1/{name}",
        "uri": f"{BASE}/distribution/stops-{'stops' if format_ == 'csv' else 'package'}-{format_}",
        "format": format_.upper(),
        "mimetype": f"https://www.iana.org/assignments/media-types/{media}",
        "hash": name * 3,
        "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        **more,
    }


@pytest.fixture
def arrived():
    """The same dataset in CKAN."""
    extras = {
        "identifier": IRI,
        "publisher_name": "交通課",
        "publisher_uri": f"{BASE}/publisher/office",
        "contact_name": "窓口",
        "contact_email": "a@example.jp",
        "contact_url": "https://example.jp/ask",
        "spatial_uri": "http://data.e-stat.go.jp/lod/sac/C27100",
        "spatial_text": "大阪市",
        "spatial_bbox": '{"type": "Polygon", "coordinates": [[[135.1, 34.3], [135.7001, 34.3], [135.7001, 35], [135.1, 34.3]]]}',
        "temporal_start": "2020-04-01",
        "temporal_end": "2021-03-31",
        "conforms_to": f'["{BASE}/standard/gtfs-jp"]',
        "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        "theme": '["http://publications.europa.eu/resource/authority/data-theme/TRAN"]',
        "source": '["https://example.jp/source"]',
        "issued": "2026-11-22T00:00:00+00:00",
        "modified": "2026-11-22T00:00:00+00:00",
    }
    return {
        "title": "バス停",
        "notes": "バス停の一覧。\n2行目。",
        "tags": [{"name": each} for each in ("時刻表 バス", "交通", "bus")],
        "license_id": "cc-by",
        "url": "https://example.jp/stops",
        "version": "1",
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "resources": [
            resource(
                "stops.csv",
                "text/csv",
                name="停留所（CSV）",
                description="1行が1か所です。",
                size=10,
                conforms_to=f'["{BASE}/schema/stops-stops-v1"]',
            ),
            resource("stops.zip", "application/zip", name="バス停：一式（ZIP）", size=20),
        ],
    }


def states(feed, dataset, arrived, reading="CKAN"):
    outcomes = feed.compare(dataset, arrived, feed.READERS[reading])
    return {name: each.state for name, each in outcomes.items()}


def test_what_arrived_whole_is_ok(feed, dataset, arrived):
    found = states(feed, dataset, arrived)
    assert {name for name, state in found.items() if state == "reader"} == {"every area"}  # CKAN keeps one of the two
    assert {name for name, state in found.items() if state == "-"} == {"sample"}
    assert set(found.values()) == {"ok", "reader", "-"}


EXTRAS = {
    "identifier": "identifier",
    "publisher_name": "publisher",
    "publisher_uri": "publisher iri",
    "contact_name": "contact",
    "contact_email": "contact mail",
    "contact_url": "contact page",
    "spatial_uri": "spatial",
    "spatial_text": "area name",
    "spatial_bbox": "box",
    "temporal_start": "temporal start",
    "temporal_end": "temporal end",
    "conforms_to": "conformsTo",
    "frequency": "frequency",
    "theme": "themes",
    "source": "sources",
    "issued": "issued",
    "modified": "modified",
}


@pytest.mark.parametrize(("extra", "name"), EXTRAS.items())
def test_an_extra_that_is_missing_is_noticed(feed, dataset, arrived, extra, name):
    arrived["extras"] = [each for each in arrived["extras"] if each["key"] != extra]
    assert {key for key, state in states(feed, dataset, arrived).items() if state == "missing"} == {name}


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("title", "Bus stops", "title"),
        ("notes", "バス停の一覧。", "description"),
        ("tags", [{"name": "時刻表"}, {"name": "交通"}, {"name": "bus"}], "keywords"),
        ("tags", [{"name": "時刻表 バス"}, {"name": "交 通"}, {"name": "bus"}], "keywords"),
        ("license_id", "", "licence"),
        ("url", IRI, "landing page"),
        ("version", "2", "version"),
    ],
)
def test_another_value_is_noticed(feed, dataset, arrived, key, value, name):
    arrived[key] = value
    assert {key for key, state in states(feed, dataset, arrived).items() if state == "missing"} == {name}


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("name", "Stops (CSV)", "file title"),
        ("description", "A row a stop.", "file description"),
        ("format", "http://publications.europa.eu/resource/authority/file-type/CSV", "file format"),
        ("mimetype", "https://www.iana.org/assignments/media-types/text/html", "file mimetype"),
        ("size", None, "file size"),
        ("hash", "0", "file hash"),
        ("hash_algorithm", "http://spdx.org/rdf/terms#checksumAlgorithm_md5", "file algorithm"),
        ("conforms_to", None, "file conformsTo"),
        ("license", "Creative Commons Attribution", "file licence"),
        ("uri", "", "file iri"),
    ],
)
def test_a_loss_in_one_file_is_noticed(feed, dataset, arrived, key, value, name):
    arrived["resources"][0][key] = value
    assert {key for key, state in states(feed, dataset, arrived).items() if state == "missing"} == {name}


def test_a_file_that_is_missing_is_noticed(feed, dataset, arrived):
    del arrived["resources"][1]
    found = feed.compare(dataset, arrived, feed.READERS["CKAN"])["files"]
    assert (found.state, found.wanted) == ("missing", [ZIP])


def test_a_portal_in_english_wants_english(feed, dataset, arrived):
    found = states(feed, dataset, arrived, "CKAN en")
    assert {name for name, state in found.items() if state == "missing"} == {
        "title",
        "description",
        "publisher",
        "file title",
        "file description",
    }


@pytest.mark.parametrize(("text", "state"), [("この値は架空のものです。", "ok"), (f"{IRI}/provenance", "missing")])
def test_the_statement_of_a_sample_is_text(feed, dataset, arrived, text, state):
    dataset["sample"] = True
    arrived["extras"].append({"key": "provenance", "value": text})
    assert states(feed, dataset, arrived)["sample"] == state


def walk(arrived, **changes):
    return {"errors": [], "refused": {}, "pages": ["1"], "readings": {"CKAN": arrived}} | changes


def test_a_walk_without_faults(feed, dataset, arrived):
    assert feed.walk_faults({IRI: dataset}, walk([arrived])) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"errors": ["Remote file is too big."]}, "error of the harvest: Remote file is too big."),
        ({"refused": {"バス停": {"tags": "wrong"}}}, "refused: バス停: {'tags': 'wrong'}"),
        ({"readings": {"CKAN": []}}, f"CKAN: lost: {IRI}"),
    ],
)
def test_a_fault_of_the_walk_is_noticed(feed, dataset, arrived, change, fault):
    assert feed.walk_faults({IRI: dataset}, walk([arrived], **change)) == [fault]


def test_a_dataset_on_two_pages_is_noticed(feed, dataset, arrived):
    assert feed.walk_faults({IRI: dataset}, walk([arrived, copy.deepcopy(arrived)])) == [f"CKAN: 2 times: {IRI}"]


def test_pages_that_were_not_walked_are_noticed(feed, dataset, arrived):
    datasets = {IRI + str(number): dataset for number in range(feed.PAGE_SIZE + 1)}
    assert "only these pages were walked: ['1']" in feed.walk_faults(datasets, walk([arrived]))


def test_a_loss_names_the_formats_the_values_and_the_terms(feed, dataset, arrived):
    whole = copy.deepcopy(arrived)
    arrived["title"] = ""
    feeds = {f"{BASE}/catalog.ttl": walk([arrived]), f"{BASE}/catalog.nt": walk([whole])}
    table = feed.tables({IRI: dataset}, feeds)["CKAN"]
    assert feed.cell(table["title"]["stops"]) == "missing (ttl)"
    assert feed.losses("CKAN", table) == [
        "CKAN (ttl): stops: title: wanted 'バス停', arrived ''; it is read from dct:title",
    ]
