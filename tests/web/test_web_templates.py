"""The workbook of a standard, received from its page: the one that `catalog new` writes, for whoever has no command line."""

import io
from pathlib import Path

import openpyxl
import pytest

from catalog.dcat import shipped
from catalog.model import Agent, Text
from catalog.scaffolding import Options, new

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONE = [each.slug for each in shipped.editions().current() if len(each.tables) == 1]


@pytest.mark.parametrize("slug", LONE)
def test_it_is_the_workbook_of_a_new_package(ask, tmp_path: Path, slug: str) -> None:
    answer = ask(f"/standard/{slug}/template.xlsx?publisher=272035")
    assert (answer.status, answer.headers["Content-Type"]) == (200, XLSX)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="272035-{slug}.xlsx"'
    standard = shipped.editions().standard(slug)
    if standard.companion is None:
        options = Options(vocabulary=shipped.vocabulary())
        new(standard, tmp_path / "new", Agent(id="272035", name=Text()), shipped.editions(), options)
        assert answer.body == (tmp_path / "new/template.xlsx").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(answer.body))
    about = {row[1].value: row[2].value for row in book["メタデータ"].iter_rows()}
    assert (about["publisher.name"], about["standard.id"]) == ("豊中市", slug)


def test_its_page_has_the_form_where_a_workbook_will_do(ask) -> None:
    for path, hidden in (("public-toilet", False), ("public-toilet?edition=2020", True)):
        text = ask(f"/ja/standard/{path}", accept="text/html").text
        assert 'action="/ja/standard/public-toilet/template.xlsx"' in text
        assert ('<input type="hidden" name="edition" value="2020">' in text) is hidden
    assert "template.xlsx" not in ask("/ja/standard/gtfs-jp", accept="text/html").text
    older = ask("/ja/standard/public-toilet/template.xlsx?publisher=２７２０３５&edition=2020")
    assert openpyxl.load_workbook(io.BytesIO(older.body))["メタデータ"]["C24"].value == "2020"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("public-toilet/template.xlsx", 400, "parameter-missing"),
        ("public-toilet/template.xlsx?publisher=272036", 422, "publisher-check-digit"),
        ("public-toilet/template.xlsx?publisher=a%22%0Ab", 400, "parameter-not-line"),
        ("public-toilet/template.xlsx?publisher=a%22b", 422, "publisher-id-invalid"),
        ("public-toilet/template.xlsx?publisher=272035&x=1", 400, "parameter-unknown"),
        ("gtfs-jp/template.xlsx?publisher=272035", 422, "clean-standard-package"),
        ("public-toilet/template.xlsx?publisher=272035&edition=1900", 404, "edition-unknown"),
        ("no-such/template.xlsx?publisher=272035", 404, "standard-unknown"),
    ],
)
def test_what_cannot_be_is_told(ask, path: str, status: int, code: str) -> None:
    answer = ask(f"/standard/{path}")
    told = answer.json
    assert (answer.status, (told.get("errors") or [told])[0]["code"]) == (status, code)
