"""The wizard by forms alone: seven steps that are kept, refusals that name field and fix, a connector that stands at the end."""

from __future__ import annotations

import re

import pytest

from admin.operator import LOCAL
from idp.people.models import Role
from tests.admin.pages.wizard_walk import DRAFTS, PLACE, ROWS, SAME_SITE, TARGET, technician
from tests.forms import words_of
from tests.site import Site

TYPED = {
    "pilih": {"kind": "ticket", "id": "antrean-lama"},
    "tujuan": TARGET,
    "sambungan": PLACE,
    "pemetaan": ROWS,
}


async def test_cw_3_a_connector_is_made_by_forms_alone_and_stands(site: Site) -> None:  # CW-3
    one = await technician(site)
    await one.fill()
    tried = await one.browser.go(f"{one.at}/coba")
    assert tried.status_code == 200 and "SITI PERAGAWATI" in tried.text
    review = words_of((await one.browser.go(f"{one.at}/tinjau")).text)
    assert "Data baru" in review and "Nama lengkap" in review
    answer = await one.publish()
    assert answer.headers["location"] == "/admin/konektor/antrean-lama?terbit=1", words_of(answer.text)[:600]
    page = await one.browser.go(answer.headers["location"])
    assert page.status_code == 200 and "Revisi 1 terbit dan berlaku" in page.text
    assert site.house.registry.now.usable("antrean-lama")
    assert await site.house.admin.actions.lifecycle.drafts(LOCAL) == []


async def test_cw_1_what_was_typed_is_there_again_and_the_draft_goes_on_where_it_was_left(site: Site) -> None:  # CW-1
    one = await technician(site)
    await one.begin()
    left = await one.browser.go(one.at)
    assert left.url.path == f"{one.at}/tujuan", "the first step with something to do"
    assert (await one.step("tujuan", TARGET, do="keep")).headers["location"] == f"{one.at}/tujuan?disimpan=1"
    again = await one.browser.go(f"{one.at}/tujuan")
    assert TARGET["contact"] in again.text and TARGET["purpose.id"] in again.text and 'value="name" checked' in again.text
    assert (await one.browser.go(one.at)).url.path == f"{one.at}/sambungan"
    other = await technician(site, email="lain@example.id")
    assert f'href="{one.at}"' in (await other.browser.go("/admin/konektor")).text, "the list leads back to it"


@pytest.mark.parametrize(
    ("path", "typed", "field", "fix"),
    [
        ("pilih", {"kind": "ticket", "id": "Antrean Lama"}, "id", "huruf kecil"),
        ("tujuan", {**TARGET, "contact": ""}, "contact", "nomor telepon"),
        ("tujuan", {**TARGET, "agency": ""}, "agency", "Pilih instansi"),
        ("sambungan", {**PLACE, "settings.base_url": ""}, "settings.base_url", "Isi bagian ini"),
        ("sambungan", {**PLACE, "settings.lifetime": "600"}, "settings.lifetime", "Paling banyak 120"),
        ("sambungan", {**PLACE, "settings.lifetime": "lama"}, "settings.lifetime", "angka bulat"),
        ("pemetaan", {**ROWS, "settings.fields.0.claim": "nik"}, "settings.fields", "tidak ada dalam pemberitahuan"),
    ],
)
async def test_cw_2_every_refusal_names_the_field_and_the_fix_and_what_was_typed_is_kept(
    site: Site, path: str, typed: dict[str, str], field: str, fix: str
) -> None:  # CW-2
    one = await technician(site)
    await one.begin()
    for step, values in TYPED.items():
        if step == path:
            break
        await one.step(step, values, do="keep")
    page = await one.step(path, typed)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text and f'id="{field}"' in page.text, "the summary leads to the field"
    assert fix in words_of(page.text)
    assert page.text.index('class="errors"') < page.text.index("<form", page.text.index("<main"))
    for value in typed.values():
        assert value in page.text


