"""Pages: both languages, both texts of a definition, strangers' texts shown as texts, nothing from elsewhere."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from catalog.model import Agent, Definition, Field, License, Resource, Schema, Text
from catalog.publishing import show
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

PATHS = (
    "/",
    "/datasets",
    "/dataset/stations",
    "/dataset/stations/versions",
    "/dataset/stations/report",
    "/schema/stations-stations",
    "/schema/stations-stations-v1",
    "/field/stations-stations-passengers",
    "/publisher/270008",
    "/publisher/operator",
    "/status",
    "/standards",
    "/standard/public-toilet",
    "/field/standard-gtfs-jp-stops-stop_id",
    "/codelist/cost-band",
    "/concept/cost-band-under-5m",
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "</title><svg/onload=alert(1)>",
    "%(x)s %d %",
)


class Parsed(HTMLParser):
    """The start tags of a page, each with its attributes, and its open and close tags balanced."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input", "rect", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        data = (tag, attributes) == ("script", {"type": "application/ld+json"})  # never run by a browser
        self.tags.append(("structured data" if data else tag, attributes))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, (tag, self.getpos())

    def all(self, tag: str, attribute: str) -> list[str]:
        return [attributes[attribute] for name, attributes in self.tags if name == tag and attribute in attributes]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_page_is_whole_and_in_the_language_of_its_address(ask, path: str, language: str) -> None:
    answer = ask(f"/{language}{path}".rstrip("/"), accept="text/html", accept_language="fr, en;q=0.1, ja;q=0.1")
    assert answer.status == 200
    assert answer.headers["Content-Language"] == language
    page = Parsed(answer.text)
    assert page.tags[0] == ("html", {"lang": language})
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert page.all("main", "id") == ["main"]
    assert page.all("a", "href")[0] == "#main"
    assert not [each for each in page.all("script", "src") if not each.startswith("/static/search.js?v=")]
    assert [tag for tag, _ in page.tags].count("script") == (path in ("/", "/datasets"))
    assert not [attributes for _, attributes in page.tags if any(name.startswith("on") or name == "style" for name in attributes)]
    own = [
        each
        for each in page.all("a", "href")
        if re.match(r"/(dataset|datasets|schema|field|publisher|status|standards?|codelist|concept)(/|$)", each)
    ]
    documents = (".json", ".ttl", ".rdf", ".jsonld", ".nt", ".md", ".txt", ".bib")
    assert all(each.partition("?")[0].endswith(documents) for each in own), "links to pages keep the language"


@pytest.mark.parametrize("path", PATHS)
def test_every_link_of_a_page_leads_somewhere_and_nothing_is_loaded_from_elsewhere(read, path: str) -> None:
    page = Parsed(read(path, accept="text/html").text)
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    for href in page.all("a", "href"):
        if href.startswith("#"):
            assert href[1:] in ids, href
        elif href.startswith("/"):
            assert read(href, accept="text/html").status in {200, 303}, href
        else:
            assert urlsplit(href).scheme in {"http", "https", "mailto"}
    loaded = [*page.all("link", "href"), *page.all("img", "src")]
    sheets = [each for each in loaded if "/static/" in each]
    assert len(sheets) == 2
    assert all(read(each).status == 200 for each in sheets)
    assert not page.all("img", "src")


@pytest.mark.parametrize(("path", "twin"), [("/dataset/stations", "/en/dataset/stations"), ("/ja", "/en"), ("/", "/en")])
def test_the_language_switch_leads_to_the_twin(read, path: str, twin: str) -> None:
    page = Parsed(read(path, accept="text/html", accept_language="ja").text)
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a" and attributes.get("hreflang") == "en"] == [twin]


def test_the_switch_keeps_the_query(read) -> None:
    assert 'href="/en/datasets?limit=1&amp;after=a"' in read("/ja/datasets?limit=1&after=a").text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en-US,en;q=0.9", "en"), ("ja", "ja"), ("fr", "ja"), ("", "ja"), ("en;q=0.2, ja;q=0.8", "ja"), ("*", "ja")],
)
def test_without_prefix_the_reader_is_asked(read, accepted: str, language: str) -> None:
    answer = read("/", accept_language=accepted)
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_definition_is_shown_in_both_languages_with_all_its_parts(read) -> None:
    of_every_field = (
        "駅番号", "Station code", "駅の番号。", "文字列", "必須", "空欄不可", "重複不可", "[A-Z][0-9]{2}", "A01", "1-1", "整数",
        "0以上", "単位： 人", "状態", "なし", "多い", "code で1行を特定できます", "表 stations の code",
    )  # fmt: skip
    of_the_dataset = (
        "年1回", "交通", "2020年4月1日", "2021年3月31日", "270008", "試験係", "CC BY 4.0", "2026年4月2日 0:00 JST",
    )  # fmt: skip
    of_the_whole_definition = ("Number of the station.", "本試験", "https://schema.org/identifier")
    for path, parts in {
        "/ja/dataset/stations": of_every_field + of_the_dataset,
        "/ja/schema/stations-stations": of_every_field + of_the_whole_definition,
        "/ja/field/stations-stations-code": of_the_whole_definition,
    }.items():
        text = read(path).text
        for part in parts:
            assert part in text, (path, part)


