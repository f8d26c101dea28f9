"""Everything that the views of a package need, written down when it is published: figures, pictures, traceable raw records."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from catalog.charts.nouns import Counted, Picture, freeze
from catalog.charts.specs import DRAWN, WIDTHS, Spec, size_of, spec
from catalog.model import LANGUAGES, Package, View
from catalog.vocabulary.codelists import CodeList

FOLDER = "charts/"
FIGURES, SPECS = f"{FOLDER}figures.json", f"{FOLDER}vega-lite.json"
"""The download paths of all figures, and of the charts in Vega-Lite with their data, by view and language."""


def picture_path(view: str, language: str, size: str) -> str:
    """The download path of a picture."""
    return f"{FOLDER}{view}-{language}-{size}.svg"


def write(package: Package, typed: Mapping[str, Path], codelists: Mapping[str, CodeList], workspace: Path) -> dict[str, Path]:
    """Work out every view and draw those that have a picture; ``typed`` are the tables' Parquet files by name.

    Answers with the files by download path. Where nothing may be drawn (``drawing.possible``), the figures stand alone.
    Raises as ``engine.faults``.
    """
    from catalog.charts.counting import count

    tables = {each.name: each for each in package.tables()}
    counted = [count(each, tables[each.table], typed[each.table], codelists) for each in package.views]
    written: dict[str, bytes] = {}
    if any(_is_drawn(each) for each in counted):
        counted, written = _drawn(package.views, counted)
    written[FIGURES] = freeze(counted)
    (workspace / FOLDER).mkdir(exist_ok=True)
    for path, body in written.items():
        (workspace / path).write_bytes(body)
    return {path: workspace / path for path in written}


def _is_drawn(counted: Counted) -> bool:
    return counted.kind in DRAWN and bool(counted.values)


def _drawn(views: Sequence[View], counted: list[Counted]) -> tuple[list[Counted], dict[str, bytes]]:
    """The figures with the sizes of their pictures, and the pictures."""
    from catalog.charts.drawing import draw, possible

    if not possible():
        return counted, {}
    written: dict[str, bytes] = {}
    told: dict[str, dict[str, Spec]] = {}
    found = []
    for view, figures in zip(views, counted, strict=True):
        pictures = []
        for language, size in product(LANGUAGES, WIDTHS) if _is_drawn(figures) else ():
            chart = spec(figures, language, size)
            written[picture_path(view.name, language, size)] = draw(chart, view.title.within(language), language)
            told.setdefault(view.name, {}).setdefault(language, chart)
            width, height = size_of(chart)
            pictures.append(Picture(language=language, size=size, width=width, height=height))
        found.append(replace(figures, pictures=tuple(pictures)))
    return found, written | {SPECS: json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()}
