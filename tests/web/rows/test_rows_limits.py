"""Questions that really cost too much, over every surface that takes questions: refused with the reason, and the worker lives."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from rows_samples import LINES, ROWS, toilets

from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

MANY = 200_000
COSTLY = f"{ROWS}?group_by=ID,名称,緯度&aggregate=count,便器数__sum,経度__avg&sort=-便器数__sum"
CHEAP = f"{ROWS}?ID=T000007&limit=1"
Asking = Callable[..., object]


@pytest.fixture
def limited(publish, store: Store, settings: Settings) -> Callable[..., object]:
    """A client of a catalogue with such limits, of one large table; what is typed has been made, and is not counted."""
    toilets(publish, [LINES[0], *(f"T{each:06},名前{each},市,{each % 97},34.{each:06},135.5,," for each in range(MANY))])
    assert create_app(settings, store).test_client().get(CHEAP).status_code == 200
    return lambda **limits: create_app(replace(settings, **limits), store).test_client()


def over_mcp(client, arguments: dict) -> dict:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "query_rows", "arguments": arguments}}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    answer = client.post("/mcp", json=asked, headers=headers)
    assert answer.status_code == 200
    return answer.json["result"]


@pytest.mark.parametrize(
    ("limits", "code"), [({"rows_seconds": 0.02}, "query-slow"), ({"rows_memory_bytes": 8_000_000}, "query-memory")]
)
def test_too_long_or_too_large_is_refused_on_every_surface(limited: Asking, limits: dict, code: str) -> None:
    client = limited(**limits)
    found = client.get(COSTLY)
    assert (found.status_code, found.json["code"], found.headers["Content-Type"]) == (503, code, "application/problem+json")
    assert int(found.headers["Retry-After"]) > 0
    grouped = {"dataset": "toilets", "group_by": ["ID", "名称", "緯度"], "aggregate": ["count", "便器数__sum"]}
    answer = over_mcp(client, grouped)
    assert answer["isError"]
    assert json.loads(answer["content"][0]["text"])["code"] == code
    assert limited().get(CHEAP).json["count"] == 1


def test_who_asks_little_is_answered_beside_those_who_ask_too_much(limited: Asking) -> None:
    client = limited(rows_seconds=1.5, rows_at_once=2)
    with ThreadPoolExecutor(6) as pool:
        costly = [pool.submit(lambda: client.application.test_client().get(COSTLY).status_code) for _each in range(5)]
        began = time.monotonic()
        cheap = client.get(CHEAP)
        assert time.monotonic() - began < 5
        assert {each.result() for each in costly} <= {200, 503}
    assert cheap.status_code in (200, 503)
    assert client.get(CHEAP).status_code == 200
