"""The demonstration's application keeps to what it shows: nobody else signs its person out."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette

from hub.demo.party import Party

COOKIE = {"cookie": "usaha-kecil-sesi=h"}


async def test_only_the_applications_own_page_signs_its_person_out() -> None:
    party = Party("Usaha Kecil", "Dinas", "usaha-kecil", [], "http://localhost:8000", "http://localhost:8101", "s")
    party.people["h"] = {"claims": {"sub": "x"}, "id_token": "t", "csrf": "own"}
    party.provider["end_session_endpoint"] = "http://localhost:8000/logout"
    transport = httpx.ASGITransport(Starlette(routes=party.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8101") as http:
        for form in ({}, {"csrf": ""}, {"csrf": "other"}):
            assert (await http.post("/keluar", headers=COOKIE, data=form)).status_code in (403, 415)
            assert "h" in party.people
        left = await http.post("/keluar", headers=COOKIE, data={"csrf": "own"})
        assert (left.status_code, left.headers["location"].partition("?")[0]) == (303, "http://localhost:8000/logout")
        assert party.people == {}
