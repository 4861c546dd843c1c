"""Odd requests and odd answers: none becomes an error of ours, and what protects a page arrives."""

from __future__ import annotations

import httpx
import pytest

from hub.bridge.headers import is_plain, to_browser, to_older
from tests.connectors.form_login.samples import SETTINGS
from tests.hub.bridge.conftest import HOST, OLD_PASSWORD, Town
from tests.hub.bridge.older import told, writes
from tests.hub.bridge.test_protections import cookies, raw

OWN = ("/LOGIN.PHP", "/login.php/", "/login.php/x", "/login.php.", "/login.php%20", "/login.php:x", "/Proses_Login.php/a")


@pytest.mark.parametrize("path", [*OWN, "/%6cogin.php", "/%70roses_login.php", "/login.p%68p", "/a%", "/a%zz"])
async def test_fa_06_however_it_is_written_nobody_reaches_the_login_form(town: Town, path: str) -> None:
    siti = await town.inside()
    before = len(town.older.requests)
    for method in ("GET", "POST"):
        assert (await raw(town, siti.http, method, path)).status_code == (303 if path in OWN else 403)
    assert len(town.older.requests) == before


@pytest.mark.parametrize("path", ["/login.phpx", "/login.php-lama", "/bantuan/login.php", "/cari%20surat", "/%C3%A9", "/a%3Db"])
async def test_fa_06_a_path_that_only_resembles_the_login_form_is_asked(town: Town, path: str) -> None:
    siti = await town.inside()
    assert (await raw(town, siti.http, "GET", path)).status_code == 200
    assert town.older.requests[-1][1] == path


@pytest.mark.parametrize("path", ["/logout.php", "/LOGOUT.php", "/logout.php/", "/logout.php/x"])
async def test_fa_06_however_it_is_written_signing_out_is_signing_out(town: Town, path: str) -> None:
    siti = await town.inside()
    answer = await raw(town, siti.http, "GET", path)
    assert answer.headers["location"] == f"{HOST}/_gapura/keluar"
    assert town.older.requests[-1][1] == "/logout.php" and not any(town.older.sessions.values())


async def test_fa_08_hub_and_bridge_read_one_cookie(town: Town) -> None:
    """What one of them unquotes must not become another cookie for the other: the words about one person in the session of another."""
    siti, rini = await town.inside(), await town.inside("3503115704859009", "rini")
    (name, hers), (_, other) = (
        next((one.name, str(one.value)) for one in person.http.cookies.jar if one.name.startswith("gapura-g-")) for person in (siti, rini)
    )
    seen: list[str] = []
    asking = town.bridge.gate.http

    async def note(request: httpx.Request) -> None:
        seen.append(request.headers.get("cookie", ""))

    asking.event_hooks = {"request": [note]}
    transport = httpx.ASGITransport(app=town.bridge, client=("127.0.0.1", 1))
    quoted = rf'gapura-z="x\073 {name}={other}"'
    async with httpx.AsyncClient(transport=transport) as http:
        assert "orang=siti" in (await http.get(f"{HOST}/", headers={"cookie": f"{name}={hers}; {quoted}"})).text
        assert seen.pop() == f"{name}={hers}"
        for value in (rf'"{hers}\073 {name}={other}"', f"{hers}x", f"{hers[:-1]}\xe9", "", '"\\015\\012X-Gapura-Host: y"'):
            answer = await http.get(f"{HOST}/", headers=[(b"cookie", f"{name}={value}; gapura-s={other}".encode("latin-1"))])
            assert answer.status_code == 302 and name not in seen.pop()
        assert (await http.get(f"{HOST}/", headers={"cookie": cookies(siti.http)})).status_code == 200


@pytest.mark.parametrize("name", ["accept", "accept-language", "user-agent", "x-requested-with", "content-type", "referer"])
async def test_wb_02_bytes_beyond_ascii_arrive_as_they_came(town: Town, name: str) -> None:
    siti = await town.inside()
    value = f"{HOST}/a\xe9b" if name == "referer" else "a\xe9b"
    assert (await siti.http.get(f"{HOST}/", headers=[(name.encode(), value.encode("latin-1"))])).status_code == 200
    assert town.older.requests[-1][2][name].endswith("a\xe9b")
    assert (await town.person().http.get(f"{HOST}/", headers=[(name.encode(), value.encode("latin-1"))])).status_code == 302


