"""Each predicate is held against stock's own reader of cells: what it calls clean, stock must find no fault with."""

import json
import random
from collections.abc import Iterator
from decimal import InvalidOperation
from typing import Any

import duckdb
import pytest
from frictionless import Field as StockField
from frictionless import Schema as StockSchema
from validation_samples import CLEAN, CONSTRAINTS, ODD, SPECIAL

from catalog.model import Field, Resource, Schema
from catalog.validation import small
from catalog.validation.predicates import Cell, cell, key_of
from catalog.validation.recognising import columns_of
from catalog.validation.sights import holding, is_of_other_forms, sights_of
from catalog.validation.sql import Types, Uncovered
from catalog.validation.subjects import Column

OPTIONS = ("trueValues", "falseValues", "groupChar", "decimalChar", "bareNumber", "floatNumber")
MISSING = (("",), ("", "-"), ("", "1", "2024", "true"), ())
SIGNS = (*"0123456789-+.,:TZeE _/'", "０", "５", "\t", "\u3000", "年", "x", "\n")
PROVEN_AT_LEAST = 0.9


def described() -> Iterator[dict[str, Any]]:
    for type_, constraints in CONSTRAINTS.items():
        yield {"type": type_}
        for each in constraints:
            yield {"type": type_, "constraints": each}
    for each, _make in SPECIAL:
        yield dict(each)
        if each["type"] == "number" and "bareNumber" not in each:
            yield {**each, "constraints": {"minimum": 5, "maximum": 900.5}}
            yield {**each, "constraints": {"exclusiveMaximum": 0, "enum": [-1]}}
    for bound in ("0", -1.0, 5, 10**17):
        yield {"type": "integer", "constraints": {"minimum": bound}}
    for bound in (0, 0.1, 0.3, "1.10", -0.5, 100, 123456789012345, 1e-5):
        for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            yield {"type": "number", "constraints": {name: bound}}
    yield {"type": "boolean", "trueValues": ["1", "x"], "falseValues": ["0", "x"]}
    yield {"type": "number", "groupChar": " ", "decimalChar": ","}
    yield {"type": "number", "groupChar": "'", "bareNumber": False}
    yield {"type": "number", "decimalChar": ",", "bareNumber": False}
    yield {"type": "date", "format": "%d.%m.%Y", "constraints": {"minimum": "02.01.2012", "enum": ["05.03.2024"]}}
    yield {"type": "datetime", "format": "%Y%m%dT%H%M%S", "constraints": {"exclusiveMinimum": "20240101T000000"}}


def cells() -> list[str]:
    """The odd ones, clean ones of every type, and what is one sign away from a clean one."""
    r = random.Random(20)
    makers = [*CLEAN.values(), *(make for _each, make in SPECIAL)]
    clean = [make(r) for make in makers for _ in range(25)]
    near = []
    for text in clean:
        for _ in range(4):
            signs = [*"0123456789-+.,:TZeE _/'", "０", "５", "\t", "\u3000", "年", "x", "\n"]
            place, sign = r.randrange(len(text) + 1), r.choice(signs)
            near.append(text[:place] + sign + text[place + r.randrange(2) :])
            near.append(text[:place] + text[place + 1 :])
    return sorted({*ODD, *clean, *near})


CELLS = cells()


@pytest.fixture(scope="module")
def table() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE cells AS SELECT unnest(?::VARCHAR[]) AS c0", [CELLS])
    return connection


def readers(each: dict[str, Any], missing: tuple[str, ...]) -> tuple[Any, Column]:
    descriptor = {"fields": [{"name": "f", **each}], "missingValues": list(missing)}
    schema = StockSchema.from_descriptor(descriptor, datapackage_version="v2")
    field: StockField = schema.fields[0]
    column = Column(
        name="f",
        type=each["type"],
        format=each.get("format", "default"),
        constraints=each.get("constraints", {}),
        missing=missing,
        options={key: each[key] for key in OPTIONS if key in each},
    )
    return field.create_cell_reader(), column


def answers(table: duckdb.DuckDBPyConnection, sql: Cell, types: Types) -> list[tuple[str, bool, bool, str | None]]:
    for statement in types.fresh():
        table.execute(statement)
    rows = table.execute(f"SELECT c0, {sql.missing}, coalesce({sql.clean}, false), {sql.key or 'NULL'} FROM cells").fetchall()
    for name in types.names():
        table.execute(f"DROP TYPE {name}")
    return rows


@pytest.mark.parametrize("each", list(described()), ids=lambda each: json.dumps(each, ensure_ascii=False)[:80])
def test_what_the_engine_calls_clean_stock_finds_no_fault_with(table: duckdb.DuckDBPyConnection, each: dict[str, Any]) -> None:
    missing = MISSING[len(json.dumps(each)) % len(MISSING)]
    read, column = readers(each, missing)
    types = Types()
    proven = 0
    values: dict[str, tuple[Any, str]] = {}
    for text, is_missing, clean, key in answers(table, cell(column, "c0", types), types):
        try:
            value, notes = read(text)
        except (TypeError, InvalidOperation):  # a time with a zone against one without, a signalling NaN: stock stops
            assert not clean, text
            continue
        assert is_missing == (text in missing)
        if clean:
            proven += 1
            assert not notes, (text, notes)
        if key is not None:
            assert "type" not in (notes or {})
            assert not is_missing
            assert key_of(column, value) == key, (text, value)
            other = values.setdefault(key, (value, text))
            assert other[0] == value, (text, other)
    assert proven or "constraints" in each


