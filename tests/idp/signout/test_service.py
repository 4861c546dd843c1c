"""Signing out ends what lives in the session, tells each application that asked to be told, and says what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import orjson
from starlette.requests import Request

from idp.applications.models import ConnectorRow
from idp.sessions.models import Session
from kit.audit import AuditEvent
from tests.site import SITI, Party, Site, new_party, register, test_client


async def session_of(party: Party) -> Session:
    """Return the session that the person's browser is in."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in party.browser.http.cookies.jar)
    request = Request({"type": "http", "headers": [(b"cookie", cookies.encode())]})
    session = await party.site.house.sessions.current(request)
    assert session is not None
    return session


async def test_what_was_made_in_the_session_ends_and_offline_access_stays(site: Site) -> None:
    party = await new_party(site)
    bound = await party.tokens()
    offline = await party.tokens(scope="openid offline_access name", prompt="consent")
    report = await site.house.signout.end(await session_of(party), actor="person:x")
    assert [outcome.result for outcome in report.outcomes] == ["unsure"]
    assert (await party.refresh(bound["refresh_token"])).json()["error"] == "invalid_grant"
    for tokens in (bound, offline):
        assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(offline["refresh_token"])).status_code == 200, "the person allowed it to outlive the session"
    ended = await site.resources.stores.audit.search(event=AuditEvent.SIGNED_OUT.value)
    assert [line.entry.actor for line in ended] == ["person:x"]


async def test_each_client_with_an_address_that_got_an_id_token_is_told_once_and_the_others_are_not(site: Site) -> None:
    party = await new_party(site, backchannel_logout_uri="https://rp.example/out")
    await register(site, test_client(client_id="rp-quiet", backchannel_logout_uri="https://quiet.example/out"))
    await party.tokens()
    session = await session_of(party)
    report = await site.house.signout.end(session, actor="person:x")
    pending = await site.resources.stores.outbox.pending()
    sid = session.sid_for(site.house.registry.now.applications["usaha-kecil"].agency)
    assert [(one.kind, one.target, orjson.loads(one.payload)["sid"]) for one in pending] == [("backchannel", "rp-test", sid)]
    assert [outcome.application.id for outcome in report.waiting] == ["usaha-kecil"]
    assert SITI not in repr(pending)


async def test_an_application_behind_the_gate_is_out_for_certain(site: Site) -> None:
    headers = [{"claim": "name", "field": "X-Pasien-Nama", "transform": "trim"}]
    settings = {"base_url": "https://daftar-rsud.example.id", "headers": headers}
    row = ConnectorRow("rsud-daftar", "rsud-daftar", "forward_auth", settings)
    await site.resources.stores.registry.save_connector(row)
    party = await new_party(site)
    await party.tokens()
    session = await session_of(party)
    (permit,) = session.permits.values()
    behind = site.house.registry.now.service_for("rsud-daftar", None)
    assert behind is not None
    permits = {**session.permits, behind.slug: permit, "a service that is gone": permit}
    report = await site.house.signout.end(replace(session, permits=permits), actor="person:x")
    results = {outcome.application.id: outcome.result for outcome in report.outcomes}
    assert results == {"usaha-kecil": "unsure", "rsud-daftar": "ended"}