async def test_a_step_that_is_wrong_is_kept_all_the_same(site: Site) -> None:  # CW-1
    one = await technician(site)
    await one.begin()
    assert (await one.step("sambungan", {**PLACE, "settings.lifetime": "600"})).status_code == 422
    draft = await site.house.admin.actions.lifecycle.draft(LOCAL, one.draft)
    assert draft.definition.settings["lifetime"] == 600


async def test_cw_4_the_same_draft_is_edited_as_yaml(site: Site) -> None:  # CW-4
    one = await technician(site)
    await one.fill()
    text = await site.house.admin.actions.lifecycle.draft_text(LOCAL, one.draft)
    page = await one.browser.go(f"{one.at}/yaml")
    assert "base_url: https://antrean.example.id" in page.text
    assert (await one.step("yaml", {"text": text.replace("nama", "nama_lengkap")})).headers["location"] == f"{one.at}/yaml?disimpan=1"
    assert "nama_lengkap" in (await one.browser.go(f"{one.at}/pemetaan")).text
    wrong = await one.step("yaml", {"text": "kind: ticket\nid: [\n"})
    assert wrong.status_code == 422 and "Baris " in words_of(wrong.text) and 'href="#text"' in wrong.text
    assert "id: [" in wrong.text, "what was typed is not lost"


async def test_rows_are_added_and_removed_without_script(site: Site) -> None:  # CW-3
    one = await technician(site)
    await one.begin()
    await one.step("tujuan", TARGET, do="keep")
    two = {**ROWS, "settings.fields.1.claim": "name", "settings.fields.1.field": "panggilan", "settings.fields.1.transform": "none"}
    assert (await one.step("pemetaan", two, do="more")).status_code == 303
    page = await one.browser.go(f"{one.at}/pemetaan")
    assert 'name="settings.fields.3.claim"' in page.text, "two empty rows below the filled ones"
    blank = {f"settings.fields.{n}.{name}": value for n in (2, 3) for name, value in (("claim", ""), ("field", ""), ("transform", "none"))}
    await one.step("pemetaan", {**two, **blank}, do="keep")
    assert len((await one.lifecycle_draft()).definition.settings["fields"]) == 2, "an empty row is none, though it has a transform"
    assert (await one.step("pemetaan", two, do="remove:settings.fields.0")).status_code == 303
    draft = await site.house.admin.actions.lifecycle.draft(LOCAL, one.draft)
    assert [row["field"] for row in draft.definition.settings["fields"]] == ["panggilan"]


async def test_each_row_has_an_example_and_an_error_stands_in_its_place_with_the_repair(site: Site) -> None:
    one = await technician(site)
    await one.begin()
    await one.step("tujuan", TARGET, do="keep")
    rows = {
        **ROWS,
        "settings.fields.1.claim": "name",
        "settings.fields.1.field": "tanggal",
        "settings.fields.1.transform": "date_dmy",
        "settings.fields.2.claim": "gender",
        "settings.fields.2.field": "jk",
        "settings.fields.2.transform": "gender_lp",
    }
    await one.step("pemetaan", rows, do="keep")
    page = await one.browser.go(f"{one.at}/pemetaan?warga=siti")
    shown = [words_of(part) for part in re.findall(r'<tr id="settings\.fields\.\d".*?</tr>', page.text, re.S)]
    assert "SITI PERAGAWATI" in shown[0] and "wajib" in shown[0]
    assert "Pilih ubahan lain" in shown[1]
    assert "Tidak ada dalam pemberitahuan" in shown[2]


async def test_three_test_people_are_tried_with_row_and_rule_of_every_value(site: Site) -> None:
    one = await technician(site)
    await one.fill()
    page = await one.browser.go(f"{one.at}/coba")
    assert page.text.count('aria-labelledby="w-') == 3
    said = words_of(page.text)
    assert "baris 1 dari fields" in said and "Mengambil nomor antrean" in said
    assert "Yang dikirim:" in said, "the exhibits of the kind, as text"
    named = await one.browser.go(f"{one.at}/coba?warga=siti&keadaan=none")
    assert named.text.count('aria-labelledby="w-') == 1 and "SITI PERAGAWATI" not in named.text


