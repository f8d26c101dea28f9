"""Each rule on texts of its kind: what it mends, what it leaves; and that twice is the same as once, for any text."""

import pytest
from conforming_samples import LIBRARY
from frictionless import Field as StockField
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.conforming.repairs import RULES, Mender, readings
from catalog.conforming.subjects import Subject, subject_of
from catalog.standards import Column, schema_json

STANDARD = {each.slug: each for each in LIBRARY.standards.current()}


def subject(slug: str, column: str, *, sample: bool = False) -> Subject:
    found = STANDARD[slug].table().column(column)
    assert found is not None
    return subject_of(found, LIBRARY.vocabulary, sample=sample)


SUBJECTS = {
    "number": subject("fire-water-facility", "口径"),
    "integer": subject("public-toilet", "男性トイレ総数"),
    "latitude": subject("public-toilet", "緯度"),
    "date": subject("cultural-property", "文化財指定日"),
    "time": subject("public-toilet", "利用開始時間"),
    "boolean": subject("designated-emergency-evacuation-site", "災害種別_洪水"),
    "list": subject("designated-emergency-evacuation-site", "対象となる町会・自治会"),
    "have": subject("public-toilet", "車椅子使用者用トイレ有無"),
    "may": subject("public-facility", "ベビーカー利用"),
    "choice": subject("medical-institution", "医療機関の種類"),
    "area-code": subject("public-toilet", "全国地方公共団体コード"),
    "corporate-number": subject("aed-location", "法人番号"),
    "pattern": subject("aed-location", "郵便番号"),
    "code": subject("aed-location", "ID"),
    "phone": subject("aed-location", "電話番号"),
    "uri": subject("aed-location", "URL"),
    "email": subject("aed-location", "連絡先メールアドレス"),
    "naming": subject("aed-location", "所在地_連結表記"),
    "prose": subject("aed-location", "備考"),
}
SAME = ...


def mended(kind: str, text: str) -> tuple[str, str]:
    done = Mender(SUBJECTS[kind], {}).mend(text)
    return done.text, ";".join(done.rules)


