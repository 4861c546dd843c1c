"""Pajak Daerah asks at every page, and takes only a token that came back with this very browser."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.front_door import Received
from connectors.registry import FRONT_DOORS
from hub.demo.systems import pajak as module
from tests.demo.systems.house import House, house


@pytest.fixture
def pajak(monkeypatch: pytest.MonkeyPatch) -> House:
    found = house("pajak-daerah")

    async def ask(issuer: str, method: str, path: str, headers: dict[str, str], data: dict[str, str] | None = None) -> bytes:
        lower = {name.lower(): value for name, value in headers.items()}
        came = Received(path.rpartition("/")[2], method, path, form=tuple((data or {}).items()), headers=lower)
        return str((await FRONT_DOORS["simple_sso"].receive(came, found.desk)).body).encode()  # type: ignore[union-attr]

    monkeypatch.setattr(module, "ask", ask)
    return found


async def attached(pajak: House, http: httpx.AsyncClient, **claims: Any) -> str:
    handed = await pajak.handed("attach", (await http.get("/masuk")).headers["location"], pajak.who(**claims))
    return str(handed.answer.headers["Location"])  # type: ignore[union-attr]


async def test_it_shows_the_bills_of_every_account_with_this_number(pajak: House) -> None:
    async with pajak.http() as http:
        address = {"street_address": "Dusun Contoh", "formatted": "Dusun Contoh RT 009, Trenggalek"}
        assert (await http.get(await attached(pajak, http, nik="3503115203889001", address=address))).status_code == 303
        page = (await http.get("/")).text
        assert "siti_tanah" in page and "3503115203889001" in page
        assert '<dd data-field="alamat">Dusun Contoh RT 009, Trenggalek</dd>' in page


async def test_a_token_of_another_browser_is_nobodys(pajak: House) -> None:
    async with pajak.http() as attacker, pajak.http() as victim:
        back = await attached(pajak, attacker)
        await victim.get("/masuk")
        assert (await victim.get(back)).status_code == 400
        assert "Anda masuk sebagai" not in (await victim.get("/")).text


async def test_what_ended_at_gapura_has_ended_here_at_the_next_page(pajak: House) -> None:
    async with pajak.http() as http:
        await http.get(await attached(pajak, http))
        assert "Anda masuk sebagai" in (await http.get("/")).text
        pajak.desk.moved = True
        assert "Anda masuk sebagai" not in (await http.get("/")).text


async def test_leaving_ends_the_token_at_gapura_too(pajak: House) -> None:
    async with pajak.http() as http:
        await http.get(await attached(pajak, http))
        token = http.cookies["sso_token_pajak"]
        assert (await http.post("/keluar", data={"csrf": "x"})).status_code == 403
        csrf = (await http.get("/")).text.partition('name="csrf" value="')[2].partition('"')[0]
        assert (await http.post("/keluar", data={"csrf": csrf})).status_code == 303
        http.cookies.set("sso_token_pajak", token)
        assert "Anda masuk sebagai" not in (await http.get("/")).text


async def test_a_cookie_that_is_no_token_asks_nobody(pajak: House) -> None:
    async with pajak.http() as http:
        http.cookies.set("sso_token_pajak", "x-y/../z")
        assert (await http.get("/")).status_code == 200
