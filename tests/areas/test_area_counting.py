"""Rows by area, counted from the profiles that a version keeps, or in its typed file: the same either way."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from across_samples import TSUKIHAMA, field, figures, package

from catalog import areas
from catalog.dcat import shipped
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store


def test_profiles_and_rows_count_the_same(settings: Settings, tmp_path: Path) -> None:
    """Columns of few values are counted from their profiles; the same table without them is counted row by row."""
    listed = shipped.codelist("municipality-sample")
    assert listed is not None
    codes = [each for place, each in enumerate(listed.codes[:30]) for _time in range(place + 1)]
    many = {"many": ([field("n", "integer"), field("code", codelist="municipality-sample")], "")}
    many["many"] = (many["many"][0], "".join(f"{number},{code}\n" for number, code in enumerate(codes)))
    with Store.open(settings) as store:
        publish(figures(tmp_path), settings, store)
        publish(package(tmp_path, "many", many), settings, store)
        for dataset, table, expected in (
            ("figures", "figures", {TSUKIHAMA: 2, "812021": 1, "812030": 1, "822019": 1}),
            ("figures", "moves", {TSUKIHAMA: 10}),
            ("many", "many", dict(Counter(codes))),
        ):
            publication = store.latest(dataset)
            without = replace(publication, files=tuple(each for each in publication.files if each.role != "statistics"))
            for one in (publication, without):
                known = areas.lines_of(one, store.files.open)
                assert {each.code: each.rows for each in known if each.resource == table} == expected
