"""Two tables put together, held against a model of it in plain Python."""

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from across_samples import TSUKIHAMA, YUKIMORI

from catalog.errors import Busy
from catalog.joining import MOST_JOINED, Joining, On, Side, answer, asked, on_of
from catalog.model import Agent, Definition, Field, ForeignKey, Package, Publication, Resource, Schema, Text
from catalog.query import BadQuestion, Limits, columns_of

Rows = list[tuple[Any, ...]]
LEFT: Rows = [
    (0, "812013", "a", "x"), (1, "81201", "b", "y"), (2, "812021", None, "x"), (3, None, "c", "z"), (4, "812030", "d", None),
]  # fmt: skip
RIGHT: Rows = [("812013", 1.5, "x"), ("812021", 2.5, "y"), ("81202", None, "x"), ("822019", 9.0, "x"), (None, 0.0, None)]


def table(folder: Path, name: str, dataset: str, columns: list[tuple[str, str, str, str]], rows: Rows) -> Side:
    """A side of a join: each column with its name, type of DuckDB, type of Table Schema and code list."""
    path = folder / f"{dataset}-{name}.parquet"
    fields = tuple(Field(name=each[0], type=each[2], definition=Definition(codelist=each[3])) for each in columns)
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t ({', '.join(f'{chr(34)}{each[0]}{chr(34)} {each[1]}' for each in columns)})")
        if rows:
            database.executemany(f"INSERT INTO t VALUES ({', '.join('?' for _each in columns)})", rows)
        database.execute(f"COPY t TO '{path}'")
    resource = Resource(name=name, path=f"{name}.csv", schema=Schema(fields=fields))
    package = Package(name=dataset, title=Text(dataset, dataset), resources=(resource,))
    agent = Agent(id="a", name=Text("a", "a"))
    publication = Publication(id=dataset, version=1, package=package, publisher=agent, files=(), report={})
    known = columns_of(path, resource.schema, limits(folder))
    return Side(name="left", publication=publication, table=resource, parquet=path, columns=known, areas=("code",))


def limits(folder: Path, **changes: Any) -> Limits:
    return Limits(folders=(folder,), **changes)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Side, Side]:
    folder = tmp_path_factory.mktemp("sides")
    left = [("n", "BIGINT", "integer", ""), ("code", "VARCHAR", "string", "municipality-sample")]
    left += [("name", "VARCHAR", "string", ""), ("kind:a", "VARCHAR", "string", "kinds")]
    right = [("place", "VARCHAR", "string", "municipality-sample"), ("price", "DOUBLE", "number", "")]
    right += [("kind", "VARCHAR", "string", "kinds")]
    one = table(folder, "t", "one", left, LEFT)
    other = table(folder, "u", "other", right, RIGHT)
    return (
        folder,
        one,
        Side(name="right", **{each: getattr(other, each) for each in ("publication", "table", "parquet", "columns")}),
    )


def ask(sides: tuple[Path, Side, Side], on: str, *pairs: tuple[str, str]) -> tuple[list[dict[str, Any]], Any, Any]:
    folder, left, right = sides
    question = asked(pairs, left, right, on_of(on, left, right))
    found, counted = answer(question, limits(folder))
    return found.rows, found, counted


def test_codes_of_areas_meet_with_five_digits_and_with_six(sides: tuple[Path, Side, Side]) -> None:
    rows, found, counted = ask(sides, "code:place")
    assert [(each["left.n"], each["right.price"]) for each in rows] == [(0, 1.5), (1, 1.5), (2, 2.5), (2, None)]
    assert set(rows[0]) == {"left.n", "left.code", "left.name", "left.kind:a", "right.place", "right.price", "right.kind"}
    assert (found.count, counted.unmatched, counted.cardinality) == (4, 2, "many-to-many")