@pytest.mark.parametrize(
    ("kind", "before", "after", "rules"),
    [
        # every kind
        ("prose", "\ufeff駅\u200b前", "駅前", "invisible"),
        ("naming", "　駅前　", "駅前", "blank"),
        ("phone", "087-888-1126  \n", "087-888-1126", "line-break"),
        ("naming", "高槻市\r\n 紺屋町", "高槻市 紺屋町", "line-break"),
        ("prose", "1階\r\n2階\r3階 ", "1階\n2階\n3階", "line-break;blank"),
        ("prose", "駅　前", SAME, ""),
        # widths
        ("prose", "９：００～　ＪＲ（北口）", "9：00～　JR（北口）", "width"),
        ("naming", "１－２－３ ３９０−９ セ〜ンター", "1－2－3 390−9 セ〜ンター", "width"),
        ("phone", "（０８７）８３９－２６１１", "(087)839－2611", "width"),
        ("phone", "087ー839ー2611", SAME, ""),
        ("code", "Ａ－１", "A－1", "width"),
        ("uri", "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｊｐ／", "https://example.jp/", "width"),
        ("pattern", "５６９－００６７", "569-0067", "width"),
        ("integer", "１２", "12", "width"),
        ("number", "10²", SAME, ""),
        ("integer", "①", SAME, ""),
        # kana
        ("naming", "ｶﾞﾗｽ･ｾﾝﾀｰ １ｰ２", "ガラス・センター 1ｰ2", "width;kana"),
        ("prose", "ﾊﾟｰｸ", "パーク", "kana"),
        ("phone", "ｰ1", SAME, ""),
        # flags
        ("boolean", "○", "1", "flag"),
        ("boolean", "１", "1", "width"),
        ("boolean", "あり", "1", "flag"),
        ("boolean", "×", "", "flag"),
        ("boolean", "無し", "", "flag"),
        ("boolean", "−", "", "none"),
        ("boolean", "不明", SAME, ""),
        ("boolean", "△", SAME, ""),
        ("boolean", "0", SAME, ""),
        ("have", "◯", "有", "flag"),
        ("have", "有り", "有", "flag"),
        ("have", "なし", "無", "flag"),
        ("have", "ナシ", "無", "flag"),
        ("have", "TRUE", "有", "flag"),
        ("have", "1", SAME, ""),
        ("have", "-", "", "none"),
        ("have", "不明", "", "none"),
        ("may", "○", "可", "flag"),
        ("may", "×", "不可", "flag"),
        ("may", "有", SAME, ""),
        ("may", "なし", "", "none"),
        ("choice", "有床 診療所", "有床診療所", "choice"),
        ("choice", "助産所", SAME, ""),
        # none-marks
        ("naming", "ー", "", "none"),
        ("naming", "－－", "", "none"),
        ("naming", "なし", "", "none"),
        ("naming", "不明", SAME, ""),
        ("phone", "なし", "", "none"),
        ("integer", "N/A", "", "none"),
        ("integer", "無し", "", "none"),
        ("time", "未定", "", "none"),
        ("code", "無", SAME, ""),
        ("prose", "なし", SAME, ""),
        ("prose", "-", SAME, ""),
        # numbers
        ("integer", "4,315 ", "4315", "blank;number"),
        ("integer", "１，２３４", "1234", "width;number"),
        ("integer", "12.0", "12", "number"),
        ("integer", "12,34", SAME, ""),
        ("integer", "4,315人", SAME, ""),
        ("integer", "2.5", SAME, ""),
        ("number", "1,234.5", "1234.5", "number"),
        ("latitude", "0", "", "zero-coordinate"),
        ("latitude", "０．０００", "", "width;zero-coordinate"),
        ("latitude", "34851", SAME, ""),
        ("number", "0", SAME, ""),
        # dates
        ("date", "令和２年７月２１日", "2020-07-21", "width;date"),
        ("date", "S38.01.14", "1963-01-14", "date"),
        ("date", "平成元年1月8日", "1989-01-08", "date"),
        ("date", "2020/4/1", "2020-04-01", "date"),
        ("date", "2020.4.1", "2020-04-01", "date"),
        ("date", "2020年 4月 1日", "2020-04-01", "date"),
        ("date", "20200401", "2020-04-01", "date"),
        ("date", "2020-04-01 00:00:00", "2020-04-01", "date"),
        ("date", "2020/4/1 0:00", "2020-04-01", "date"),
        ("date", "2020-04-01", SAME, ""),
        ("date", "2020/4", SAME, ""),
        ("date", "4月頃", SAME, ""),
        ("date", "20/4/1", SAME, ""),
        ("date", "2020/2/30", SAME, ""),
        ("date", "2020/4-1", SAME, ""),
        ("date", "昭和64年2月1日", "1989-02-01", "date"),
        ("date", "44197", SAME, ""),
        # times
        ("time", "9:00", "09:00", "time"),
        ("time", "９：００", "09:00", "width;time"),
        ("time", "9:00:00", "09:00", "time"),
        ("time", "9時", "09:00", "time"),
        ("time", "9時半", "09:30", "time"),
        ("time", "午後 5時15分", "17:15", "time"),
        ("time", "1700", "17:00", "time"),
        ("time", "24:00", SAME, ""),
        ("time", "0:00", "00:00", "time"),
        ("time", "24:30", SAME, ""),
        ("time", "午後12時", SAME, ""),
        ("time", "900", SAME, ""),
        ("time", "9:00～17:00", "9:00~17:00", "width"),
        ("time", "9:0", SAME, ""),
        # codes
        ("area-code", "27207", "272078", "code-check-digit"),
        ("area-code", "11002", "011002", "code-zero"),
        ("area-code", "12203", SAME, ""),
        ("area-code", "27299", SAME, ""),
        ("area-code", "2.72078E+05", "272078", "code-number"),
        ("area-code", "2.72E+05", SAME, ""),
        ("area-code", "272078.0", "272078", "code-number"),
        ("area-code", "272079.0", SAME, ""),
        ("area-code", "272079", SAME, ""),
        ("area-code", "1100", SAME, ""),
        ("corporate-number", "1.000020372021E+12", "1000020372021", "code-number"),
        ("corporate-number", "1.00002E+12", SAME, ""),
        ("corporate-number", "1.000020372022E+12", SAME, ""),
        ("code", "1.23E+12", SAME, ""),
    ],
)
def test_a_rule_mends_or_leaves(kind: str, before: str, after: object, rules: str) -> None:
    assert mended(kind, before) == (before if after is SAME else after, rules)


