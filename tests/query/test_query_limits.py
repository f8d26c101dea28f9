"""What a question may cost, and what the engine refuses to touch."""

import threading
import time

import duckdb
import pytest
from query_samples import SCHEMA, Sample, write

from catalog.errors import Busy
from catalog.query import BadQuestion, Limits, answer, answering, columns_of, parse
from catalog.query.engine import Engine, Turn

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"


def test_a_statement_is_stopped_when_its_time_is_over_and_the_engine_goes_on(table: Sample) -> None:
    engine = Engine(Limits(folders=table.limits.folders, seconds=0.3))
    begun = time.monotonic()
    with pytest.raises(Busy) as caught, engine.turn() as turn:
        turn.rows(ENDLESS)
    assert caught.value.code == "query-slow"
    assert time.monotonic() - begun < 5
    with engine.turn() as turn:
        assert turn.rows("SELECT 1") == [(1,)]


def test_nothing_is_begun_after_the_time(table: Sample) -> None:
    engine = Engine(Limits(folders=table.limits.folders, seconds=0.05))
    with engine.turn() as turn:
        time.sleep(0.1)
        with pytest.raises(Busy):
            turn.rows("SELECT 1")


def test_memory_is_limited(table: Sample) -> None:
    engine = Engine(Limits(folders=table.limits.folders, seconds=20, memory_bytes=30_000_000))
    with pytest.raises(Busy) as caught, engine.turn() as turn:
        turn.rows("SELECT count(*) FROM (SELECT DISTINCT range, range * 7 FROM range(20000000))")
    assert caught.value.code == "query-memory"


def test_only_so_many_work_at_once(table: Sample) -> None:
    engine = Engine(Limits(folders=table.limits.folders, seconds=0.4, at_once=1))
    entered = threading.Event()

    def hold() -> None:
        with engine.turn():
            entered.set()
            time.sleep(1)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait()
    with pytest.raises(Busy) as caught, engine.turn():
        pass
    assert caught.value.code == "query-crowded"
    holder.join()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('{folder}/../other.parquet')",
        "COPY (SELECT 1) TO '/tmp/catalog-query-test.csv'",
        "ATTACH '/tmp/catalog-query-test.duckdb'",
        "INSTALL httpfs",
        "LOAD spatial",
        "SELECT * FROM 'https://example.jp/x.parquet'",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
        "RESET lock_configuration",
    ],
)
def test_the_engine_touches_nothing_else(table: Sample, statement: str) -> None:
    engine = Engine(table.limits)
    with engine.turn() as turn, pytest.raises(duckdb.Error):
        turn.rows(statement.format(folder=table.parquet.parent))


def test_figures_that_are_too_large_are_refused(table: Sample) -> None:
    rows = [row | {"huge": 9 * 10**37} for row in table.rows[:9]]
    limits = Limits(folders=(table.parquet.parent,))
    parquet = write(table.parquet.parent, rows, "large")
    columns = columns_of(parquet, SCHEMA, limits)
    with pytest.raises(BadQuestion) as caught:
        answer(parquet, parse([("aggregate", "huge__sum")], columns), limits)
    assert caught.value.findings[0].code == "query-overflow"


def test_counting_gives_up_before_the_rows_do(table: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Turn.rows

    def slow(self: Turn, sql: str, values=(), share: float = 1.0):
        if sql.startswith("SELECT count(*)"):
            raise Busy("query-slow", seconds=1, maximum="1")
        return given(self, sql, values, share)

    monkeypatch.setattr(Turn, "rows", slow)
    monkeypatch.setattr(answering, "_COUNTS", answering._Counts())
    found = answer(table.parquet, parse([("limit", "3"), ("番号__gte", "2")], table.columns), table.limits)
    assert (len(found.lines), found.count, found.count_is_exact) == (3, 4, False)


def test_an_empty_table_has_an_answer(table: Sample) -> None:
    parquet = write(table.parquet.parent, [], "empty")
    columns = columns_of(parquet, SCHEMA, table.limits)
    for pairs in ([], [("sort", "-amount")], [("group_by", "city")]):
        found = answer(parquet, parse(pairs, columns), table.limits)
        assert (found.lines, found.count, found.count_is_exact, found.cursor) == ((), 0, True, "")
    whole = answer(parquet, parse([("aggregate", "count,amount__sum")], columns), table.limits)
    assert whole.rows == [{"count": 0, "amount__sum": None}]
