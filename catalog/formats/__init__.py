"""Typed rows: read once from the canonical CSV with stock's casts, written as Parquet, NDJSON, JSON, GeoJSON, CSV, xlsx.

    with typed(csv, table, rows, readers) as values:
        write_parquet(values, table, target)

A Parquet file is typed already: ``of_parquet`` reads it. Everything is streamed; memory does not grow with the table.
"""

from catalog.formats.casting import Reader, Readers
from catalog.formats.columns import Column, columns, columns_in
from catalog.formats.coordinates import Coordinates, axis_of, coordinates_of
from catalog.formats.delimited import write_csv
from catalog.formats.engine import faults
from catalog.formats.jsontext import write_geojson, write_json, write_ndjson
from catalog.formats.labels import headers, labelled, labels_of
from catalog.formats.parquet import DEFINITIONS, definitions, write_parquet
from catalog.formats.reading import Typed, count_rows, fields_in, of_parquet, typed
from catalog.formats.sheets import refuse_too_large, write_sheets

__all__ = [
    "DEFINITIONS",
    "Column",
    "Coordinates",
    "Reader",
    "Readers",
    "Typed",
    "axis_of",
    "columns",
    "columns_in",
    "coordinates_of",
    "count_rows",
    "definitions",
    "faults",
    "fields_in",
    "headers",
    "labelled",
    "labels_of",
    "of_parquet",
    "refuse_too_large",
    "typed",
    "write_csv",
    "write_geojson",
    "write_json",
    "write_ndjson",
    "write_parquet",
    "write_sheets",
]