async def test_wb_02_a_control_character_in_a_header_is_refused_and_is_no_failure_of_the_system(town: Town) -> None:
    siti = await town.inside()
    before = len(town.older.requests)
    for _ in range(6):
        assert (await siti.http.get(f"{HOST}/", headers=[(b"accept", b"a\x01b")])).status_code == 400
    assert len(town.older.requests) == before
    assert (await siti.http.get(f"{HOST}/", headers=[(b"accept", b"a\tb")])).status_code == 200
    assert not is_plain([(b"a", b"b\r\nc: d")]) and is_plain([(b"a", b"b \xe9")])
    assert ("accept", "x") in to_older(SETTINGS, [(b"Accept", b" x\t")], "")


@pytest.mark.parametrize(("status", "seen"), [(199, 503), (600, 503), (999, 503), (503, 503), (404, 404), (500, 500), (599, 599)])
async def test_c12_a_status_that_is_none_is_a_system_that_is_down(town: Town, status: int, seen: int) -> None:
    siti = await town.inside()
    town.older.page["/a"] = writes(told(status, "x"))
    answer = await siti.http.get(f"{HOST}/a")
    assert answer.status_code == seen
    assert ("retry-after" in answer.headers) is (seen == 503)


@pytest.mark.parametrize("value", ["\u0663", "\u00b2", "1e3", "-1", "9999999", "5; url=javascript:alert(1)"])
async def test_a_refresh_that_is_none_is_left_out(town: Town, value: str) -> None:
    siti = await town.inside()
    town.older.page["/d"] = writes(told(200, "x", f"Refresh: {value}"))
    answer = await siti.http.get(f"{HOST}/d")
    assert answer.status_code == 200 and "refresh" not in answer.headers
    town.older.page["/d"] = writes(told(200, "x", "Refresh: 5; url=/a b"))
    assert (await siti.http.get(f"{HOST}/d")).headers["refresh"] == f"5; url={HOST}/a%20b"


async def test_a_redirect_with_spaces_leads_where_a_browser_would_go(town: Town) -> None:
    siti = await town.inside()
    town.older.page["/b"] = writes(told(302, "", "Location: /hasil.php?nama=Budi Santoso\u00e9"))
    assert (await siti.http.get(f"{HOST}/b")).headers["location"] == f"{HOST}/hasil.php?nama=Budi%20Santoso%C3%A9"
    town.older.page["/c"] = writes(told(302, "", "Location: /login.php/?pesan=Silakan masuk dulu"))
    assert (await siti.http.get(f"{HOST}/c")).status_code == 503, "signed in once more, and lost at once"
    assert town.older.logins == 2


async def test_a_sign_in_whose_success_has_a_space_is_one(town: Town) -> None:
    await town.hold("siti", OLD_PASSWORD)

    async def welcome(older: object, writer: object) -> None:
        await writes(told(302, "", "Location: /beranda.php?pesan=Selamat datang"))(older, writer)  # type: ignore[arg-type]

    town.older.page["/proses_login.php"] = welcome
    town.older.page["/"] = writes(told(200, "di dalam"))
    assert (await town.person().go(f"{HOST}/")).text == "di dalam"


def test_what_protects_a_page_arrives_and_each_policy_counts() -> None:
    sent = [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'self'"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("cross-origin-opener-policy", "same-origin"),
        ("retry-after", "5"),
        ("content-type", "text/html"),
        ("content-type", "text/plain"),
        ("x-powered-by", "PHP/5.2"),
    ]
    got = to_browser(SETTINGS, 200, sent, "/", static=False)
    assert [pair for pair in got if pair[0] != "cache-control"][:6] == sent[:6]
    assert ("content-type", "text/plain") not in got and "x-powered-by" not in dict(got)


async def test_the_name_of_a_file_arrives_byte_by_byte(town: Town) -> None:
    siti = await town.inside()
    town.older.page["/e"] = writes(told(200, "x", 'Content-Disposition: attachment; filename="a\u2013b.pdf"'))
    answer = await siti.http.get(f"{HOST}/e")
    assert dict(answer.headers.raw)[b"content-disposition"] == 'attachment; filename="a\u2013b.pdf"'.encode()
