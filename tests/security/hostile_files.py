"""Files made to harm, and good ones beside them: built in memory, by name."""

import gzip
import io
import json
import random
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import xlsxwriter

CODELIST = b"<codelist/x> a <http://www.w3.org/2004/02/skos/core#ConceptScheme> ; "

SERVED = (
    b'<http://purl.org/dc/terms/title> "x"@ja . [] a <http://www.w3.org/ns/csvw#Table> ; '
    b"<http://www.w3.org/ns/csvw#url> <file:///etc/passwd> ."
)


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


def described(member: str, instead: str = "") -> bytes:
    """A package whose descriptor has another member, or one ``instead`` of another; as text, for JSON has no such values."""
    text = descriptor()
    if not instead:
        instead, member = '"title"', f'{member}, "title"'
    assert instead in text
    return zipped({"datapackage.json": text.replace(instead, member, 1), "data.csv": "a\n1\n"})


def lying(data: bytes, size: int = 1) -> bytes:
    """The zip with every size in its directory and its local headers made another."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset : at + offset + 4] = struct.pack("<L", size)
            at = changed.find(signature, at + 4)
    return bytes(changed)


def inline(*cells: tuple[str, str]) -> str:
    """A sheet of inline strings, each in a row of its own."""
    rows = "".join(
        f'<row r="{re.sub("[A-Z]", "", where)}"><c r="{where}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for where, text in cells
    )
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"


def sheet(data: bytes, ending: str = "xlsx", **resource: Any) -> bytes:
    """A package whose table is the first sheet of a workbook."""
    return package(extra={f"data.{ending}": data}, path=f"data.{ending}", **resource)


def ods(rows: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """An OpenDocument spreadsheet whose one table has these rows."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{each}="{space}:{each}:1.0"' for each in ("office", "table", "text", "manifest"))
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    return zipped({
        "mimetype": kind,
        "content.xml": f"{head}<office:document-content {names}>{body}</office:document-content>",
        "META-INF/manifest.xml": f"<manifest:manifest {names}>{entry}</manifest:manifest>",
    })  # fmt: skip


def ods_row(*cells: str, cell: str = "", row: str = "") -> str:
    texts = "".join(
        f'<table:table-cell {cell} office:value-type="string"><text:p>{each}</text:p></table:table-cell>' for each in cells
    )
    return f"<table:table-row {row}>{texts}</table:table-row>"


REPEATED = {"cell": 'table:number-columns-repeated="31"', "row": 'table:number-rows-repeated="31"'}


