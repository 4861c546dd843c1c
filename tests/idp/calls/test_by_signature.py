"""Older programs call through the house with signatures of their own: HM-01 to HM-06, SO-02."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import httpx
import pytest

from connectors.apis.hmac_headers import signature
from hub.app import create_app
from hub.wiring import build_house
from tests.connectors.soap_wsse.samples import message, security, token
from tests.idp.calls.town import KEY, OTHER, Town
from tests.site import Site

HOST = "localhost:8000"


async def signed(
    town: Town,
    path: str = "/bpjs/referensi/poli/int",
    *,
    method: str = "GET",
    key_id: str = "simrs",
    key: str = KEY,
    query: str = "",
    body: bytes = b"",
    off: int = 0,
    nonce: str = "nonce-nonce-0001",
    site: Site | None = None,
    sent: dict[str, Any] | None = None,
) -> httpx.Response:
    """Send a call as an older program signs it; `sent` replaces what leaves after it was signed."""
    full, stamp = f"/panggil{path}", str(town.site.clock.now() + off)
    mac = signature.of_request(
        key, method=method, host=HOST, path=full, query=query, body=body, consumer=key_id, timestamp=stamp, nonce=nonce
    )
    headers = {"X-cons-id": key_id, "X-timestamp": stamp, "X-nonce": nonce, "X-signature": mac}
    leaves = {"method": method, "path": full, "query": query, "body": body, "host": HOST, **(sent or {})}
    url = leaves["path"] + (f"?{leaves['query']}" if leaves["query"] else "")
    http = (site or town.site).http()
    return await http.request(leaves["method"], url, headers={**headers, "host": leaves["host"]}, content=leaves["body"])


async def test_an_older_program_is_answered_in_its_own_envelope(town: Town) -> None:
    answer = await signed(town)
    assert answer.status_code == 200, answer.text
    assert answer.json()["metaData"] == {"code": "200", "message": "OK"}
    assert answer.json()["response"]["poli"][0]["kode"] == "INT"
    assert town.fakes.bpjs.seen == [("GET", "/vclaim-rest/referensi/poli/int")]


@pytest.mark.parametrize(("minutes", "due"), [(-6, 401), (6, 401), (-4, 200), (4, 200)])
async def test_hm_01_clocks_may_differ_by_five_minutes(town: Town, minutes: int, due: int) -> None:
    assert (await signed(town, off=60 * minutes)).status_code == due


async def test_hm_01_one_nonce_is_good_once_on_any_node(town: Town) -> None:
    """The second house works on the same store, as another worker does."""
    other = Site(await build_house(town.site.resources), town.site.resources, town.site.clock, None)
    other.app = create_app(other.house)
    assert (await signed(town)).status_code == 200
    assert (await signed(town, site=other)).status_code == 401
    assert (await signed(town, nonce="nonce-nonce-0002", site=other)).status_code == 200
    for client in other.clients:
        await client.aclose()


async def test_hm_01_of_twenty_equal_calls_one_passes(town: Town) -> None:
    answers = await asyncio.gather(*(signed(town) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert len(town.fakes.bpjs.seen) == 1


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ({}, 200),
        ({"method": "POST"}, 401),
        ({"host": "lain.example.id"}, 401),
        ({"path": "/panggil/bpjs/referensi/poli/gigi"}, 401),
        ({"query": "limit=6"}, 401),
        ({"body": b"x"}, 401),
    ],
    ids=["as signed", "method", "host", "path", "query", "body"],
)
async def test_hm_02_what_changed_on_the_way_is_refused(town: Town, sent: dict[str, Any], due: int) -> None:
    assert (await signed(town, query="limit=5", sent=sent)).status_code == due


@pytest.mark.parametrize("sent", [{"query": "limit=6&limit=5"}, {"query": "limit=5&limit=6&"}, {"query": "limit=5&limit%3D6"}])
async def test_hm_03_a_query_in_another_order_is_another_request(town: Town, sent: dict[str, Any]) -> None:
    assert (await signed(town, query="limit=5&limit=6", sent=sent)).status_code == 401


async def test_hm_06_a_key_on_a_path_of_another_is_403(town: Town) -> None:
    assert (await signed(town, key_id="antrean", key=OTHER)).status_code == 403
    assert (await signed(town, "/antrean/antrean/add", method="POST", body=b"{}")).status_code == 403, "a key of another connector"
    assert (await signed(town, "/antrean/antrean/add", method="POST", body=b"{}", key="x" * 43)).status_code == 401
    assert town.fakes.bpjs.seen == []


async def test_hm_06_what_was_used_is_not_used_again_after_the_store_forgot_everything(town: Town) -> None:
    assert (await signed(town, off=240)).status_code == 200
    town.site.resources.expiring._records.clear()  # type: ignore[attr-defined]
    assert (await signed(town, off=240)).status_code == 401
    town.site.clock.advance(200)
    assert (await signed(town, off=40)).status_code == 401, "a clock that runs ahead gains nothing"
    assert (await signed(town, nonce="nonce-nonce-0002")).status_code == 401, "nor does a new call, which may be an old one"
    town.site.clock.advance(101)
    assert (await signed(town, nonce="nonce-nonce-0004")).status_code == 200, "after five minutes all is as before"


async def test_a_call_about_a_person_needs_more_than_the_key_of_a_program(town: Town) -> None:
    answer = await signed(town, "/bpjs/Peserta/nokartu/0000000009001/tglSEP/2026-11-24")
    assert (answer.status_code, answer.json()["metaData"]["code"]) == (403, "403")
    assert await town.disclosed() == []


async def test_a_header_that_stands_twice_is_refused(town: Town) -> None:
    headers = [("X-cons-id", "simrs"), ("X-cons-id", "antrean")]
    assert (await town.http().get("/panggil/bpjs/referensi/poli/int", headers=headers)).status_code == 400


async def test_who_keeps_guessing_is_slowed_down(town: Town) -> None:
    answers = [(await signed(town, key="x" * 43)).status_code for _ in range(302)]
    assert answers[0] == 401 and answers[-1] == 429


async def posted(town: Town, body: bytes, action: str = "urn:register:contoh/DaftarWilayah") -> httpx.Response:
    headers = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}
    return await town.http().post("/panggil/register", content=body, headers=headers)


async def test_an_older_soap_program_gets_soap(town: Town) -> None:
    answer = await posted(town, message(security(token())))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text.count("<m:nama>") == 3


async def test_so_02_a_nonce_of_a_username_token_is_good_once(town: Town) -> None:
    first = message(security(token()))
    assert (await posted(town, first)).status_code == 200
    again = await posted(town, first)
    assert again.status_code == 500 and "FailedAuthentication" in again.text
    assert (await posted(town, message(security(token(nonce=hashlib.md5(b"other").digest()))))).status_code == 200
    assert (await posted(town, message(security(token(nonce=b"0123456789abcdef"))), action="urn:lain")).status_code == 500
    assert town.fakes.soap.seen == ["DaftarWilayah", "DaftarWilayah"]
