"""What is made is made once, whole, and goes again when there is no room."""

import os
import threading
import time
from pathlib import Path

import pytest

from catalog.download import Cache, cache
from catalog.errors import Busy

KEYS = [f"{number:064x}" for number in range(10)]


def writer(text: str, made: list[str] | None = None):
    def make(path: Path) -> None:
        path.write_text(text)
        path.with_name("beside").write_text("left over")
        if made is not None:
            made.append(text)

    return make


def test_a_file_is_made_once(tmp_path: Path) -> None:
    made: list[str] = []
    kept = Cache(tmp_path / "cache", 1_000)
    assert kept.find(KEYS[0]) is None
    first = kept.get(KEYS[0], writer("a", made))
    assert kept.get(KEYS[0], writer("b", made)) == first == kept.find(KEYS[0])
    assert (first.read_text(), made) == ("a", ["a"])
    assert [each.name for each in (tmp_path / "cache").iterdir()] == ["00"], "nothing is left beside"


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise ValueError

    kept = Cache(tmp_path / "cache", 1_000)
    with pytest.raises(ValueError):  # noqa: PT011  the maker's own error comes through
        kept.get(KEYS[0], fail)
    assert kept.find(KEYS[0]) is None
    assert list((tmp_path / "cache").iterdir()) == []
    assert kept.get(KEYS[0], writer("whole")).read_text() == "whole"


def test_what_was_asked_for_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "cache", 25)
    for age, key in enumerate(KEYS[:2]):
        os.utime(kept.get(key, writer("x" * 10)), (1_000 + age, 1_000 + age))
    assert kept.find(KEYS[0]) is not None, "it counts as asked for"
    kept.get(KEYS[2], writer("x" * 10))
    assert [kept.find(key) is not None for key in KEYS[:3]] == [True, False, True]
    large = kept.get(KEYS[3], writer("x" * 100))
    assert large.read_text() == "x" * 100, "what has just been made is there, however large"
    assert [kept.find(key) is not None for key in KEYS[:4]] == [False, False, False, True]


def test_many_who_ask_wait_for_one_who_makes(tmp_path: Path) -> None:
    made: list[str] = []
    kept = Cache(tmp_path / "cache", 1_000)

    def make(path: Path) -> None:
        time.sleep(0.1)
        writer("slow", made)(path)

    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get(KEYS[0], make).read_text())) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (found, made) == (["slow"] * 8, ["slow"])
    assert kept._locks == {}


def test_whoever_waits_too_long_is_told_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "PATIENCE", 0.05)
    kept = Cache(tmp_path / "cache", 1_000)
    started, finish = threading.Semaphore(0), threading.Event()

    def hold(path: Path) -> None:
        started.release()
        finish.wait(10)
        path.write_text("held")

    threads = [threading.Thread(target=kept.get, args=(key, hold)) for key in KEYS[: cache.MAKERS]]
    for each in threads:
        each.start()
    for _each in threads:
        started.acquire()
    for key in (KEYS[0], KEYS[9]):
        with pytest.raises(Busy) as busy:
            kept.get(key, writer("never"))
        assert busy.value.details["seconds"] == "30"
    finish.set()
    for each in threads:
        each.join()
    assert kept.get(KEYS[9], writer("now")).read_text() == "now"


def test_a_maker_may_make_what_it_needs(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "cache", 1_000)

    def outer(path: Path) -> None:
        path.write_text(kept.get(KEYS[1], writer("inner")).read_text() + " in outer")

    for _ in range(cache.MAKERS + 1):
        assert kept.get(KEYS[0], outer).read_text() == "inner in outer"


def test_the_folder_may_be_emptied_at_any_time(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "cache", 1_000)
    kept.get(KEYS[0], writer("a")).unlink()
    with kept.open(KEYS[0], writer("b")) as stream:
        kept.get(KEYS[0], writer("c")).unlink()
        assert stream.read() == b"b"


def test_what_a_crash_left_unfinished_goes(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "cache", 1_000)
    kept.get(KEYS[0], writer("a"))
    old, new = tmp_path / "cache/.making-old", tmp_path / "cache/.making-new"
    for each in (old, new):
        each.mkdir()
        (each / "file").write_text("half")
    os.utime(old, (1_000, 1_000))
    kept.get(KEYS[1], writer("b"))
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 64, "ab/cd" * 4, "ab", "0" * 64 + "/x"])
def test_a_key_is_no_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  a mistake of ours, not of a reader
        Cache(tmp_path / "cache", 1_000).find(key)
