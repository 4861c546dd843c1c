"""A person at a bridged application, from the first visit to the last."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from hub.bridge.credentials import keep
from hub.bridge.run import serve
from hub.settings import SettingsError, load
from idp.applications.models import ConnectorRow
from idp.vault import SERVICE
from tests.hub.bridge.conftest import BUSINESS, CONNECTOR, HOST, OLD_PASSWORD, Town
from tests.hub.bridge.older import reset, told, writes
from tests.site import SITI

NASTY = "Siti&admin=1\r\nX: y\"'\x00"


async def test_she_signs_in_at_gapura_links_her_account_once_and_is_where_she_wanted_to_go(town: Town) -> None:
    siti = town.person()
    page = await siti.go(f"{HOST}/aduan.php?hal=2")
    assert page.url.path == "/_gapura/akun" and page.status_code == 200
    assert "Dinas Komunikasi" in page.text and "tel:" in page.text, "whom to ask"
    page = await siti.link(page, "siti", OLD_PASSWORD)
    assert str(page.url) == f"{HOST}/aduan.php?hal=2"
    assert "orang=siti" in page.text and "GET /aduan.php?hal=2" in page.text
    assert town.older.tries == ["siti"]
    assert dict(town.older.sent[0])["nama"], "a claim fills its field"
    again = await town.person().go(f"{HOST}/")
    assert "orang=siti" in again.text, "another browser asks for nothing"
    assert town.older.logins == 2


async def test_the_old_cookie_stays_and_nothing_is_cached(town: Town) -> None:
    siti = await town.inside()
    page = await siti.http.get(f"{HOST}/a")
    assert page.headers["cache-control"] == "no-store"
    assert not {"set-cookie", "x-orang"} & set(page.headers)
    assert not [cookie.name for cookie in siti.http.cookies.jar if not cookie.name.startswith("gapura")]
    assert all("gapura" not in headers.get("cookie", "") for _, _, headers, _ in town.older.requests)


async def test_fb_07_a_refused_password_is_tried_once_and_never_again_by_itself(town: Town) -> None:
    await town.hold("siti", "sudah-diganti")
    siti = town.person()
    page = await siti.go(f"{HOST}/")
    assert page.url.path == "/_gapura/akun" and "menolak kata sandi yang tersimpan" in page.text
    for _ in range(5):
        await siti.go(f"{HOST}/")
        await town.person().go(f"{HOST}/lain")
        town.site.clock.advance(120)
    assert town.older.tries == ["siti"]
    page = await siti.link(page, "siti", OLD_PASSWORD)
    assert "orang=siti" in page.text
    assert town.older.tries == ["siti", "siti"]


async def test_fb_07_many_requests_at_once_try_once(town: Town) -> None:
    await town.hold("siti", "salah")
    siti = town.person()
    page = await siti.go(f"{HOST}/")
    await town.hold("siti", "salah-lagi")
    town.older.tries.clear()
    answers = await asyncio.gather(*(siti.http.get(f"{HOST}/gambar/{number}") for number in range(20)))
    assert {answer.status_code for answer in answers} == {303}
    assert town.older.tries == ["siti"]
    await town.hold("siti", OLD_PASSWORD)
    answers = await asyncio.gather(*(siti.http.get(f"{HOST}/gambar/{number}") for number in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert town.older.tries == ["siti", "siti"], "one sign-in serves them all"
    assert page.status_code == 200


async def test_fb_07_typing_wrong_passwords_is_limited_and_nothing_wrong_is_kept(town: Town) -> None:
    siti = town.person()
    page = await siti.go(f"{HOST}/")
    for number in range(6):
        page = await siti.send(page, button="hubungkan", pengguna="siti", sandi=f"salah-{number}")
        assert page.status_code == (422 if number < 5 else 429)
        assert "salah-" not in page.text, "what was typed is not shown again"
    assert len(town.older.tries) == 5
    assert await town.site.resources.stores.vault.of(CONNECTOR, await town.id_of(SITI)) is None


async def test_a_session_that_ended_there_is_begun_again_once(town: Town) -> None:
    siti = await town.inside()
    town.older.sessions.clear()
    page = await siti.http.get(f"{HOST}/b")
    assert "orang=siti" in page.text
    assert town.older.logins == 2
    town.older.sessions.clear()
    sent = await siti.http.post(f"{HOST}/simpan.php", data={"isi": "aduan"})
    assert sent.status_code == 409 and "belum terkirim" in sent.text
    assert not [one for one in town.older.requests if one[1] == "/simpan.php"][1:], "what she sent is sent once"
    sent = await siti.http.post(f"{HOST}/simpan.php", data={"isi": "aduan"})
    assert "isi=isi=aduan" in sent.text


async def test_a_system_that_never_lets_in_is_not_asked_round_and_round(town: Town) -> None:
    siti = await town.inside()
    town.older.page["/c"] = writes(told(302, "", "Location: /login.php"))
    before = town.older.logins
    assert (await siti.http.get(f"{HOST}/c")).status_code == 503
    assert town.older.logins == before + 1
    for _ in range(5):
        assert (await siti.http.get(f"{HOST}/c")).status_code == 503
    assert town.older.logins == before + 1


async def test_signing_out_ends_the_old_session_there_and_here(town: Town) -> None:
    siti = await town.inside()
    assert [who for who in town.older.sessions.values() if who] == ["siti"]
    left = await siti.http.get(f"{HOST}/_gapura/keluar")
    assert left.status_code == 303 and left.headers["location"].endswith("/keluar")
    assert not [who for who in town.older.sessions.values() if who]
    away = await siti.http.get(f"{HOST}/")
    assert away.status_code == 302 and "/gerbang/masuk" in away.headers["location"]


async def test_the_old_systems_own_way_out_leads_out_of_gapura(town: Town) -> None:
    siti = await town.inside()
    left = await siti.http.get(f"{HOST}/logout.php")
    assert left.headers["location"] == f"{HOST}/_gapura/keluar"
    assert not [who for who in town.older.sessions.values() if who]


async def test_a_disabled_account_ends_the_old_session_at_once(town: Town) -> None:
    siti = await town.inside()
    person = await town.id_of(SITI)
    await town.site.resources.expiring.move(f"person:{person}")
    answer = await siti.http.get(f"{HOST}/")
    assert answer.status_code == 302
    town.older.requests.clear()
    await siti.http.post(f"{HOST}/simpan.php", data={"isi": "x"})
    assert town.older.requests == []


async def test_cn_05_what_the_session_lives_under_ends_the_jar_too(town: Town) -> None:
    for guard in ("permit:{person}:aduan-warga", "app:aduan-warga", "older:aduan-warga:{person}"):
        siti = await town.inside()
        logins = town.older.logins
        await town.site.resources.expiring.move(guard.format(person=await town.id_of(SITI)))
        page = await siti.go(f"{HOST}/")
        assert "orang=siti" in page.text and town.older.logins == logins + 1, guard


async def test_a_disabled_connector_closes_at_once(town: Town) -> None:
    siti = await town.inside()
    row = ConnectorRow(CONNECTOR, CONNECTOR, "form_login", dict(town.settings), enabled=False)
    await town.site.resources.stores.registry.save_connector(row)
    await town.reload()
    town.older.requests.clear()
    assert (await siti.http.get(f"{HOST}/")).status_code == 302
    assert town.older.requests == []


async def test_the_credential_of_the_service_signs_everybody_in(town: Town) -> None:
    town.older.users["layanan"] = "rahasia-layanan"
    siti = town.person()
    page = await siti.go(f"{BUSINESS}/")
    assert page.status_code == 503 and "tel:" in page.text
    assert await keep(town.site.resources, "usaha-lama", SERVICE, "layanan", "rahasia-layanan")
    page = await siti.go(f"{BUSINESS}/")
    assert "orang=layanan" in page.text
    assert dict(town.older.sent[0])["nama"]
    assert (await siti.http.get(f"{BUSINESS}/_gapura/akun")).status_code == 404


async def test_forgetting_the_link_ends_the_old_session(town: Town) -> None:
    siti = await town.inside()
    page = await siti.go(f"{HOST}/_gapura/akun")
    assert "Akun lama Anda sedang terhubung" in page.text and OLD_PASSWORD not in page.text and 'value="siti"' not in page.text
    page = await siti.onward(await siti.send(page, button="hapus"))
    assert "sedang terhubung" not in page.text
    assert (await siti.http.get(f"{HOST}/")).headers["location"].startswith("/_gapura/akun")
    assert await town.site.resources.stores.vault.of(CONNECTOR, await town.id_of(SITI)) is None


async def test_lg_11_the_link_page_takes_no_form_of_another_site_or_browser(town: Town) -> None:
    siti = town.person()
    page = await siti.go(f"{HOST}/_gapura/akun")
    forged = await siti.http.post(f"{HOST}/_gapura/akun", data={"langkah": "hubungkan", "pengguna": "siti", "sandi": OLD_PASSWORD})
    assert forged.status_code == 403
    foreign = {"origin": "https://jahat.example", "sec-fetch-site": "cross-site"}
    siti.http.headers.update(foreign)
    token = page.text.split('name="csrf" value="')[1].split('"')[0]
    data = {"csrf": token, "langkah": "hubungkan", "pengguna": "siti", "sandi": OLD_PASSWORD}
    assert (await siti.http.post(f"{HOST}/_gapura/akun", data=data)).status_code == 403
    assert town.older.tries == []
    nobody = town.person()
    assert (await nobody.http.post(f"{HOST}/_gapura/akun", data=data)).status_code == 303, "not signed in: she is sent to sign in"


async def test_where_the_agency_links_accounts_people_enter_nothing(town: Town) -> None:
    await town.configure(linking="agency")
    siti = town.person()
    page = await siti.go(f"{HOST}/")
    assert 'name="sandi"' not in page.text and "tel:" in page.text
    await town.hold("siti", OLD_PASSWORD)
    assert "orang=siti" in (await siti.go(f"{HOST}/")).text


async def test_lg_12_the_way_back_stays_at_this_host(town: Town) -> None:
    siti = town.person()
    await siti.go(f"{HOST}/")
    page = await siti.http.get(f"{HOST}/_gapura/akun", params={"kembali": "//jahat.example/"})
    answer = await siti.send(page, button="hubungkan", pengguna="siti", sandi=OLD_PASSWORD)
    assert answer.headers["location"] == f"{HOST}/"


async def test_fb_05_a_name_with_signs_arrives_as_one_field(town: Town) -> None:
    await town.configure(form={**town.settings["form"], "fixed": {"tombol": NASTY[:40]}})
    await town.inside()
    assert [name for name, _ in town.older.sent[0]] == ["tok", "tombol", "nama", "user", "pass"]
    assert dict(town.older.sent[0])["tombol"] == NASTY[:40]


async def test_the_steady_path_sends_no_statement(town: Town) -> None:
    siti = await town.inside()
    with town.site.resources.stores.database.counting() as statements:
        assert "orang=siti" in (await siti.http.get(f"{HOST}/a")).text
    assert list(statements) == []


async def test_fa_11_a_web_socket_is_refused(town: Town) -> None:
    said: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, object]) -> None:
        said.append(message)

    await town.bridge({"type": "websocket", "headers": [(b"host", b"aduan.localhost")]}, receive, send)  # type: ignore[arg-type]
    assert said == [{"type": "websocket.close", "code": 1008}]
    assert town.older.requests == []


async def test_an_earlier_session_s_late_answer_changes_nothing_in_the_present_one(town: Town) -> None:
    siti = await town.inside()
    late, go = asyncio.Event(), asyncio.Event()

    async def slow(_: object, writer: asyncio.StreamWriter) -> None:
        late.set()
        await go.wait()
        writer.write(told(200, "terlambat", "Set-Cookie: PHPSESSID=dari-yang-lama; path=/"))

    town.older.page["/lambat"] = slow
    waiting = asyncio.create_task(siti.http.get(f"{HOST}/lambat"))
    await late.wait()
    town.older.sessions.clear()
    assert "orang=siti" in (await siti.go(f"{HOST}/")).text, "signed in again"
    logins = town.older.logins
    go.set()
    await waiting
    assert "orang=siti" in (await siti.http.get(f"{HOST}/")).text
    assert town.older.logins == logins, "the present session was left alone"


@pytest.mark.parametrize("hub", ["http://hub.example.id", "https://hub.example.id/a", "hub", "ftp://127.0.0.1", "http://127.0.0.1:8000/"])
def test_an_address_of_the_hub_that_would_show_cookies_to_others_is_refused(hub: str) -> None:
    values: dict[str, Any] = {"environment": "development", "bridge.hub": hub}
    with pytest.raises(SettingsError, match=r"^bridge.hub: "):
        load(**values)
    assert load(**{**values, "bridge.hub": "http://127.0.0.1:8000"}).bridge.port == 8010


async def test_fb_07_a_try_that_broke_off_is_not_made_again_at_once(town: Town) -> None:
    await town.hold("siti", OLD_PASSWORD)
    siti = town.person()
    town.older.page["/proses_login.php"] = reset
    for _ in range(3):
        page = await siti.go(f"{HOST}/")
        assert page.status_code == 503 and "tel:" in page.text
    assert len([one for one in town.older.requests if one[0] == "POST"]) == 1, "it may have been counted there"
    town.older.page.clear()
    town.site.clock.advance(61)
    assert "orang=siti" in (await siti.go(f"{HOST}/")).text


async def test_a_store_that_only_one_process_sees_is_refused() -> None:
    values: dict[str, Any] = {"environment": "development", "storage.expiring_url": "memory"}
    with socket.socket() as listener, pytest.raises(SettingsError, match=r"^storage.expiring_url: "):
        await serve(load(**values), listener)
