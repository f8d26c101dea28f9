"""What the tests of cleaning share: the library, a small toilets file, workbooks made to measure."""

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import xlsxwriter

from catalog.conforming import Cleaned, Library, Options, clean_bytes
from catalog.errors import Finding, Place, Refusal
from catalog.settings import Settings
from catalog.standards import Standards
from catalog.vocabulary.reading import load

LIBRARY = Library(standards=Standards.load(), vocabulary=load(), settings=Settings())
PLACE = Place(file="city.csv")
CITY = "272078"
HEADER = "名称,所在地_連結表記,設置位置,緯度,経度,男性トイレ総数,利用開始時間,車椅子使用者用トイレ有無,建物名等(方書),備考"
CLEAN = "駅前公衆便所,大阪府高槻市紺屋町1-1,駅前広場,34.851,135.617,2,09:00,有,駅ビル1階,なし"


def cleaned(text: str | bytes, name: str = "city.csv", standard: str = "public-toilet", **options: Any) -> Cleaned:
    """The file cleaned, published by a city of the list unless ``metadata`` say otherwise."""
    data = text if isinstance(text, bytes) else text.encode()
    metadata = {"publisher.id": CITY} | options.pop("metadata", {})
    return clean_bytes(name, data, Options(standard=standard, metadata=metadata, **options), LIBRARY)


def refused(work: Callable[[], object]) -> tuple[Finding, ...]:
    """The findings with which some work refuses."""
    try:
        answer = work()
    except Refusal as refusal:
        return refusal.findings
    raise AssertionError(f"not refused: {answer!r}"[:200])


def codes(findings: Iterable[Finding]) -> list[str]:
    return [each.code for each in findings]


def workbook(*sheets: list[list[Any]], names: tuple[str, ...] = ()) -> bytes:
    """The bytes of an .xlsx with these sheets; strings stay strings, numbers numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    for index, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[index] if names else None)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell not in ("", None):
                    sheet.write(row, column, cell)
    book.close()
    return buffer.getvalue()


def with_part(data: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part rewritten."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == path else content)
    return buffer.getvalue()
