"""The gate over its whole length: challenge, walk, ticket, cookie, identity. What ends it stands in test_ends.py."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from idp.keys.signer import BadToken
from tests.idp.gate.conftest import HOSTS, PATIENT, PROXY, Gate, connect
from tests.site import ISSUER, SITI, Site


async def test_a_person_arrives_where_she_wanted_to_go_and_the_application_learns_who_she_is(gate: Gate) -> None:
    asked = await gate.ask("/jadwal?hari=senin")
    assert asked.status_code == 401
    start = urlsplit(asked.headers["x-gapura-start"])
    assert f"{start.scheme}://{start.netloc}{start.path}" == f"{ISSUER}/gerbang/masuk"
    assert parse_qs(start.query)["app"] == ["rsud-daftar"]
    arrived = await gate.enter()
    assert arrived.status_code == 303
    assert arrived.headers["location"] == f"https://{HOSTS['rsud-daftar']}/jadwal?hari=senin"
    passed = await gate.ask("/jadwal?hari=senin")
    assert passed.status_code == 200
    assert passed.headers["x-pasien-nik"] == SITI
    assert passed.headers["x-pasien-nama"] == "SITI PERAGAWATI"
    assert passed.headers["x-pasien-bpjs"] == "", "blank: the proxy sends no such header on"
    assert passed.headers["cache-control"] == "no-store"


async def test_what_went_out_is_in_a_disclosure_row_before_it_goes_and_once(gate: Gate) -> None:
    await gate.enter()
    disclosures = gate.site.resources.stores.disclosures
    before = [row for row in await disclosures.of_person("demo-siti") if row.disclosure.application == "rsud-daftar"]
    for _ in range(3):
        assert (await gate.ask()).status_code == 200
    rows = [row for row in await disclosures.of_person("demo-siti") if row.disclosure.application == "rsud-daftar"]
    assert len(rows) == len(before) + 1
    assert set(rows[0].disclosure.claims) == {"name", "nik"}


async def test_the_steady_path_is_one_call_of_the_store_and_no_statement(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    await gate.enter()
    assert (await gate.ask()).status_code == 200
    calls: list[str] = []
    store = type(gate.site.resources.expiring)
    for name in ("get", "put", "take", "guards", "increment", "put_if_absent"):
        kept = getattr(store, name)

        def counted(self: object, *args: object, kept: object = kept, name: str = name, **more: object) -> object:
            calls.append(name)
            return kept(self, *args, **more)  # type: ignore[operator] # the method itself

        monkeypatch.setattr(store, name, counted)
    with gate.site.resources.stores.database.counting() as statements:
        assert (await gate.ask()).headers["x-pasien-nik"] == SITI
    assert calls == ["get"]
    assert statements == []


async def test_fa_05_only_a_listed_proxy_is_answered(gate: Gate) -> None:
    await gate.enter()
    assert (await gate.ask()).status_code == 200
    cookie = "; ".join(f"{name}={value}" for name, value in gate.jar.items())
    facts = {"X-Gapura-Host": HOSTS["rsud-daftar"], "X-Gapura-Method": "GET", "X-Gapura-Uri": "/", "Cookie": cookie}
    for address in ("127.0.0.1", "192.0.2.8"):
        stranger = await gate.site.http(address).get("/gerbang/periksa", headers={**facts, "X-Forwarded-For": PROXY})
        assert stranger.status_code == 403
        assert "x-pasien-nik" not in stranger.headers


async def test_fa_05_other_headers_about_the_request_say_nothing(gate: Gate) -> None:
    lies = {"X-Forwarded-Uri": "/terbuka", "X-Original-Url": "/terbuka", "X-Rewrite-Url": "/terbuka", "X-Forwarded-Host": "x"}
    assert (await gate.ask("/admin", sent=lies)).status_code == 401
    assert (await gate.ask("/terbuka")).status_code == 200


@pytest.mark.parametrize("path", ["/terbuka/../admin", "/a%2fb", "/a;x", "//admin", "/admin%00", "/terbuka#x", "/a\\b"])
async def test_fa_06_a_path_with_two_readings_passes_nobody(gate: Gate, path: str) -> None:
    await gate.enter()
    refused = await gate.ask(path)
    assert refused.status_code == 403
    assert refused.headers["x-pasien-nik"] == ""
    assert (await gate.ask("/admin")).status_code == 200


async def test_fa_06_an_open_path_carries_nobody(gate: Gate) -> None:
    await gate.enter()
    for uri, due in (("/terbuka", ""), ("/Terbuka", SITI)):
        passed = await gate.ask(uri)
        assert (passed.status_code, passed.headers["x-pasien-nik"]) == (200, due)
    assert (await gate.ask("/Terbuka", jar={})).status_code == 401


@pytest.mark.parametrize("agent", ["kube-probe/1.30", "ELB-HealthChecker/2.0", "GoogleHC/1.0", "Blackbox-Exporter"])
async def test_fa_07_no_user_agent_opens_the_gate(gate: Gate, agent: str) -> None:
    assert (await gate.ask(sent={"User-Agent": agent})).status_code == 401
    await gate.enter()
    assert (await gate.ask(sent={"User-Agent": agent})).status_code == 200


async def test_fa_08_a_cookie_opens_its_own_application_only(town: Site) -> None:
    hospital = Gate(town)
    await hospital.enter()
    value = hospital.jar["gapura-g-rsud-daftar"]
    other = Gate(town, "usaha-lama")
    for name in ("gapura-g-rsud-daftar", "gapura-g-usaha-lama"):
        assert (await other.ask(jar={name: value})).status_code == 401
        assert (
            await hospital.ask(host=HOSTS["usaha-lama"], jar={name: value}, sent={"X-Forwarded-Host": HOSTS["rsud-daftar"]})
        ).status_code == 401
    other.browser = hospital.browser
    await other.enter()
    assert (await other.ask()).headers["x-usaha-nik"] == SITI


async def test_fa_08_a_ticket_is_for_one_host_and_one_use(town: Site) -> None:
    hospital = Gate(town)
    elsewhere = await hospital.arrive(await hospital.ticket(), host=HOSTS["usaha-lama"])
    assert elsewhere.status_code == 410
    assert [name for name in hospital.jar if name.startswith("gapura-g")] == []
    address = await hospital.ticket()
    assert (await hospital.arrive(address)).status_code == 303
    del hospital.jar["gapura-g-rsud-daftar"]
    assert (await hospital.arrive(address)).status_code == 410
    assert [name for name in hospital.jar if name.startswith("gapura-g")] == []


async def test_a_ticket_is_short_lived(gate: Gate) -> None:
    address = await gate.ticket()
    gate.site.clock.advance(61)
    assert (await gate.arrive(address)).status_code == 410


async def test_fa_09_a_name_cannot_bring_a_header_of_its_own(gate: Gate) -> None:
    await connect(
        gate.site, "rsud-daftar", "rsud-daftar", headers=[PATIENT[0], {"claim": "name", "field": "X-Pasien-Nama", "transform": "none"}]
    )
    await rename(gate.site, "Siti\r\nX-Pasien-Nik: 1" + "é" * 8000)
    await gate.enter()
    passed = await gate.ask()
    assert passed.headers.get_list("x-pasien-nik") == [SITI]
    assert passed.headers["x-pasien-nama"].startswith("Siti%0D%0AX-Pasien-Nik: 1%C3%A9")
    assert len(passed.headers["x-pasien-nama"]) <= 1024


async def rename(site: Site, name: str) -> None:
    people = site.resources.stores.people
    person = await people.get("demo-siti")
    assert person is not None
    changed = {**person.claims, "name": name}
    await people.set_claims(person.id, changed, person.level)


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
async def test_fa_11_trace_is_refused_signed_in_or_not(gate: Gate, method: str) -> None:
    assert (await gate.ask(method=method)).status_code == 403
    await gate.enter()
    assert (await gate.ask(method=method)).status_code == 403


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "HEAD"])
async def test_fa_11_other_methods_and_web_sockets_need_a_session_like_any_request(gate: Gate, method: str) -> None:
    upgrade = {"Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert (await gate.ask("/ws", sent=upgrade)).status_code == 401
    assert (await gate.ask("/data", method=method)).status_code == 401
    await gate.enter()
    assert (await gate.ask("/ws", sent=upgrade)).headers["x-pasien-nik"] == SITI
    assert (await gate.ask("/data", method=method)).headers["x-pasien-nik"] == SITI


async def test_an_unknown_application_is_told_so(gate: Gate) -> None:
    assert (await gate.browser.go("/gerbang/masuk?app=tidak-ada")).status_code == 404
    assert (await gate.ask(host="lain.example.id")).status_code == 403
    unknown = await gate.proxy.get("/_gapura/kembali?tiket=" + "a" * 43, headers={"X-Gapura-Host": "lain.example.id"})
    assert (await gate.told(unknown)).status_code == 410


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil", "https://evil.example/", "/a/../b"])
async def test_nobody_is_led_to_another_host(gate: Gate, path: str) -> None:
    arrived = await gate.enter(path=path)
    assert arrived.headers["location"] == f"https://{HOSTS['rsud-daftar']}/mulai"


async def test_fa_10_a_proof_is_signed_for_one_application_and_a_minute(gate: Gate) -> None:
    await connect(gate.site, "rsud-daftar", "rsud-daftar", headers=PATIENT, proof_header="X-Bukti")
    await gate.enter()
    passed = await gate.ask()
    signer = gate.site.house.keys.signer
    claims = signer.verify(passed.headers["x-bukti"], "gapura-gate+jwt")
    assert claims["iss"] == ISSUER
    assert claims["aud"] == "rsud-daftar"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["headers"] == {"X-Pasien-Nik": SITI, "X-Pasien-Nama": "SITI PERAGAWATI"}
    forged = passed.headers["x-bukti"][:-6] + "AAAAAA"
    for wrong, typ in ((forged, "gapura-gate+jwt"), (passed.headers["x-bukti"], "JWT"), (passed.headers["x-bukti"], "at+jwt")):
        with pytest.raises(BadToken):
            signer.verify(wrong, typ)


async def test_fa_10_a_proof_is_never_handed_out_when_it_is_nearly_over(gate: Gate) -> None:
    await connect(gate.site, "rsud-daftar", "rsud-daftar", headers=PATIENT, proof_header="X-Bukti")
    await gate.enter()
    first = (await gate.ask()).headers["x-bukti"]
    gate.site.clock.advance(29)
    assert (await gate.ask()).headers["x-bukti"] == first
    gate.site.clock.advance(2)
    second = (await gate.ask()).headers["x-bukti"]
    assert gate.site.house.keys.signer.verify(second, "gapura-gate+jwt")["exp"] >= gate.site.clock.now() + 30


async def test_fa_05_of_a_fact_that_stands_twice_the_first_counts(gate: Gate) -> None:
    await gate.enter()
    cookie = "; ".join(f"{name}={value}" for name, value in gate.jar.items())
    for first, second, status in (("/jadwal", "/a%2fb", 200), ("/a%2fb", "/jadwal", 403)):
        facts = [("X-Gapura-Host", HOSTS["rsud-daftar"]), ("X-Gapura-Method", "GET"), ("Cookie", cookie)]
        told = await gate.proxy.get("/gerbang/periksa", headers=[*facts, ("X-Gapura-Uri", first), ("X-Gapura-Uri", second)])
        assert told.status_code == status