@pytest.mark.parametrize("each", list(described()), ids=lambda each: json.dumps(each, ensure_ascii=False)[:80])
def test_what_is_read_in_python_is_what_stock_reads(each: dict[str, Any]) -> None:
    missing = MISSING[len(json.dumps(each)) % len(MISSING)]
    read, column = readers(each, missing)
    try:
        known = small.Cells(column)
    except (Uncovered, small.Doubt, ValueError):
        return
    proven = 0
    for text in CELLS:
        try:
            value = known.value(text)
        except (small.Doubt, ValueError, TypeError):
            continue
        found, notes = read(text)
        assert not notes, (text, notes)
        assert found == value, text
        assert type(found) is type(value) or column.type in ("geopoint", "yearmonth", "datetime"), text
        proven += value is not None
    assert proven or "constraints" in each


@pytest.mark.parametrize("type_", ["integer", "number", "date", "datetime", "time", "year", "yearmonth"])
def test_what_is_seen_in_other_forms_only_is_not_seen_in_clean_cells(table: duckdb.DuckDBPyConnection, type_: str) -> None:
    schema = Schema(fields=(Field(name="first"), Field(name="f", type=type_)))
    watched = columns_of(Resource(name="t", path="t.csv", schema=schema), ["first", "f"])[1]
    sights = sights_of(watched, None)
    assert is_of_other_forms(watched, sights)
    types = Types()
    known = answers(table, cell(Column(name="f", type=type_), "c0", types), types)
    clean = [text for text, _missing, clean, _key in known if clean and not {" ", "\t"}.intersection(text)]
    assert clean
    assert not [text for text in clean if holding(watched, sights, text)]
    assert any(holding(watched, sights, text) for text in CELLS)


def test_different_keys_are_different_values(table: duckdb.DuckDBPyConnection) -> None:
    for type_ in ("integer", "number", "date", "datetime", "time", "year", "yearmonth", "boolean", "string"):
        read, column = readers({"type": type_}, ("",))
        types = Types()
        keys = {key: read(text)[0] for text, _missing, _clean, key in answers(table, cell(column, "c0", types), types) if key}
        assert len(set(keys.values())) == len(keys)
        assert keys


@pytest.mark.parametrize("type_", [each for each in CLEAN if each != "any"])
def test_common_cells_are_proven(type_: str) -> None:
    r = random.Random(1)
    texts = [CLEAN[type_](r) for _ in range(300)]
    with duckdb.connect() as connection:
        sql = cell(Column(name="f", type=type_), "c0", Types())
        found = connection.execute(f"SELECT {sql.clean} FROM (SELECT unnest(?::VARCHAR[]) AS c0)", [texts]).fetchall()
    assert sum(bool(clean) for (clean,) in found) >= PROVEN_AT_LEAST * len(texts)


@pytest.mark.parametrize(
    "each",
    [
        {"type": "object"},
        {"type": "list"},
        {"type": "duration"},
        {"type": "geopoint", "format": "array"},
        {"type": "string", "format": "binary"},
        {"type": "string", "constraints": {"pattern": r"\Bx"}},
        {"type": "string", "constraints": {"minimum": 1}},
        {"type": "string", "constraints": {"enum": ["a\0b"]}},
        {"type": "string", "constraints": {"enum": ["\ud800"]}},
        {"type": "date", "format": "any"},
        {"type": "date", "format": "%d %B %Y"},
        {"type": "date", "format": "%y-%m-%d"},
        {"type": "date", "format": "%Y-%m"},
        {"type": "date", "constraints": {"minimum": "2024"}},
        {"type": "datetime", "constraints": {"minimum": "2024-01-01T00:00:00", "maximum": "2024-01-01T00:00:00Z"}},
        {"type": "integer", "constraints": {"minimum": "x"}},
        {"type": "integer", "constraints": {"minimum": 10**18}},
        {"type": "number", "constraints": {"minimum": 1e300}},
        {"type": "number", "constraints": {"minimum": "NaN"}},
        {"type": "number", "groupChar": "00"},
        {"type": "number", "groupChar": ",", "constraints": {"minimum": "1,000"}},
    ],
    ids=str,
)
def test_what_cannot_be_proven_is_left_to_stock(each: dict[str, Any]) -> None:
    _reader, column = (
        Column(name="f"),
        Column(
            name="f",
            type=each["type"],
            format=each.get("format", "default"),
            constraints=each.get("constraints", {}),
            options={key: each[key] for key in OPTIONS if key in each},
        ),
    )
    with pytest.raises(Uncovered):
        cell(column, "c0", Types())
