"""What a program hears of an older system's own words: never a secret that it quotes (ASVS 16.5.1)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from connectors.apis.settings import ApiSettings
from connectors.calls import Call, Failure, Fault
from hub.storage.expiring.memory import MemoryStore
from idp.calls.wiring import engine_of
from idp.calls.wording import blanked
from kit.clock import FixedClock
from kit.outbound import Lanes
from kit.sealing import KeyRing
from tests.connectors.calls import NOW, connector

KEY = "Rahasia-Kunci/0123456789abcdef"
PLAIN = {"base_url": "https://api.example.id", "operations": [{"path": "/a/b"}], "envelope": {"status": "status"}}


async def heard(words: Callable[[httpx.Request], str], status: int, kind: str = "basic") -> Failure:
    """Return the failure of a call whose answer has these words for it."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"status": "error", "message": words(request)})

    if kind == "basic":
        asked = connector("basic", {**PLAIN, "username": "gapura"}, password=KEY)
    else:
        asked = connector("api_key", {**PLAIN, "services": [{"name": "a", "prefix": "/a/"}]}, key__a=KEY)
    clock = FixedClock(NOW)
    store = MemoryStore(clock)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        engine = engine_of(Lanes(lambda _: http), store, KeyRing({1: b"k" * 32}, 1, b"i" * 32), clock)
        assert isinstance(asked.settings, ApiSettings)
        found = await engine.call(asked, asked.settings, Call("GET", "/a/b"), operation="GET /a/b", caller="x")
    await store.aclose()
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize("kind", ["basic", "api_key"])
@pytest.mark.parametrize(
    "words",
    [
        lambda _: f"kunci {KEY} tidak boleh",
        lambda _: f"kunci {KEY.upper()} tidak boleh",
        lambda _: f"kunci {quote(KEY, safe='')} tidak boleh",
        lambda request: f"kunci {max((w for v in request.headers.values() for w in v.split()), key=len)} tidak boleh",
    ],
    ids=["as it is", "in capitals", "in an address", "as it was sent"],
)
async def test_a_secret_that_is_quoted_is_blanked(words: Callable[[httpx.Request], str], kind: str) -> None:
    found = await heard(words, 422, kind)
    assert (found.fault, found.detail) == (Fault.DECLINED, "kunci [...] tidak boleh")


async def test_other_words_are_told_as_they_are() -> None:
    assert (await heard(lambda _: "Nomor kartu tidak terdaftar", 422)).detail == "Nomor kartu tidak terdaftar"


async def test_a_refusal_of_our_credentials_has_no_words_of_theirs() -> None:
    encoded = base64.b64encode(KEY[:9].encode()).decode()
    assert await heard(lambda _: f"sandi {encoded} salah", 401) == Failure(Fault.REFUSED)


async def test_a_secret_that_the_end_of_the_line_cuts_off_is_blanked_too() -> None:
    detail = (await heard(lambda _: "x" * 188 + " " + KEY, 422)).detail
    assert detail == "x" * 188 + " [...]" and "Rahasia" not in detail
    assert blanked("kunci Raha", [KEY]) == "kunci Raha", "the twin: a line that was not cut holds what it holds"
