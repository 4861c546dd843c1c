"""Every route of console and API × every role answers as the table says. UX RO-1."""

from __future__ import annotations

import re

import pytest

from admin.api.app import missing_rows
from admin.permissions import TABLE
from admin.routes import API, API_ROUTES, OPEN, PAGES
from idp.people.models import Role
from tests.admin.operators import account, at_console, csrf
from tests.site import ISSUER, Site

SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin"}


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "tidak-ada", path)


async def test_ro_1_every_built_route_has_a_row_and_every_row_a_route(site: Site) -> None:
    pages = {(method, path) for method, path in PAGES} | OPEN
    built = set()
    for route in site.house.admin.routes():
        for method in getattr(route, "methods", None) or ():
            if method != "HEAD":
                built.add((method, route.path))
        if getattr(route, "methods", None) is None:
            assert missing_rows(route.app.app) == set()  # inside the limit of bodies
    assert built == pages


@pytest.mark.parametrize("role", list(Role))
async def test_ro_1_each_page_answers_each_role_as_the_table_says(site: Site, role: Role) -> None:
    browser = await at_console(site, await account(site, role))
    token = csrf(site)
    for (method, path), permission in PAGES.items():
        if method == "GET":
            answer = await browser.http.get(filled(path))
        else:
            answer = await browser.http.post(filled(path), data={"csrf": token}, headers=SAME_SITE)
        assert answer.status_code < 500, (method, path, answer.status_code)
        refused = answer.status_code == 403 and "ADM-forbidden" in answer.text
        assert refused is (role not in TABLE[permission]), (role, method, path, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
async def test_ro_1_each_api_route_answers_each_role_as_the_table_says(site: Site, role: Role) -> None:
    browser = await at_console(site, await account(site, role))
    for (method, path), permission in API_ROUTES.items():
        body = b"" if method in ("GET", "DELETE") else b"{}"
        headers = {**SAME_SITE, "content-type": "application/json"}
        answer = await browser.http.request(method, API + filled(path), content=body, headers=headers)
        assert answer.status_code < 500, (method, path, answer.status_code, answer.text)
        refused = answer.status_code == 403 and answer.json()["code"] == "forbidden"
        assert refused is (role not in TABLE[permission]), (role, method, path, answer.status_code, answer.text)


async def test_ad_15_a_role_that_was_taken_is_gone_at_the_next_request(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    assert (await browser.http.get("/admin")).status_code == 200
    await site.resources.stores.people.revoke_role(person.id, Role.OPERATOR, None)
    answer = await browser.http.get("/admin")
    assert (answer.status_code, "ADM-forbidden" in answer.text) == (403, True)


async def test_without_an_operator_session_a_page_leads_to_sign_in_and_the_api_says_401(site: Site) -> None:
    http = site.http()
    page = await http.get("/admin/aplikasi")
    assert page.status_code == 303 and page.headers["location"].startswith("/masuk/")
    answer = await http.get(f"{API}/applications")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
