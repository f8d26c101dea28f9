"""Names of local governments by their code, from the tables that the shipped code lists are kept in. No rdflib here.

A description names its areas on every publication, so the two columns that it needs are read directly, once.
"""

import csv
from collections.abc import Mapping
from functools import cache

from catalog.model import Text
from catalog.standards.reading import shipped
from catalog.vocabulary.codelists import FOLDER

_TABLES = ("local-government.csv", "municipality.csv", "municipality-sample.csv")


def name_of(code: str) -> Text:
    """What the area of that six-digit code is called, with its prefecture in Japanese; an empty text where it is not known."""
    return _names().get(code, Text())


@cache
def codes_by_name() -> Mapping[str, str]:
    """The codes of local governments by what they are called in Japanese, with and without the prefecture, where one only is."""
    prefectures = tuple(name.ja for code, name in _names().items() if code[2:5] == "000")
    found: dict[str, set[str]] = {}
    for code, name in _names().items():
        before = next((each for each in prefectures if name.ja.startswith(each)), "")
        for called in {name.ja, name.ja.removeprefix(before) or name.ja}:
            found.setdefault(called, set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if name and len(codes) == 1}


@cache
def _names() -> Mapping[str, Text]:
    folder = shipped().parent / FOLDER
    found = {}
    for table in _TABLES:
        with (folder / table).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["code"]] = Text(ja=row.get("full_name") or row["name_ja"], en=row["name_en"])
    return found
