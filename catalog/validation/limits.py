"""What neither the engine nor stock is asked to read; nothing heavy is imported here."""

LIMIT_ERRORS = 1_000
"""Errors of one table after which stock stops, unless it is told otherwise."""

LONGEST_RECORD = 1 << 20
"""In bytes. DuckDB's own limit is set to the same."""

MOST_CELLS = 2_000
"""Of one record. DuckDB's reader, and the errors of stock, take the square of what a row has too much."""
