"""Markdown of strangers."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.web.markdown import LONGEST, plain, render

KNOWN = frozenset({"data/a.csv", "データ/表.csv"})
BASE = "/download/x/1/source/"
TAG = re.compile(r"<[a-z]+[^>]*>")
SAFE = re.compile(
    r"<(?:/?(?:blockquote|br|code|del|em|h[2-6]|hr|li|ul|p|pre|s|strong|table|tbody|td|th|thead|tr|a|div)"
    r'|ol(?: start="[0-9]+")?'
    r'|a href="(?:https?:|mailto:|/download/x/1/source/)[^"<>]*" rel="noopener nofollow"'
    r'|a rel="noopener nofollow"'
    r'|div class="wide" tabindex="0")>',
    re.IGNORECASE,
)


def test_text_structure_survives() -> None:
    html = render("# 題\n\n**強く** と `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n3. x\n")
    assert "<h3>題</h3>" in html
    assert "<strong>強く</strong>" in html
    assert '<div class="wide" tabindex="0"><table>' in html
    assert '<ol start="3">' in html


@pytest.mark.parametrize("level", range(1, 7))
def test_headings_stay_below_the_page(level: int) -> None:
    assert f"<h{min(6, level + 2)}>x</h{min(6, level + 2)}>" in render("#" * level + " x")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://tracker.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](//evil.example/)",
        "[x](file:///etc/passwd)",
        "[x](/etc/passwd)",
        "[x](../../catalog.sqlite3)",
        '[x](https://a.example/"onmouseover=alert(1))',
        "<https://a.example/?<script>>",
        '<div class="wide" onclick="x">',
        "`<table>`\n\n    <table>",
        "[x](http://[::1)",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    html = render(text, base=BASE, known=KNOWN)
    assert all(SAFE.fullmatch(each) for each in TAG.findall(html)), html
    assert "javascript:" not in re.findall(r'href="([^"]*)', html)


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("data/a.csv", "/download/x/1/source/data/a.csv"),
        ("./data/a.csv", "/download/x/1/source/data/a.csv"),
        ("データ/表.csv", "/download/x/1/source/%E3%83%87%E3%83%BC%E3%82%BF/%E8%A1%A8.csv"),
        ("data/../data/a.csv", "/download/x/1/source/data/a.csv"),
        ("https://a.example/b", "https://a.example/b"),
        ("data/b.csv", ""),
        ("#part", ""),
        ("?x=1", ""),
    ],
)
def test_links_to_files_of_the_package_lead_to_their_bytes(link: str, href: str) -> None:
    html = render(f"[x]({link})", base=BASE, known=KNOWN)
    assert re.findall(r'href="([^"]*)"', html) == ([href] if href else [])


def test_a_long_text_is_cut_and_costs_little() -> None:
    started = time.process_time()
    for hostile in ("[", "[a](", "*a", "`" * 3 + "\n", "> ", "<"):
        render(hostile * 100_000)
    assert time.process_time() - started < 20
    assert len(render("x" * (LONGEST + 50))) < LONGEST + 20


@given(st.text(alphabet=st.sampled_from("[]()<>!#*_`~|-:/\\\"'&;=\n ajsxhref駅"), max_size=200))
def test_any_text_gives_only_allowed_tags(text: str) -> None:
    html = render(text, base=BASE, known=KNOWN)
    assert all(SAFE.fullmatch(each) for each in TAG.findall(html)), html


def test_an_excerpt_is_plain_text() -> None:
    assert (
        plain("**事例**は[架空](https://example.jp/)です。\n次の行 `code`\n\n- 項目 & <b>")
        == "事例は架空です。 次の行 code 項目 & <b>"
    )
