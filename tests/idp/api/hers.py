"""An application that a citizen lets read her consent record and withdraw for her: registered, agreed to, with a token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx

from consent.notice import build, purposes_from
from idp.applications.models import Application, Client
from idp.people.claims import CATALOGUE
from idp.tokens.api_scopes import READ_RECORD, RECORD_PATH, WITHDRAW
from tests.forms import forms_of
from tests.portal.walks import agreed
from tests.site import ISSUER, PASSWORD, SITI, Party, Site, answer_of, register, test_client

APPLICATION = "izin-ku"
AUDIENCE = f"{ISSUER}{RECORD_PATH}"
SCOPE = f"openid name {READ_RECORD} {WITHDRAW}"
NAMES = {"id": "Izin-ku", "en": "My consents"}
WHY = {"id": "Menampilkan izin Anda di HP.", "en": "Showing your consents on your phone."}


def a_client(**changes: Any) -> Client:
    values = {"client_id": "rp-izin", "resources": frozenset({AUDIENCE}), "scopes": frozenset(SCOPE.split()), **changes}
    return test_client(APPLICATION, **values)


async def furnish(site: Site) -> None:
    """Keep the application: reading the record is what it is for, withdrawing a choice of its own."""
    registry, now = site.resources.stores.registry, site.house.registry.now
    agency = now.applications["usaha-kecil"].agency
    await registry.save_application(Application(APPLICATION, NAMES, agency, "online_oidc", "https://izin.example/", None), based_on=None)
    like = now.services["pendampingan-usaha"]
    itself = {"slug": APPLICATION, "name": NAMES, "agency": agency, "application": APPLICATION, "order": 99}
    service = replace(like, **itself, identity_level="none", authentication_level="aal1")
    await registry.save_service(service)
    rows = [
        {"claim": claim, "required": claim != WITHDRAW, "basis": "consent", "purpose": WHY} for claim in ("name", READ_RECORD, WITHDRAW)
    ]
    labels = {claim: facts.label for claim, facts in CATALOGUE.items()}
    nothing = {"id": "", "en": ""}
    purposes = purposes_from(APPLICATION, NAMES, rows, labels=labels, categories={}, retention=nothing, valid_for=None)
    notice = build(
        service=APPLICATION, service_name=NAMES, application=APPLICATION, controller=agency, controller_name=NAMES, purposes=purposes,
        valid_from=site.clock.now(), if_refused=nothing,
    )  # fmt: skip
    await site.resources.stores.notices.publish(notice)
    await register(site, a_client(resources=frozenset({f"{site.issuer}{RECORD_PATH}"})))


async def let_in(site: Site, *, tick: bool = True, nik: str = SITI, **more: str) -> str:
    """Let the person agree to the application, and to withdrawing when `tick`; return its access token for the API."""
    party = Party(site, site.browser(), "rp-izin", scope=more.pop("scope", SCOPE))
    return str((await (await through(party, tick=tick, nik=nik, **more))).json()["access_token"])


async def through(party: Party, *, tick: bool = True, nik: str = SITI, **more: str) -> Any:
    """Return the token answer of a walk through sign-in and consent, not yet awaited."""
    audience = f"{party.site.issuer}{RECORD_PATH}"
    page = await party.start(resource=audience, **more)
    for _ in range(4):
        if page.headers.get("location", "").startswith(party.redirect_uri):
            break
        if 'name="sandi"' in page.text:
            page = await party.browser.sign_in(nik, PASSWORD)
        else:
            boxes = tuple(name for form in forms_of(page.text) for name in form.boxes)
            page = await party.browser.submit(button="lanjutkan", tick=boxes if tick else ())
    return party.redeem(answer_of(page.headers["location"])["code"], resource=audience)


async def call(site: Site, token: str, path: str = "", method: str = "GET", **more: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
    return await site.http().request(method, RECORD_PATH + path, headers=headers, **more)


async def a_record(site: Site, nik: str = SITI) -> str:
    """Let the person agree to another service; return the id of its record."""
    return (await agreed(site, "pendampingan-usaha", nik=nik))["dampingi"].record_id
