"""Without a mouse, without scripts, on paper; and texts that want to be more than texts."""

import re

import pytest
from driving import BLOCKING, SHIFT
from odd_packages import EVIL, IMAGE, SCRIPT
from page_types import PAGES, paths
from playwright.sync_api import expect

FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const over = document.elementFromPoint(
    within(box.left + box.width / 2, innerWidth), within(box.top + box.height / 2, innerHeight));
  return {
    what: `${at.tagName} ${at.id} ${(at.textContent || at.name || "").trim().slice(0, 40)}`,
    place: [...document.querySelectorAll("*")].indexOf(at),
    ring: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    hidden: !over || !(at.contains(over) || over.contains(at)),
  };
}"""
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
STOPS = 600
"""More than any page here has."""


def searching(page):
    """The box to search with."""
    return page.get_by_role("search").get_by_role("combobox")


def choose(page, name, data):
    """Choose a file in the form that checks one."""
    page.get_by_label("ファイル", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})


@pytest.mark.parametrize("name", ["home", "search", "dataset", "dashboard", "check"])
def test_the_keyboard_reaches_everything_in_order_sees_where_it_is_and_gets_out_again(page, subjects, name):
    page.goto(f"/ja{paths(subjects)[name]}")
    stops = []
    for _each in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or (stops and stop["place"] == stops[0]["place"]):
            break
        stops.append(stop)
    else:
        pytest.fail("the keyboard does not get round the page and out")
    reachable = page.locator("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']").filter(
        visible=True
    )
    assert len({each["place"] for each in stops}) == reachable.count(), "all that a mouse can use, and each once"
    assert [each["place"] for each in stops] == sorted(each["place"] for each in stops), "in the order of reading"
    assert [each["what"] for each in stops if not each["ring"]] == []
    assert [each["what"] for each in stops if not each["inside"] or each["hidden"]] == []


def test_the_first_key_skips_to_the_content(page):
    page.goto("/ja/datasets")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ移動")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_search_by_keyboard_alone_ends_at_a_file(page):
    page.goto("/ja/")
    searching(page).focus()
    page.keyboard.type("共同調達")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("共同調達"))
    page.get_by_role("main").get_by_role("link", name=re.compile("共同調達")).first.press("Enter")
    expect(page).to_have_url(re.compile("/ja/dataset/joint-procurement$"))
    with page.expect_download():
        page.get_by_role("link", name="CSV", exact=True).first.press("Enter")


@pytest.mark.parametrize("name", [each.name for each in PAGES])
def test_every_page_says_the_same_without_scripts(browser, catalogue, subjects, name):
    with browser.window(catalogue, java_script_enabled=False) as (page, report):
        page.goto(f"/ja{paths(subjects)[name]}")
        assert page.locator("main, body.embedded").first.inner_text().strip()
        assert page.locator("noscript").count() == 0
        assert not report.strangers


def test_searching_narrowing_and_checking_work_without_scripts(browser, catalogue):
    with browser.window(catalogue, java_script_enabled=False) as (page, _report):
        page.goto("/ja/")
        searching(page).fill("避難場所")
        page.get_by_role("button", name="検索").click()
        page.get_by_role("complementary").get_by_role("link").first.click()
        assert page.get_by_role("main").get_by_role("link", name=re.compile("避難場所")).count()
        page.goto("/ja/check")
        page.get_by_label("ファイル", exact=True).set_input_files(
            {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
        )
        page.get_by_role("button", name="点検する").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("点検の結果")


def test_the_language_switch_keeps_the_page(page):
    page.goto("/ja/dataset/joint-procurement")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile("/en/dataset/joint-procurement$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="日本語", exact=True).click()
    expect(page).to_have_url(re.compile("/ja/dataset/joint-procurement$"))


def test_hostile_texts_are_shown_as_they_are_written(page):
    page.goto("/ja/dataset/hostile")
    expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
    shown = page.locator("main").inner_text()
    for each in EVIL:
        assert each in shown
    page.goto("/ja/dashboard/hostile")
    expect(page.locator("main")).to_contain_text(IMAGE)
    assert page.locator("main script, main iframe, main svg[onload], main [onerror], main base, main style").count() == 0
    assert page.locator("a[href^='javascript:'], a[href^='data:']").count() == 0


def test_a_hostile_file_is_told_about_as_text(page):
    page.goto("/ja/check")
    data = f'"{SCRIPT}","{IMAGE.replace(chr(34), chr(34) * 2)}"\n1,2\n1,2,3\n'.encode()
    page.get_by_label("ファイル", exact=True).set_input_files(
        {"name": f"{SCRIPT[:8]}.csv", "mimeType": "text/csv", "buffer": data}
    )
    page.get_by_role("button", name="点検する").click()
    expect(page.locator("main")).to_contain_text(SCRIPT)


def test_hostile_words_of_a_search_are_shown_as_text(page):
    page.goto("/ja/")
    searching(page).fill(IMAGE)
    searching(page).press("Enter")
    expect(searching(page)).to_have_value(IMAGE)
    expect(page).to_have_title(re.compile(re.escape(IMAGE)))


def test_right_to_left_text_does_not_turn_what_stands_around_it(page):
    page.goto("/ja/dataset/right-to-left")
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"
    expect(page.get_by_role("heading", level=1)).to_contain_text("قائمة المدن שלום")


def test_a_search_that_finds_nothing_helps_onward(page):
    page.goto("/ja/datasets?q=公衆トイレ+ぬるぽねこまたぎ")
    onward = page.get_by_role("main").get_by_role("link", name=re.compile("公衆トイレ"))
    onward.first.click()
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("公衆トイレ一覧")).first).to_be_visible()


def test_what_measures_pages_sees_what_moves_and_what_holds_them_up(page):
    """Were it blind, every page would stand still."""
    held_up = "<script src='/static/slow.js'></script>"
    moved = "<p>一</p><h1>二</h1><script>setTimeout(() => document.querySelector('p').style.height = '300px', 100)</script>"
    body = f"<!doctype html><html lang='ja'><head><title>動く</title>{held_up}</head><body>{moved}</body></html>"
    page.route("**/static/slow.js", lambda route: route.fulfill(content_type="text/javascript", body="window.here = true;"))
    page.route("**/moving", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto("/moving")
    page.wait_for_timeout(500)
    assert page.evaluate(SHIFT) > 0
    assert [each.rpartition("/")[2] for each in page.evaluate(BLOCKING)] == ["slow.js"]


def test_on_paper_the_dictionary_is_a_table_and_nothing_asks_to_be_filled_in(page):
    page.set_viewport_size({"width": 700, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/ja/dataset/joint-procurement")
    row = page.locator(".definitions tbody tr").first
    assert row.evaluate("(each) => getComputedStyle(each).display") == "table-row"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    page.goto("/ja/dashboard/joint-procurement")
    assert page.locator("form").filter(visible=True).count() == 0
    matrix = page.locator("table.dense").first
    assert matrix.evaluate("(each) => each.getBoundingClientRect().right <= innerWidth")
