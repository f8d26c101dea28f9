"""A source that has moved, that was added wrongly, or that is collected from no more."""

from collections.abc import Callable

import pytest
from harvest_samples import Portal, dataset, ids

from catalog.errors import Conflict, NotFound, UsageError
from catalog.harvest import changing, keeping, runs, sources
from catalog.harvest.locking import alone
from catalog.settings import Settings
from catalog.store import Store

Collect = Callable[..., runs.Ran]
everywhere = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@everywhere
def test_a_source_that_moved_goes_on_with_what_is_known_of_it(
    portal: Portal, collect: Collect, store: Store, settings: Settings
) -> None:
    portal.page("/feed", dataset(portal.address, "a"), dataset(portal.address, "b"))
    assert collect(kind="dcat").counts == {"created": 2}
    before = sources.named(store, "far")
    portal.answers["/new"] = portal.answers.pop("/feed")
    moved = changing.change("far", settings, store, "cli:test", address=portal.address + "/new")
    assert (moved.kind, moved.hosts, moved.added) == ("auto", before.hosts, before.added)
    again = collect()
    assert (again.outcome, ids(store)) == (runs.DONE, ["far-a", "far-b"])
    assert sources.named(store, "far").kind == "dcat"
    assert [store.latest(each).version for each in ids(store)] == [2, 2], "they say where they come from"
    changing.change("far", settings, store, "cli:test", files=False, hosts=("127.0.0.1", "localhost"))
    assert collect().outcome == runs.DONE
    assert [store.latest(each).version for each in ids(store)] == [2, 2], "what has not changed is no new version"


def test_a_host_that_was_forgotten_is_allowed_later(portal: Portal, collect: Collect, store: Store, settings: Settings) -> None:
    portal.page("/feed", dataset(portal.address, "a"))
    sources.add(sources.Source(name="far", address=portal.address + "/feed"), store)
    assert collect().outcome == runs.INCOMPLETE
    changing.change("far", settings, store, "cli:test", hosts=("127.0.0.1",))
    assert collect().counts == {"created": 1}
    (entry, *_) = [each for each in store.trust.audit() if each.action == "harvest-change"]
    assert (entry.actor, entry.details["source"]) == ("cli:test", "far")


def test_what_is_read_with_other_options_is_judged_anew(
    portal: Portal, collect: Collect, settings: Settings, store: Store
) -> None:
    portal.page("/feed", dataset(portal.address, "a").partition(" dct:publisher")[0].rstrip(" ;\n") + " .\n")
    assert collect().counts == {"refused": 1}
    changing.change("far", settings, store, "cli:test", publisher="272035")
    assert collect().counts == {"created": 1}
    assert store.latest("far-a").publisher.id == "272035"


def test_a_change_that_cannot_be_leaves_the_source_as_it_was(
    portal: Portal, collect: Collect, settings: Settings, store: Store
) -> None:
    portal.page("/feed", dataset(portal.address, "a"))
    collect()
    before = sources.named(store, "far")
    for wrong in ({"address": "ftp://x"}, {"kind": "zip"}, {"publisher": "A B"}, {"hosts": ("a b",)}):
        with pytest.raises(UsageError):
            changing.change("far", settings, store, "cli:test", **wrong)
    with alone(settings, "far"), pytest.raises(Conflict):
        changing.change("far", settings, store, "cli:test", kind="dcat")
    with pytest.raises(NotFound):
        changing.change("near", settings, store, "cli:test", kind="dcat")
    assert sources.named(store, "far") == before


def test_an_interrupted_run_does_not_go_on_at_the_former_address(
    portal: Portal, collect: Collect, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.page("/feed", dataset(portal.address, "a"))
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "take", lambda *_arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            collect()
    portal.page("/new", dataset(portal.address, "a"))
    changing.change("far", settings, store, "cli:test", address=portal.address + "/new")
    portal.asked.clear()
    ran = collect()
    assert (ran.resumed, ran.outcome) == (False, runs.DONE)
    assert {path for path, _headers in portal.asked} == {"/new"}


@everywhere
@pytest.mark.parametrize("keep", [True, False])
def test_a_source_is_removed_and_may_come_again(
    portal: Portal, collect: Collect, store: Store, settings: Settings, keep: bool
) -> None:
    portal.page("/feed", dataset(portal.address, "a"), dataset(portal.address, "b"))
    collect()
    with pytest.raises(UsageError) as refused:
        changing.remove("far", settings, store, "cli:test")
    assert refused.value.code == "harvest-remove"
    assert changing.remove("far", settings, store, "cli:test", keep=keep) == 2
    assert ids(store) == (["far-a", "far-b"] if keep else [])
    with pytest.raises(NotFound):
        sources.named(store, "far")
    assert collect().outcome == runs.DONE
    assert ids(store) == ["far-a", "far-b"]
    assert [store.latest(each).version for each in ids(store)] == ([1, 1] if keep else [2, 2])


def test_a_source_of_which_nothing_is_kept_goes_without_a_question(store: Store, settings: Settings) -> None:
    sources.add(sources.Source(name="far", address="https://data.example.jp/"), store)
    assert changing.remove("far", settings, store, "cli:test") == 0
    assert sources.all_of(store) == []
