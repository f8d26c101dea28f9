"""What every answer has, whoever asks for whatever: headers, names, limits, an id, a line in the log that cannot be forged."""

import io
import json
import logging
import re
import zipfile
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask

from catalog import tokens
from catalog.errors import Busy, SettingsError, StoreError
from catalog.publishing import refresh
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app, service
from catalog.web.serving import hosts, logs, transfers

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGE, FILE = "/ja/dataset/stations", "/download/stations/1/stations.csv"
GET = "/dataset/stations.json"


@pytest.fixture
def made(store: Store, settings: Settings):
    """Builder of applications: ``made(trusted_hosts="…")``."""

    def make(**changes) -> Flask:
        return create_app(replace(settings, **changes), store)

    return make


class TestHeaders:
    @pytest.mark.parametrize(
        ("method", "path", "status", "headers"),
        [
            ("GET", "/", 200, {}),
            ("GET", "/en/datasets", 200, {}),
            ("GET", "/datasets.json", 200, {}),
            ("GET", "/dataset/stations.ttl", 200, {}),
            ("GET", "/catalog.jsonld", 200, {}),
            ("GET", "/static/style.css", 200, {}),
            ("GET", "/robots.txt", 200, {}),
            ("GET", "/healthz", 200, {}),
            ("GET", "/readyz", 200, {}),
            ("GET", "/publish", 200, {}),
            ("GET", "/nothing", 404, {}),
            ("GET", "/nothing", 404, {"Accept": "text/html"}),
            ("GET", "/?x=1", 400, {}),
            ("GET", "/", 400, {"Host": "evil.example"}),
            ("GET", "/?x=" + "y" * 9_000, 414, {}),
            ("POST", "/datasets", 405, {}),
            ("PUT", "/api/v1/datasets/x", 401, {}),
            ("POST", "/check", 400, {}),
            ("POST", "/check", 403, {"Origin": "https://evil.example"}),
            ("HEAD", PAGE, 200, {}),
            ("OPTIONS", PAGE, 200, {}),
        ],
    )
    def test_every_kind_of_answer_has_them(self, read, method, path, status, headers) -> None:
        answer = read(path, method=method, **{name.replace("-", "_"): text for name, text in headers.items()})
        assert answer.status == status
        assert answer.headers["Content-Security-Policy"] == POLICY
        self.check(answer)

    @pytest.mark.parametrize(
        ("method", "status", "headers"),
        [
            ("GET", 200, {}),
            ("HEAD", 200, {}),
            ("GET", 206, {"Range": "bytes=0-3"}),
            ("GET", 200, {"Range": "bytes=0-3", "If-Range": '"old"'}),
        ],
    )
    def test_downloads_run_nowhere_and_are_saved(self, read, method, status, headers) -> None:
        for path in (FILE, "/download/stations/latest/stations.zip"):
            answer = read(path, method=method, **{name.replace("-", "_"): text for name, text in headers.items()})
            assert answer.status == status
            assert answer.headers["Content-Security-Policy"] == "sandbox"
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            self.check(answer)

    @pytest.mark.parametrize("path", [PAGE, GET, "/dataset/stations.ttl", "/static/style.css", FILE])
    def test_unchanged_answers_too(self, read, path) -> None:
        tag = read(path).headers["ETag"]
        answer = read(path, if_none_match=tag)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["Content-Security-Policy"] == ("sandbox" if path == FILE else POLICY)
        self.check(answer)

    @pytest.mark.parametrize(
        "path", ["/", PAGE, "/ja/datasets", "/en/check", "/publish", "/schema/stations-stations", "/nothing"]
    )
    def test_pages_need_nothing_that_the_policy_forbids(self, read, path) -> None:
        text = read(path, accept="text/html").text
        assert not re.findall(r'<style|\son[a-z]+=|\sstyle="|javascript:', text)
        scripts = re.findall(r"<script([^>]*)>", text)
        assert all("src=" in each or 'type="application/ld+json"' in each for each in scripts), scripts

    @staticmethod
    def check(answer) -> None:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])
        assert "Set-Cookie" not in answer.headers
        assert len(answer.headers.getlist("X-Request-ID")) == 1


