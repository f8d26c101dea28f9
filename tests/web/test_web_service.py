"""Files of our own, what robots read, and catalogues that stand below a path."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

from rdflib import Graph, URIRef

from catalog.publishing import refresh
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app, service
from catalog.web.responses import IMMUTABLE

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_stylesheet_is_kept_for_ever_under_its_content(read) -> None:
    page = read("/").text
    address = next(each for each in page.split('"') if each.startswith("/static/style.css?v="))
    answer = read(address)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("text/css; charset=utf-8", IMMUTABLE)
    assert "@import" not in answer.text
    assert re.findall(r"url\((.*?)\)", answer.text) == ['"icon.svg"'], "nothing but our own mark is loaded"
    assert read("/static/style.css").headers["Cache-Control"] == "no-cache"
    assert read("/static/style.css?v=0").headers["Cache-Control"] == "no-cache"
    assert read("/static/icon.svg").headers["Content-Type"] == "image/svg+xml"
    for path in ("/static/", "/static/../__init__.py", "/static/nothing.css", "/static/%2e%2e/pages.py"):
        assert read(path).status == 404


def test_robots_find_the_sitemap(read) -> None:
    assert "Sitemap: https://data.example.jp/sitemap.xml" in read("/robots.txt").text


def test_the_sitemap_lists_every_dataset_with_its_twins_and_what_is_defined(ask, publish) -> None:
    publish("other")
    root = ET.fromstring(ask("/sitemap.xml").body)
    listed = [str(each.text).removeprefix("https://data.example.jp/") for each in root.iter(f"{SITEMAP}loc")]
    assert listed[:4] == ["dataset/other", "dataset/stations", "schema/other-stations", "schema/stations-stations"]
    assert {"standard/public-toilet", "codelist/cost-band", "standards"} < set(listed)
    assert len(listed) == len(set(listed))
    twins = [each.attrib["href"] for each in root.iter("{http://www.w3.org/1999/xhtml}link")]
    assert "https://data.example.jp/en/dataset/stations" in twins


def test_a_sitemap_that_is_full_becomes_an_index(ask, publish, monkeypatch) -> None:
    publish("a")
    publish("b")
    whole = [each.text for each in ET.fromstring(ask("/sitemap.xml").body).iter(f"{SITEMAP}loc")]
    monkeypatch.setattr(service, "SITEMAP_LENGTH", 20)
    index = [each.text for each in ET.fromstring(ask("/sitemap.xml").body).iter(f"{SITEMAP}loc")]
    assert index == [f"https://data.example.jp/sitemap.xml?part={number}" for number in range(1, -(-len(whole) // 20) + 1)]
    parts = [ask(each.removeprefix("https://data.example.jp")).body for each in index]
    assert [each.text for part in parts for each in ET.fromstring(part).iter(f"{SITEMAP}loc")] == whole


def test_healthz_answers_while_the_store_does(read) -> None:
    assert (read("/healthz").status, read("/healthz").body) == (200, b"ok\n")


def test_the_status_counts(ask, publish) -> None:
    publish("made-up", package={"sample": True})
    text = ask("/en/status").text
    assert "<dd>2</dd>" in text
    assert "<dd>1</dd>" in text
    assert "https://data.example.jp" in text


def test_a_catalogue_below_a_path_answers_there_and_at_the_root(settings: Settings, store: Store) -> None:
    moved = replace(settings, base_url="https://city.example.jp/open/data")
    refresh(store, moved)
    client = create_app(moved, store).test_client()
    behind_proxy, direct = client.get("/ja/dataset/stations"), client.get("/open/data/ja/dataset/stations")
    assert behind_proxy.status_code == direct.status_code == 200
    assert behind_proxy.data == direct.data
    assert 'href="/open/data/ja/datasets"' in direct.text
    assert 'href="/open/data/static/style.css' in direct.text
    assert 'href="/open/data/en/dataset/stations"' in direct.text
    document = client.get("/open/data/dataset/stations.json").json
    assert document["url"] == "https://city.example.jp/open/data/dataset/stations"
    assert client.get("/open/data").status_code == 200
    assert client.get("/open/database").status_code == 404
    page = Graph().parse(data=client.get("/catalog.nt").data, format="nt")
    assert (URIRef("https://city.example.jp/open/data/catalog"), None, None) in page


def test_an_empty_catalogue_has_its_pages(tmp_path) -> None:
    settings = Settings(home=str(tmp_path / "empty"))
    with Store.open(settings) as store:
        client = create_app(settings, store).test_client()
        for path in ("/", "/datasets", "/datasets.json", "/status", "/healthz", "/sitemap.xml", "/publisher/operator"):
            assert client.get(path).status_code == 200, path
        assert client.get("/datasets.json").json == {"datasets": [], "next": None, "count": 0}
        assert "まだありません" in client.get("/ja").text


def _luminance(colour: str) -> float:
    parts = colour.removeprefix("#")
    parts = parts if len(parts) == 6 else "".join(each * 2 for each in parts)
    channels = [int(parts[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_every_text_has_enough_contrast_in_both_schemes(read) -> None:
    blocks = re.findall(r":root \{(.*?)\}", read("/static/style.css").text, flags=re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", each)) for each in blocks)
    assert light.keys() == dark.keys()
    for scheme in (light, dark):
        for text in ("text", "quiet", "link", "good", "bad"):
            for ground in ("ground", "panel"):
                assert _contrast(scheme[text], scheme[ground]) >= 4.5, (text, ground)
        assert _contrast(scheme["note"], scheme["note-ground"]) >= 4.5
        assert _contrast(scheme["text"], scheme["note-ground"]) >= 4.5
        assert _contrast(scheme["on-strong"], scheme["strong"]) >= 4.5
