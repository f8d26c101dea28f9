"""A catalogue with the sample cities and a table of figures about all of them, published once for the tests that read it."""

import json
from pathlib import Path
from typing import Any

from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store

BASE = "https://data.example.jp"
ROOT = Path(__file__).resolve().parent.parent.parent
CITIES = tuple(sorted(each.name for each in (ROOT / "datapackages").glob("81*")))
TSUKIHAMA, YUKIMORI, HOSHIHAMA, KIRIMINE = "812013", "812021", "812030", "812048"
FIGURES = ((TSUKIHAMA, "100", "0.5"), (YUKIMORI, "0", "1.5"), (HOSHIHAMA, "", ""), (TSUKIHAMA, "20", ""), ("822019", "-5", "2"))
"""People and a share: zero is a value, an empty cell is none; one city has two rows, one lies in another prefecture."""


def field(name: str, type_: str = "string", **definition: Any) -> dict[str, Any]:
    """A column with the texts that every column needs."""
    texts = {"title": f"{name}の題", "description": f"{name}の説明です。"}
    english = {"en": {"title": name.title(), "description": f"About {name}."}}
    return {"name": name, "type": type_, **texts, "definition": {"translations": english, **definition}}


def package(folder: Path, name: str, tables: dict[str, tuple[list[dict[str, Any]], str]], **catalog: Any) -> Path:
    """Write a sample package: for each table its columns and its rows as CSV without a header."""
    (folder / name / "data").mkdir(parents=True)
    resources = []
    for table, (fields, rows) in tables.items():
        header = ",".join(each["name"] for each in fields)
        (folder / name / f"data/{table}.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
        resources.append({"name": table, "title": table, "path": f"data/{table}.csv", "schema": {"fields": fields}})
    english = {"en": {"title": f"Package {name}", "description": "Made up for tests.", "keywords": ["tests"]}}
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"試験の{name}",
        "description": "試験のために作ったデータです。",
        "version": "1.0",
        "keywords": ["試験"],
        "licenses": [{"name": "CC0-1.0", "title": "CC0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "sources": [{"title": "本試験"}],
        "catalog": {"translations": english, "themes": ["SOCI"], "sample": True, **catalog},
        "resources": resources,
    }
    (folder / name / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder / name


def figures(folder: Path) -> Path:
    """Figures of several cities in one table of the operator, and a table that two columns of tell areas."""
    code = field("code", codelist="municipality-sample")
    many = "".join(f"{TSUKIHAMA},{YUKIMORI if number % 2 else ''}\n" for number in range(10))
    tables = {
        "figures": ([code, field("people", "integer", unit="person"), field("share", "number")], _csv(FIGURES)),
        "moves": ([field("to_code", codelist="municipality-sample"), field("from_code", codelist="municipality-sample")], many),
        "notes": ([field("note")], "何か\n"),
    }
    return package(folder, "figures", tables)


def _csv(rows: tuple[tuple[str, ...], ...]) -> str:
    return "".join(",".join(each) + "\n" for each in rows)


def catalogue(folder: Path, *names: str) -> Settings:
    """Publish sample cities and the figures."""
    settings = Settings(home=str(folder / "home"), base_url=BASE)
    with Store.open(settings) as store:
        for name in names or CITIES:
            publish(ROOT / "datapackages" / name, settings, store)
        publish(figures(folder), settings, store)
    return settings
