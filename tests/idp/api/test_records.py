"""The citizen's API: her own record and nobody else's, read or withdrawn only as far as she agreed to that."""

from __future__ import annotations

import pytest

from consent.models import Standing
from idp.tokens.api_scopes import READ_RECORD, WITHDRAW
from tests.idp.api.hers import APPLICATION, AUDIENCE, a_client, a_record, call, furnish, let_in, through
from tests.idp.proofs.proofs import OTHER, ath
from tests.idp.proofs.test_bound_tokens import Prover
from tests.portal.walks import WAGIYEM, agreed, citizen, person_id, sent
from tests.site import ISSUER, SITI, TEST_SECRET, Party, Site, register


@pytest.fixture
async def furnished(site: Site) -> Site:
    await furnish(site)
    return site


async def standing(site: Site, record: str, nik: str = SITI) -> Standing:
    return (await site.house.consent.state(await person_id(site, nik), record)).standing


async def test_ux_ch_1_the_list_holds_every_record_and_that_of_the_application_itself(furnished: Site) -> None:
    record = await a_record(furnished)
    token = await let_in(furnished)
    answer = await call(furnished, token)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    items = {one["id"]: one for one in answer.json()["items"]}
    assert (items[record]["standing"], items[record]["withdrawable"], items[record]["basis"]) == ("berlaku", True, "consent")
    own = [one for one in items.values() if one["service"] == APPLICATION]
    assert sorted(claim for one in own for claim in one["claims"]) == [READ_RECORD, WITHDRAW, "name"]
    assert SITI not in answer.text and "Peragawati" not in answer.text
    filtered = await call(furnished, token, "?standing=ditarik")
    assert filtered.json() == {"items": []}
    assert (await call(furnished, token, "?standing=apa")).status_code == 422


async def test_ux_ch_2_one_record_comes_with_its_time_line(furnished: Site) -> None:
    record = await a_record(furnished)
    furnished.clock.advance(60)
    await sent(furnished, "pendampingan-usaha", "name", "nik", "kecamatan")
    token = await let_in(furnished)
    answer = await call(furnished, token, f"/{record}")
    body = answer.json()
    assert [one["event"] for one in body["events"]] == ["given", "sent"]
    assert body["events"][0]["hash"] and body["events"][1]["claims"] == ["kecamatan", "name", "nik"]
    assert answer.headers["etag"] == f'"{body["revision"]}"'


async def test_ux_ch_3_a_withdrawal_names_its_target_and_is_done_at_once(furnished: Site) -> None:
    record = await a_record(furnished)
    token = await let_in(furnished)
    answer = await call(furnished, token, f"/{record}/tarik", "POST", json={"record": record})
    assert (answer.status_code, answer.json()["record"]["standing"], answer.json()["service_ended"]) == (200, "ditarik", True)
    assert await standing(furnished, record) is Standing.WITHDRAWN
    row = (await furnished.house.consent.history(await person_id(furnished), record_id=record))[0]
    assert (row.event.value, row.channel) == ("withdrawn", "api")
    again = await call(furnished, token, f"/{record}/tarik", "POST", json={"record": record})
    assert (again.status_code, again.json()["code"]) == (409, "not_withdrawable")


