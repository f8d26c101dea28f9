"""Declared views of published tables: figures, charts as Vega-Lite and SVG, the values beside them (docs/views.md).

``write`` works out and draws, with DuckDB and V8, when a version is published; ``thaw`` reads what it wrote.
"""

from catalog.charts.keeping import FIGURES, FOLDER, SPECS, picture_path, write
from catalog.charts.nouns import Axis, Category, Counted, Filter, Group, Number, Pairs, Picture, Unknown, narrowed, thaw
from catalog.charts.specs import DRAWN, WIDTHS

__all__ = [
    "DRAWN",
    "FIGURES",
    "FOLDER",
    "SPECS",
    "WIDTHS",
    "Axis",
    "Category",
    "Counted",
    "Filter",
    "Group",
    "Number",
    "Pairs",
    "Picture",
    "Unknown",
    "narrowed",
    "picture_path",
    "thaw",
    "write",
]
