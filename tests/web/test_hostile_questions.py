"""What nobody should send, to every address that takes questions: the right answer, or 400 that names the parameter."""

from urllib.parse import quote

import pytest

ROWS = "/api/v1/datasets/stations/tables/stations/rows"
UNION = "/api/v1/standards/public-toilet/rows"
FEW = (
    f"{ROWS}?limit=", f"{ROWS}?cursor=", f"{ROWS}?sort=", f"{ROWS}?columns=", f"{ROWS}?group_by=", f"{ROWS}?aggregate=",
    f"{ROWS}?format=", f"{ROWS}?version=", f"{ROWS}?passengers__gte=", f"{ROWS}?passengers__in=", f"{ROWS}?passengers__near=",
    f"{ROWS}?code__isnull=", f"{UNION}?limit=", f"{UNION}?cursor=", f"{UNION}?緯度__gte=", f"{UNION}?__near=",
    f"{UNION}?__bbox=", "/standard/public-toilet/records.csv?labels=", "/standard/public-toilet/records.csv?codes=",
    "/standard/public-toilet/coverage.json?prefecture=", "/download/stations/1/stations.csv?labels=",
    "/download/stations/1/stations.csv?codes=", "/download/stations/1/stations.csv?excel=", "/datasets.json?limit=",
    "/datasets.json?page=", "/datasets.json?sort=", "/datasets.json?kind=", "/datasets.json?updated=", "/datasets.json?sample=",
    "/datasets.atom?page=", "/dataset/stations/versions.atom?before=", "/dataset/stations/diff.json?from=",
    "/dataset/stations/diff.json?limit=", "/dataset/stations/citation.json?accessed=",
    "/dataset/stations/citation.json?version=", "/dataset/stations/card.png?version=", "/oembed?url=", "/oembed?format=",
)  # fmt: skip
"""Parameters of which none of these values is one."""
TEXTS = (
    f"{ROWS}?code=", f"{ROWS}?code__contains=", f"{ROWS}?code__startswith=", f"{UNION}?名称__contains=", "/datasets.json?q=",
    "/datasets.json?area=", "/datasets.json?keyword=", "/datasets.atom?q=", "/suggest?q=",
    "/suggest/opensearch?q=",
)  # fmt: skip
"""Parameters of which any text is one; nothing has such a value."""
VALUES = (
    "１０", "x' OR '1'='1", "x') UNION SELECT 1 --", "\0", "a\0b", "\u202e10", "😀", "١٢", "²", "-1", "1e999", "0x10",
    "../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/",
    "read_csv('/etc/passwd')", "%s%n", "{0}", "${HOME}", "[" * 500,
    '"', '"a', ",,", "9" * 40, "あ" * 700, "a" * 7_000, "\r\nX: 1", "<script>alert(1)</script>", "=1+1",
)  # fmt: skip
LEGAL = {
    (f"{ROWS}?passengers__gte=", "-1"), (f"{ROWS}?passengers__gte=", "9" * 40), (f"{ROWS}?passengers__in=", "-1"),
    (f"{ROWS}?passengers__in=", "9" * 40), (f"{UNION}?緯度__gte=", "-1"), (f"{UNION}?緯度__gte=", "9" * 40),
    (f"{UNION}?緯度__gte=", "1e999"),
}  # fmt: skip
"""Numbers are numbers, however large."""
LONG = 200
"""Characters of a search; the address as a whole has at most 8,000."""


@pytest.mark.parametrize("address", FEW)
def test_a_value_that_is_none_is_refused_and_named(read, address: str) -> None:
    parameter = address.rpartition("?")[2][:-1]
    for value in VALUES:
        if (address, value) in LEGAL:
            continue
        answer = read(quote(address, safe="/?=&") + quote(value, safe=""))
        assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json"), value[:40]
        assert {each["parameter"] for each in answer.json["errors"]} == {parameter}, value[:40]
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("address", TEXTS)
def test_a_text_is_only_a_text(read, address: str) -> None:
    parameter = address.rpartition("?")[2][:-1]
    for value in VALUES:
        answer = read(quote(address, safe="/?=&") + quote(value, safe=""))
        if answer.status == 400:
            assert "\0" in value or len(value) > LONG, value[:40]
            assert [each["parameter"] for each in answer.json["errors"]] == [parameter]
        elif address.startswith("/api/v1/") or parameter in ("area", "keyword"):
            found = answer.json
            assert not found.get("rows", found.get("datasets")), value[:40]
        else:
            assert answer.status == 200


def test_an_unknown_parameter_is_named_with_those_that_there_are(read) -> None:
    for path in sorted({each.partition("?")[0] for each in (*FEW, *TEXTS)}):
        for name in ("colour", "x' OR '1'='1", "code__regexp", "passengers__gte__gte", "__proto__"):
            answer = read(f"{path}?{quote(name, safe='')}=1")
            assert (answer.status, answer.json["errors"][0]["parameter"]) == (400, name), (path, name)


def test_too_many_conditions_are_refused(read) -> None:
    for path, parameter in ((f"{ROWS}?code__in=", "code__in"), (f"{UNION}?名称__in=", "名称__in")):
        answer = read(quote(path, safe="/?=&") + ",".join("a" * 101))
        assert (answer.status, answer.json["errors"][0]["code"], answer.json["errors"][0]["parameter"]) == (
            400,
            "query-terms",
            parameter,
        )
