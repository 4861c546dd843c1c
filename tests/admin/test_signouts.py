"""Sign-out messages that did not arrive are seen and sent again by console, API and command; addresses are judged when registered."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from admin.actions.drafts import ClientDraft
from admin.errors import Forbidden, Invalid, NotFound
from admin.routes import API
from hub.commands import SUB_APPS
from hub.resources import open_resources
from idp.people.models import Role
from idp.signout.store import Delivery
from kit.audit import AuditEvent
from tests.admin.operators import account, at_console, csrf, working
from tests.admin.test_matrix import SAME_SITE
from tests.forms import words_of
from tests.site import CHEAP, NOW, Site, open_site, register, settings_for, template, test_client

APPLICATION = "usaha-kecil"
CLIENT = "rp-test"
SIGN_OUT = "https://usaha.example.id/out"


@pytest.fixture
async def site(site: Site) -> Site:
    """The regency with a client of its own for these tests."""
    await register(site, test_client(APPLICATION))
    return site


def message(name: str, **changes: Any) -> Delivery:
    return Delivery(
        **{"id": name, "kind": "backchannel", "application": "", "target": CLIENT, "payload": "{}", "created_at": NOW, **changes}
    )


async def waiting(site: Site) -> None:
    """Put one message that is tried again and one that was given up into the outbox, and one that arrived."""
    outbox = site.resources.stores.outbox
    await outbox.add([message("again"), message("given-up", created_at=NOW - 9), message("done")])
    await outbox.settle("again", delivered_at=None, next_at=NOW + 600, error="HTTP 503")
    await outbox.settle("given-up", delivered_at=None, next_at=-1, error="no answer within 3 s")
    await outbox.settle("done", delivered_at=NOW, next_at=NOW, error="")


async def due(site: Site) -> list[str]:
    return [one.id for one in await site.resources.stores.outbox.due(site.clock.now())]


async def test_lo_06_the_api_shows_retries_and_sends_again_what_is_named(site: Site) -> None:
    await waiting(site)
    browser = await at_console(site, await account(site, Role.OPERATOR))
    rows = (await browser.http.get(f"{API}/signouts")).json()
    assert [(row["id"], row["application"], row["attempts"], row["given_up"], row["last_error"]) for row in rows] == [
        ("again", APPLICATION, 1, False, "HTTP 503"),
        ("given-up", APPLICATION, 1, True, "no answer within 3 s"),
    ]
    answer = await browser.http.post(f"{API}/signouts/retry", json={"ids": ["given-up"]}, headers=SAME_SITE)
    assert (answer.status_code, answer.json()) == (200, {"due": 1})
    assert await due(site) == ["given-up"]
    unknown = await browser.http.post(f"{API}/signouts/retry", json={"ids": ["done"]}, headers=SAME_SITE)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    everything = await browser.http.post(f"{API}/signouts/retry", json={}, headers=SAME_SITE)
    assert everything.json() == {"due": 2}
    (first, *_) = reversed(await site.resources.stores.audit.search(event=AuditEvent.SIGNOUT_RETRIED.value))
    assert (first.entry.subject, first.entry.after) == ("signout:1", {"ids": ["given-up"]})


async def test_lo_06_the_console_shows_the_last_error_and_sends_again(site: Site) -> None:
    await waiting(site)
    browser = await at_console(site, await account(site, Role.OPERATOR))
    page = await browser.http.get("/admin/pesan-keluar")
    assert "HTTP 503" in words_of(page.text) and "Berhenti dicoba" in words_of(page.text)
    for form in ({"pesan": "again"}, {"pesan": "done"}):
        answer = await browser.http.post("/admin/pesan-keluar", data={"csrf": csrf(site), **form}, headers=SAME_SITE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/pesan-keluar")
    assert await due(site) == ["again"]
    await browser.http.post("/admin/pesan-keluar", data={"csrf": csrf(site)}, headers=SAME_SITE)
    assert await due(site) == ["given-up"], "all that wait, and the first is being sent"


async def test_the_auditor_sees_messages_and_sends_none(site: Site) -> None:
    await waiting(site)
    auditor = await working(site, Role.AUDITOR)
    signouts = site.house.admin.actions.signouts
    assert len(await signouts.search(auditor)) == 2
    with pytest.raises(Forbidden):
        await signouts.retry(auditor, None)
    with pytest.raises(NotFound):
        await signouts.retry(await working(site, Role.OPERATOR, email="lain@example.id"), ["none"])


def test_lo_06_gapura_signout_lists_and_retries_by_command(tmp_path: Path, template_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    shutil.copytree(asyncio.run(template(template_folder)), data)
    for key, value in {"environment": "demo", "storage.data_dir": data, **CHEAP}.items():
        monkeypatch.setenv(f"GAPURA_{key.replace('.', '__').upper()}", str(value))

    async def fill() -> None:
        async with open_resources(settings_for(data)) as resources:
            await resources.stores.outbox.add([message("one", next_at=2**40)])
            await resources.stores.outbox.settle("one", delivered_at=None, next_at=-1, error="HTTP 500")

    asyncio.run(fill())

    def call(*arguments: str) -> Any:
        found = CliRunner().invoke(SUB_APPS["signout"], list(arguments))
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return json.loads(found.stdout) if "--json" in arguments else found.output

    (row,) = call("list", "--json")
    assert (row["id"], row["given_up"], row["last_error"]) == ("one", True, "HTTP 500")
    assert "HTTP 500" in call("list")
    assert call("retry", "one", "--json") == {"due": 1}
    assert call("list", "--json")[0]["given_up"] is False
    assert call("retry", "--json") == {"due": 1}
    assert "not_found" in call("retry", "nothing")


def draft(**changes: Any) -> ClientDraft:
    values = {"redirect_uris": ("https://usaha.example.id/cb",), "scopes": ("openid",), "backchannel_logout_uri": SIGN_OUT}
    return ClientDraft(**{**values, **changes})


async def refused(site: Site, wanted: ClientDraft) -> list[tuple[str, str]]:
    operator = await working(site, Role.OPERATOR)
    clients = site.house.admin.actions.clients
    revision = site.house.registry.now.applications[APPLICATION].revision
    with pytest.raises(Invalid) as problem:
        await clients.change(operator, CLIENT, wanted, based_on=revision)
    return [(one.field, one.code) for one in problem.value.problems]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://usaha.example.id/out", "bad_url"),
        ("https://usaha.example.id/out#here", "bad_url"),
        ("https://u:p@usaha.example.id/out", "bad_url"),
        ("https://10.0.0.7/out", "internal"),
        ("https://127.0.0.1/out", "internal"),
        ("https://localhost/out", "internal"),
        ("http://localhost:8080/out", "internal"),
        ("https://169.254.169.254/latest/meta-data", "internal"),
        ("https://2130706433/out", "internal"),
        ("https://[::1]/out", "internal"),
        ("https://[::ffff:10.0.0.7]/out", "internal"),
        ("https://redis.internal/out", "internal"),
    ],
)
async def test_dc_11_a_back_channel_address_of_our_own_network_is_not_registered(site: Site, address: str, code: str) -> None:
    assert await refused(site, draft(backchannel_logout_uri=address)) == [("backchannel_logout_uri", code)]


async def test_dc_11_public_https_addresses_are_registered_and_may_be_taken_away(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    clients = site.house.admin.actions.clients
    wanted = draft(frontchannel_logout_uri="https://usaha.example.id/frame", session_management=True)
    kept = await clients.change(operator, CLIENT, wanted, based_on=site.house.registry.now.applications[APPLICATION].revision)
    assert (kept.backchannel_logout_uri, kept.frontchannel_logout_uri, kept.session_management) == (
        SIGN_OUT,
        "https://usaha.example.id/frame",
        True,
    )
    bare = draft(backchannel_logout_uri="")
    left = await clients.change(operator, CLIENT, bare, based_on=site.house.registry.now.applications[APPLICATION].revision)
    assert (left.backchannel_logout_uri, left.frontchannel_logout_uri, left.session_management) == (None, None, False)


async def test_dc_11_the_settings_may_allow_an_address_inside(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder, **{"outbound.allow": ["localhost:8080", "10.0.0.7:443"]}) as site:
        await register(site, test_client(APPLICATION))
        operator = await working(site, Role.OPERATOR)
        for address in ("http://localhost:8080/out", "https://10.0.0.7/out"):
            revision = site.house.registry.now.applications[APPLICATION].revision
            await site.house.admin.actions.clients.change(operator, CLIENT, draft(backchannel_logout_uri=address), based_on=revision)
            assert site.house.registry.now.clients[CLIENT].backchannel_logout_uri == address


@pytest.mark.parametrize(
    ("address", "code"),
    [("http://usaha.example.id/frame", "bad_url"), ("https://other.example.id/frame", "another_origin")],
)
async def test_a_front_channel_address_is_https_at_the_site_of_a_redirect_address(site: Site, address: str, code: str) -> None:
    assert await refused(site, draft(frontchannel_logout_uri=address)) == [("frontchannel_logout_uri", code)]


async def test_the_form_of_an_application_takes_the_addresses(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    page = await browser.http.get(f"/admin/aplikasi/{APPLICATION}/pengaturan")
    for name in ("backchannel_logout_uri", "frontchannel_logout_uri", "session_management"):
        assert f'name="{name}"' in page.text
    client, application = site.house.registry.now.clients[CLIENT], site.house.registry.now.applications[APPLICATION]
    form = {
        "csrf": csrf(site),
        "_revision": str(application.revision),
        "redirect_uris": "\n".join(client.redirect_uris),
        "scopes": "openid",
        "auth_method": client.auth_method,
        "access_token_format": "opaque",
        "id_token_alg": "ES256",
        "backchannel_logout_uri": SIGN_OUT,
        "session_management": "on",
    }
    answer = await browser.http.post(f"/admin/aplikasi/{APPLICATION}/sambungan", data=form, headers=SAME_SITE)
    assert answer.status_code == 303, words_of(answer.text)
    kept = site.house.registry.now.clients[CLIENT]
    assert (kept.backchannel_logout_uri, kept.session_management) == (SIGN_OUT, True)
