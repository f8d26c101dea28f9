"""The three users, from the front page to what they came for: a consumer, a steward, an operator of a harvester."""

import csv
import io
import json
import re
import zipfile
from urllib.parse import urlsplit

import openpyxl
from driving import Report
from playwright.sync_api import expect
from rdflib import Graph

BAD = (
    "公衆トイレ一覧,,,,,,,,\n"
    "全国地方公共団体コード,ID,地方公共団体名,名称,所在地_連結表記,緯度,経度,男性トイレ総数,男女共用トイレ有無\n"
    "270008,1,大阪府,駅前,大阪府大阪市,34.7,135.5,２,有\n"
    "270008,2,大阪府,公園,大阪府堺市,34.5,135.4,三,無\n"
).encode("cp932")
GOOD = BAD.replace("三".encode("cp932"), b"3")


def searching(page):
    """The box to search with."""
    return page.get_by_role("search").get_by_role("combobox")


def received(page, link):
    """The name and the bytes of the file that a link or a button brings."""
    with page.expect_download() as waiting:
        link.click()
    with waiting.value.path().open("rb") as file:
        return waiting.value.suggested_filename, file.read()


def test_a_consumer_finds_a_dataset_reads_what_its_columns_mean_and_takes_it_away(page):
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    searching(page).fill("トイレ")
    searching(page).press("Enter")
    expect(page).to_have_title(re.compile("トイレ"))
    page.get_by_role("complementary").get_by_role("link", name="月浜市", exact=True).click()
    expect(page.get_by_role("link", name="（外す）")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="公衆トイレ一覧（月浜市）").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("公衆トイレ一覧（月浜市）")

    heading = page.get_by_role("rowheader").filter(has=page.get_by_role("link", name="緯度", exact=True))
    expect(page.get_by_role("row").filter(has=heading)).to_contain_text("数値")
    heading.get_by_role("link", name="緯度", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("緯度")
    page.go_back()

    downloads = page.get_by_role("region").filter(has=page.get_by_role("heading", name="ダウンロード")).first
    name, body = received(page, downloads.get_by_role("link", name="CSV", exact=True).first)
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert name == "812013-public-toilet_v2_public_toilet.csv"
    assert rows[0][:2] == ["都道府県コード又は市区町村コード", "NO"]
    assert rows[1][4] == "中央公園北口"
    assert {len(each) for each in rows} == {len(rows[0])}
    name, body = received(page, downloads.get_by_role("link", name="Excelで開く").first)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    assert name.endswith(".xlsx")
    assert sheet.max_row == len(rows)


def test_a_steward_checks_a_file_reads_what_to_mend_and_receives_a_package(browser, page):
    page.goto("/ja/")
    page.get_by_role("navigation").get_by_role("link", name="ファイルの点検").first.click()
    send(page, BAD, "トイレ.csv")
    page.get_by_role("button", name="点検する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("点検の結果")
    expect(page.locator("main")).to_contain_text("公開する前に直すところがあります")
    finding = page.get_by_role("listitem").filter(has_text="H4").last
    expect(finding).to_contain_text("三")
    seen = browser.measured(page, Report())
    assert {theme: run.violations for theme, run in seen.axe.items()} == {"light": [], "dark": []}
    assert seen.too_wide == []

    send(page, BAD, "トイレ.csv")
    name, body = received(page, page.get_by_role("button", name="印を付けたExcelファイルを受け取る"))
    book = openpyxl.load_workbook(io.BytesIO(body))
    assert name.endswith(".xlsx")
    assert book["トイレ"]["H4"].value == "三"
    assert book["トイレ"]["H4"].comment is not None

    send(page, GOOD, "トイレ.csv")
    page.get_by_text("公開できるデータパッケージを作る").click()
    page.get_by_label("タイトル", exact=True).fill("公衆トイレの一覧（大阪府）")
    page.get_by_label("公開する団体のID").fill("270008")
    page.get_by_label("公開する団体", exact=True).fill("大阪府")
    page.get_by_label("利用条件").select_option("CC-BY-4.0")
    page.get_by_label("連絡先（部署名）").fill("施設課")
    page.get_by_label("連絡先（電話番号）").fill("06-0000-0000")
    name, body = received(page, page.get_by_role("button", name="データパッケージ（zip）を受け取る"))
    assert name == "270008-public-toilet.zip"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        said = json.loads(archive.read("datapackage.json"))
        assert said["title"] == "公衆トイレの一覧（大阪府）"
        assert "data/public_toilet.csv" in archive.namelist()


def send(page, data, name):
    """Choose a file and the standard for toilets."""
    page.get_by_label("ファイル", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_label("標準", exact=True).select_option("public-toilet")


def test_an_operator_of_a_harvester_reads_where_the_feed_is_and_gets_it(page, catalogue):
    page.goto("/ja/")
    page.get_by_role("contentinfo").get_by_role("link", name="ハーベスター運用者の方へ").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    feeds = [each.inner_text() for each in page.get_by_role("main").get_by_role("link").all()]
    address = next(each for each in feeds if each.endswith("/catalog.ttl"))
    assert urlsplit(address).scheme == "http", "a whole address, to be copied"
    answer = page.request.get(address)
    assert answer.headers["content-type"].startswith("text/turtle")
    count = int(page.locator("dl").get_by_role("definition").first.inner_text().replace(",", ""))
    found = set()
    while address:
        answer = page.request.get(address)
        feed = Graph().parse(data=answer.body(), format="turtle")
        found |= set(feed.query("SELECT ?d WHERE {?d a <http://www.w3.org/ns/dcat#Dataset>}"))
        link = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        address = link[1] if link else ""
    assert len(found) == count > 10
    settings = page.locator("pre").filter(has_text="dcat_rdf").first
    assert json.loads(settings.inner_text())["url"].startswith(catalogue)