def test_rows_without_a_partner_stay_where_they_are_asked_for(sides: tuple[Path, Side, Side]) -> None:
    rows, found, _counted = ask(sides, "code:place", ("how", "left"), ("columns", "right.price,left.n"))
    assert rows == [
        {"right.price": 1.5, "left.n": 0}, {"right.price": 1.5, "left.n": 1}, {"right.price": 2.5, "left.n": 2},
        {"right.price": None, "left.n": 2}, {"right.price": None, "left.n": 3}, {"right.price": None, "left.n": 4},
    ]  # fmt: skip
    assert found.count == 6


def test_conditions_sorting_and_columns_have_the_side_in_front(sides: tuple[Path, Side, Side]) -> None:
    rows, found, _counted = ask(
        sides, "code:place", ("left.name__isnull", "false"), ("right.price__gte", "1"), ("sort", "-left.n"), ("columns", "left.n")
    )
    assert (rows, found.count) == ([{"left.n": 1}, {"left.n": 0}], 2)
    rows, _found, _counted = ask(sides, "code:place", ("left.area", YUKIMORI), ("columns", "left.n"))
    assert rows == [{"left.n": 2}, {"left.n": 2}]
    rows, _found, _counted = ask(sides, "kind:a:kind", ("sort", "right.price,left.n"), ("left.code", TSUKIHAMA))
    assert [each["right.price"] for each in rows] == [1.5, 9.0, None], "names may hold the sign that parts them"


def test_pages_follow_each_other_without_a_gap(sides: tuple[Path, Side, Side]) -> None:
    whole, _found, _counted = ask(sides, "kind:a:kind", ("sort", "-right.price"))
    cursor, pages = "", []
    while True:
        rows, found, _counted = ask(sides, "kind:a:kind", ("sort", "-right.price"), ("limit", "2"), ("cursor", cursor))
        pages += rows
        if not (cursor := found.cursor):
            break
    assert pages == whole
    _rows, found, _counted = ask(sides, "kind:a:kind", ("limit", "2"))
    with pytest.raises(BadQuestion) as caught:
        ask(sides, "code:place", ("cursor", found.cursor))
    assert [each.code for each in caught.value.findings] == ["query-cursor"]


def test_it_is_the_join_that_python_makes(tmp_path: Path) -> None:
    chance = random.Random(7)
    lefts = [(number, chance.choice(["a", "b", "c", None, "e"])) for number in range(60)]
    rights = [(number, chance.choice(["a", "b", "d", None])) for number in range(40)]
    columns = [("n", "BIGINT", "integer", ""), ("k", "VARCHAR", "string", "letters")]
    left, right = (table(tmp_path, "t", name, columns, rows) for name, rows in (("l", lefts), ("r", rights)))
    right = Side(name="right", **{each: getattr(right, each) for each in ("publication", "table", "parquet", "columns")})
    model = [(one, other) for one, k in lefts for other, m in rights if k is not None and k == m]
    rows, found, counted = ask((tmp_path, left, right), "k", ("limit", "1000"), ("columns", "left.n,right.n"))
    assert [(each["left.n"], each["right.n"]) for each in rows] == model
    assert (found.count, counted.unmatched) == (len(model), sum(k not in {"a", "b"} for _n, k in lefts))


