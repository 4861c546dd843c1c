"""What people see of a client that registered itself: links as links, a logo from our own origin, nothing it could write itself."""

from __future__ import annotations

import httpx
import pytest

from idp.registration.links import links_of
from tests.idp.registration.test_endpoint import open_registration, registered
from tests.idp.registration.test_logos import PNG
from tests.site import CALLBACK, PASSWORD, SITI, Site, authorize_query, new_party

LINKS = {"client_uri": "https://rp.example/", "policy_uri": "https://rp.example/kebijakan", "tos_uri": "https://rp.example/syarat"}


@pytest.mark.parametrize("member", ["policy_uri", "tos_uri", "client_uri"])
async def test_oidcc_registration_policy_and_tos_uri_are_links_on_sign_in_and_consent(site: Site, member: str) -> None:
    made = await registered(site, await open_registration(site), **{member: LINKS[member]}, client_name="<b>Dinas</b>")
    other = await registered(site, await open_registration(site))
    browser = site.browser()
    page = await browser.go("/authorize?" + authorize_query(made["client_id"], CALLBACK, "openid name"))
    link = f'<a href="{LINKS[member]}" target="_blank" rel="noopener noreferrer">'
    assert link in page.text and "situs luar" in page.text
    consent = await browser.sign_in(SITI, PASSWORD)
    assert 'name="jawab"' in consent.text and link in consent.text
    for shown in (page.text, consent.text):
        assert "Dinas</b>" not in shown and "&lt;b&gt;Dinas" not in shown, "what it calls itself is for operators"
    plain = await site.browser().go("/authorize?" + authorize_query(other["client_id"], CALLBACK, "openid name"))
    assert "situs luar" not in plain.text, "another client of the same application has its own links, or none"


async def test_oidcc_registration_logo_uri_is_shown_from_our_own_origin_once_the_policy_approves_it(site: Site) -> None:
    registrar = next(r.endpoint.__self__ for r in site.house.routes if getattr(r, "path", "") == "/register").registrar
    web = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=PNG)))
    object.__setattr__(registrar.logos, "outbound", web)
    waiting = await registered(site, await open_registration(site), logo_uri="https://rp.example/logo.png")
    made = await registered(site, await open_registration(site, approve_logos=True), logo_uri="https://rp.example/logo.png")
    page = await site.browser().go("/authorize?" + authorize_query(made["client_id"], CALLBACK))
    path = links_of(site.house.registry.now, made["client_id"], None).logo
    assert f'<img class="logo" src="{path}"' in page.text and "https://rp.example/logo.png" not in page.text
    picture = await site.http().get(path)
    assert (picture.status_code, picture.headers["content-type"], picture.content) == (200, "image/png", PNG)
    assert picture.headers["x-content-type-options"] == "nosniff" and "sandbox" in picture.headers["content-security-policy"]
    assert (await site.http().get(path[:-1] + "!")).status_code == 404
    unseen = await site.browser().go("/authorize?" + authorize_query(waiting["client_id"], CALLBACK))
    assert "<img" not in unseen.text and "rp.example/logo" not in unseen.text
    assert (await site.http().get(f"/logo/{waiting['client_id']}/x")).status_code == 404


async def test_a_logo_that_cannot_be_copied_waits_and_the_client_is_kept(site: Site) -> None:
    registrar = next(r.endpoint.__self__ for r in site.house.routes if getattr(r, "path", "") == "/register").registrar
    web = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=b"<svg/>")))
    object.__setattr__(registrar.logos, "outbound", web)
    made = await registered(site, await open_registration(site, approve_logos=True), logo_uri="https://rp.example/logo.png")
    client = site.house.registry.now.clients[made["client_id"]]
    assert (client.to_approve, client.logo) == ({"logo"}, "")


async def test_of_a_door_without_clients_only_the_operators_client_is_named(site: Site) -> None:
    await registered(site, await open_registration(site), **LINKS)
    assert not links_of(site.house.registry.now, "", "usaha-kecil")
    await new_party(site, policy_uri=LINKS["policy_uri"])
    assert links_of(site.house.registry.now, "", "usaha-kecil").policy_uri == LINKS["policy_uri"]


async def test_the_operators_client_is_the_one_that_the_console_shows(site: Site) -> None:
    await registered(site, await open_registration(site))
    party = await new_party(site)
    assert site.house.registry.now.clients_of["usaha-kecil"][0].client_id == party.client_id
