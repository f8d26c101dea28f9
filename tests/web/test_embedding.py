import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

PAGES = ["/dataset/stations", "/schema/stations-stations", "/field/stations-stations-code", "/codelist/prefecture"]
BASE = "https://data.example.jp"


class Frame(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag == "iframe"
        self.attributes = dict(attributes)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_framed_only_where_it_is_asked_for_so(read: Callable, page: str) -> None:
    plain, framed = read(f"/ja{page}", accept="text/html"), read(f"/ja{page}?embed=1", accept="text/html")
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    policy = framed.headers["Content-Security-Policy"]
    assert policy == plain.headers["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
    assert '<header class="site">' in plain.text
    assert '<header class="site">' not in framed.text
    assert '<base target="_blank">' in framed.text
    assert '<meta name="robots" content="noindex">' in framed.text
    assert re.search(f'<a href="{BASE}{page}">このページを', framed.text)
    assert plain.headers["ETag"] != framed.headers["ETag"]
    assert read(f"/ja{page}", accept="text/html").body == plain.body, "the one is not remembered as the other"


@pytest.mark.parametrize("page", ["/", "/datasets", "/dataset/stations/versions", "/standard/public-toilet", "/check", "/status"])
def test_no_other_page_can_be_framed(read: Callable, page: str) -> None:
    answer = read(f"{page}?embed=1", accept="text/html")
    assert answer.status == 400
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "oembed" not in read(page, accept="text/html").text


@pytest.mark.parametrize("query", ["embed=0", "embed=true", "embed", "embed=1&embed=1", "embed=1&x=1"])
def test_only_one_value_is_taken(read: Callable, query: str) -> None:
    assert read(f"/dataset/stations?{query}").status == 400


def test_documents_for_machines_are_not_embedded(read: Callable) -> None:
    for address in (
        "/dataset/stations.json",
        "/dataset/stations.ttl",
        "/dataset/stations.md",
        "/field/stations-stations-code.ttl",
    ):
        answer = read(f"{address}?embed=1")
        assert answer.status == 400
        assert answer.json["errors"][0]["parameter"] == "embed"
    framed = read("/dataset/stations?embed=1", accept="text/turtle")
    assert framed.headers["Content-Type"] == "text/html; charset=utf-8", "what is embedded is the page"


@pytest.mark.parametrize("page", PAGES)
def test_oembed_tells_how_to_frame_it(read: Callable, page: str) -> None:
    found = re.search(
        r'type="application/json\+oembed" href="https://data.example.jp([^"]+)"', read(f"/en{page}", accept="text/html").text
    )
    assert found
    answer = read(found[1].replace("&amp;", "&"))
    assert answer.headers["Content-Type"] == "application/json+oembed"
    shown = answer.json
    assert (shown["type"], shown["version"], shown["provider_url"]) == ("rich", "1.0", f"{BASE}/")
    frame = Frame(shown["html"]).attributes
    assert frame["src"] == f"{BASE}/en{page}?embed=1"
    assert frame["title"] == shown["title"]
    assert "allow-scripts" not in str(frame["sandbox"])
    assert read(f"/en{page}?embed=1", accept="text/html").status == 200


def test_oembed_keeps_to_the_sizes_that_are_asked_for(read: Callable) -> None:
    address = f"/oembed?url={BASE}/dataset/stations"
    shown = read(f"{address}&maxwidth=300&maxheight=200").json
    assert (shown["width"], shown["height"]) == (300, 200)
    assert "thumbnail_url" not in shown
    assert 'width="300" height="200"' in shown["html"]
    wide = read(f"{address}&maxwidth=5000").json
    assert wide["width"] == 800
    assert wide["thumbnail_url"] == f"{BASE}/dataset/stations/card.png"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("url=https://elsewhere.example/dataset/stations", 400),
        (f"url={BASE}.evil.example/dataset/stations", 400),
        ("url=javascript:alert(1)", 400),
        ("url=https://user@data.example.jp/dataset/stations", 400),
        ("url=https://[broken/dataset/stations", 400),
        (f"url={BASE}/dataset/stations&format=xml", 400),
        (f"url={BASE}/dataset/stations&maxwidth=x", 400),
        (f"url={BASE}/dataset/nothing", 404),
        (f"url={BASE}/dataset/stations/versions", 404),
        (f"url={BASE}/dataset/stations.ttl", 404),
        (f"url={BASE}/field/nothing", 404),
        (f"url={BASE}/datasets", 404),
        (f"url={BASE}/%252e%252e/%00", 404),
        (f"url={quote(BASE + '/dataset/%ff')}", 400),
    ],
)
def test_what_cannot_be_embedded_is_refused(read: Callable, query: str, status: int) -> None:
    answer = read(f"/oembed?{query}")
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_below_a_path_the_addresses_keep_it(settings: Settings, store: Store) -> None:
    below = Settings(home=settings.home, base_url="https://example.jp/data")
    client = create_app(below, store).test_client()
    with client.get("/oembed?url=https://example.jp/data/ja/dataset/stations") as answer:
        assert Frame(json.loads(answer.data)["html"]).attributes["src"] == "https://example.jp/data/ja/dataset/stations?embed=1"
    with client.get("/oembed?url=https://example.jp/dataset/stations") as answer:
        assert answer.status_code == 400


def test_the_page_offers_markup_that_works(read: Callable) -> None:
    page = read("/ja/dataset/stations", accept="text/html").text
    markup = re.search(r"<code>(&lt;iframe.*?)</code>", page, re.DOTALL)
    assert markup
    html = markup[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&")
    assert Frame(html).attributes["src"] == f"{BASE}/ja/dataset/stations?embed=1"
