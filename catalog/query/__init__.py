"""Questions to one table: read from a query string, answered from Parquet with DuckDB under hard limits. No HTTP here.

    columns = columns_of(parquet, schema, limits)
    question = parse([("pref__exact", "27"), ("sort", "-population"), ("limit", "10")], columns)
    answer(parquet, question, limits, rows=ndjson).rows

Names go into SQL from the table's own columns only; whatever a client sends is bound as a value. The grammar is described for
readers in docs/rows-api.md. ``compare`` tells two versions of a table apart, row by row.
"""

from catalog.query.answering import Answer, answer, identity_of
from catalog.query.columns import OPERATORS, Column, Place, columns_of, places_of
from catalog.query.comparing import Comparison, Difference, Side, as_object, compare
from catalog.query.engine import Limits
from catalog.query.parsing import AREA, WORDS, area_columns, area_word, measures_of, parse
from catalog.query.questions import FORMATS, MOST, USUAL, BadQuestion, Question
from catalog.query.rendering import csv_of, geojson, ndjson
from catalog.query.statements import row_id

__all__ = [
    "AREA",
    "FORMATS",
    "MOST",
    "OPERATORS",
    "USUAL",
    "WORDS",
    "Answer",
    "BadQuestion",
    "Column",
    "Comparison",
    "Difference",
    "Limits",
    "Place",
    "Question",
    "Side",
    "answer",
    "area_columns",
    "area_word",
    "as_object",
    "columns_of",
    "compare",
    "csv_of",
    "geojson",
    "identity_of",
    "measures_of",
    "ndjson",
    "parse",
    "places_of",
    "row_id",
]