def test_a_missing_translation_is_marked_as_such(read) -> None:
    english = read("/en/field/stations-stations-passengers").text
    assert '<h1><span lang="ja">乗降人員</span> <small class="only">Japanese only</small></h1>' in english
    japanese = read("/ja/field/stations-stations-passengers").text
    assert "<h1>乗降人員</h1>" in japanese
    assert '<small class="only">日本語のみ</small>' in japanese


def test_what_is_given_in_japanese_only_is_marked_for_those_who_listen(read) -> None:
    assert '<span lang="ja">試験係</span>' in read("/en/dataset/stations").text
    assert '<span lang="ja">本試験</span>' in read("/en/schema/stations-stations").text
    assert '<span lang="ja">本試験</span>' not in read("/ja/dataset/stations").text


def test_a_sample_says_so_in_every_title(ask, publish) -> None:
    publish("made-up", package={"sample": True, "title": Text("見本の駅", "[Sample] Made-up stations")})
    for path in ("/ja/dataset/made-up", "/ja", "/ja/datasets", "/ja/dataset/made-up/report", "/ja/schema/made-up-stations"):
        assert "【見本】見本の駅" in ask(path).text, path
    assert ask("/dataset/made-up.json").json["title"] == {"ja": "【見本】見本の駅", "en": "[Sample] Made-up stations"}
    assert ask("/datasets.json").json["datasets"][0]["title"]["ja"].startswith("【見本】")


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_strangers_are_shown_as_texts(ask, publish, text: str) -> None:
    agent = Agent(id="stranger", name=Text(text, text), uri=text)
    field = Field(
        name=text,
        title=Text(text, text),
        description=Text(text, text),
        example=text,
        format=text,
        type=text,
        constraints={"pattern": text, "enum": [text], text: text},
        missing_values=(text,),
        options={"categories": [{"value": text, "label": text}]},
        definition=Definition(section=text, source=text, unit=text, codelist=text, property=text, derivation=({"rule": text},)),
    )
    table = Resource(name="stations", path="data/stations.csv", title=Text(text, text), schema=Schema(fields=(field,)))
    publish(
        "hostile",
        package={
            "title": Text(text, text),
            "description": Text(text, text),
            "readme": text,
            "version": text,
            "resources": (table,),
            "publisher": agent,
            "landing_page": "",
            "keywords": (text,),
            "frequency": "",
            "files": (text,),
        },
        publisher=Agent(id="stranger", name=Text("名", "name")),
        note=text,
        breaking=text,
    )
    for path in ("/dataset/hostile", "/dataset/hostile/versions", "/schema/hostile-stations", "/datasets", "/publisher/stranger"):
        answer = ask(path, accept="text/html")
        assert answer.status == 200, path
        page = Parsed(answer.text)
        assert not {"svg"} & {tag for tag, _ in page.tags}
        assert [tag for tag, _ in page.tags].count("script") == len(page.all("script", "src"))
        assert all(each.startswith("/static/search.js?v=") for each in page.all("script", "src"))
        assert all(each == "/dataset/hostile/badge.svg" for each in page.all("img", "src"))
        assert not [each for each in page.all("a", "href") if each.lower().startswith("javascript")]
        assert "49" not in re.sub(r"[0-9a-f]{12,}|[0-9]{4}-[0-9]{2}", "", answer.text)


def test_a_long_list_is_read_page_by_page_without_loss(ask, publish) -> None:
    names = sorted(f"d{number}" for number in range(5))
    for name in names:
        publish(name)
    seen, path = [], "/ja/datasets?limit=2"
    while path:
        page = Parsed(ask(path).text)
        seen += [each.removeprefix("/ja/dataset/") for each in page.all("a", "href") if each.startswith("/ja/dataset/")]
        path = next((attributes["href"] for tag, attributes in page.tags if attributes.get("rel") == "next"), "")
    assert seen == [*names, "stations"]


def test_a_publisher_has_its_own_list(ask, publish) -> None:
    other = Agent(id="131130", name=Text("渋谷区", "Shibuya City"))
    publish("other", package={"publisher": other})
    text = ask("/en/publisher/131130").text
    assert "/en/dataset/other" in text
    assert "/en/dataset/stations" not in text
    assert ask("/publisher/nobody").json["code"] == "publisher-unknown"
    assert [each["id"] for each in ask("/datasets.json?publisher=131130").json["datasets"]] == ["other"]


def test_a_withdrawn_dataset_is_gone_everywhere(ask, store: Store, settings: Settings) -> None:
    with store.writing() as writing:
        writing.withdraw("stations", "2026-05-01T00:00:00Z", "a mistake")
        show(writing, settings, "stations", "2026-05-01T00:00:00Z")
    tails = ("", ".json", "/report", "/versions", "/contact")
    flat = ("schema/stations-stations", "field/stations-stations-code", "distribution/stations-stations-csv")
    files = ("download/stations/1/stations.csv", "download/stations/latest/stations.csv")
    paths = [*(f"/dataset/stations{each}" for each in tails), *(f"/{each}" for each in (*flat, *files))]
    for path in paths:
        assert (ask(path).status, ask(path).json["code"]) == (410, "dataset-withdrawn"), path
    assert "2026-05-01" in ask("/ja/dataset/stations", accept="text/html").text
    assert "stations" not in ask("/datasets.json").text
    assert "dataset/stations>" not in ask("/catalog.nt").text


