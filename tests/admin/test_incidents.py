"""A breach of personal data (UU 27/2022 Pasal 46): reported, counted, told, with its three days; who may do what, and what is logged."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from admin.actions.drafts import Words
from admin.actions.incidents import IncidentDraft
from admin.errors import Changed, Forbidden, Invalid, NotConfirmed, NotFound
from admin.operator import LOCAL
from admin.routes import API
from consent.incidents import THREE_DAYS, Scope
from idp.applications.models import ConnectorRow
from idp.applications.registry import GUARD
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.operators import account, at_console, csrf, working
from tests.admin.test_matrix import SAME_SITE
from tests.forms import words_of
from tests.idp.directory.town import CONNECTOR, SETTINGS
from tests.portal.walks import WAGIYEM, citizen, person_id, sent
from tests.site import NOW, SITI, Site

HERE = "/admin/insiden"


def draft(*systems: str, **changes: Any) -> IncidentDraft:
    values: dict[str, Any] = {
        "systems": systems or ("usaha-kecil",),
        "since": NOW - 3600,
        "until": NOW + 60,
        "found_at": NOW,
        "happened": "Cadangan basis data tersalin",
        "data": Words(id="Nama dan NIK.", en="Name and NIK."),
        "how": Words(id="Cadangan tersalin."),
        "done": Words(id="Server diganti."),
    }
    return IncidentDraft(**{**values, **changes})


async def lines_of(made: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join([line async for line in await made]))))


async def events(site: Site) -> list[AuditEvent]:
    rows = await site.resources.stores.audit.search(limit=200)
    return [row.entry.event for row in reversed(rows) if row.entry.subject.startswith("incident:")]


async def test_who_is_affected_comes_from_the_disclosure_log(site: Site) -> None:
    await sent(site, "pendampingan-usaha", "name", "nik")
    await sent(site, "pendampingan-usaha", "name", grant="g2", nik=WAGIYEM)
    await sent(site, "antrean-puskesmas", "name", grant="g3")
    incidents = site.house.admin.actions.incidents
    kept = await incidents.report(LOCAL, draft())
    assert (kept.affected, dict(kept.claims)) == (2, {"name": 2, "nik": 1})
    assert (await incidents.report(LOCAL, draft("usaha-kecil/pendampingan-usaha"))).affected == 2
    assert (await incidents.report(LOCAL, draft(since=NOW - 7200, until=NOW - 3600))).affected == 0
    assert (await incidents.report(LOCAL, draft("e-link"))).affected == 1


async def test_a_connector_stands_for_its_application_and_what_is_not_there_is_refused(site: Site) -> None:
    await site.resources.stores.registry.save_connector(ConnectorRow(CONNECTOR, "usaha-kecil", "ldap", SETTINGS))
    await site.resources.expiring.move(GUARD)
    kept = await site.house.admin.actions.incidents.report(LOCAL, draft(f"connector:{CONNECTOR}"))
    assert kept.scopes == (Scope("usaha-kecil"),)
    for wrong in ("connector:tidak-ada", "tidak-ada", "usaha-kecil/antrean-puskesmas"):
        with pytest.raises(Invalid) as caught:
            await site.house.admin.actions.incidents.report(LOCAL, draft(wrong))
        assert [one.field for one in caught.value.problems] == ["systems"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"systems": ()}, "systems"),
        ({"until": NOW - 3600}, "until"),
        ({"found_at": NOW + 1}, "found_at"),
        ({"found_at": 0}, "found_at"),
        ({"happened": "x"}, "happened"),
        ({"how": Words(id="a\x00b")}, "how.id"),
    ],
)
async def test_a_report_that_says_too_little_or_the_impossible_is_refused(site: Site, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await site.house.admin.actions.incidents.report(LOCAL, draft(**changes))
    assert field in [one.field for one in caught.value.problems]
    assert await events(site) == []


async def test_the_countdown_follows_the_clock(site: Site) -> None:
    officer = await account(site, Role.DPO)
    browser = await at_console(site, officer)
    kept = await site.house.admin.actions.incidents.report(LOCAL, draft())
    assert "Sisa 72 jam" in words_of((await browser.http.get(HERE)).text)
    assert (await browser.http.get(f"{API}/incidents")).json()[0]["left"] == THREE_DAYS
    site.clock.advance(THREE_DAYS + 3600)
    browser = await at_console(site, officer)
    page = await browser.http.get(f"{HERE}/{kept.id}")
    assert "Lewat batas 1 jam" in words_of(page.text) and "tag-bad" in page.text
    served = (await browser.http.get(f"{API}/incidents/{kept.id}")).json()
    assert (served["left"], served["overdue"]) == (-3600, True)


async def test_every_step_stands_in_the_audit_and_what_was_published_stays(site: Site) -> None:
    await sent(site, "pendampingan-usaha", "name", "nik")
    incidents, officer = site.house.admin.actions.incidents, await working(site, Role.DPO)
    kept = await incidents.report(officer, draft(how=Words()))
    with pytest.raises(Invalid) as caught:
        await incidents.publish(officer, kept.id, "Wajib diberitahukan")
    assert [one.field for one in caught.value.problems] == ["how.id"]
    changed = await incidents.change(officer, kept.id, draft(), kept.revision)
    with pytest.raises(Changed):
        await incidents.change(officer, kept.id, draft(), kept.revision)
    await lines_of(incidents.pseudonyms(officer, kept.id))
    await lines_of(incidents.identities(officer, kept.id, "Menyurati warga tanpa HP"))
    told = await incidents.publish(officer, kept.id, "Wajib diberitahukan")
    assert (told.published_at, told.revision) == (NOW, changed.revision + 1)
    for again in (incidents.publish(officer, kept.id, "sekali lagi"), incidents.change(officer, kept.id, draft(), told.revision)):
        with pytest.raises(Invalid):
            await again
    done = await incidents.authority_told(officer, kept.id, "Surat 005/12/2026, diantar")
    assert done.authority_at == NOW
    with pytest.raises(Invalid):
        await incidents.authority_told(officer, kept.id, "sekali lagi")
    assert await events(site) == [
        AuditEvent.INCIDENT_REPORTED,
        AuditEvent.INCIDENT_CHANGED,
        AuditEvent.INCIDENT_LISTED,
        AuditEvent.INCIDENT_REVEALED,
        AuditEvent.INCIDENT_PUBLISHED,
        AuditEvent.INCIDENT_AUTHORITY_TOLD,
    ]
    row = (await site.resources.stores.audit.search(event=AuditEvent.INCIDENT_REVEALED.value))[0]
    assert row.entry.reason == "Menyurati warga tanpa HP"


async def test_pv_07_the_list_is_of_pseudonyms_and_identities_need_proof_and_reason(site: Site) -> None:
    await sent(site, "pendampingan-usaha", "name", "nik")
    person, incidents = await person_id(site), site.house.admin.actions.incidents
    kept, other = await incidents.report(LOCAL, draft()), await incidents.report(LOCAL, draft())
    header, row = await lines_of(incidents.pseudonyms(LOCAL, kept.id))
    assert header == ["pseudonym", "claims", "times", "first_at", "last_at"]
    assert row[1:3] == ["name nik", "1"]
    assert person not in str(row) and SITI not in str(row) and "Siti" not in str(row)
    assert row[0] == incidents.pseudonym(kept, person) != incidents.pseudonym(other, person)
    stale = await working(site, Role.DPO, confirmed=False)
    with pytest.raises(NotConfirmed):
        await incidents.identities(stale, kept.id, "Menyurati warga")
    with pytest.raises(Invalid):
        await incidents.identities(LOCAL, kept.id, "")
    assert AuditEvent.INCIDENT_REVEALED not in await events(site)
    _, named = await lines_of(incidents.identities(LOCAL, kept.id, "Menyurati warga"))
    assert named[:3] == [row[0], "Siti Peragawati", SITI]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.AGENCY_ADMIN, Role.HELPDESK])
async def test_who_does_not_protect_data_sees_no_incident(site: Site, role: Role) -> None:
    incidents, officer = site.house.admin.actions.incidents, await working(site, role)
    kept = await incidents.report(LOCAL, draft())
    for call in (
        incidents.search(officer),
        incidents.get(officer, kept.id),
        incidents.pseudonyms(officer, kept.id),
        incidents.identities(officer, kept.id, "Menyurati warga"),
        incidents.report(officer, draft()),
    ):
        with pytest.raises(Forbidden):
            await call


async def test_an_incident_that_is_not_there_is_not_found(site: Site) -> None:
    with pytest.raises(NotFound):
        await site.house.admin.actions.incidents.get(LOCAL, "tidak-ada")


async def test_the_console_walks_from_report_to_the_citizens_portal(site: Site) -> None:
    await sent(site, "pendampingan-usaha", "name", "nik")
    browser = await at_console(site, await account(site, Role.DPO))
    form = {
        "csrf": csrf(site),
        "systems": "usaha-kecil",
        "found_at": "2026-11-24 08:00",
        "since": "2026-11-01 00:00",
        "until": "2026-11-30 00:00",
        "happened": "Cadangan basis data tersalin",
        "data.id": "Nama dan NIK.",
        "how.id": "Cadangan tersalin.",
        "done.id": "Server diganti.",
    }
    wrong = await browser.http.post(f"{HERE}/baru", data={**form, "since": "kemarin"}, headers=SAME_SITE)
    assert wrong.status_code == 422 and "Cadangan tersalin." in wrong.text, "nothing typed is lost"
    made = await browser.http.post(f"{HERE}/baru", data=form, headers=SAME_SITE)
    assert made.status_code == 303, words_of(made.text)
    at = made.headers["location"]
    page = await browser.http.get(at)
    assert "Milik Anda" in words_of(page.text) and "Cadangan tersalin." in words_of(page.text)
    letter = await browser.http.get(f"{at}/surat")
    assert "Orang terdampak: 1." in words_of(letter.text)
    portal = await citizen(site)
    assert "insiden" not in (await portal.go("/beranda")).text
    told = await browser.http.post(f"{at}/terbitkan", data={"csrf": csrf(site), "reason": "Wajib diberitahukan"}, headers=SAME_SITE)
    assert told.status_code == 303
    assert 'href="/riwayat#insiden"' in (await portal.go("/beranda")).text
    history = words_of((await portal.go("/riwayat")).text)
    for words in ("Pemberitahuan insiden data pribadi", "Milik Anda: Nama lengkap, NIK.", "Cadangan tersalin.", "Server diganti."):
        assert words in history
    english = words_of((await portal.go("/riwayat?lang=en")).text)
    assert "Data revealed" in english and "Yours: Full name, Population number (NIK)." in english
    other = await citizen(site, WAGIYEM)
    assert "insiden" not in (await other.go("/beranda")).text and "insiden" not in (await other.go("/riwayat")).text
    sheet = await browser.http.post(f"{at}/identitas", data={"csrf": csrf(site), "reason": "Menyurati warga"}, headers=SAME_SITE)
    assert (sheet.status_code, sheet.headers["cache-control"]) == (200, "no-store")
    assert SITI in sheet.text


async def test_the_api_reports_changes_and_tells(site: Site) -> None:
    await sent(site, "pendampingan-usaha", "name")
    browser = await at_console(site, await account(site, Role.DPO))
    body = draft().model_dump()
    made = await browser.http.post(f"{API}/incidents", json=body, headers=SAME_SITE)
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["systems"], one["affected"], one["overdue"]) == (["usaha-kecil"], 1, False)
    at = f"{API}/incidents/{one['id']}"
    changed = await browser.http.put(at, json={**body, "happened": "Cadangan hilang", "revision": 1}, headers=SAME_SITE)
    assert (changed.status_code, changed.json()["happened"]) == (200, "Cadangan hilang")
    assert (await browser.http.put(at, json={**body, "revision": 1}, headers=SAME_SITE)).status_code == 409
    people = await browser.http.get(f"{at}/people.csv")
    assert people.headers["content-type"].startswith("text/csv") and len(people.text.splitlines()) == 2
    for step in ("publish", "authority"):
        answer = await browser.http.post(f"{at}/{step}", json={"reason": "Surat 005/12/2026"}, headers=SAME_SITE)
        assert answer.status_code == 200, answer.text
    assert answer.json()["authority_at"] == NOW
    unknown = await browser.http.post(f"{API}/incidents", json={**body, "systems": ["tidak-ada"]}, headers=SAME_SITE)
    assert (unknown.status_code, unknown.json()["param"]) == (422, "systems")
