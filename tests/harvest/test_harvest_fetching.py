"""Where an address may lead: decided by the number that the connection goes to, however it is written."""

import socket
from typing import Any

import pytest
from harvest_samples import Portal

from catalog.harvest.fetching import Fetcher, Unreachable, public

FORBIDDEN = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "203.104.209.7", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("number", FORBIDDEN)
def test_numbers_that_are_not_public(number: str) -> None:
    assert not public(number)


@pytest.mark.parametrize("number", PUBLIC)
def test_numbers_that_are(number: str) -> None:
    assert public(number)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "0", "[::1]", "[::ffff:7f00:1]", "LOCALHOST."],
)
def test_every_spelling_of_this_computer_is_refused_before_a_connection_is_made(portal: Portal, host: str) -> None:
    fetcher = Fetcher()
    port = portal.address.rpartition(":")[2]
    with pytest.raises(Unreachable) as caught:
        fetcher.get(f"http://{host}:{port}/x")
    fetcher.close()
    assert caught.value.code == "harvest-forbidden"
    assert portal.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.jp/",
        "gopher://example.jp/",
        "http://user:word@example.jp/",
        "http:///x",
        "http://[::1",
        "//x",
        "",
    ],
)
def test_other_schemes_passwords_and_broken_addresses_are_refused(address: str) -> None:
    with pytest.raises(Unreachable) as caught:
        Fetcher(["example.jp"]).get(address)
    assert caught.value.code == "harvest-address"


def test_a_name_that_has_one_forbidden_number_among_its_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def rebound(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with pytest.raises(Unreachable) as caught:
        Fetcher().get("http://rebound.example/")
    assert (caught.value.code, caught.value.details["found"]) == ("harvest-forbidden", "127.0.0.1")


def test_a_host_that_the_operator_allows_is_reached_by_that_name_and_port_only(portal: Portal) -> None:
    portal.answers["/x"] = (b"yes", "text/plain")
    port = portal.address.rpartition(":")[2]
    fetcher = Fetcher([f"127.0.0.1:{port}"])
    assert fetcher.get(f"http://127.0.0.1:{port}/x").body == b"yes"
    for other in (f"http://localhost:{port}/x", "http://127.0.0.1:1/x"):
        with pytest.raises(Unreachable) as caught:
            fetcher.get(other)
        assert caught.value.code == "harvest-forbidden"
    fetcher.close()


def test_a_busy_server_is_asked_once_more_after_the_time_it_names(portal: Portal) -> None:
    waited: list[float] = []
    answers = [(503, b"", {"Retry-After": "7"}), (200, b"now", {})]

    def busy(handler: Any) -> None:
        status, body, headers = answers.pop(0)
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    portal.answers["/x"] = busy
    fetcher = Fetcher(["127.0.0.1"], pause=waited.append)
    assert fetcher.get(portal.address + "/x").body == b"now"
    fetcher.close()
    assert waited == [7.0]
