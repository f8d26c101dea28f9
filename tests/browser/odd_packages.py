"""Packages that are hard on a page: hostile texts, too many columns, too little said, other writing directions, no rows.

All of them are valid: a steward may publish each, and its pages have to stay readable and safe.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

BIDI = "\u202e"
SCRIPT = "<script>alert('script')</script>"
IMAGE = "<img src=x onerror=\"alert('image')\">"
BROKEN = "\"'><svg/onload=alert('svg')>"
TEMPLATE = "{{ 7*7 }}{% raw %}${alert('template')}"
LONG = "Donaudampfschifffahrtsgesellschaftskapitaen" * 6
EVIL = (
    SCRIPT,
    IMAGE,
    BROKEN,
    TEMPLATE,
    "</title></textarea></style></script><script>alert('closed')</script>",
    "<!--<script>alert('comment')</script>-->",
    "<a href=\"javascript:alert('link')\">here</a>",
    "<iframe srcdoc=\"<script>alert('frame')</script>\"></iframe>",
    "<style>*{display:none}</style>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "&lt;script&gt;alert('twice')&lt;/script&gt;",
    "]]><script>alert('cdata')</script>",
    f"{BIDI}gnp.exe",
    "\u2066\u2067abc",
    "שלום עולם مرحبا بالعالم",
    LONG,
    "=cmd|' /C calc'!A0",
)
"""What notes on attacks against catalogues list, each with a word of its own, so that a dialog tells where it came through."""
MARKDOWN = f"""{SCRIPT}

[a](javascript:alert('markdown')) ![b](x" onerror="alert('picture')) <img src=x onerror=alert('raw')>

[c](data:text/html,<script>alert('data')</script>) <https://evil.example/> {LONG}

