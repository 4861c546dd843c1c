"""What must not happen at the bridge, whatever an older system, a browser or a thief of the database does."""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import replace

import httpx
import pytest

from hub.bridge.headers import has_one_framing
from hub.bridge.jar import Jar
from hub.bridge.replay import Ready
from hub.bridge.visit import Visit
from idp.vault import Held
from tests.hub.bridge.conftest import HOST, OLD_PASSWORD, Town
from tests.hub.bridge.older import reset, running, told, writes
from tests.journeys.test_canary import captured_log

PEOPLE = {  # who may open it, and the old account of each
    "3503115203889001": "siti",
    "3503115704859009": "rini",
    "3503110605099005": "dimas",
    "3503066406959008": "laras",
}


async def test_fb_01_a_canary_password_is_nowhere_but_in_the_form(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    with captured_log() as logged:
        siti = town.person()
        page = await siti.go(f"{HOST}/")
        for wrong, wire in (("salah", None), ("oleng", writes(told(500, f"galat: {OLD_PASSWORD}"))), ("putus", reset)):
            if wire is not None:
                town.older.page["/proses_login.php"] = wire
            answer = await siti.send(page, button="hubungkan", pengguna="siti", sandi=f"{OLD_PASSWORD}-{wrong}")
            seen += [answer.text, str(answer.headers)]
        town.older.page.clear()
        page = await siti.link(await siti.go(f"{HOST}/_gapura/akun"), "siti", OLD_PASSWORD)
        assert "orang=siti" in page.text
        seen += [page.text, str(page.headers), *siti.trail, (await siti.go(f"{HOST}/_gapura/akun")).text]
        town.older.users["siti"] = "diganti-di-sana"
        town.older.sessions.clear()
        seen.append((await siti.go(f"{HOST}/")).text)
    caught = capfd.readouterr()
    assert [form for form in town.older.sent if dict(form)["pass"] == OLD_PASSWORD], "the search sees what was sent"
    assert "older_sign_in" in logged.getvalue()
    for text in (*seen, logged.getvalue(), caught.out, caught.err):
        assert OLD_PASSWORD not in text
    assert [row.entry for row in await town.site.resources.stores.audit.search() if OLD_PASSWORD in repr(row)] == []


def test_fb_01_nothing_that_holds_a_credential_tells_it() -> None:
    held = Held("siti", OLD_PASSWORD, 1, 0)
    for holder in (held, Ready("/x", "/y", Jar("b", {("PHPSESSID", "/"): (OLD_PASSWORD, 0)}), [("pass", OLD_PASSWORD)])):
        assert OLD_PASSWORD not in repr(holder)
    try:
        raise RuntimeError(f"with {held!r}")
    except RuntimeError as error:
        assert OLD_PASSWORD not in "".join(traceback.format_exception(error))
    assert OLD_PASSWORD not in repr(replace.__module__) and Visit.__dataclass_fields__["fields"].repr is False


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["page", "form"])
async def test_fb_03_another_host_gets_neither_form_nor_cookie(town: Town, status: int, where: str) -> None:
    async with running(siti=OLD_PASSWORD) as thief:
        path = "/login.php" if where == "page" else "/proses_login.php"
        town.older.page[path] = writes(told(status, "", f"Location: http://127.0.0.1:{thief.port}{path}", "Set-Cookie: PHPSESSID=1"))
        object.__setattr__(
            town.site.resources.settings.outbound, "allow", (*town.site.resources.settings.outbound.allow, f"127.0.0.1:{thief.port}")
        )
        await town.hold("siti", OLD_PASSWORD)
        siti = town.person()
        page = await siti.go(f"{HOST}/")
        assert page.status_code == 503 and "tel:" in page.text
        assert thief.connections == 0
        assert len([one for one in town.older.requests if one[0] == "POST"]) == (1 if where == "form" else 0)
        await siti.go(f"{HOST}/")
        assert len([one for one in town.older.requests if one[0] == "POST"]) <= 1, "and it is not sent again at once"


async def test_fb_03_a_redirect_of_the_older_system_carries_nothing_of_ours(town: Town) -> None:
    siti = await town.inside()
    town.older.page["/keluar-sana"] = writes(told(302, "", "Location: https://lain.example/a"))
    answer = await siti.http.get(f"{HOST}/keluar-sana")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://lain.example/a")
    town.older.page["/dalam"] = writes(told(302, "", f"Location: http://127.0.0.1:{town.older.port}/beranda.php"))
    assert (await siti.http.get(f"{HOST}/dalam")).headers["location"] == f"{HOST}/beranda.php"


