"""The agency sees and settles its own duties in the console, the data protection officer sees all, a foreign one does not exist (CH-3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from admin.actions.duties import Duties
from admin.errors import Forbidden, Invalid, NotFound
from admin.operator import Operator
from admin.routes import API
from idp.people.models import Role, RoleGrant
from idp.signout.store import Delivery
from tests.admin.operators import account, at_console, csrf, operator_of, working
from tests.admin.test_matrix import SAME_SITE
from tests.forms import Browser, forms_of, words_of
from tests.portal.walks import agreed, person_id
from tests.site import NOW, Site

SAID = {"channel": "portal", "language": "id"}
DAY = 86400


async def withdrawn(site: Site) -> dict[str, str]:
    """Let Siti withdraw a consent; return the ids of what is owed, and the agency's code."""
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"]
    await site.house.consent.withdraw(record.person, record.record_id, **SAID)
    found = await site.resources.stores.duties.of_person(await person_id(site), record_id=record.record_id)
    return {**{one.kind.value: one.id for one in found}, "agency": found[0].agency}


async def agency_admin(site: Site, agency: str, email: str = "dinas@example.id") -> Operator:
    person = await account(site, Role.CITIZEN, email=email)
    await site.resources.stores.people.grant_role(person.id, RoleGrant(Role.AGENCY_ADMIN, agency))
    kept = await site.resources.stores.people.get(person.id)
    assert kept is not None
    return replace(operator_of(site, kept), agencies=frozenset({agency}))


async def browser_of(site: Site, operator: Operator) -> Browser:
    person = await site.resources.stores.people.get(operator.person)
    assert person is not None
    return await at_console(site, person)


def actions(site: Site) -> Duties:
    return site.house.admin.actions.duties


async def test_ch_3_the_agency_sees_its_own_and_settles_it_in_the_console(site: Site) -> None:
    ids = await withdrawn(site)
    browser = await browser_of(site, await agency_admin(site, ids["agency"]))
    home = await browser.go("/admin")
    assert home.request.url.path == "/admin/tenggat", "an agency has no other first page"
    said = words_of(home.text)
    assert "Berhenti memakai data" in said and "Sisa 3 hari 0 jam" in said and "tag-bad" not in home.text
    page = await browser.go(f"/admin/tenggat/{ids['stop']}")
    assert 'value="refused"' not in page.text, "a stop cannot be refused"
    page = await browser.go(f"/admin/tenggat/{ids['delete']}")
    page = await browser.submit(form=-1, outcome="refused", by="", words="")
    assert page.status_code == 422 and "Tulis alasannya" in words_of(page.text)
    page = await browser.submit(form=-1, outcome="refused", by="Seksi Data", words="Arsip wajib.")
    assert "tidak menghapus semua data (Seksi Data)" in words_of(page.text)
    duty = await site.resources.stores.duties.get(ids["delete"])
    assert duty is not None and duty.settled_by.startswith("operator:") and duty.answer == "Arsip wajib."


async def test_ad_01_another_agencys_duty_does_not_exist(site: Site) -> None:
    ids = await withdrawn(site)
    other = next(code for code in site.house.registry.now.agencies if code != ids["agency"])
    stranger = await agency_admin(site, other)
    assert await actions(site).search(stranger, state="all") == []
    assert await actions(site).search(stranger, state="all", agency=ids["agency"]) == []
    for act in (actions(site).get(stranger, ids["stop"]), actions(site).settle(stranger, ids["stop"], "done", by="", words="")):
        with pytest.raises(NotFound):
            await act
    browser = await browser_of(site, stranger)
    assert (await browser.http.get(f"/admin/tenggat/{ids['stop']}")).status_code == 404
    answer = await browser.http.post(f"/admin/tenggat/{ids['stop']}", data={"csrf": csrf(site), "outcome": "done"}, headers=SAME_SITE)
    assert answer.status_code == 404
    assert (await browser.http.get(f"{API}/duties/{ids['stop']}")).json()["code"] == "not_found"
    homeless = replace(stranger, agencies=frozenset())
    assert await actions(site).search(homeless, state="all") == []