ZEROS = b"0" * 150_000_000
CUT_GZIP = gzip.compress(b"a\n1\n")[:-9]
LAUGHS = (
    '<!DOCTYPE worksheet [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # archives
    "a zip of zeros": ("bomb.zip", lambda: zipped({"datapackage.json": descriptor(), "data.csv": ZEROS}), "zip-bomb"),
    "a zip that lies about its sizes": ("lies.zip", lambda: lying(package(b"0" * 50_000_000)), "zip-invalid"),
    "a zip that claims to hold 1 GB": ("x.zip", lambda: lying(package(b"a\n" * 1_000), 1 << 30), "package-too-large"),
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
    "a path of the server in capitals": ("x.zip", lambda: package(path="FILE:///etc/passwd"), "path-remote"),
    "a path of the environment": ("x.zip", lambda: package(path="$HOME/data.csv"), "path-expanded"),
    "a path of Windows": ("x.zip", lambda: package(path="C:/secret.csv"), "path-absolute"),
    "a path out of the package, of Windows": ("x.zip", lambda: package(path="..\\..\\secret.csv"), "path-outside"),
    "a path with NUL": ("x.zip", lambda: package(path="data\0.csv"), "text-control"),
    "more of a table on another server": ("x.zip", lambda: package(extrapaths=["http://127.0.0.1:9/more.csv"]), "path-multipart"),
    "a table of two, one of the server": ("x.zip", lambda: package(path=["data.csv", "/etc/passwd"]), "path-multipart"),
    "a file by FTP": ("x.zip", lambda: package(path="ftp://127.0.0.1:9/data.csv"), "path-remote"),
    "a sheet on the web": ("x.zip", lambda: package(format="gsheets"), "table-format"),
    "fields of a file out of the package": ("x.zip", lambda: package(fields=["../fields.json"]), "field-not-object"),
    "an address that is a script": (
        "x.zip",
        lambda: described('"sources": [{"title": "x", "path": "javascript:alert(1)"}]'),
        "address-invalid",
    ),
    "a bucket": ("x.zip", lambda: package(path="s3://bucket/data.csv"), "path-remote"),
    "the descriptor as a table": ("x.zip", lambda: package(path="datapackage.json"), "path-reserved"),
    "a truncated gzip": (
        "x.zip",
        lambda: package(extra={"data.csv.gz": CUT_GZIP}, path="data.csv.gz"),
        "compression-unsupported",
    ),
    # schemas and the like
    "a schema out of the package": ("x.zip", lambda: package(schema="../../../etc/passwd"), "path-outside"),
    "a reference for a field": ("x.zip", lambda: package(fields=[{"$ref": "/etc/passwd"}]), "property-missing"),
    "a reference for a schema": ("x.zip", lambda: package(schema={"$ref": "http://127.0.0.1:9/x.json"}), "fields-missing"),
    "a resource on another server": (
        "x.zip",
        lambda: described('"resources": ["http://127.0.0.1:9/r.json"], "x": ', '"resources": '),
        "not-object",
    ),
    "a profile on another server": ("x.zip", lambda: described('"profile": "http://127.0.0.1:9/p.json"'), "profile-unsupported"),
    "a profile of the server": ("x.zip", lambda: described('"$schema": "file:///etc/passwd"'), "profile-unsupported"),
    "a key that is there twice": ("x.zip", lambda: described('"name": "other"'), "json-duplicate-key"),
    "NaN in JSON": ("x.zip", lambda: described('"x": NaN'), "json-number"),
    "half a character in JSON": ("x.zip", lambda: described('"description": "\\ud800"'), "json-surrogate"),
    "NUL in a text": ("x.zip", lambda: described('"description": "a\\u0000b"'), "text-control"),
    "a name that is a folder": ("x.zip", lambda: described('"name": ".."', '"name": "hostile"'), "dataset-name"),
    "a name that is hidden": ("x.zip", lambda: described('"name": ".git"', '"name": "hostile"'), "dataset-name"),
    "a name with a slash": ("x.zip", lambda: described('"name": "a/b"', '"name": "hostile"'), "dataset-name"),
    "a name of 5,000 characters": ("x.zip", lambda: described(f'"name": "{"x" * 5_000}"', '"name": "hostile"'), "dataset-name"),
    "a bound that is no number": (
        "x.zip",
        lambda: package(fields=[{"name": "a", "type": "integer", "constraints": {"minimum": "abc"}}]),
        "constraint-invalid",
    ),
    "a field that is null": ("x.zip", lambda: package(fields=[None]), "field-not-object"),
    "a pattern of 5,000 brackets": (
        "x.zip",
        lambda: package(fields=[{"name": "a", "type": "string", "constraints": {"pattern": "(" * 5_000 + ")" * 5_000}}]),
        "pattern-invalid",
    ),
    "a pattern that is longer than all texts": (
        "x.zip",
        lambda: package(fields=[{"name": "a", "type": "string", "constraints": {"pattern": "((a{1000}){1000}){1000}"}}]),
        "stock.constraint-error.pattern",
    ),
    "a table that claims to have 1 GB": ("x.zip", lambda: package(bytes=1 << 30), "stock.byte-count"),
    "10,000 columns that nobody has described": (
        "x.zip",
        lambda: package(",".join(f"c{n}" for n in range(10_000)) + "\n"),
        "too-many-columns",
    ),
    "EUC-JP in a package": ("x.zip", lambda: package("名称\n駅前の公園\n".encode("euc_jp")), "encoding-invalid"),
    "UTF-8 and CP932 in a package": (
        "x.zip",
        lambda: package("a\n駅\n".encode() + "公園\n".encode("cp932")),
        "encoding-invalid",
    ),
    # code lists
    "an entity in a code list": (
        "x.zip",
        lambda: package(extra={"codelists/x.ttl": LAUGHS.replace("worksheet", "r") + "<r>&m;</r>"}),
        "codelist-not-turtle",
    ),
    "a code list of a table of the server": (
        "x.zip",
        lambda: package(extra={"codelists/x.ttl": CODELIST + SERVED}),
        "table-description",
    ),
    "half a character in a code list": (
        "x.zip",
        lambda: package(extra={"codelists/x.ttl": CODELIST + b'<http://purl.org/dc/terms/title> "\\uD800"@ja .'}),
        "codelist-character",
    ),
    "a control character in a code list": (
        "x.zip",
        lambda: package(extra={"codelists/x.ttl": CODELIST + b'<http://purl.org/dc/terms/title> "\\u0000"@ja .'}),
        "codelist-character",
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
    "a file of the server in a workbook": (
        "x.xlsx",
        lambda: workbook('<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + inline(("A1", "&a;"), ("A2", "x"))),
        "clean-workbook-damaged",
    ),
    # sheets as tables of a package
    "one cell in the last corner of a table": (
        "x.zip",
        lambda: sheet(workbook(inline(("A1", "a"), ("XFD1048576", "b")))),
        "clean-workbook-span",
    ),
    "the last row of a table that is as wide as it says": (
        "x.zip",
        lambda: sheet(
            workbook(
                '<worksheet><dimension ref="A1:ZZ2"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"/>'
                "</sheetData></worksheet>"
            )
        ),
        "clean-workbook-span",
    ),
    "16,384 columns that a sheet says it has": (
        "x.zip",
        lambda: sheet(
            workbook(inline(("A1", "a"), ("A2", "x")).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'))
        ),
        "too-many-columns",
    ),
    "100 MB in one cell of a table": ("x.zip", lambda: sheet(workbook(inline(("A1", "x" * 100_000_000)))), "clean-workbook-bomb"),
    "a file of the server in a sheet": (
        "x.zip",
        lambda: sheet(workbook('<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + inline(("A1", "&a;")))),
        "clean-workbook-damaged",
    ),
    "jokes in a sheet": ("x.zip", lambda: sheet(workbook(LAUGHS + inline(("A1", "&m;")))), "clean-workbook-damaged"),
    "text called xlsx": ("x.zip", lambda: sheet(b"a,b\n1,2\n"), "clean-workbook-damaged"),
    "a sheet cut in the middle": ("x.zip", lambda: sheet(workbook(inline(("A1", "a")))[:-300]), "clean-workbook-damaged"),
    "a workbook that is two": (
        "x.zip",
        lambda: sheet(workbook(inline(("A1", "a"))) + workbook(inline(("A1", "b")))[-22:]),
        "clean-workbook-damaged",
    ),
    "a sheet that is not there": (
        "x.zip",
        lambda: sheet(workbook(inline(("A1", "a"))), dialect={"excel": {"sheet": "nowhere"}}),
        "stock.format-error",
    ),
    "merged cells to be filled": (
        "x.zip",
        lambda: sheet(workbook(inline(("A1", "a"))), dialect={"excel": {"fillMergedCells": True}}),
        "dialect-key-unknown",
    ),
    "rows and cells repeated": (
        "x.zip",
        lambda: sheet(ods(ods_row("a") + ods_row(*"x" * 40, **REPEATED) * 40), "ods"),
        "clean-workbook-span",
    ),
    "an entity in a sheet of OpenDocument": (
        "x.zip",
        lambda: sheet(ods(ods_row("&a;"), '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "ods"),
        "clean-workbook-damaged",
    ),
    "OpenDocument in UTF-7": (
        "x.zip",
        lambda: sheet(ods(ods_row("a"), '<?xml version="1.0" encoding="UTF-7"?>'), "ods"),
        "clean-workbook-damaged",
    ),
    "text called ods": ("x.zip", lambda: sheet(b"a,b\n1,2\n", "ods"), "clean-workbook-damaged"),
    "a workbook cut in the middle": ("x.xlsx", lambda: workbook(inline(("A1", "a")))[:-300], "clean-workbook-damaged"),
}


STOPPED = {
    "a pattern that never ends": lambda: package(
        "a\n" + "a" * 60 + "b\n", [{"name": "a", "type": "string", "constraints": {"pattern": "(a+)+$"}}]
    ),
    "a pattern that looks back": lambda: package(
        "a\n" + "a" * 60 + "b\n", [{"name": "a", "type": "string", "constraints": {"pattern": r"((a*)*)*\2$"}}]
    ),
}


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
    "a sheet in a package": ("good.zip", lambda: sheet(workbook(inline(("A1", "a"), ("A2", "x"))))),
    "a sheet of OpenDocument in a package": ("good.zip", lambda: sheet(ods(ods_row("a") + ods_row("x")), "ods")),
    "UTF-8": ("公園.csv", "名称,数\n中央公園,3\n".encode),
    "UTF-8 with a mark": ("公園.csv", "\ufeff名称,数\n中央公園,3\n".encode),
    "CP932": ("公園.csv", lambda: "名称,数\r\n中央公園,3\r\n".encode("cp932")),
    "UTF-16 with a mark": ("公園.txt", lambda: "名称\t数\n中央公園\t3\n".encode("utf-16")),
    "TSV": ("公園.tsv", "名称\t数\n中央公園\t3\n".encode),
    "a workbook": ("公園.xlsx", good_workbook),
    "a descriptor with a mark": (
        "good.zip",
        lambda: zipped({"datapackage.json": "\ufeff" + descriptor(), "data.csv": "a\n1\n"}),
    ),
    "a workbook that says it is larger": (
        "x.xlsx",
        lambda: workbook(inline(("A1", "a"), ("A2", "x")).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')),
    ),
    "a workbook with formulas and links": (
        "x.xlsx",
        lambda: workbook(
            inline(("A1", "a")).replace(
                "</sheetData>",
                '<row r="2"><c r="A2"><f>[1]Sheet1!A1</f><v>5</v></c></row>'
                '<row r="3"><c r="A3"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>6</v></c></row></sheetData>',
            )
        ),
    ),
    "formulas in text": ("x.csv", lambda: b"a,b\n=cmd|' /C calc'!A0,@SUM(1)\n+1+1,-2+3\n"),
    "quoted line breaks": ("x.csv", lambda: b'a,b\n1,"2\n3"\n'),
    "200 columns": ("x.csv", lambda: b"\n".join([b",".join(b"c%d" % n for n in range(200)), b",".join([b"1"] * 200)])),
    "a cell of 900 kB": ("x.csv", lambda: b"a,b\n1," + b"x" * 900_000 + b"\n"),
    "20,000 rows": ("x.csv", lambda: b"a,b\n" + b"1,x\n" * 20_000),
}
