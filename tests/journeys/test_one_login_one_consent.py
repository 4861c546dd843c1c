"""The main job, in this process: sign in once, agree once per service, withdraw with effect."""

from __future__ import annotations

from tests.forms import words_of
from tests.site import Party, Site, new_party, register, test_client


async def test_a_citizen_signs_in_once_and_agrees_once_per_service(site: Site) -> None:
    first = await new_party(site)
    tokens = await first.tokens()
    told = (await first.userinfo(tokens["access_token"])).json()
    assert told["name"] == "Siti Peragawati"
    assert told["nik"] == "3503115203889001"
    assert "nib" not in told

    await register(site, test_client("e-link", client_id="rp-second"))
    second = Party(site, first.browser, "rp-second", scope="openid name birthdate")
    page = await second.start()
    assert page.status_code == 200
    assert 'name="sandi"' not in page.text, "the password is asked once"
    assert "Antrean puskesmas" in words_of(page.text)
    again = await second.tokens()
    assert (await second.userinfo(again["access_token"])).json()["birthdate"] == "1988-03-12"

    straight = await first.start()
    assert straight.status_code == 303
    assert straight.headers["location"].startswith(first.redirect_uri), "known consent asks nothing"


async def test_each_agency_knows_the_citizen_by_another_subject(site: Site) -> None:
    first = await new_party(site)
    one = (await first.userinfo((await first.tokens())["access_token"])).json()["sub"]
    await register(site, test_client("e-link", client_id="rp-second"))
    second = Party(site, first.browser, "rp-second", scope="openid name")
    other = (await second.userinfo((await second.tokens())["access_token"])).json()["sub"]
    assert one != other


async def test_cn_05_withdrawal_stops_refresh_userinfo_and_introspection_at_once(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens(scope="openid offline_access name nik kecamatan phone_number", prompt="consent")
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    assert (await party.introspect(tokens["access_token"])).json()["active"] is True

    browser = party.browser
    await browser.go("/izin")
    record = next(
        state.record_id
        for state in await site.resources.stores.consent.states((await person_of(site)).id, "pendampingan-usaha")
        if state.purpose == "pendampingan-usaha.dampingi"
    )
    page = await browser.go(f"/izin/{record}/tarik")
    assert page.status_code == 200
    await browser.submit(button="Lanjut")
    page = await browser.submit(button="Tarik izin sekarang")
    assert page.status_code == 200

    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.introspect(tokens["access_token"])).json() == {"active": False}
    refused = await party.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    asked = await party.start()
    assert asked.status_code == 200
    assert "Bagikan data Anda" in words_of(asked.text), "withdrawn data are asked for again, never taken silently"


async def person_of(site: Site, nik: str = "3503115203889001"):  # type: ignore[no-untyped-def]
    from idp.people.models import IdentifierKind

    found = await site.resources.stores.people.find(IdentifierKind.NIK, nik)
    return found[0][0]


async def test_signing_out_everywhere_ends_offline_access_too(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens(scope="openid offline_access name nik kecamatan phone_number", prompt="consent")
    await party.browser.go("/keamanan")
    await party.browser.submit(button="Keluar dari semua perangkat")
    refused = await party.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
