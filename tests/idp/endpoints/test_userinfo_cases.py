"""Userinfo, introspection and revocation from outside: whom they tell what, and what a returned token takes with it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kit.audit import AuditEvent
from tests.site import PASSWORD, SITI, TEST_SECRET, Party, Site, answer_of, new_party, register, test_client


async def revoke(site: Site, party: Party, token: str, **more: str) -> httpx.Response:
    return await site.http().post("/revoke", data={"token": token, **more}, auth=party.auth)


async def neighbour(site: Site, party: Party, **changes: Any) -> Party:
    await register(site, test_client("e-link", client_id="rp-second", **changes))
    return Party(site, party.browser, "rp-second")


async def test_ui_01_without_openid_there_is_no_userinfo(site: Site) -> None:
    party = await new_party(site)
    own = await site.http().post("/token", data={"grant_type": "client_credentials"}, auth=party.auth)
    refused = await party.userinfo(own.json()["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert (await party.userinfo((await party.tokens())["access_token"])).status_code == 200


async def test_ui_02_a_token_travels_in_the_header_only(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    head = {"authorization": f"Bearer {token}"}
    http = site.http()
    wrong = [
        await http.get("/userinfo", params={"access_token": token}),
        await http.get("/userinfo", params={"access_token": token}, headers=head),
        await http.post("/userinfo", data={"access_token": token}),
        await http.post("/userinfo", data={"access_token": token}, headers=head),
        await http.get("/userinfo", headers={"authorization": f"Basic {token}"}),
    ]
    for response in wrong:
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        assert token not in response.text
    none = await http.get("/userinfo")
    about = f'resource_metadata="{site.issuer}/.well-known/oauth-protected-resource/userinfo"'
    challenges = f'Bearer realm="gapura", {about}, DPoP realm="gapura", algs="ES256 ES512 PS256 EdDSA Ed25519", {about}'
    assert (none.status_code, none.json(), none.headers["www-authenticate"]) == (401, {}, challenges)
    for right in (await http.get("/userinfo", headers=head), await http.post("/userinfo", headers=head)):
        assert right.status_code == 200
    said = capfd.readouterr()
    assert token not in said.out + said.err


@pytest.mark.parametrize("name", ["access_token", "access%5Ftoken", "%61ccess_token"])
async def test_ui_02_a_token_under_another_spelling_of_its_name_is_one(site: Site, name: str) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    head, form = {"authorization": f"Bearer {token}"}, {"content-type": "application/x-www-form-urlencoded"}
    http = site.http()
    for refused in (
        await http.get(f"/userinfo?a=1&{name}={token}", headers=head),
        await http.post("/userinfo", content=f"a=1&{name}={token}", headers={**head, **form}),
        await http.post("/userinfo", content=f"{name}={token}", headers=form),
        await http.get("/userinfo?" + "a=1&" * 200, headers=head),
    ):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    for right in (
        await http.get(f"/userinfo?x={name}", headers=head),
        await http.post("/userinfo", content="x=1", headers={**head, **form}),
    ):
        assert right.status_code == 200, "the word as a value, or another field, is no token"


async def test_ui_02_two_headers_are_not_one(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    twice = [("authorization", f"Bearer {token}"), ("authorization", "Bearer other")]
    refused = await site.http().get("/userinfo", headers=twice)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    basic = ("authorization", "Basic cnAtdGVzdDp3cm9uZw==")
    for path in ("/introspect", "/revoke", "/token"):
        assert (await site.http().post(path, data={"token": token}, headers=[basic, basic])).json()["error"] == "invalid_request", path
        assert (await site.http().post(path, data={"token": token}, headers=[basic])).json()["error"] == "invalid_client", path
    assert (await site.http().get("/userinfo", headers=twice[:1])).status_code == 200


async def test_ui_04_a_claim_that_was_not_agreed_to_is_withheld(site: Site) -> None:
    party = await new_party(site, application="e-link")
    page = await party.start(scope="openid name bpjs_number")
    await party.browser.sign_in(SITI, PASSWORD)
    await party.browser.submit(button="lanjutkan")
    page = await party.browser.submit(button="setuju")  # on the page of specific data; what is optional stays unticked
    told = (await party.userinfo((await party.redeem(answer_of(page.headers["location"])["code"])).json()["access_token"])).json()
    assert "name" in told
    assert "bpjs_number" not in told
    await party.start(scope="openid name bpjs_number", prompt="consent")
    await party.browser.submit(button="lanjutkan")
    page = await party.browser.submit(button="setuju", tick=("antrean-puskesmas.bpjs",))
    told = (await party.userinfo((await party.redeem(answer_of(page.headers["location"])["code"])).json()["access_token"])).json()
    assert "bpjs_number" in told


async def test_ui_04_a_scope_taken_from_the_client_ends_what_was_granted_with_it(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    await register(site, test_client(scopes=frozenset({"openid", "name", "nik", "kecamatan", "phone_number"})))
    assert (await party.userinfo(tokens["access_token"])).status_code == 200, "all that was granted is still registered"
    assert (await party.introspect(tokens["access_token"])).json()["active"] is True
    await register(site, test_client(scopes=frozenset({"openid", "name"})))
    refused = await party.userinfo(tokens["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
    assert (await party.introspect(tokens["access_token"])).json() == {"active": False}


async def test_ui_04_a_client_that_was_switched_off_reads_nothing_more(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    await register(site, test_client(enabled=False))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.introspect(tokens["access_token"])).json()["error"] == "invalid_client"
    await register(site, test_client())
    assert (await party.userinfo(tokens["access_token"])).status_code == 200


async def test_ui_07_who_tries_tokens_is_slowed(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    guesser = site.http("198.51.100.9")
    answers = [await guesser.get("/userinfo", headers={"authorization": f"Bearer {'x' * 39}{number:04}"}) for number in range(302)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]
    assert (await guesser.get("/userinfo", headers={"authorization": f"Bearer {token}"})).status_code == 200, "what fails is counted only"


async def test_ui_08_another_clients_token_is_left_alone(site: Site) -> None:
    party = await new_party(site)
    thief = await neighbour(site, party)
    tokens = await party.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"]):
        refused = await revoke(site, thief, token)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await thief.introspect(tokens["access_token"])).json() == {"active": False}
    assert (await party.introspect(tokens["access_token"])).json()["active"] is True
    assert (await revoke(site, party, tokens["access_token"])).status_code == 200
    assert (await party.introspect(tokens["access_token"])).json() == {"active": False}


async def test_ui_09_what_is_unknown_is_as_good_as_revoked(site: Site) -> None:
    party = await new_party(site)
    for token in ("garbage", "x" * 43, "a.b.c", "x" * 22 + "." + "y" * 43, "é" * 30):
        assert (await revoke(site, party, token)).status_code == 200
    tokens = await party.tokens()
    assert (await revoke(site, party, tokens["refresh_token"], token_type_hint="access_token")).status_code == 200
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    missing = await site.http().post("/revoke", data={"token_type_hint": "access_token"}, auth=party.auth)
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")
    nobody = await site.http().post("/revoke", data={"token": "x" * 43}, auth=("rp-test", "wrong"))
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")


async def test_ui_10_a_returned_refresh_token_takes_its_access_tokens_along(site: Site) -> None:
    party = await new_party(site)
    first = await party.tokens()
    second = (await party.refresh(first["refresh_token"])).json()
    assert (await party.userinfo(second["access_token"])).status_code == 200
    assert (await revoke(site, party, second["refresh_token"])).status_code == 200
    for token in (first["access_token"], second["access_token"]):
        assert (await party.userinfo(token)).status_code == 401
        assert (await party.introspect(token)).json() == {"active": False}
    assert (await party.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    noted = await site.resources.stores.audit.search(event=AuditEvent.TOKEN_REVOKED)
    assert [row.entry.actor for row in noted] == ["client:rp-test"]


async def test_ui_10_a_returned_access_token_ends_alone(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    assert (await revoke(site, party, tokens["access_token"])).status_code == 200
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def test_ui_10_after_the_grant_was_returned_a_new_sign_in_works(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    await revoke(site, party, tokens["refresh_token"])
    again = await party.tokens()
    assert (await party.userinfo(again["access_token"])).status_code == 200


async def test_ui_11_a_returned_token_does_not_silence_the_logout(site: Site) -> None:
    party = await new_party(site, backchannel_logout_uri="https://rp.example/backchannel")
    tokens = await party.tokens()
    await revoke(site, party, tokens["refresh_token"])
    await party.browser.go("/logout?id_token_hint=" + tokens["id_token"])
    waiting = await site.resources.stores.outbox.pending()
    assert [delivery.target for delivery in waiting] == [party.client_id]


async def test_a_public_client_may_not_introspect(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    await register(site, test_client(client_id="rp-app", auth_method="none", secrets=()))
    refused = await site.http().post("/introspect", data={"token": token, "client_id": "rp-app"})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert (await site.http().post("/introspect", data={"token": token}, auth=("rp-test", TEST_SECRET))).json()["active"] is True
