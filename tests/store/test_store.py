"""The promises of the store, on real SQLite files: numbering, ownership, addresses, withdrawal, one transaction."""

import hashlib
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import CITY, OTHER, publication, publish, put, rendered, targets

from catalog.errors import Conflict, NotFound, StoreError, Withdrawn
from catalog.messages import both
from catalog.model import Definition, Field, Publication, Resource, Schema, StandardRef, Text
from catalog.settings import Settings
from catalog.store import CATALOG_KEY, Store, Target, Version, later, records

EVERY_DATABASE = True


def test_what_was_added_is_read_back_whole(store: Store) -> None:
    first, second = publication(version=1), publication(version=2, note="訂正", breaking="列名の変更")
    publish(store, first)
    publish(store, second)
    assert store.latest("parks") == second
    assert store.publication("parks", 1) == first
    newest, oldest = store.versions("parks")
    assert (newest.version, newest.note, newest.breaking, newest.package_version) == (2, "訂正", "列名の変更", "2.0")
    assert (oldest.version, oldest.digest, oldest.issued, oldest.valid) == (1, first.digest, first.modified, True)
    assert [(each.version, each.kind, each.at) for each in store.changes()] == [
        (1, "create", first.modified),
        (2, "update", second.modified),
    ]
    assert store.changes(after=store.changes()[0].sequence)[0].version == 2


