"""JSON: the contract of design section 9, and the rules for query parameters."""

import hashlib
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from catalog.web.parameters import BadQuery, Identifier, Integer, pairs
from catalog.web.parameters import read as read_query

BASE = "https://data.example.jp"


def test_the_dataset_keeps_its_contract(read) -> None:
    document = read("/dataset/stations.json").json
    assert (document["id"], document["version"], document["title"]) == (
        "stations",
        1,
        {"ja": "駅の一覧", "en": "List of stations"},
    )
    table = document["tables"][0]
    assert (table["name"], table["rows"]) == ("stations", 2)
    assert [each["name"] for each in table["fields"]] == ["code", "passengers"]
    code, passengers = table["fields"]
    assert (code["title"], code["type"]) == ({"ja": "駅番号", "en": "Station code"}, "string")
    assert code["definition"]["ja"] == "駅の番号。"
    assert code["definition"]["en"] == "Number of the station."
    assert code["definition"]["obligation"] == "mandatory"
    assert passengers["definition"]["derivation"] == [{"rule": "copy", "from": "people"}, {"rule": "round-down", "step": 10}]
    assert [bool(each["ja"] and each["en"]) for each in passengers["definition"]["derivationInWords"]] == [True, True]
    assert code["definition"]["derivationInWords"] == []
    assert passengers["missingValues"] == ["", "-"]
    assert code["missingValues"] == [""]
    assert passengers["allowedValues"] == [
        {"value": "0", "label": {"ja": "なし", "en": "none"}},
        {"value": "120", "label": {"ja": "多い", "en": "many"}},
    ]
    assert passengers["definition"]["codelistUrl"] == f"{BASE}/download/stations/1/codelists/state.json"
    assert code["constraintsInWords"][0] == {"ja": "空欄不可", "en": "never empty"}
    download = table["downloads"][0]
    assert (download["format"], download["url"]) == ("csv", f"{BASE}/download/stations/1/stations.csv")
    assert download["latest"] == f"{BASE}/download/stations/latest/stations.csv"
    content = read("/download/stations/1/stations.csv").body
    assert (download["bytes"], download["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert document["report"]["valid"] is True
    assert document["findings"][0]["message"]["ja"]
    assert [each["path"] for each in document["files"]].count("source/README.md") == 1
    assert document["attachments"][0]["downloads"][0]["format"] == "pdf"


def test_every_address_is_absolute_and_answers(read) -> None:
    def addresses(value: object) -> list[str]:
        if isinstance(value, dict):
            return [each for part in value.values() for each in addresses(part)]
        if isinstance(value, list):
            return [each for part in value for each in addresses(part)]
        return [value] if isinstance(value, str) and value.startswith(("/", BASE)) else []

    found = addresses(read("/dataset/stations.json").json)
    assert len(found) > 15
    for address in found:
        assert address.startswith(BASE), address
        assert read(address.removeprefix(BASE)).status == 200, address


def test_the_page_and_the_json_tell_the_same(read) -> None:
    document, page = read("/dataset/stations.json").json, read("/en/dataset/stations").text
    for each in document["tables"][0]["fields"]:
        assert (each["definition"]["en"] or each["definition"]["ja"]) in page
        assert each["typeInWords"]["en"] in page
        for sentence in each["definition"]["derivationInWords"]:
            assert str(escape(sentence["en"])) in page
    assert str(escape(document["tables"][0]["derivationInWords"]["en"])) in page
    for each in document["files"]:
        assert each["url"].removeprefix(BASE) in page
        assert each["sha256"] in page or each["role"] not in ("table", "package"), "hashes of what is downloaded most"


def test_the_list_is_walked_by_next(ask, publish) -> None:
    names = sorted(f"d{number}" for number in range(5))
    for name in names:
        publish(name)
    path, seen = "/datasets.json?limit=2", []
    while path:
        answer = ask(path)
        assert answer.json["count"] == 6
        seen.append([each["id"] for each in answer.json["datasets"]])
        following = answer.json["next"]
        assert (f'<{following}>; rel="next"' in answer.headers.get("Link", "")) is bool(following)
        path = following.removeprefix(BASE) if following else ""
    assert seen == [names[:2], names[2:4], [names[4], "stations"]]


def test_json_is_readable_utf8(read) -> None:
    answer = read("/dataset/stations.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert "駅の一覧" in answer.body.decode()
    assert json.loads(answer.body)


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("limit=0", "parameter-not-integer", "limit"),
        ("limit=1001", "parameter-not-integer", "limit"),
        ("limit=-1", "parameter-not-integer", "limit"),
        ("limit=1.5", "parameter-not-integer", "limit"),
        ("limit=+1", "parameter-not-integer", "limit"),
        ("limit=%EF%BC%91", "parameter-not-integer", "limit"),
        ("limit=%C2%B2", "parameter-not-integer", "limit"),
        ("limit=1%0A", "parameter-not-integer", "limit"),
        ("limit=", "parameter-not-integer", "limit"),
        ("after=A", "parameter-not-id", "after"),
        ("after=%00", "parameter-not-id", "after"),
        ("after=%FF", "parameter-not-utf8", "after"),
        ("after=a'or'1", "parameter-not-id", "after"),
        ("after=" + "a" * 101, "parameter-not-id", "after"),
        ("limit=1&limit=2", "parameter-repeated", "limit"),
        ("colour=red", "parameter-unknown", "colour"),
        ("Limit=1", "parameter-unknown", "Limit"),
        ("=1", "parameter-unknown", ""),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(read, query: str, code: str, parameter: str) -> None:
    answer = read(f"/datasets.json?{query}", accept_language="ja")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    error = answer.json["errors"][0]
    assert (error["code"], error.get("parameter", "")) == (code, parameter)
    assert error["message"] == answer.json["detail"]
    assert error["message"] != read(f"/datasets.json?{query}", accept_language="en").json["detail"]


def test_all_mistakes_are_told_at_once(read) -> None:
    answer = read("/datasets.json?limit=x&colour=red&after=Z", accept_language="en")
    assert [each["parameter"] for each in answer.json["errors"]] == ["limit", "colour", "after"]
    assert "from 1 to 1000" in answer.json["detail"]
    assert "after, limit, publisher" in answer.json["detail"]


@pytest.mark.parametrize(
    "path",
    ["/", "/ja", "/dataset/stations/report", "/dataset/stations/linkset.json", "/healthz", "/robots.txt"],
)
def test_an_address_without_parameters_takes_none(read, path: str) -> None:
    answer = read(f"{path}?utm=1")
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "parameter-none")


@pytest.mark.parametrize(
    "path", ["/datasets.json?q=", "/api/v1/datasets/stations/tables/stations/rows?code=", "/suggest?q=", "/datasets.atom?q="]
)
@pytest.mark.parametrize("value", ["%8C%F6%89%80", "%FF", "%ED%A0%80", "a%C3"])
def test_what_is_not_utf8_is_refused_and_named(read, path: str, value: str) -> None:
    answer = read(path + value)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    (error,) = answer.json["errors"]
    assert (error["code"], error["parameter"]) == ("parameter-not-utf8", path.rpartition("?")[2][:-1])


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=5))
def test_every_text_comes_through_a_query_string(given_pairs: list[tuple[str, str]]) -> None:
    assert pairs(urlencode(given_pairs).encode()) == given_pairs


@given(text=st.text() | st.integers(-5, 200).map(str))
def test_only_ascii_digits_within_bounds_are_integers(text: str) -> None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if 2 <= number <= 99:
        assert read_query([("n", text)], [Integer("n", 2, 99)]) == {"n": number}
    else:
        with pytest.raises(BadQuery) as caught:
            read_query([("n", text)], [Integer("n", 2, 99)])
        assert caught.value.findings[0].details["parameter"] == "n"


@given(text=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?", fullmatch=True))
def test_every_id_is_an_identifier(text: str) -> None:
    assert read_query([("after", text)], [Identifier("after")]) == {"after": text}
