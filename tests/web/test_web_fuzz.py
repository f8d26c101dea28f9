"""Whatever a client sends is answered, and never as our failure."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

REAL = [
    "/", "/ja", "/en/", "/datasets", "/datasets.json", "/dataset/stations", "/dataset/stations.ttl", "/dataset/stations/report",
    "/dataset/stations/versions.json", "/download/stations/1/stations.csv", "/download/stations/latest/source/README.md",
    "/catalog", "/catalog.rdf", "/schema/stations-stations", "/field/stations-stations-code", "/datasets?limit=1",
    "/catalog.ttl?q=x", "/catalog/dump.nt.gz", "/changes", "/changes.trig?page=1", "/harvest",
    "/status", "/sitemap.xml", "/static/style.css", "/healthz", "/robots.txt", "/publisher/270008",
    "/standards", "/standard/event.ttl", "/codelist/cost-band", "/concept/cost-band-under-5m.nt", "/field/standard-event-ID",
]  # fmt: skip
NAMES = [
    "after",
    "before",
    "edition",
    "limit",
    "page",
    "publisher",
    "part",
    "v",
    "",
    "x",
    "modified_since",
    "q",
    "theme",
    "standard",
]
# What reaches an application is bytes as Latin-1 text (PEP 3333), so any byte may stand anywhere but line ends in headers.
byte_text = st.binary(max_size=40).map(lambda each: each.decode("latin-1"))
header_text = byte_text.map(lambda each: "".join(c for c in each if c not in "\r\n\0"))
segment = st.one_of(
    byte_text, st.sampled_from(["stations", "dataset", "ja", "..", ".", "", "%00", "download", "1", "latest", "source"])
)
path = st.one_of(
    st.sampled_from(REAL),
    st.builds("{}{}".format, st.sampled_from(REAL), byte_text),
    st.lists(segment, max_size=6).map(lambda each: "/" + "/".join(each)),
    byte_text,
)
query = (
    st.lists(st.builds("{}={}".format, st.sampled_from(NAMES), byte_text | st.integers().map(str)), max_size=3).map("&".join)
    | byte_text
)
quality = st.sampled_from(["", ";q=0", ";q=1", ";q=0.5", ";q=-1", ";q=nan", ";q=", ";q=1e400", ";q=９"])
kinds = [
    "text/html",
    "*/*",
    "text/turtle",
    "application/*",
    "application/json",
    "text/*;level=1",
    "*",
    "/",
    "application/ld+json",
]
languages = ["ja", "en", "en-US", "zh-Hant-TW", "*", "-", "ja_JP", "x" * 300]
ranges = [
    "bytes=0-1",
    "bytes=-1",
    "bytes=5-",
    "bytes=99-",
    "bytes=0-0,2-3",
    "bytes=-0",
    "items=1-2",
    "bytes=1-0",
    "bytes=" + "9" * 400 + "-",
]
dates = [
    "Wed, 01 Apr 2026 15:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:60 GMT",
    "Mon, 01 Jan 0001 00:00:00 -2359",
    "0",
    "Sat, 99 Foo 2020",
]


def listed(words: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.builds("{}{}".format, st.sampled_from(words), quality), max_size=4).map(", ".join) | header_text


headers = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT": listed(kinds),
        "HTTP_ACCEPT_LANGUAGE": listed(languages),
        "HTTP_ACCEPT_ENCODING": listed(["gzip", "br", "identity", "*"]),
        "HTTP_RANGE": st.sampled_from(ranges) | header_text,
        "HTTP_IF_RANGE": st.sampled_from(['"x"', 'W/"x"', *dates]) | header_text,
        "HTTP_IF_NONE_MATCH": st.sampled_from(['"x"', "*", 'W/"x"', '"', "x, y"]) | header_text,
        "HTTP_IF_MATCH": st.sampled_from(['"x"', "*"]) | header_text,
        "HTTP_IF_MODIFIED_SINCE": st.sampled_from(dates) | header_text,
        "HTTP_HOST": st.sampled_from(["evil.example", "a:b:c", "[::1", "é", "", "x" * 300]) | header_text,
        "HTTP_X_FORWARDED_HOST": header_text,
        "HTTP_COOKIE": header_text,
        "CONTENT_TYPE": st.sampled_from(["application/json", "multipart/form-data; boundary="]) | header_text,
        "CONTENT_LENGTH": st.sampled_from(["0", "5", "-1", "x", "9" * 30, ""]),
    },
)
methods = st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE", "\xff"])
Call = Callable[[str, str, str, dict[str, str]], Response]


@pytest.fixture(scope="module")
def call(published_home) -> Call:
    configured = Settings(home=str(published_home), base_url="https://data.example.jp", count_searches=False)
    store = Store.open(configured)
    app = create_app(configured, store)

    def send(method: str, path: str, query: str, sent: dict[str, str]) -> Response:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(b"hello"),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **sent,
        }
        with Response.from_app(app, environ, buffered=True) as response:
            return Response(response.get_data(), response.status_code, response.headers)

    yield send
    store.close()


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(method=methods, path=path, query=st.just("") | query, sent=headers)
def test_no_request_makes_us_fail(call: Call, method: str, path: str, query: str, sent: dict[str, str]) -> None:
    answer = call(method, path, query, sent)
    assert answer.status_code < 500
    assert answer.status_code in {200, 206, 303, 304, 400, 404, 405, 412, 413, 414, 416}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "\n" not in str(dict(answer.headers))
    if answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.mimetype == "application/problem+json" and method != "HEAD":
            assert answer.json["status"] == answer.status_code
            assert answer.json["detail"]
            assert answer.json["code"]
    assert "evil.example" not in str(answer.headers)
