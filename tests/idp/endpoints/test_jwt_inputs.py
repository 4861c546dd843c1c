"""Every input that takes a signed token, against every token that must not count there. The genuine one counts, in the same test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.idp.endpoints.jwt_inputs import INPUTS, Input, resigned, retyped
from tests.idp.endpoints.test_jose_cases import forgeries
from tests.site import Party, Site, answer_of, new_party

Make = Callable[[Site], Awaitable[Input]]
EACH = pytest.mark.parametrize("name", INPUTS)
KINDS = ("logout+jwt", "at+jwt", "secevent+jwt", "token-introspection+jwt", "dpop+jwt", "client-authentication+jwt", "oauth-authz-req+jwt")
OWN_KEY = {"jwk"}  # a proof with a key of one's own is a proof: of that key
TOO_LONG = {"huge"}  # beyond what a form or a header may carry, see WB-03


@EACH
async def test_jw_01_jw_03_jw_04_jw_06_jw_11_jw_14_no_input_takes_a_forged_token(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    at = await INPUTS[name](site)
    called: list[Any] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **_: called.append(a))
    for number, forgery in enumerate(forgeries(await at.make())):
        if number % 12 == 11:
            site.clock.advance(61)  # guesses of a minute are counted
        if forgery in TOO_LONG or (at.embeds and forgery in OWN_KEY):
            continue
        assert not await at.counts(forgeries(await at.make())[forgery]), forgery
    site.clock.advance(61)
    assert called == [], "no address in a header is ever fetched"
    assert await at.counts(await at.make())


@EACH
async def test_jw_09_no_input_takes_times_that_are_none(site: Site, name: str) -> None:
    at = await INPUTS[name](site)
    now, number = site.clock.now(), 0
    raw = ["1e400", "-1", f'"{now}"', "true", "null", "[]", "{}", "1e3", f"{now}.5", "99999999999999999999", str(now + 86400)]
    for claim in at.times:
        for value in raw:
            if (value == "null" and claim != "exp") or (claim == "exp" and value == str(now + 86400)):
                continue
            number += 1
            if number % 12 == 11:
                site.clock.advance(61)
            assert not await at.counts(resigned(await at.make(), at.key, claim, value)), (claim, value)
    site.clock.advance(61)
    assert await at.counts(await at.make())


@EACH
async def test_jw_07_no_input_takes_a_token_of_another_kind(site: Site, name: str) -> None:
    """Properly signed by whoever signs there, with all the right claims: only its type is that of another purpose."""
    at = await INPUTS[name](site)
    for kind in KINDS:
        key = at.key or site.house.keys.signer.active["ES256"][1]
        token = retyped(await at.make(), key, kind)
        assert await at.counts(token) is (kind in at.types), kind
    assert await at.counts(await at.make())


async def test_jw_07_what_we_sign_for_other_purposes_is_no_id_token(site: Site) -> None:
    party = await new_party(site, userinfo_alg="ES256", access_token_format="jwt", response_modes=frozenset({"query", "jwt"}))
    tokens = await party.tokens()
    told = (await party.userinfo(tokens["access_token"])).text
    answer = answer_of((await party.start(response_mode="jwt")).headers["location"])["response"]
    for kind, token in {"userinfo": told, "authorization response": answer, "access token": tokens["access_token"]}.items():
        assert token.count(".") == 2
        assert not await _is_a_hint(party, token), kind
    assert await _is_a_hint(party, tokens["id_token"])


async def _is_a_hint(party: Party, token: str) -> bool:
    answer = answer_of((await party.start(prompt="none", id_token_hint=token)).headers["location"])
    assert "code" in answer or answer["error"] == "invalid_request", answer
    return "code" in answer
