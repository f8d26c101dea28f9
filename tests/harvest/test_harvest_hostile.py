"""Sources that are broken or mean harm: each a clear line of the report, and the catalogue as it was."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from harvest_samples import TTL, Portal, dataset, ids, page, report, send

from catalog.harvest import keeping, runs
from catalog.harvest.fetching import Bounds
from catalog.messages import WORDINGS
from catalog.store import Store

Collect = Callable[..., runs.Ran]


def full(portal: Portal, collect: Collect, count: int = 5) -> None:
    """A first run that finds some datasets."""
    portal.page("/feed", *(dataset(portal.address, f"n{each}") for each in range(count)), total=count)
    assert collect().outcome == runs.DONE


def _never(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"#")
        time.sleep(0.1)


def _short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", TTL)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"@prefix dcat: <http://www.w3.org/ns/dcat#> .")
    handler.close_connection = True


def _to_loopback(handler: BaseHTTPRequestHandler) -> None:
    port = handler.headers["Host"].rpartition(":")[2]
    send(handler, 302, b"", "text/plain", Location=f"http://localhost:{port}/secret")


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>"""
REMOTE = b'{"@context": "http://127.0.0.1:9/context.jsonld", "@id": "http://x.example/d", "@type": "Dataset"}'
LOCAL = b'{"@context": ["file:///etc/passwd", {}], "@graph": []}'
NESTED = b'{"@graph": ' + b'[{"@graph": ' * 3000 + b"[]" + b"}]" * 3000 + b"}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((b"<!DOCTYPE html><title>Login</title>", "text/html"), "harvest-html"),
        ((b"<html>", "application/octet-stream"), "harvest-html"),
        ((b"\x89PNG", "image/png"), "harvest-format"),
        (lambda handler: send(handler, 500, b"", "text/plain"), "harvest-status"),
        (lambda handler: send(handler, 404, b"", "text/plain"), "harvest-gone"),
        (_never, "harvest-time"),
        (_short, "harvest-cut-short"),
        (_to_loopback, "harvest-forbidden"),
        (lambda handler: send(handler, 302, b"", "text/plain", Location="/feed"), "harvest-redirects"),
        (lambda handler: send(handler, 302, b"", "text/plain", Location="file:///etc/passwd"), "harvest-address"),
        (
            ("@prefix dct: <http://purl.org/dc/terms/> . <http://x/a> dct:title '大阪'@ja .".encode("cp932"), TTL),
            "harvest-encoding",
        ),
        ((b"@prefix broken", TTL), "harvest-syntax"),
        ((b"<http://x.example/a> <http://x.example/b> <http://x.example/c> .", TTL), "harvest-not-dcat"),
        ((LAUGHS, "application/rdf+xml"), "harvest-dtd"),
        ((REMOTE, "application/ld+json"), "harvest-context"),
        ((LOCAL, "application/ld+json"), "harvest-context"),
        ((NESTED, "application/ld+json"), "harvest-depth"),
        ((b"#" * 2_000_001, TTL), "harvest-too-large"),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_line_and_changes_nothing(
    portal: Portal, collect: Collect, store: Store, answer: Any, code: str
) -> None:
    full(portal, collect)
    before = ids(store)
    portal.answers["/feed"] = answer
    started = time.monotonic()
    ran = collect(bounds=Bounds(seconds=1.5, bytes=2_000_000))
    assert time.monotonic() - started < 20
    assert ran.outcome == runs.INCOMPLETE
    assert (keeping.FAILED, portal.address + "/feed", [code]) in report(store, ran)
    assert code in WORDINGS
    assert ids(store) == before


def test_a_feed_that_leads_in_a_circle_is_walked_once(portal: Portal, collect: Collect, store: Store) -> None:
    portal.page("/feed", dataset(portal.address, "a"), next_="/two")
    portal.page("/two", dataset(portal.address, "b"), next_="/feed")
    ran = collect()
    assert ran.outcome == runs.INCOMPLETE
    assert (keeping.FAILED, portal.address + "/feed", ["harvest-loop"]) in report(store, ran)
    assert [path for path, _headers in portal.asked] == ["/feed", "/feed", "/two"], "the first one finds out what it is"
    assert ids(store) == ["far-a", "far-b"]


def test_a_feed_that_says_the_same_under_ever_new_addresses_is_left(portal: Portal, collect: Collect, store: Store) -> None:
    for number in range(1, 9):
        portal.page(f"/p{number}", dataset(portal.address, "a"), next_=f"/p{number + 1}")
    portal.page("/feed", dataset(portal.address, "a"), next_="/p1")
    ran = collect()
    assert ran.outcome == runs.INCOMPLETE
    assert [path for path, _headers in portal.asked][-1] == "/p1"
    assert (keeping.FAILED, portal.address + "/p1", ["harvest-loop"]) in report(store, ran)
    assert ids(store) == ["far-a"]


def test_a_feed_that_ends_early_withdraws_nothing(portal: Portal, collect: Collect, store: Store) -> None:
    full(portal, collect)
    portal.page("/feed", *(dataset(portal.address, f"n{each}") for each in range(4)), total=5)
    ran = collect()
    assert ran.outcome == runs.INCOMPLETE
    assert report(store, ran)[-1][2] == ["harvest-incomplete"]
    assert len(ids(store)) == 5


