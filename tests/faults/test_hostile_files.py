"""Files made to harm, each through the sandbox as the check page does it: a finding or a refusal, in time and in memory.

Never a traceback, never a try at the network, never a path of the server in an answer; and good files pass.
"""

import gzip
import io
import json
import logging
import random
import re
import stat
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from catalog import messages
from catalog.errors import Finding, Refusal
from catalog.sandbox import Limits, Sandbox
from catalog.settings import Settings
from catalog.trial import Order, Trial, check_file, for_child, warm_up

SETTINGS = Settings()
LIMITS = Limits(seconds=SETTINGS.check_seconds, memory=SETTINGS.check_memory_bytes)
SECONDS, MEMORY = 10, 512_000_000
_OF_SERVER = re.compile(r"/tmp|/root|/home|/work|site-packages|catalog-sandbox|Traceback|\.py\b")
CODELIST = b"<codelist/x> a <http://www.w3.org/2004/02/skos/core#ConceptScheme> ; "


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    sandbox = Sandbox(warm_up)
    yield sandbox
    sandbox.close()


Check = Callable[..., tuple[Trial | None, tuple[Finding, ...]]]


@pytest.fixture
def check(box: Sandbox, caplog: pytest.LogCaptureFixture) -> Check:
    """What checks a file within the promised bounds: ``check("a.csv", b"…", standard=…)`` -> (trial or None, findings)."""
    caplog.set_level(logging.DEBUG, "catalog.sandbox")

    def run(name: str, data: bytes, limits: Limits = LIMITS, **order: Any) -> tuple[Trial | None, tuple[Finding, ...]]:
        caplog.clear()
        box.run(abs, 1)  # the warm process may just be starting; a caller waits for that once
        begin = time.monotonic()
        try:
            trial, findings = box.run(check_file, name, data, Order(**order), for_child(SETTINGS), limits=limits), ()
            findings = trial.problems
        except Refusal as refusal:
            trial, findings = None, refusal.findings
        assert time.monotonic() - begin < SECONDS
        ends = [each.args for each in caplog.records if "peak" in each.msg]
        assert int(ends[-1][2]) < MEMORY  # type: ignore[index,call-overload,arg-type]
        assert [each.getMessage() for each in caplog.records if each.levelno > logging.DEBUG] == []
        for each in findings:
            assert each.code != "sandbox-died"
            assert not _OF_SERVER.search(json.dumps(messages.as_json(each), ensure_ascii=False))
        if trial is not None:
            assert not _OF_SERVER.search(json.dumps(trial.report, ensure_ascii=False))
        return trial, findings

    return run


