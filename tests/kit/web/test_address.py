"""Where a request comes from: LG-06, whatever headers say."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from kit.web.address import client_address, limit_key, networks, truncated

PROXIES = networks(["10.0.0.0/8", "fd00::/8"])


def request(peer: str, *headers: tuple[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "client": (peer, 1), "query_string": b""})


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip"])
def test_lg_06_no_header_counts_while_no_proxy_is_trusted(name: str) -> None:
    assert client_address(request("203.0.113.9", (name, "198.51.100.1"))) == "203.0.113.9"


def test_lg_06_a_stranger_is_not_a_proxy() -> None:
    assert client_address(request("203.0.113.9", ("x-forwarded-for", "198.51.100.1")), PROXIES) == "203.0.113.9"


def test_lg_06_the_right_most_untrusted_hop_counts() -> None:
    forged = request("10.0.0.1", ("x-forwarded-for", "1.2.3.4, 198.51.100.7, 10.0.0.2"))
    assert client_address(forged, PROXIES) == "198.51.100.7"


def test_lg_06_a_header_in_two_lines_is_one_list() -> None:
    forged = request("10.0.0.1", ("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "198.51.100.7"))
    assert client_address(forged, PROXIES) == "198.51.100.7", "the sender's own line is the first"


@pytest.mark.parametrize("name", ["forwarded", "x-real-ip"])
def test_lg_06_other_headers_count_for_no_proxy(name: str) -> None:
    assert client_address(request("10.0.0.1", (name, "198.51.100.7")), PROXIES) == "10.0.0.1"


@pytest.mark.parametrize("value", ["", "unknown", "198.51.100.7:443", "1.2.3.4, evil", "10.0.0.2, 10.0.0.3"])
def test_lg_06_without_a_readable_hop_it_is_the_proxy_itself(value: str) -> None:
    assert client_address(request("10.0.0.1", ("x-forwarded-for", value)), PROXIES) == "10.0.0.1"


def test_an_address_in_ipv6_clothes_is_the_same_proxy() -> None:
    assert client_address(request("::ffff:10.0.0.1", ("x-forwarded-for", "198.51.100.7")), PROXIES) == "198.51.100.7"


def test_the_proxy_may_speak_ipv6() -> None:
    assert client_address(request("fd00::1", ("x-forwarded-for", "2001:db8::7")), PROXIES) == "2001:db8::7"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_only_the_network_is_kept(address: str, network: str) -> None:
    assert truncated(address) == network


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_limit_counts_what_one_line_has(address: str, key: str) -> None:
    assert limit_key(address) == key
