"""Random tables: schemas x files x dirt, from a seed. What the screen says of them is held against stock."""

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.model import Json, Package
from catalog.validation import Outcome, stock, validate_package
from catalog.validation.beginnings import told

V2 = "https://datapackage.org/profiles/2.0/datapackage.json"

ODD = (
    "", "-", " ", "1", "01", "+1", "-1", "−1", "1_000", "１２３", "٣", " 7 ", "7\n", "1\t", "\u30005",
    "1.0", "1.5", "1e3", "1E+3", "1,000", "1.000,5", "¥1,000", "50%", "NaN", "nan", "sNaN", "INF",
    "-inf", "Infinity", "0x10", "1__0", "_1", "1.", "-.5", "1 000", "-0", "-0.0", "0.0", "1.10", "1.1",
    "100", "1e2", "1E2", "99999999999999999999999999", "0.30000000000000001", "1e400", "1e-400", "true",
    "TRUE", "True", "tRue", "yes", "t", "0", "false", "はい", "2024-01-02", "2024-1-2", "2024/01/02",
    "20240102", "2024-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "２０２４-01-02",
    " 2024-01-02", "2024-01-02 ", "2024-W01-1", "令和6年1月2日", "2024年01月02日", "2024年1月2日",
    "2024-01-02T03:04:05", "2024-01-02T03:04:05Z", "2024-01-02T12:04:05+09:00", "2024-01-02 03:04:05",
    "2024-01-02T03:04", "2024-01-02T24:00:00", "2024-01-02T03:04:60Z", "2024-01-02T03:04:05.123Z",
    "2024-01-02T03:04:05.000", "03:04:05", "03:04", "3:04:05", "03:04:05Z", "24:00:00", "2024", "02024",
    "-024", "２０２４", "+202", " 202", "0202", "2024-01", "2024-13", "2024-1", " 2024 - 01 ",
    "34.69,135.50", "135.50, 34.69", "135.5,34.6", "181,0", "180,90", "180,0", "[135.5,34.69]",
    '{"lon":135.5,"lat":34.69}', "[1,2]", '{"a":1}', "null", '"x"', "a;b", "a,b", ",", "大阪", "大阪\n",
    "が", "が", "👨\u200d👩\u200d👧", "a@b.jp", "a@localhost", "https://x.jp/", "//x", "http:", "日本語@例え.jp",
    "123e4567-e89b-12d3-a456-426614174000", "ＡＢＣ", "a\u2028b", "a\x0bb", "#x", "'q'", "\\", "\\N",
    "NULL", "None", "a\tb", "ab\n", "axx", "\ufeffx", "\x01\x02\x01", "\x1f", "é", "é", "ﾊﾝｶｸ",
)  # fmt: skip
"""Cells that one reader takes otherwise than another."""

Make = Callable[[random.Random], str]

