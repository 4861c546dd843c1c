"""Operators open client registration, and look at who came in: action, page, API and command line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from admin.actions.drafts import RegistrationDraft
from admin.errors import Forbidden, Invalid, NotConfirmed, NotFound
from admin.operator import LOCAL
from admin.routes import API
from idp.applications.models import Client
from idp.people.models import Role
from tests.admin.operators import account, at_console, csrf, working
from tests.admin.test_commands import Run, run  # noqa: F401 # the fixture
from tests.idp.registration.test_endpoint import METADATA, OPEN, bearer, open_registration, post, registered
from tests.idp.registration.test_logos import PNG
from tests.site import CALLBACK, ISSUER, Site

SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin"}
FORM = {
    "title": "Uji Dinkes",
    "application": "usaha-kecil",
    "redirect_hosts": "rp.example\nrp.example:8443",
    "scopes": "openid\nname",
    "grant_types": "authorization_code",
    "auth_methods": "client_secret_basic",
    "profile": "baseline",
    "quota": "3",
    "days": "7",
}


def work(site: Site) -> Any:
    return site.house.admin.actions.registrations


def token_in(page: str) -> str:
    return page.partition('id="rahasia"')[2].partition('value="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"agency": "DINKES"}, "application", "one_owner"),
        ({"application": ""}, "application", "one_owner"),
        ({"application": "tidak-ada"}, "application", "unknown"),
        ({"application": "", "agency": "TIDAKADA"}, "agency", "unknown"),
        ({"redirect_hosts": ()}, "redirect_hosts", "bad_host"),
        ({"redirect_hosts": ("*.example.id",)}, "redirect_hosts", "bad_host"),
        ({"redirect_hosts": ("https://rp.example/",)}, "redirect_hosts", "bad_host"),
        ({"scopes": ("openid", "admin")}, "scopes", "unknown_scope"),
        ({"grant_types": ("password",)}, "grant_types", "unknown"),
        ({"grant_types": ()}, "grant_types", "unknown"),
        ({"auth_methods": ("client_secret_jwt",)}, "auth_methods", "unknown"),
        ({"profile": "fapi3"}, "profile", "unknown"),
        ({"profile": "fapi2_security"}, "profile", "too_weak"),
        ({"profile": "fapi2_security", "auth_methods": ("private_key_jwt",), "pkce_optional": True}, "profile", "too_weak"),
        ({"title": " "}, "title", "missing"),
    ],
)
async def test_a_policy_that_would_allow_too_much_or_nothing_is_refused(site: Site, changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await work(site).create(LOCAL, RegistrationDraft(**{**OPEN, **changes}))
    assert (field, code) in {(one.field, one.code) for one in refused.value.problems}
    assert await work(site).tokens(LOCAL) == []
    await work(site).create(LOCAL, RegistrationDraft(**OPEN))


async def test_ad_13_opening_registration_needs_the_right_role_and_a_fresh_proof(site: Site) -> None:
    draft = RegistrationDraft(**OPEN)
    with pytest.raises(Forbidden):
        await work(site).create(await working(site, Role.AUDITOR), draft)
    with pytest.raises(NotConfirmed):
        await work(site).create(await working(site, Role.OPERATOR, confirmed=False, email="dua@example.id"), draft)
    token, secret = await work(site).create(await working(site, Role.OPERATOR, email="tiga@example.id"), draft)
    assert secret.startswith(token.prefix) and secret not in repr(token)


async def test_a_revoked_token_opens_nothing_and_its_clients_stay(site: Site) -> None:
    secret = await open_registration(site)
    made = await registered(site, secret)
    token = (await work(site).tokens(LOCAL))[0]
    with pytest.raises(Invalid):
        await work(site).revoke(LOCAL, token.id, reason="")
    await work(site).revoke(LOCAL, token.id, reason="Uji coba selesai")
    assert (await post(site, secret)).status_code == 401
    assert site.house.registry.now.clients[made["client_id"]].enabled
    with pytest.raises(NotFound):
        await work(site).revoke(LOCAL, token.id, reason="Sekali lagi")


async def test_dc_06_a_name_that_passes_for_an_agency_waits_for_an_operator(site: Site) -> None:
    secret = await open_registration(site)
    plain = await registered(site, secret, client_name="Loket Bersama")
    shady = await registered(site, secret, client_name="<b>Dinas</b> Kesehatan")
    flagged = {client.client_id: client.to_approve for client in await work(site).clients(LOCAL)}
    assert flagged == {plain["client_id"]: frozenset(), shady["client_id"]: frozenset({"name"})}
    browser = await at_console(site, await account(site, Role.OPERATOR))
    page = (await browser.http.get("/admin/pendaftaran")).text
    assert "&lt;b&gt;Dinas&lt;/b&gt; Kesehatan" in page and "<b>Dinas</b>" not in page
    assert page.count("Periksa nama") == 1
    where = f"/admin/pendaftaran/klien/{shady['client_id']}/setujui"
    assert "&lt;b&gt;Dinas" in (await browser.http.get(where)).text
    done = await browser.http.post(where, data={"csrf": csrf(site)}, headers=SAME_SITE)
    assert done.status_code == 303
    assert "Periksa nama" not in (await browser.http.get("/admin/pendaftaran")).text


async def test_az_22_the_consoles_home_names_what_waits_and_who_may_leave_pkce_out(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    assert "tanpa PKCE" not in (await browser.http.get("/admin")).text
    made = await registered(site, await open_registration(site, pkce_optional=True), client_name="Dinkes ringan")
    home = (await browser.http.get("/admin")).text
    assert "1 perlu diperiksa" in home and "tanpa PKCE" in home and made["client_id"] in home
    await work(site).approve(LOCAL, made["client_id"])
    await work(site).switch(LOCAL, made["client_id"], False, reason="Uji coba selesai")
    home = (await browser.http.get("/admin")).text
    assert "perlu diperiksa" not in home and "tanpa PKCE" not in home


async def test_a_new_name_is_looked_at_again(site: Site) -> None:
    made = await registered(site, await open_registration(site), client_name="Dinkes satu")
    await work(site).approve(LOCAL, made["client_id"])
    body = {"client_id": made["client_id"], "redirect_uris": [CALLBACK], "client_name": "Dinkes satu"}
    uri = f"/register/{made['client_id']}"
    await site.http().put(uri, json=body, headers=bearer(made["registration_access_token"]))
    assert site.house.registry.now.clients[made["client_id"]].to_approve == frozenset()
    await site.http().put(uri, json={**body, "client_name": "Dinkes dua"}, headers=bearer(made["registration_access_token"]))
    assert site.house.registry.now.clients[made["client_id"]].to_approve == {"name"}


async def test_a_client_is_switched_off_and_on_by_itself(site: Site) -> None:
    made = await registered(site, await open_registration(site))
    with pytest.raises(Invalid):
        await work(site).switch(LOCAL, made["client_id"], False, reason="x")
    off = await work(site).switch(LOCAL, made["client_id"], False, reason="Disalahgunakan")
    assert not off.enabled
    assert (await work(site).switch(LOCAL, made["client_id"], True, reason="Sudah beres")).enabled
    gone = await registered(site, await open_registration(site))
    await site.http().delete(f"/register/{gone['client_id']}", headers=bearer(gone["registration_access_token"]))
    assert [one.client_id for one in await work(site).clients(LOCAL)] == [made["client_id"]]
    for client_id in (gone["client_id"], "tidak-ada"):
        with pytest.raises(NotFound):
            await work(site).switch(LOCAL, client_id, False, reason="Bukan klien sendiri")


async def test_the_form_makes_a_token_that_is_shown_once(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    page = await browser.http.get("/admin/pendaftaran/baru")
    assert page.status_code == 200 and 'name="redirect_hosts"' in page.text
    wrong = await browser.http.post("/admin/pendaftaran/baru", data={**FORM, "csrf": csrf(site), "redirect_hosts": "*"}, headers=SAME_SITE)
    assert wrong.status_code == 422 and "Tulis host saja" in wrong.text and "Uji Dinkes" in wrong.text
    made = await browser.http.post("/admin/pendaftaran/baru", data={**FORM, "csrf": csrf(site)}, headers=SAME_SITE)
    assert made.status_code == 303
    shown = await browser.http.get(made.headers["location"])
    secret = token_in(shown.text)
    assert secret.startswith("gapura_ia_")
    assert token_in((await browser.http.get(made.headers["location"])).text) == ""
    token = (await work(site).tokens(LOCAL))[0]
    assert token.policy.redirect_hosts == {"rp.example", "rp.example:8443"} and (token.quota, token.policy.pkce_optional) == (3, False)
    assert (await post(site, secret)).status_code == 201
    where = f"/admin/pendaftaran/{token.id}/cabut"
    assert "2</b> pendaftaran" in (await browser.http.get(where)).text
    revoked = await browser.http.post(where, data={"csrf": csrf(site), "reason": "Uji coba selesai"}, headers=SAME_SITE)
    assert revoked.status_code == 303 and (await post(site, secret)).status_code == 401


async def test_the_api_does_the_same(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    made = await browser.http.post(f"{API}/registration/tokens", json={**OPEN, "quota": 2}, headers=SAME_SITE)
    assert made.status_code == 201, made.text
    listed = (await browser.http.get(f"{API}/registration/tokens")).json()
    assert listed == [made.json()["token"]] and "digest" not in listed[0]
    client = await registered(site, made.json()["secret"], client_name="Dinkes")
    one = f"{API}/registration/clients/{client['client_id']}"
    assert (await browser.http.get(f"{API}/registration/clients")).json()[0]["to_approve"] == ["name"]
    assert (await browser.http.post(f"{one}/approve", json={}, headers=SAME_SITE)).json()["to_approve"] == []
    assert (await browser.http.post(f"{one}/disable", json={"reason": "Disalahgunakan"}, headers=SAME_SITE)).json()["enabled"] is False
    assert (await browser.http.post(f"{one}/enable", json={"reason": "Sudah beres"}, headers=SAME_SITE)).json()["enabled"] is True
    gone = await browser.http.delete(f"{API}/registration/tokens/{listed[0]['id']}?reason=Selesai+diuji", headers=SAME_SITE)
    assert gone.status_code == 204
    assert (await browser.http.get(f"{API}/registration/tokens")).json()[0]["revoked_at"] == site.clock.now()


def test_the_command_line_does_the_same(run: Run) -> None:  # noqa: F811 # the fixture
    options = ("--application", "usaha-kecil", "--host", "rp.example", "--scope", "openid", "--scope", "name", "--quota", "4", "--json")
    code, made = run("registration", "tokens", "create", "Uji", *options)
    assert (
        code == 0 and made["initial_access_token"].startswith("gapura_ia_") and (made["quota"], made["scopes"]) == (4, ["name", "openid"])
    )
    code, listed = run("registration", "tokens", "list", "--json")
    assert code == 0 and listed[0]["id"] == made["id"] and made["initial_access_token"] not in str(listed)
    code, _ = run("registration", "tokens", "create", "Uji", "--application", "tidak-ada", "--host", "rp.example")
    assert code == 1
    code, revoked = run("registration", "tokens", "revoke", made["id"], "--reason", "Uji coba selesai", "--json")
    assert code == 0 and revoked[0]["revoked_at"] is not None
    assert run("registration", "clients", "list", "--json") == (0, [])


def pictured(site: Site, content: bytes) -> None:
    """Let the party's server answer the logo's address with this."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    object.__setattr__(work(site).logos, "outbound", httpx.AsyncClient(transport=transport))


async def test_a_logo_is_copied_when_an_operator_approves_it(site: Site) -> None:
    made = await registered(site, await open_registration(site), logo_uri="https://rp.example/logo.png")
    waiting: Client = site.house.registry.now.clients[made["client_id"]]
    assert (waiting.to_approve, waiting.logo) == ({"logo"}, "")
    pictured(site, b"<svg/>")
    with pytest.raises(Invalid, match="bad_logo"):
        await work(site).approve(LOCAL, made["client_id"])
    pictured(site, PNG)
    approved = await work(site).approve(LOCAL, made["client_id"])
    assert approved.logo.startswith("data:image/png;base64,") and approved == replace(waiting, logo=approved.logo, to_approve=frozenset())
    changed = {"client_id": made["client_id"], **METADATA, "logo_uri": "https://rp.example/other.png"}
    await site.http().put(f"/register/{made['client_id']}", json=changed, headers=bearer(made["registration_access_token"]))
    assert site.house.registry.now.clients[made["client_id"]].logo == "", "another logo is not shown before it is approved"
