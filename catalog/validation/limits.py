"""What neither the engine nor stock is asked to read; nothing heavy is imported here."""

LONGEST_RECORD = 1 << 20
"""In bytes. DuckDB's own limit is set to the same."""

MOST_CELLS = 2_000
"""Of one record. DuckDB's reader, and the errors of stock, take the square of what a row has too much."""
