"""The parts of one connector: read by whoever may, tried, tested, renewed, brought back; and what files manage is never saved here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from admin.operator import LOCAL
from connectors.definition_file import read_text, text_of
from idp.applications.models import ConnectorRow
from idp.people.models import Role
from tests.admin.operators import csrf
from tests.admin.pages.wizard_walk import PLACE, SAME_SITE, TARGET, Technician, technician
from tests.forms import words_of
from tests.site import Site

AT = "/admin/konektor/antrean-lama"
PARTS = ("", "/pemetaan", "/coba", "/kunci", "/riwayat", "/riwayat/1", "/ubah")
CANARY = "Kenari-7f3a91c2e8b04d65a1f0c3b7e9d2486f5a7c1e3b9d"


async def standing(site: Site, *, changed: bool = False) -> Technician:
    """A connector that was published by the wizard, and published again when `changed`."""
    one = await technician(site)
    await one.fill()
    await one.publish()
    if changed:
        begun = await one.post(f"{AT}/ubah")
        one.draft = begun.headers["location"].split("/")[4]
        await one.step("sambungan", {**PLACE, "settings.lifetime": "90"}, do="keep")
        assert (await one.publish("Masa berlaku lebih panjang")).headers["location"] == f"{AT}?terbit=2"
    return one


async def test_an_auditor_reads_every_part_and_finds_nothing_to_press(site: Site) -> None:  # RO-2
    await standing(site)
    auditor = await technician(site, Role.AUDITOR, email="lain@example.id")
    for part in PARTS:
        page = await auditor.browser.go(AT + part)
        assert page.status_code == 200, part
        main = page.text[page.text.index("<main") :]
        assert 'method="post"' not in main or part == "/ubah", part
        assert "/kunci/key" not in main and "/kembali" not in main and f'"{AT}/uji"' not in main, part
    assert (await auditor.browser.go(f"{AT}/uji")).status_code == 403


async def test_sk_3_a_secret_is_shown_once_and_stands_in_no_page(site: Site) -> None:  # SK-3, AD-06
    one = await standing(site)
    made = await one.post(f"{AT}/kunci/key", do="make", overlap="3600")
    page = await one.browser.go(made.headers["location"])
    shown = re.search(r'id="rahasia"[^>]* value="([^"]{43})"', page.text)
    assert shown is not None
    again = await one.browser.go(made.headers["location"])
    assert again.status_code == 200 and shown[1] not in again.text
    assert (await one.post(f"{AT}/kunci/key", do="set", overlap="3600", value=CANARY)).headers["location"] == f"{AT}/kunci"
    begun = await one.post(f"{AT}/ubah")
    draft = begun.headers["location"].rsplit("/", 1)[0]
    steps = [
        f"{draft}/{step}" for step in ("pilih", "tujuan", "sambungan", "pemetaan", "coba", "tinjau", "terbitkan", "yaml", "rahasia/key")
    ]
    paths = [*(AT + part for part in (*PARTS, "/uji", "/kunci/key", "/riwayat/1/kembali")), *steps, "/admin/konektor", "/admin/audit"]
    for path in paths:
        page = await one.browser.go(path)
        assert page.status_code == 200, path
        assert CANARY not in page.text and shown[1] not in page.text, path
    weak = await one.post(f"{AT}/kunci/key", do="set", overlap="3600", value="Kenari-pendek")
    assert weak.status_code == 422 and "Kenari-pendek" not in weak.text and "Terlalu lemah" in words_of(weak.text)


async def test_sk_3_a_typed_secret_never_waits_for_the_proof(site: Site) -> None:  # SK-3, AD-13
    one = await standing(site)
    site.clock.advance(301)
    answer = await one.post(f"{AT}/kunci/key", do="set", overlap="0", value=CANARY)
    where = answer.headers["location"]
    assert where.startswith("/admin/konfirmasi/")
    kept = _bytes_in(site.house.admin.actions.desk.expiring, set())
    assert any(b"/kunci/key" in value for value in kept), "the act waits"
    assert not any(CANARY.encode() in value for value in kept)


def _bytes_in(thing: object, seen: set[int]) -> list[bytes]:
    """Return every value of bytes that an object holds, however deep."""
    if id(thing) in seen:
        return []
    seen.add(id(thing))
    if isinstance(thing, bytes):
        return [thing]
    inner: list[object] = []
    if isinstance(thing, dict):
        inner = [*thing.values()]
    elif isinstance(thing, (list, tuple, set)):
        inner = [*thing]
    elif hasattr(thing, "__dict__") or hasattr(thing, "__slots__"):
        names = [*getattr(thing, "__dict__", {}), *getattr(type(thing), "__slots__", ())]
        inner = [getattr(thing, name, None) for name in names]
    return [found for one in inner for found in _bytes_in(one, seen)]


async def test_pb_5_an_older_revision_comes_back_as_a_new_one_with_its_consequences_shown(site: Site) -> None:  # PB-5
    one = await standing(site, changed=True)
    listed = words_of((await one.browser.go(f"{AT}/riwayat?dari=1&ke=2")).text)
    assert "settings.lifetime" in listed and "Masa berlaku lebih panjang" in listed and "Ratna Ujiwati" in listed
    page = await one.browser.go(f"{AT}/riwayat/1/kembali")
    assert "Isinya menjadi versi 3" in page.text and "settings.lifetime" in page.text
    assert (await one.post(f"{AT}/riwayat/1/kembali", _revision="2", reason="")).status_code == 422
    stale = await one.post(f"{AT}/riwayat/1/kembali", _revision="1", reason="Terlalu lama berlaku")
    assert stale.status_code == 409 and "Belum dikembalikan" in stale.text
    done = await one.post(f"{AT}/riwayat/1/kembali", _revision="2", reason="Terlalu lama berlaku")
    assert done.headers["location"] == f"{AT}?terbit=3"
    assert site.house.registry.now.connectors["antrean-lama"].settings.model_dump()["lifetime"] == 60


@pytest.mark.parametrize("number", ["0", "9", "abc", "²", "99999999999999"])
async def test_a_revision_that_is_none_is_not_found(site: Site, number: str) -> None:
    one = await standing(site)
    assert (await one.browser.go(f"{AT}/riwayat/{number}")).status_code == 404


async def test_fi_2_what_files_manage_is_read_and_tried_and_saving_gives_a_patch(site: Site, tmp_path: Path) -> None:  # FI-2
    one = await standing(site)
    assert (await one.post(f"{AT}/pengelola", reason="")).status_code == 422
    assert (await one.post(f"{AT}/pengelola", reason="Dikelola tim infrastruktur")).headers["location"] == AT
    for part in PARTS:
        assert (await one.browser.go(AT + part)).status_code == 200, part
    assert "SITI PERAGAWATI" in (await one.browser.go(f"{AT}/coba?warga=siti")).text
    lifecycle = site.house.admin.actions.lifecycle
    former = await lifecycle.definition(LOCAL, "antrean-lama")
    wanted = text_of(former).replace("field: nama", "field: nama_lengkap")
    page = await one.post(f"{AT}/ubah", do="show", text=wanted)
    assert page.status_code == 200 and "nama_lengkap" in words_of(page.text) and "gapura apply" in page.text
    made = await one.post(f"{AT}/ubah", do="download", text=wanted)
    assert made.headers["content-type"].startswith("text/x-diff") and "antrean-lama.patch" in made.headers["content-disposition"]
    (tmp_path / "antrean-lama.yaml").write_text(text_of(former))
    (tmp_path / "p.patch").write_text(made.text)
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "p.patch"], cwd=tmp_path, check=True)
    assert read_text((tmp_path / "antrean-lama.yaml").read_text()) == read_text(wanted)
    assert await lifecycle.definition(LOCAL, "antrean-lama") == former, "nothing was saved here"
    assert await lifecycle.drafts(LOCAL) == []
    bad = await one.post(f"{AT}/ubah", do="show", text="kind: [")
    assert bad.status_code == 422 and 'href="#text"' in bad.text
    unfit = await one.post(f"{AT}/ubah", do="show", text=wanted.replace("base_url:", "base_uri:"))
    assert unfit.status_code == 422 and 'href="#text"' in unfit.text


async def test_the_test_of_a_wrong_host_says_at_which_step_it_stops_and_how_to_repair_it(site: Site) -> None:
    one = await technician(site)
    await one.begin()
    wrong = {"settings.base_url": "https://tidak-ada.invalid", "settings.arrive_url": "https://tidak-ada.invalid/sso/masuk"}
    await one.step("sambungan", wrong, do="keep")
    page = await one.post(f"{one.at}/sambungan/uji")
    said = words_of(page.text)
    assert page.status_code == 200 and "Berhenti di langkah 1" in said and "Perbaiki" in said and "tidak-ada.invalid" in said
    assert len(re.findall(r"<h3>\d\. ", page.text)) == 5
    empty = await technician(site, email="lain@example.id")
    await empty.begin(name="kosong-saja")
    told = await empty.post(f"{empty.at}/sambungan/uji")
    assert told.status_code == 422 and 'href="#settings.base_url"' in told.text


async def test_what_the_application_needs_is_written_out_for_this_connector(site: Site) -> None:
    one = await standing(site)
    ticket = (await one.browser.go(AT)).text
    assert "/tiket/antrean-lama/masuk" in ticket and "https://antrean.example.id" in ticket and "GANTI-DENGAN-KUNCI" in ticket
    await one.begin("forward_auth", "gerbang-lama")
    await one.step("tujuan", {**TARGET, "register.name.id": "Gerbang Lama"}, do="keep")
    await one.step("sambungan", {"settings.base_url": "https://gerbang.example.id"}, do="keep")
    rows = {"settings.headers.0.claim": "name", "settings.headers.0.field": "X-Nama", "settings.headers.0.transform": "none"}
    await one.step("pemetaan", rows, do="keep")
    assert (await one.publish()).status_code == 303
    gate = (await one.browser.go("/admin/konektor/gerbang-lama")).text
    assert "auth_request" in gate and "X-Nama" in gate and "gerbang.example.id" in gate


async def test_a_secret_of_another_connector_cannot_be_reached_by_a_draft_with_its_id(site: Site) -> None:
    one = await standing(site)
    begun = await one.post("/admin/konektor/katalog", kind="ticket")
    one.draft = begun.headers["location"].split("/")[4]
    await one.step("pilih", {"kind": "ticket", "id": "antrean-lama"}, do="keep")
    before = await site.resources.stores.connector_secrets.all()
    assert (await one.browser.go(f"{one.at}/rahasia/key")).status_code == 404
    assert (await one.post(f"{one.at}/rahasia/key", do="make", overlap="0")).status_code == 404
    assert await site.resources.stores.connector_secrets.all() == before
    assert "rahasia/key" not in (await one.browser.go(f"{one.at}/sambungan")).text


@pytest.mark.parametrize("path", ["/ubah", "/uji", "/kunci/key", "/riwayat/1/kembali", "/pengelola"])
async def test_a_post_of_another_site_does_nothing(site: Site, path: str) -> None:
    one = await standing(site)
    before = await site.house.admin.actions.lifecycle.revisions(LOCAL, "antrean-lama")
    data = {"reason": "Dari situs lain", "_revision": "1", "_do": "make", "overlap": "0", "csrf": csrf(site)[::-1]}
    answer = await one.browser.http.post(AT + path, data=data, headers=SAME_SITE)
    assert answer.status_code == 403 and "ADM-not_genuine" in answer.text
    assert await site.house.admin.actions.lifecycle.revisions(LOCAL, "antrean-lama") == before


async def test_a_connector_of_programs_says_how_it_is_called_and_that_nobody_enters_by_it(site: Site) -> None:
    operations = [{"path": "/version"}, {"method": "POST", "path": "/data/{nik}", "query": ["tahun"], "person": {"nik": "nik"}}]
    own = {"base_url": "https://api.example", "operations": operations, "services": [{"name": "satu", "open": True}], "scope": "tarif.baca"}
    await site.resources.stores.registry.save_connector(ConnectorRow("tarif", "e-link", "api_key", own))
    await site.house.reload()
    one = await technician(site)
    said = words_of((await one.browser.go("/admin/konektor/tarif")).text)
    assert "Panggil dari program" in said and f"{site.issuer}/panggil/tarif/version" in said and "scope=tarif.baca" in said
    assert "GET → /version" in said and "POST → /data/{nik} → tahun → nik: nik" in said and "[]" not in said and "{}" not in said
    tried = await one.browser.go("/admin/konektor/tarif/coba")
    assert "Yang datang lewat konektor ini program" in words_of(tried.text) and 'href="/admin/konektor/tarif/uji"' in tried.text
    assert 'name="warga"' not in tried.text