CLEAN: dict[str, Make] = {
    "string": lambda r: r.choice(["大阪", "堺市", "ab", "abc", "x y", 'say "hi"', "a,b", "二\n行", "", "é"]),
    "integer": lambda r: str(r.randint(-9, 9999)),
    "number": lambda r: f"{r.uniform(-9, 99):.{r.randint(0, 3)}f}",
    "date": lambda r: f"20{r.randint(10, 30)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}",
    "datetime": lambda r: f"2024-{r.randint(1, 12):02d}-01T0{r.randint(0, 9)}:00:00",
    "boolean": lambda r: r.choice(["true", "false", "1", "0"]),
    "year": lambda r: str(r.randint(1900, 2030)),
    "yearmonth": lambda r: f"2024-{r.randint(1, 12):02d}",
    "time": lambda r: f"{r.randint(0, 23):02d}:04:05",
    "geopoint": lambda r: f"{r.uniform(-179, 179):.3f},{r.uniform(-89, 89):.2f}",
    "any": lambda r: r.choice(["q", "", "1"]),
}
SPECIAL: tuple[tuple[Json, Make], ...] = (
    ({"type": "number", "groupChar": ","}, lambda r: f"{r.randint(0, 10**7):,}"),
    (
        {"type": "number", "groupChar": ".", "decimalChar": ","},
        lambda r: f"{r.uniform(0, 9999):,.2f}".translate({44: 46, 46: 44}),
    ),
    ({"type": "number", "decimalChar": ","}, lambda r: f"{r.uniform(0, 99):.2f}".replace(".", ",")),
    (
        {"type": "number", "bareNumber": False},
        lambda r: r.choice(["¥{}", "{}円", "{}", "約{} kg", "-{}%"]).format(r.randint(0, 99)),
    ),
    ({"type": "integer", "bareNumber": False}, lambda r: r.choice(["¥{}", "{}人", "{}", "-{}"]).format(r.randint(0, 99))),
    ({"type": "number", "floatNumber": True}, lambda r: str(r.uniform(0, 9))),
    ({"type": "date", "format": "%Y/%m/%d"}, lambda r: f"2024/{r.randint(1, 12):02d}/{r.randint(1, 28):02d}"),
    ({"type": "date", "format": "%Y%m%d"}, lambda r: f"2024{r.randint(1, 12):02d}{r.randint(1, 28):02d}"),
    ({"type": "date", "format": "%Y年%m月%d日"}, lambda r: f"2024年{r.randint(1, 12):02d}月{r.randint(1, 28):02d}日"),
    ({"type": "datetime", "format": "%Y-%m-%d %H:%M"}, lambda r: f"2024-01-{r.randint(1, 28):02d} 0{r.randint(0, 9)}:30"),
    ({"type": "time", "format": "%H:%M"}, lambda r: f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}"),
    ({"type": "datetime"}, lambda r: f"2024-{r.randint(1, 12):02d}-01T0{r.randint(0, 9)}:00:00Z"),
    (
        {"type": "boolean", "trueValues": ["はい", "1"], "falseValues": ["いいえ", "0"]},
        lambda r: r.choice(["はい", "いいえ", "1"]),
    ),
    ({"type": "string", "format": "email"}, lambda r: f"a{r.randint(0, 9)}@example.jp"),
    ({"type": "string", "format": "uri"}, lambda r: f"https://example.jp/{r.randint(0, 99)}"),
    ({"type": "string", "format": "uuid"}, lambda r: f"123e4567-e89b-12d3-a456-4266141740{r.randint(10, 99)}"),
)
UNPROVEN: tuple[tuple[Json, Make], ...] = (
    ({"type": "object"}, lambda _r: '{"a":1}'),
    ({"type": "array"}, lambda _r: "[1]"),
    ({"type": "list"}, lambda _r: "a,b"),
    ({"type": "duration"}, lambda _r: "P1D"),
    ({"type": "date", "format": "any"}, lambda _r: "2 Jan 2024"),
    ({"type": "string", "format": "wkt"}, lambda _r: "POINT (1 2)"),
    ({"type": "geopoint", "format": "array"}, lambda _r: "[135, 34]"),
    ({"type": "string", "constraints": {"pattern": "(?!x).*"}}, lambda _r: "ab"),
)
CONSTRAINTS: dict[str, tuple[Json, ...]] = {
    "string": (
        {"required": True}, {"maxLength": 4}, {"minLength": 2}, {"minLength": 1, "maxLength": 3}, {"pattern": "[a-z]+"},
        {"pattern": "a|b"}, {"pattern": "^ab?c*$"}, {"pattern": r"\w+"}, {"pattern": "[^,]*"}, {"pattern": ".*"},
        {"pattern": "[ぁ-ん一-龠]+"},
        {"enum": ["大阪", "堺市", "ab", "abc", "x y"]}, {"enum": ["ab"]}, {"enum": [str(n) for n in range(40)] + ["大阪", "ab"]},
        {"required": True, "enum": ["大阪", "ab", "abc"]},
    ),
    "integer": (
        {"required": True}, {"minimum": 0}, {"maximum": 9000}, {"minimum": "1"}, {"enum": [1, 2, "3"]}, {"enum": list(range(60))},
        {"exclusiveMinimum": 0, "exclusiveMaximum": 5000}, {"minimum": -1, "maximum": 1.0},
    ),
    "number": (
        {"minimum": 0, "maximum": 98.5}, {"exclusiveMinimum": 0}, {"enum": [1, 1.5, "2.5"]}, {"maximum": 0.3}, {"minimum": 100},
        {"exclusiveMaximum": 50, "required": True},
    ),
    "date": ({"minimum": "2012-01-01"}, {"exclusiveMaximum": "2024-01-02"}, {"enum": ["2024-01-02"]}, {"required": True}),
    "datetime": (
        {"minimum": "2024-02-01T00:00:00"}, {"maximum": "2024-05-01T00:00:00Z"}, {"enum": ["2024-01-02T03:04:05"]},
    ),
    "time": ({"minimum": "09:00:00"}, {"exclusiveMaximum": "17:00:00"}),
    "boolean": ({"required": True},),
    "year": ({"minimum": "1950"}, {"maximum": 2000}, {"enum": ["2024", 1999]}),
    "yearmonth": ({"minimum": "2024-03"}, {"enum": ["2024-01"]}),
    "any": ({"required": True}, {"enum": ["q", "1"]}),
    "geopoint": ({"required": True},),
}  # fmt: skip
PATTERNED = {
    "%Y/%m/%d": "2024/03/05",
    "%Y%m%d": "20240305",
    "%Y年%m月%d日": "2024年03月05日",
    "%Y-%m-%d %H:%M": "2024-01-09 05:30",
}
MISSING = ([""], ["", "-"], ["", "1"], ["NA", ""], ["-"], [], ["", "-", "NA", "x", "なし"])
OPTIONS = ("format", "groupChar", "decimalChar", "bareNumber", "floatNumber", "trueValues", "falseValues")
KEYS = ("string", "integer", "number", "date", "datetime", "year", "yearmonth", "boolean", "time", "any")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16")


