"""Cookies: host-bound over https, a plain name only for http on localhost."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kit.web.cookies import CookieJar


def request(cookie: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", cookie.encode())], "query_string": b""})


def test_lg_18_over_https_a_cookie_is_host_bound() -> None:
    response = Response()
    CookieJar(secure=True).set(response, "gapura-s", "v", 60)
    line = response.headers["set-cookie"]
    assert line.startswith("__Host-gapura-s=v;")
    assert {part.strip().lower() for part in line.split(";")[1:]} == {"httponly", "max-age=60", "path=/", "samesite=lax", "secure"}


def test_on_localhost_the_name_is_plain_and_a_session_cookie_has_no_age() -> None:
    response = Response()
    CookieJar(secure=False).set(response, "gapura-s", "v")
    assert response.headers["set-cookie"] == "gapura-s=v; HttpOnly; Path=/; SameSite=lax"


def test_a_plain_cookie_is_not_read_where_host_bound_ones_are_set() -> None:
    jar = CookieJar(secure=True)
    assert jar.read(request("gapura-s=planted"), "gapura-s") == ""
    assert jar.read(request("__Host-gapura-s=mine; gapura-s=planted"), "gapura-s") == "mine"


def test_clearing_ends_the_same_cookie() -> None:
    response = Response()
    CookieJar(secure=True).clear(response, "gapura-s")
    line = response.headers["set-cookie"]
    assert line.startswith('__Host-gapura-s="";') and "Max-Age=0" in line and "Secure" in line and "Path=/" in line
