"""A personal token of an operator ends with everything else of that person, and nobody below ends a super-admin's account."""

from __future__ import annotations

import pytest

from admin.errors import AdminError
from admin.operator import Operator
from idp.people.models import Role, Status
from tests.admin.operators import account, operator_of, working
from tests.site import Site


async def token_of(site: Site, operator: Operator) -> str:
    return (await site.house.admin.actions.tokens.create(operator, title="skrip", days=3))[1]


async def works(site: Site, secret: str) -> bool:
    return await site.house.admin.actions.tokens.bearer(secret, "") is not None


@pytest.mark.parametrize("how", ["all sessions", "locked and opened again"])
async def test_ad_12_a_token_ends_with_everything_else(site: Site, how: str) -> None:
    person = await account(site, Role.OPERATOR)
    secret = await token_of(site, operator_of(site, person))
    assert await works(site, secret)
    if how == "all sessions":
        await site.house.people.end_everything(person.id)
    else:
        for status in (Status.LOCKED, Status.ACTIVE):
            await site.house.people.set_status(person.id, status, actor="cli", reason="test")
    assert not await works(site, secret)
    assert await works(site, await token_of(site, operator_of(site, person)))


async def test_ad_03_an_operator_cannot_shut_a_super_admin_out(site: Site) -> None:
    people = site.house.admin.actions.people
    boss = await account(site, Role.SUPER_ADMIN, name="Dewi Uji", email="dewi@example.org")
    other = await working(site, Role.OPERATOR, email="lain@example.id")
    citizen = await account(site, name="Warga Uji", email="warga@example.org")
    for email in ("dewi@example.org", "warga@example.org"):
        await people.find(other, email, reason="security")
    with pytest.raises(AdminError):
        await people.set_status(other, boss.id, Status.DISABLED, reason="mencoba saja")
    with pytest.raises(AdminError):
        await people.end_all_sessions(other, boss.id, reason="mencoba saja")
    await people.set_status(other, citizen.id, Status.LOCKED, reason="laporan warga")
    kept = [await site.house.people.get(one.id) for one in (boss, citizen)]
    assert [one.status for one in kept if one is not None] == [Status.ACTIVE, Status.LOCKED]