async def test_an_unfinished_draft_says_what_is_missing_where(site: Site) -> None:  # CW-2
    one = await technician(site)
    await one.begin()
    for path in ("coba", "tinjau", "terbitkan"):
        page = await one.browser.go(f"{one.at}/{path}")
        assert f'href="{one.at}/sambungan#settings.base_url"' in page.text, path
    assert (await one.publish()).status_code == 422


async def test_publishing_what_is_dangerous_needs_a_reason(site: Site) -> None:  # PB-3
    one = await technician(site)
    await one.fill()
    page = await one.publish("")
    assert page.status_code == 422 and 'href="#reason"' in page.text
    assert "antrean-lama" not in site.house.registry.now.connectors


async def test_publishing_asks_for_password_and_code_when_they_are_old(site: Site) -> None:  # AD-13
    one = await technician(site)
    await one.fill()
    site.clock.advance(301)
    answer = await one.publish()
    assert answer.headers["location"].startswith("/admin/konfirmasi/")
    assert "antrean-lama" not in site.house.registry.now.connectors


async def test_pb_6_two_editors_get_a_page_that_merges_field_by_field(site: Site) -> None:  # PB-6
    one = await technician(site)
    await one.fill()
    old = (await one.lifecycle_draft()).version
    lifecycle = site.house.admin.actions.lifecycle
    theirs = {"base_url": PLACE["settings.base_url"], "arrive_url": "https://antrean.example.id/masuk-baru", "lifetime": 90}
    await lifecycle.save(LOCAL, one.draft, {"settings": theirs}, based_on=old)
    mine = {**PLACE, "settings.lifetime": "30"}
    page = await one.post(f"{one.at}/sambungan", do="next", _version=str(old), **mine)
    assert page.status_code == 409
    said = words_of(page.text)
    assert "settings.arrive_url" in said and "masuk-baru" in said and "settings.base_url" not in said
    kept = await lifecycle.draft(LOCAL, one.draft)
    assert kept.definition.settings["lifetime"] == 90, "nothing was overwritten"
    hidden = dict(re.findall(r'name="(_version|_step|_mine)" value="([^"]*)"', page.text))
    hidden["_mine"] = hidden["_mine"].replace("&#34;", '"')
    choice = {"pick.settings.arrive_url": "theirs", "pick.settings.lifetime": "mine"}
    assert (await one.post(f"{one.at}/gabung", **hidden, **choice)).status_code == 303
    settings = (await lifecycle.draft(LOCAL, one.draft)).definition.settings
    assert (settings["arrive_url"], settings["lifetime"]) == ("https://antrean.example.id/masuk-baru", 30)


async def test_pb_6_a_draft_that_was_overtaken_is_looked_at_again_before_it_is_published(site: Site) -> None:  # PB-6
    one = await technician(site)
    await one.fill()
    await one.publish()
    begun = await one.post("/admin/konektor/antrean-lama/ubah")
    one.draft = begun.headers["location"].split("/")[4]
    await one.step("sambungan", {**PLACE, "settings.lifetime": "90"}, do="keep")
    await site.house.admin.actions.lifecycle.restore(LOCAL, "antrean-lama", 1, based_on=1, reason="Orang lain lebih dulu")
    page = await one.publish("Masa berlaku lebih panjang")
    assert page.status_code == 409 and "Belum terbit" in page.text
    version = str((await one.lifecycle_draft()).version)
    assert (await one.post(f"{one.at}/susul", _version=version)).headers["location"] == f"{one.at}/tinjau"
    assert (await one.publish("Masa berlaku lebih panjang")).headers["location"].endswith("?terbit=3")