async def test_ux_ch_3_if_match_names_the_state_that_was_read(furnished: Site) -> None:
    record = await a_record(furnished)
    token = await let_in(furnished)
    tag = (await call(furnished, token, f"/{record}")).headers["etag"]
    stale = await call(furnished, token, f"/{record}/tarik", "POST", headers={"if-match": '"999999"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed")
    assert await standing(furnished, record) is Standing.IN_FORCE
    done = await call(furnished, token, f"/{record}/tarik", "POST", headers={"if-match": tag})
    assert done.status_code == 200


async def test_a_withdrawal_without_its_target_or_with_another_changes_nothing(furnished: Site) -> None:
    record = await a_record(furnished)
    other = (await agreed(furnished, "antrean-puskesmas", "bpjs"))["bpjs"].record_id
    token = await let_in(furnished)
    cases = [
        (428, "target_not_named", {}),
        (409, "another_target", {"json": {"record": other}}),
        (412, "changed", {"headers": {"if-match": "*"}}),
        (422, "invalid", {"json": {"record": record, "all": True}}),
        (422, "invalid", {"json": {"record": 7}}),
        (400, "bad_json", {"content": f'{{"record":"{other}","record":"{record}"}}', "headers": {"content-type": "application/json"}}),
        (415, "not_json", {"data": {"record": record}}),
        (413, "too_large", {"json": {"record": "x" * 4000}}),
    ]
    for status, code, sending in cases:
        answer = await call(furnished, token, f"/{record}/tarik", "POST", **sending)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (sending, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert await standing(furnished, record) is Standing.IN_FORCE
    assert await standing(furnished, other) is Standing.IN_FORCE


async def test_cn_03_somebody_elses_record_is_not_there(furnished: Site) -> None:
    record = await a_record(furnished, WAGIYEM)
    token = await let_in(furnished)
    unknown = await call(furnished, token, "/tidak-ada")
    for path, method, sending in (
        (f"/{record}", "GET", {}),
        (f"/{record}/tarik", "POST", {"json": {"record": record}}),
        ("/%00", "GET", {}),
        ("/x%27%20OR%201=1", "GET", {}),
    ):
        answer = await call(furnished, token, path, method, **sending)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        if "%00" not in path:
            assert answer.json() == unknown.json()
    assert await standing(furnished, record, WAGIYEM) is Standing.IN_FORCE


async def test_the_receipt_is_the_one_of_her_page(furnished: Site) -> None:
    record = await a_record(furnished)
    token = await let_in(furnished)
    file = (await call(furnished, token, f"/{record}/tanda-terima")).json()
    assert file["receipt"]["record_id"] == record and file["receipt"]["event"]["event_type"] == "given"
    browser = await citizen(furnished)
    page = (await browser.go(f"/izin/{record}/tanda-terima?bentuk=json")).json()
    assert page["receipt"] == file["receipt"], "the very same statement"
    assert SITI not in str(file) and "Peragawati" not in str(file)
    checked = await furnished.http().get("/periksa/kunci.json")
    assert checked.status_code == 200 and file["jws"].count(".") == 2
    assert (await call(furnished, token, f"/{record}/tanda-terima?event=999999")).status_code == 404
    other = await a_record(furnished, WAGIYEM)
    assert (await call(furnished, token, f"/{other}/tanda-terima")).status_code == 404


async def test_rfc_9470_a_withdrawal_needs_a_sign_in_of_the_last_five_minutes(furnished: Site) -> None:
    record = await a_record(furnished)
    token = await let_in(furnished)
    furnished.clock.advance(301)
    answer = await call(furnished, token, f"/{record}/tarik", "POST", json={"record": record})
    assert (answer.status_code, answer.json()["code"]) == (401, "insufficient_user_authentication")
    challenge = answer.headers["www-authenticate"]
    assert 'acr_values="urn:gapura:aal1"' in challenge and 'max_age="300"' in challenge
    assert await standing(furnished, record) is Standing.IN_FORCE
    assert (await call(furnished, token, f"/{record}")).status_code == 200, "reading needs no fresh sign-in"


async def test_reading_is_not_withdrawing(furnished: Site) -> None:
    """Scope escalation: by the scope that was asked for, and by what she ticked."""
    record = await a_record(furnished)
    read_only = await let_in(furnished, scope=f"openid name {READ_RECORD}")
    answer = await call(furnished, read_only, f"/{record}/tarik", "POST", json={"record": record})
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert "insufficient_scope" in answer.headers["www-authenticate"]
    await a_record(furnished, WAGIYEM)
    unticked = await let_in(furnished, tick=False, nik=WAGIYEM)
    hers = (await call(furnished, unticked)).json()["items"][-1]["id"]
    answer = await call(furnished, unticked, f"/{hers}/tarik", "POST", json={"record": hers})
    assert (answer.status_code, answer.json()["code"], answer.json()["param"]) == (403, "consent_missing", WITHDRAW)


async def test_cn_05_her_agreement_with_the_application_ends_it(furnished: Site) -> None:
    token = await let_in(furnished)
    own = next(one for one in (await call(furnished, token)).json()["items"] if WITHDRAW in one["claims"])
    done = await call(furnished, token, f"/{own['id']}/tarik", "POST", json={"record": own["id"]})
    assert done.status_code == 200
    answer = await call(furnished, token)
    assert answer.status_code == 401, "the fence ended the token with the agreement"


async def test_jw_08_a_token_for_anything_else_opens_nothing(furnished: Site) -> None:
    await register(furnished, a_client(resources=frozenset({AUDIENCE, f"{ISSUER}/userinfo"})))
    party = Party(furnished, furnished.browser(), "rp-izin", scope=f"openid name {READ_RECORD}")
    page = await party.code(account=SITI)
    own = (await party.redeem(page)).json()["access_token"]
    answer = await call(furnished, own)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert "resource=" in answer.json()["title"]
    assert (await party.userinfo(own)).status_code == 200, "a good token, for another resource"
    right = (await (await through(Party(furnished, party.browser, "rp-izin", scope=f"openid name {READ_RECORD}")))).json()["access_token"]
    assert (await call(furnished, right)).status_code == 200
    assert (await party.userinfo(right)).status_code == 401, "and the API's token tells nothing at userinfo"


async def test_a_program_has_no_record_and_cannot_get_the_scope(furnished: Site) -> None:
    form = {"grant_type": "client_credentials", "scope": READ_RECORD, "resource": AUDIENCE}
    auth = ("rp-izin", TEST_SECRET)
    answer = await furnished.http().post("/token", data=form, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_what_is_no_token_is_refused(furnished: Site) -> None:
    bare = await furnished.http().get("/api/izin")
    assert bare.status_code == 401 and "error=" not in bare.headers["www-authenticate"]
    assert (await call(furnished, "x" * 43)).status_code == 401
    token = await let_in(furnished)
    assert (await furnished.http().get(f"/api/izin?access_token={token}")).status_code == 400
    cookie_only = await furnished.http().post("/api/izin/x/tarik", json={"record": "x"}, headers={"cookie": "gapura=1"})
    assert cookie_only.status_code == 401, "no cookie counts here, so there is nothing to forge across sites"


async def test_a_client_that_lost_the_scope_or_was_switched_off_is_refused(furnished: Site) -> None:
    token = await let_in(furnished)
    await register(furnished, a_client(scopes=frozenset({"openid", "name"})))
    assert (await call(furnished, token)).status_code == 401


async def test_the_openapi_description_names_every_route_and_its_errors(furnished: Site) -> None:
    answer = await furnished.http().get("/api/openapi.json")
    described = answer.json()
    assert described["openapi"].startswith("3.1")
    assert {"/izin", "/izin/{record}", "/izin/{record}/tarik", "/pemrosesan"} <= set(described["paths"])
    post = described["paths"]["/izin/{record}/tarik"]["post"]
    assert "requestBody" in post and {"401", "403", "404", "429"} <= set(post["responses"])
    lost = await furnished.http().get("/api/tidak-ada")
    assert (lost.status_code, lost.headers["content-type"]) == (404, "application/problem+json")


async def test_a_bound_token_needs_its_key_here_too(furnished: Site) -> None:
    await register(furnished, a_client(dpop_bound=True))
    prover = Prover(Party(furnished, furnished.browser(), "rp-izin", scope=f"openid name {READ_RECORD}"))
    await prover.begin()
    code = await prover.party.code(resource=AUDIENCE)
    token = (await prover.redeem(code=code)).json()["access_token"]

    async def shown(scheme: str, *proofs: str) -> tuple[int, str]:
        headers = [("authorization", f"{scheme} {token}"), *(("dpop", one) for one in proofs)]
        answer = await furnished.http().get(AUDIENCE, headers=headers)
        assert not proofs or answer.headers["dpop-nonce"]
        return answer.status_code, answer.json().get("code", "")

    right = prover.proof(htm="GET", htu=AUDIENCE, ath=ath(token))
    assert await shown("DPoP", right) == (200, "")
    assert (await shown("DPoP", right))[0] == 401, "a proof counts once"
    assert (await shown("Bearer"))[0] == 401
    assert (await shown("DPoP"))[0] == 401
    assert (await shown("DPoP", prover.proof(htm="GET", htu=AUDIENCE, ath=ath(token), key=OTHER)))[0] == 401
    assert (await shown("DPoP", prover.proof(htm="GET", htu=f"{ISSUER}/userinfo", ath=ath(token))))[0] == 401
