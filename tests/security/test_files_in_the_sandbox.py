"""Files made to harm, each through the sandbox as the check page does it: a finding or a refusal, in time and in memory.

Never a traceback, never a try at the network, never a path of the server in an answer; and good files pass.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_files import GOOD, HOSTILE, LARGE, STOPPED, package

from catalog import messages
from catalog.errors import Finding, Refusal
from catalog.sandbox import Limits, Sandbox
from catalog.settings import Settings
from catalog.trial import Order, Trial, check_file, for_child, warm_up

SETTINGS = Settings()
LIMITS = Limits(seconds=SETTINGS.check_seconds, memory=SETTINGS.check_memory_bytes)
SECONDS, MEMORY = 10, 512_000_000
_OF_SERVER = re.compile(r"/tmp|/root|/home|/work|site-packages|catalog-sandbox|Traceback|\.py\b")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    sandbox = Sandbox(warm_up)
    yield sandbox
    sandbox.close()


Check = Callable[..., tuple[Trial | None, tuple[Finding, ...]]]


@pytest.fixture
def check(box: Sandbox, caplog: pytest.LogCaptureFixture) -> Check:
    """What checks a file within the promised bounds: ``check("a.csv", b"…", standard=…)`` -> (trial or None, findings)."""
    caplog.set_level(logging.DEBUG, "catalog.sandbox")

    def run(name: str, data: bytes, limits: Limits = LIMITS, **order: Any) -> tuple[Trial | None, tuple[Finding, ...]]:
        caplog.clear()
        box.run(abs, 1)  # the warm process may just be starting; a caller waits for that once
        begin = time.monotonic()
        try:
            trial, findings = box.run(check_file, name, data, Order(**order), for_child(SETTINGS), limits=limits), ()
            findings = trial.problems
        except Refusal as refusal:
            trial, findings = None, refusal.findings
        assert time.monotonic() - begin < SECONDS
        ends = [each.args for each in caplog.records if "peak" in each.msg]
        assert int(ends[-1][2]) < MEMORY  # type: ignore[index,call-overload,arg-type]
        assert [each.getMessage() for each in caplog.records if each.levelno > logging.DEBUG] == []
        for each in findings:
            assert each.code != "sandbox-died"
            assert not _OF_SERVER.search(json.dumps(messages.as_json(each), ensure_ascii=False))
        if trial is not None:
            assert not _OF_SERVER.search(json.dumps(trial.report, ensure_ascii=False))
        return trial, findings

    return run


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_told_what_is_wrong_with_it(case: str, check: Check) -> None:
    name, make, code = HOSTILE[case]
    trial, findings = check(name, make())
    assert code in [each.code for each in findings]
    assert trial is None or not trial.valid


@pytest.mark.parametrize("case", STOPPED)
def test_a_pattern_without_end_is_a_finding_or_is_stopped(case: str, check: Check) -> None:
    trial, findings = check("x.zip", STOPPED[case](), Limits(seconds=2))
    assert trial is None or not trial.valid
    assert {each.code for each in findings} & {"sandbox-time", "stock.constraint-error.pattern", "pattern-slow"}


@pytest.mark.parametrize("case", LARGE)
def test_what_may_be_checked_or_stopped_stays_within_the_bounds(case: str, check: Check) -> None:
    """Whether it is finished in time depends on the machine; that it ends does not."""
    name, make = LARGE[case]
    trial, findings = check(name, make(), Limits(seconds=2))
    assert trial is not None or findings


@pytest.mark.parametrize("case", GOOD)
def test_a_good_file_passes(case: str, check: Check) -> None:
    name, make = GOOD[case]
    trial, findings = check(name, make())
    assert trial is not None
    assert trial.valid, findings
    assert sum(each.rows for each in trial.tables) > 0


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\花子\\公園.csv": "公園.csv",
    "a\0b\x1b[31m.csv": "a\\u0000b\\u001b[31m.csv",
    "\u202egnp.csv": "gnp.csv",
    "<script>alert(1)</script>.csv": "script>.csv",
    "": "table",
    "..": "..",
    "CON": "CON",
    "x" * 5_000 + ".csv": "x" * 100 + "…",
}


def test_the_name_of_a_file_is_only_shown(check: Check) -> None:
    for name, shown in NAMES.items():
        trial, _findings = check(name, b"a,b\n1,2\n")
        assert trial is not None
        assert (trial.valid, trial.kind, trial.file) == (True, "table", shown)
    for name in ("../../etc/passwd", "a\0b.zip", "CON"):
        trial, _findings = check(name, package())
        assert trial is not None
        assert (trial.valid, trial.kind) == (True, "package")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted through /proc")
def test_the_process_that_children_are_forked_from_has_one_thread(box: Sandbox) -> None:
    """A lock that another thread holds would stay locked in the child for ever."""
    box.run(abs, 1)
    assert box._server is not None
    assert len(list(Path(f"/proc/{box._server.process.pid}/task").iterdir())) == 1
