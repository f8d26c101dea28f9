"""The page of programs: every table has its own, each as the JSON has it, in both languages."""

import html

import pytest


@pytest.mark.parametrize(("language", "words"), [("ja", "プログラムから使う"), ("en", "Use it in a program")])
def test_every_table_has_its_programs(client, language: str, words: str) -> None:
    answer = client.get(f"/{language}/dataset/stations/snippets")
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    shown = html.unescape(answer.text)
    assert words in shown
    tables = client.get("/dataset/stations/snippets.json").get_json()["tables"]
    assert tables
    for table in tables:
        assert f'aria-label="curl: {table["name"]}"' in shown
        for each in table["snippets"]:
            assert each["code"] in shown, (table["name"], each["id"])


def test_what_is_not_there_has_no_such_page(client) -> None:
    assert client.get("/dataset/nothing/snippets").status_code == 404
    assert client.get("/dataset/stations/snippets?x=1").status_code == 400
