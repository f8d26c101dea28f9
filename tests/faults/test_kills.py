"""kill -9 at any moment: what was promised stands, what stands is whole, and the next publication works."""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness import DONE, KILLED, Sources, Victim, Worker, count

from catalog.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")

SHORT, LONG = 4, int(os.environ.get("FAULTS_KILLS", "1000"))
"""Kills of each kind."""
SEED = int(os.environ.get("FAULTS_SEED", "2"))
"""Of the long form."""
_ROUND = 20
"""Kills of one catalogue before the next takes its place."""


def kill_publish(victim: Victim, after: float | None) -> dict[str, Any]:
    return victim.publish(kill_after=after)


def kill_withdraw(victim: Victim, after: float | None) -> dict[str, Any]:
    if victim.withdrawn:
        victim.goes_on()
    return victim.withdraw(kill_after=after)


def kill_reindex(victim: Victim, after: float | None) -> dict[str, Any]:
    """With another name, so that every page of the feed becomes another; until it is done, the old one is served."""
    old = victim.settings
    victim.settings = replace(old, title_ja=f"{'乙' if old.title_ja.startswith('甲') else '甲'}市のオープンデータ")
    answer = victim.run("reindex", kill_after=after)
    answer["became"] = "new" if answer["code"] == DONE or answer["told"] else "either"
    return answer


def kill_collect(victim: Victim, after: float | None) -> dict[str, Any]:
    files = Path(victim.settings.home) / "files"
    for number in range(30):
        (files / "aa").mkdir(exist_ok=True)
        (files / "aa" / f"{random.Random(number).randbytes(31).hex()}").write_bytes(b"nobody names this")
    answer = victim.run("collect", kill_after=after)
    answer["became"] = "new" if answer["told"] else "either"
    return answer


KINDS: dict[str, Callable[[Victim, float | None], dict[str, Any]]] = {
    "publish": kill_publish,
    "withdraw": kill_withdraw,
    "reindex": kill_reindex,
    "gc": kill_collect,
}

ENDED = {"new": "done, not acknowledged", "old": "as before", "either": "not acknowledged"}


def kills(kind: str, times: int, make: Callable[[], Victim], seed: int) -> None:
    """Kill so many times, each time at another moment of the work; see that every catalogue is whole every time.

    The moments keep to how long the work takes at the time, so that about half of it is done before.
    """
    chance, victim = random.Random(f"{kind}-{seed}"), make()
    longest = KINDS[kind](victim, None)["seconds"]
    for number in range(times):
        if number and number % _ROUND == 0:
            shutil.rmtree(victim.settings.home)
            victim = make()
        answer = KINDS[kind](victim, chance.uniform(0, longest))
        assert answer["code"] in (KILLED, DONE), answer
        longest *= 0.95 if answer["told"] else 1.05
        count(kind, "kill -9", "acknowledged" if answer["told"] else ENDED[answer["became"]])
        victim.whole(bodies=number % _ROUND == 0)
        victim.goes_on()
    victim.whole()


@pytest.fixture
def make(original: Settings, worker: Worker, sources: Sources, tmp_path: Path) -> Callable[[], Victim]:
    numbers = iter(range(LONG))
    return lambda: Victim.copied(original, tmp_path / f"home-{next(numbers)}", worker, sources)


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_process_leaves_a_whole_catalogue(kind: str, make: Callable[[], Victim]) -> None:
    kills(kind, SHORT, make, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_killed_processes_leave_a_whole_catalogue(kind: str, make: Callable[[], Victim]) -> None:
    kills(kind, LONG, make, seed=SEED)