@dataclass
class Table:
    """A table to be written: ``makers`` make a clean cell of each column."""

    name: str
    fields: list[dict[str, Any]]
    makers: list[Make]
    schema: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)


def write_case(folder: Path, seed: int, *, wild: bool = False, without: dict[str, set[int]] | None = None) -> None:
    """A package of one or two tables in ``folder``. ``wild``: also what the screen leaves to stock on purpose.

    ``without``: rows that are left out, by table and place; no dirt is added then.
    """
    r = random.Random(seed)
    is_v2 = r.random() < 0.6
    other = _table(r, "other", is_v2=is_v2, wild=False)
    data = _table(r, "data", is_v2=is_v2, wild=wild)
    tables = [data]
    _fill(r, other, r.randint(0, 12))
    _fill(r, data, r.choice([0, 1, 3, 10, 30, 90]))
    if r.random() < 0.45:
        _refer(r, data, other)
        tables.append(other)
    elif r.random() < 0.2:
        _refer(r, data, data)
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        _spoil(r, table, dirt=r.choice([0, 0, 0.02, 0.1, 0.4]) if without is None else 0)
        table.rows = [row for place, row in enumerate(table.rows) if place not in (without or {}).get(table.name, ())]
        _write(r, folder, table)
    descriptor: dict[str, Any] = {"name": f"case-{seed}", "title": "例", "resources": [_resource(each) for each in tables]}
    if is_v2:
        descriptor["$schema"] = V2
    if r.random() < 0.1:
        descriptor["note"] = "a member that nobody knows"
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")


def _table(r: random.Random, name: str, *, is_v2: bool, wild: bool) -> Table:
    table = Table(name, [], [])
    for number in range(r.randint(1, 6)):
        described, make = _field(r, wild=wild)
        described["name"] = f"f{number}" if r.random() < 0.9 else f"列 {number}"
        constraints = described.get("constraints", {})
        if not is_v2:
            constraints = {key: value for key, value in constraints.items() if not key.startswith("exclusive")}
        if r.random() < 0.12 and described["type"] in KEYS:
            constraints = {**constraints, "unique": True}
        if constraints:
            described["constraints"] = constraints
        if is_v2 and r.random() < 0.1:
            described["missingValues"] = r.choice([["", "x"], ["none"], [{"value": "-", "label": "なし"}, {"value": ""}]])
        table.fields.append(described)
        table.makers.append(make)
    table.schema = {"fields": table.fields}
    if r.random() < 0.6:
        table.schema["missingValues"] = r.choice(
            [[""], ["", "-"], ["", "1"], ["NA", ""], ["-"], [], ["", "-", "NA", "x", "なし"]]
        )
    if r.random() < 0.5:
        places = r.sample(range(len(table.fields)), min(len(table.fields), r.choice([1, 1, 1, 2, 3])))
        if all(table.fields[place]["type"] in KEYS for place in places):
            table.schema["primaryKey"] = [table.fields[place]["name"] for place in places]
    if is_v2 and r.random() < 0.15:
        table.schema["fieldsMatch"] = r.choice(["exact", "equal", "subset", "superset", "partial"])
    return table


