"""Downloads: the very bytes, whole or in part, with validators that follow the content and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.web.responses import IMMUTABLE

NUMBERED = "/download/stations/1/stations.csv"
LATEST = "/download/stations/latest/stations.csv"
CONTENT = b"code,passengers\nA01,120\nA02,\n"
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


@pytest.mark.parametrize(
    "path", ["stations.csv", "source/README.md", "source/data/stations.csv", "source/%E7%A9%BA.csv", "stations.zip"]
)
def test_bytes_come_back_as_they_were_stored(read, path: str) -> None:
    answer = read(f"/download/stations/1/{path}")
    assert answer.status == 200
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.body).hexdigest()}"'
    assert answer.headers["Content-Length"] == str(len(answer.body))
    listed = {each["url"]: each["sha256"] for each in read("/dataset/stations.json").json["files"]}
    assert listed[f"https://data.example.jp/download/stations/1/{path}"] == hashlib.sha256(answer.body).hexdigest()


def test_a_numbered_file_is_for_ever_and_the_latest_is_asked_for_again(read) -> None:
    numbered, latest = read(NUMBERED), read(LATEST)
    assert numbered.headers["Cache-Control"] == IMMUTABLE
    assert latest.headers["Cache-Control"] == "no-cache"
    assert latest.headers["Content-Location"] == NUMBERED
    assert "Content-Location" not in numbered.headers
    assert numbered.body == latest.body == CONTENT
    for path in (NUMBERED, LATEST):
        assert read(path, if_none_match=ETAG).status == 304
        assert read(path, if_none_match='"other", ' + ETAG).status == 304
        assert read(path, if_none_match="*").status == 304
        assert read(path, if_none_match='"other"').status == 200


def test_the_latest_moves_and_the_number_stays(ask, publish) -> None:
    changed = b"code,passengers\nA01,121\nA02,\n"
    assert len(changed) == len(CONTENT), "the size tells nothing"
    publish(contents={"stations.csv": changed})
    assert ask(NUMBERED).body == CONTENT
    assert ask(LATEST).body == ask("/download/stations/2/stations.csv").body == changed
    assert ask(LATEST, if_none_match=ETAG).status == 200


def test_a_file_is_saved_and_never_run(read) -> None:
    headers = read(NUMBERED).headers
    assert headers["Content-Security-Policy"] == "sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    name = "stations_v1_stations.csv"
    assert headers["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    odd = read("/download/stations/1/source/%E7%A9%BA.csv").headers["Content-Disposition"]
    assert odd == "attachment; filename=\"stations_v1.csv\"; filename*=UTF-8''%E7%A9%BA.csv"


def test_a_version_from_before_typed_files_gives_them_when_they_are_asked_for(ask) -> None:
    assert [each["sha256"] for each in ask("/dataset/stations.json").json["tables"][0]["downloads"]][1:] == [None] * 4
    lines = '{"code":"A01","passengers":120}\n{"code":"A02","passengers":null}\n'
    assert ask("/download/stations/1/stations.ndjson").text == lines
    parquet = ask("/download/stations/1/stations.parquet")
    assert (parquet.body[:4], parquet.body[-4:]) == (b"PAR1", b"PAR1")
    assert ask("/download/stations/latest/stations.parquet", if_none_match=parquet.headers["ETag"]).status == 304


def test_a_text_names_the_encoding_of_its_own_bytes(read) -> None:
    assert read(NUMBERED).headers["Content-Type"] == "text/csv; charset=utf-8"
    given = read("/download/stations/1/source/data/stations.csv")
    assert given.headers["Content-Type"] == "text/csv; charset=windows-31j"
    assert given.body.decode("cp932").startswith("駅")
    assert read("/download/stations/1/source/datapackage.json").headers["Content-Type"] == "application/json"
    assert read("/download/stations/1/source/data/notes.pdf").headers["Content-Type"] == "application/pdf"


def test_links_lead_from_a_file_to_what_it_is(read) -> None:
    link = read(LATEST).headers["Link"]
    for expected in (
        '<https://data.example.jp/download/stations/1/stations.csv>; rel="cite-as"',
        '<https://data.example.jp/download/stations/latest/stations.csv>; rel="latest-version"',
        '<https://data.example.jp/dataset/stations>; rel="collection"',
        '<https://data.example.jp/schema/stations-stations-v1>; rel="describedby"; type="text/html"',
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
    ):
        assert expected in link


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes = 0-999999", slice(None)),
    ],
)
def test_a_range_is_that_part(read, asked: str, part: slice) -> None:
    answer = read(NUMBERED, range=asked)
    start, stop, _ = part.indices(len(CONTENT))
    assert (answer.status, answer.body) == (206, CONTENT[part])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=29-", "bytes=999-1000"])
def test_a_range_outside_says_how_long_the_file_is(read, asked: str) -> None:
    answer = read(NUMBERED, range=asked)
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["code"] == "range-impossible"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "items=0-1", "bytes=a-b", "bytes", "", "bytes=1", f"bytes={'9' * 5000}-", "０-１"]
)
def test_a_range_that_is_none_or_several_gives_the_whole(read, asked: str) -> None:
    answer = read(NUMBERED, range=asked.encode().decode("latin-1"))
    assert (answer.status, answer.body) == (200, CONTENT)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), ('"other"', 200), (f"W/{ETAG}", 200), ("Wed, 01 Apr 2026 15:00:00 GMT", 200), ("nonsense", 200)],
)
def test_a_range_is_resumed_only_in_the_same_bytes(read, condition: str, status: int) -> None:
    answer = read(NUMBERED, range="bytes=0-3", if_range=condition)
    assert (answer.status, len(answer.body)) == (status, 4 if status == 206 else len(CONTENT))


def test_conditions_come_before_ranges(read) -> None:
    assert read(NUMBERED, range="bytes=0-3", if_none_match=ETAG).status == 304
    assert read(NUMBERED, if_match='"other"').status == 412
    assert read(NUMBERED, if_match='"other"').json["code"] == "precondition-failed"
    assert read(NUMBERED, if_match=ETAG).status == 200
    assert read(NUMBERED, if_modified_since="Wed, 01 Apr 2026 15:00:00 GMT").status == 304
    assert read(NUMBERED, if_modified_since="Wed, 01 Apr 2026 14:59:59 GMT").status == 200


def test_an_empty_file_has_no_ranges(read) -> None:
    answer = read("/download/stations/1/source/%E7%A9%BA.csv", range="bytes=0-")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-3"}])
def test_head_tells_the_length_and_sends_nothing(read, headers: dict[str, str]) -> None:
    answer = read(NUMBERED, method="HEAD", **headers)
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", str(len(CONTENT)))
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    "path",
    [
        "/download/stations/1/nothing.csv",
        "/download/stations/1/source",
        "/download/stations/1/source/../stations.csv",
        "/download/stations/1/source/%2e%2e/%2e%2e/catalog.sqlite3",
        "/download/stations/1//etc/passwd",
        "/download/stations/1/stations.csv/",
        "/download/stations/1/stations.csv%00",
        "/download/stations/1/STATIONS.CSV",
        "/download/stations/2/stations.csv",
        "/download/stations/0/stations.csv",
        "/download/stations/01/stations.csv",
        "/download/stations/%EF%BC%91/stations.csv",
        "/download/stations/newest/stations.csv",
        "/download/nothing/1/stations.csv",
        "/download/Stations/1/stations.csv",
        "/download/stations/1/",
    ],
)
def test_what_is_no_file_is_not_found(read, path: str) -> None:
    answer = read(path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "/home" not in answer.text


@given(start=st.integers(0, 40), length=st.integers(0, 40))
def test_any_two_parts_join_to_the_whole(read, start: int, length: int) -> None:
    stop = start + length
    answer = read(NUMBERED, range=f"bytes={start}-{stop}")
    if start >= len(CONTENT):
        assert answer.status == 416
    else:
        assert (answer.status, answer.body) == (206, CONTENT[start : stop + 1])
