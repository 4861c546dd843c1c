"""Every stand-in, called through the whole house by a program of today: one token of ours, plain JSON, no secret of theirs."""

from __future__ import annotations

import asyncio
from typing import cast

from connectors.apis.settings import ApiSettings
from connectors.calls import Call, Failure, Reply
from hub.demo.fakes import oss, soap_register
from hub.demo.fakes.satusehat import NIK_SYSTEM
from idp.applications.models import ConnectorRow
from idp.calls.engine import Engine
from idp.calls.wiring import engine_of
from tests.idp.calls.town import APPLICATION, Town, settings_of
from tests.site import SITI


async def test_bpjs_is_asked_and_its_answer_opened(town: Town) -> None:
    token = await town.token("bpjs")
    answer = await town.call("/bpjs/referensi/poli/int?limit=5", token)
    assert (answer.status_code, answer.json()) == (200, {"poli": [{"kode": "INT", "nama": "PENYAKIT DALAM"}]})
    assert answer.headers["cache-control"] == "no-store"
    written = await town.call("/bpjs/SEP/2.0/insert", token, "POST", json={"request": {"t_sep": {}}})
    assert written.json()["sep"]["diterima"] == {"request": {"t_sep": {}}}


async def test_the_other_envelope_of_bpjs_says_no_with_200(town: Town) -> None:
    answer = await town.call("/antrean/antrean/add", await town.token("antrean"), "POST", json={"kodebooking": "1"})
    problem = answer.json()
    assert (answer.status_code, problem["code"], answer.headers["content-type"]) == (422, "upstream_declined", "application/problem+json")
    assert problem["detail"] == "Nomor antrean hanya dapat diambil 1 kali"


async def test_siasn_gets_both_tokens_once(town: Town) -> None:
    token = await town.token("siasn")
    for _ in range(3):
        answer = await town.call("/siasn/pns/data-utama/198504172010012901", token)
        assert answer.json()["nama"] == "RINI UJIASTUTI"
    assert town.fakes.siasn.given == {"apim": 1, "sso": 1}
    assert (await town.call("/siasn/pns/data-utama/1", token)).status_code == 404
    refused = await town.call("/siasn/jabatan/save", token, "POST", json={})
    assert (refused.status_code, refused.json()["detail"]) == (422, "1 errors occurred: * UnorID is required")
    assert (await town.call("/siasn/jabatan/save", token, "POST", json={"unorId": "A"})).json() == {"rwJabatanId": "A" * 32}


async def test_tokens_that_ended_early_are_got_anew_without_the_caller_noticing(town: Town) -> None:
    token = await town.token("siasn")
    assert (await town.call("/siasn/pns/data-utama/198504172010012901", token)).status_code == 200
    town.fakes.siasn.void()
    town.site.clock.advance(61)
    assert (await town.call("/siasn/pns/data-utama/198504172010012901", token)).status_code == 200
    assert town.fakes.siasn.given == {"apim": 2, "sso": 2}


async def test_tokens_are_renewed_before_they_end(town: Town) -> None:
    assert (await town.call("/siasn/pns/data-utama/198504172010012901", await town.token("siasn"))).status_code == 200
    town.site.clock.advance(3571)
    assert (await town.call("/siasn/pns/data-utama/198504172010012901", await town.token("siasn"))).status_code == 200
    assert town.fakes.siasn.given == {"apim": 2, "sso": 1}


async def test_each_service_of_splp_gets_its_own_key(town: Town) -> None:
    token = await town.token("splp")
    assert (await town.call("/splp/libur/1.0/daftar", token)).json()[0]["nama"] == "Hari Raya Natal"
    assert (await town.call("/splp/data/1.0/kecamatan", token)).json()[0]["kode"] == "35.03.11"
    sent = await town.call("/splp/lapor/3.0.0/complaints/complaint", token, "POST", json={"title": "Jalan"})
    assert sent.json() == {"tracking_id": "0000001", "title": "Jalan"}