def _field(r: random.Random, *, wild: bool) -> tuple[dict[str, Any], Make]:
    chance = r.random()
    if wild and chance < 0.08:
        described, make = r.choice(UNPROVEN)
        return dict(described), make
    if chance < 0.25:
        described, make = r.choice(SPECIAL)
        described = dict(described)
        if r.random() < 0.3 and described.get("format") in PATTERNED:
            described["constraints"] = {r.choice(["minimum", "maximum"]): PATTERNED[described["format"]]}
        elif r.random() < 0.3 and described["type"] == "number" and "bareNumber" not in described:
            described["constraints"] = {"minimum": 5, "maximum": 900.5}
        return described, make
    type_ = r.choice(list(CLEAN)) if r.random() < 0.6 else r.choice(["string", "integer", "number", "date"])
    described = {"type": type_}
    if r.random() < 0.5:
        described["constraints"] = dict(r.choice(CONSTRAINTS[type_]))
    return described, CLEAN[type_]


def _fill(r: random.Random, table: Table, count: int) -> None:
    key = table.schema.get("primaryKey", [])
    unique = {each["name"] for each in table.fields if each.get("constraints", {}).get("unique")} | set(key[:1])
    for number in range(count):
        row = []
        for described, make in zip(table.fields, table.makers, strict=True):
            cell = make(r)
            if described["name"] in unique and r.random() < 0.97:
                cell = _nth(described["type"], number) or cell
            elif r.random() < 0.05:
                cell = "" if r.random() < 0.7 else "-"
            row.append(cell)
        table.rows.append(row)


def _nth(type_: str, number: int) -> str:
    return {
        "string": f"k{number}",
        "any": f"k{number}",
        "integer": str(number),
        "number": f"{number}.50" if number % 2 else str(number),
        "date": f"20{number // 28 + 10}-01-{number % 28 + 1:02d}",
        "year": str(1900 + number),
        "datetime": f"2024-01-{number % 28 + 1:02d}T{number // 28:02d}:00:00",
        "time": f"{number // 60:02d}:{number % 60:02d}:00",
        "yearmonth": f"{2000 + number // 12}-{number % 12 + 1:02d}",
    }.get(type_, "")


def _refer(r: random.Random, table: Table, other: Table) -> None:
    """A foreign key over one or two columns, mostly of one type, to rows that are mostly there."""
    size = min(r.choice([1, 1, 2]), len(table.fields), len(other.fields))
    own, others = r.sample(range(len(table.fields)), size), r.sample(range(len(other.fields)), size)
    if any(
        each["type"] not in KEYS for each in [table.fields[place] for place in own] + [other.fields[place] for place in others]
    ):
        return
    if r.random() < 0.85 and table is not other:
        for place, target in zip(own, others, strict=True):
            described = {key: value for key, value in table.fields[place].items() if key not in (*OPTIONS, "constraints")}
            alike = {key: value for key, value in other.fields[target].items() if key in (*OPTIONS, "type")}
            table.fields[place].clear()
            table.fields[place].update(described | alike)
    for row in table.rows:
        if other.rows and r.random() < 0.9:
            found = r.choice(other.rows)
            for place, target in zip(own, others, strict=True):
                row[place] = found[target]
    table.schema["foreignKeys"] = [
        {
            "fields": [table.fields[place]["name"] for place in own],
            "reference": {
                "resource": "" if table is other else other.name,
                "fields": [other.fields[target]["name"] for target in others],
            },
        }
    ]


def _spoil(r: random.Random, table: Table, dirt: float) -> None:
    for index, row in enumerate(table.rows):
        if r.random() >= dirt:
            continue
        kind = r.random()
        if kind < 0.7:
            row[r.randrange(len(row))] = r.choice(ODD)
        elif kind < 0.76:
            row.extend(r.choice([[""], ["x"], ["", "a", "b"]]))
        elif kind < 0.82:
            del row[r.randrange(len(row)) :]
        elif kind < 0.86:
            row[:] = [""] * len(row)
        else:
            table.rows[index] = list(r.choice(table.rows))


