"""One municipality across all datasets: what is published by it, covers it, or has rows about it; and figures side by side.

    index_all(writing, publications, files)       # inside the transaction that publishes
    store.areas.held("271004")                    # read by index
    compare(parquet, column, areas, "sum", limits)

docs/across-fields.md describes it for readers.
"""

from catalog.areas.entering import EDITION, edition, index_all, lines_of, refresh
from catalog.areas.localities import Locality, locality, suggestion
from catalog.areas.measuring import FUNCTIONS, Comparison, Measured, comparable, compare, figurative

__all__ = [
    "EDITION",
    "FUNCTIONS",
    "Comparison",
    "Locality",
    "Measured",
    "comparable",
    "compare",
    "edition",
    "figurative",
    "index_all",
    "lines_of",
    "locality",
    "refresh",
    "suggestion",
]
