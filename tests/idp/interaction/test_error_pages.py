"""Error pages: three audiences, four slots, nothing registered told to a stranger."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from idp.error_pages import reference
from idp.errors import UnknownRedirectUri
from idp.people.models import IdentifierKind, Role, RoleGrant
from kit.web.pages import Pages
from tests.browser.pages_idp import MESSAGES
from tests.forms import words_of
from tests.idp.signin.test_sign_in_page import with_home
from tests.site import CALLBACK, SITI, Site, authorize_query, new_party, register, test_client

EVIL = 'https://evil.example/cb?x="><script>alert(1)</script>'


async def shown(site: Site, **more: str) -> str:
    browser = site.browser()
    page = await browser.go("/authorize?" + authorize_query(more.pop("client", "rp-test"), more.pop("to", EVIL), "openid", **more))
    assert page.status_code == 400
    return page.text


async def test_ux_er_1_citizens_first_then_the_developer_with_what_was_received(site: Site) -> None:
    await register(site, test_client())
    text = await shown(site)
    assert text.index("<h1>") < text.index("<details>")
    fold = text.split("<details>")[1].split("</details>")[0]
    for part in ("SSO-AUTH-012", "invalid_request", "redirect_uri", "Untuk pengembang"):
        assert part in fold
    assert "https://evil.example/cb?x=&#34;&gt;&lt;script&gt;" in fold and "<script>alert" not in text


async def test_ux_er_1_what_is_registered_is_not_told(site: Site) -> None:
    await register(site, test_client())
    assert CALLBACK not in await shown(site) and "rp.example" not in await shown(site)


@pytest.mark.parametrize(
    ("grant", "sees"),
    [
        (None, False),
        (RoleGrant(Role.AGENCY_DEVELOPER, "DINKES-LAIN"), False),
        (RoleGrant(Role.AGENCY_DEVELOPER, "{agency}", 1), False),
        (RoleGrant(Role.AGENCY_DEVELOPER, "{agency}"), True),
        (RoleGrant(Role.OPERATOR, None), True),
    ],
    ids=["citizen", "other-team", "expired", "own-team", "operator"],
)
async def test_ux_er_1_the_own_team_sees_what_is_registered_and_how_it_differs(site: Site, grant: RoleGrant | None, sees: bool) -> None:
    party = await new_party(site)
    await party.code()
    agency = site.house.registry.now.applications["usaha-kecil"].agency
    if grant is not None:
        own = replace(grant, agency=agency) if grant.agency == "{agency}" else grant
        person = (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0]
        await site.resources.stores.people.grant_role(person.id, own)
    sent = CALLBACK.replace("https", "http") + '"><b>'
    page = await party.browser.go("/authorize?" + authorize_query("rp-test", sent, "openid"))
    fold = page.text.split("<details>")[1].split("</details>")[0]
    assert (f"<code>{CALLBACK}</code>" in fold) is sees
    assert ('<a href="/admin/aplikasi/usaha-kecil">Perbaiki di konsol</a>' in fold) is sees
    assert ("skema (http atau https), jalur" in fold) is sees
    assert "<b>" not in fold


async def test_ux_er_2_the_code_is_the_catalogues(site: Site) -> None:
    await register(site, test_client())
    assert "SSO-AUTH-013" in await shown(site, client="nobody")
    assert UnknownRedirectUri.catalogue == "SSO-AUTH-012"


async def test_ux_er_4_a_known_client_gets_its_registered_home(site: Site) -> None:
    await with_home(site)
    await register(site, test_client())
    text = await shown(site)
    assert '<a class="btn" href="https://usaha.example/">Kembali ke Usaha Kecil Trenggalek</a>' in text
    assert 'href="https://evil' not in text
    assert "usaha.example" not in await shown(site, client="nobody")


async def test_the_reference_stands_in_the_log_and_nothing_received_does(site: Site) -> None:
    await register(site, test_client())
    with capture_logs() as lines:
        text = await shown(site, login_hint="siti@example.id")
    (line,) = [line for line in lines if line["event"] == "error_page"]
    assert line["reference"] in text and line["catalogue"] == "SSO-AUTH-012"
    assert "evil" not in repr(lines) and "siti" not in repr(lines)


def test_a_reference_can_be_read_over_the_phone() -> None:
    found = {reference() for _ in range(200)}
    assert len(found) == 200 and all(re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", one) for one in found)


@pytest.mark.parametrize("kind", MESSAGES)
async def test_ux_c_11_every_message_has_its_four_slots(site: Site, kind: str) -> None:
    from starlette.requests import Request

    await with_home(site)
    application = site.house.registry.now.applications["usaha-kecil"]
    for language, back in (("id", "Kembali ke|Mulai lagi masuk ke"), ("en", "Back to|Start signing in to")):
        scope: dict[str, object] = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [],
            "query_string": f"lang={language}".encode(),
            "client": None,
        }
        response = site.house.errors.message(Request(scope), kind, application=application)
        text = bytes(response.body).decode()
        words = words_of(text)
        assert "<ol" in text and re.search(back, words), "a next action, and the way back"
        assert "(0355) 000 000" in words and "08.00–15.00 WIB" in words, "help with phone and hours"
        assert re.search(r'class="ref">[2-9A-Z]{4}-[2-9A-Z]{4}<', text), "a reference"
        assert f'<html lang="{language}">' in text


@pytest.mark.parametrize(
    ("path", "method", "status", "words"),
    [("/tidak-ada", "GET", 404, "Halaman tidak ditemukan"), ("/lanjut/x", "DELETE", 405, "tidak dapat dibuka dengan cara itu")],
)
async def test_ux_er_3_wrong_addresses_and_methods_have_a_page(site: Site, path: str, method: str, status: int, words: str) -> None:
    page = await site.http().request(method, path)
    assert page.status_code == status and words in words_of(page.text)


async def test_ux_er_5_a_busy_page_asks_no_database(site: Site) -> None:
    from starlette.requests import Request

    scope: dict[str, object] = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "client": None}
    with site.resources.stores.database.counting() as statements:
        for kind, said in (("unavailable", "5 detik"), ("too_many", "satu menit")):
            page = site.house.errors.message(Request(scope), kind, status=503)
            assert said in bytes(page.body).decode()
    assert list(statements) == []


async def test_ux_er_6_cookies_that_are_blocked_are_named(site: Site) -> None:
    party = await new_party(site)
    http = party.browser.http
    page = await http.get("/authorize?" + authorize_query(party.client_id, party.redirect_uri, "openid"))
    http.cookies.clear()
    page = await http.get(page.headers["location"])
    assert page.status_code == 403 and "cookie terhapus atau diblokir" in words_of(page.text)


async def test_wb_10_a_failure_tells_nothing_of_the_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the inside at /srv/gapura")

    real = Pages.render
    monkeypatch.setattr(
        Pages,
        "render",
        lambda self, request, template, *a, **k: broken() if "catalogue" in template else real(self, request, template, *a, **k),
    )
    with capture_logs() as lines:
        page = await site.http().get("/")
    assert page.status_code == 500
    assert not [word for word in ("secret of the inside", "Traceback", "RuntimeError", "/srv/") if word in page.text]
    assert "Ada gangguan di sistem kami" in words_of(page.text)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["request_failed"]