def zipped(entries: dict[str, bytes | str], **attributes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = attributes.get(name.partition(".")[0], 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def descriptor(fields: Any = None, **resource: Any) -> str:
    table = {
        "name": "data",
        "path": "data.csv",
        "schema": {"fields": fields or [{"name": "a", "type": "string"}]},
    } | resource
    return json.dumps({
        "name": "hostile", "title": "題", "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "resources": [table],
    })  # fmt: skip


def package(
    data: bytes | str = "a\n1\n", fields: Any = None, extra: dict[str, bytes | str] | None = None, **resource: Any
) -> bytes:
    return zipped({"datapackage.json": descriptor(fields, **resource), "data.csv": data} | (extra or {}))


def workbook(sheet: str, strings: str = "") -> bytes:
    """A workbook whose one sheet is the XML given, and perhaps its shared strings."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet().write_string(0, 0, "x")
    book.close()
    parts = {}
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head = b'<?xml version="1.0" encoding="UTF-8"?>'
    space = b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/worksheets/sheet1.xml"] = head + sheet.replace("<worksheet", "<worksheet" + space.decode()).encode()
    if strings:
        parts["xl/sharedStrings.xml"] = head + f"<sst{space.decode()}>{strings}</sst>".encode()
    return zipped(parts)  # type: ignore[arg-type]


def lying(data: bytes) -> bytes:
    """The zip with every size in its directory and its local headers made 1."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset : at + offset + 4] = struct.pack("<L", 1)
            at = changed.find(signature, at + 4)
    return bytes(changed)


def inline(*cells: tuple[str, str]) -> str:
    """A sheet of inline strings, each in a row of its own."""
    rows = "".join(
        f'<row r="{re.sub("[A-Z]", "", where)}"><c r="{where}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for where, text in cells
    )
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"


ZEROS = b"0" * 150_000_000
LAUGHS = (
    '<!DOCTYPE worksheet [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # archives
    "a zip of zeros": ("bomb.zip", lambda: zipped({"datapackage.json": descriptor(), "data.csv": ZEROS}), "zip-bomb"),
    "a zip that lies about its sizes": ("lies.zip", lambda: lying(package(b"0" * 50_000_000)), "zip-invalid"),
    "a zip with a link": (
        "x.zip",
        lambda: zipped({"datapackage.json": descriptor(), "data.csv": "/etc/passwd"}, data=stat.S_IFLNK | 0o777),
        "zip-link",
    ),
    "a zip with a FIFO": (
        "x.zip",
        lambda: zipped({"datapackage.json": descriptor(), "data.csv": ""}, data=stat.S_IFIFO | 0o644),
        "zip-not-file",
    ),
    "a zip with a device": (
        "x.zip",
        lambda: zipped({"datapackage.json": descriptor(), "data.csv": ""}, data=stat.S_IFCHR | 0o644),
        "zip-not-file",
    ),
    "a zip that leaves its folder": ("x.zip", lambda: package(extra={"../../planted": "x"}), "zip-outside"),
    "a zip with an absolute name": ("x.zip", lambda: package(extra={"/etc/planted": "x"}), "zip-outside"),
    "a zip of 1,001 files": ("x.zip", lambda: zipped({f"f{n}": "" for n in range(1001)}), "package-too-many-files"),
    "a zip cut in the middle": ("x.zip", lambda: package(b"a\n" * 10_000)[:-200], "zip-invalid"),
    "text called zip": ("x.zip", lambda: b"a,b\n1,2\n", "zip-invalid"),
    "a zip without a descriptor": ("x.zip", lambda: zipped({"data.csv": "a\n"}), "descriptor-missing"),
    "150 MB in a gzip": ("x.csv.gz", lambda: gzip.compress(ZEROS), "not-a-table"),
    "150 MB in a gzip in a package": (
        "x.zip",
        lambda: package(extra={"data.csv.gz": gzip.compress(ZEROS)}, path="data.csv.gz"),
        "compression-unsupported",
    ),
    # descriptors
    "a path of the server": ("x.zip", lambda: package(path="/etc/passwd"), "path-absolute"),
    "a path out of the package": ("x.zip", lambda: package(path="../../../etc/passwd"), "path-outside"),
    "a path on another server": ("x.zip", lambda: package(path="http://127.0.0.1:9/data.csv"), "path-remote"),
    "a path in a home": ("x.zip", lambda: package(path="~/secret.csv"), "path-expanded"),
    "a path that is a device": ("x.zip", lambda: package(path="//dev/zero"), "path-absolute"),
    "a schema on another server": ("x.zip", lambda: package(schema="http://127.0.0.1:9/schema.json"), "path-remote"),
    "a schema of the server": ("x.zip", lambda: package(schema="/etc/passwd"), "path-absolute"),
    "a dialect on another server": ("x.zip", lambda: package(dialect="https://127.0.0.1:9/dialect.json"), "path-remote"),
    "fields that are paths": (
        "x.zip",
        lambda: package(fields=["/etc/passwd", "http://127.0.0.1:9/field.json"]),
        "field-not-object",
    ),
    "rows of a database": ("x.zip", lambda: package(path="sqlite:///catalog.sqlite3"), "path-remote"),
    "JSON 100,000 deep": ("x.zip", lambda: zipped({"datapackage.json": "[" * 100_000}), "json-depth"),
    "JSON 100,000 deep in a member": (
        "x.zip",
        lambda: zipped({"datapackage.json": '{"name": "x", "a": ' + '{"a":' * 100_000}),
        "json-depth",
    ),
    "a number of a million digits": (
        "x.zip",
        lambda: zipped({"datapackage.json": '{"name": ' + "9" * 1_000_000 + "}"}),
        "json-number",
    ),
    "a descriptor of 6 MB": (
        "x.zip",
        lambda: zipped({"datapackage.json": json.dumps({"x": random.Random(1).randbytes(3_000_000).hex()})}),
        "file-too-large",
    ),
    "4,000 columns in a schema": (
        "x.zip",
        lambda: package(fields=[{"name": f"c{n}", "type": "string"} for n in range(4_000)]),
        "too-many-columns",
    ),
    "a pattern that is none": (
        "x.zip",
        lambda: package(fields=[{"name": "a", "type": "string", "constraints": {"pattern": "("}}]),
        "pattern-invalid",
    ),
    # tables
    "4,000 columns": ("x.csv", lambda: ",".join(f"c{n}" for n in range(4_000)).encode() + b"\n", "too-many-columns"),
    "10 million commas": ("x.csv", lambda: b"," * 10_000_000, "too-many-columns"),
    "a quotation mark that is not closed": ("x.csv", lambda: b'a,b\n1,"2\n' + b"1,2\n" * 20_000, "quote-invalid"),
    "a cell of 19 MB": ("x.csv", lambda: b"a\n" + b"x" * 19_000_000, "cell-too-long"),
    "HTML as CSV": ("x.csv", lambda: b"<!DOCTYPE html>\n<html><body><table>" + b"<tr><td>1</td></tr>" * 1000, "not-a-table"),
    "a PDF as CSV": ("x.csv", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(1000), "not-a-table"),
    "NULs in cells": ("x.csv", lambda: b"a,b\n1,\0\n", "clean-binary"),
    "nothing but NULs": ("x.csv", lambda: bytes(1_000_000), "table-empty"),
    "nothing": ("x.csv", lambda: b"", "table-empty"),
    "random bytes": ("x.csv", lambda: bytes((n * 197 + n // 256) % 256 for n in range(100_000)), "clean-encoding"),
    "UTF-8 and CP932 in one file": ("x.csv", lambda: "名称,数\n駅,1\n".encode() + "公園,2\n".encode("cp932"), "clean-encoding"),
    "EUC-JP": ("x.csv", lambda: "名称,数\n駅前の公園,1\n".encode("euc_jp"), "clean-encoding"),
    "UTF-16 without a mark": ("x.csv", lambda: "名称,数\n駅,1\n".encode("utf-16-le"), "clean-encoding"),
    "NULs in a table of a package": ("x.zip", lambda: package(b"a\n\0\n"), "nul-byte"),
    "UTF-16 in a package": ("x.zip", lambda: package("a\n1\n".encode("utf-16")), "encoding-invalid"),
    "HTML in a package": ("x.zip", lambda: package(b"<html><body>"), "not-a-table"),
    "an open quotation mark in a package": ("x.zip", lambda: package(b'a\n"1\n' + b"2\n" * 20_000), "quote-invalid"),
    # workbooks
    "one cell in the last corner": ("x.xlsx", lambda: workbook(inline(("A1", "a"), ("XFD1048576", "b"))), "clean-workbook-span"),
    "100 MB in one cell": ("x.xlsx", lambda: workbook(inline(("A1", "a"), ("A2", "x" * 100_000_000))), "clean-workbook-bomb"),
    "one text in 100,000 cells": (
        "x.xlsx",
        lambda: workbook(
            "<worksheet><sheetData>"
            + "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100_001))
            + "</sheetData></worksheet>",
            f"<si><t>{'x' * 32_000}</t></si>",
        ),
        "clean-workbook-large",
    ),
    "a workbook cut in the middle": ("x.xlsx", lambda: workbook(inline(("A1", "a")))[:-300], "clean-workbook-damaged"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_told_what_is_wrong_with_it(case: str, check: Check) -> None:
    name, make, code = HOSTILE[case]
    trial, findings = check(name, make())
    assert code in [each.code for each in findings]
    assert trial is None or not trial.valid


STOPPED = {
    "a pattern that never ends": lambda: package(
        "a\n" + "a" * 60 + "b\n", [{"name": "a", "type": "string", "constraints": {"pattern": "(a+)+$"}}]
    ),
    "a pattern that looks back": lambda: package(
        "a\n" + "a" * 60 + "b\n", [{"name": "a", "type": "string", "constraints": {"pattern": r"((a*)*)*\2$"}}]
    ),
}


@pytest.mark.parametrize("case", STOPPED)
def test_a_pattern_without_end_is_a_finding_or_is_stopped(case: str, check: Check) -> None:
    trial, findings = check("x.zip", STOPPED[case](), Limits(seconds=2))
    assert trial is None or not trial.valid
    assert {each.code for each in findings} & {"sandbox-time", "stock.constraint-error.pattern", "pattern-slow"}


LARGE = {
    "20 MB of line breaks": ("x.csv", lambda: b"a\n" + b"\n" * 19_999_000),
    "a million rows": ("x.csv", lambda: b"a,b,c\n" + b"1,2020-01-01,x\n" * 1_200_000),
    "brackets in object cells": (
        "x.zip",
        lambda: package("a\n" + ("[" * 50_000 + "\n") * 3, [{"name": "a", "type": "object"}]),
    ),
    "a code list without end": ("x.zip", lambda: package(extra={"codelists/x.ttl": CODELIST + b"<p> [" * 3_000})),
    "a code list in quotes": ("x.zip", lambda: package(extra={"codelists/x.ttl": CODELIST + b'<p> "' + b"x" * 1_000_000})),
    "a workbook of jokes": ("x.xlsx", lambda: workbook(LAUGHS + inline(("A1", "&m;"), ("A2", "x")))),
    "a number beyond all numbers": (
        "x.zip",
        lambda: package("a\n1e999999999\n" + "9" * 10_000 + "\n", [{"name": "a", "type": "number"}]),
    ),
}


@pytest.mark.parametrize("case", LARGE)
def test_what_may_be_checked_or_stopped_stays_within_the_bounds(case: str, check: Check) -> None:
    """Whether it is finished in time depends on the machine; that it ends does not."""
    name, make = LARGE[case]
    trial, findings = check(name, make(), Limits(seconds=2))
    assert trial is not None or findings


def good_workbook() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("公園")
    for row, cells in enumerate([["名称", "数"], ["中央公園", 3], ["駅前広場", 12.5]]):
        sheet.write_row(row, 0, cells)
    book.close()
    return buffer.getvalue()


GOOD = {
    "a package": ("good.zip", lambda: package("a\n1\n2\n")),
    "a package in a folder": ("good.zip", lambda: zipped({"p/datapackage.json": descriptor(), "p/data.csv": "a\n1\n"})),
    "a package with a pattern": (
        "good.zip",
        lambda: package("a\nA01\n", [{"name": "a", "type": "string", "constraints": {"pattern": "[A-Z][0-9]{2}"}}]),
    ),
    "UTF-8": ("公園.csv", "名称,数\n中央公園,3\n".encode),
    "UTF-8 with a mark": ("公園.csv", "\ufeff名称,数\n中央公園,3\n".encode),
    "CP932": ("公園.csv", lambda: "名称,数\r\n中央公園,3\r\n".encode("cp932")),
    "UTF-16 with a mark": ("公園.txt", lambda: "名称\t数\n中央公園\t3\n".encode("utf-16")),
    "TSV": ("公園.tsv", "名称\t数\n中央公園\t3\n".encode),
    "a workbook": ("公園.xlsx", good_workbook),
    "quoted line breaks": ("x.csv", lambda: b'a,b\n1,"2\n3"\n'),
    "200 columns": ("x.csv", lambda: b"\n".join([b",".join(b"c%d" % n for n in range(200)), b",".join([b"1"] * 200)])),
    "a cell of 900 kB": ("x.csv", lambda: b"a,b\n1," + b"x" * 900_000 + b"\n"),
    "20,000 rows": ("x.csv", lambda: b"a,b\n" + b"1,x\n" * 20_000),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_good_file_passes(case: str, check: Check) -> None:
    name, make = GOOD[case]
    trial, findings = check(name, make())
    assert trial is not None
    assert trial.valid, findings
    assert sum(each.rows for each in trial.tables) > 0


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\花子\\公園.csv": "公園.csv",
    "a\0b\x1b[31m.csv": "a\\u0000b\\u001b[31m.csv",
    "\u202egnp.csv": "gnp.csv",
    "<script>alert(1)</script>.csv": "script>.csv",
    "": "table",
    "..": "..",
    "CON": "CON",
    "x" * 5_000 + ".csv": "x" * 100 + "…",
}


def test_the_name_of_a_file_is_only_shown(check: Check) -> None:
    for name, shown in NAMES.items():
        trial, _findings = check(name, b"a,b\n1,2\n")
        assert trial is not None
        assert (trial.valid, trial.kind, trial.file) == (True, "table", shown)
    for name in ("../../etc/passwd", "a\0b.zip", "CON"):
        trial, _findings = check(name, package())
        assert trial is not None
        assert (trial.valid, trial.kind) == (True, "package")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted through /proc")
def test_the_process_that_children_are_forked_from_has_one_thread(box: Sandbox) -> None:
    """A lock that another thread holds would stay locked in the child for ever."""
    box.run(abs, 1)
    assert box._server is not None
    assert len(list(Path(f"/proc/{box._server.process.pid}/task").iterdir())) == 1
