"""The published anchors: anybody may fetch and keep them, and checks them with the published keys alone."""

from __future__ import annotations

from consent.anchors import in_file, read
from tests.site import Site

PATH = "/periksa/jangkar.json"


async def test_the_anchors_are_published_with_the_keys_that_check_them(site: Site) -> None:
    anchors = site.house.admin.actions.proofs.anchors
    browser = site.browser().http
    empty = await browser.get(PATH)
    assert (empty.status_code, empty.json()["anchors"]) == (200, [])
    for _ in range(3):
        await anchors.make()
    site.clock.advance(61)
    page = await browser.get(PATH)
    found = [read(jws, page.json()["jwks"]) for jws in in_file(page.content)]
    assert [one.number for one in found] == [1, 2, 3]
    assert found[2].previous == found[1].digest
    assert set(found[2].ends) == {"audit", "consent", "disclosures"}
    assert page.json()["jwks"] == (await browser.get("/periksa/kunci.json")).json()


async def test_whoever_keeps_them_asks_only_for_what_is_new(site: Site) -> None:
    for _ in range(3):
        await site.house.admin.actions.proofs.anchors.make()
    browser = site.browser().http
    page = await browser.get(f"{PATH}?sejak=3")
    assert [one["number"] for one in page.json()["anchors"]] == [3]
    assert page.headers["cache-control"] == "public, max-age=300"
    again = await browser.get(f"{PATH}?sejak=3", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for wrong in ("0", "-1", "x", "١", "9" * 40):
        assert (await browser.get(PATH, params={"sejak": wrong})).status_code == 400, wrong
