"""Columns of any edition find their place in the current one, by what the standard says and never by a guess."""

import pytest

from catalog.model import Definition, Field, Resource, Schema, StandardRef, Text
from catalog.standards import Standards
from catalog.union.mapping import Mapped, Subject, current_table, mapped
from catalog.vocabulary.codelists import CodeList, Concept

STANDARDS = Standards.load()


def of(*fields: Field, slug: str = "public-toilet", edition: str = "2020", **changes: object) -> Mapped:
    declared, current = STANDARDS.standard(slug, edition), STANDARDS.standard(slug)
    table = Resource(
        name=declared.tables[0].name, path="t.csv", schema=Schema(fields=fields), standard=StandardRef(id=slug, edition=edition)
    )
    values = {"sample": False, "own": lambda _name: None, "known": lambda _name: None} | changes
    return mapped(Subject(table=table, declared=declared, current=current.table(), **values))


def names(found: Mapped) -> dict[str, str]:
    return {each.field.name: each.column.name for each in found.parts}


def texts(*headers: str) -> list[Field]:
    return [Field(name=each, type="string") for each in headers]


def test_the_old_edition_is_read_by_identifier_and_by_other_spellings() -> None:
    found = of(*texts("NO", "住所", "方書", "都道府県コード又は市区町村コード"), Field(name="多機能トイレ数", type="integer"))
    assert names(found) == {
        "NO": "ID",
        "住所": "所在地_連結表記",
        "方書": "建物名等(方書)",
        "都道府県コード又は市区町村コード": "全国地方公共団体コード",
        "多機能トイレ数": "バリアフリートイレ数",
    }
    assert found.findings == ()
    assert found.missing["mandatory"] == ("名称", "設置位置")
    assert "緯度" in found.missing["recommended"]


def test_width_case_and_spaces_of_a_header_do_not_matter() -> None:
    assert names(of(*texts("ＮＯ", " 住 所 "))) == {"ＮＯ": "ID", " 住 所 ": "所在地_連結表記"}


def test_what_the_current_edition_has_not_is_left_out_and_told() -> None:
    found = of(*texts("名称", "ひみつのメモ"))
    assert names(found) == {"名称": "名称"}
    assert [(each.code, each.found) for each in found.findings] == [("union-column-other", "ひみつのメモ")]


def test_two_headers_of_one_column_are_both_left_out() -> None:
    found = of(*texts("住所", "所在地_連結表記", "名称"), edition="20260801")
    assert names(found) == {"名称": "名称"}
    assert [(each.code, each.expected, each.place.field) for each in found.findings] == [
        ("union-columns-several", "所在地_連結表記", "住所, 所在地_連結表記")
    ]
    assert "所在地_連結表記" in found.missing["mandatory"]


@pytest.mark.parametrize(
    ("header", "type_", "taken"),
    [
        ("緯度", "number", True),
        ("緯度", "integer", True),
        ("緯度", "string", False),
        ("男性トイレ総数", "number", False),
        ("名称", "integer", True),
        ("全国地方公共団体コード", "integer", False),
        ("車椅子使用者用トイレ有無", "boolean", True),
    ],
)
def test_types_that_cannot_be_united_are_left_out_and_told(header: str, type_: str, taken: bool) -> None:
    found = of(Field(name=header, type=type_), *texts("設置位置"), edition="20260801")
    assert (header in names(found)) == taken
    assert [each.code for each in found.findings] == ([] if taken else ["union-column-type"])


def test_a_table_that_allows_more_values_than_the_standard_is_looked_into() -> None:
    def allowed(constraints: dict[str, object]) -> tuple[str, ...] | None:
        found = of(Field(name="車椅子使用者用トイレ有無", type="string", constraints=constraints))
        return found.parts[0].allowed

    assert allowed({}) == ("有", "無")
    assert allowed({"enum": ["有", "無", "不明"]}) == ("有", "無")
    assert allowed({"enum": ["有"]}) is None


LOCAL = CodeList(
    name="tokens",
    title=Text("記号"),
    description=Text(),
    concepts=(
        Concept(
            code="大阪",
            codelist="tokens",
            label=Text("大阪府"),
            exact_match=("https://x.example/concept/local-government-270008",),
        ),
        Concept(code="豊中", codelist="tokens", label=Text("豊中市")),
        Concept(code="池田", codelist="tokens", label=Text("池田市"), exact_match=("https://x.example/concept/other-272043",)),
    ),
)
KNOWN = CodeList(
    name="local-government",
    title=Text("団体"),
    description=Text(),
    concepts=(
        Concept(code="270008", codelist="local-government", label=Text("大阪府")),
        Concept(code="272035", codelist="municipality", label=Text("豊中市"), exact_match=("concept/tokens-豊中",)),
        Concept(code="272043", codelist="municipality", label=Text("池田市")),
    ),
)


def coded(codelist: str, own: CodeList | None = None, *, sample: bool = False) -> object:
    field = Field(name="全国地方公共団体コード", type="string", definition=Definition(codelist=codelist))
    return of(field, sample=sample, own=lambda _name: own, known=lambda _name: KNOWN).parts[0].codes


def test_codes_of_an_own_list_are_translated_only_where_a_list_says_so() -> None:
    assert coded("tokens", LOCAL) == {"大阪": "270008", "豊中": "272035"}


def test_the_same_codes_need_no_translation() -> None:
    assert coded("local-government") is None
    assert coded("") is None
    assert coded("municipality-sample", sample=True) is None


def test_a_list_that_belongs_to_the_standards_list_has_its_codes() -> None:
    part = CodeList(name="municipality", title=Text(), description=Text(), concepts=KNOWN.concepts[1:])
    assert coded("municipality", part) == {"272035": "272035", "272043": "272043"}


@pytest.mark.parametrize("slug", STANDARDS.names())
def test_every_edition_of_every_standard_has_its_place_in_the_current_one(slug: str) -> None:
    current = STANDARDS.standard(slug)
    for edition in STANDARDS.editions(slug):
        declared = STANDARDS.standard(slug, edition)
        for table in declared.tables:
            resource = Resource(
                name=table.name, path=table.file or "t.csv", schema=Schema(fields=tuple(each.field for each in table.columns))
            )
            wanted = current_table(resource, declared, current)
            assert wanted is not None
            found = mapped(
                Subject(
                    table=resource,
                    declared=declared,
                    current=wanted,
                    sample=False,
                    own=lambda _name: None,
                    known=lambda _name: None,
                )
            )
            assert {each.code for each in found.findings} <= {"union-column-other"}
            assert [each.column.order for each in found.parts] == sorted(each.column.order for each in found.parts)
            assert all(each.allowed is None and each.codes is None for each in found.parts)
            if declared is current:
                assert [each.column.name for each in found.parts] == [each.name for each in table.columns]
            else:  # what the former edition has and this one has not
                assert len(found.parts) >= len(table.columns) - 2
