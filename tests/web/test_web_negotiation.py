"""Suffix, then Accept; Vary; compression; the four RDF formats as stored."""

import gzip
import hashlib

import pytest

from catalog import media

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/turtle", media.TURTLE),
        ("application/rdf+xml", media.RDF_XML),
        ("application/ld+json", media.JSON_LD),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', media.JSON_LD),
        ("application/n-triples", media.N_TRIPLES),
        ("application/json", media.JSON),
        ("text/turtle;q=0.5, application/rdf+xml;q=0.9", media.RDF_XML),
        ("text/turtle;q=0.5, text/html;q=0.4", media.TURTLE),
        ("text/turtle;q=0, */*;q=0.1", media.HTML),
        ("text/turtle; charset=utf-8", media.TURTLE),
        (BROWSER, media.HTML),
        ("*/*", media.HTML),
        ("", media.HTML),
        ("image/png", media.HTML),
        (";;,=,q", media.HTML),
    ],
)
def test_accept_chooses_by_quality(read, accept: str, expected: media.Format) -> None:
    answer = read("/dataset/stations", accept=accept)
    assert (answer.status, answer.headers["Content-Type"]) == (200, expected.content_type)
    assert "Accept" in [each.strip() for each in answer.headers["Vary"].split(",")]


@pytest.mark.parametrize("path", ["/dataset/stations", "/catalog"])
@pytest.mark.parametrize("format_", media.RDF, ids=lambda each: each.name)
def test_a_suffix_wins_over_accept_and_gives_the_same_bytes(read, path: str, format_: media.Format) -> None:
    by_suffix = read(path + format_.suffix, accept="text/html")
    by_accept = read(path, accept=format_.media_type)
    assert by_suffix.status == by_accept.status == 200
    assert by_suffix.headers["Content-Type"] == by_accept.headers["Content-Type"] == format_.content_type
    assert by_suffix.body == by_accept.body
    assert by_accept.headers["Content-Location"] == path + format_.suffix
    assert by_suffix.headers["Vary"] == "Accept-Encoding"
    assert by_suffix.headers["ETag"] == by_accept.headers["ETag"]
    if path != "/catalog":  # a page's tag is the hash of the hashes of its parts (docs/decisions/0040)
        assert by_suffix.headers["ETag"] == f'"{hashlib.sha256(by_suffix.body).hexdigest()}"'


def test_people_who_ask_for_the_catalogue_see_the_list(read) -> None:
    answer = read("/catalog", accept=BROWSER)
    assert (answer.status, answer.headers["Location"], answer.headers["Vary"]) == (303, "/datasets", "Accept")
    assert read("/catalog", accept="*/*").headers["Content-Type"] == media.TURTLE.content_type


@pytest.mark.parametrize("path", ["/dataset/stations.ttl", "/catalog.nt", "/dataset/stations.json", "/dataset/stations"])
def test_gzip_is_the_same_content_under_another_tag(read, path: str) -> None:
    plain, packed = read(path), read(path, accept_encoding="br, gzip;q=0.5")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    assert packed.headers["Content-Length"] == str(len(packed.body))
    assert len(packed.body) < len(plain.body)
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert read(path, accept_encoding="gzip", if_none_match=packed.headers["ETag"]).status == 304
    assert read(path, accept_encoding="gzip", if_none_match=plain.headers["ETag"]).status == 200
    assert read(path, accept_encoding="gzip;q=0").body == plain.body


def test_documents_revalidate_by_content_and_date(read) -> None:
    answer = read("/dataset/stations.ttl")
    assert answer.headers["Last-Modified"] == "Wed, 01 Apr 2026 15:00:00 GMT"
    assert answer.headers["Cache-Control"] == "no-cache"
    unchanged = read("/dataset/stations.ttl", if_none_match=answer.headers["ETag"])
    assert (unchanged.status, unchanged.body, unchanged.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    assert read("/dataset/stations.ttl", if_modified_since="Wed, 01 Apr 2026 15:00:00 GMT").status == 304
    assert read("/dataset/stations.ttl", method="HEAD").headers["Content-Length"] == str(len(answer.body))


def test_a_page_revalidates_too(read) -> None:
    answer = read("/ja/dataset/stations")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert read("/ja/dataset/stations", if_none_match=answer.headers["ETag"]).status == 304
    assert read("/en/dataset/stations", if_none_match=answer.headers["ETag"]).status == 200