@pytest.mark.parametrize(
    "path", ["katalog", "draf/{}/pilih", "draf/{}/tujuan", "draf/{}/sambungan", "draf/{}/sambungan/uji", "draf/{}/pemetaan"]
)
async def test_a_post_of_another_site_changes_nothing(site: Site, path: str) -> None:
    one = await technician(site)
    await one.begin()
    before = await one.lifecycle_draft()
    data = {**TARGET, **PLACE, "kind": "cas", "id": "lain", "_version": str(before.version)}
    answer = await one.browser.http.post(f"/admin/konektor/{path.format(one.draft)}", data=data, headers=SAME_SITE)
    assert answer.status_code == 403 and "ADM-not_genuine" in answer.text
    assert await one.lifecycle_draft() == before
    assert len(await site.house.admin.actions.lifecycle.drafts(LOCAL)) == 1


@pytest.mark.parametrize("role", [Role.AGENCY_ADMIN, Role.AGENCY_DEVELOPER, Role.AUDITOR])
async def test_ad_01_who_may_not_draft_sees_and_changes_no_draft(site: Site, role: Role) -> None:  # AD-01
    one = await technician(site)
    await one.fill()
    other = await technician(site, role, email="lain@example.id")
    other.draft = one.draft
    before = await one.lifecycle_draft()
    for path in ("", "/pilih", "/tujuan", "/sambungan", "/pemetaan", "/coba", "/tinjau", "/terbitkan", "/yaml", "/rahasia/key"):
        page = await other.browser.go(one.at + path)
        assert page.status_code == 403 and "antrean.example.id" not in page.text, path
    assert (await other.step("tujuan", TARGET)).status_code == 403
    assert (await other.publish()).status_code == 403
    assert "antrean-lama" not in (await other.browser.go("/admin/konektor")).text
    assert await one.lifecycle_draft() == before


async def test_ad_04_a_connector_cannot_be_moved_to_an_application_of_another_agency(site: Site) -> None:  # AD-04
    one = await technician(site)
    await one.fill()
    await one.publish()
    begun = await one.post("/admin/konektor/antrean-lama/ubah")
    one.draft = begun.headers["location"].split("/")[4]
    page = await one.step("tujuan", {**TARGET, "_where": "usaha-kecil", "agency": "KOMIDAG"}, do="keep")
    assert page.status_code == 303
    kept = await one.lifecycle_draft()
    assert (kept.definition.application, kept.definition.agency) == ("antrean-lama", "DINKES"), "the form has no say in it"
    text = (await site.house.admin.actions.lifecycle.draft_text(LOCAL, one.draft)).replace(
        "application: antrean-lama", "application: usaha-kecil"
    )
    await one.step("yaml", {"text": text})
    assert (await one.publish("Dipindah diam-diam")).status_code == 422
    assert site.house.registry.now.connectors["antrean-lama"].application == "antrean-lama"


async def test_a_draft_is_discarded_only_as_it_was_seen(site: Site) -> None:
    one = await technician(site)
    await one.begin()
    assert (await one.post(f"{one.at}/buang", _version="1")).status_code == 409
    version = str((await one.lifecycle_draft()).version)
    assert (await one.post(f"{one.at}/buang", _version=version)).headers["location"] == "/admin/konektor"
    assert (await one.browser.go(f"{DRAFTS}/{one.draft}")).status_code == 404


async def test_ad_08_what_was_typed_is_inert_on_every_step(site: Site) -> None:  # AD-08
    one = await technician(site)
    evil = "<img src=x onerror=alert(2)>{{7*7}}"
    await one.begin()
    await one.step("tujuan", {**TARGET, "purpose.id": evil, "contact": evil, "register.name.id": evil}, do="keep")
    await one.step("sambungan", {**PLACE, "settings.base_url": evil}, do="keep")
    await one.step("pemetaan", {**ROWS, "settings.fields.0.field": evil}, do="keep")
    for path in ("pilih", "tujuan", "sambungan", "pemetaan", "coba", "tinjau", "terbitkan", "yaml"):
        page = await one.browser.go(f"{one.at}/{path}")
        assert "<img src=x" not in page.text and page.status_code in (200, 422), path
    assert "&lt;img src=x" in page.text
