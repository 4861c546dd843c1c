"""A client's keys are its own: registered, or fetched from where it publishes them, seldom enough and never on trust."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from joserfc.jwk import ECKey

from idp.applications.models import Client
from idp.client_auth import private_key_jwt
from idp.client_auth.client_keys import FRESH, LIFE, MAX_BYTES, MAX_KEYS, NO_KEYS, ClientKeys
from idp.keys.signer import BadToken
from kit.clock import FixedClock
from tests.idp.client_auth.assertions import EC, claims, jwt_client, signed
from tests.idp.samples import ISSUER, NOW

URI = "https://rp.example/jwks"
NEW = ECKey.generate_key("P-256", {"kid": "new"}, auto_kid=False)


class Publisher:
    """The client's own server, as the network shows it: what it answers, and how often it was asked."""

    def __init__(self, *keys: Any) -> None:
        self.clock = FixedClock(NOW)
        self.asked = 0
        self.status = 200
        self.body = b""
        self.publish(*keys or (EC,))
        self.keys = ClientKeys(httpx.AsyncClient(transport=httpx.MockTransport(self.answer)), self.clock, 10)
        self.client = published()

    def publish(self, *keys: Any) -> None:
        self.body = orjson.dumps({"keys": [key.as_dict(private=False) for key in keys]})

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        self.asked += 1
        assert str(request.url) == URI
        return httpx.Response(self.status, content=self.body)

    async def kids(self, **more: Any) -> list[Any]:
        return [key.get("kid") for key in (await self.keys.of(self.client, **more))["keys"]]

    async def verify(self, assertion: str) -> str:
        now = self.clock.now()
        return str((await private_key_jwt.verify(self.client, assertion, self.keys, issuer=ISSUER, now=now)).header.get("kid", ""))


def published(**changes: Any) -> Client:
    return replace(jwt_client(), jwks=None, jwks_uri=URI, **changes)


async def test_registered_keys_are_asked_of_nobody() -> None:
    publisher = Publisher()
    client = jwt_client()
    assert await publisher.keys.of(client, kid="unknown", refresh=True) == client.jwks
    assert await publisher.keys.of(replace(client, jwks=None)) == NO_KEYS
    assert publisher.asked == 0


async def test_a_published_set_is_fetched_once_and_kept_for_a_while() -> None:
    publisher = Publisher()
    for _ in range(3):
        assert await publisher.kids(kid="ec-1") == ["ec-1"]
    assert publisher.asked == 1
    publisher.clock.advance(FRESH)
    assert (await publisher.kids(), publisher.asked) == (["ec-1"], 1)
    publisher.clock.advance(1)
    assert (await publisher.kids(), publisher.asked) == (["ec-1"], 2)


async def test_many_at_once_wait_for_one_fetch() -> None:
    publisher = Publisher()
    found = await asyncio.gather(*(publisher.kids(kid="ec-1") for _ in range(50)))
    assert (found, publisher.asked) == ([["ec-1"]] * 50, 1)


async def test_a_new_key_is_found_at_once_when_nobody_looked_just_before() -> None:
    publisher = Publisher()
    assert await publisher.verify(signed(claims())) == "ec-1"
    publisher.publish(EC, NEW)
    publisher.clock.advance(10)
    assert await publisher.verify(signed(claims(NOW + 10), NEW)) == "new"
    assert publisher.asked == 2


async def test_whoever_makes_up_key_names_does_not_make_us_knock() -> None:
    publisher = Publisher()
    for n in range(20):
        with pytest.raises(BadToken):
            await publisher.verify(signed(claims(), NEW, kid=f"made-up-{n}"))
    assert publisher.asked == 1
    publisher.clock.advance(10)
    for n in range(20):
        with pytest.raises(BadToken):
            await publisher.verify(signed(claims(NOW + 10), NEW, kid=f"made-up-{n}"))
    assert publisher.asked == 2
    assert await publisher.verify(signed(claims(NOW + 10))) == "ec-1", "the keys it has are as good as before"


async def test_a_key_without_a_name_is_looked_for_again_too() -> None:
    bare = ECKey.generate_key("P-256", auto_kid=False)
    publisher = Publisher()
    assert await publisher.kids() == ["ec-1"]
    publisher.publish(bare)
    publisher.clock.advance(10)
    assert await publisher.verify(signed(claims(NOW + 10), bare)) == ""


async def test_a_key_that_was_taken_away_proves_nothing_after_a_while() -> None:
    publisher = Publisher(EC, NEW)
    assert await publisher.verify(signed(claims(), NEW)) == "new"
    publisher.publish(EC)
    publisher.clock.advance(FRESH + 1)
    with pytest.raises(BadToken):
        await publisher.verify(signed(claims(NOW + FRESH + 1), NEW))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (301, b""),
        (404, b'{"keys":[]}'),
        (200, b""),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys":{}}'),
        (200, b'{"keys":["x"]}'),
        (200, b'{"keys":[' + b",".join([b"{}"] * (MAX_KEYS + 1)) + b"]}"),
        (200, b'{"keys":[{"kty":"EC","x":"' + b"x" * MAX_BYTES + b'"}]}'),
    ],
)
async def test_what_is_no_small_key_set_verifies_nothing(status: int, body: bytes) -> None:
    publisher = Publisher()
    publisher.status, publisher.body = status, body
    assert await publisher.kids() == []
    with pytest.raises(BadToken):
        await publisher.verify(signed(claims()))


async def test_when_the_client_does_not_answer_its_keys_are_good_for_a_while_and_no_longer() -> None:
    publisher = Publisher()
    assert await publisher.kids() == ["ec-1"]
    publisher.status = 503
    publisher.clock.advance(LIFE)
    assert await publisher.kids() == ["ec-1"]
    publisher.clock.advance(1)
    assert await publisher.kids() == []
    publisher.status = 200
    publisher.clock.advance(10)
    assert await publisher.kids() == ["ec-1"]


async def test_nothing_is_fetched_without_tls() -> None:
    publisher = Publisher()
    publisher.client = published(client_id="rp-b")
    publisher.client = replace(publisher.client, jwks_uri=URI.replace("https", "http"))
    assert (await publisher.kids(), publisher.asked) == ([], 0)


async def test_a_client_that_moves_its_keys_is_asked_at_the_new_place() -> None:
    publisher = Publisher()
    await publisher.keys.of(replace(publisher.client, jwks_uri="http://rp.example/old"))
    assert (await publisher.kids(), publisher.asked) == (["ec-1"], 1)


async def test_tk_14_a_shared_secret_in_a_published_set_is_left_out() -> None:
    publisher = Publisher()
    publisher.body = orjson.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "oct"}, EC.as_dict(private=False)]})
    assert await publisher.kids() == ["ec-1"]
