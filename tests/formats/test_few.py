"""Tables of few cells are typed in Python: byte by byte as the engine types them, or not at all."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from format_samples import CELLS, FIELDS, canonical, parquet_of, stock, table, typed_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import formats
from catalog.formats import few
from catalog.formats.few import Cells, values_of
from catalog.model import Field, Resource
from catalog.validation.casting import reader

PLAIN = {
    "string",
    "any",
    "integer",
    "number",
    "number float",
    "boolean",
    "boolean ja",
    "date",
    "datetime",
    "time",
    "year",
    "yearmonth",
}
PLAIN |= {"duration", "geopoint", "email", "uri", "uuid", "binary", "missing of its own", "missing numbers"}
PLAIN |= {"boolean many", "many are missing"}


def cells_of(path: Path, resource: Resource, rows: int) -> Cells:
    assert resource.schema is not None
    fields = resource.schema.fields
    missing = tuple(("",) if each.missing_values is None else each.missing_values for each in fields)
    return Cells(path=path, rows=rows, width=len(fields), fields=fields, places=tuple(range(len(fields))), missing=missing)


def read_here(folder: Path, resource: Resource, rows: Sequence[Sequence[str]]) -> bool:
    assert resource.schema is not None
    return values_of(cells_of(canonical(folder, resource.schema.names(), rows), resource, len(rows))) is not None


def both(folder: Path, resource: Resource, rows: Sequence[Sequence[str]]) -> list[tuple[bytes, bytes]]:
    """Parquet and NDJSON as written for a table of few cells, and by the engine."""
    found = []
    for most in (few.CELLS, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(few, "CELLS", most)
            parquet = parquet_of(folder, resource, rows)
            found.append((parquet.read_bytes(), parquet.with_suffix(".ndjson").read_bytes()))
    return found


@pytest.mark.parametrize("name", FIELDS)
def test_what_is_read_here_is_what_the_engine_reads(name: str, tmp_path: Path) -> None:
    resource = table(FIELDS[name], Field(name="n", type="integer"))
    taken = [cell for cell, _cast in stock(FIELDS[name], CELLS)]
    here = [cell for cell in taken if read_here(tmp_path, resource, [[cell, "1"]])]
    assert bool(here) == (name in PLAIN)
    ours, engines = both(tmp_path, resource, [[cell, str(number)] for number, cell in enumerate(here)])
    assert ours == engines


WRITTEN = {
    "string": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12),
    "integer": st.integers(-(10**18) + 1, 10**18 - 1).map(str) | st.sampled_from(["+5", "007", "-0"]),
    "number": st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**8), max_value=10**8).map(str)
    | st.integers(-(10**13), 10**13).map(str)
    | st.sampled_from(["+1.50", "-0.0", "00.10"]),
    "boolean": st.sampled_from(["true", "false", "TRUE", "0", "1"]),
    "date": st.dates().map(str),
    "datetime": st.tuples(st.dates(date(1, 1, 3), date(9999, 12, 29)), st.times()).map(
        lambda each: f"{each[0]}T{each[1].isoformat(timespec='seconds')}"
    ),
    "time": st.times().map(lambda each: each.isoformat(timespec="seconds")),
    "year": st.integers(0, 9999).map(lambda each: f"{each:04d}"),
    "yearmonth": st.dates().map(lambda each: each.isoformat()[:7]),
    "geopoint": st.tuples(st.integers(-179, 179), st.integers(-89, 89)).map(lambda each: f"{each[0]}.5,{each[1]}.25"),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), types=st.lists(st.sampled_from(sorted(WRITTEN)), min_size=1, max_size=5), count=st.integers(0, 12))
def test_tables_of_few_cells_are_typed_alike(tmp_path: Path, data: st.DataObject, types: list[str], count: int) -> None:
    names = data.draw(
        st.lists(st.text("aA名 %\"'.[]", min_size=1, max_size=4), min_size=len(types), max_size=len(types), unique=True)
    )
    resource = table(*(Field(name=name, type=each) for name, each in zip(names, types, strict=True)))
    rows = [[data.draw(WRITTEN[each] | st.just("")) for each in types] for _row in range(count)]
    ours, engines = both(tmp_path, resource, [row for row in rows if any(row)])
    assert ours == engines


def test_a_column_that_the_file_lacks_is_empty(tmp_path: Path) -> None:
    resource = table(Field(name="a", type="integer"), Field(name="b", type="date"), fields_match="partial")
    path = canonical(tmp_path, ["c", "a"], [["x", "1"], ["y", "2"]])
    found = []
    for most in (few.CELLS, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(few, "CELLS", most)
            parquet = typed_files(path, resource, 2)
            found.append((parquet.read_bytes(), parquet.with_suffix(".ndjson").read_bytes()))
    assert found[0] == found[1]
    assert found[0][1] == b'{"a":1,"b":null,"c":"x"}\n{"a":2,"b":null,"c":"y"}\n'


@pytest.mark.parametrize(
    "rows",
    [[["1"], ["2"]], [["1", "2", "3"]], [["\x1b", "1"]], [["a", "1"]] * 3_001],
    ids=["too narrow", "too wide", "a control character", "many cells"],
)
def test_the_engine_is_asked_of_other_tables(rows: list[list[str]], tmp_path: Path) -> None:
    assert not read_here(tmp_path, table(Field(name="a"), Field(name="b")), rows)


def test_a_column_that_can_never_be_empty_is_left_to_the_engine(tmp_path: Path) -> None:
    assert not read_here(tmp_path, table(Field(name="a", missing_values=())), [["x"]])


def test_names_that_the_engine_takes_for_one_are_left_to_it(tmp_path: Path) -> None:
    assert not read_here(tmp_path, table(Field(name="a"), Field(name="A")), [["x", "y"]])


def test_every_format_is_made_of_values_that_are_held(tmp_path: Path) -> None:
    resource = table(Field(name="a", type="integer"), Field(name="b", type="date"))
    path = canonical(tmp_path, ["a", "b"], [["1", "2020-01-02"], ["2", ""]])
    with formats.typed(path, resource, 2, reader) as values:
        assert values.held
        formats.write_json(values, tmp_path / "t.json", {})
        formats.write_sheets(values, resource, tmp_path / "t.xlsx")
    assert (tmp_path / "t.json").read_text() == '{"rows": [\n{"a":1,"b":"2020-01-02"},\n{"a":2,"b":null}\n]}\n'


def test_a_small_table_is_cheap(tmp_path: Path) -> None:
    resource = table(Field(name="id", type="integer"), Field(name="name"), Field(name="people", type="number"))
    path = canonical(tmp_path, ["id", "name", "people"], [[str(n), f"施設{n}", f"{n / 4}"] for n in range(100)])
    typed_files(path, resource, 100)
    assert min(_seconds(path, resource) for _time in range(5)) < 0.02  # 2.5 ms on a quiet machine


def _seconds(path: Path, resource: Resource) -> float:
    start = time.process_time()
    typed_files(path, resource, 100)
    return time.process_time() - start
