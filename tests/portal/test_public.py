"""What everybody may see without an account."""

from __future__ import annotations

from dataclasses import replace

from portal.pages.public import open_url, parts_of, public_services
from tests.forms import words_of
from tests.portal.walks import citizen
from tests.site import ISSUER, SITI, Site, register, test_client

PUBLIC = (
    "/",
    "/?q=bpjs",
    "/?urut=instansi",
    "/layanan/pendampingan-usaha",
    "/layanan/pendampingan-usaha/pemberitahuan",
    "/bantuan",
    "/pelindungan-data",
    "/aksesibilitas",
)


async def test_ux_pt_9_public_pages_are_cacheable_and_know_nobody(site: Site) -> None:
    browser = await citizen(site)
    for path in PUBLIC:
        stranger = await site.http().get(path)
        assert stranger.status_code == 200, path
        assert "set-cookie" not in stranger.headers, path
        assert "public" in stranger.headers["cache-control"], path
        signed_in = await browser.http.get(path)
        assert signed_in.text == stranger.text, f"{path} is the same for everybody, signed in or not"
        assert "Siti" not in signed_in.text, path


async def test_ux_pt_2_the_catalogue_is_ordered_by_need_by_name_and_by_agency(site: Site) -> None:
    by_need = words_of((await site.http().get("/")).text)
    assert by_need.index("Kependudukan") < by_need.index("Bantuan sosial") < by_need.index("Izin usaha")
    by_name = (await site.http().get("/?urut=abjad")).text
    names = sorted((one.name["id"] for one in public_services(site.house.registry.now)), key=str.lower)
    places = [by_name.index(f">{name}<") for name in names]
    assert places == sorted(places)
    assert "Dinas Kesehatan" in words_of((await site.http().get("/?urut=instansi")).text)


async def test_ux_pt_2_a_search_without_hits_gives_the_next_step_and_repeats_nothing_unescaped(site: Site) -> None:
    page = await site.http().get("/", params={"q": "<script>alert(1)</script>"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert 'href="/"' in page.text


async def test_ux_pt_8_staff_services_are_not_public(site: Site) -> None:
    snapshot = site.house.registry.now
    staff = [service.slug for service in snapshot.services.values() if service.audience == "staff"]
    assert "simpeg" in staff
    page = (await site.http().get("/?urut=abjad")).text
    assert [slug for slug in staff if f"/layanan/{slug}" in page] == []
    assert "/layanan/pbb" in page


async def test_ux_pt_3_a_service_opens_at_the_applications_own_start(site: Site) -> None:
    snapshot = site.house.registry.now
    service = snapshot.services["pendampingan-usaha"]
    application = replace(
        snapshot.applications["usaha-kecil"], home_url="https://usaha.example/", initiate_login_uri="https://usaha.example/masuk"
    )
    ready = replace(snapshot, applications={**snapshot.applications, "usaha-kecil": application})
    assert open_url(ready, service, ISSUER) == "https://usaha.example/masuk"
    closed = replace(ready, applications={**ready.applications, "usaha-kecil": replace(application, enabled=False)})
    assert open_url(closed, service, ISSUER) is None, "a disabled application is not offered"


async def test_third_party_initiated_login_says_who_sends_the_person_and_where_to(site: Site) -> None:
    """OIDC Core §4: `iss` always, `target_link_uri` where the service has one."""
    client = await register(site, test_client(initiate_login_uri="https://rp.example/mulai?a=1"))
    snapshot = site.house.registry.now
    service = snapshot.services["pendampingan-usaha"]
    expected = "https://rp.example/mulai?a=1&iss=http%3A%2F%2Flocalhost%3A8000"
    assert open_url(snapshot, service, ISSUER) == expected
    linked = replace(service, start_url="https://rp.example/antrean")
    assert open_url(snapshot, linked, ISSUER) == f"{expected}&target_link_uri=https%3A%2F%2Frp.example%2Fantrean"
    assert expected.replace("&", "&amp;") in (await site.http().get("/layanan/pendampingan-usaha")).text
    await register(site, replace(client, registered_by="some-token"))
    assert open_url(site.house.registry.now, service, ISSUER) != expected, "who registered itself does not move the tile"


async def test_ux_pt_5_a_service_of_the_counter_says_where_and_what_to_bring(site: Site) -> None:
    said = words_of((await site.http().get("/layanan/ktp-el-pertama")).text)
    assert "Hanya di loket" in said
    assert "Yang perlu disiapkan" in said
    assert "Jam loket" in said


async def test_an_unknown_service_is_404(site: Site) -> None:
    for path in ("/layanan/tidak-ada", "/layanan/tidak-ada/pemberitahuan", "/layanan/..%2fizin"):
        assert (await site.http().get(path)).status_code == 404, path


async def test_the_notice_is_readable_whole_with_its_fingerprint(site: Site) -> None:
    notice = site.house.registry.now.notice_for("pendampingan-usaha")
    assert notice is not None
    for language, address in (("id", ""), ("en", "?lang=en")):
        page = await site.http().get("/layanan/pendampingan-usaha/pemberitahuan" + address)
        assert notice.text_sha256[language] in page.text
        said = words_of(page.text)
        lines = [line.removeprefix("- ") for line in notice.full_text[language].split("\n") if line]
        assert [line for line in lines if " ".join(line.split()) not in said] == []


def test_no_word_of_a_text_is_lost_when_it_is_laid_out() -> None:
    text = "Judul\n\nKalimat satu.\nKalimat dua.\n\nData\n- a\n- b\nDasar: x.\n- c"
    parts = parts_of(text)
    assert [part["heading"] for part in parts] == ["", "", "Data"]
    assert parts[2]["blocks"] == [{"text": "", "points": ["a", "b"]}, {"text": "Dasar: x.", "points": []}, {"text": "", "points": ["c"]}]


async def test_ux_c_19_english_is_one_link_away(site: Site) -> None:
    page = await site.http().get("/?lang=en")
    assert '<html lang="en"' in page.text
    assert "All services" in words_of(page.text)
    assert SITI not in page.text


async def test_who_has_no_account_or_no_password_is_told_truly_where_to_go(site: Site) -> None:
    browser = site.browser()
    page = await browser.go("/masuk")
    for anchor, words in (("akun-baru", "Akun belum dapat dibuat sendiri"), ("lupa", "Kata sandi belum dapat diganti")):
        assert f'href="/bantuan#{anchor}"' in page.text
        section = (await site.http().get("/bantuan")).text.split(f'id="{anchor}"')[1].split("<h2")[0]
        assert words in section and ("loket" in section or "Loket" in section)
        assert "layar loket" not in section