def test_every_rule_is_shown_above() -> None:
    (mark,) = [each for each in test_a_rule_mends_or_leaves.pytestmark if each.name == "parametrize"]  # type: ignore[attr-defined]
    shown = {rule for *_, rules in mark.args[1] for rule in rules.split(";")}
    assert {each.id for each in RULES} <= shown


def test_five_digits_that_are_two_codes_are_not_decided() -> None:
    assert readings("12203", SUBJECTS["area-code"]) == ("012203", "122033")


def test_a_sample_has_codes_of_its_own() -> None:
    invented = subject("public-toilet", "全国地方公共団体コード", sample=True)
    assert Mender(invented, {}).mend("81201").text == "812013"
    assert Mender(invented, {}).mend("27207").text == "27207"


def test_what_the_steward_decided_comes_first() -> None:
    decided = Mender(SUBJECTS["boolean"], {("災害種別_洪水", "△"): "１", ("災害種別_津波", "×"): "1"})
    assert (decided.mend(" △ ").text, decided.mend("△").rules) == ("1", ("decision", "width"))
    assert decided.mend("×").text == ""


def _columns() -> list[Column]:
    """A column of each kind, with and without what changes how it is read."""
    found: dict[object, Column] = {}
    for standard in LIBRARY.standards:
        for column in standard.table().columns if len(standard.tables) == 1 else ():
            each = subject_of(column, LIBRARY.vocabulary, sample=False)
            found.setdefault((each.kind, each.axis, each.values, each.required), column)
    return list(found.values())


COLUMNS = _columns()
EVERY = [subject_of(each, LIBRARY.vocabulary, sample=False) for each in COLUMNS]
_CHARACTERS = st.sampled_from(
    list("0123456789０１２９－ー-−〜～ｰｱﾞﾟｶﾝＡａ ○×△なし無有:：,.／/年月日時分半午後令和元R\n\r\t　\u200bEe+｡\x85\x1f\u2028²①")
)
_WHOLE = st.sampled_from([
    "令和2年7月21日", "R02.07.21", "2020/1/2", "9：00", "24:00", "37201", "12203", "1.2E+05", "2.72078E+05", "０", "-", "なし",
    "有り", "1,234", "3.5", "有", "1700", "135.1",
])  # fmt: skip
TEXTS = st.builds("{}{}{}".format, st.text(max_size=2), _WHOLE, st.text(_CHARACTERS, max_size=2)) | _WHOLE
TEXTS |= st.text(_CHARACTERS | st.characters(exclude_categories=["Cs"]), max_size=12)
PLACES = st.integers(0, len(EVERY) - 1)


@settings(max_examples=600)
@given(PLACES, TEXTS)
def test_twice_is_the_same_as_once(place: int, text: str) -> None:
    mender = Mender(EVERY[place], {})
    once = mender.mend(text)
    assert mender.mend(once.text) == (once if not once.rules else type(once)(once.text))


@settings(max_examples=500)
@given(PLACES, st.lists(TEXTS, max_size=4))
def test_a_column_is_mended_as_its_cells_are(place: int, texts: list[str]) -> None:
    """The cheap test for surely right cells changes nothing, and lets pass only what nothing can be said against."""
    mender = Mender(EVERY[place], {})
    after, rules = mender.mend_all(texts)
    each = [mender.mend(text) for text in texts]
    assert after == [one.text for one in each]
    assert rules == {index: one.rules for index, one in enumerate(each) if one.rules}
    assert all(text in mender.unsure or EVERY[place].accepts(text) for text in after)


_STOCK = {}
for _standard in LIBRARY.standards:
    if len(_standard.tables) == 1:
        for _column, _field in zip(_standard.columns, schema_json(_standard, _standard.table())["fields"], strict=True):
            _STOCK[id(_column)] = StockField.from_descriptor(_field)


@settings(max_examples=600)
@given(PLACES, TEXTS | st.sampled_from(["https://example.jp/a", "a@example.jp", "mailto:x", "a..b@example.jp", "20", "46.0001"]))
def test_what_is_accepted_stock_accepts_too(place: int, text: str) -> None:
    text = Mender(EVERY[place], {}).mend(text).text
    if text and EVERY[place].accepts(text):
        _cell, notes = _STOCK[id(COLUMNS[place])].read_cell(text)
        assert not notes, (EVERY[place].name, text, notes)
