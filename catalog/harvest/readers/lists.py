"""オープンデータ一覧: the list that a municipality publishes of its open data, as CSV in UTF-8 or CP932.

Two layouts are live: the current one (自治体標準オープンデータセット 06, a row a file) and that of the 推奨データセット
(2017-2021, a row a dataset). A column is recognised by its name in any width; the order of columns does not matter.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import quote

from catalog import media
from catalog.conforming.reading import HEAD_ROWS, encoding_of
from catalog.dcat import areas, authorities
from catalog.dcat.incoming import safe, safe_iri
from catalog.dcat.nouns import (
    Agent,
    ContactPoint,
    Dataset,
    Distribution,
    LicenseDocument,
    Location,
    MediaTypeOrExtent,
    PeriodOfTime,
)
from catalog.errors import Finding, Place, Refusal
from catalog.harvest.readers.words import day_of, frequency_code, text_of
from catalog.harvest.records import Page, Refused, paged
from catalog.model import Text
from catalog.values import fold

_CURRENT: Mapping[str, str] = {
    "全国地方公共団体コード": "code", "データセット_ID": "id", "地方公共団体名": "body", "データセット_タイトル": "title",
    "データセット_概要": "description", "データセット_キーワード": "keywords", "データセット_公開日": "issued",
    "データセット_最終更新日": "modified", "データセット_バージョン": "version", "データセット_URL": "page",
    "データセット_更新頻度": "frequency", "データセット_対象地域": "spatial", "データセット_対象期間": "temporal",
    "データセット_連絡先名称": "contact",
    "データセット_連絡先メールアドレス": "email", "データセット_連絡先電話番号": "telephone",
    "データセット_連絡先内線番号": "extension", "データセット_連絡先FormURL": "form", "ファイル_タイトル": "file_title",
    "ファイル_アクセスURL": "access", "ファイル_ダウンロードURL": "download", "ファイル_説明": "file_description",
    "ファイル形式": "format", "ファイル_ライセンス": "license", "ファイル_サイズ": "size", "ファイル_公開日": "file_issued",
    "ファイル_最終更新日": "file_modified", "ファイル_利用規約": "terms",
}  # fmt: skip
_OLD: Mapping[str, str] = {
    "都道府県コード又は市区町村コード": "code", "NO": "id",
    "都道府県名": "prefecture", "市区町村名": "body", "データ名称": "title",
    "データ概要": "description", "データ形式": "format", "更新頻度": "frequency", "URL": "page", "ライセンス": "license",
    "登録日": "issued", "最終更新日": "modified",
}  # fmt: skip
_LAYOUTS: tuple[Mapping[str, str], ...] = (_CURRENT, _OLD)
_NEEDED = 3
_SEPARATORS = str.maketrans({"；": ";", "、": ";", ",": ";", "，": ";", "\n": ";"})
_FORMULA_GUARD = "'"
_Row = Mapping[str, str]


def read(data: bytes, address: str) -> Page:
    """Every dataset of the list, in one page. Raises Refusal: harvest-html, clean-encoding…, quote-invalid, harvest-list."""
    name = address.rpartition("/")[2] or address
    if data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html")):
        raise Refusal(Finding(code="harvest-html"))
    text = data.decode(encoding_of(data, Place(file=name)))
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Refusal(Finding(code="quote-invalid", place=Place(file=name))) from error
    datasets, refused = [], []
    for identifier, rows in _grouped(list(_rows(table)), address).items():
        try:
            datasets.append(safe(_dataset(identifier, rows)))
        except (ValueError, KeyError) as error:
            refused.append(Refused(identifier=identifier, findings=(Finding(code="harvest-record", found=type(error).__name__),)))
    return paged(datasets, refused, total=len(datasets) + len(refused))


def recognised(data: bytes) -> bool:
    """Whether this is such a list."""
    try:
        text = data.decode(encoding_of(data, Place()))
        return bool(_header(list(csv.reader(io.StringIO(text, newline="")))))
    except (Refusal, csv.Error, UnicodeDecodeError):
        return False


def _header(table: list[list[str]]) -> tuple[int, dict[int, str]] | None:
    """The row of the header, and the column of each cell, by the layout of which most is there."""
    best: tuple[int, dict[int, str]] | None = None
    for number, row in enumerate(table[:HEAD_ROWS]):
        for layout in _LAYOUTS:
            names = {fold(name): column for name, column in layout.items()}
            found = {place: names[fold(cell)] for place, cell in enumerate(row) if fold(cell) in names}
            complete = "title" in found.values() and len(found) >= _NEEDED
            if complete and (best is None or len(found) > len(best[1])):
                best = number, found
    return best


def _rows(table: list[list[str]]) -> Iterator[_Row]:
    header = _header(table)
    if header is None:
        raise Refusal(Finding(code="harvest-list", found=", ".join(table[0][:5]) if table else ""))
    first, columns = header
    for row in table[first + 1 :]:
        cells = {columns[place]: cell.strip().removeprefix(_FORMULA_GUARD) for place, cell in enumerate(row) if place in columns}
        if any(cells.values()):
            yield cells


def _grouped(rows: list[_Row], address: str) -> dict[str, list[_Row]]:
    """The rows of each dataset: by the number that the list gives it, else by its title."""
    found: dict[str, list[_Row]] = {}
    for each in rows:
        number = each.get("id", "")
        name = "-".join(filter(None, (each.get("code", ""), number or each.get("title", ""))))
        identifier = number if safe_iri(number) else f"{address}#{quote(name, safe='')}"
        found.setdefault(identifier, []).append(each)
    return found


def _dataset(identifier: str, rows: list[_Row]) -> Dataset:
    first = rows[0]
    files = tuple(each for each in map(_distribution, rows) if each is not None)
    licenses = {each.license for each in files if each.license} or set(filter(None, [_license(first)]))
    return Dataset(
        iri=safe_iri(identifier),
        identifier=identifier,
        title=_text(first.get("title", "")),
        description=_text(first.get("description", "")),
        publisher=_publisher(first),
        contact_point=_contact(first),
        keywords=frozenset(_listed(first.get("keywords", ""))),
        spatial=frozenset(Location(iri=authorities.area(each)) for each in _listed(first.get("spatial", "")) if _is_area(each)),
        temporal=_period(first.get("temporal", "")),
        accrual_periodicity=_frequency(first.get("frequency", "")),
        landing_page=safe_iri(first.get("page", "")),
        licenses=frozenset(licenses),
        version=first.get("version", ""),
        issued=_moment(first.get("issued", "")),
        modified=_moment(first.get("modified", "")),
        distributions=frozenset(files),
    )


def _text(value: str) -> Text:
    return text_of({"": value})


def _publisher(row: _Row) -> Agent | None:
    """The body by its code, whose name is known; else by the name that the list gives."""
    name = row.get("prefecture", "") + row.get("body", "") if "prefecture" in row else row.get("body", "")
    code = row.get("code", "")
    if not (name or code):
        return None
    return Agent(iri="", name=areas.name_of(code) or _text(name or code))


def _is_area(text: str) -> bool:
    return authorities.is_local_government(text) and authorities.is_assigned_prefecture(text)


def _contact(row: _Row) -> ContactPoint | None:
    name, email, form = (row.get(each, "") for each in ("contact", "email", "form"))
    telephone = row.get("telephone", "") + (f" 内線{row['extension']}" if row.get("extension") else "")
    return ContactPoint(iri="", name=name, email=email, telephone=telephone, url=form) if name or email or telephone else None


def _listed(cell: str) -> list[str]:
    return [each.strip() for each in cell.translate(_SEPARATORS).split(";") if each.strip()]


def _period(cell: str) -> PeriodOfTime | None:
    start, _, end = cell.partition("/")
    days = day_of(start), day_of(end)
    return PeriodOfTime(start=days[0], end=days[1]) if any(days) else None


def _frequency(cell: str) -> str:
    code = frequency_code(cell)
    return authorities.frequency(code) if code else ""


def _moment(cell: str) -> datetime | None:
    day: date | None = day_of(cell)
    return datetime.combine(day, time(), UTC) if day else None


def _license(row: _Row) -> LicenseDocument | None:
    name, terms = row.get("license", ""), row.get("terms", "")
    known = authorities.license_named(name.replace("_", "-").replace(" ", "-")) or authorities.license_at(terms or name)
    if known or not (name or terms):
        return known
    return LicenseDocument(iri=safe_iri(terms) or safe_iri(name), title=name)


def _distribution(row: _Row) -> Distribution | None:
    download, access = safe_iri(row.get("download", "")), safe_iri(row.get("access", ""))
    if not (download or access):
        return None
    named = media.by_name(row.get("format", "").lower()) or media.of_path(download)
    return Distribution(
        iri="",
        title=_text(row.get("file_title", "") or row.get("title", "")),
        description=_text(row.get("file_description", "")),
        access_url=access or download,
        download_url=download,
        format=MediaTypeOrExtent(iri=named.file_type_iri, label=named.label) if named is not media.OCTETS else None,
        media_type=named.iana if named is not media.OCTETS else "",
        byte_size=int(row["size"]) if row.get("size", "").isascii() and row.get("size", "").isdigit() else None,
        license=_license(row),
        issued=_moment(row.get("file_issued", "")),
        modified=_moment(row.get("file_modified", "")),
    )
