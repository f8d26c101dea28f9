"""Runs: what is asked for again, where an interrupted one goes on, what is withdrawn, and who has the same."""

from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from harvest_samples import TTL, Portal, dataset, ids, page, report, send

from catalog.errors import Conflict, NotFound, UsageError
from catalog.harvest import keeping, runs, sources
from catalog.harvest.locking import alone
from catalog.publishing import reindex, withdraw
from catalog.settings import Settings
from catalog.store import LineRow, RunRow, Store

Collect = Callable[..., runs.Ran]
everywhere = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""On each database that the store can stand on."""


def _validating(body: bytes, etag: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.send_header("ETag", etag)
            handler.end_headers()
        else:
            send(handler, 200, body, TTL, ETag=etag)

    return answer


@everywhere
def test_what_has_not_changed_is_asked_for_conditionally_and_not_read_again(
    portal: Portal, collect: Collect, store: Store
) -> None:
    base = portal.address
    for path, name, following in (("/feed", "a", "/two"), ("/two", "b", "")):
        portal.answers[path] = _validating(page(base, path, (dataset(base, name),), following), f'"{name}"')
    assert collect().counts == {"created": 2}
    portal.asked.clear()
    again = collect()
    assert (again.outcome, again.requests, again.conditional, again.counts) == (runs.DONE, 2, 2, {"unchanged": 2})
    assert [headers["If-None-Match"] for _path, headers in portal.asked] == ['"a"', '"b"']
    portal.answers["/two"] = _validating(page(base, "/two", (dataset(base, "b", "New"),)), '"c"')
    assert collect().counts == {"unchanged": 1, "updated": 1}
    assert collect(whole=True).conditional == 0
    assert store.latest("far-b").version == 2


def test_a_server_without_validators_is_compared_by_its_bytes(portal: Portal, collect: Collect) -> None:
    portal.page("/feed", dataset(portal.address, "a"))
    collect()
    assert collect().counts == {"unchanged": 1}


@everywhere
def test_a_record_that_left_an_unchanged_page_before_is_not_brought_back_by_it(
    portal: Portal, collect: Collect, store: Store
) -> None:
    base = portal.address
    portal.page("/feed", *(dataset(base, f"n{each}") for each in range(3)))
    collect()
    portal.page("/feed", dataset(base, "n0"))
    assert [collect().outcome for _ in range(2)] == [runs.SHRUNK, runs.SHRUNK]
    assert collect(accept_shrink=True).counts["withdrawn"] == 2
    assert ids(store) == ["far-n0"]


@everywhere
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupted_run_goes_on_where_it_was(
    portal: Portal, collect: Collect, store: Store, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    base = portal.address
    portal.page("/feed", dataset(base, "a"), next_="/two")
    portal.page("/two", dataset(base, "b"), next_="/three")
    portal.page("/three", dataset(base, "c"))
    real, taken = keeping.take, []

    def dies(*args: Any) -> Any:
        taken.append(args)
        if len(taken) == 2:
            if moment == "after":  # the page is in, and where the run goes on with it
                real(*args)
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(keeping, "take", dies)
    with pytest.raises(KeyboardInterrupt):
        collect()
    assert ids(store) == ["far-a", "far-b"][: 1 if moment == "before" else 2]
    monkeypatch.setattr(keeping, "take", real)
    portal.asked.clear()
    ran = collect()
    assert (ran.run, ran.resumed, ran.outcome) == (1, True, runs.DONE)
    assert [path for path, _headers in portal.asked] == ["/two", "/three"][0 if moment == "before" else 1 :]
    assert ran.counts == {"created": 3}
    assert ids(store) == ["far-a", "far-b", "far-c"]


@everywhere
def test_a_dry_run_says_everything_and_changes_nothing(
    portal: Portal, collect: Collect, store: Store, settings: Settings
) -> None:
    base = portal.address
    portal.page("/feed", *(dataset(base, f"n{each}") for each in range(6)))
    assert collect(dry=True).counts == {"created": 6}
    assert (ids(store), store.harvests.runs("far")) == ([], ())
    collect()
    portal.page("/feed", *(dataset(base, f"n{each}", "New" if each == 1 else "") for each in range(1, 6)), dataset(base, "n9"))
    told: list[LineRow] = []
    position = store.position()
    ran = runs.run("far", settings, store, runs.Options(dry=True), runs.Watch(line=told.append))
    assert (ran.outcome, ran.counts) == (runs.REHEARSED, {"updated": 1, "unchanged": 4, "created": 1, "withdrawn": 1})
    assert sorted((each.outcome, each.identifier.rpartition("/")[2]) for each in told) == [
        ("created", "n9"), ("updated", "n1"), ("withdrawn", "n0"),
    ]  # fmt: skip
    assert store.position() == position
    assert collect().counts == ran.counts


@everywhere
def test_the_same_dataset_of_two_sources_is_kept_once_by_identifier_and_by_content(
    portal: Portal, collect: Collect, store: Store
) -> None:
    base = portal.address
    file = " ; <http://www.w3.org/ns/dcat#distribution> [ <http://www.w3.org/ns/dcat#downloadURL> <http://city.example/f.csv> ]"
    portal.page("/feed", dataset(base, "a"), dataset(base, "c", "Same", file))
    portal.page("/other", dataset(base, "a", "As others tell it"), dataset(base, "z", "Same", file), dataset(base, "new"))
    collect()
    ran = collect("/other", name="other")
    assert ran.counts == {"duplicate": 2, "created": 1}
    assert ids(store) == ["far-a", "far-c", "other-new"]
    assert collect("/other", name="other").counts == {"unchanged": 3}
    portal.page("/feed", dataset(base, "c", "Same", file))
    collect(accept_shrink=True)
    assert collect("/other", name="other").counts == {"created": 1, "unchanged": 2}, "its twin has gone, so it counts now"
    assert ids(store) == ["far-c", "other-a", "other-new"]


def test_our_own_datasets_that_come_back_are_ours_already(
    portal: Portal, collect: Collect, store: Store, settings: Settings
) -> None:
    portal.page("/feed", dataset(settings.public_url(), "a"), dataset(portal.address, "b"))
    assert collect().counts == {"own": 1, "created": 1}
    assert ids(store) == ["far-b"]


def test_what_the_operator_has_withdrawn_stays_so(portal: Portal, collect: Collect, store: Store, settings: Settings) -> None:
    portal.page("/feed", dataset(portal.address, "a"))
    collect()
    withdraw("far-a", settings, store)
    portal.page("/feed", dataset(portal.address, "a", "Changed"))
    ran = collect()
    assert report(store, ran) == [("held-back", f"{portal.address}/d/a", ["harvest-held-back"])]
    assert ids(store) == []


def test_a_dataset_keeps_publisher_identifier_and_where_it_comes_from(portal: Portal, collect: Collect, store: Store) -> None:
    base = portal.address
    more = (
        " ; <http://purl.org/dc/terms/license> <https://creativecommons.org/licenses/by/4.0/> ;"
        " <http://www.w3.org/ns/dcat#landingPage> <https://www.city.example.jp/data> ;"
        " <http://purl.org/dc/terms/spatial> <http://data.e-stat.go.jp/lod/sac/C27203> ;"
        " <http://www.w3.org/ns/dcat#theme> <http://publications.europa.eu/resource/authority/data-theme/HEAL>"
    )
    portal.page("/feed", dataset(base, "a", "Toilets", more))
    collect()
    found = store.latest("far-a")
    package = found.package
    assert (found.publisher.id, found.publisher.name.ja, found.publisher.uri) == ("272035", "大阪府豊中市", f"{base}/p")
    assert (package.licenses[0].name, package.landing_page) == ("CC-BY-4.0", "https://www.city.example.jp/data")
    assert (package.spatial, package.themes) == (("272035",), ("HEAL",))
    assert package.origin is not None
    assert (package.origin.iri, package.origin.source, package.origin.taken) == (f"{base}/d/a", "far", False)
    document = store.document("far-a", "nt")
    assert document is not None
    subject = b"<https://data.example.jp/dataset/far-a>"
    assert b"%s <http://www.w3.org/ns/prov#wasDerivedFrom> <%s/d/a>" % (subject, base.encode()) in document.body
    assert b'%s <http://purl.org/dc/terms/identifier> "%s/d/a"' % (subject, base.encode()) in document.body


def test_a_catalogue_that_moves_describes_what_it_has_collected_anew(
    portal: Portal, collect: Collect, store: Store, settings: Settings
) -> None:
    portal.page("/feed", dataset(portal.address, "a"))
    collect()
    reindex(store, replace(settings, base_url="https://moved.example.jp"))
    document = store.document("far-a", "nt")
    assert document is not None
    assert b"<https://moved.example.jp/dataset/far-a> " in document.body
    assert b"wasDerivedFrom> <%s/d/a>" % portal.address.encode() in document.body
    assert store.verify() == ()
    assert store.trust.audit()[0].actor == "harvest:far"


def test_an_id_that_belongs_to_something_else_is_left_to_it(portal: Portal, collect: Collect, store: Store) -> None:
    base = portal.address
    portal.page("/feed", dataset(base, "x/a"), dataset(base, "y/a"))
    assert collect().counts == {"created": 2}
    first, second = ids(store)
    assert first == "far-a"
    assert second.startswith("far-a-")


@everywhere
def test_an_event_stream_is_followed_and_only_what_it_takes_back_is_withdrawn(
    portal: Portal, collect: Collect, store: Store
) -> None:
    base = portal.address
    prefixes = (
        "@prefix as: <https://www.w3.org/ns/activitystreams#> . @prefix ldes: <https://w3id.org/ldes#> .\n"
        "@prefix tree: <https://w3id.org/tree#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        "@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
    )

    def member(number: int, kind: str, name: str, title: str = "") -> str:
        told = (
            f"<{base}/changes> tree:member <{base}/changes#{number}> . <{base}/changes#{number}> a as:{kind} ;"
            f" as:object <{base}/d/{name}> ; as:published '2026-01-0{number}T00:00:00Z' .\n"
        )
        return told + (f"<{base}/changes#{number}> {{ {dataset(base, name, title)} }}\n" if title else "")

    root = f"<{base}/changes> a ldes:EventStream ; tree:view <{base}/feed> .\n"
    root += f"<{base}/feed> tree:relation [ tree:node <{base}/p1> ] .\n"
    events = [member(1, "Create", "a", "A"), member(2, "Create", "b", "B"), member(3, "Update", "a", "A2")]
    portal.answers["/feed"] = ((prefixes + root).encode(), "application/trig")
    portal.answers["/p1"] = ((prefixes + "".join(events)).encode(), "application/trig")
    assert collect().counts == {"created": 2}
    assert store.latest("far-a").package.title.en == "A2"
    portal.answers["/p1"] = ((prefixes + "".join([*events, member(4, "Delete", "b")])).encode(), "application/trig")
    assert collect(accept_shrink=True).counts["withdrawn"] == 1
    assert ids(store) == ["far-a"]


def test_a_source_is_checked_when_it_is_added_and_known_by_one_name(store: Store, settings: Settings) -> None:
    good = sources.Source(name="a", address="https://a.example/feed")
    for wrong in (
        replace(good, name="A b"), replace(good, address="file:///x"), replace(good, address="https://u:p@a.example/"),
        replace(good, kind="ftp"), replace(good, hosts=("a/b",)), replace(good, publisher="Ä"),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            sources.add(wrong, store)
    sources.add(good, store)
    with pytest.raises(Conflict):
        sources.add(good, store)
    with pytest.raises(NotFound):
        runs.run("b", settings, store, runs.Options(), runs.Watch())


def test_two_processes_do_not_read_one_source_at_once(collect: Collect, settings: Settings) -> None:
    pytest.importorskip("fcntl")
    with alone(settings, "far"), pytest.raises(Conflict) as caught:
        collect()
    assert caught.value.code == "harvest-running"


@everywhere
def test_a_run_that_was_begun_elsewhere_is_known(store: Store) -> None:
    with store.writing() as writing:
        number = writing.gathering().begin("x", "2026-01-01T00:00:00Z", ["https://a.example/2"])
        writing.gathering().go_on(RunRow(number=number, source="x", started="", counts={"created": 3}, waiting=("w",)))
    assert store.harvests.runs("x")[0] == RunRow(
        number=number, source="x", started="2026-01-01T00:00:00Z", counts={"created": 3}, waiting=("w",)
    )