def test_a_page_that_fails_in_the_middle_stops_neither_the_run_nor_the_rest(
    portal: Portal, collect: Collect, store: Store
) -> None:
    base = portal.address
    portal.page("/feed", dataset(base, "a"), next_="/two")
    portal.page("/two", dataset(base, "b"), next_="/three")
    portal.page("/three", dataset(base, "c"))
    assert collect().outcome == runs.DONE
    portal.answers["/two"] = lambda handler: send(handler, 500, b"", "text/plain")
    portal.page("/three", dataset(base, "c", "Changed"))
    ran = collect()
    assert (ran.outcome, ran.counts["updated"]) == (runs.INCOMPLETE, 1)
    assert store.latest("far-c").package.title.en == "Changed"
    assert ids(store) == ["far-a", "far-b", "far-c"]


def test_an_empty_feed_after_a_full_one_withdraws_nothing_unless_the_operator_agrees(
    portal: Portal, collect: Collect, store: Store
) -> None:
    full(portal, collect)
    portal.page("/feed", total=0)
    ran = collect()
    assert ran.outcome == runs.SHRUNK
    assert report(store, ran)[-1][2] == ["harvest-shrink"]
    assert len(ids(store)) == 5
    agreed = collect(accept_shrink=True)
    assert (agreed.outcome, agreed.counts["withdrawn"]) == (runs.DONE, 5)
    assert ids(store) == []


def test_a_fifth_may_vanish_and_what_comes_again_keeps_its_id(portal: Portal, collect: Collect, store: Store) -> None:
    full(portal, collect)
    portal.page("/feed", *(dataset(portal.address, f"n{each}") for each in range(1, 5)))
    assert collect().counts["withdrawn"] == 1
    assert ids(store) == ["far-n1", "far-n2", "far-n3", "far-n4"]
    portal.page("/feed", *(dataset(portal.address, f"n{each}") for each in range(5)))
    assert collect().counts["created"] == 1
    assert store.latest("far-n0").version == 2


def test_bad_records_are_lines_and_the_others_come_in(portal: Portal, collect: Collect, store: Store) -> None:
    base = portal.address
    many = " ; <http://www.w3.org/ns/dcat#keyword> " + ", ".join(f"'k{each}'@en" for each in range(10_000))
    portal.page(
        "/feed",
        dataset(base, "good"),
        dataset(base, "script", "<script>alert(1)</script>"),
        dataset(base, "many", more=many),
        f"<{base}/d/nameless> a dcat:Dataset .",
        f"<{base}/d/nobody> a dcat:Dataset ; dct:title 'x'@en .",
    )
    ran = collect()
    assert ran.outcome == runs.DONE
    told = {identifier.rpartition("/")[2]: (outcome, codes) for outcome, identifier, codes in report(store, ran)}
    assert told == {
        "good": ("created", []),
        "script": ("refused", ["harvest-markup"]),
        "many": ("refused", ["harvest-too-many"]),
        "nameless": ("refused", ["harvest-title"]),
        "nobody": ("refused", ["harvest-publisher"]),
    }
    assert ids(store) == ["far-good"]


def test_a_record_that_turns_bad_keeps_what_was_taken_in(portal: Portal, collect: Collect, store: Store) -> None:
    full(portal, collect, 1)
    portal.page("/feed", dataset(portal.address, "n0", "<script>alert(1)</script>"))
    ran = collect()
    assert (ran.outcome, ran.counts["refused"]) == (runs.DONE, 1)
    assert store.latest("far-n0").package.title.en == "n0"


def test_an_identifier_that_stands_twice_counts_once(portal: Portal, collect: Collect, store: Store) -> None:
    base = portal.address
    portal.page("/feed", dataset(base, "a", "First"), next_="/two")
    portal.page("/two", dataset(base, "a", "Second"), dataset(base, "b"))
    ran = collect()
    assert ran.counts == {"created": 2, "repeated": 1}
    assert store.latest("far-a").package.title.en == "First"
    assert ("repeated", f"{base}/d/a", ["harvest-repeated"]) in report(store, ran)


def test_addresses_of_scripts_and_forbidden_characters_stand_nowhere(portal: Portal, collect: Collect, store: Store) -> None:
    more = (
        " ; <http://www.w3.org/ns/dcat#landingPage> <javascript:alert(1)> ;"
        ' dct:description "a\\u0000b\\u0008c"@en ; <http://www.w3.org/ns/dcat#contactPoint> [ '
        "<http://www.w3.org/2006/vcard/ns#hasURL> <data:text/html,x> ]"
    )
    portal.page("/feed", dataset(portal.address, "a", more=more))
    assert collect().counts["created"] == 1
    found = store.document("far-a", "nt")
    assert found is not None
    for each in (b"javascript:", b"data:text", b"\\u0000", b"\\b"):
        assert each not in found.body
    assert store.latest("far-a").package.description.en == "abc"


def test_the_encoding_of_a_later_page_may_be_wrong(portal: Portal, collect: Collect, store: Store) -> None:
    base = portal.address
    portal.page("/feed", dataset(base, "a"), next_="/two")
    portal.answers["/two"] = (page(base, "/two", (dataset(base, "b", "大阪"),)).decode().encode("utf-16"), TTL)
    ran = collect()
    assert (ran.outcome, ran.counts["created"]) == (runs.INCOMPLETE, 1)
    assert (keeping.FAILED, base + "/two", ["harvest-encoding"]) in report(store, ran)
