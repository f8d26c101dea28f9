"""A publication written down and read back is the same publication."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import publication

from catalog.errors import Finding, Place, StoreError
from catalog.model import (
    Agent,
    Condition,
    Contact,
    Contributor,
    Definition,
    Field,
    ForeignKey,
    License,
    Measure,
    Package,
    Period,
    Publication,
    Resource,
    Schema,
    Source,
    StandardRef,
    StoredFile,
    Text,
    View,
)
from catalog.store.records import dump, load

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
texts = st.builds(Text, words, words)
numbers = st.integers(0, 10**12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(words, json_values, max_size=3)


def some(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


definitions = st.builds(
    Definition,
    section=words,
    obligation=st.sampled_from([None, "mandatory", "recommended", "optional"]),
    unit=words,
    personal=st.booleans(),
    derivation=some(objects),
)
fields = st.builds(
    Field,
    name=words,
    title=texts,
    description=texts,
    constraints=objects,
    missing_values=st.none() | some(words),
    options=objects,
    definition=definitions,
)
schemas = st.builds(
    Schema,
    fields=some(fields),
    missing_values=some(words),
    primary_key=some(words),
    unique_keys=some(some(words)),
    foreign_keys=some(st.builds(ForeignKey, fields=some(words), resource=words, reference_fields=some(words))),
    title=texts,
)
views = st.builds(
    View,
    name=words,
    kind=st.sampled_from(["figure", "bars", "matrix", "timeline", "finder"]),
    table=words,
    title=texts,
    measure=st.builds(Measure, function=st.sampled_from(["count", "sum", "distinct"]), field=words),
    where=some(st.builds(Condition, field=words, values=some(words), minimum=words, present=st.none() | st.booleans())),
    unit=st.sampled_from(["", "month", "fiscal-year"]),
    zeros=st.booleans(),
    columns=some(words),
)
resources = st.builds(
    Resource,
    name=words,
    path=words,
    role=st.sampled_from(["table", "file"]),
    title=texts,
    dialect=objects,
    schema=st.none() | schemas,
    bytes=st.none() | numbers,
    standard=st.none() | st.builds(StandardRef, id=words, edition=words),
    derivation=objects,
)
agents = st.builds(Agent, id=words, name=texts, uri=words)


def packages(raw: st.SearchStrategy[Package | None]) -> st.SearchStrategy[Package]:
    return st.builds(
        Package,
        name=words,
        title=texts,
        keywords=some(words),
        licenses=some(st.builds(License, name=words, path=words)),
        sources=some(st.builds(Source, title=words)),
        contributors=some(st.builds(Contributor, title=words, roles=some(words))),
        publisher=st.none() | agents,
        contact=st.none() | st.builds(Contact, name=words, telephone=words),
        temporal=st.none() | st.builds(Period, start=words, end=words),
        sample=st.booleans(),
        views=some(views),
        resources=some(resources),
        files=some(words),
        descriptor=objects,
        raw=raw,
    )


publications = st.builds(
    Publication,
    id=words,
    version=st.integers(1, 10**6),
    package=packages(st.none() | packages(st.none())),
    publisher=agents,
    files=some(
        st.builds(
            StoredFile,
            path=words,
            sha256=words,
            bytes=numbers,
            media_type=words,
            role=st.sampled_from(["source", "table", "package"]),
            resource=words,
        )
    ),
    report=objects,
    findings=some(
        st.builds(
            Finding,
            code=words,
            severity=st.sampled_from(["error", "warning", "note"]),
            place=st.builds(Place, file=words, row=numbers),
            found=words,
            details=st.dictionaries(words, words, max_size=2),
        )
    ),
    digest=words,
    rows=st.dictionaries(words, numbers, max_size=2),
    modified=words,
    note=words,
)


@given(publications)
@settings(max_examples=150, deadline=None)
def test_round_trip(value: Publication) -> None:
    text = dump(value)
    assert load(text, "any", 1) == value
    assert dump(load(text, "any", 1)) == text, "and the text is stable"


def test_the_folder_of_the_moment_is_left_out(tmp_path: Path) -> None:
    raw = Package(name="raw", title=Text("生"), root=tmp_path)
    text = dump(publication(package={"root": tmp_path, "raw": raw}))
    assert str(tmp_path) not in text
    assert '"root"' not in text
    read = load(text, "parks", 1)
    assert read.package.raw is not None
    assert (read.package.root, read.package.raw.root, read.package.raw.title) == (None, None, Text("生"))


def test_a_record_of_before_a_field_was_added_is_read() -> None:
    content = json.loads(dump(publication()))
    del content["package"]["homepage"], content["breaking"]
    content["forgotten"] = 1
    assert load(json.dumps(content), "parks", 1) == publication()


@pytest.mark.parametrize("change", [{"publisher": None}, {"files": [{}]}, {"findings": 7}, {"version": "two"}])
def test_a_record_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    text = json.dumps(json.loads(dump(publication())) | change)
    with pytest.raises(StoreError) as caught:
        load(text, "parks", 2)
    assert (caught.value.code, caught.value.details) == ("record-unreadable", {"dataset": "parks", "version": "2"})


def test_a_value_that_is_no_json_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dump(publication(report={"mean": float("nan")}))
