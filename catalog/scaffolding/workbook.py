"""The workbook a steward fills in: one sheet a table with its header frozen, then 項目定義, メタデータ and 選択肢.

Row 1 of a table's sheet is the exact header and nothing stands above it, so that the sheet can be read as a table.
``docs/standards.md`` says what the sheet メタデータ holds.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from catalog.scaffolding.plan import Plan, PlannedTable
from catalog.scaffolding.publishers import is_code
from catalog.standards import Column
from catalog.vocabulary.codelists import ENUM_LIMIT, CodeList, Vocabulary

DEFINITIONS, METADATA, CHOICES = "項目定義", "メタデータ", "選択肢"
YES_NO = ("はい", "いいえ")
LAST_ROW = 1_048_575
"""The last row of a sheet, from 0."""
TEXT = 49
"""Excel's own format "text": what is typed stays as it is typed."""
LONGEST_NAME = 31
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Fixed, so that the same standard gives the same bytes."""

OBLIGATION_LABELS = {"mandatory": "必須", "recommended": "推奨", "optional": "任意", "": "不明"}
_COLOURS = {"mandatory": "#1F4E79", "recommended": "#2E75B6", "optional": "#D9E2EC", "": "#D9E2EC"}
_LIGHT = ("mandatory", "recommended")
_TYPE_LABELS = {
    "string": "文字列",
    "integer": "整数",
    "number": "数値",
    "boolean": "1または空欄",
    "date": "日付",
    "list": "「;」区切りの文字列",
}
_DEFINITION_HEADER = (
    ("シート", 18),
    ("番号", 6),
    ("項目名", 30),
    ("英語名", 26),
    ("識別名", 22),
    ("区分", 8),
    ("形式", 18),
    ("記入例", 24),
    ("選べる値", 30),
    ("説明", 60),
    ("Description", 60),
)
_METADATA_HEADER = (("項目", 24), ("キー", 20), ("値", 60), ("説明", 70))


def workbook(plan: Plan, vocabulary: Vocabulary | None) -> bytes:
    """The bytes of the .xlsx. Without a vocabulary there are no lists of codes to choose from, only those of the standard."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": plan.descriptor["title"], "created": _MADE})
    names = _sheet_names(plan)
    sheets = [book.add_worksheet(name) for name in names]
    definitions = book.add_worksheet(DEFINITIONS)
    metadata = book.add_worksheet(METADATA)
    choices = _Choices(book, vocabulary, plan)
    for sheet, table in zip(sheets, plan.tables, strict=True):
        _write_table(book, sheet, table, choices)
    _write_definitions(book, definitions, plan, names)
    _write_metadata(book, metadata, plan, choices)
    book.close()
    return buffer.getvalue()


def _sheet_names(plan: Plan) -> list[str]:
    """The Japanese title of a lone table; of several, the names of the tables, which cannot be mistaken for each other."""
    if len(plan.tables) > 1:
        return [each.table.name[:LONGEST_NAME] for each in plan.tables]
    return [_NOT_IN_NAME.sub("", plan.tables[0].table.title.ja)[:LONGEST_NAME]]


class _Choices:
    """The sheet 選択肢: a column for each list of values, which the cells that take them refer to."""

    def __init__(self, book: Workbook, vocabulary: Vocabulary | None, plan: Plan) -> None:
        self._vocabulary = vocabulary
        self._sheet = book.add_worksheet(CHOICES)
        self._bold = book.add_format({"bold": True})
        self._text = book.add_format({"num_format": TEXT})
        self._sheet.freeze_panes(1, 0)
        self._ranges: dict[tuple[str, ...], str] = {}
        self._width = 0
        self._area = plan.publisher.id[:2] if is_code(plan.publisher.id) else ""

    def of_column(self, column: Column, codelist: str) -> str:
        """Where the values of a column stand, "" where it takes any."""
        constraints = column.field.constraints
        if column.field.type == "boolean":
            return self.of_values(column.field.options["trueValues"])
        if values := constraints.get("enum") or column.suggested:
            return self.of_values([str(value) for value in values])
        found = self._codelist(codelist)
        return self._placed(found.title.ja, self._codes(found)) if found else ""

    def of_values(self, values: Sequence[str]) -> str:
        """Where these values stand."""
        return self._placed("、".join(values), tuple((each, "") for each in values))

    def of_codelist(self, name: str) -> str:
        """Where the labels of a whole code list stand, "" without a vocabulary."""
        found = self._codelist(name)
        return self._placed(found.title.ja, tuple((each.label.ja, each.code) for each in found.concepts)) if found else ""

    def _codelist(self, name: str) -> CodeList | None:
        return self._vocabulary.codelist(name) if name and self._vocabulary else None

    def _codes(self, codelist: CodeList) -> tuple[tuple[str, str], ...]:
        """The codes that are in use; of a long list only those of the publisher's prefecture, so that one can be found."""
        valid = [each for each in codelist.concepts if each.valid()]
        if len(valid) > ENUM_LIMIT:
            valid = [each for each in valid if self._area and each.code.startswith(self._area)]
        return tuple((each.code, each.label.ja) for each in valid)

    def _placed(self, title: str, values: tuple[tuple[str, str], ...]) -> str:
        if not values:
            return ""
        key = tuple(value for value, _ in values)
        if key not in self._ranges:
            self._ranges[key] = self._write(title, values)
        return self._ranges[key]

    def _write(self, title: str, values: tuple[tuple[str, str], ...]) -> str:
        column, labelled = self._width, any(label for _, label in values)
        self._width += 2 if labelled else 1
        self._sheet.set_column(column, self._width - 1, 24, self._text)
        self._sheet.write_string(0, column, title, self._bold)
        for row, (value, label) in enumerate(values, start=1):
            self._sheet.write_string(row, column, value, self._text)
            if labelled:
                self._sheet.write_string(row, column + 1, label, self._text)
        letter = xl_col_to_name(column)
        return f"='{CHOICES}'!${letter}$2:${letter}${len(values) + 1}"


