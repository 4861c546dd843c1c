"""What ends the gate, or changes what passes it: each from the next request on."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from idp import guards
from idp.applications.models import ConnectorRow
from kit.expiring import StoreUnavailable
from tests.idp.gate.conftest import HOSTS, PATIENT, Gate, connect
from tests.site import ISSUER, SITI, Site


async def withdraw(gate: Gate, service: str, purpose: str) -> None:
    """Withdraw as the person does, in the portal."""
    states = await gate.site.resources.stores.consent.states("demo-siti", service)
    record = next(state.record_id for state in states if state.purpose == purpose)
    await gate.browser.go(f"/izin/{record}/tarik")
    await gate.browser.submit(button="Lanjut")
    page = await gate.browser.submit(button="Tarik izin sekarang")
    assert page.status_code == 200


async def test_an_optional_consent_withdrawn_takes_only_its_header(gate: Gate) -> None:
    await gate.enter(tick=("rawat-jalan-rsud.bpjs",))
    assert (await gate.ask()).headers["x-pasien-bpjs"] != ""
    await withdraw(gate, "rawat-jalan-rsud", "rawat-jalan-rsud.bpjs")
    passed = await gate.ask()
    assert passed.status_code == 200, "nobody is sent anywhere"
    assert passed.headers["x-pasien-bpjs"] == ""
    assert passed.headers["x-pasien-nik"] == SITI


async def test_cn_05_consent_withdrawn_closes_the_gate_at_the_next_request(town: Site) -> None:
    business = Gate(town, "usaha-lama")
    await business.enter()
    assert (await business.ask()).status_code == 200
    await withdraw(business, "pendampingan-usaha", "pendampingan-usaha.dampingi")
    assert (await business.ask()).status_code == 401


async def test_cn_05_who_comes_back_after_withdrawing_is_asked_and_not_sent_round_and_round(town: Site) -> None:
    business = Gate(town, "usaha-lama")
    await business.enter()
    await withdraw(business, "pendampingan-usaha", "pendampingan-usaha.dampingi")
    page = await business.browser.go(f"/gerbang/masuk?{urlencode({'app': 'usaha-lama', 'tanda': await business.begin()})}")
    assert page.status_code == 200 and "/persetujuan/" in str(page.url), "what her session remembers of the consent is no longer true"
    await business.enter()
    assert (await business.ask()).status_code == 200, "agreed again, she is inside"


async def test_the_end_of_the_session_closes_the_gate(gate: Gate) -> None:
    await gate.enter()
    sessions = gate.site.house.sessions
    (row,) = await sessions.of_person("demo-siti")
    assert (await gate.ask()).status_code == 200
    await sessions.end_by_id(row.id, actor="test")
    assert (await gate.ask()).status_code == 401


async def test_an_answer_does_not_outlive_the_session(gate: Gate) -> None:
    await gate.enter()
    (row,) = await gate.site.house.sessions.of_person("demo-siti")
    while (left := row.expires_at - gate.site.clock.now()) > 10:
        gate.site.clock.advance(min(3000, left - 10))
        assert (await gate.ask()).status_code == 200, "use at the gate is use of the session"
    gate.site.clock.advance(11)
    assert (await gate.ask()).status_code == 401


async def test_lg_22_a_session_that_is_not_used_ends_at_the_gate_too(gate: Gate) -> None:
    await gate.enter()
    idle = gate.site.house.settings.idp.session_idle_seconds
    gate.site.clock.advance(idle - 10)
    assert (await gate.ask()).status_code == 200
    gate.site.clock.advance(idle + 1)
    assert (await gate.ask()).status_code == 401


async def test_cn_10_an_answer_does_not_outlive_the_consent(town: Site) -> None:
    await Gate(town, "usaha-lama").enter()
    states = await town.resources.stores.consent.states("demo-siti", "pendampingan-usaha")
    ends = min(state.expires_at for state in states if state.expires_at is not None)
    town.clock.advance(ends - 10 - town.clock.now())
    later = Gate(town, "usaha-lama")
    await later.enter()
    assert (await later.ask()).status_code == 200
    town.clock.advance(11)
    assert (await later.ask()).status_code == 401


async def test_a_disabled_application_is_closed_at_once(gate: Gate) -> None:
    await gate.enter()
    assert (await gate.ask()).status_code == 200
    registry = gate.site.resources.stores.registry
    application = next(one for one in await registry.applications() if one.id == "rsud-daftar")
    await registry.save_application(replace(application, enabled=False), based_on=application.revision)
    await gate.site.resources.expiring.move(guards.application("rsud-daftar"))
    await gate.site.house.reload()
    for path in ("/", "/terbuka"):
        refused = await gate.ask(path)
        assert (refused.status_code, refused.headers["x-pasien-nik"]) == (401, ""), "nobody passes, on an open path neither"
    told = await gate.browser.go(refused.headers["x-gapura-start"].removeprefix(ISSUER))
    assert told.status_code == 403
    assert "sedang ditutup" in told.text


async def test_another_mapping_counts_from_the_next_request(gate: Gate) -> None:
    await gate.enter()
    assert (await gate.ask()).headers["x-pasien-nama"] == "SITI PERAGAWATI"
    await connect(gate.site, "rsud-daftar", "rsud-daftar", headers=PATIENT[:1], strip=["X-Pasien-Nama"])
    await gate.site.resources.expiring.move(guards.application("rsud-daftar"), "registry")
    await gate.site.house.reload()
    passed = await gate.ask()
    assert (passed.status_code, passed.headers["x-pasien-nama"], passed.headers["x-pasien-nik"]) == (200, "", SITI)


async def test_a_worker_that_has_not_read_the_change_yet_keeps_its_answer_for_a_second_only(gate: Gate) -> None:
    await gate.enter()
    row = await gate.site.resources.stores.registry.connectors()
    changed = next(one for one in row if one.id == "rsud-daftar")
    settings = {**changed.settings, "headers": PATIENT[:1], "strip": ["X-Pasien-Nama"]}
    await gate.site.resources.stores.registry.save_connector(ConnectorRow("rsud-daftar", "rsud-daftar", "forward_auth", settings))
    await gate.site.resources.expiring.move(guards.application("rsud-daftar"), "registry")
    assert (await gate.ask()).headers["x-pasien-nama"] == "SITI PERAGAWATI", "by the former mapping"
    await gate.site.house.reload()
    gate.site.clock.advance(1)
    assert (await gate.ask()).headers["x-pasien-nama"] == ""


async def test_it_fails_closed_when_the_store_does_not_answer(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    await gate.enter()
    assert (await gate.ask()).status_code == 200

    async def down(self: object, key: str) -> bytes | None:
        raise StoreUnavailable("down")

    monkeypatch.setattr(type(gate.site.resources.expiring), "get", down)
    refused = await gate.ask()
    assert refused.status_code == 503
    assert "x-pasien-nik" not in refused.headers


async def test_leaving_forgets_the_gate_session(gate: Gate) -> None:
    await gate.enter()
    cookie = "; ".join(f"{name}={value}" for name, value in gate.jar.items())
    left = await gate.proxy.get("/_gapura/keluar", headers={"X-Gapura-Host": HOSTS["rsud-daftar"], "Cookie": cookie})
    assert left.status_code == 303
    assert 'gapura-g-rsud-daftar=""' in left.headers["set-cookie"]
    assert (await gate.ask()).status_code == 401
