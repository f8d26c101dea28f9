"""Whatever a descriptor holds: the loader answers a package or a Refusal, and what it lets through stock can take."""

import copy
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from catalog import messages
from catalog.datapackage import open_package
from catalog.errors import Refusal
from catalog.model import Package
from catalog.settings import Settings

QUICK = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
VALID: dict[str, Any] = {
    "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
    "name": "valid",
    "title": "見本",
    "created": "2026-04-01T00:00:00Z",
    "keywords": ["a"],
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
    "contributors": [{"title": "a", "email": "a@example.jp", "roles": ["author"]}],
    "sources": [{"title": "a", "email": "a@example.jp"}],
    "catalog": {"spatial": ["270008"], "temporal": {"start": "2020-01-01"}, "contact": {"name": "a"}, "sample": True},
    "resources": [
        {
            "name": "list",
            "path": "list.csv",
            "mediatype": "text/csv",
            "licenses": [{"name": "CC0-1.0"}],
            "dialect": {"delimiter": ",", "headerRows": [1], "commentChar": "#", "skipBlankRows": True},
            "schema": {
                "fields": [
                    {"name": "id", "type": "string", "constraints": {"required": True, "pattern": "[a-z]+", "maxLength": 5}},
                    {"name": "count", "type": "integer", "constraints": {"minimum": 0, "enum": [1, 2]}, "bareNumber": False},
                    {"name": "rate", "type": "number", "decimalChar": ".", "groupChar": ",", "constraints": {"maximum": 9.5}},
                    {"name": "on", "type": "date", "format": "%Y-%m-%d", "constraints": {"minimum": "2020-01-01"}},
                    {"name": "yes", "type": "boolean", "trueValues": ["y"], "falseValues": ["n"], "example": "y"},
                    {"name": "tags", "type": "list", "delimiter": ";", "itemType": "string", "missingValues": ["-"]},
                    {"name": "parent", "type": "string", "categories": ["a", "b"], "rdfType": "http://schema.org/Thing"},
                ],
                "primaryKey": ["id"],
                "foreignKeys": [{"fields": ["parent"], "reference": {"resource": "", "fields": ["id"]}}],
                "uniqueKeys": [["count", "rate"]],
                "missingValues": [{"value": "", "label": "なし"}],
                "fieldsMatch": "exact",
            },
        },
        {"name": "text", "path": "list.csv", "format": "csv", "hash": ""},
    ],
}  # fmt: skip
ROWS = "id,count,rate,on,yes,tags,parent\na,1,1.5,2020-02-03,y,p;q,\nb,2,,2021-01-01,n,-,a\n"

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["list", "id", "none", "table", "data", "list.csv", "/etc/passwd", "../x", "http://example.com/x.json", "string", "date",
         "integer", "geojson", "any", "duration", "array", "object", "year", "%Y", "fmt:%d", "cp932", "gsheets", "subset"]
    )
)  # fmt: skip
KEYS = st.text(max_size=6) | st.sampled_from(
    sorted({key for part in (VALID, *VALID["resources"], VALID["resources"][0]["schema"]) for key in part}
           | {"profile", "data", "url", "type", "encoding", "compression", "definition", "translations", "minimum", "csv",
              "exclusiveMaximum", "example", "floatNumber", "missingValues", "stats", "derivation", "personal"})
)  # fmt: skip
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value inside a JSON value, its own first."""
    yield path
    pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, item in pairs:
        yield from places(item, (*path, key))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """The valid descriptor with some of its values replaced, removed, or joined by others."""
    whole = {"": copy.deepcopy(VALID)}
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from([("", *path) for path in places(whole[""])]))
        target: Any = whole
        for key in parents:
            target = target[key]
        match draw(st.sampled_from(["replace", "replace", "remove", "add"])):
            case "remove" if parents:
                del target[last]
            case "add" if isinstance(target[last], dict):
                target[last][draw(KEYS)] = draw(JSON)
            case _:
                target[last] = draw(JSON)
    return whole[""]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    root.mkdir()
    (root / "list.csv").write_text(ROWS)
    return root


def outcome(folder: Path, content: bytes) -> Package | None:
    """The package, or None where it was refused with findings that can be shown."""
    (folder / "datapackage.json").write_bytes(content)
    try:
        with open_package(folder, Settings()) as package:
            return package
    except Refusal as refusal:
        assert refusal.findings, "a refusal has its reasons"  # noqa: PT017  the other outcome is as good
        for finding in refusal.findings:
            text = json.dumps(messages.as_json(finding), ensure_ascii=False)
            text.encode()
            assert str(folder) not in text
            assert messages.word(finding, "en") != finding.code
        return None


def test_the_descriptor_that_is_changed_below_is_valid(folder):
    package = outcome(folder, json.dumps(VALID).encode())
    assert package is not None
    report = frictionless.Package.from_descriptor(dict(package.descriptor), basepath=str(folder)).validate()
    assert report.valid, report.flatten(["type", "note"])


@examples(max_examples=150, **QUICK)
@given(content=JSON)
@example(content=None)
@example(content={"resources": [[]]})
def test_any_json_is_read_or_refused(folder, content):
    outcome(folder, json.dumps(content).encode("utf-8", "surrogatepass"))


@examples(max_examples=150, **QUICK)
@given(content=st.binary(max_size=100) | st.text('{}[]",:\\ud0e1nulltrue \n', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(folder, content):
    outcome(folder, content)


@examples(max_examples=250, **QUICK)
@given(content=mutated())
def test_a_changed_descriptor_is_read_or_refused_and_stock_can_take_what_was_read(folder, content):
    package = outcome(folder, json.dumps(content).encode())
    if package is None:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            frictionless.Package.from_descriptor(dict(package.descriptor), basepath=str(folder)).validate()
        except frictionless.FrictionlessException as error:
            assert error.reasons or error.error  # noqa: PT017  stock's own way of saying that the metadata is wrong
