"""オープンデータ一覧: the whole catalogue as the list that municipalities publish of their open data, one row a file.

Columns: 自治体標準オープンデータセット（正式版）06 オープンデータ一覧, 42 names in the order of published lists (no header of the
official sheet was seen). UTF-8 with a byte order mark, as Excel needs it; several values in a cell stand between semicolons;
dates are those of Japan. What the catalogue does not know stays empty.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

from catalog import words
from catalog.dcat.authorities import is_local_government
from catalog.dcat.nouns import LicenseDocument, PeriodOfTime, Standard
from catalog.projections.record import File, Record

COLUMNS = (
    "全国地方公共団体コード", "データセット_ID", "地方公共団体名", "データセット_タイトル", "データセット_サブタイトル",
    "データセット_概要", "データセット_キーワード", "データセット_分類", "データセット_ユニバーサルメニュー",
    "データセット_公開日", "データセット_最終更新日", "データセット_バージョン", "データセット_言語", "データセット_URL",
    "データセット_更新頻度", "データセット_準拠する標準", "データセット_関連ドキュメント", "データセット_来歴情報",
    "データセット_対象地域", "データセット_対象期間", "データセット_連絡先名称", "データセット_連絡先メールアドレス",
    "データセット_連絡先電話番号", "データセット_連絡先内線番号", "データセット_連絡先FormURL",
    "データセット_連絡先備考（その他、SNSなど）", "データセット_備考", "ファイル_タイトル", "ファイル_アクセスURL",
    "ファイル_ダウンロードURL", "ファイル_説明", "ファイル形式", "ファイル_ライセンス", "ファイル_ステータス",
    "ファイル_サイズ", "ファイル_公開日", "ファイル_最終更新日", "ファイル_利用規約", "ファイル_関連ドキュメント",
    "ファイル_言語", "ファイル_準拠する標準", "ファイル_API対応有無",
)  # fmt: skip
_JAPAN = timezone(timedelta(hours=9))
_SEPARATOR = ";"
_FORMULA = tuple("=+-@\t\r")
_BOM = b"\xef\xbb\xbf"
_DELIVERED = "配信中"
"""The status of what can be downloaded (DCAT-GoJ)."""


def catalog(records: Iterable[Record]) -> Iterator[bytes]:
    """The file piece by piece, a dataset at a time."""
    yield _BOM + _encoded([COLUMNS])
    for record in records:
        yield _encoded(rows(record))


def rows(record: Record) -> list[tuple[str, ...]]:
    """One row a distribution, in the order of COLUMNS."""
    dataset = _dataset(record)
    found = [dataset | _file(record, each) for each in record.files]
    return [tuple(_safe(each.get(name, "")) for name in COLUMNS) for each in found]


def _encoded(table: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: texts come from many publishers."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _dataset(record: Record) -> dict[str, str]:
    noun, publication, package = record.dataset, record.publication, record.publication.package
    code = publication.publisher.id
    texts = {
        "全国地方公共団体コード": code if is_local_government(code) else "",
        "データセット_ID": publication.id,
        "地方公共団体名": str(record.publisher.name),
        "データセット_タイトル": str(noun.title),
        "データセット_概要": str(noun.description),
        "データセット_キーワード": _listed(sorted(noun.keywords or noun.keywords_en)),
        "データセット_分類": _listed(str(each) for each in words.themes_of(package.themes)),
        "データセット_公開日": _day(publication.issued),
        "データセット_最終更新日": _day(publication.modified),
        "データセット_バージョン": noun.version,
        "データセット_言語": _listed(each for each in ("ja", "en") if getattr(noun.title, each)),
        "データセット_URL": noun.landing_page,
        "データセット_更新頻度": str(words.frequency_of(package.frequency)) if package.frequency else "",
        "データセット_準拠する標準": _standards(noun.conforms_to),
        "データセット_来歴情報": str(noun.provenance.description) if noun.provenance else "",
        "データセット_対象地域": _listed(sorted(str(each.label) or each.iri for each in noun.spatial)),
        "データセット_対象期間": _period(noun.temporal),
        "データセット_備考": _listed(sorted(noun.version_notes)),
    }
    return texts | _contact(record)


def _contact(record: Record) -> dict[str, str]:
    contact = record.dataset.contact_point
    if contact is None:
        return {}
    number, _, extension = contact.telephone.partition(";ext=")
    return {
        "データセット_連絡先名称": contact.name,
        "データセット_連絡先メールアドレス": contact.email,
        "データセット_連絡先電話番号": _domestic(number),
        "データセット_連絡先内線番号": extension,
        "データセット_連絡先FormURL": contact.url,
    }


def _domestic(number: str) -> str:
    """A Japanese number as it is written in Japan: 06-0000-0000 for +81-6-0000-0000."""
    return "0" + number.removeprefix("+81-") if number.startswith("+81-") else number


def _file(record: Record, file: File) -> dict[str, str]:
    noun, publication = file.distribution, record.publication
    found = {
        "ファイル_タイトル": str(noun.title),
        "ファイル_アクセスURL": noun.access_url,
        "ファイル_ダウンロードURL": noun.download_url,
        "ファイル_説明": str(noun.description),
        "ファイル形式": file.format.label,
        "ファイル_ライセンス": _license(record, noun.license),
        "ファイル_ステータス": _DELIVERED,
        "ファイル_サイズ": str(file.stored.bytes),
        "ファイル_公開日": _day(publication.issued),
        "ファイル_最終更新日": _day(publication.modified),
        "ファイル_利用規約": noun.license.iri if noun.license else "",
        "ファイル_API対応有無": "有" if noun.access_service else "無",
    }
    if file.resource is not None and file.schema is not None:
        found["ファイル_関連ドキュメント"] = record.addresses.schema(publication.id, file.resource.name, publication.version)
        if file.resource.standard is not None:
            iri = record.addresses.standard(file.resource.standard.id)
            found["ファイル_準拠する標準"] = _standards(each for each in record.dataset.conforms_to if each.iri == iri)
    return found


def _license(record: Record, license_: LicenseDocument | None) -> str:
    """The licence of the files, the first one, as the steward calls it."""
    if license_ is None:
        return ""
    first = record.publication.package.licenses[0]
    return first.title or first.name or license_.title or license_.iri


def _standards(standards: Iterable[Standard]) -> str:
    return _listed(sorted(str(each.title) for each in standards))


def _listed(values: Iterable[str]) -> str:
    return _SEPARATOR.join(values)


def _day(moment: str) -> str:
    """The day in Japan on which a moment falls."""
    return datetime.fromisoformat(moment).astimezone(_JAPAN).date().isoformat() if moment else ""


def _period(period: PeriodOfTime | None) -> str:
    """DCAT-GoJ: start and end between a slash."""
    if period is None:
        return ""
    return f"{period.start or ''}/{period.end or ''}"