class TestHosts:
    @pytest.mark.parametrize(
        ("settings", "good", "bad"),
        [
            (
                {"base_url": "https://data.example.jp"},
                ["data.example.jp", "data.example.jp:8443", "DATA.example.JP", "localhost:8000", "127.0.0.1", "[::1]:80"],
                ["", "evil.example", "example.jp", "x.data.example.jp", "data.example.jp.evil.example", "192.0.2.7",
                 "[2001:db8::1]", "data.example.jp@evil.example", "data.example.jp evil", "data.example.jp:x", "a/b", "\xe9"],
            ),
            ({"host": "192.0.2.7"}, ["192.0.2.7:8000", "localhost"], ["192.0.2.8", "evil.example"]),
            ({"host": "0.0.0.0"}, ["192.0.2.7", "[2001:db8::1]:8000", "127.0.0.1"], ["evil.example"]),
            ({"trusted_hosts": ".example.org, cdn.example.net"}, ["a.b.example.org", "cdn.example.net"], ["evil.example.net"]),
            ({"trusted_hosts": "*"}, ["evil.example"], ["evil example", ""]),
        ],
    )  # fmt: skip
    def test_a_server_knows_its_names(self, settings, good, bad) -> None:
        names = hosts.Hosts(Settings(**settings))
        assert [each for each in good if not names.trust(each)] == []
        assert [each for each in bad if names.trust(each)] == []

    def test_a_foreign_one_is_a_problem(self, read) -> None:
        answer = read("/", host="evil.example", accept_language="en")
        assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
        assert answer.json["code"] == "host-foreign"
        assert "evil" not in answer.text
        page = read("/dataset/stations", host="evil.example", accept="text/html")
        assert (page.status, page.headers["Cache-Control"]) == (400, "no-store")
        assert "evil" not in page.text

    @pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
    def test_no_address_in_an_answer_comes_from_a_client(self, made, header) -> None:
        client = made(trusted_hosts="*", trusted_proxies=1).test_client()
        for path in ("/", PAGE, "/catalog.ttl", GET, "/sitemap.xml", "/dataset/stations/contact", "/robots.txt", FILE):
            with client.get(path, headers={header: "host=evil.example" if header == "Forwarded" else "evil.example"}) as answer:
                assert answer.status_code in {200, 303}
                assert b"evil.example" not in answer.data
                assert "evil.example" not in str(answer.headers)


class TestBodies:
    def test_one_that_nobody_reads_is_short(self, app) -> None:
        client = app.test_client()
        assert client.post("/datasets", data=b"x" * 16_000).status_code == 405
        answer = client.post("/datasets", data=b"x" * 16_001)
        assert (answer.status_code, answer.get_json()["code"]) == (413, "body-too-large")
        assert answer.headers["Content-Security-Policy"] == POLICY

    def test_what_is_nested_without_end_is_refused(self, made, store) -> None:
        secret, _token = tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="t")
        app = made()
        deep = "[" * 200_000 + "]" * 200_000
        for text in (f'{{"name": "x", "resources": {deep}}}', deep, '{"a":' * 100_000):
            body = io.BytesIO()
            with zipfile.ZipFile(body, "w") as archive:
                archive.writestr("datapackage.json", text)
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/zip"}
            answer = app.test_client().put("/api/v1/datasets/x", data=body.getvalue(), headers=headers)
            assert answer.status_code == 422
            assert [each["code"] for each in answer.get_json()["errors"]] == ["json-depth"]
        app.extensions["publishing-sandbox"].close()

    def test_whatever_else_recurses_without_end_is_the_clients_fault(self, app) -> None:
        def view() -> str:
            return json.loads("[" * 1_000_000)

        app.view_functions["service.robots"] = view
        answer = app.test_client().get("/robots.txt")
        assert (answer.status_code, answer.get_json()["code"]) == (400, "nested-too-deep")


