import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import BibliographyData, parse_string

from catalog.model import Contributor, License, Text
from catalog.web.sharing.citing import Citation

PAGE = "/dataset/stations/citation"
HOSTILE = "100%_A&B #1 {x} $y^2~ \\end{document} C:\\temp"


def citation(**changes: object) -> Citation:
    values = {
        "dataset": "stations",
        "version": 3,
        "title": Text("駅の一覧", "List of stations"),
        "authors": (Text("大阪府", "Osaka Prefecture"),),
        "publisher": Text("カタログ", "Catalogue"),
        "issued": date(2026, 4, 3),
        "licence": "CC-BY-4.0",
        "address": "https://data.example.jp/dataset/stations",
    }
    return Citation(**(values | changes))


def entry(bibtex: str) -> object:
    database: BibliographyData = parse_string(bibtex, "bibtex")
    (found,) = database.entries.values()
    return found


def test_the_sentence_names_version_day_publisher_licence_and_address(read: Callable) -> None:
    japanese, _blank, english = read(f"{PAGE}.txt").text.rstrip("\n").split("\n")
    assert japanese == (
        "このカタログの運営者「駅の一覧」第1版（2026年4月2日）、オープンデータカタログ、CC-BY-4.0、https://data.example.jp/dataset/stations"
    )
    assert english == (
        "Operator of this catalogue. “List of stations”, version 1 (April 2, 2026). Open Data Catalogue. CC-BY-4.0."
        " https://data.example.jp/dataset/stations"
    )


def test_bibtex_keeps_japanese_and_one_name_an_author(read: Callable) -> None:
    answer = read(f"{PAGE}.bib")
    assert answer.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    found = entry(answer.text)
    assert found.type == "misc"
    assert [str(each) for each in found.persons["author"]] == ["{このカタログの運営者}"]
    assert found.fields["title"] == "{駅の一覧}"
    assert (found.fields["version"], found.fields["year"], found.fields["date"]) == ("1", "2026", "2026-04-02")
    assert found.fields["url"] == "https://data.example.jp/dataset/stations"
    assert found.fields["langid"] == "japanese"
    assert "urldate" not in found.fields


def test_what_latex_would_act_on_is_escaped() -> None:
    title = entry(citation(title=Text(HOSTILE)).bibtex()).fields["title"]
    assert r"100\%\_A\&B \#1 \textbraceleft{}x\textbraceright{} \$y\textasciicircum{}2\textasciitilde{}" in title
    assert r"\end{" not in title
    assert r"C:\textbackslash{}temp" in title


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_title_and_name_leave_one_entry(text: str) -> None:
    found = entry(citation(title=Text(text or "x"), authors=(Text(f"{text} and A, B"),), licence=text).bibtex())
    assert found.fields["version"] == "3"
    assert len(found.persons["author"]) == 1


def test_csl_json_is_an_item_of_a_citation_manager(read: Callable) -> None:
    answer = read(f"{PAGE}.json")
    assert answer.headers["Content-Type"] == "application/vnd.citationstyles.csl+json"
    (item,) = answer.json
    assert item["type"] == "dataset"
    assert item["author"] == [{"literal": "このカタログの運営者"}]
    assert item["issued"] == {"date-parts": [[2026, 4, 2]]}
    assert item["URL"] == "https://data.example.jp/dataset/stations"
    assert "accessed" not in item


def test_the_bytes_stay_the_same_unless_a_day_of_access_is_given(read: Callable) -> None:
    first = read(f"{PAGE}.txt")
    assert read(f"{PAGE}.txt", if_none_match=first.headers["ETag"]).status == 304
    assert "閲覧" not in first.text
    told = read(f"{PAGE}.txt?accessed=2026-11-22")
    assert "（2026年11月22日閲覧）" in told.text
    assert "(accessed November 22, 2026)" in told.text
    assert json.loads(read(f"{PAGE}.json?accessed=2026-11-22").body)[0]["accessed"] == {"date-parts": [[2026, 11, 22]]}
    assert entry(read(f"{PAGE}.bib?accessed=2026-11-22").text).fields["urldate"] == "2026-11-22"


@pytest.mark.parametrize(
    "query",
    ["accessed=22.11.2026", "accessed=20261122", "accessed=2026-02-30", "accessed=２０２６-11-22", "version=0", "style=apa"],
)
def test_bad_parameters_are_named(read: Callable, query: str) -> None:
    answer = read(f"{PAGE}.txt?{query}")
    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == query.partition("=")[0]


def test_an_older_version_can_be_cited(ask: Callable, publish: Callable) -> None:
    publish(package={"title": Text("駅の新しい一覧")})
    assert "第2版" in ask(f"{PAGE}.txt").text
    assert "「駅の一覧」第1版" in ask(f"{PAGE}.txt?version=1").text
    assert ask(f"{PAGE}.txt").headers["Content-Location"] == f"{PAGE}.txt?version=2"
    assert ask(f"{PAGE}.txt?version=9").status == 404


def test_who_made_the_data_is_the_author_and_samples_say_so(ask: Callable, publish: Callable) -> None:
    publish(
        package={
            "sample": True,
            "licenses": (License(name="CC0-1.0"), License(name="CC-BY-4.0")),
            "contributors": (
                Contributor(title="駅研究会", roles=("creator",)),
                Contributor(title="別の人", roles=("contributor",)),
            ),
        }
    )
    japanese = ask(f"{PAGE}.txt").text.splitlines()[0]
    assert japanese.startswith("駅研究会「【見本】駅の一覧」第2版")
    assert "CC0-1.0, CC-BY-4.0" in japanese


def test_the_page_shows_both_languages_and_both_addresses(read: Callable) -> None:
    page = read("/en/dataset/stations", accept="text/html").text
    assert "Operator of this catalogue. “List of stations”, version 1" in page
    assert "このカタログの運営者「駅の一覧」第1版" in page
    assert "https://data.example.jp/download/stations/1/stations.zip" in page
    assert "https://data.example.jp/download/stations/latest/stations.zip" in page
