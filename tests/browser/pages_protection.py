"""The pages of data protection: the register of processing, incidents in time and overdue, their form and their letter."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import delete

from admin.actions.drafts import Words
from admin.actions.incidents import IncidentDraft
from admin.operator import LOCAL
from hub.storage.sql.incident_tables import incidents
from tests.browser.lives import DAY, HOUR, SITI
from tests.browser.stage import Page, Stage, Walk

ADMIN = "3503135001819012"
HERE = "/admin/insiden"


async def _incident(stage: Stage, hours: int, *systems: str, words: bool = True, publish: bool = False) -> str:
    """Report an incident found so many hours ago, once, and return its id."""
    site = await stage.site()
    actions, now = site.house.admin.actions.incidents, site.clock.now()
    found_at = now - hours * HOUR
    for kept in await actions.search(LOCAL):
        if kept.found_at == found_at:
            return str(kept.id)
    told = {
        "data": Words(id="Nama, NIK, tanggal lahir, dan jenis kelamin.", en="Name, NIK, date of birth and sex."),
        "how": Words(id="Cadangan basis data tersalin oleh pihak lain.", en="Somebody else copied a backup of the database."),
        "done": Words(id="Server diganti dan kunci diputar.", en="The server was replaced and its keys were rotated."),
    }
    draft = IncidentDraft(
        systems=systems,
        since=now - 60 * DAY,
        until=now - HOUR,
        found_at=found_at,
        happened="Cadangan basis data tersalin",
        **(told if words else {}),
    )
    kept = await actions.report(LOCAL, draft)
    if publish:
        await actions.publish(LOCAL, kept.id, "Wajib diberitahukan")
        await actions.authority_told(LOCAL, kept.id, "Surat 005/12/2026")
    return str(kept.id)


def _at(path: str) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.operator(ADMIN)).go(path)

    return walk


def _incident_at(rest: str, hours: int, *systems: str, **how: Any) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        found = await _incident(stage, hours, *systems, **how)
        return await (await stage.operator(ADMIN)).go(f"{HERE}/{found}{rest}")

    return walk


async def _several(stage: Stage) -> httpx.Response:
    for hours in (5, 80):
        await _incident(stage, hours, "e-link")
    await _incident(stage, 30, "rsud-daftar", publish=True)
    return await (await stage.operator(ADMIN)).go(HERE)


async def _none(stage: Stage) -> httpx.Response:
    async with (await stage.site()).resources.stores.database.write() as connection:
        await connection.execute(delete(incidents))
    return await (await stage.operator(ADMIN)).go(HERE)


async def _wrong(stage: Stage) -> httpx.Response:
    operator = await stage.operator(ADMIN)
    await operator.go(f"{HERE}/baru")
    return await operator.submit(form=-1, found_at="2026-11-24 08:00", since="", until="", happened="")


def told(path: str, account: str = SITI) -> Walk:
    """What a citizen sees of an incident that was published."""

    async def walk(stage: Stage) -> httpx.Response:
        await _incident(stage, 30, "rsud-daftar", publish=True)
        return await (await stage.citizen(account)).go(path)

    return walk


PROTECTION: tuple[Page, ...] = (
    Page(
        "admin/protection/register.html",
        "C",
        {"usual": _at("/admin/catatan-pemrosesan?instansi=DINKES"), "all": _at("/admin/catatan-pemrosesan")},
    ),
    Page("admin/protection/incidents.html", "C", {"usual": _several, "none": _none}),
    Page(
        "admin/protection/incident.html",
        "C",
        {
            "usual": _incident_at("", 5, "e-link"),
            "overdue": _incident_at("", 80, "e-link"),
            "unwritten": _incident_at("", 2, "usaha-kecil", words=False),
            "told": _incident_at("", 30, "rsud-daftar", publish=True),
        },
    ),
    Page(
        "admin/protection/form.html",
        "C",
        {"usual": _at(f"{HERE}/baru"), "change": _incident_at("/ubah", 5, "e-link"), "wrong": _wrong},
    ),
    Page("admin/protection/letter.html", "C", {"usual": _incident_at("/surat", 5, "e-link")}),
)
