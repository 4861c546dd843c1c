"""Signing keys in the console and the API: rotated when the next one is known, at once when it must be, taken back, and removed."""

from __future__ import annotations

import re

from idp.keys.algorithms import SIGNING
from idp.people.models import Role
from tests.admin.operators import account, at_console
from tests.forms import Browser
from tests.site import Site


async def states(site: Site, alg: str) -> dict[str, str]:
    return {row.kid: row.state for row in await site.resources.stores.keys.all() if row.alg == alg}


async def kid(site: Site, state: str, alg: str = "ES256") -> str:
    (found,) = [one for one, had in (await states(site, alg)).items() if had == state]
    return found


async def operator(site: Site) -> Browser:
    return await at_console(site, await account(site, Role.SUPER_ADMIN))


async def test_jw_15_a_rotation_waits_until_the_next_key_is_known_everywhere(site: Site) -> None:
    browser = await operator(site)
    first, following = await kid(site, "active"), await kid(site, "next")
    await browser.go("/admin/kunci/ganti")
    page = await browser.submit(button="Ganti kunci", reason="Pergantian berkala")
    assert page.status_code == 422 and "ES256" in page.text and "UTC" in page.text
    assert await kid(site, "active") == first, "nothing has changed"
    page = await browser.submit(button="Ganti kunci", reason="Pergantian berkala", at_once="on")
    assert page.url.path == "/admin/kunci"
    assert await kid(site, "active") == following
    for alg in SIGNING:
        assert {"active", "retiring"} <= set((await states(site, alg)).values()), alg


async def test_jw_15_a_rotation_is_taken_back_by_one_press(site: Site) -> None:
    browser = await operator(site)
    first = await kid(site, "active")
    await site.house.keys.rotate("ES256", actor="cli", at_once=True)
    page = await browser.go("/admin/kunci")
    assert re.findall(r"/admin/kunci/(\w+)/kembali", page.text) == ["ES256"], "only where there is a former key"
    await browser.go("/admin/kunci/RS256/kembali")
    page = await browser.submit(button="Pakai kunci sebelumnya", reason="Aplikasi lama gagal")
    assert page.status_code == 422
    await browser.go("/admin/kunci/ES256/kembali")
    page = await browser.submit(button="Pakai kunci sebelumnya", reason="Aplikasi lama gagal")
    assert page.url.path == "/admin/kunci"
    assert await kid(site, "active") == first


async def test_jw_15_the_key_that_signs_is_removed_when_its_name_is_typed(site: Site) -> None:
    browser = await operator(site)
    lost = await kid(site, "active")
    await browser.go(f"/admin/kunci/{lost}/hapus")
    page = await browser.submit(button="Hapus kunci", name="another", reason="Kunci bocor")
    assert page.status_code == 422 and await kid(site, "active") == lost
    page = await browser.submit(button="Hapus kunci", name=lost, reason="Kunci bocor")
    assert page.url.path == "/admin/kunci"
    assert (await states(site, "ES256"))[lost] == "removed"
    assert lost not in (await site.http().get("/jwks")).text
    trail = await site.resources.stores.audit.search(subject=f"key:{lost}", event="key.removed")
    assert [line.entry.reason for line in trail] == ["Kunci bocor"]