def test_what_was_never_published_is_not_found(store: Store) -> None:
    publish(store, publication())
    for ask, code in (
        (lambda: store.latest("nothing"), "dataset-unknown"),
        (lambda: store.versions("nothing"), "dataset-unknown"),
        (lambda: store.publication("parks", 2), "version-unknown"),
        (lambda: store.publication("parks", 0), "version-unknown"),
        (lambda: store.publisher("nobody"), "publisher-unknown"),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert (caught.value.code, isinstance(caught.value, Withdrawn)) == (code, False)
        assert "?" not in both(caught.value).ja
    assert store.document("nothing", "ttl") is None
    assert store.lookup("schema/nothing-parks") is None
    assert store.meta("nothing") is None


def test_a_withdrawn_dataset_is_gone_and_continues_its_numbers(store: Store) -> None:
    publish(store, publication(version=1))
    publish(store, publication(version=2))
    with store.writing() as writing:
        writing.withdraw("parks", "2026-06-01T00:00:00Z", "誤って公開したため")
    for ask in (lambda: store.latest("parks"), lambda: store.publication("parks", 1), lambda: store.versions("parks")):
        with pytest.raises(Withdrawn) as caught:
            ask()
        assert (caught.value.code, caught.value.details["at"]) == ("dataset-withdrawn", "2026-06-01T00:00:00Z")
    assert (store.summaries(), store.count(), store.publishers(), store.document("parks", "ttl")) == ((), 0, (), None)
    assert store.documents("ttl") == ()
    target = store.lookup("schema/parks-parks-v1")
    assert target == Target(kind="schema", dataset="parks", version=1, resource="parks", withdrawn=True)

    with store.writing() as writing:
        head = writing.head("parks")
    assert head is not None
    assert (head.number, head.withdrawn, head.publisher, head.digest) == (2, True, CITY.id, publication(version=2).digest)
    again = publish(store, publication(version=3, modified="2026-05-01T00:00:00Z"))
    assert again.modified == "2026-06-01T00:00:00Z", "the clock went back; what harvesters see must not"
    assert store.latest("parks") == again
    assert [each.version for each in store.versions("parks")] == [3, 2, 1]
    assert [each.kind for each in store.changes()] == ["create", "update", "delete", "create"]
    target = store.lookup("schema/parks-parks-v1")
    assert target is not None
    assert not target.withdrawn


def test_only_what_is_visible_can_be_withdrawn_or_described(store: Store) -> None:
    publish(store, publication())
    with store.writing() as writing:
        writing.withdraw("parks", "2026-06-01T00:00:00Z")
    with store.writing() as writing:
        with pytest.raises(Withdrawn):
            writing.withdraw("parks", "2026-06-02T00:00:00Z")
        with pytest.raises(Withdrawn):
            writing.set_documents("parks", {"ttl": b""}, "2026-06-02T00:00:00Z")
        with pytest.raises(NotFound):
            writing.withdraw("nothing", "2026-06-02T00:00:00Z")
    assert [each.kind for each in store.changes()] == ["create", "delete"]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_number_out_of_order_is_refused(store: Store, number: int) -> None:
    publish(store, publication(version=1))
    with pytest.raises(Conflict) as caught:
        publish(store, publication(version=number))
    assert (caught.value.code, caught.value.details["expected"]) == ("version-order", "2")
    assert len(store.versions("parks")) == 1


def test_the_first_version_is_one(store: Store) -> None:
    with pytest.raises(Conflict, match="version-order"):
        publish(store, publication(version=2))
    assert store.count() == 0


def test_a_dataset_stays_with_its_publisher(store: Store) -> None:
    publish(store, publication(version=1))
    with store.writing() as writing:
        writing.withdraw("parks", "2026-06-01T00:00:00Z")
    with pytest.raises(Conflict) as caught:
        publish(store, publication(version=2, publisher=OTHER))
    assert caught.value.code == "publisher-mismatch"
    assert (caught.value.details["found"], caught.value.details["expected"]) == (OTHER.id, CITY.id)


def test_an_address_stays_with_its_dataset(store: Store) -> None:
    publish(store, publication("parks", 1))
    taken = {"schema/parks-parks-v1": Target(kind="schema", dataset="parks-2", resource="parks")}
    with pytest.raises(Conflict) as caught, store.writing() as writing:
        writing.add(publication("parks-2", 1), rendered("parks-2", 1), targets("parks-2", 1) | taken)
    assert caught.value.code == "address-taken"
    assert caught.value.details == {"address": "schema/parks-parks-v1", "dataset": "parks"}
    with pytest.raises(NotFound):
        store.latest("parks-2")
    assert store.lookup("schema/parks-2-parks") is None, "the refused publication left nothing behind"


def test_several_versions_go_in_together_or_not_at_all(store: Store) -> None:
    publish(store, publication("parks", 1, modified="2026-06-01T00:00:00Z"))

    def several(*values: Publication) -> list[Version]:
        return [Version(publication=each, documents=rendered(each.id, each.version), addresses={}) for each in values]

    with store.writing() as writing:
        stored = writing.add_all(several(publication("gardens", 1), publication("parks", 2, modified="2026-05-01T00:00:00Z")))
    assert [each.modified for each in stored] == [store.latest("gardens").modified, "2026-06-01T00:00:00Z"], "times never go back"
    assert [store.latest(each).version for each in ("gardens", "parks")] == [1, 2]
    found = store.document("parks", "nt")
    assert (found and found.body, found and found.modified) == (rendered("parks", 2)["nt"], "2026-06-01T00:00:00Z")
    with pytest.raises(Conflict) as caught, store.writing() as writing:
        writing.add_all(several(publication("woods", 1), publication("parks", 2)))
    assert (caught.value.code, store.latest("parks").version) == ("version-order", 2)
    with pytest.raises(NotFound):
        store.latest("woods")


def test_addresses_move_with_the_latest_and_old_ones_stay(store: Store) -> None:
    many = {f"field/parks-{n}": Target(kind="field", dataset="parks", resource="parks", name=str(n)) for n in range(1200)}
    with store.writing() as writing:
        writing.add(publication(version=1), {}, targets("parks", 1) | many)
    moved = {"field/parks-7": Target(kind="field", dataset="parks", resource="gardens", name="7")}
    with store.writing() as writing:
        writing.add(publication(version=2), {}, targets("parks", 2) | moved)
    assert store.lookup("field/parks-7") == moved["field/parks-7"]
    assert store.lookup("field/parks-1199") == many["field/parks-1199"]
    assert [store.lookup(f"schema/parks-parks-v{n}") is not None for n in (1, 2, 3)] == [True, True, False]


def test_modified_never_decreases_and_issued_is_the_first(store: Store) -> None:
    publish(store, publication(version=1, modified="2026-04-10T09:00:00+09:00"))
    stored = publish(store, publication(version=2, modified="2026-04-09T23:59:59Z", issued="2026-04-09T23:59:59Z"))
    assert stored.modified == "2026-04-10T09:00:00+09:00", "which is one second later, though its text sorts otherwise"
    assert store.latest("parks").modified == stored.modified
    (summary,) = store.summaries()
    assert (summary.issued, summary.modified) == ("2026-04-01T00:00:00Z", stored.modified)
    document = store.document("parks", "ttl")
    assert document is not None
    assert document.modified == stored.modified


def test_a_clock_that_goes_back_cannot_withdraw_before_the_publication(store: Store) -> None:
    publish(store, publication(modified="2026-04-10T00:00:00Z"))
    with store.writing() as writing:
        writing.withdraw("parks", "2020-01-01T00:00:00Z")
    assert store.changes()[-1].at == "2026-04-10T00:00:00Z"


def test_later_reads_times_and_not_letters() -> None:
    assert later("", "2026-01-01T00:00:00Z", "2026-01-01T08:00:00+09:00") == "2026-01-01T00:00:00Z"
    assert later("2026-01-01", "2025-12-31T23:00:00Z") == "2026-01-01"


def test_lists_go_by_id_in_pages(store: Store) -> None:
    ids = ["a", "a-1", "a1", "b", "c"]
    for number, dataset in enumerate(reversed(ids)):
        package = {"sample": dataset == "b", "title": Text(f"表{number}", "")}
        publish(store, publication(dataset, publisher=OTHER if dataset == "c" else CITY, package=package))
    assert [each.id for each in store.summaries()] == sorted(ids)
    assert [each.id for each in store.summaries(after="a-1", limit=2)] == ["a1", "b"]
    assert [each.id for each in store.summaries(samples=False)] == ["a", "a-1", "a1", "c"]
    assert [each.id for each in store.summaries(publisher=OTHER.id)] == ["c"]
    assert (store.count(), store.count(samples=False)) == (5, 4)
    assert [each.key for each in store.documents("ttl", after="a1")] == ["b", "c"]
    assert [each.key for each in store.documents("ttl", after="a1", samples=False)] == ["c"]
    assert [each.key for each in store.documents("nt", limit=1)] == ["a"]
    summary = store.summaries()[0]
    assert (summary.title, summary.keywords, summary.keywords_en, summary.themes, summary.version, summary.publisher) == (
        Text("表4", ""),
        ("公園",),
        ("parks",),
        ("ENVI",),
        1,
        CITY,
    )


def test_publishers_are_named_as_in_what_they_published_last(store: Store) -> None:
    renamed = replace(CITY, name=Text("大阪府庁", "Osaka"))
    publish(store, publication("z", publisher=renamed, modified="2026-04-20T00:00:00Z"))
    publish(store, publication("a", publisher=CITY, modified="2026-04-01T00:00:00Z"))
    publish(store, publication("b", publisher=OTHER))
    assert store.publishers() == ((OTHER, 1), (renamed, 2))
    assert store.publisher(CITY.id) == renamed


def test_documents_are_replaced_together_and_keep_their_hash(store: Store) -> None:
    publish(store, publication())
    before = store.document("parks", "nt")
    assert before is not None
    assert (before.body, len(before.compressed) < 100) == (b"x" * 1000, True)
    assert before.etag == hashlib.sha256(b"x" * 1000).hexdigest()
    with store.writing() as writing:
        writing.set_documents("parks", {"nt": b"x" * 1000}, "2020-01-01T00:00:00Z")
        writing.set_documents(CATALOG_KEY, {"ttl": b"# us"}, "2026-04-01T00:00:00Z")
    assert store.document("parks", "nt") == before, "equal bytes make an equal document; its time does not go back"
    assert store.document("parks", "ttl") is None
    catalog = store.document(CATALOG_KEY, "ttl")
    assert catalog is not None
    assert catalog.body == b"# us"
    assert store.documents("ttl") == (), "the catalogue's own description is no dataset"


def test_documents_of_the_same_bytes_stay_and_only_their_time_moves(store: Store) -> None:
    with store.writing() as writing:
        assert writing.set_documents(CATALOG_KEY, {"ttl": b"# us", "nt": b""}, "2026-04-01T00:00:00Z") == "2026-04-01T00:00:00Z"
    with store.writing() as writing:
        assert writing.set_documents(CATALOG_KEY, {"nt": b"", "ttl": b"# us"}, "2026-05-01T00:00:00Z") == "2026-05-01T00:00:00Z"
        assert writing.set_documents(CATALOG_KEY, {"nt": b"", "ttl": b"# us"}, "2026-03-01T00:00:00Z") == "2026-05-01T00:00:00Z"
    kept = store.document(CATALOG_KEY, "ttl")
    assert kept is not None
    assert (kept.body, kept.modified) == (b"# us", "2026-05-01T00:00:00Z")
    with store.writing() as writing:
        writing.set_documents(CATALOG_KEY, {"ttl": b"# us"}, "2026-06-01T00:00:00Z")
    assert store.document(CATALOG_KEY, "nt") is None


def test_a_writer_sees_what_it_has_done(store: Store) -> None:
    """It asks the database once where a dataset stands, and what is remembered."""
    with store.writing() as writing:
        assert (writing.head("parks"), writing.meta("key")) == (None, None)
        first = writing.add(publication("parks"), rendered("parks", 1), targets("parks", 1))
        writing.set_meta("key", "value")
        head = writing.head("parks")
        assert head is not None
        assert (head.number, head.withdrawn, head.modified, writing.meta("key")) == (1, False, first.modified, "value")
        writing.withdraw("parks", first.modified)
        gone = writing.head("parks")
        assert gone is not None
        assert (gone.number, gone.withdrawn) == (1, True)


def test_meta_is_remembered(store: Store) -> None:
    with store.writing() as writing:
        writing.set_meta("base-url", "https://a.example")
        assert writing.meta("base-url") == "https://a.example"
        writing.set_meta("base-url", "https://b.example")
    assert store.meta("base-url") == "https://b.example"


def test_an_exception_leaves_no_trace(store: Store) -> None:
    publish(store, publication(version=1))
    before = store.latest("parks")

    class Interrupted(Exception):
        pass

    with pytest.raises(Interrupted), store.writing() as writing:  # noqa: PT012  what came before it must vanish
        writing.add(publication(version=2), rendered("parks", 2), targets("parks", 2))
        writing.set_meta("key", "value")
        raise Interrupted
    assert (store.latest("parks"), len(store.changes()), store.meta("key")) == (before, 1, None)
    assert store.lookup("schema/parks-parks-v2") is None


def test_readers_pass_while_a_writer_holds_the_transaction(store: Store, settings: Settings) -> None:
    publish(store, publication(version=1))
    with store.writing() as writing:
        writing.add(publication(version=2), rendered("parks", 2), targets("parks", 2))
        start = time.perf_counter()
        with Store.open(settings) as other:
            for reader in (store, other):
                assert reader.latest("parks").version == 1
                assert [each.version for each in reader.versions("parks")] == [1]
                assert (reader.count(), len(reader.changes()), len(reader.publishers())) == (1, 1, 1)
                assert reader.lookup("schema/parks-parks-v2") is None
                assert [each.body for each in reader.documents("ttl")] == [rendered("parks", 1)["ttl"]]
        assert time.perf_counter() - start < 5, "nobody waited for the lock, whose patience is 30 s"
    assert store.latest("parks").version == 2


def test_a_second_writer_waits_for_the_first(store: Store) -> None:
    entered = threading.Event()

    def second() -> None:
        entered.set()
        publish(store, publication(version=2))

    with store.writing() as writing:
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait()
        time.sleep(0.2)
        assert writing.head("parks") is None
        writing.add(publication(version=1), {}, {})
    thread.join()
    assert [each.version for each in store.versions("parks")] == [2, 1]


def test_a_publication_is_read_from_the_database_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, publication())
    load = records.load
    read: list[str] = []

    def counted(record: str, dataset: str, version: int) -> Publication:
        read.append(record)
        return load(record, dataset, version)

    monkeypatch.setattr(records, "load", counted)
    assert store.latest("parks") is store.latest("parks") is store.publication("parks", 1)
    assert len(read) == 1


