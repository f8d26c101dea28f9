"""`catalog vocab sync`: the codes of lists written into the ``enum`` of a descriptor, and not a character else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import messages
from catalog.errors import Refusal
from catalog.vocabulary import syncing
from catalog.vocabulary.codelists import Vocabulary
from catalog.vocabulary.reading import load

VOCABULARY = load()
OWN_LIST = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<codelist/x> a skos:ConceptScheme ; dct:title "題"@ja, "Title"@en ; dct:description "説明"@ja, "Text"@en .
<concept/x-a> skos:inScheme <codelist/x> ; skos:notation "a" ; skos:prefLabel "甲"@ja, "A"@en ;
  skos:definition "定義"@ja, "Meaning"@en .
<concept/x-b> skos:inScheme <codelist/x> ; skos:notation "b" ; skos:prefLabel "乙"@ja, "B"@en ;
  skos:definition "定義"@ja, "Meaning"@en .
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load()


DESCRIPTOR = """{
  "name": "p",
  "resources": [
    { "name": "t", "path": "t.csv", "schema": { "fields": [
      {"name": "a", "type": "string", "definition": {"codelist": "introduction-basis"}},
      {"name": "b", "type": "string", "constraints": {"required": true}, "definition": {"codelist": "yes-no-nodata"}},
      {
        "name": "c", "title": "区分 }],{[ \\\\\\" ",
        "constraints": {
          "enum": [
            "0-5m",
            "5m-10m"
          ]
        },
        "definition": {"codelist": "cost-band"}
      },
      {"name": "d", "constraints": {"enum": ["actual"]}, "definition": {"codelist": "introduction-basis"}},
      {"name": "e", "type": "string", "constraints": {}, "definition": {"codelist": "introduction-basis"}},
      {
        "name": "f",
        "definition": {"codelist": "introduction-basis"}
      },
      {"name": "g", "type": "list", "definition": {"codelist": "introduction-basis"}},
      {"name": "h", "type": "string", "definition": {"codelist": "municipality"}},
      {"name": "i", "type": "string"}
    ]}}
  ]
}
"""


def test_sync_writes_the_codes_and_nothing_else(tmp_path, vocabulary):
    path = tmp_path / "datapackage.json"
    path.write_text(DESCRIPTOR, encoding="utf-8")
    (edit,) = syncing.sync(tmp_path, vocabulary, whole=True)
    assert path.read_text(encoding="utf-8") == DESCRIPTOR
    assert edit.notes == ()
    before, after = json.loads(DESCRIPTOR), json.loads(edit.after)
    fields = {field["name"]: field for field in after["resources"][0]["schema"]["fields"]}
    for field in before["resources"][0]["schema"]["fields"]:
        if field["name"] in "abcdef":
            field.setdefault("constraints", {})["enum"] = list(vocabulary.codelist(field["definition"]["codelist"]).codes)
    assert after == before
    assert {name for name, field in fields.items() if "enum" in field.get("constraints", {})} == set("abcdef")
    lines = edit.after.splitlines()
    assert '      {"name": "i", "type": "string"}' in lines
    assert '            "under-5m",' in lines
    assert (
        '      {"name": "d", "constraints": {"enum": ["actual", "deadline"]}, "definition": {"codelist": "introduction-basis"}},'
        in lines
    )
    assert '        "constraints": {"enum": ["actual", "deadline"]}' in lines
    assert edit.diff().startswith("--- datapackage.json\n+++ datapackage.json\n@@")
    assert '-            "0-5m",\n' in edit.diff()

    syncing.write(tmp_path, (edit,))
    (again,) = syncing.sync(tmp_path, vocabulary)
    assert (again.changed, again.diff()) == (False, "")
    assert path.read_text(encoding="utf-8") == edit.after
    assert sorted(each.name for each in tmp_path.iterdir()) == ["datapackage.json"]


def test_an_enum_that_allows_fewer_codes_stays_unless_asked(tmp_path, vocabulary):
    (tmp_path / "datapackage.json").write_text(DESCRIPTOR, encoding="utf-8")
    (edit,) = syncing.sync(tmp_path, vocabulary)
    fields = {each["name"]: each for each in json.loads(edit.after)["resources"][0]["schema"]["fields"]}
    assert fields["d"]["constraints"]["enum"] == ["actual"]
    assert fields["c"]["constraints"]["enum"] == ["5m-10m"]
    assert fields["a"]["constraints"]["enum"] == ["actual", "deadline"]
    assert [(each.code, each.severity, each.place.field) for each in edit.notes] == [
        ("enum-narrower", "note", "c"),
        ("enum-narrower", "note", "d"),
    ]
    assert edit.notes[1].found == "deadline"


def test_long_enums_are_set_in_lines(tmp_path, vocabulary):
    for newline in ("\n", "\r\n"):
        field = {"name": "a", "definition": {"codelist": "joint-procurement-system-type"}}
        text = json.dumps({"resources": [{"schema": {"fields": [field]}}]}, indent=2).replace("\n", newline)
        (tmp_path / "datapackage.json").write_bytes(text.encode())
        (edit,) = syncing.sync(tmp_path, vocabulary)
        wanted = field | {"constraints": {"enum": list(vocabulary.codelist("joint-procurement-system-type").codes)}}
        assert edit.after == json.dumps({"resources": [{"schema": {"fields": [wanted]}}]}, indent=2).replace("\n", newline)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.text().filter(lambda key: key not in {"definition", "constraints", "type"}), json_values, max_size=3),
    st.sampled_from([None, {}, {"enum": []}, {"enum": ["x"], "pattern": ".*"}, {"minLength": 1}, [], 3, {"enum": "x"}]),
    st.sampled_from([None, 1, 4, "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_sync_keeps_whatever_stands_around(tmp_path_factory, members, constraints, indent, newline, mark):
    folder = tmp_path_factory.mktemp("sync")
    field = {
        **members,
        **({} if constraints is None else {"constraints": constraints}),
        "definition": {"codelist": "introduction-basis"},
    }
    text = json.dumps({"resources": [{"schema": {"fields": [field]}}]}, indent=indent, ensure_ascii=False)
    (folder / "datapackage.json").write_bytes((mark + text.replace("\n", newline)).encode("utf-8", "surrogatepass"))
    (edit,) = syncing.sync(folder, VOCABULARY)
    if constraints is None or (isinstance(constraints, dict) and isinstance(constraints.get("enum", []), list)):
        field["constraints"] = {**(constraints or {}), "enum": ["actual", "deadline"]}
    assert json.loads(edit.after.removeprefix("\ufeff")) == {"resources": [{"schema": {"fields": [field]}}]}
    assert edit.after.startswith(mark)
    assert edit.after.count("\n") == edit.after.count(newline) or indent is None


def test_sync_of_raw_packages_schema_files_and_own_lists(tmp_path, vocabulary):
    field = {"name": "a", "type": "string", "definition": {"codelist": "x"}}
    (tmp_path / "raw").mkdir()
    for name in ("", "raw/"):
        descriptor = {"resources": [{"name": "t", "schema": "schema.json"}, {"name": "u", "schema": "../outside.json"}]}
        (tmp_path / name / "datapackage.json").write_text(json.dumps(descriptor))
        (tmp_path / name / "schema.json").write_text(json.dumps({"fields": [field]}))
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists/x.ttl").write_text(OWN_LIST, encoding="utf-8")
    edits = syncing.sync(tmp_path, vocabulary)
    assert [(each.file, each.changed) for each in edits] == [
        ("datapackage.json", False), ("schema.json", True), ("raw/datapackage.json", False), ("raw/schema.json", True),
    ]  # fmt: skip
    syncing.write(tmp_path, edits)
    assert json.loads((tmp_path / "raw/schema.json").read_text())["fields"][0]["constraints"] == {"enum": ["a", "b"]}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "sync-unreadable"),
        (b"{", "sync-not-json"),
        (b"\xff", "sync-not-json"),
        (b"[" * 100_000, "sync-not-json"),
        (b'{"resources": [{"schema": {"fields": [{"definition": {"codelist": "nowhere"}}]}}]}', "codelist-unknown"),
    ],
)
def test_sync_refuses_what_it_cannot_do(tmp_path, vocabulary, content, code):
    if content is not None:
        (tmp_path / "datapackage.json").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        syncing.sync(tmp_path, vocabulary)
    assert [each.code for each in caught.value.findings] == [code]
    assert messages.word(caught.value.findings[0], "ja") != messages.word(caught.value.findings[0], "en")


def test_descriptors_that_are_strange_are_left_alone(tmp_path, vocabulary):
    for content in (
        "[]",
        "3",
        '{"resources": {}}',
        '{"resources": [3, {"schema": []}, {"schema": {"fields": [3, {"definition": 3}]}}]}',
    ):
        (tmp_path / "datapackage.json").write_text(content)
        assert [each.changed for each in syncing.sync(tmp_path, vocabulary)] == [False]
