"""What is found, in which order, with which counts; and that nothing that is typed can fail."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.errors import UsageError
from catalog.model import Text
from catalog.search import Query, Search, Slice, folded, months, parse, written
from catalog.store import Store
from catalog.store.entering import Entry

TITLES = {
    "a": "新型コロナウイルス感染症 陽性者数",
    "b": "ＡＥＤ設置箇所一覧",
    "c": "避難場所一覧",
    "d": "京都市小中学校一覧",
    "e": "Abandoned bicycles",
    "f": "ﾊﾞﾘｱﾌﾘｰ施設",
}


@pytest.fixture
def search(store: Store, enter) -> Search:
    for id_, title in TITLES.items():
        enter(id_, title)
    return Search(store)


def ids(search: Search, query: str, **asked) -> list[str]:
    return [each.dataset for each in search.find(query, **asked).hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("コロナ", ["a"]), ("感染症", ["a"]), ("AED", ["b"]), ("ａｅｄ", ["b"]), ("ab", ["e"]), ("避難", ["c"]), ("京都", ["d"]),
        ("避難場", ["c"]), ("小中学", ["d"]), ("覧", ["d", "c", "b"]), ("校", ["d"]),
        ("バリアフリー", ["f"]), ("新型コロナ 陽性", ["a"]),
        ("陽性 新型", ["a"]), ("京都 避難", []), ('"感染症 陽性"', ["a"]), ('"陽性 感染症"', []), ("一覧 -避難", ["d", "b"]),
        ("-一覧", ["f", "e", "a"]),
        ("abandoned bicycles", ["e"]), ('"ned bic"', ["e"]), ("ロケット", []), ("s", ["e"]),
    ],
)  # fmt: skip
def test_parts_of_words_are_found_however_they_are_written(search: Search, query: str, found: list[str]) -> None:
    result = search.find(query)
    assert (sorted(each.dataset for each in result.hits), result.total) == (sorted(found), len(found))


def test_an_exact_name_stands_before_a_name_before_a_keyword_before_a_text(store: Store, enter) -> None:
    enter("body", "図書館", bodies=["避難所について"])
    enter("keyword", "学校", marks=["避難所の場所"])
    enter("name", "避難所一覧")
    enter("exact-keyword", "公園", marks=["避難所"])
    enter("exact", "避難所")
    enter("newer-body", "役場", bodies=["避難所について"])
    found = ids(Search(store), "避難所")
    assert set(found[:2]) == {"exact", "exact-keyword"}
    assert found[2:4] == ["name", "keyword"]
    assert set(found[4:]) == {"body", "newer-body"}


@pytest.mark.parametrize("order", ["relevance", "updated"])
def test_pages_lose_nothing_and_double_nothing(store: Store, enter, order: str) -> None:
    for number in range(7):
        enter(f"n{number}", f"公園{number}")
    for number in range(6):
        enter(f"b{number}", f"図書館{number}", bodies=["公園の近く"])
    pages = [ids(Search(store), "公園", part=Slice(order=order, offset=offset, limit=4)) for offset in (0, 4, 8, 12)]  # type: ignore[arg-type]
    assert [len(each) for each in pages] == [4, 4, 4, 1]
    assert len({each for page in pages for each in page}) == 13
    if order == "relevance":
        assert {each[0] for each in pages[0]} == {"n"}


def test_many_of_one_rank_are_paged_too(store: Store, enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.store.searching.SMALL", 3)
    for number in range(9):
        enter(f"n{number}", f"公園{number}")
        enter(f"b{number}", f"図書館{number}", bodies=["公園の近く"])
    pages = [ids(Search(store), "公園", part=Slice(offset=offset, limit=3)) for offset in range(0, 21, 3)]
    assert [len(each) for each in pages] == [3, 3, 3, 3, 3, 3, 0]
    assert [each for page in pages for each in page] == [f"n{8 - n}" for n in range(9)] + [f"b{8 - n}" for n in range(9)]


def test_by_id_nothing_is_lost_while_others_publish(search: Search, enter) -> None:
    first = search.find("一覧", part=Slice(order="id", limit=2))
    assert ([each.dataset for each in first.hits], first.following) == (["b", "c"], "c")
    enter("a0", "新しい一覧")
    second = search.find("一覧", part=Slice(order="id", after=first.following, limit=2))
    assert ([each.dataset for each in second.hits], second.following) == (["d"], "")


def test_what_is_entered_again_is_found_as_it_is_now(search: Search, store: Store, enter) -> None:
    enter("c", "給水拠点一覧")
    assert ids(search, "避難") == []
    assert ids(search, "給水") == ["c"]
    with store.writing() as writing:
        writing.entering().remove("c")
    assert ids(search, "給水") == []
    assert search.find("").total == len(TITLES) - 1


def test_a_transaction_that_fails_leaves_the_index_as_it_was(search: Search, store: Store) -> None:
    def fail() -> None:
        with store.writing() as writing:
            writing.entering().clear()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ids(search, "避難") == ["c"]


def test_facets_are_counted_and_narrow_down(store: Store, enter) -> None:
    enter("a", "公園", publisher="osaka", format="csv pdf", updated="2026 2026-04")
    enter("b", "公園", publisher="osaka", format="csv", updated="2026 2026-05")
    enter("c", "公園", publisher="kyoto", format="csv", updated="2025 2025-12")
    search = Search(store)
    found = search.find("公園")
    assert {each.value: each.count for each in found.facets["publisher"].values} == {"osaka": 2, "kyoto": 1}
    assert {each.value: each.count for each in found.facets["format"].values} == {"csv": 3, "pdf": 1}
    assert sorted(ids(search, "公園", facets={"publisher": "osaka"})) == ["a", "b"]
    assert ids(search, "", facets={"publisher": "osaka", "format": "PDF"}) == ["a"]
    assert ids(search, "", facets={"publisher": "nobody"}) == []
    assert sorted(ids(search, "", facets={"publisher": ("osaka", "kyoto")})) == ["a", "b", "c"]
    ranges = {"2026": "ab", "2026-05": "b", "2025-12..2026-04": "ac", "2026-05..": "b", "..2025": "c", "2027..2026": ""}
    for text, wanted in ranges.items():
        assert sorted(ids(search, "", facets={"updated": text})) == list(wanted), text


def test_a_keyword_with_a_blank_is_one_value(store: Store, enter) -> None:
    enter("b", "公園")
    entry = Entry(
        kind="dataset", dataset="a", path="dataset/a", title=Text("公園"), names=("公園",), facets={"keyword": ("big park",)}
    )
    with store.writing() as writing:
        writing.entering().enter([entry])
    assert ids(Search(store), "", facets={"keyword": "Ｂｉｇ Park"}) == ["a"]
    assert ids(Search(store), "", facets={"keyword": "big"}) == []


def test_counts_are_those_of_the_moment(store: Store, enter) -> None:
    search = Search(store)
    enter("a", "公園", publisher="osaka")
    assert search.find("").facets["publisher"].values[0].count == 1
    enter("b", "公園", publisher="osaka")
    enter("a", "公園", publisher="kyoto")
    assert {each.value: each.count for each in search.find("").facets["publisher"].values} == {"osaka": 1, "kyoto": 1}
    with store.writing() as writing:
        writing.entering().clear()
    assert search.find("").total == 0
    enter("c", "公園", publisher="nara")
    assert [each.value for each in search.find("").facets["publisher"].values] == ["nara"]


def test_each_kind_is_counted_for_itself(store: Store, enter) -> None:
    enter("a", "緯度の表")
    enter("b", "緯度", kind="field")
    enter("c", "緯度", kind="term")
    assert dict(Search(store).find("緯度").kinds) == {"dataset": 1, "field": 1, "term": 1, "standard": 0}
    assert [each.kind for each in Search(store).find("緯度", kind="term").hits] == ["term"]


def test_suggestions_begin_with_what_is_typed_then_contain_it(search: Search) -> None:
    assert [each.dataset for each in search.suggest("避")] == ["c"]
    assert [each.dataset for each in search.suggest("一覧")] == ["d", "c", "b"]
    assert [each.dataset for each in search.suggest("ＡＥ")] == ["b"]
    assert search.suggest("  ") == ()
    assert search.suggest('"*') == ()


def test_where_nothing_is_found_there_is_help(search: Search) -> None:
    query = parse("避難 ロケット")
    assert [(each.words, count) for each, count in search.fewer(query, {}, "dataset")] == [(("避難",), 1)]
    assert [each.dataset for each in search.near(parse("避難ビル"))] == ["c"]
    assert search.near(parse("ロケット")) == ()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("避難　所", Query(("避難", "所"), (), "避難 所")),
        ("  ", Query()),
        ('"', Query()),
        ('"a b', Query(("a b",), (), "a b")),
        ("“a b” c", Query(("a b", "c"), (), "a b c")),
        ("a -b", Query(("a",), ("b",), "a")),
        ("a - b", Query(("a", "-", "b"), (), "a - b")),
        ("2020-04-01", Query(("2020-04-01",), (), "2020-04-01")),
        ('-"a b"', Query((), ("a b",), "")),
        ("--a", Query(("--a",), (), "--a")),
        ("ａ a A", Query(("a",), (), "a")),
    ],
)
def test_queries_are_read(text: str, query: Query) -> None:
    assert parse(text) == query


def test_too_much_is_refused() -> None:
    with pytest.raises(UsageError, match="search-too-long"):
        parse("a" * 201)
    with pytest.raises(UsageError, match="search-too-many-words"):
        parse(" ".join(f"a{each}" for each in range(21)))


@given(st.text(max_size=60))
def test_a_query_that_is_written_down_asks_the_same(text: str) -> None:
    query = parse(text)
    again = parse(written(query)) if len(written(query)) <= 200 else query
    assert (set(again.words), set(again.without)) == (set(query.words), set(query.without))


@pytest.mark.parametrize("text", ["..", "2026-13", "26", "x", "2026-04-01", "2026..x"])
def test_what_is_no_range_of_months_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(\.\.|2026-13|26|x|2026-04-01)$"):
        months(text)


SIGNS = st.text(alphabet="\"'*()-:^+{}[]NEAR AND OR NOT\\%_;\0\n\ufdd0\ufdd1\ud800あ　a1", max_size=30) | st.text(max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=SIGNS, value=SIGNS)
def test_nothing_that_is_typed_fails_and_all_that_contains_it_is_found(search: Search, query: str, value: str) -> None:
    try:
        read = parse(query)
    except UsageError:
        return
    found = search.find(read, part=Slice(limit=100))
    truth = {
        id_
        for id_, title in TITLES.items()
        if all(word in folded(title) for word in read.words) and not any(word in folded(title) for word in read.without)
    }
    assert {each.dataset for each in found.hits} == truth
    search.suggest(query)
    search.near(read)
    if folded(value):
        assert search.find("", {"keyword": value}).total == 0