def _write_table(book: Workbook, sheet: Worksheet, planned: PlannedTable, choices: _Choices) -> None:
    formats = _Formats(book)
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 32)
    for index, (column, field) in enumerate(zip(planned.table.columns, planned.schema["fields"], strict=True)):
        obligation = column.obligation or ""
        sheet.set_column(index, index, _width(column.name), formats.of(column))
        sheet.write_string(0, index, column.name, formats.header(obligation))
        sheet.write_comment(0, index, _comment(column), {"x_scale": 2.2, "y_scale": 1.6})
        source = choices.of_column(column, field["definition"].get("codelist", ""))
        if rule := _rule(column, source):
            sheet.data_validation(1, index, LAST_ROW, index, rule)
    for row, values in enumerate(planned.rows, start=1):
        for index, (column, value) in enumerate(zip(planned.table.columns, values, strict=True)):
            _write_cell(sheet, row, index, value, column)


def _write_cell(sheet: Worksheet, row: int, index: int, value: str, column: Column) -> None:
    if value and column.field.type in ("integer", "number"):
        sheet.write_number(row, index, float(value))
    elif value:
        sheet.write_string(row, index, value)


class _Formats:
    """Cell formats by use; codes are text, so that no leading zero is lost and no time becomes a number."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._headers: dict[str, Any] = {}
        self._cells = {name: book.add_format({"num_format": form}) for name, form in (("text", TEXT), ("date", "yyyy-mm-dd"))}

    def of(self, column: Column) -> Any:
        """The format of a column's cells, None for the general one."""
        if column.field.type == "date":
            return self._cells["date" if column.field.format == "default" else "text"]
        constrained = bool(column.field.definition.codelist or column.field.constraints.get("enum") or column.suggested)
        text = column.code or column.field.type in ("boolean", "list") or (column.field.type == "string" and constrained)
        return self._cells["text"] if text else None

    def header(self, obligation: str) -> Any:
        """The colour of a header says how much the column is wanted."""
        if obligation not in self._headers:
            self._headers[obligation] = self._book.add_format(
                {
                    "bold": True,
                    "text_wrap": True,
                    "valign": "vcenter",
                    "border": 1,
                    "bg_color": _COLOURS[obligation],
                    "font_color": "#FFFFFF" if obligation in _LIGHT else "#1A1A1A",
                }
            )
        return self._headers[obligation]


def _width(name: str) -> int:
    return min(40, max(12, 2 * len(name) + 2))


def _comment(column: Column) -> str:
    label = OBLIGATION_LABELS[column.obligation or ""]
    lines = [f"【{label}】{column.field.title.ja}", column.field.description.ja + column.condition.ja]
    if column.field.example:
        lines.append(f"例：{column.field.example}")
    return "\n".join(lines)


def _rule(column: Column, source: str) -> dict[str, Any] | None:
    """What a cell accepts. Values that are only suggested, and long lists, are offered without refusing others."""
    if source:
        closed = bool(column.field.constraints.get("enum")) or column.field.type == "boolean"
        return {
            "validate": "list",
            "source": source,
            "show_error": closed,
            "error_title": "入力できない値です",
            "error_message": "一覧から選んでください。",
        }
    return _bounds(column)


def _bounds(column: Column) -> dict[str, Any] | None:
    kind = {"integer": "integer", "number": "decimal"}.get(column.field.type)
    low, high = (column.field.constraints.get(key) for key in ("minimum", "maximum"))
    if kind is None or low is None:
        return None
    rule: dict[str, Any] = {"validate": kind, "error_title": "入力できない値です"}
    if high is None:
        return rule | {"criteria": ">=", "value": low, "error_message": f"{low}以上の数を半角で入力してください。"}
    message = f"{low}から{high}までの数を半角で入力してください。"
    return rule | {"criteria": "between", "minimum": low, "maximum": high, "error_message": message}


def _write_rows(book: Workbook, sheet: Worksheet, header: tuple[tuple[str, int], ...], rows: Iterator[tuple[str, ...]]) -> None:
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#D9E2EC"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": TEXT})
    for index, (title, width) in enumerate(header):
        sheet.set_column(index, index, width, wrapped)
        sheet.write_string(0, index, title, bold)
    sheet.freeze_panes(1, 0)
    for row, values in enumerate(rows, start=1):
        for index, value in enumerate(values):
            sheet.write_string(row, index, value, wrapped)


