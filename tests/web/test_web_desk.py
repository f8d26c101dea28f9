"""Publishing from a page: shown first, asked, then published; and a token both times."""

import csv
import html
import io
import json
import re
import time
import zipfile

import openpyxl
import pytest

from catalog import tokens
from catalog.errors import Finding, Place
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app
from catalog.web.stewards import desk, holding

JA = {"Accept": "text/html", "Accept-Language": "ja"}
TOILETS = (
    "全国地方公共団体コード,ID,地方公共団体名,名称,所在地_連結表記,緯度,経度,男性トイレ総数\n"
    "270008,1,大阪府,駅前,大阪府大阪市,34.7,135.5,2\n"
    "270008,2,大阪府,公園,大阪府堺市,34.5,135.4,{count}\n"
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    settings = Settings(home=str(tmp_path_factory.mktemp("home")), base_url="https://data.example.jp")
    with Store.open(settings) as store:
        app = create_app(settings, store)
        yield app, store, settings
        app.extensions["publishing-sandbox"].close()
        app.extensions["sandbox"].close()


@pytest.fixture
def store(catalogue):
    return catalogue[1]


@pytest.fixture
def token(store):
    return tokens.create(store, publisher="270008", actions=["publish"], label="", days=1, actor="cli:test")[0]


@pytest.fixture
def send(catalogue):
    client = catalogue[0].test_client()

    def post(token, body=b"", name="package.zip", **form):
        data = {"token": token, **form}
        if body:
            data["file"] = (io.BytesIO(body), name)
        return client.post("/ja/publish", data=data, headers=JA, content_type="multipart/form-data")

    return post


@pytest.fixture
def package(package_folder):
    def build(name, rows="A01,120\nA02,\n", **fields):
        folder = package_folder(name, rows=rows)
        written = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        written["catalog"]["publisher"] = {"id": "270008", "name": "大阪府"}
        written["resources"][0]["schema"]["fields"][1] |= fields
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("datapackage.json", json.dumps(written, ensure_ascii=False))
            archive.writestr("data/stations.csv", (folder / "data/stations.csv").read_text(encoding="utf-8"))
        return packed.getvalue()

    return build


def workbook(name, count):
    book = openpyxl.Workbook()
    table = book.active
    table.title = "公衆トイレ一覧"
    for row in csv.reader(io.StringIO(TOILETS.format(count=count))):
        table.append(row)
    told = {
        "title": "公衆トイレ一覧（大阪府）",
        "publisher.id": "270008",
        "publisher.name": "大阪府",
        "license": "CC-BY-4.0",
        "name": name,
        "contact.name": "公園課",
    }
    about = book.create_sheet("メタデータ")
    for row in (["項目", "キー", "値", "説明"], *(["", key, value, ""] for key, value in told.items())):
        about.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def hidden(page):
    return {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', page.text)}


def test_a_package_is_shown_then_published(send, store, token, package):
    shown = send(token, package("desk-one"), note="訂正のお知らせ")
    assert shown.status_code == 200
    assert "第1版として公開できます" in shown.text
    assert "訂正のお知らせ" in shown.text
    assert store.owner("desk-one") is None
    done = send(**hidden(shown))
    assert done.status_code == 201
    assert store.latest("desk-one").note == "訂正のお知らせ"
    assert store.trust.audit(dataset="desk-one")[0].actor.startswith("token:")
    again = send(token, package("desk-one"))
    assert again.status_code == 200
    assert "公開する必要はありません" in again.text
    assert "held" not in hidden(again)


def test_what_would_change_is_shown_beside_what_is_published(send, store, token, package):
    send(**hidden(send(token, package("desk-two"))))
    shown = send(token, package("desk-two", rows="A01,120\n", title="乗降客数"))
    assert shown.status_code == 200
    cells = re.findall(r'<td class="figure">(\d+)</td>', shown.text)
    assert cells[:2] == ["2", "1"]
    figures = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", shown.text)
    assert [count for _name, count in figures] == ["0", "1", "0", "1"], "rows added, removed, changed, unchanged"
    assert "<td>A02</td>" in shown.text, "the row that goes"
    assert "乗降客数" in re.sub(r"<[^>]+>", "", shown.text)
    assert store.latest("desk-two").version == 1
    refused = send(token, package("desk-two", type="number"))
    assert refused.status_code == 422
    assert "breaking-change.retyped" in refused.text
    assert hidden(refused) == {}


def test_cells_that_would_change_are_shown(send, token, package):
    send(**hidden(send(token, package("desk-cells"))))
    shown = send(token, package("desk-cells", rows="A01,121\nA02,\nA03,5\n"))
    assert "<del>120</del> <ins>121</ins>" in shown.text
    assert "<td>A03</td>" in shown.text
    first = send(token, package("desk-first"))
    assert "<del>" not in first.text, "nothing to compare it with"


def test_columns_that_are_empty_in_all_rows_of_a_difference_are_left_out(send, token, package):
    send(**hidden(send(token, package("desk-empty", rows="A01,120\nA02,\n"))))
    shown = send(token, package("desk-empty", rows="A01,120\nA03,\nA04,\n"))
    tables = re.findall(r'<table class="rows">.*?</table>', shown.text, re.DOTALL)
    assert [re.findall(r"<code>([^<]+)</code>", each) for each in tables] == [["code"], ["code"]]
    both = send(token, package("desk-empty", rows="A01,120\nA02,\nA03,\nA04,7\n"))
    (added,) = re.findall(r'<table class="rows">.*?</table>', both.text, re.DOTALL)
    assert re.findall(r"<code>([^<]+)</code>", added) == ["code", "passengers"]


def test_what_is_told_of_several_columns_in_the_same_words_is_told_once(app):
    def empty(column, count="2", table="a"):
        place = Place(file=f"data/{table}.csv", resource=table, field=column)
        return Finding(code="recommended-empty", severity="warning", place=place, details={"count": count})

    with app.test_request_context("/ja/publish"):
        told = desk._together((empty("x"), empty("z", "3"), empty("y"), empty("x", table="b"), Finding(code="folder-not-empty")))
    places = ["項目「x」", "項目「y」"], ["項目「z」"], ["項目「x」"], []
    assert [each["places"] for each in told] == list(places)
    assert [each["about"] for each in told] == ["data/a.csv 表 a", "data/a.csv 表 a", "data/b.csv 表 b", ""]


def test_the_filled_workbook_is_published(send, store, token):
    shown = send(token, workbook("270008-public-toilet", 3), "template.xlsx", standard="public-toilet")
    assert shown.status_code == 200, shown.text
    assert send(**hidden(shown)).status_code == 201
    table = store.latest("270008-public-toilet").package.tables()[0]
    assert table.standard.id == "public-toilet"
    bad = send(token, workbook("270008-public-toilet", "たくさん"), "template.xlsx", standard="public-toilet")
    assert bad.status_code == 422
    assert store.latest("270008-public-toilet").version == 1


def test_without_a_good_token_nothing_is_opened(send, store, package):
    for secret in ("", "odcat_" + "x" * 43):
        answer = send(secret, package("desk-no"))
        assert answer.status_code == 401
        assert "トークン" in answer.text
        assert hidden(answer) == {}
    other = tokens.create(store, publisher="280003", actions=["publish"], label="", days=1, actor="cli:test")[0]
    assert send(other, package("desk-no")).status_code == 403
    idle = tokens.create(store, publisher="270008", actions=["withdraw"], label="", days=1, actor="cli:test")[0]
    assert send(idle, package("desk-no")).status_code == 403


def test_what_waits_is_for_the_token_that_sent_it_and_not_for_ever(send, store, token, package, monkeypatch):
    form = hidden(send(token, package("desk-wait")))
    other = tokens.create(store, publisher="270008", actions=["publish"], label="", days=1, actor="cli:test")[0]
    assert send(**form | {"token": other}).status_code == 409
    assert send(**form | {"held": "0" * 32}).status_code == 409
    assert send(**form | {"held": "../../../etc/passwd"}).status_code == 409
    later = time.time() + holding.SECONDS + 1
    with monkeypatch.context() as patch:
        patch.setattr(holding.time, "time", lambda: later)
        assert send(**form).status_code == 409
    assert send(**form).status_code == 201
    assert send(**form).status_code == 409


def test_only_a_few_wait_at_a_time(tmp_path):
    held = holding.Held(Settings(home=str(tmp_path)))
    names = [held.keep("0123456789", b"x") for _each in range(holding.MOST + 5)]
    folder = tmp_path / "cache" / "held"
    assert len(list(folder.iterdir())) == holding.MOST
    assert held.path("0123456789", names[-1]).read_bytes() == b"x"
    assert oct((folder / f"0123456789-{names[-1]}.zip").stat().st_mode)[-3:] == "600"


def test_texts_of_the_package_are_shown_as_text(send, token, package):
    shown = send(token, package("desk-xss"), note='"><script>alert(1)</script>')
    assert "<script>alert" not in shown.text
    assert hidden(shown)["note"] == '"><script>alert(1)</script>'


@pytest.mark.parametrize("form", [{"nope": "1"}, {"note": "x" * 2_001}, {"standard": "no-such"}])
def test_what_the_form_cannot_have_sent_is_refused(send, token, package, form):
    assert send(token, package("desk-odd"), **form).status_code == 400


def test_a_file_is_needed(send, token):
    assert send(token).status_code == 400
    assert send(token, b"not a zip").status_code == 422
