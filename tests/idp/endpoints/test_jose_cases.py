"""Signed things sent to us: what is not ours, not whole, or made for another purpose is refused, and the genuine one passes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from tests.idp.endpoints.test_token_cases import ASSERTION, KEY, assertion, keyed_client, own_name, refused
from tests.site import Party, Site, answer_of, new_party, register, test_client

STRANGER = ECKey.generate_key("P-256", {"kid": "stranger"})


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def with_header(token: str, **changes: Any) -> str:
    """Return the token with another header and the old signature."""
    head, body, signature = token.split(".")
    return f"{part({**read(head), **changes})}.{body}.{signature}"


def signed(key: Any, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=["ES256"])


async def hint_counts(party: Party, hint: str) -> bool:
    """True when /authorize takes the ID token hint; False when it is refused as what it is."""
    response = await party.start(prompt="none", id_token_hint=hint)
    answer = answer_of(response.headers["location"])
    assert "code" in answer or answer["error"] == "invalid_request", answer
    return "code" in answer


async def assertion_counts(site: Site, token: str) -> bool:
    response = await own_name(site, {"client_assertion_type": ASSERTION, "client_assertion": token})
    if response.status_code == 200:
        return True
    return not refused(response, "invalid_client", 401)


def forgeries(token: str) -> dict[str, str]:
    """Return what an attacker makes of a genuine token without having its key."""
    head, body, signature = token.split(".")
    claims = read(body)
    own_jwk = STRANGER.as_dict(private=False)
    listener = "http://127.0.0.1:9/keys"
    made = {f"alg {alg}": f"{part({**read(head), 'alg': alg})}.{body}." for alg in ("none", "None", "nOnE", "")}
    made["alg none with signature"] = with_header(token, alg="none")
    made["no alg"] = f"{part({'typ': 'JWT'})}.{body}.{signature}"
    made["jwk"] = signed(STRANGER, {"alg": "ES256", "jwk": own_jwk}, claims)
    made["jwk beside our kid"] = signed(STRANGER, {"alg": "ES256", "kid": read(head).get("kid", ""), "jwk": own_jwk}, claims)
    made["our kid"] = signed(STRANGER, {**read(head), "alg": "ES256"}, claims)
    for name in ("jku", "x5u"):
        made[name] = signed(STRANGER, {"alg": "ES256", "kid": "stranger", name: listener}, claims)
    made["x5c"] = signed(STRANGER, {"alg": "ES256", "x5c": ["MIIB"]}, claims)
    made["crit"] = with_header(token, crit=["x"], x=1)
    made["b64"] = with_header(token, b64=False, crit=["b64"])
    made["zeros"] = f"{head}.{body}.{part(bytes(64))}"
    made["short"] = f"{head}.{body}.{part(bytes(63))}"
    made["long"] = f"{head}.{body}.{signature}AAAA"
    made["empty"] = f"{head}.{body}."
    made["another body"] = f"{head}.{part({**claims, 'sub': 'x'})}.{signature}"
    made["jwe"] = f"{part({'alg': 'RSA1_5', 'enc': 'A128CBC-HS256', 'zip': 'DEF'})}.{body}.AA.AA.AA"
    made["pbes2"] = f"{part({'alg': 'PBES2-HS256+A128KW', 'p2c': 10**9, 'enc': 'A128GCM', 'p2s': 'AA'})}.{body}.AA.AA.AA"
    made["array header"] = f"{part(['ES256'])}.{body}.{signature}"
    made["huge"] = token + "A" * 20_000
    made["garbage"] = "a.b.c"
    return made


async def test_jw_01_jw_03_jw_04_jw_06_jw_11_jw_14_a_forged_hint_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await new_party(site)
    token = (await party.tokens())["id_token"]
    called: list[Any] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **_: called.append(a))
    for name, forged in forgeries(token).items():
        assert not await hint_counts(party, forged), name
    assert called == [], "no address in a header is ever fetched"
    assert await hint_counts(party, token)


async def test_jw_01_jw_03_jw_04_jw_06_jw_11_jw_14_a_forged_assertion_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await new_party(site, **keyed_client())
    called: list[Any] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **_: called.append(a))
    for number, name in enumerate(forgeries(assertion(site)["client_assertion"])):
        if number % 15 == 0:
            site.clock.advance(61)  # the guesses of a minute are counted
        if name != "huge":  # beyond what a form may carry, see WB-03
            assert not await assertion_counts(site, forgeries(assertion(site)["client_assertion"])[name]), name
    assert called == []
    assert await assertion_counts(site, assertion(site)["client_assertion"])


async def test_jw_01_a_forged_token_opens_nothing(site: Site) -> None:
    party = await new_party(site, access_token_format="jwt")
    token = (await party.tokens())["access_token"]
    for name, forged in forgeries(token).items():
        assert (await party.userinfo(forged)).status_code == 401, name
        assert (await party.introspect(forged)).json() == {"active": False}, name
    assert (await party.userinfo(token)).status_code == 200
    assert (await party.introspect(token)).json()["active"] is True


async def test_jw_07_each_kind_of_token_counts_in_its_own_place_only(site: Site) -> None:
    party = await new_party(site, access_token_format="jwt")
    tokens = await party.tokens()
    access, identity = tokens["access_token"], tokens["id_token"]
    assert (await party.userinfo(identity)).status_code == 401
    assert (await party.introspect(identity)).json() == {"active": False}
    assert (await party.userinfo(tokens["refresh_token"])).status_code == 401
    assert not await hint_counts(party, access)
    assert await hint_counts(party, identity)
    assert (await party.userinfo(access)).status_code == 200
    refused(await party.refresh(access), "invalid_grant")
    refused(await party.redeem(tokens["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize("typ", ["logout+jwt", "at+jwt", "dpop+jwt", "secevent+jwt"])
async def test_jw_07_a_token_of_another_type_is_no_client_assertion(site: Site, typ: str) -> None:
    await new_party(site, **keyed_client())
    for kind, good in ((typ, False), ("JWT", True), ("client-authentication+jwt", True)):
        claims = read(assertion(site)["client_assertion"].split(".")[1])
        token = signed(KEY, {"alg": "ES256", "kid": "one", "typ": kind}, claims)
        assert await assertion_counts(site, token) is good, kind


async def test_jw_08_a_token_names_its_audience_and_is_told_to_nobody_else(site: Site) -> None:
    party = await new_party(site, access_token_format="jwt", audience="https://api.a.example")
    await register(site, test_client("e-link", client_id="rp-second"))
    token = (await party.tokens())["access_token"]
    assert read(token.split(".")[1])["aud"] == "https://api.a.example"
    other = Party(site, party.browser, "rp-second")
    assert (await other.introspect(token)).json() == {"active": False}
    assert (await party.introspect(token)).json()["active"] is True


async def test_jw_09_times_that_are_no_times_are_refused(site: Site) -> None:
    await new_party(site, **keyed_client())
    now = site.clock.now()
    wrong: list[Any] = [now - 31, now + 400, str(now), -1, 0, True, [now], None]
    cases: list[dict[str, Any]] = [{"exp": value} for value in wrong]
    odd: list[Any] = [now + 31, str(now), -1, "x"]
    cases += [{"nbf": value} for value in odd]
    cases += [{"iat": value} for value in odd]
    for changes in cases:
        assert not await assertion_counts(site, assertion(site, **changes)["client_assertion"]), changes
    body = json.dumps(read(assertion(site)["client_assertion"].split(".")[1])).replace(f'"exp": {now + 60}', '"exp": 1e400')
    assert "1e400" in body
    token = jws.serialize_compact({"alg": "ES256", "kid": "one"}, body.encode(), KEY, algorithms=["ES256"])
    assert not await assertion_counts(site, token)
    assert await assertion_counts(site, assertion(site, iat=now - 10, nbf=now - 10)["client_assertion"])


async def test_jw_15_an_older_key_verifies_on_and_a_removed_one_fails(site: Site) -> None:
    party = await new_party(site)
    old = (await party.tokens())["id_token"]
    schedule = site.house.keys
    await schedule.rotate("ES256", actor="cli", at_once=True)
    new = (await party.tokens())["id_token"]
    kids = [read(token.split(".")[0])["kid"] for token in (old, new)]
    published = {key["kid"] for key in (await site.http().get("/jwks")).json()["keys"]}
    assert kids[0] in published
    assert await hint_counts(party, old)
    await schedule.remove(kids[0], actor="cli")
    published = {key["kid"] for key in (await site.http().get("/jwks")).json()["keys"]}
    assert kids[0] not in published
    assert not await hint_counts(party, old)
    assert await hint_counts(party, (await party.tokens())["id_token"])


async def test_jw_15_a_rotation_is_taken_back_in_one_step(site: Site) -> None:
    party = await new_party(site)
    first = (await party.tokens())["id_token"]
    schedule = site.house.keys
    announced = {key["kid"] for key in (await site.http().get("/jwks")).json()["keys"]}
    await schedule.rotate("ES256", actor="cli", at_once=True)
    second = (await party.tokens())["id_token"]
    assert read(second.split(".")[0])["kid"] in announced, "published before it signs"
    await schedule.roll_back("ES256", actor="cli")
    third = (await party.tokens())["id_token"]
    assert read(third.split(".")[0])["kid"] == read(first.split(".")[0])["kid"]
    for token in (first, second, third):
        assert await hint_counts(party, token)