async def test_a_wrong_key_is_the_operators_matter_and_not_the_callers(town: Town) -> None:
    town.fakes.splp.keys["data"] = "lain"
    answer = await town.call("/splp/data/1.0/kecamatan", await town.token("splp"))
    assert (answer.status_code, answer.json()["code"]) == (502, "upstream_refused")
    assert "www-authenticate" not in answer.headers, "the caller's own token is good"


async def test_satusehat_is_asked_for_a_token_once_a_minute_after_a_failure(town: Town) -> None:
    hers = await town.hers()
    right, town.fakes.satusehat.client_secret = town.fakes.satusehat.client_secret, "diganti"
    for _ in range(3):
        answer = await town.call("/satusehat/Patient", hers)
        assert answer.status_code in (502, 503)
    assert answer.headers["retry-after"] == "60"
    assert town.fakes.satusehat.asked == 1
    town.fakes.satusehat.client_secret = right
    town.fakes.satusehat.quiet_until = 0
    town.site.clock.advance(61)
    assert (await town.call("/satusehat/Patient", hers)).json()["total"] == 1


async def test_a_token_that_satusehat_refuses_is_not_tried_again_by_itself(town: Town) -> None:
    hers = await town.hers()
    assert (await town.call("/satusehat/Patient", hers)).status_code == 200
    town.fakes.satusehat.tokens.clear()
    town.site.clock.advance(61)
    assert (await town.call("/satusehat/Patient", hers)).status_code == 502
    assert town.fakes.satusehat.asked == 1
    assert (await town.call("/satusehat/Patient", hers)).status_code == 200, "the next call has a new one"
    assert town.fakes.satusehat.asked == 2


class Never(set[str]):
    """A shelf on which nothing is found: the API accepts none of the tokens that its own token endpoint gives."""

    def __contains__(self, token: object) -> bool:
        return False


async def test_c12_a_token_refused_as_soon_as_it_is_given_is_no_reason_for_a_storm(town: Town) -> None:
    hers, siasn = await town.hers(), await town.token("siasn")
    town.fakes.satusehat.tokens, town.fakes.siasn.apim = Never(), Never()
    codes = [(await town.call("/satusehat/Patient", hers)).json()["code"] for _ in range(6)]
    assert codes == ["upstream_refused"] + ["upstream_limited"] * 5
    assert town.fakes.satusehat.asked == 1
    codes = [(await town.call("/siasn/pns/data-utama/198504172010012901", siasn)).json()["code"] for _ in range(5)]
    assert codes == ["upstream_refused"] + ["upstream_limited"] * 4
    assert town.fakes.siasn.given == {"apim": 1, "sso": 1}
    town.fakes.siasn.apim = set()
    town.site.clock.advance(61)
    assert (await town.call("/siasn/pns/data-utama/198504172010012901", siasn)).status_code == 200


def workers(town: Town, number: int) -> list[Engine]:
    """Return what as many workers would call with: each its own locks and lanes, all of them one store."""
    have = town.site.resources
    return [engine_of(have.older_apis, have.expiring, have.stores.ring, have.clock) for _ in range(number)]


async def test_c12_of_several_workers_one_asks_for_a_token(town: Town) -> None:
    connector = town.site.house.registry.now.connectors["satusehat"]
    settings = cast("ApiSettings", connector.settings)
    call = Call("GET", "/Patient", (("identifier", f"{NIK_SYSTEM}|{SITI}"),))

    async def asked(engine: Engine) -> str:
        outcome = await engine.call(connector, settings, call, operation="GET /Patient", caller="x")
        return outcome.fault.value if isinstance(outcome, Failure) else "answered"

    right, town.fakes.satusehat.client_secret = town.fakes.satusehat.client_secret, "diganti"
    refused = await asyncio.gather(*(asked(engine) for engine in workers(town, 4)))
    assert sorted(refused) == ["upstream_limited"] * 3 + ["upstream_refused"]
    assert town.fakes.satusehat.asked == 1
    town.fakes.satusehat.client_secret, town.fakes.satusehat.quiet_until = right, 0
    town.site.clock.advance(61)
    assert await asyncio.gather(*(asked(engine) for engine in workers(town, 4))) == ["answered"] * 4
    assert town.fakes.satusehat.asked == 2