async def test_fa_01_headers_of_the_browser_that_name_a_person_never_arrive(town: Town) -> None:
    siti = await town.inside()
    forged = ["Remote-User", "X-Remote-User", "X-Auth-User", "X-Forwarded-User", "X-Forwarded-For", "Forwarded", "X-Real-Ip", "X_Orang"]
    forged += ["X-Gapura-Isian", "Authorization", "Proxy-Authorization", "X-Orang", "Te", "Upgrade", "X-Original-Url", "Cookie2"]
    headers = {
        **dict.fromkeys(forged, "dewi"),
        "Accept": "text/html",
        "X-Requested-With": "x",
        "Cookie": f"PHPSESSID=curian; {cookies(siti.http)}",
    }
    await siti.http.get(f"{HOST}/a", headers=headers)
    got = town.older.requests[-1][2]
    assert "dewi" not in got.values()
    assert set(got) == {"host", "accept", "accept-encoding", "connection", "x-forwarded-proto", "user-agent", "x-requested-with", "cookie"}
    assert "curian" not in got["cookie"] and "gapura" not in got["cookie"]
    assert (got["host"], got["accept-encoding"], got["connection"]) == ("aduan.localhost", "identity", "close")


async def test_fa_01_headers_of_the_answer_that_are_not_a_page_s_never_leave(town: Town) -> None:
    siti = await town.inside()
    extra = (
        "Set-Cookie: a=b",
        "Clear-Site-Data: *",
        "X-Gapura-Isian: x",
        "Access-Control-Allow-Origin: *",
        "Strict-Transport-Security: max-age=0",
    )
    town.older.page["/a"] = writes(told(200, "x", *extra, "Content-Disposition: inline", "Alt-Svc: h3", "ETag: 1", "Expires: 0"))
    got = set((await siti.http.get(f"{HOST}/a")).headers)
    assert got == {"cache-control", "content-type", "content-length", "content-disposition", "x-frame-options", "referrer-policy"}


@pytest.mark.parametrize("path", ["/a/../b", "/a%2fb", "//a", "/a;b", "/a%5cb", "/a%00", "/a%2e%2e/b", "/./a"])
async def test_fa_06_a_path_that_can_be_read_in_two_ways_never_arrives(town: Town, path: str) -> None:
    siti = await town.inside()
    before = len(town.older.requests)
    assert (await raw(town, siti.http, "GET", path)).status_code == 403
    assert len(town.older.requests) == before


async def test_only_paths_and_methods_of_the_settings_pass_and_nobody_signs_in_by_hand(town: Town) -> None:
    await town.configure(paths=["/warga/", "/beranda.php"], start_path="/beranda.php")
    siti = town.person()
    await town.hold("siti", OLD_PASSWORD)
    assert "orang=siti" in (await siti.go(f"{HOST}/warga/1")).text
    before = len(town.older.requests)
    for method, path, status in (
        ("GET", "/admin/", 404),
        ("GET", "/", 404),
        ("DELETE", "/warga/1", 405),
        ("TRACE", "/warga/1", 405),
        ("OPTIONS", "/warga/1", 405),
        ("GET", "/login.php", 303),
        ("POST", "/proses_login.php", 303),
        ("GET", "/_gapura/lain", 404),
        ("GET", "/_gapura/aset/../x", 403),
    ):
        assert (await raw(town, siti.http, method, path)).status_code == status, (method, path)
    assert len(town.older.requests) == before


async def test_a_static_path_is_asked_without_anybodys_session(town: Town) -> None:
    siti = await town.inside()
    town.older.page["/img/a.png"] = writes(told(200, "gambar", "Set-Cookie: PHPSESSID=lain"))
    answer = await siti.http.get(f"{HOST}/img/a.png")
    assert answer.headers["cache-control"] == "private, max-age=3600" and "set-cookie" not in answer.headers
    assert "cookie" not in town.older.requests[-1][2]
    assert (await town.person().http.get(f"{HOST}/img/a.png")).status_code == 302


async def test_another_host_or_an_unknown_one_is_nobodys(town: Town) -> None:
    siti = await town.inside()
    transport = httpx.ASGITransport(app=town.bridge)
    async with httpx.AsyncClient(transport=transport, headers={"cookie": cookies(siti.http)}) as http:
        assert (await http.get("http://lain.localhost/")).status_code == 400
        assert (await http.get("http://usaha.localhost/")).status_code == 302, "FA-08: the cookie of one application opens no other"