class TestLimits:
    def test_who_sends_too_many_files_waits(self, made) -> None:
        client = made(rate_limit_writes="2/minute").test_client()
        assert [client.post("/check").status_code for _each in range(3)] == [400, 400, 429]
        answer = client.delete("/api/v1/datasets/x")
        assert (answer.status_code, answer.get_json()["code"]) == (429, "too-many")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert client.get("/check").status_code == client.get(PAGE).status_code == 200

    def test_who_guesses_tokens_waits_and_nobody_else(self, made, store) -> None:
        client = made(rate_limit_failures="3/minute", trusted_proxies=1).test_client()
        secret, _token = tokens.create(store, publisher="*", actions=["withdraw"], label="", days=1, actor="t")

        def withdraw(token: str, address: str) -> int:
            headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
            return client.delete("/api/v1/datasets/nothing", headers=headers).status_code

        assert [withdraw("odcat_guess", "192.0.2.1") for _each in range(4)] == [401, 401, 401, 429]
        assert withdraw(secret, "192.0.2.1") == 429
        assert withdraw(secret, "192.0.2.2") == 404
        form = {"token": "odcat_guess"}
        assert client.post("/publish", data=form, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429
        assert client.post("/publish", data=form, headers={"X-Forwarded-For": "192.0.2.3, 192.0.2.2"}).status_code == 401

    def test_a_rate_that_is_none_is_told_at_the_start(self, made) -> None:
        for name in ("rate_limit", "rate_limit_writes", "rate_limit_failures"):
            with pytest.raises(SettingsError) as told:
                made(**{name: "a lot"})
            assert told.value.details["name"] == name
        assert made(rate_limit_writes="", rate_limit_failures="").test_client().post("/check").status_code == 400


class TestTransfers:
    def test_places_are_shared_fairly(self) -> None:
        places = transfers.Places(4)
        mine = [places.take("a"), places.take("a")]
        with pytest.raises(Busy):
            places.take("a")
        others = [places.take("b"), places.take("c")]
        with pytest.raises(Busy):
            places.take("d")
        for give_back in (*mine, *mine, *others):
            give_back()
        assert places.taken() == 0

    def test_long_bodies_leave_threads_for_everybody_else(self, app, settings, publish) -> None:
        publish("large", contents={"source/large.pdf": b"x" * 100_000})
        transfers.prepare(app, replace(settings, server_threads=8))
        client = app.test_client()
        large, small = "/download/large/1/source/large.pdf", FILE
        held = [client.get(large, buffered=False) for _each in range(3)]
        assert [each.status_code for each in held] == [200] * 3
        refused = client.get(large)
        assert (refused.status_code, refused.get_json()["code"]) == (503, "transfers-busy")
        assert (refused.headers["Retry-After"], refused.headers["Cache-Control"]) == ("5", "no-store")
        assert refused.headers["Content-Security-Policy"] == POLICY
        assert client.post("/check").status_code == 503
        for path in (small, PAGE, "/healthz"):
            with client.get(path) as answer:
                assert answer.status_code == 200
        assert client.head(large).status_code == 200
        assert sum(map(len, held[0].response)) == 100_000
        for each in held:
            each.close()
        for _each in range(10):
            with client.get(large) as answer:
                assert len(answer.data) == 100_000
            assert client.post("/check").status_code == 400


class TestHealth:
    def test_a_process_is_well_and_ready(self, read) -> None:
        assert (read("/healthz").body, read("/readyz").body) == (b"ok\n", b"ready\n")
        assert read("/readyz").headers["Cache-Control"] == "no-store"

    def test_it_is_not_ready_when_it_stops(self, app) -> None:
        app.extensions[service.STOPPING] = lambda: True
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.data) == (503, b"not ready\n")
        assert app.test_client().get("/healthz").status_code == 200

    def test_it_is_not_ready_when_all_was_rendered_for_other_settings(self, app, store, settings) -> None:
        refresh(store, replace(settings, title_en="Elsewhere"))
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.data, answer.headers["Retry-After"]) == (503, b"not ready\n", "5")

    @pytest.mark.parametrize("part", ["meta", "files"])
    def test_it_is_not_ready_when_the_store_cannot_be_read(self, app, store, monkeypatch, caplog, part) -> None:
        def broken(*_args: object) -> None:
            raise StoreError("store-unreadable", reason="/secret/path")

        monkeypatch.setattr(*((store, "meta") if part == "meta" else (store.files, "size")), broken)
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.data) == (503, b"not ready\n")
        assert "/secret/path" in caplog.text
        assert app.test_client().get("/healthz").status_code == 200