async def test_c12_a_late_refusal_forgets_the_token_it_is_about_and_no_newer_one(town: Town) -> None:
    (engine,) = workers(town, 1)
    connector = town.site.house.registry.now.connectors["satusehat"]
    kind, settings = engine.kinds[connector.kind], cast("ApiSettings", connector.settings)

    async def shelf() -> dict[str, str]:
        found = await engine.tokens.all(kind, connector, settings)
        assert isinstance(found, dict)
        return found

    old = await shelf()
    town.site.clock.advance(61)
    assert await engine.tokens.forget(kind, connector, old)
    new = await shelf()
    assert new != old
    assert await engine.tokens.forget(kind, connector, old), "another one is there already"
    assert await shelf() == new
    assert not await engine.tokens.forget(kind, connector, new), "the twin: it was given this minute"
    assert isinstance(await engine.tokens.all(kind, connector, settings), Failure)
    assert town.fakes.satusehat.asked == 2


async def test_c12_ordinary_faults_of_one_caller_close_the_register_to_nobody(town: Town) -> None:
    """SOAP 1.1 §6.2: every Fault comes with HTTP 500, also that of a caller who asks what is not there."""
    row = settings_of(town.fakes)["register"]
    operations = [*row[1]["operations"], {"path": "/TidakAda", "fields": ["kode"]}]
    await town.site.resources.stores.registry.save_connector(
        ConnectorRow("register", APPLICATION, row[0], {**row[1], "operations": operations})
    )
    await town.site.house.reload()
    token = await town.token("register")
    for _ in range(6):
        answer = await town.call("/register/TidakAda", token, "POST", json={"kode": "x"})
        assert (answer.status_code, answer.json()["code"]) == (422, "upstream_declined")
    assert (await town.call("/register/DaftarWilayah", token, "POST", json={"kode": "3503"})).status_code == 200


async def test_a_soap_register_answers_json(town: Town) -> None:
    answer = await town.call("/register/DaftarWilayah", await town.token("register"), "POST", json={"kode": "3503"})
    assert answer.json() == {"wilayah": [{"nama": "Panggul"}, {"nama": "Munjungan"}, {"nama": "Trenggalek"}]}


async def test_so_04_a_fault_with_200_is_an_error(town: Town) -> None:
    hers, kept = await town.hers(), dict(soap_register.PEOPLE)
    soap_register.PEOPLE.clear()
    try:
        answer = await town.call("/register/CariPenduduk", hers, "POST", json={})
    finally:
        soap_register.PEOPLE.update(kept)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Penduduk tidak ditemukan")


async def test_oss_tells_of_a_nib_and_the_licensing_application_hears_it(town: Town) -> None:
    body, headers = oss.message("oss-trenggalek", "kata-sandi-oss", "1234567890123", town.site.clock.now())
    for _ in range(2):
        answer = await town.http().post("/panggil/oss/receiveNIB", content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"responreceiveNIB": {"kode": 200, "keterangan": "Sukses"}})
    assert [one["dataNIB"]["nib"] for one in town.fakes.licensing.told.values()] == ["1234567890123"], "a repetition is one delivery"
    refused = await town.http().post("/panggil/oss/receiveNIB", content=body, headers={**headers, "Token": "0" * 40})
    assert (refused.status_code, refused.json()["responreceiveNIB"]["kode"]) == (401, 401)


async def test_the_probe_asks_what_is_about_nobody(town: Town) -> None:
    resources = town.site.resources
    engine = engine_of(resources.older_apis, resources.expiring, resources.stores.ring, resources.clock)
    connectors = town.site.house.registry.now.connectors
    assert isinstance(await engine.probe(connectors["bpjs"], connectors["bpjs"].settings), Reply)  # type: ignore[arg-type]
    assert await engine.probe(connectors["siasn"], connectors["siasn"].settings) is None  # type: ignore[arg-type]
