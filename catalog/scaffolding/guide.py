"""README.md of a new package: what the steward does next, in Japanese first, then in English."""

from collections.abc import Iterator

from catalog.model import Obligation, Text
from catalog.scaffolding.plan import Plan
from catalog.standards import Standard

_SHOWN: tuple[Obligation, ...] = ("mandatory", "recommended")
_LABELS = {
    "mandatory": Text(ja="必須の項目", en="Mandatory columns"),
    "recommended": Text(ja="推奨の項目", en="Recommended columns"),
}
_ORDER = {
    "verified": Text(ja="独立した複数の資料で確認済み", en="verified by independent sources"),
    "one-header": Text(ja="公開されたファイルまたは定義1件による", en="from one published file or definition"),
    "list-only": Text(ja="未確認", en="not verified"),
}
_OBLIGATIONS = {
    "verified": Text(ja="確認済み", en="verified"),
    "unknown": Text(ja="不明（点検では求めません）", en="unknown, so not asked for"),
}


def guide(plan: Plan, workbook: str) -> str:
    """The text of README.md."""
    return "\n".join([*_japanese(plan, workbook), "", "---", "", *_english(plan, workbook)]) + "\n"


def _japanese(plan: Plan, workbook: str) -> Iterator[str]:
    standard = plan.standard
    yield f"# {plan.descriptor['title']}"
    yield ""
    yield f"{standard.description.ja}「{standard.title.ja}」（{standard.edition}版）に従うデータパッケージのひな形です。"
    if plan.sample:
        yield "作り物のデータの見本です。実在する団体のデータとしては公開できません。"
    yield ""
    yield "## 作り方"
    yield ""
    yield f"1. `{workbook}` をExcelなどで開き、1枚目のシートに1件を1行として記入します。1行目の項目名は変えません。"
    yield "   項目の意味は「項目定義」のシートと、項目名に付けたメモにあります。"
    yield "2. 記入したシートを「CSV UTF-8（コンマ区切り）」の形式で、下の表のファイルに上書き保存します。"
    if standard.form == "package":
        yield "   すでにファイルがあるときは、`data` フォルダーの同じ名前のファイルと置き換えます。列の順序は問いません。"
    yield "3. `datapackage.json` の題名、説明、連絡先、更新頻度を確かめます。「メタデータ」のシートが下書きになります。"
    yield "4. 次のコマンドで点検し、問題がなくなったら公開します。"
    yield ""
    yield "```"
    yield "catalog validate ."
    yield "catalog publish ."
    yield "```"
    yield ""
    yield "`frictionless validate datapackage.json` でも点検できます。"
    yield ""
    yield "| ファイル | 内容 |"
    yield "|---|---|"
    for each in plan.tables:
        yield f"| `{each.path}` | {each.table.title.ja}（{len(each.table.columns)}項目） |"
    yield f"| `{workbook}` | 記入用のブック |"
    yield "| `datapackage.json` | データセットの説明と項目の定義 |"
    yield ""
    if names := _further(plan):
        yield f"必要に応じて加えられる表：{names}"
        yield ""
    yield from _columns(plan, "ja")
    yield "## 標準について"
    yield ""
    yield f"- 出典：{standard.source.title}、{standard.source.version}{_address(standard)}"
    yield f"- 項目の順序：{_ORDER[standard.status.order].ja}。{standard.status.evidence.ja}"
    yield f"- 必須と推奨の区分：{_OBLIGATIONS[standard.status.obligations].ja}"
    for doubt in standard.status.doubts:
        yield f"- {doubt.ja}"


def _english(plan: Plan, workbook: str) -> Iterator[str]:
    standard = plan.standard
    yield f"# {plan.descriptor['catalog']['translations']['en']['title']}"
    yield ""
    yield f"{standard.description.en} A data package to be filled in, after “{standard.title.en}”, edition {standard.edition}."
    if plan.sample:
        yield "A sample with invented content: it cannot be published as data of a real body."
    yield ""
    yield "## What to do"
    yield ""
    yield f"1. Open `{workbook}` and fill in the first sheet, one row a record. Leave the header in row 1 as it is."
    yield "   The sheet 項目定義 and the notes on the header say what each column means."
    yield "2. Save the sheet as “CSV UTF-8” over the file in the table below."
    if standard.form == "package":
        yield "   Files that you have already replace those of the same name in `data`; the order of their columns is free."
    yield "3. Check title, description, contact and frequency in `datapackage.json`; the sheet メタデータ is a draft of them."
    yield "4. `catalog validate .` checks the package, `catalog publish .` publishes it; `frictionless validate datapackage.json`"
    yield "   checks it too."
    yield ""
    yield "| file | content |"
    yield "|---|---|"
    for each in plan.tables:
        yield f"| `{each.path}` | {each.table.title.en} ({len(each.table.columns)} columns) |"
    yield f"| `{workbook}` | workbook to fill in |"
    yield "| `datapackage.json` | description of the dataset and definitions of its columns |"
    yield ""
    if names := _further(plan):
        yield f"Tables that may be added where they are needed: {names}"
        yield ""
    yield from _columns(plan, "en")
    yield "## About the standard"
    yield ""
    yield f"- Source: {standard.source.title}, {standard.source.version}{_address(standard)}"
    yield f"- Order of columns: {_ORDER[standard.status.order].en}. {standard.status.evidence.en}"
    yield f"- What is mandatory or recommended: {_OBLIGATIONS[standard.status.obligations].en}"
    for doubt in standard.status.doubts:
        yield f"- {doubt.en}"


def _columns(plan: Plan, language: str) -> Iterator[str]:
    """The columns that are asked for, table by table; nothing where that is not known."""
    for kind in _SHOWN:
        found = [
            (each.table.title.within(language), [column.name for column in each.table.columns if column.obligation == kind])
            for each in plan.tables
        ]
        if any(names for _, names in found):
            yield f"## {_LABELS[kind].within(language)}"
            yield ""
            for title, names in found:
                if names:
                    joined = "、".join(names) if language == "ja" else ", ".join(names)
                    yield f"- {title}: {joined}"
            yield ""


def _further(plan: Plan) -> str:
    """Tables of the standard that the package does not have."""
    present = {each.table.name for each in plan.tables}
    return ", ".join(each.file or each.name for each in plan.standard.tables if each.name not in present)


def _address(standard: Standard) -> str:
    return f" <{standard.source.path}>" if standard.source.path else ""