@pytest.mark.parametrize(
    ("headers", "fits"),
    [
        ([("host", "a")], True),
        ([("host", "a"), ("content-length", "3")], True),
        ([("host", "a"), ("transfer-encoding", "chunked")], True),
        ([("host", "a"), ("content-length", "3"), ("transfer-encoding", "chunked")], False),
        ([("host", "a"), ("content-length", "3"), ("content-length", "3")], False),
        ([("host", "a"), ("content-length", "3, 3")], False),
        ([("host", "a"), ("content-length", "+3")], False),
        ([("host", "a"), ("transfer-encoding", "xchunked")], False),
        ([("host", "a"), ("transfer-encoding", "gzip, chunked")], False),
        ([("host", "a"), ("transfer-encoding", "chunked"), ("Transfer-Encoding", "chunked")], False),
        ([("host", "a"), ("host", "b")], False),
        ([], False),
    ],
)
def test_wb_02_a_request_ends_in_one_place(headers: list[tuple[str, str]], fits: bool) -> None:
    assert has_one_framing([(name.encode(), value.encode()) for name, value in headers]) is fits


async def test_when_the_hub_does_not_answer_nobody_passes(town: Town) -> None:
    siti = await town.inside()
    before = len(town.older.requests)

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("gone", request=request)

    for transport in (
        httpx.MockTransport(gone),
        httpx.MockTransport(lambda _: httpx.Response(500)),
        httpx.MockTransport(lambda _: httpx.Response(200)),
    ):
        town.bridge.gate = replace(town.bridge.gate, http=httpx.AsyncClient(transport=transport))
        for path in ("/", "/_gapura/akun", "/img/a.png"):
            answer = await siti.http.get(f"{HOST}{path}")
            assert answer.status_code == 503 and "orang=" not in answer.text
    assert len(town.older.requests) == before


async def test_the_hub_that_names_nobody_the_bridge_knows_opens_nothing(town: Town) -> None:
    answers = httpx.MockTransport(lambda _: httpx.Response(200, headers={"X-Gapura-Isian": "W10="}))
    town.bridge.gate = replace(town.bridge.gate, http=httpx.AsyncClient(transport=answers))
    assert (await town.person().http.get(f"{HOST}/")).status_code == 503
    assert town.older.requests == []


async def test_r9_no_answer_goes_to_another_citizen(town: Town) -> None:
    """Four people, fifty requests each, all at once, at the same addresses, of a system that asks everybody to cache."""
    await town.configure(seconds=30)  # how long they wait for one another is not what is asked here
    browsers = {name: await town.inside(account, name) for account, name in PEOPLE.items()}
    wrong: list[str] = []

    async def ask(name: str, number: int) -> None:
        answer = await browsers[name].http.get(f"{HOST}/sama/{number % 5}", headers={"If-None-Match": "1"})
        if f"orang={name}<" not in answer.text or answer.headers["cache-control"] != "no-store":
            wrong.append(f"{name}: {answer.status_code}")

    await asyncio.gather(*(ask(name, number) for number in range(50) for name in browsers))
    assert wrong == []
    assert len({headers["cookie"] for _, target, headers, _ in town.older.requests if target.startswith("/sama/")}) == len(PEOPLE)
    assert not any("if-none-match" in headers for _, _, headers, _ in town.older.requests)


async def test_r9_what_comes_after_an_answer_becomes_nobodys_answer(town: Town) -> None:
    siti = await town.inside()
    done = asyncio.Event()

    async def two(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(told(200, "satu") + told(200, "orang=dewi"))
        await done.wait()  # and the connection stays open

    town.older.page["/dua"] = two
    assert (await siti.http.get(f"{HOST}/dua")).text == "satu"
    assert "orang=siti" in (await siti.http.get(f"{HOST}/a")).text
    done.set()


async def test_fb_09_a_stolen_expiring_store_tells_no_old_session(town: Town) -> None:
    await town.inside()
    session = next(key for key, who in town.older.sessions.items() if who)
    records = town.site.resources.expiring.__dict__
    assert "older:" in repr(records) and session not in repr(records)


def cookies(http: httpx.AsyncClient) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar if one.domain.startswith("aduan"))


async def raw(town: Town, http: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    """Send exactly this path: the client would tidy it up."""
    status, body = 0, b""
    headers: list[tuple[bytes, bytes]] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"aduan.localhost"), (b"cookie", cookies(http).encode())],
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "server": ("aduan.localhost", 80),
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], message["headers"]  # type: ignore[assignment]
        else:
            body += message.get("body", b"")  # type: ignore[operator]

    await town.bridge(scope, receive, send)  # type: ignore[arg-type]
    return httpx.Response(status, headers=headers, content=body)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": HOST}, 200),
        ({"origin": HOST, "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "null"}, 200),
        ({}, 200),
        ({"origin": "http://usaha.localhost"}, 403),
        ({"origin": HOST, "sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_a_form_of_another_host_is_refused_for_systems_that_do_not_look(town: Town, headers: dict[str, str], status: int) -> None:
    siti = await town.inside()
    before = len(town.older.requests)
    assert (await siti.http.post(f"{HOST}/simpan.php", data={"isi": "x"}, headers=headers)).status_code == status
    assert len(town.older.requests) - before == (status == 200)
