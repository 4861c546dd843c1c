"""The connection test of a draft: whoever may draft does not thereby learn the secrets that were entered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from admin.errors import Invalid, NotConfirmed
from admin.operator import Operator
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.connectors import WHOLE, changed
from tests.admin.operators import account, at_console, operator_of, working
from tests.admin.pages.wizard_walk import technician
from tests.admin.test_api import call
from tests.idp.handoff.test_probing import certificate
from tests.site import Site, open_site

PASSWORD = "kata-sandi-yang-diberikan"


@asynccontextmanager
async def older_api(folder: Path) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answer every call; yield where, and everything that was sent there."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = await reader.read(65_536)
        if sent:
            heard.append(sent)
            writer.write(b"HTTP/1.1 503 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=certificate(folder)) as server:
        yield f"localhost:{server.sockets[0].getsockname()[1]}", heard


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[str, list[bytes]]]:
    async with older_api(tmp_path) as found:
        yield found


@pytest.fixture
async def near(tmp_path: Path, template_folder: Path, place: tuple[str, list[bytes]]) -> AsyncIterator[Site]:
    """A house that may call the older API of these tests."""
    outside = {"outbound.allow": [place[0]], "outbound.ca_file": str(tmp_path / "cert.pem")}
    async with open_site(tmp_path, template_folder, **outside) as site:
        yield site


def settings(at: str) -> dict[str, Any]:
    return {"base_url": f"https://{at}", "username": "gapura", "operations": [{"path": "/ping"}], "sample": "/ping"}


async def standing(site: Site, operator: Operator, at: str) -> None:
    """Publish a connector to an older API that knows us by a password."""
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind="basic")
    draft = await lifecycle.save(operator, draft.id, {**WHOLE, "kind": "basic", "settings": settings(at)}, based_on=draft.version)
    await lifecycle.set_secret(operator, "simpeg-uji", "password", PASSWORD)
    await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Konektor baru")


async def test_sk_3_a_draft_that_leads_elsewhere_gets_no_secret_without_password_and_code(
    near: Site, place: tuple[str, list[bytes]]
) -> None:  # SK-3, AD-06, AD-13
    at, heard = place
    person = await account(near, Role.OPERATOR)
    operator, stale = operator_of(near, person), operator_of(near, person, confirmed=False)
    lifecycle = near.house.admin.actions.lifecycle
    await standing(near, operator, "api.example.id")
    draft = await changed(near, operator, base_url=f"https://{at}")
    with pytest.raises(NotConfirmed):
        await lifecycle.probe(stale, draft_id=draft.id)
    assert heard == [], "nothing is sent before the proof"
    await lifecycle.probe(operator, draft_id=draft.id)
    assert any(b"authorization: basic" in one.lower() for one in heard), "with the proof it is a test like any other"
    row = (await near.resources.stores.audit.search(event=AuditEvent.CONNECTOR_PROBED))[0].entry
    assert (row.actor, row.subject, row.after["target"]) == (operator.actor, "connector:simpeg-uji", at)
    assert row.after["secrets"] == ["password"] and PASSWORD not in str(row)


async def test_what_stands_is_tried_without_a_proof_and_so_is_a_draft_that_says_the_same(
    near: Site, place: tuple[str, list[bytes]]
) -> None:
    at, heard = place
    person = await account(near, Role.OPERATOR)
    operator, stale = operator_of(near, person), operator_of(near, person, confirmed=False)
    lifecycle = near.house.admin.actions.lifecycle
    await standing(near, operator, at)
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    assert [one.name for one in (await lifecycle.probe(stale, "simpeg-uji")).steps][-1] == "sample"
    assert [one.name for one in (await lifecycle.probe(stale, draft_id=draft.id)).steps][-1] == "sample"
    assert len(heard) == 2 and await near.resources.stores.audit.search(event=AuditEvent.CONNECTOR_PROBED) == []


async def test_ad_01_a_draft_with_the_id_of_another_connector_is_tried_without_its_secrets(
    near: Site, place: tuple[str, list[bytes]]
) -> None:  # AD-01, AD-06
    at, heard = place
    operator = await working(near, Role.OPERATOR)
    lifecycle = near.house.admin.actions.lifecycle
    await standing(near, operator, "api.example.id")
    draft = await lifecycle.begin(operator, kind="basic")
    draft = await lifecycle.save(operator, draft.id, {"id": "simpeg-uji", "settings": settings(at)}, based_on=draft.version)
    report = await lifecycle.probe(operator, draft_id=draft.id)
    assert not any(b"authorization" in one.lower() for one in heard) and "auth" in {one.name for one in report.steps}


async def test_drafts_that_fail_do_not_close_what_stands(near: Site, place: tuple[str, list[bytes]]) -> None:
    at, heard = place
    operator = await working(near, Role.OPERATOR)
    lifecycle = near.house.admin.actions.lifecycle
    await standing(near, operator, at)
    draft = await changed(near, operator, timeout_seconds=1)
    for _ in range(8):
        await lifecycle.probe(operator, draft_id=draft.id)
    before = len(heard)
    await lifecycle.probe(operator, "simpeg-uji")
    assert len(heard) == before + 1, "the breaker of what stands has heard nothing of the drafts"


async def test_ad_13_the_console_asks_for_the_proof_and_then_carries_the_test_out(
    near: Site, place: tuple[str, list[bytes]]
) -> None:  # AD-13
    at, heard = place
    one = await technician(near)
    operator = await working(near, Role.OPERATOR, email="lain@example.id")
    await standing(near, operator, "api.example.id")
    one.draft = (await changed(near, operator, base_url=f"https://{at}")).id
    near.clock.advance(600)
    asked = await one.post(f"{one.at}/sambungan/uji")
    assert asked.headers["location"].startswith("/admin/konfirmasi/") and heard == []


@pytest.mark.parametrize("content", [{}, {"kind": "basic"}, {"kind": "basic", "settings": {"base_url": "x"}}])
async def test_a_draft_that_is_not_complete_says_so_instead_of_being_tried(site: Site, content: dict[str, Any]) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator)
    draft = await lifecycle.save(operator, draft.id, content, based_on=draft.version)
    with pytest.raises(Invalid):
        await lifecycle.probe(operator, draft_id=draft.id)
    browser = await at_console(site, await account(site, Role.OPERATOR, email="lain@example.id"))
    assert (await call(browser, "POST", f"/connector-drafts/{draft.id}/probe", {})).status_code == 422