def test_the_front_page_leads_programs_to_the_feed(read) -> None:
    for path in ("/", "/ja/", "/en/"):
        for accepted, target in (
            ("text/turtle", "ttl"),
            ("application/ld+json, */*;q=0.1", "jsonld"),
            ("application/rdf+xml", "rdf"),
        ):
            found = read(path, accept=accepted)
            assert (found.status, found.headers["Location"]) == (303, f"/catalog.{target}")
            assert {"Accept"} <= set(found.headers["Vary"].split(", "))
        for accepted in (
            "text/html",
            "*/*",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/turtle;q=0.1, text/html",
        ):
            shown = read(path, accept=accepted)
            assert (shown.status, shown.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
            assert {"Accept", "Accept-Language"} <= set(shown.headers["Vary"].split(", "))


def test_names_of_things_lead_to_what_describes_them(read) -> None:
    for path, target in {
        "/distribution/stations-stations-csv": "/dataset/stations#downloads",
        "/distribution/stations-stations-csv-checksum": "/dataset/stations#downloads",
        "/distribution/stations-package-zip": "/dataset/stations#downloads",
        "/dataset/stations/contact": "/dataset/stations#contact",
        "/dataset/stations/provenance": "/dataset/stations#about",
        "/en/dataset/stations/contact": "/en/dataset/stations#contact",
    }.items():
        answer = read(path, host="localhost:1234")
        assert (answer.status, answer.headers["Location"]) == (303, target)
    for path in ("/distribution/nothing-csv", "/schema/nothing", "/field/stations-stations-gone", "/schema/stations-stations-v2"):
        assert read(path).status == 404, path


def test_a_numbered_schema_stays_when_a_version_follows(ask, publish) -> None:
    before = ask("/en/schema/stations-stations-v1").text
    publish(contents={"stations.csv": b"code,passengers\nB02,1\n"})
    after = ask("/en/schema/stations-stations-v1").text
    assert "Version 1" in before
    assert "Version 1" in after
    assert "Version 2" in ask("/en/schema/stations-stations").text


def test_the_report_names_tables_findings_and_what_to_do(read) -> None:
    text = read("/ja/dataset/stations/report").text
    for part in (
        "すべての表が、項目の定義どおりであることを確かめました。",
        "<code>stations</code>",
        "2026年4月2日",
        "表「stations」",
        "blob-orphan",
    ):
        assert part in text or part.replace("「", " ").replace("」", "") in text, part
    document = read("/dataset/stations/report.json").json
    assert document["valid"] is True
    assert document["findings"][0]["place"] == {"resource": "stations", "row": 2}
    assert read("/dataset/stations/report", accept="application/json").json == document


def test_the_history_shows_every_version_with_its_remarks(ask, publish) -> None:
    publish(contents={"stations.csv": b"code,passengers\nB02,1\n"}, note="数字の誤りを直しました", breaking="列を改めました")
    text = ask("/ja/dataset/stations/versions").text
    assert text.index('<th scope="row">2</th>') < text.index('<th scope="row">1</th>')
    assert "数字の誤りを直しました" in text
    assert "列を改めました" in text
    rows = ask("/dataset/stations/versions.json").json["versions"]
    assert [(each["version"], each["note"]) for each in rows] == [(2, "数字の誤りを直しました"), (1, "")]
    assert [each["diff"] for each in rows] == ["https://data.example.jp/dataset/stations/diff?from=1&to=2", None]
    assert "/dataset/stations/diff?from=1&amp;to=2" in text
    assert "数字の誤りを直しました" in ask("/ja/dataset/stations").text


def test_a_single_language_has_no_switch_and_no_other_prefix(settings: Settings, store: Store) -> None:
    client = create_app(replace(settings, languages="en"), store).test_client()
    assert client.get("/ja").status_code == 404
    home = client.get("/", headers={"Accept-Language": "ja"})
    assert home.headers["Content-Language"] == "en"
    assert 'hreflang="ja"' not in home.text


def test_a_licence_has_a_name_that_its_reader_can_read(ask, publish) -> None:
    title, path = "クリエイティブ・コモンズ 表示 4.0 国際", "https://creativecommons.org/licenses/by/4.0/deed.ja"
    for name, told in (
        ("CC-BY-4.0", "Creative Commons Attribution (CC-BY-4.0)"),
        ("own-terms", f'<span lang="ja">{title}</span>'),
    ):
        publish(package={"licenses": (License(name=name, title=title, path=path),)})
        assert f">{told}</a>" in ask("/en/dataset/stations").text
        assert f">{title}</a>" in ask("/ja/dataset/stations").text
