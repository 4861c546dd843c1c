"""Citizens' accounts made and passwords set anew from the command line: shown once, audited, good for signing in, and never weak."""

from __future__ import annotations

from typing import Any

import pytest

from admin.actions.accounts import NewPerson
from admin.errors import Forbidden, Invalid
from admin.operator import LOCAL
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.operators import working
from tests.portal.walks import citizen, person_id
from tests.site import PASSWORD, SITI, Site

WHY = "Datang ke loket dengan KTP"
NIK = "3503014101900001"


async def enters(site: Site, account: str, password: str) -> bool:
    browser = site.browser()
    await browser.go("/beranda")
    return 'name="sandi"' not in (await browser.sign_in(account, password)).text


async def test_a_citizen_is_made_and_signs_in_with_the_password_shown_once(site: Site) -> None:
    accounts = site.house.admin.actions.enrolment
    draft = NewPerson("Tini Ujiwati", nik=NIK, phone="0812 3456 7001", email="Tini@Example.id", birthdate="1990-01-01", checked=True)
    person, password = await accounts.create(LOCAL, draft, reason=WHY)
    for account in (NIK, "081234567001", "tini@example.id"):
        assert await enters(site, account, password), account
    assert not await enters(site, NIK, PASSWORD)
    kept = await site.resources.stores.people.get(person)
    assert kept is not None and (kept.level, kept.claims["phone_number"]) == ("verified", "+6281234567001")
    rows = await site.resources.stores.audit.search(subject=f"person:{person}")
    assert [(row.entry.event, row.entry.reason) for row in reversed(rows)][:2] == [
        (AuditEvent.PERSON_CREATED, WHY),
        (AuditEvent.PASSWORD_CHANGED, WHY),
    ]
    assert password not in str(rows) and NIK not in str(rows)


async def test_a_new_account_needs_a_key_of_its_own(site: Site) -> None:
    accounts = site.house.admin.actions.enrolment
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"nik": NIK}, "email", "no_way_in"),
        ({"email": "SITI@example.id"}, "email", "no_way_in"),
        ({}, "email", "no_way_in"),
        ({"nik": SITI, "checked": True, "email": "baru@example.id"}, "nik", "taken"),
        ({"nik": "3503014113900001", "email": "baru@example.id"}, "nik", "malformed"),
        ({"phone": "baru@example.id"}, "phone", "malformed"),
    ]
    for values, field, code in cases:
        with pytest.raises(Invalid) as refused:
            await accounts.create(LOCAL, NewPerson("Tini Ujiwati", **values), reason=WHY)
        assert [(one.field, one.code) for one in refused.value.problems] == [(field, code)], values
    assert (await accounts.create(LOCAL, NewPerson("Tini Ujiwati", nik=NIK, email="baru@example.id"), reason=WHY))[1]


async def test_a_new_password_ends_every_session_and_the_old_one_is_dead(site: Site) -> None:
    phone, other = await citizen(site), await citizen(site, "3503024507519003")
    made = await site.house.admin.actions.enrolment.reset_password(LOCAL, await person_id(site), reason=WHY)
    assert 'name="sandi"' in (await phone.go("/beranda")).text
    assert 'name="sandi"' not in (await other.go("/beranda")).text
    assert (await enters(site, SITI, PASSWORD), await enters(site, SITI, made)) == (False, True)
    rows = await site.resources.stores.audit.search(event=AuditEvent.PASSWORD_CHANGED)
    assert [(row.entry.actor, row.entry.reason) for row in rows] == [("cli", WHY)]


@pytest.mark.parametrize(("password", "why"), [("pendek", "short"), ("trenggalek2026", "common"), ("akun siti peragawati", "personal")])
async def test_lg_21_a_chosen_password_is_judged_like_any_other(site: Site, password: str, why: str) -> None:
    accounts, person = site.house.admin.actions.enrolment, await person_id(site)
    with pytest.raises(Invalid) as refused:
        await accounts.reset_password(LOCAL, person, reason=WHY, password=password)
    assert [(one.field, one.code) for one in refused.value.problems] == [("password", why)]
    assert await enters(site, SITI, PASSWORD)
    assert await accounts.reset_password(LOCAL, person, reason=WHY, password="kuda terbang di atas sawah") == "kuda terbang di atas sawah"
    assert await enters(site, SITI, "kuda terbang di atas sawah")


async def test_both_need_a_reason_and_the_machine_itself(site: Site) -> None:
    accounts, person = site.house.admin.actions.enrolment, await person_id(site)
    operator = await working(site, Role.SUPER_ADMIN)
    with pytest.raises(Forbidden):
        await accounts.reset_password(operator, person, reason=WHY)
    with pytest.raises(Forbidden):
        await accounts.create(operator, NewPerson("Tini Ujiwati", email="baru@example.id"), reason=WHY)
    with pytest.raises(Invalid) as refused:
        await accounts.reset_password(LOCAL, person, reason="")
    assert refused.value.problems[0].field == "reason"
    assert await enters(site, SITI, PASSWORD)


async def test_a_new_password_forgets_wrong_guesses_of_before(site: Site) -> None:
    throttle = site.house.admin.totp.throttle
    person = await person_id(site)
    account = throttle.account("nik", SITI)
    while await throttle.admit(account) is None:
        pass
    await site.house.admin.actions.enrolment.reset_password(LOCAL, person, reason=WHY)
    assert await throttle.admit(account) is None
