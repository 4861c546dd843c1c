"""Operators for tests: an account with roles, and a browser that is already at the console."""

from __future__ import annotations

from http.cookies import SimpleCookie

from starlette.requests import Request
from starlette.responses import Response

from admin.operator import Operator, working_roles
from idp.people.models import Identifier, IdentifierKind, Person, Role, RoleGrant
from kit.web.csrf import BROWSER_COOKIE
from tests.forms import Browser
from tests.site import Site

BROWSER = "a-browser-id-of-tests-000"
PASSWORD = "sebuah sandi panjang untuk uji"


async def account(site: Site, *roles: Role, name: str = "Ratna Ujiwati", email: str = "ratna@example.id") -> Person:
    grants = tuple(RoleGrant(role, None) for role in roles)
    identifiers = [Identifier(IdentifierKind.EMAIL, email, True)]
    claims = {"name": name, "email": email, "email_verified": True}
    return await site.house.people.create(claims, identifiers, roles=grants, actor="cli")


def operator_of(site: Site, person: Person, *, confirmed: bool = True) -> Operator:
    now = site.clock.now()
    at = now if confirmed else now - 3600
    return Operator(person.id, person.name, working_roles(person, now), f"operator:{person.id}", "127.0.0.0/24", at)


async def working(site: Site, *roles: Role, confirmed: bool = True, email: str = "ratna@example.id") -> Operator:
    return operator_of(site, await account(site, *roles, email=email), confirmed=confirmed)


def bare_request(address: str = "127.0.0.1") -> Request:
    return Request({"type": "http", "method": "GET", "path": "/admin", "headers": [], "client": (address, 1), "query_string": b""})


async def at_console(site: Site, person: Person) -> Browser:
    """Return a browser with an operator session, confirmed now."""
    response = Response()
    assert await site.house.admin.operators.begin(bare_request(), response, person, {})
    cookie = SimpleCookie(response.headers["set-cookie"])["gapura-op"].value
    browser = site.browser()
    browser.http.cookies.set("gapura-op", cookie, domain="localhost.local")
    browser.http.cookies.set(BROWSER_COOKIE, BROWSER, domain="localhost.local")
    return browser


def csrf(site: Site) -> str:
    return site.house.pages.csrf.token(BROWSER)
