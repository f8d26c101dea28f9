"""Valid packages with something changed: a member of the descriptor, bytes of the table, the structure of the zip."""

import io
import json
import zipfile
from typing import Any

from hypothesis import strategies as st

DESCRIPTOR: dict[str, Any] = {
    "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
    "name": "mutated",
    "title": "小さな見本の表",
    "description": "試験のために作った、駅の一覧です。",
    "version": "1.0",
    "keywords": ["駅"],
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
    "catalog": {
        "publisher": {"id": "270008", "name": "大阪府"},
        "themes": ["TRAN"],
        "spatial": ["270008"],
        "temporal": {"start": "2020-04-01", "end": "2021-03-31"},
        "frequency": "ANNUAL",
        "contact": {"name": "試験係", "telephone": "+81-6-0000-0000"},
    },
    "resources": [
        {
            "name": "stations",
            "path": "data/stations.csv",
            "encoding": "utf-8",
            "dialect": {"delimiter": ","},
            "schema": {
                "fields": [
                    {
                        "name": "code",
                        "type": "string",
                        "title": "駅番号",
                        "constraints": {"required": True, "pattern": "[A-Z][0-9]{2}"},
                        "definition": {"obligation": "mandatory", "translations": {"en": {"title": "Station code"}}},
                    },
                    {"name": "passengers", "type": "integer", "constraints": {"minimum": 0}, "definition": {"unit": "person"}},
                    {"name": "opened", "type": "date"},
                ],
                "primaryKey": ["code"],
                "missingValues": ["", "-"],
            },
        }
    ],
}
ROWS = b"code,passengers,opened\nA01,120,1990-04-01\nA02,,-\nB03,7,2001-12-31\n"

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1e308, 10**30, 0.1, "", " ", "\u0000", "\u202e", "\ud800", "\ufdd0", "x" * 3_000),
    *([], {}, [[]], [None], {"": None}, {"$ref": "#"}, "../../etc/passwd", "http://127.0.0.1:9/x", "file:///etc/passwd"),
    *("data/stations.csv", "datapackage.json", "string", "any", "geopoint", "list", "2020-02-30", "(", "a{99999}", "%Y-%Q"),
]
"""Values that stand where others are expected."""


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [before] if before else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        found += places(part, (*before, name))
    return found


PLACES = places(DESCRIPTOR)


@st.composite
def descriptors(draw: st.DrawFn) -> bytes:
    """The descriptor with up to three members changed, taken away, renamed or added."""
    changed = json.loads(json.dumps(DESCRIPTOR))
    for place in draw(st.lists(st.sampled_from(PLACES), max_size=3)):
        parent = changed
        try:
            for name in place[:-1]:
                parent = parent[name]
            parent[place[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # it went with another
        match draw(st.sampled_from(["change", "take", "add", "twice"])):
            case "change":
                parent[place[-1]] = draw(st.sampled_from(ODD) | st.text(max_size=20) | st.integers())
            case "take":
                del parent[place[-1]]
            case "add" if isinstance(parent, dict):
                parent[draw(st.text(max_size=10))] = draw(st.sampled_from(ODD))
            case "twice" if isinstance(parent, list):
                parent.append(parent[place[-1]])
    return json.dumps(changed, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def bent(draw: st.DrawFn, given: bytes) -> bytes:
    """Bytes with a few of them changed, cut out or put in."""
    made = bytearray(given)
    for _change in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(made)))
        match draw(st.sampled_from(["change", "cut", "put"])):
            case "change" if place < len(made):
                made[place] = draw(st.integers(0, 255))
            case "cut":
                del made[place : place + draw(st.integers(1, 8))]
            case "put":
                made[place:place] = draw(st.binary(max_size=6) | st.sampled_from([b'"', b"\n", b",", b"\r\n", "駅".encode()]))
    return bytes(made)


@st.composite
def mutated_packages(draw: st.DrawFn) -> bytes:
    """A zip that was valid before."""
    packed = io.BytesIO()
    described = draw(descriptors())
    rows = draw(bent(ROWS))
    with zipfile.ZipFile(packed, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as archive:
        archive.writestr(draw(st.sampled_from(["datapackage.json"] * 9 + ["x/datapackage.json"])), described)
        archive.writestr(draw(st.sampled_from(["data/stations.csv"] * 9 + ["data\\stations.csv", "DATA/stations.csv"])), rows)
        if draw(st.integers(0, 9)) == 0:
            archive.writestr(
                draw(st.sampled_from(["README.md", "codelists/x.ttl", "raw/datapackage.json"])), draw(st.binary(max_size=50))
            )
    made = packed.getvalue()
    return draw(bent(made)) if draw(st.integers(0, 4)) == 0 else made
