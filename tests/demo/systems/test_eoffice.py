"""Surat Dinas believes a signed assertion that answers the request of this very browser."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from connectors.front_door import Post
from connectors.registry import FRONT_DOORS
from hub.demo.systems import eoffice as module
from tests.demo.systems.house import House, house


@pytest.fixture
def eoffice(monkeypatch: pytest.MonkeyPatch) -> House:
    found = house("e-office")

    async def ask(issuer: str, method: str, path: str) -> bytes:
        assert (method, path) == ("GET", "/saml/metadata")
        return str((await found.received("metadata", issuer + path)).body).encode()

    monkeypatch.setattr(module, "ask", ask)
    return found


async def answered(eoffice: House, http: httpx.AsyncClient, **claims: str) -> tuple[dict[str, str], str]:
    handed = await eoffice.handed("sso", (await http.get("/masuk")).headers["location"], eoffice.who(**claims))
    assert isinstance(handed.answer, Post)
    return dict(handed.answer.fields), handed.handle


async def test_an_answer_signs_in_the_browser_that_asked_and_no_other(eoffice: House) -> None:
    async with eoffice.http() as http, eoffice.http() as other:
        form, _ = await answered(eoffice, http)
        await answered(eoffice, other)
        assert (await other.post("/saml/acs", data=form)).status_code == 400
        assert (await http.post("/saml/acs", data=form)).status_code == 303
        page = (await http.get("/")).text
        assert "Anda masuk sebagai <b>Rini Ujiastuti</b>" in page and '<dd data-field="urn:oid:2.5.4.11">EO-12</dd>' in page
        assert (await http.post("/saml/acs", data=form)).status_code == 400, "once: the request was answered"


def _without_signature(text: str) -> str:
    return text.replace("SignatureValue>", "Value>")


def _other_name(text: str) -> str:
    return text.replace("198504172010012901", "198101102006042904")


def _twice(text: str) -> str:
    start, end = text.index("<saml:Assertion"), text.index("</samlp:Response>")
    return text[:end] + text[start:end] + text[end:]


@pytest.mark.parametrize("change", [_without_signature, _other_name, _twice, lambda text: "<x/>", lambda text: text[:-9]])
async def test_a_changed_answer_signs_nobody_in(eoffice: House, change: Any) -> None:
    async with eoffice.http() as http:
        form, _ = await answered(eoffice, http)
        text = change(base64.b64decode(form["SAMLResponse"]).decode())
        page = await http.post("/saml/acs", data={"SAMLResponse": base64.b64encode(text.encode()).decode()})
        assert page.status_code == 400
        assert "Anda masuk sebagai" not in (await http.get("/")).text


@pytest.mark.parametrize(
    ("name", "value"), [("issuer", "https://x"), ("recipient", "https://x"), ("audience", "https://x"), ("request", ""), ("time", "late")]
)
async def test_an_assertion_for_somebody_else_is_none(eoffice: House, name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.demo.systems import saml

    async with eoffice.http() as http:
        form, _ = await answered(eoffice, http)
        cookie = http.cookies["eoffice_mulai"]
    trusted = saml.certificates(str((await eoffice.received("metadata", "http://localhost:8000/saml/metadata")).body).encode())
    own = "http://localhost:8107/saml"
    due = {"issuer": "http://localhost:8000/saml/metadata", "acs": f"{own}/acs", "entity": f"{own}/metadata", "request": cookie}
    assert saml.believed(form["SAMLResponse"], trusted, **due).name_id == "berpasangan"
    if name == "time":
        monkeypatch.setattr(saml, "LEEWAY", -100_000)
    else:
        due[{"recipient": "acs", "audience": "entity"}.get(name, name)] = value
    with pytest.raises(saml.Unbelievable, match=name):
        saml.believed(form["SAMLResponse"], trusted, **due)


async def test_the_end_is_told_signed_and_names_the_session(eoffice: House) -> None:
    async with eoffice.http() as http, eoffice.http() as server:
        form, handle = await answered(eoffice, http)
        await http.post("/saml/acs", data=form)
        message = FRONT_DOORS["saml"].farewell(eoffice.connector, handle, eoffice.desk)
        assert message is not None
        for wrong in (b"", b"<x/>", message.body.replace(b"SignatureValue>", b"Value>")):
            assert (await server.post(message.url, content=wrong)).status_code == 400
        assert "Anda masuk sebagai" in (await http.get("/")).text
        assert (await server.post(message.url, content=message.body)).status_code == 200
        assert "Anda masuk sebagai" not in (await http.get("/")).text


async def test_who_has_no_account_there_stays_outside(eoffice: House) -> None:
    async with eoffice.http() as http:
        form, _ = await answered(eoffice, http, nip="199407032023211903")
        assert (await http.post("/saml/acs", data=form)).status_code == 403