class TestLogs:
    @pytest.fixture
    def lines(self):
        """The lines that the server would write as JSON."""
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logs.AsJson())
        root, level = logging.getLogger(), logs.requests.level
        root.addHandler(handler)
        logs.requests.setLevel(logging.INFO)
        yield lambda: [json.loads(each) for each in stream.getvalue().splitlines()]
        root.removeHandler(handler)
        logs.requests.setLevel(level)

    def test_every_request_is_one_line(self, app, lines) -> None:
        client = app.test_client()
        ids = []
        for path in (PAGE, "/nothing", FILE, GET):
            with client.get(path) as answer:
                ids.append(answer.headers["X-Request-ID"])
                length = len(answer.data)
        found = [each for each in lines() if each["logger"] == "catalog.requests"]
        assert [each["request"] for each in found] == ids
        assert [each["status"] for each in found] == [200, 404, 200, 200]
        assert (found[-1]["path"], found[-1]["bytes"], found[-1]["whole"]) == (GET, length, True)
        assert {"time", "level", "method", "milliseconds", "address"} < set(found[0])

    def test_an_answer_that_was_not_wanted_to_its_end_says_so(self, app, publish, lines) -> None:
        publish("large", contents={"source/large.pdf": b"x" * 600_000})
        app.test_client().get("/download/large/1/source/large.pdf", buffered=False).close()
        assert (lines()[-1]["whole"], 0 < lines()[-1]["bytes"] < 600_000) == (False, True)

    def test_nothing_of_a_client_makes_a_line_or_tells_a_secret(self, app, lines, store, monkeypatch) -> None:
        secret, _token = tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="t")
        client = app.test_client()
        client.open = partial(client.open, buffered=True)
        client.get('/d/%0A{"level": "error"}%0D%E2%80%A8%1b[31m', headers={"User-Agent": "x\x1b[31m"})
        client.get(f"/{secret}?token={secret}&q=SECRET-QUERY")
        client.post("/publish", data={"token": secret, "note": "SECRET-FORM"}, headers={"X-Request-ID": "SECRET-ID"})
        client.put(f"/api/v1/datasets/x?note={secret}", headers={"Authorization": f"Bearer {secret}"})
        monkeypatch.setattr(Store, "meta", lambda *_args: {}[f"a\nb {secret}"])
        client.get("/readyz")
        told = lines()
        assert [each["path"] for each in told if "path" in each][:2] == ['/d/\n{"level": "error"}\r\u2028\x1b[31m', "/odcat_…"]
        text = json.dumps(told)
        assert secret not in text
        assert "SECRET" not in text
        mistake = next(each for each in told if each["message"] == "unexpected error")
        assert "KeyError" in mistake["trace"]
        assert mistake["request"] == told[-1]["request"]

    def test_as_text_an_event_is_one_line_too(self) -> None:
        try:
            int("a\nerror: forged")
        except ValueError as error:
            record = logging.LogRecord(
                "x", logging.ERROR, "", 1, "one\ntwo %s", ("\x1b[0m odcat_abc",), (ValueError, error, None)
            )
        lines = logs.AsText().format(record).split("\n")
        assert lines[0] == "error: x: one\\x0atwo \\x1b[0m odcat_…"
        assert all(each.startswith("    ") for each in lines[1:])

    @pytest.mark.parametrize(
        ("proxies", "given", "kept"),
        [
            (1, "abcdef01-2345", True),
            (0, "abcdef01-2345", False),
            (1, "short", False),
            (1, "x" * 65, False),
            (1, 'abcdefgh"},{"', False),
            (1, "abcdefgh ijkl", False),
            (1, "あいうえおかきく", False),
        ],
    )
    def test_only_a_proxy_of_ours_may_name_a_request(self, made, proxies, given, kept) -> None:
        client = made(trusted_proxies=proxies).test_client()
        answer = client.get("/healthz", headers={"X-Request-ID": given.encode().decode("latin-1")})
        assert (answer.headers["X-Request-ID"] == given) is kept

    def test_the_settings_choose_how_much_is_told(self) -> None:
        told = {
            each: logs.configuration(Settings(log_format=each))["loggers"]["catalog.requests"]["level"]
            for each in ("text", "json")
        }
        assert told == {"text": "WARNING", "json": "INFO"}
