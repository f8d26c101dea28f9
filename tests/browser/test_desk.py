"""A steward with a token and a workbook publishes from a page: refused, shown, published, corrected."""

import io
import json
from contextlib import closing

import openpyxl
import pytest
from conftest import serving
from driving import Report
from openpyxl.workbook import Workbook
from playwright.sync_api import expect

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PUBLISHER = "272035"
ROWS = [
    {"名称": "駅前広場", "所在地_連結表記": "大阪府豊中市本町一丁目", "設置位置": "広場の北側", "緯度": 34.78, "経度": 135.46},
    {"名称": "中央公園", "所在地_連結表記": "大阪府豊中市曽根東町一丁目", "設置位置": "入口の横", "緯度": 34.77, "経度": 135.47},
]


@pytest.fixture(scope="module")
def desk(browser, tmp_path_factory):
    """A catalogue in which nothing is published yet, and a token for it."""
    assert browser.chromium.is_connected()
    token = ["token", "create", "--publisher", PUBLISHER, "--json"]
    with serving(tmp_path_factory.mktemp("desk"), token) as (address, told):
        yield address, json.loads(told[0])["token"]


@pytest.fixture
def page(browser, desk):
    with browser.window(desk[0], reduced_motion="reduce") as (opened, report):
        yield opened
        assert report == Report(), "console errors, dialogs, or requests that leave the catalogue"


def received(page) -> bytes:
    """The template of a standard, from its page."""
    page.goto("/ja/publish")
    page.get_by_role("link", name="ひな形は標準のページで受け取れます。").click()
    page.get_by_role("link", name="公衆トイレ一覧").first.click()
    page.get_by_label("公開者").fill("２７２０３５")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Excelのひな形を受け取る").click()
    assert waiting.value.suggested_filename == f"{PUBLISHER}-public-toilet.xlsx"
    with waiting.value.path().open("rb") as file:
        return file.read()


def filled(template: bytes, rows: list[dict[str, object]]) -> bytes:
    """The template as somebody fills it in."""
    book: Workbook
    with closing(openpyxl.load_workbook(io.BytesIO(template))) as book:
        sheet, about = book["公衆トイレ一覧"], book["メタデータ"]
        names = [each.value for each in sheet[1]]
        for number, row in enumerate(rows, start=2):
            for name, value in row.items():
                sheet.cell(number, names.index(name) + 1, value)
        for row in about.iter_rows():
            if row[1].value in ("contact.name", "contact.telephone"):
                row[2].value = {"contact.name": "施設課", "contact.telephone": "06-0000-0000"}[row[1].value]
        written = io.BytesIO()
        book.save(written)
    return written.getvalue()


def send(page, token: str, workbook: bytes) -> None:
    """Fill in the form, and have the file checked."""
    page.goto("/ja/publish")
    page.get_by_label("トークン").fill(token)
    page.get_by_label("ファイル", exact=True).set_input_files({"name": "公衆トイレ.xlsx", "mimeType": XLSX, "buffer": workbook})
    page.get_by_role("button", name="点検して変更点を見る").click()


def is_fine(browser, page) -> None:
    """The page can be read on a phone, in the dark, and by everybody."""
    seen = browser.measured(page, Report())
    assert {theme: run.violations for theme, run in seen.axe.items()} == {"light": [], "dark": []}
    assert seen.too_wide == []


def test_a_steward_publishes_a_workbook_and_then_a_correction(browser, desk, page):
    address, token = desk
    template = received(page)
    send(page, token, filled(template, [ROWS[0], {**ROWS[1], "緯度": "北緯三十四度"}]))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("このままでは公開できません")
    expect(alert).to_contain_text("北緯三十四度")
    is_fine(browser, page)
    assert page.request.get("/api/v1/datasets").json()["count"] == 0

    send(page, token, filled(template, ROWS))
    expect(page.locator(".verdict")).to_contain_text("第1版として公開できます")
    is_fine(browser, page)
    assert page.request.get("/api/v1/datasets").json()["count"] == 0, "what is shown is not published"
    page.get_by_role("button", name="この内容で公開する").click()
    expect(page.locator(".verdict")).to_contain_text("第1版を公開しました")
    page.get_by_role("main").get_by_role("link", name="公衆トイレ一覧（豊中市）").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("公衆トイレ一覧（豊中市）")
    assert page.url.startswith(f"{address}/ja/dataset/{PUBLISHER}-public-toilet")

    send(page, token, filled(template, [ROWS[0], {**ROWS[1], "設置位置": "入口の左"}]))
    expect(page.locator("main")).to_contain_text("入口の左")
    is_fine(browser, page)
    page.get_by_role("button", name="この内容で公開する").click()
    expect(page.locator(".verdict")).to_contain_text("第2版を公開しました")

    send(page, token, filled(template, [ROWS[0], {**ROWS[1], "設置位置": "入口の左"}]))
    expect(page.locator(".verdict")).to_contain_text("すでに公開されています")


def test_nobody_publishes_without_a_token(browser, desk, page):
    assert page.goto("/ja/publish").url.startswith(desk[0])
    send(page, "odcat_" + "x" * 40, filled(received(page), ROWS))
    expect(page.get_by_role("alert")).to_contain_text("トークン")
    expect(page.get_by_label("トークン")).to_have_value("")
    is_fine(browser, page)
