"""Writing derived tables, and holding what is published against what follows from the records."""

import csv
import random

import pytest
from derivation_samples import LISTS, country, package, published_table

from catalog import messages
from catalog.derivation import published
from catalog.derivation.engine import derive
from catalog.errors import Refusal
from catalog.model import Package, Text

RULES = {
    "id": {"rule": "copy", "from": "id"},
    "type": {"rule": "copy", "from": "type"},
    "cost": {"rule": "round-down", "from": "cost", "step": 10},
}
ROWS = [("a", "x", 15), ("b", "y", 27), ("c", "x", "")]
CSV = "id,type,cost\na,x,10\nb,y,20\nc,x,\n"


def keyed(**options):
    table = published_table("t", {"from": "cases"}, RULES, key_=["id"], cost={"type": "integer"})
    return published_table("t", {"from": "cases"}, RULES, cost={"type": "integer"}) if options.get("key") is False else table


@pytest.fixture
def made(tmp_path):
    return package(tmp_path, country(ROWS), keyed())


def written(made):
    return published.write(made, derive(made, LISTS))


def file_of(made):
    return made.root / "data/t.csv"


def summary(made):
    return [(each.code, each.place.field, each.place.row, each.found, each.expected) for each in published.check(made, LISTS)]


def test_what_was_written_is_what_is_derived(made):
    assert written(made) == (file_of(made),)
    assert file_of(made).read_bytes() == CSV.encode()
    assert published.check(made, LISTS) == ()


def test_writing_twice_gives_the_same_bytes_and_leaves_nothing_else(made):
    written(made)
    file_of(made).chmod(0o640)
    written(made)
    assert [each.name for each in file_of(made).parent.iterdir()] == ["t.csv"]
    assert file_of(made).stat().st_mode & 0o777 == 0o640


def test_a_changed_cell_is_found_and_named(made):
    written(made)
    file_of(made).write_text(CSV.replace("b,y,20", "b,y,30"), encoding="utf-8")
    (finding,) = published.check(made, LISTS)
    assert (finding.code, finding.found, finding.expected) == ("derivation-differs", "30", "20")
    place = finding.place
    assert (place.file, place.resource, place.field, place.row, place.column) == ("data/t.csv", "t", "cost", 3, 3)
    assert "30" in messages.word(finding, "ja")
    assert "20" in messages.word(finding, "ja")


def test_every_change_of_one_cell_is_found(made):
    written(made)
    random_ = random.Random(5)
    rows = list(csv.reader(CSV.splitlines()))
    for _attempt in range(20):
        row, field = random_.randrange(1, 4), random_.randrange(3)
        changed = [list(each) for each in rows]
        changed[row][field] += "1"
        file_of(made).write_text("\n".join(",".join(each) for each in changed) + "\n", encoding="utf-8")
        assert published.check(made, LISTS), (row, field)


@pytest.mark.parametrize("text", [CSV.replace("\n", "\r\n"), "\ufeff" + CSV, CSV.replace("x", '"x"'), CSV.rstrip("\n")])
def test_another_spelling_of_the_same_cells_is_no_difference(made, text):
    file_of(made).parent.mkdir()
    file_of(made).write_bytes(text.encode())
    assert published.check(made, LISTS) == ()


def test_another_spelling_of_the_same_number_is_one(made):
    written(made)
    file_of(made).write_text(CSV.replace("a,x,10", "a,x,010"), encoding="utf-8")
    assert summary(made) == [("derivation-differs", "cost", 2, "010", "10")]


def test_rows_are_found_by_their_key(made):
    written(made)
    lines = CSV.splitlines()
    file_of(made).write_text("\n".join([lines[0], lines[3], lines[1], lines[2].replace("20", "21")]) + "\n", encoding="utf-8")
    assert summary(made) == [("derivation-differs", "cost", 4, "21", "20")]


def test_rows_too_many_and_rows_too_few(made):
    written(made)
    file_of(made).write_text(CSV.replace("b,y,20", "d,y,20") + "a,x,10\n", encoding="utf-8")
    assert summary(made) == [
        ("derivation-row-extra", "", 3, "d, y, 20", ""),
        ("derivation-row-extra", "", 5, "a, x, 10", ""),
        ("derivation-row-missing", "", 0, "", "b, y, 20"),
    ]


def test_without_a_key_rows_are_compared_by_position(tmp_path):
    made = package(tmp_path, country(ROWS), keyed(key=False))
    written(made)
    assert summary(made) == []
    file_of(made).write_text(CSV.replace("c,x,\n", ""), encoding="utf-8")
    assert summary(made) == [("derivation-row-missing", "", 0, "", "c, x, ")]


def test_only_the_first_differences_are_told_with_their_number(tmp_path):
    made = package(tmp_path, country([(f"c{number:02}", "x", 5) for number in range(30)]), keyed())
    written(made)
    text = file_of(made).read_text(encoding="utf-8").replace(",x,", ",y,")
    file_of(made).write_text(text, encoding="utf-8")
    findings = published.check(made, LISTS)
    assert [each.place.row for each in findings] == list(range(2, 12))
    assert {each.details["total"] for each in findings} == {"30"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id,type\na,x\n", "derivation-header-differs"),
        ("id,type,cost\na,x\n", "derivation-row-ragged"),
        (None, "derivation-file-missing"),
    ],
)
def test_a_published_file_that_cannot_be_compared(made, text, code):
    written(made)
    if text is None:
        file_of(made).unlink()
    else:
        file_of(made).write_text(text, encoding="utf-8")
    assert [(each.code, each.place.file) for each in published.check(made, LISTS)] == [(code, "data/t.csv")]


def test_records_that_cannot_be_used_are_findings_of_the_check(tmp_path):
    made = package(tmp_path, country([("a", "x", "many")]), keyed())
    assert [each.code for each in published.check(made, LISTS)] == ["value-not-numeric"]


def test_a_package_without_derived_tables_has_nothing_to_prove():
    assert published.check(Package(name="p", title=Text()), LISTS) == ()


def test_without_the_records_nothing_is_proved_and_nothing_blocked(made):
    alone = Package(name="p", title=Text(), resources=made.resources, root=made.root)
    (finding,) = published.check(alone, LISTS)
    assert (finding.code, finding.severity) == ("derivation-unproven", "warning")


def test_nothing_is_written_where_one_table_cannot_be(tmp_path):
    good = keyed()
    odd = published_table("u", {"from": "cases"}, RULES, cost={"type": "integer"})
    object.__setattr__(odd, "dialect", {"delimiter": ";"})
    made = package(tmp_path, country(ROWS), good, odd)
    with pytest.raises(Refusal) as caught:
        written(made)
    assert [(each.code, each.place.resource) for each in caught.value.findings] == [("derivation-form", "u")]
    assert not file_of(made).exists()


def test_a_write_that_fails_leaves_the_old_tables(made, monkeypatch):
    written(made)
    before = file_of(made).read_bytes()
    tables = derive(made, LISTS)
    monkeypatch.setattr(published.csv, "writer", lambda *_args, **_options: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        published.write(made, tables)
    assert file_of(made).read_bytes() == before
    assert [each.name for each in file_of(made).parent.iterdir()] == ["t.csv"]