async def test_ch_3_what_is_overdue_is_red_for_the_data_protection_officer_who_settles_nothing(site: Site) -> None:
    ids = await withdrawn(site)
    site.clock.advance(3 * DAY + 3601)
    officer = await working(site, Role.DPO)
    browser = await browser_of(site, officer)
    page = await browser.go("/admin/tenggat?status=overdue")
    assert "tag-bad" in page.text and "Terlambat 0 hari 1 jam" in words_of(page.text) and "kewajiban sudah terlambat" in words_of(page.text)
    assert "Nyatakan hasilnya" not in words_of((await browser.go(f"/admin/tenggat/{ids['stop']}")).text)
    with pytest.raises(Forbidden):
        await actions(site).settle(officer, ids["stop"], "done", by="", words="")
    late = (await browser.http.get(f"{API}/duties", params={"state": "overdue"})).json()
    assert ids["stop"] in {one["id"] for one in late["items"]} and all(one["overdue"] for one in late["items"])


async def test_the_auditor_reads_no_words_of_people(site: Site) -> None:
    with pytest.raises(Forbidden):
        await actions(site).search(await working(site, Role.AUDITOR))


async def test_the_api_settles_once(site: Site) -> None:
    ids = await withdrawn(site)
    browser = await browser_of(site, await working(site, Role.OPERATOR))
    path = f"{API}/duties/{ids['stop']}/settle"
    first = await browser.http.post(path, json={"by": "Telepon dinas"}, headers=SAME_SITE)
    again = await browser.http.post(path, json={"by": "Lain"}, headers=SAME_SITE)
    assert (first.status_code, again.json()) == (200, first.json())
    refused = await browser.http.post(path, json={"outcome": "refused", "words": "x"}, headers=SAME_SITE)
    assert refused.status_code == 422
    with pytest.raises(Invalid):
        await actions(site).settle(await working(site, Role.SUPER_ADMIN, email="s@example.id"), ids["delete"], "moot", by="", words="")


async def test_notices_that_were_not_taken_are_seen_apart_from_sign_outs_and_sent_again(site: Site) -> None:
    outbox = site.resources.stores.outbox
    rows = [("duty.1", "duty", "usaha-kecil"), ("s.1", "backchannel", "rp-test")]
    await outbox.add([Delivery(name, kind, "", target, "{}", NOW, next_at=NOW) for name, kind, target in rows])
    await outbox.settle("duty.1", delivered_at=None, next_at=-1, error="HTTP 503")
    browser = await browser_of(site, await working(site, Role.OPERATOR))
    listed = (await browser.http.get(f"{API}/consent-notices")).json()
    assert [(one["id"], one["application"], one["given_up"], one["last_error"]) for one in listed] == [
        ("duty.1", "usaha-kecil", True, "HTTP 503")
    ]
    assert [one["id"] for one in (await browser.http.get(f"{API}/signouts")).json()] == ["s.1"]
    answer = await browser.http.post(f"{API}/consent-notices/retry", json={}, headers=SAME_SITE)
    assert answer.json() == {"due": 1}


async def test_an_application_says_where_it_wants_to_hear_of_events(site: Site) -> None:
    browser = await browser_of(site, await working(site, Role.SUPER_ADMIN))
    page = await browser.go("/admin/aplikasi/usaha-kecil/pengaturan")
    form = [one.action for one in forms_of(page.text)].index("/admin/aplikasi/usaha-kecil/pengaturan")
    refused = await browser.submit(form=form, events_uri="http://usaha.example.id/peristiwa")
    assert refused.status_code == 422
    page = await browser.go("/admin/aplikasi/usaha-kecil/pengaturan")
    await browser.submit(form=form, events_uri="https://usaha.example.id/peristiwa")
    assert site.house.registry.now.applications["usaha-kecil"].events_uri == "https://usaha.example.id/peristiwa"
    assert site.house.consent.listens("usaha-kecil")
