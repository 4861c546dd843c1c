"""SIMPEG takes a ticket once, from the browser that began, for an account that it has."""

from __future__ import annotations

from urllib.parse import parse_qsl

import httpx
import pytest

from connectors.apps.ticket.formats import jwt_hs256
from connectors.front_door import Post
from connectors.registry import FRONT_DOORS
from hub.demo.systems import tickets
from tests.demo.systems.house import House, house


async def begun(simpeg: House, http: httpx.AsyncClient, **claims: str) -> tuple[dict[str, str], str]:
    """Return the form that Gapura lets this browser post, and the handle of the sign-in."""
    start = (await http.get("/masuk")).headers["location"]
    handed = await simpeg.handed("masuk", start, simpeg.who(**claims), places={"connector": "simpeg"})
    assert isinstance(handed.answer, Post)
    return dict(handed.answer.fields), handed.handle


async def test_a_ticket_signs_in_once_and_the_page_says_who_what_and_how() -> None:
    simpeg = house("simpeg")
    async with simpeg.http() as http, simpeg.http() as thief:
        form, _ = await begun(simpeg, http)
        thief.cookies.set("simpeg_mulai", http.cookies["simpeg_mulai"])
        assert (await http.post("/sso/masuk", data=form)).status_code == 303
        page = (await http.get("/")).text
        assert "Rini Ujiastuti" in page and '<dd data-field="kode_unit">DUKCAPIL</dd>' in page and "tiket bertanda tangan" in page
        assert "<dd>12</dd>" in page, "the unit under the number of 2014"
        assert (await thief.post("/sso/masuk", data=form)).status_code == 400
        assert "Anda masuk sebagai" not in (await thief.get("/")).text


async def test_a_ticket_of_another_browser_signs_nobody_in() -> None:
    simpeg = house("simpeg")
    async with simpeg.http() as attacker, simpeg.http() as victim:
        form, _ = await begun(simpeg, attacker)
        await begun(simpeg, victim)
        assert (await victim.post("/sso/masuk", data=form)).status_code == 400
        assert "Anda masuk sebagai" not in (await victim.get("/")).text


@pytest.mark.parametrize("nip", ["196203151985031906", "199912312024011001"])
async def test_a_retired_or_unknown_number_finds_no_account(nip: str) -> None:
    simpeg = house("simpeg")
    async with simpeg.http() as http:
        form, _ = await begun(simpeg, http, nip=nip)
        assert (await http.post("/sso/masuk", data=form)).status_code == 403
        assert "Anda masuk sebagai" not in (await http.get("/")).text


async def test_the_end_is_told_by_a_ticket_of_its_own_and_by_no_other() -> None:
    simpeg = house("simpeg")
    async with simpeg.http() as http, simpeg.http() as server:
        form, handle = await begun(simpeg, http)
        await http.post("/sso/masuk", data=form)
        for wrong in (form, {}, {"ticket": form["ticket"][:-2] + "xx"}):
            assert (await server.post("/sso/keluar", data=wrong)).status_code == 400
        assert "Anda masuk sebagai" in (await http.get("/")).text
        farewell = FRONT_DOORS["ticket"].farewell(simpeg.connector, handle, simpeg.desk)
        assert farewell is not None
        assert (await server.post(farewell.url, data=dict(parse_qsl(farewell.body.decode())))).status_code == 204
        assert "Anda masuk sebagai" not in (await http.get("/")).text


GOOD: dict[str, str | int] = {"iss": "i", "aud": "a", "purpose": "sign-in", "nbf": 100, "exp": 160, "jti": "j", "sid": "s"}
KEY = "k" * 43


def read(claims: dict[str, str | int], key: str = KEY) -> dict[str, object]:
    return tickets.verified(jwt_hs256(claims, KEY), [key], issuer="i", audience="a", purpose="sign-in", now=120)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("iss", {"iss": "https://jahat.example"}),
        ("aud", {"aud": "http://localhost:8106"}),
        ("purpose", {"purpose": "sign-out"}),
        ("exp", {"exp": 1}),
        ("nbf", {"nbf": 4_000_000_000}),
        ("jti", {"jti": ""}),
        ("sid", {"sid": ""}),
    ],
)
def test_what_a_ticket_must_say(name: str, more: dict[str, str | int]) -> None:
    assert read(GOOD)["jti"] == "j"
    with pytest.raises(tickets.BadTicket, match=name):
        read({**GOOD, **more})
    with pytest.raises(tickets.BadTicket, match="signature"):
        read(GOOD, "x" * 43)


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c.d", "e30.e30.", "W10.e30.", "é.b.c", "x" * 5000])
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(tickets.BadTicket):
        tickets.verified(text, ["k" * 43], issuer="i", audience="a", purpose="sign-in", now=1)
