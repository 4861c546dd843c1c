"""The acceptance journey in a real browser, with script and without: one password, one page per service, withdrawal with effect."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page

from tests.peers.chromium_walk import Walk, browser_page
from tests.peers.conftest import Town
from tests.peers.test_relying_parties import secret_of
from tests.peers.walker import received
from tests.site import SITI

WAGIYEM = "3503024507519003"


@pytest.mark.parametrize(
    ("script", "account", "name", "bpjs"),
    [
        pytest.param(True, SITI, "Siti Peragawati", "0000000009001", id="script"),
        pytest.param(False, WAGIYEM, "Wagiyem Contowati", "0000000009003", id="no-script"),
    ],
)
def test_one_password_three_services_and_withdrawal_with_effect(town: Town, script: bool, account: str, name: str, bpjs: str) -> None:
    with browser_page(script) as page:
        walk = Walk(page, account)
        got = received(walk.open(town.url("usaha-kecil")))["headers"]
        assert got["oidc_claim_name"] == [name]
        assert walk.notices == 1
        assert name in walk.open(town.url("e-link"))
        assert walk.notices == 2
        patient = received(walk.open(town.url("rsud-daftar"), tick="rawat-jalan-rsud.bpjs"))["headers"]
        assert patient["x-pasien-bpjs"] == [bpjs]
        assert (walk.passwords, walk.notices) == (1, 3), "the password once, a page once per service"

        for service in ("usaha-kecil", "e-link", "rsud-daftar"):
            walk.open(town.url(service))
        assert (walk.passwords, walk.notices) == (1, 3), "and never again"

        walk.withdraw(town.issuer, "pendamping")
        since = time.monotonic()
        _holds_nothing(town, got["oidc_access_token"][0], got["oidc_refresh_token"][0])
        assert time.monotonic() - since < 1

        walk.withdraw(town.issuer, "BPJS")
        since = time.monotonic()
        page.goto(town.url("rsud-daftar"))
        left = received(page.content())["headers"]
        assert time.monotonic() - since < 1
        assert "x-pasien-bpjs" not in left
        assert left["x-pasien-nik"] == [account]
        assert _open_records(page, town) == 0, "what rests on a public task cannot be withdrawn"
        assert walk.passwords == 1


def _holds_nothing(town: Town, access: str, refresh: str) -> None:
    auth = ("usaha-kecil", secret_of(town, "usaha-kecil"))
    with httpx.Client(base_url=town.issuer, trust_env=False) as http:
        assert http.get("/userinfo", headers={"Authorization": f"Bearer {access}"}).status_code == 401
        assert http.post("/introspect", data={"token": access}, auth=auth).json() == {"active": False}
        refused = http.post("/token", data={"grant_type": "refresh_token", "refresh_token": refresh}, auth=auth)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def _open_records(page: Page, town: Town) -> int:
    """Return how many records of the registration offer to be withdrawn."""
    page.goto(f"{town.issuer}/izin")
    links = page.locator('main a[href^="/izin/"]')
    found = 0
    for address in dict.fromkeys(str(links.nth(index).get_attribute("href")) for index in range(links.count())):
        page.goto(town.issuer + address)
        if "Rawat jalan" in page.locator("main").inner_text():
            found += page.get_by_text(re.compile("Tarik izin")).count()
    return found