def test_a_record_that_cannot_be_read_is_said_so(store: Store) -> None:
    publish(store, publication())
    with store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE versions SET record = '{\"id\": 1}'")
    with pytest.raises(StoreError) as caught:
        store.latest("parks")
    assert (caught.value.code, caught.value.details) == ("record-unreadable", {"dataset": "parks", "version": "1"})


def test_the_bytes_of_a_version_are_found_by_its_files(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path)
    publish(store, publication())
    stored = store.latest("parks").file("parks.csv")
    assert stored is not None
    with store.files.open(stored.sha256) as stream:
        assert stream.read() == b"id,name\n1,a\n"


def test_who_goes_by_a_code_list_or_a_standard_is_known_until_it_is_withdrawn(store: Store) -> None:
    coded = Field(name="kind", definition=Definition(codelist="organization-kind"))
    table = Resource(name="t", path="t.csv", schema=Schema(fields=(coded,)), standard=StandardRef(id="public-toilet"))
    publish(store, publication(package={"resources": (table,)}))
    assert [(each.dataset, each.resource, each.field) for each in store.uses("codelist", "organization-kind")] == [
        ("parks", "t", "kind")
    ]
    assert [(each.dataset, each.resource) for each in store.uses("standard", "public-toilet")] == [("parks", "t")]
    with store.writing() as writing:
        writing.withdraw("parks", "2027-01-01T00:00:00Z")
    assert store.uses("codelist", "organization-kind") == ()
