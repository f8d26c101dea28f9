"""Sheets of .xlsx and .ods, as stock frictionless reads them: nobody else's reading would be what it has found valid.

Cells have types there. For our own findings they are written as somebody would type them; what is published is a CSV of the
values that stock has made of them by the schema, written as stock writes values.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from frictionless import Package as StockPackage
from frictionless.resources import TableResource
from frictionless.system import system

from catalog.errors import Refusal
from catalog.model import Package, Resource
from catalog.tables import Table, table_of
from catalog.validation.plugin import switched_off

_TEXTS = ["string"]
"""What stock's own writer of CSV takes as it is."""


def read_sheet(package: Package, table: Resource) -> Table:
    """The header and the rows as texts, numbered as stock numbers them.

    Raises Refusal, without a finding, where stock cannot read it: its report says so.
    """
    return table_of(texts(package, table), table)


def texts(package: Package, table: Resource) -> Iterator[tuple[int, list[str]]]:
    """Every row of the sheet from the first, as somebody would type it. Raises Refusal as ``read_sheet`` does."""
    return ((number, [_text(each) for each in cells]) for number, cells in records(package, table))


def records(package: Package, table: Resource) -> Iterator[tuple[int, list[Any]]]:
    """Every row of the sheet from the first, with the values of its cells. Raises Refusal as ``read_sheet`` does."""
    try:
        with system.create_parser(_stock(package, table)) as parser:
            yield from enumerate(parser.cell_stream, start=1)
    except Exception:  # noqa: BLE001  its parsers let through what lxml, zipfile and openpyxl raise
        raise Refusal from None


def write_sheet(package: Package, table: Resource, target: Path) -> int:
    """Write the values of a valid table to ``target`` as UTF-8 CSV with a header in row 1; answers the number of rows."""
    count = 0
    with switched_off(), _stock(package, table) as stock, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(stock.header.labels if table.dialect.get("header", True) else stock.schema.field_names)
        for row in stock.row_stream:
            writer.writerow(row.to_list(types=_TEXTS))
            count += 1
    return count


def _stock(package: Package, table: Resource) -> TableResource:
    """The table alone: what its foreign keys refer to is not read."""
    described = next(each for each in package.descriptor["resources"] if each["name"] == table.name)
    schema = {key: value for key, value in described["schema"].items() if key != "foreignKeys"}
    alone = {**package.descriptor, "resources": [{**described, "schema": schema}]}
    with switched_off():
        return StockPackage.from_descriptor(alone, basepath=str(package.root)).get_resource(table.name)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