@pytest.mark.parametrize(
    ("pairs", "codes", "parameters"),
    [
        ([("left.nothing", "1")], ["query-parameter-unknown"], ["left.nothing"]),
        ([("name", "1")], ["query-parameter-unknown"], ["name"]),
        ([("middle.name", "1")], ["query-parameter-unknown"], ["middle.name"]),
        ([("left.limit", "1")], ["query-parameter-unknown"], ["left.limit"]),
        ([("right.price", "dear")], ["query-not-number"], ["right.price"]),
        ([("left.n__contains", "1")], ["query-operator-unfit"], ["left.n__contains"]),
        ([("right.area", "812013")], ["query-area-missing"], ["right.area"]),
        ([("columns", "n")], ["query-column-unknown"], ["columns"]),
        ([("columns", "left.n,left.n")], ["query-column-twice"], ["columns"]),
        ([("sort", "right.nothing")], ["query-column-unknown"], ["sort"]),
        ([("how", "outer"), ("format", "xml")], ["parameter-not-choice", "parameter-not-choice"], ["how", "format"]),
        ([("limit", "1001")], ["parameter-not-integer"], ["limit"]),
        ([("limit", "1"), ("limit", "1")], ["parameter-repeated"], ["limit"]),
        ([("cursor", "?")], ["query-cursor"], ["cursor"]),
        ([("left.name__in", ",".join("a" * 101))], ["query-terms"], ["left.name__in"]),
    ],
)
def test_mistakes_name_their_parameter(
    sides: tuple[Path, Side, Side], pairs: list[tuple[str, str]], codes: list[str], parameters: list[str]
) -> None:
    with pytest.raises(BadQuestion) as caught:
        ask(sides, "code:place", *pairs)
    assert [each.code for each in caught.value.findings] == codes
    assert [each.details["parameter"] for each in caught.value.findings] == parameters


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("name:kind", "join-not-shared"), ("code:price", "join-not-shared"), ("code", "join-on-unknown"),
        ("code:", "join-on-unknown"), (":", "join-on-unknown"), ("code:kind", "join-not-shared"),
    ],
)  # fmt: skip
def test_only_columns_that_mean_the_same_are_joined(sides: tuple[Path, Side, Side], on: str, code: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        ask(sides, on)
    finding = caught.value.findings[0]
    assert (finding.code, finding.details["parameter"]) == (code, "on")
    assert finding.expected == "code:place, kind:a:kind"


def test_a_table_is_not_joined_with_itself(sides: tuple[Path, Side, Side]) -> None:
    _folder, left, _right = sides
    with pytest.raises(BadQuestion) as caught:
        on_of("code:code", left, left)
    assert [each.code for each in caught.value.findings] == ["join-same-table"]


def test_a_foreign_key_joins_tables_of_one_package_of_one_type_only(tmp_path: Path) -> None:
    key = ForeignKey(fields=("k",), resource="u", reference_fields=("k",))
    for kind, sql in (("integer", "BIGINT"), ("string", "VARCHAR"), ("number", "DOUBLE")):
        left = table(tmp_path, "t", f"p-{kind}", [("k", "BIGINT", "integer", "")], [(1,)])
        right = table(tmp_path, "u", f"p-{kind}", [("k", sql, kind, "")], [])
        pointing = Resource(name="t", path="t.csv", schema=Schema(fields=left.table.schema.fields, foreign_keys=(key,)))  # type: ignore[union-attr]
        left = Side(name="left", publication=left.publication, table=pointing, parquet=left.parquet, columns=left.columns)
        if kind == "integer":
            assert on_of("k", left, right).shared.kind == "key"
            continue
        with pytest.raises(BadQuestion) as caught:
            on_of("k", left, right)
        assert [each.code for each in caught.value.findings] == ["join-unfit"]


def test_what_would_be_too_much_is_refused_before_it_is_made(tmp_path: Path) -> None:
    columns = [("k", "VARCHAR", "string", "letters")]
    count = int(MOST_JOINED**0.5) + 1
    left, right = (table(tmp_path, "t", name, columns, []) for name in ("l", "r"))
    for side in (left, right):
        with duckdb.connect() as database:
            database.execute(f"COPY (SELECT 'a' AS k FROM range({count})) TO '{side.parquet}'")
    right = Side(name="right", **{each: getattr(right, each) for each in ("publication", "table", "parquet", "columns")})
    with pytest.raises(BadQuestion) as caught:
        ask((tmp_path, left, right), "k")
    finding = caught.value.findings[0]
    assert (finding.code, finding.found, finding.details["parameter"]) == ("join-too-many", f"{count**2:,}", "on")


def test_a_join_has_its_time(sides: tuple[Path, Side, Side]) -> None:
    folder, left, right = sides
    question: Joining = asked([], left, right, on_of("code:place", left, right))
    assert isinstance(question.on, On)
    with pytest.raises(Busy) as caught:
        answer(question, limits(folder, seconds=0.0))
    assert caught.value.code in ("query-slow", "query-crowded")
