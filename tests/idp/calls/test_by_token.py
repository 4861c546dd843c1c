"""Who may call an older API with a token of ours, and what about whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp import guards
from idp.applications.models import ConnectorRow
from idp.grants.exchange_checks import ACCESS_TOKEN
from idp.grants.token_exchange import NAME
from idp.people.models import IdentifierKind
from tests.idp.calls.town import APPLICATION, CARD, PROGRAM, Town
from tests.site import ISSUER, SITI, TEST_SECRET, Party, register, test_client

POLI = "/bpjs/referensi/poli/int"
HER_CARD = "/bpjs/Peserta/nokartu/~/tglSEP/2026-11-24"


async def changed(town: Town, connector: str, **settings: Any) -> None:
    rows = {row.id: row for row in await town.site.resources.stores.registry.connectors()}
    row = rows[connector]
    await town.site.resources.stores.registry.save_connector(replace(row, settings={**row.settings, **settings}))
    await town.site.house.reload()


async def test_without_a_token_there_is_a_challenge(town: Town) -> None:
    answer = await town.http().get("/panggil/siasn/pns/data-utama/1")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["x" * 43, "kurang", "a.b.c"])
async def test_an_unknown_token_is_refused(town: Town, token: str) -> None:
    answer = await town.call(POLI, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_jw_08_a_token_for_one_connector_opens_no_other(town: Town) -> None:
    answer = await town.call(POLI, await town.token("siasn"))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert f"resource={ISSUER}/panggil/bpjs" in answer.json()["detail" if "detail" in answer.json() else "title"]


async def test_jw_08_a_token_of_another_agencys_application_opens_nothing(town: Town) -> None:
    answer = await town.call(POLI, await town.token("bpjs", "program-lain"))
    assert (answer.status_code, answer.json()["code"]) == (403, "caller_not_allowed")
    await changed(town, "bpjs", applications=["simpeg"])
    assert (await town.call(POLI, await town.token("bpjs", "program-lain"))).status_code == 200, "the twin: it is listed"


async def test_a_scope_that_the_connector_wants_is_there_or_403(town: Town) -> None:
    await changed(town, "bpjs", scope="bpjs.baca")
    answer = await town.call(POLI, await town.token("bpjs"))
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    client = town.site.house.registry.now.clients[PROGRAM]
    await register(town.site, replace(client, scopes=client.scopes | {"bpjs.baca"}))
    assert (await town.call(POLI, await town.token("bpjs", scope="bpjs.baca"))).status_code == 200


async def test_what_is_not_listed_does_not_exist(town: Town) -> None:
    token = await town.token("bpjs")
    assert (await town.call("/bpjs/SEP/2.0/delete", token)).json()["code"] == "unknown_operation"
    wrong = await town.call(POLI, token, "DELETE")
    assert (wrong.status_code, wrong.json()["detail"]) == (405, "use GET")
    assert (await town.call("/mana/x", token)).json()["code"] == "unknown_connector"
    assert (await town.call(f"{POLI}?start=1", token)).json()["code"] == "call_malformed"
    assert town.fakes.bpjs.seen == []


@pytest.mark.parametrize(
    "path", ["/bpjs/referensi/poli/a%2Fb", "/bpjs//referensi/poli/x", "/bpjs/referensi/%2e%2e/x", "/bpjs/referensi/poli/x;y"]
)
async def test_a_path_that_could_be_two_is_refused(town: Town, path: str) -> None:
    assert (await town.call(path, await town.token("bpjs"))).status_code == 400
    assert town.fakes.bpjs.seen == []


async def test_a_body_is_as_large_as_the_setting_says(town: Town) -> None:
    await changed(town, "bpjs", most_request_bytes=100)
    token = await town.token("bpjs")
    assert (await town.call("/bpjs/SEP/2.0/insert", token, "POST", content=b"1" * 101)).status_code == 413
    assert (await town.call("/bpjs/SEP/2.0/insert", token, "POST", content=b"1" * 100)).status_code == 200


@pytest.mark.parametrize("name", ["accept", "content-type"])
@pytest.mark.parametrize(
    "value", [b"a\xe9", b"a" * 201, b"a" * 199 + b" b", b"a\tb", b"a\x7fb"], ids=["latin-1", "long", "cut", "tab", "del"]
)
async def test_c12_a_header_that_cannot_go_out_is_the_callers_and_closes_nothing_to_others(town: Town, name: str, value: bytes) -> None:
    mine, theirs = await town.token("splp"), await town.token("splp")
    headers = [(b"authorization", b"Bearer " + mine.encode()), (name.encode(), value)]
    for _ in range(6):
        answer = await town.http().request("GET", "/panggil/splp/libur/1.0/daftar", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "call_malformed")
    answer = await town.call("/splp/libur/1.0/daftar", theirs, headers={name: " application/json" + " ; q=1" * 20})
    assert answer.status_code == 200, "the twin: a plain one goes out"


async def test_a_switched_off_connector_or_application_answers_nobody(town: Town) -> None:
    token = await town.token("bpjs")
    row = next(row for row in await town.site.resources.stores.registry.connectors() if row.id == "bpjs")
    await town.site.resources.stores.registry.save_connector(replace(row, enabled=False))
    await town.site.house.reload()
    answer = await town.call(POLI, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "connector_disabled")


async def test_a_call_about_a_person_needs_that_persons_token(town: Town) -> None:
    answer = await town.call(HER_CARD, await town.token("bpjs"))
    assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")
    assert town.fakes.bpjs.seen == []


async def test_what_the_person_lets_know_goes_out_and_is_on_record_first(town: Town) -> None:
    answer = await town.call(HER_CARD, await town.hers())
    assert (answer.status_code, answer.json()) == (200, {"peserta": {"nama": "SITI PERAGAWATI", "noKartu": CARD}})
    assert town.fakes.bpjs.seen == [("GET", f"/vclaim-rest/Peserta/nokartu/{CARD}/tglSEP/2026-11-24")]
    assert await town.disclosed() == [("hmac_headers", "bpjs", ("bpjs_number",))]


async def test_pv_02_no_number_of_a_person_is_taken_from_an_address(town: Town) -> None:
    answer = await town.call(f"/bpjs/Peserta/nokartu/{CARD}/tglSEP/2026-11-24", await town.hers())
    assert (answer.status_code, answer.json()["code"], answer.json()["param"]) == (400, "write_a_mark", "kartu")
    assert CARD not in answer.text
    assert await town.disclosed() == []


async def test_the_value_goes_into_query_and_body_too(town: Town) -> None:
    hers = await town.hers()
    assert (await town.call("/satusehat/Patient", hers)).json()["entry"][0]["resource"]["id"] == "P00000000001"
    assert (await town.call("/register/CariPenduduk", hers, "POST", json={})).json() == {"nama": "SITI PERAGAWATI", "kecamatan": "350311"}
    assert (await town.call("/register/CariPenduduk", hers, "POST", json={"nik": "3503110708900001"})).json()["code"] == "write_a_mark"
    assert sorted(await town.disclosed()) == [("oauth_client", "satusehat", ("nik",)), ("soap_wsse", "register", ("nik",))]


async def test_ui_04_a_claim_that_was_not_asked_for_does_not_go_out(town: Town) -> None:
    answer = await town.call(HER_CARD, await town.hers("openid name nik birthdate"))
    assert (answer.status_code, answer.json()["code"], answer.json()["param"]) == (403, "claim_not_released", "bpjs_number")
    assert await town.disclosed() == []


async def test_cn_05_after_a_withdrawal_nothing_goes_out(town: Town) -> None:
    hers = await town.hers()
    assert (await town.call(HER_CARD, hers)).status_code == 200
    person = (await town.site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0].id
    await town.site.resources.expiring.move(guards.permit(person, APPLICATION))
    assert (await town.call(HER_CARD, hers)).status_code == 401
    assert len(town.fakes.bpjs.seen) == 1


async def test_tx_06_another_application_calls_with_an_exchanged_token_only(town: Town) -> None:
    """She agreed with e-link, whose connector it is; usaha-kecil may act for her there by exchange, not with its own token."""
    grants = frozenset({"authorization_code", NAME})
    caller = test_client(client_id="rp-usaha", grant_types=grants, resources=frozenset({f"{ISSUER}/panggil/bpjs"}))
    await register(town.site, caller)
    await changed(town, "bpjs", applications=["usaha-kecil"])
    browser = town.site.browser()
    own = await Party(town.site, browser, "rp-usaha", scope="openid name nik bpjs_number").tokens(resource=f"{ISSUER}/panggil/bpjs")
    refused = await town.call(HER_CARD, own["access_token"])
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_elsewhere")
    queue = town.site.house.registry.now.clients["rp-queue"]
    await register(town.site, replace(queue, exchange_from=frozenset({"rp-usaha"})))
    await town.agreed(browser)
    plain = await Party(town.site, browser, "rp-usaha", scope="openid name nik bpjs_number").tokens()
    form = {
        "grant_type": NAME,
        "subject_token": plain["access_token"],
        "subject_token_type": ACCESS_TOKEN,
        "audience": "rp-queue",
        "scope": "openid bpjs_number",
    }
    exchanged = (await town.http().post("/token", data=form, auth=("rp-usaha", TEST_SECRET))).json()
    answer = await town.call(HER_CARD, exchanged["access_token"])
    assert (answer.status_code, answer.json()["peserta"]["noKartu"]) == (200, CARD)


async def test_a_connector_whose_settings_are_broken_is_left_out(town: Town) -> None:
    await town.site.resources.stores.registry.save_connector(ConnectorRow("rusak", APPLICATION, "basic", {"base_url": "x"}))
    await town.site.house.reload()
    assert (await town.call("/rusak/x", await town.token("bpjs"))).status_code == 404


async def test_a_secret_that_is_missing_is_named_to_whoever_can_give_it(town: Town) -> None:
    settings = {"base_url": town.fakes.at["bpjs"], "username": "u", "operations": [{"path": "/x"}]}
    await town.site.resources.stores.registry.save_connector(ConnectorRow("dasar", APPLICATION, "basic", settings))
    client = town.site.house.registry.now.clients[PROGRAM]
    await register(town.site, replace(client, resources=client.resources | {f"{ISSUER}/panggil/dasar"}))
    answer = await town.call("/dasar/x", await town.token("dasar"))
    assert (answer.status_code, answer.json()["detail"]) == (502, "the connector's secret password is missing or past its time")