def _write_definitions(book: Workbook, sheet: Worksheet, plan: Plan, names: list[str]) -> None:
    _write_rows(book, sheet, _DEFINITION_HEADER, _definition_rows(plan, names))


def _definition_rows(plan: Plan, names: list[str]) -> Iterator[tuple[str, ...]]:
    for name, planned in zip(names, plan.tables, strict=True):
        for column in planned.table.columns:
            field = column.field
            yield (
                name,
                str(column.order),
                column.name,
                field.title.en,
                column.identifier,
                OBLIGATION_LABELS[column.obligation or ""],
                _form(column),
                field.example,
                "、".join(str(each) for each in field.constraints.get("enum") or column.suggested),
                field.description.ja + column.condition.ja,
                " ".join(each for each in (field.description.en, column.condition.en) if each),
            )


def _form(column: Column) -> str:
    field = column.field
    if field.type == "date" and field.format != "default":
        return "日付（YYYYMMDD）"
    label = _TYPE_LABELS[field.type]
    special = {"uri": "URL", "email": "メールアドレス"}.get(field.format, "")
    return special or label


def _write_metadata(book: Workbook, sheet: Worksheet, plan: Plan, choices: _Choices) -> None:
    rows = list(_metadata_rows(plan))
    _write_rows(book, sheet, _METADATA_HEADER, (row[:4] for row in rows))
    for index, row in enumerate(rows, start=1):
        source = choices.of_values(YES_NO) if row[1] == "sample" else choices.of_codelist(row[4])
        if source:
            sheet.data_validation(index, 2, index, 2, {"validate": "list", "source": source, "show_error": False})


def _metadata_rows(plan: Plan) -> Iterator[tuple[str, str, str, str, str]]:
    """Label, key, value, explanation, code list. The keys are those of the descriptor, with a dot for each step."""
    descriptor, catalog = plan.descriptor, plan.descriptor["catalog"]
    english = catalog["translations"]["en"]
    publisher = catalog["publisher"]
    yield "データセットID", "name", descriptor["name"], "カタログの中で一つだけの名前です。公開した後は変えません。", ""
    yield "タイトル", "title", descriptor["title"], "一覧や検索の結果に出る名前です。", ""
    yield "タイトル（英語）", "translations.en.title", english["title"], "英語のページに出る名前です。", ""
    yield "説明", "description", descriptor["description"], "何のデータかを、初めて見る人に分かるように書きます。", ""
    yield "説明（英語）", "translations.en.description", english["description"], "英語のページに出る説明です。", ""
    yield "版", "version", descriptor["version"], "更新するたびに自分で付ける版の名前です。", ""
    yield (
        "キーワード",
        "keywords",
        ";".join(descriptor["keywords"]),
        "探す手がかりになる言葉を半角の「;」で区切って書きます。",
        "",
    )
    yield (
        "公開する団体のID",
        "publisher.id",
        publisher["id"],
        "全国地方公共団体コード、法人番号、または半角英数字の短い名前です。",
        "",
    )
    yield "公開する団体", "publisher.name", publisher["name"], "データを公開する団体の名前です。", ""
    yield "公開する団体（英語）", "publisher.translations.en.name", plan.publisher.name.en, "団体の英語の名前です。", ""
    yield "利用条件", "license", descriptor["licenses"][0]["title"], "データを利用できる条件です。一覧から選びます。", "licence"
    yield "連絡先の名前", "contact.name", "", "問い合わせを受ける部署の名前です。個人の名前は書きません。", ""
    yield "連絡先の電話番号", "contact.telephone", "", "問い合わせを受ける部署の電話番号です。", ""
    yield "連絡先のメールアドレス", "contact.email", "", "組織のメールアドレスです。なければ空欄のままにします。", ""
    yield "連絡先のURL", "contact.url", "", "問い合わせのページのURLです。", ""
    yield "更新頻度", "frequency", "", "どれくらいの間隔で更新するかを一覧から選びます。", "update-frequency"
    yield "分野", "themes", ";".join(catalog["themes"]), "分野のコードです。いくつもあるときは半角の「;」で区切ります。", ""
    yield "対象地域", "spatial", ";".join(catalog.get("spatial", [])), "データが表す地域の全国地方公共団体コードです。", ""
    yield "対象期間の初め", "temporal.start", "", "データが表す期間の最初の日です。YYYY-MM-DDで書きます。", ""
    yield "対象期間の終わり", "temporal.end", "", "データが表す期間の最後の日です。YYYY-MM-DDで書きます。", ""
    yield "見本", "sample", YES_NO[0 if plan.sample else 1], "作り物のデータのときは「はい」と書きます。", ""
    yield "標準", "standard.id", plan.standard.slug, "従っている標準のIDです。変えません。", ""
    yield "標準の版", "standard.edition", plan.standard.edition, "従っている標準の版です。変えません。", ""