| {IMAGE} | {LONG} |
|---|---|
| {BROKEN} | {BIDI}x |
"""
WIDE = 2_000
"""Columns: as many as the settings allow."""

Json = dict[str, Any]
Rows = Iterable[Sequence[str]]
Making = Callable[[], tuple[Json, Rows]]


def descriptor(name: str, fields: Sequence[Json], **changes: Any) -> Json:
    """As little as a package can say; the table is ``t``."""
    least = {
        "name": name,
        "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "resources": [{"name": "t", "path": "t.csv", "schema": {"fields": list(fields)}}],
        "catalog": {"sample": True},
    }
    return least | changes


def hostile() -> tuple[Json, Rows]:
    """Every text that a descriptor may hold, and every cell, tries to be more than text."""
    fields: list[Json] = [
        {
            "name": f"c{number}",
            "type": "string",
            "title": text,
            "description": f"{text}\n\n{MARKDOWN}",
            "example": text,
            "definition": {
                "translations": {"en": {"title": text, "description": text}},
                "section": text[:40],
                "source": text,
                "unit": text[:40],
            },
        }
        for number, text in enumerate(EVIL)
    ]
    fields[0]["constraints"] = {"enum": [SCRIPT, IMAGE]}
    english = {"title": SCRIPT + IMAGE, "description": MARKDOWN, "keywords": list(EVIL[:4])}
    said = descriptor(
        "hostile",
        fields,
        title=f"{SCRIPT}{IMAGE}{BROKEN}",
        description=MARKDOWN,
        version=SCRIPT,
        keywords=list(EVIL[:6]),
        sources=[{"title": IMAGE, "path": "https://evil.example/?x='onclick='alert(1)"}],
        contributors=[{"title": BROKEN, "role": "author"}],
        catalog={
            "sample": True,
            "publisher": {"id": "hostile-city", "name": SCRIPT, "translations": {"en": {"name": IMAGE}}},
            "translations": {"en": english},
            "contact": {"name": IMAGE},
            "views": [
                {
                    "name": "bars",
                    "kind": "bars",
                    "table": "t",
                    "title": IMAGE,
                    "description": SCRIPT,
                    "translations": {"en": {"title": SCRIPT, "description": IMAGE}},
                    "by": "c0",
                },
                {
                    "name": "find",
                    "kind": "finder",
                    "table": "t",
                    "title": SCRIPT,
                    "translations": {"en": {"title": IMAGE}},
                    "filters": ["c0"],
                    "columns": ["c0", "c1", "c2", "c3"],
                },
            ],
        },
    )
    said["resources"][0] |= {"title": IMAGE, "description": MARKDOWN}
    said["resources"][0]["schema"]["primaryKey"] = ["c0"]
    rows = [[SCRIPT, *EVIL[1:]], [IMAGE, *reversed(EVIL[1:])]]
    return said, rows


def wide() -> tuple[Json, Rows]:
    """2,000 columns, each with a definition."""
    fields = [
        {"name": f"c{each}", "type": "integer", "title": f"第{each}列の見出し", "description": f"{each}番目の値を記録する。"}
        for each in range(WIDE)
    ]
    return descriptor("wide", fields, title="列が2,000ある表"), [[str(each) for each in range(WIDE)]]


def long_title() -> tuple[Json, Rows]:
    """200 characters of title, without a place to break in the English one."""
    english = {"title": "Long" * 50, "description": "A title of two hundred characters."}
    said = descriptor(
        "long-title", [{"name": "a", "type": "integer"}], title="長い題名の" * 40, description="題名の長さの見本です。"
    )
    said["catalog"]["translations"] = {"en": english}
    return said, [["1"], ["2"]]


def bare() -> tuple[Json, Rows]:
    """No description, no English, no types, one row."""
    return descriptor("bare", [{"name": "a"}, {"name": "b"}], title="説明のない表"), [["1", "x"]]


def right_to_left() -> tuple[Json, Rows]:
    """Arabic and Hebrew, in descriptions and in cells."""
    field = {"name": "city", "title": "اسم المدينة", "description": "שם העיר כפי שהיא נכתבת.", "type": "string"}
    said = descriptor("right-to-left", [field], title="قائمة المدن שלום", description="هذه قائمة بالمدن، مكتوبة من اليمين.")
    return said, [["القاهرة"], ["ירושלים"], ["大阪 (أوساكا)"]]


def empty() -> tuple[Json, Rows]:
    """A header, and no row."""
    fields = [{"name": "a", "type": "integer", "title": "数"}, {"name": "b", "type": "string", "title": "名前"}]
    return descriptor("empty", fields, title="まだ1行もない表", description="これから記入する表です。"), []


ODD: Mapping[str, Making] = {
    "hostile": hostile,
    "wide": wide,
    "long-title": long_title,
    "bare": bare,
    "right-to-left": right_to_left,
    "empty": empty,
}

PAGES: Mapping[str, str] = {f"{name}: dataset": f"/dataset/{name}" for name in ODD} | {
    "hostile: schema": "/schema/hostile-t",
    "hostile: field": "/field/hostile-t-c1",
    "hostile: report": "/dataset/hostile/report",
    "hostile: dashboard": "/dashboard/hostile",
    "hostile: case": f"/dashboard/hostile/{quote(SCRIPT)}",
    "hostile: search": "/datasets?q=script",
    "hostile: publisher": "/publisher/hostile-city",
    "hostile: embedded": "/dataset/hostile?embed=1",
    "hostile: a search for it": f"/datasets?q={quote(SCRIPT + IMAGE)}",
    "wide: schema": "/schema/wide-t",
    "empty: report": "/dataset/empty/report",
}
"""The pages that they are looked at on."""


def write(folder: Path, name: str) -> Path:
    """The folder of one of them, made below ``folder``."""
    said, rows = ODD[name]()
    made = folder / name
    made.mkdir(parents=True)
    (made / "datapackage.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    if name == "hostile":
        (made / "README.md").write_text(MARKDOWN, encoding="utf-8")
    with (made / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([each["name"] for each in said["resources"][0]["schema"]["fields"]])
        writer.writerows(rows)
    return made
