"""A table with a column of every kind, as Parquet and as JSON lines, and a model of it in plain Python."""

import json
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from catalog.model import Field, Schema
from catalog.query import Column, Limits, columns_of

FIELDS = (
    Field(name="番号", type="integer"),
    Field(name="名称", type="string"),
    Field(name="city", type="string"),
    Field(name="amount", type="integer"),
    Field(name="huge", type="integer"),
    Field(name="price", type="number"),
    Field(name="exact", type="number"),
    Field(name="open", type="boolean"),
    Field(name="day", type="date"),
    Field(name="at", type="datetime"),
    Field(name="sent", type="datetime"),
    Field(name="hour", type="time"),
    Field(name="month", type="yearmonth"),
    Field(name="緯度", type="number"),
    Field(name="経度", type="number"),
    Field(name="extra", type="object"),
)
SCHEMA = Schema(fields=FIELDS, primary_key=("番号",))
_TYPES = (
    "BIGINT", "VARCHAR", "VARCHAR", "BIGINT", "DECIMAL(38,0)", "DOUBLE", "DECIMAL(12,2)", "BOOLEAN", "DATE", "TIMESTAMP",
    "TIMESTAMPTZ", "TIME", "VARCHAR", "DOUBLE", "DOUBLE", "VARCHAR",
)  # fmt: skip
_NAMES = ("避難所", "コロナ", "ab", "AB", "a,b", "O'Brien", 'quote"d', "１０", "x' OR '1'='1", "")


def rows_of(count: int) -> list[dict[str, Any]]:
    """Invented rows, the same every time: few values a column, so that sorting meets ties and groups have members."""
    found = []
    for number in range(count):
        mixed = (number * 7919 + 13) % 1009

        def some(value: Any, every: int, mixed: int = mixed) -> Any:
            return None if mixed % every == 0 else value

        found.append(
            {
                "番号": number,
                "名称": some(_NAMES[mixed % len(_NAMES)], 11),
                "city": ("堺市", "大阪市", "東大阪市")[mixed % 3],
                "amount": some(mixed % 9 - 4, 7),
                "huge": some(10**30 + mixed % 5, 5),
                "price": some((mixed % 13) / 4 if mixed % 29 else math.inf, 6),
                "exact": some(Decimal(mixed % 17 - 8) / 4, 9),
                "open": some(mixed % 2 == 0, 8),
                "day": some(date(2020, 1 + mixed % 12, 1 + mixed % 3), 10),
                "at": some(datetime(2020, 4, 1 + mixed % 4, mixed % 24, 30), 12),  # noqa: DTZ001  a time without a zone
                "sent": some(datetime(2020, 4, 1 + mixed % 4, mixed % 24, tzinfo=UTC), 13),
                "hour": some(time(mixed % 24, 15), 14),
                "month": f"2020-{1 + mixed % 12:02}",
                "緯度": some(34.5 + (mixed % 100) / 200, 15),
                "経度": some(135.3 + (mixed % 70) / 150, 15),
                "extra": some(json.dumps({"a": mixed % 4}, ensure_ascii=False), 3),
            }
        )
    return found


def shown(name: str, value: Any) -> Any:
    """A value as JSON has it."""
    if value is None:
        return None
    if isinstance(value, float) and math.isinf(value):
        return "Infinity"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + ("Z" if value.tzinfo else "")
    if isinstance(value, date | time):
        return value.isoformat()
    return json.loads(value) if name == "extra" else value


class Sample:
    """The table in a folder of its own. No dataclass: hypothesis would write out all of its rows."""

    def __init__(self, folder: Path, count: int) -> None:
        self.rows = rows_of(count)
        self.parquet = write(folder, self.rows)
        self.ndjson = folder / "sample.ndjson"
        self.limits = Limits(folders=(folder,), seconds=20)
        self.columns: tuple[Column, ...] = columns_of(self.parquet, SCHEMA, self.limits)
        lines = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in self.shown]
        self.ndjson.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [{name: shown(name, value) for name, value in row.items()} for row in self.rows]


def write(folder: Path, rows: list[dict[str, Any]], name: str = "sample", row_group: int = 2048) -> Path:
    """The rows as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        columns = ", ".join(f'"{each.name}" {type_}' for each, type_ in zip(FIELDS, _TYPES, strict=True))
        connection.execute(f"CREATE TABLE t ({columns})")
        if rows:
            places = ", ".join("?" for _each in FIELDS)
            connection.executemany(f"INSERT INTO t VALUES ({places})", [[row[each.name] for each in FIELDS] for row in rows])
        target = folder / f"{name}.parquet"
        connection.execute(f"COPY t TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE {row_group})")
    return target
