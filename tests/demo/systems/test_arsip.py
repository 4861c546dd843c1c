"""Arsip Daerah believes a CAS ticket only when Gapura says whose it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from connectors.apps.cas.sign_out import logout_message
from hub.demo.systems import arsip as module
from tests.demo.systems.house import ORIGINS, House, house


@pytest.fixture
def arsip(monkeypatch: pytest.MonkeyPatch) -> House:
    found = house("arsip-daerah")

    async def ask(issuer: str, method: str, path: str, params: dict[str, Any]) -> bytes:
        assert (method, path) == ("GET", "/cas/p3/serviceValidate")
        answer = await found.received("p3_service_validate", f"{issuer}{path}?{urlencode(params)}")
        return str(answer.body).encode()

    monkeypatch.setattr(module, "ask", ask)
    return found


async def ticket(arsip: House, http: httpx.AsyncClient) -> tuple[str, str]:
    handed = await arsip.handed("login", (await http.get("/masuk")).headers["location"])
    return str(handed.answer.headers["Location"]), handed.handle  # type: ignore[union-attr]


async def test_a_ticket_signs_in_once(arsip: House) -> None:
    async with arsip.http() as http, arsip.http() as thief:
        back, _ = await ticket(arsip, http)
        assert (await http.get(back)).status_code == 303
        page = (await http.get("/")).text
        assert "Anda masuk sebagai <b>Rini Ujiastuti</b>" in page and '<dd data-field="employeeNumber">3503115704859009</dd>' in page
        assert 'data-field="mail"' not in page, "what was not shared is absent"
        assert (await thief.get(back)).status_code == 400
        for wrong in ("ST-x", ""):
            assert (await thief.get("/j_spring_cas_security_check", params={"ticket": wrong})).status_code == 400
        assert "Anda masuk sebagai" not in (await thief.get("/")).text


async def test_the_end_is_told_by_the_ticket(arsip: House) -> None:
    async with arsip.http() as http, arsip.http() as server:
        back, handle = await ticket(arsip, http)
        await http.get(back)
        form = {"content-type": "application/x-www-form-urlencoded"}
        other = logout_message(handle.replace("ST-", "ST-x"), arsip.desk.now)
        await server.post(other.url, content=other.body, headers=form)
        assert "Anda masuk sebagai" in (await http.get("/")).text
        assert (await server.post(f"{ORIGINS['arsip-daerah']}/j_spring_cas_security_check", data={"logoutRequest": "x"})).status_code == 400
        message = logout_message(handle, arsip.desk.now)
        assert (await server.post(message.url, content=message.body, headers=form)).status_code == 200
        assert "Anda masuk sebagai" not in (await http.get("/")).text


async def test_when_gapura_does_not_answer_nobody_is_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object, **__: object) -> bytes:
        raise httpx.ConnectError("silent")

    monkeypatch.setattr(module, "ask", silent)
    async with house("arsip-daerah").http() as http:
        page = await http.get("/j_spring_cas_security_check", params={"ticket": "ST-1"})
        assert page.status_code == 502 and "Gapura belum menjawab" in page.text


async def test_only_the_own_page_signs_out(arsip: House) -> None:
    async with arsip.http() as http:
        back, _ = await ticket(arsip, http)
        await http.get(back)
        for form in ({}, {"csrf": "x"}):
            assert (await http.post("/keluar", data=form)).status_code == 403
        csrf = (await http.get("/")).text.partition('name="csrf" value="')[2].partition('"')[0]
        left = await http.post("/keluar", data={"csrf": csrf})
        assert (left.status_code, left.headers["location"]) == (303, "http://localhost:8000/keluar")
        assert "Anda masuk sebagai" not in (await http.get("/")).text