def _write(r: random.Random, folder: Path, table: Table) -> None:
    dialect, head = _dialect(r, table)
    delimiter = r.choice([",", ",", ",", ";", "\t"])
    if delimiter != ",":
        dialect["delimiter"] = delimiter
    line_end = r.choice(["\n", "\n", "\n", "\r\n"])
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=r.choice([0, 0, 0, 1]))
    writer.writerows(head)
    for row in table.rows:
        writer.writerow(row)
        if r.random() < 0.004:
            text.write(line_end)
        if r.random() < 0.002:
            text.write(f'5" pipe{delimiter}x{line_end}')
    whole = text.getvalue()
    if r.random() < 0.2:
        whole = whole.removesuffix(line_end)
    encoding, data = _encoded(r, whole)
    (folder / f"{table.name}.csv").write_bytes(data)
    if encoding not in ("utf-8", "utf-8-sig"):
        table.resource["encoding"] = encoding
    if dialect:
        table.resource["dialect"] = dialect
    if r.random() < 0.05:
        table.resource["bytes"] = r.choice([len(data), len(data) + 1])


def _dialect(r: random.Random, table: Table) -> tuple[dict[str, Any], list[list[str]]]:
    """Members of a dialect, and what stands above the data."""
    names = [each["name"] for each in table.fields]
    above = [["作成", "大阪"], ["注"], names]
    spoilt = list(names)
    _spoil_header(r, spoilt)
    chosen: tuple[dict[str, Any], list[list[str]]] = r.choice(
        [
            ({"header": False}, []),
            ({"headerRows": [3], "commentRows": [1, 2]}, above),
            ({"headerRows": [3]}, above),
            ({"commentRows": [2]}, [names, ["単位"] * len(names)]),
            ({"commentRows": [r.randint(1, 6)]}, [names]),
            ({"commentChar": "#"}, [names]),
            ({"skipBlankRows": True}, [names]),
            ({}, [spoilt]),
        ]
    )
    return chosen if r.random() < 0.38 else ({}, [names])


def _encoded(r: random.Random, text: str) -> tuple[str, bytes]:
    encoding = r.choice(ENCODINGS)
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        encoding, data = "utf-8", text.encode()
    if r.random() < 0.02:
        data = data[: len(data) // 2] + b"\xff\xfe\x80" + data[len(data) // 2 :]
    return encoding, data


def _spoil_header(r: random.Random, labels: list[str]) -> None:
    kind = r.random()
    if kind < 0.3:
        r.shuffle(labels)
    elif kind < 0.5:
        labels.append("extra")
    elif kind < 0.7:
        labels.pop()
    elif kind < 0.85:
        labels[r.randrange(len(labels))] = r.choice(["", "other", labels[0]])
    else:
        labels[0] = f" {labels[0]} "


def _resource(table: Table) -> dict[str, Any]:
    return {"name": table.name, "path": f"{table.name}.csv", "schema": table.schema} | table.resource


def by_stock(package: Package, limit_errors: int = 1000) -> Outcome:
    """What stock alone says of the package."""
    report, findings, _active = stock.validate(package, {}, {}, limit_errors=limit_errors)
    return Outcome(report=report, findings=(*told(report), *findings), lanes={})


def difference(package: Package, limit_errors: int = 1000) -> tuple[str, Outcome]:
    """Where the screened report is not what stock alone says; "" where it is."""
    expected, found = by_stock(package, limit_errors), validate_package(package, limit_errors=limit_errors)
    if (expected.report, expected.findings) == (found.report, found.findings):
        return "", found
    lines = [f"lanes {dict(found.lanes)}, findings {expected.findings} / {found.findings}"]
    for one, other in zip(expected.report["tasks"], found.report["tasks"], strict=False):
        lines += [f"{key}: stock {one[key]} screened {other[key]}" for key in one if key != "errors" and one[key] != other[key]]
        errors = [[json.dumps(each, ensure_ascii=False) for each in task["errors"]] for task in (one, other)]
        lines += [f"only stock: {each}" for each in errors[0] if each not in errors[1]][:5]
        lines += [f"only screened: {each}" for each in errors[1] if each not in errors[0]][:5]
    lines.append(f"{json.dumps(expected.report)[:300]} / {json.dumps(found.report)[:300]}")
    return "\n".join(lines), found
