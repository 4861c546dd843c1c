"""Who is known to an older system by a password made for it: decided by the rules of every door, over in the moment anything changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from connectors.contract import Connector
from connectors.directory import Found, Refused, TooManyGuesses
from consent.models import Disclosure
from hub.directory.house import build_directory
from idp import guards
from idp.directory.desk import HouseDirectory
from idp.directory.passwords import ALPHABET, LENGTH, new_password, normal
from idp.directory.service import MOST, DirectoryPasswords
from idp.directory.wiring import DIRECTORY_KEY
from idp.people.models import Identifier, IdentifierKind, Status
from idp.tokens import guessing
from kit.keys import derive
from tests.idp.directory.town import APPLICATION, CONNECTOR, SERVICE, agree, directory_site
from tests.portal.walks import WAGIYEM, person_id
from tests.site import SITI, Site

UID = "+6286000009001"


class Desk:
    """The desk of the directory beside the portal that makes passwords, on the same stores."""

    def __init__(self, site: Site, desk: HouseDirectory, passwords: DirectoryPasswords, follow: Callable[[], Awaitable[None]]) -> None:
        self.site, self.desk, self.passwords, self.follow = site, desk, passwords, follow

    @property
    def connector(self) -> Connector:
        return self.desk.registry.now.connectors[CONNECTOR]

    async def make(self, nik: str = SITI) -> str:
        person = await self.site.house.people.get(await person_id(self.site, nik))
        assert person is not None
        made = await self.passwords.make(person, self.connector, "Peramban")
        assert made
        return made

    async def bind(self, password: str, uid: str = UID) -> Found | Refused | None:
        return await self.desk.with_password(self.connector, uid, password)


@pytest.fixture
async def desk(site: Site) -> Desk:
    await directory_site(site)
    house = await build_directory(site.resources)
    stores = site.resources.stores
    key = derive(site.resources.master_key, DIRECTORY_KEY)
    passwords = DirectoryPasswords(
        stores.directory_passwords, house.deciding, house.registry, site.resources.expiring, site.resources.clock, key
    )
    return Desk(site, house.desk("ldap"), passwords, house.follower.force)


async def disclosed(site: Site) -> list[Disclosure]:
    await site.house.disclosures.flush()
    return [view.disclosure for view in await site.resources.stores.disclosures.of_person(await person_id(site))]


async def test_a_password_lets_its_holder_in_as_whom_she_agreed_to_be(desk: Desk) -> None:
    await agree(desk.site)
    found = await desk.bind(await desk.make())
    assert isinstance(found, Found)
    assert {one.name: one.value for one in found.emissions} == {
        "uid": UID,
        "cn": "Siti Peragawati",
        "sn": "Siti Peragawati",
        "mobile": UID,
        "l": "Trenggalek",
    }


async def test_a_password_has_140_bits_and_is_typed_with_or_without_groups(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    assert len(ALPHABET) ** LENGTH >= 2**128
    assert len(made.split("-")) == 7 and len({new_password() for _ in range(50)}) == 50
    for typed in (made, made.replace("-", ""), made.upper(), made.replace("-", " "), made.replace("0", "o").replace("1", "l")):
        assert isinstance(await desk.bind(typed), Found)
    for typed in ("", made[:-1], made + "a", "u" * LENGTH, made * 9):
        assert normal(typed) == "" and await desk.bind(typed) is None


async def test_ld_09_the_password_is_kept_as_a_keyed_digest_only(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    (row,) = await desk.passwords.of_person(await person_id(desk.site))
    assert normal(made) not in repr(row) and made not in repr(row)
    assert len(row.mac) == 43
    raw = (desk.site.resources.settings.storage.data_dir / "gapura.db").read_bytes()
    assert normal(made).encode() not in raw and made.encode() not in raw


async def test_a_password_is_good_for_its_holder_at_its_connector_only(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    assert await desk.bind(made, "+6286000009003") is None
    assert await desk.bind(new_password()) is None
    other = replace(desk.connector, id="lain")
    assert await desk.desk.with_password(other, UID, made) is None
    assert isinstance(await desk.bind(made), Found)
    assert await desk.bind(made, "+6286000009003") is None, "nor from what is kept of the first answer"


async def test_without_consent_nothing_is_made_and_nobody_is_known(desk: Desk) -> None:
    person = await desk.site.house.people.get(await person_id(desk.site))
    assert person is not None
    assert await desk.passwords.make(person, desk.connector, "") == ""
    assert await desk.passwords.offered(person) == [desk.connector], "a notice is all that is missing"


async def test_a_withdrawal_ends_it_at_once(desk: Desk) -> None:
    await agree(desk.site)
    made, person = await desk.make(), await person_id(desk.site)
    found = await desk.bind(made)
    assert isinstance(found, Found) and await desk.desk.again(desk.connector, found) == found
    assert await desk.desk.by_key(desk.connector, "phone_number", UID) is not None
    (record, *_) = [one for one in await desk.site.house.consent.states(person, SERVICE) if one.purpose.endswith("dampingi")]
    await desk.site.house.consent.withdraw(person, record.record_id, channel="portal", language="id")
    assert isinstance(await desk.bind(made), Refused)
    assert await desk.desk.again(desk.connector, found) is None
    assert await desk.desk.by_key(desk.connector, "phone_number", UID) is None


async def test_signing_out_everywhere_revokes_it_for_good(desk: Desk) -> None:
    await agree(desk.site)
    made, person = await desk.make(), await person_id(desk.site)
    assert isinstance(await desk.bind(made), Found)
    await desk.site.house.people.end_everything(person)
    assert await desk.bind(made) is None
    assert await desk.passwords.of_person(person) == []


@pytest.mark.parametrize("status", [Status.LOCKED, Status.DISABLED, Status.CLOSED])
async def test_an_account_that_is_not_active_is_not_known(desk: Desk, status: Status) -> None:
    await agree(desk.site)
    made, person = await desk.make(), await person_id(desk.site)
    assert isinstance(await desk.bind(made), Found)
    await desk.site.house.people.set_status(person, status, actor="cli")
    assert not isinstance(await desk.bind(made), Found)


async def test_a_stopped_application_is_not_answered_for(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    assert isinstance(await desk.bind(made), Found)
    application = desk.desk.registry.now.applications[APPLICATION]
    await desk.site.resources.stores.registry.save_application(replace(application, enabled=False), based_on=application.revision)
    await desk.site.resources.expiring.move(guards.application(APPLICATION))
    await desk.follow()
    assert desk.desk.connectors() == []
    assert isinstance(await desk.bind(made), Refused)


async def test_revoking_one_leaves_the_others(desk: Desk) -> None:
    await agree(desk.site)
    first, second = await desk.make(), await desk.make()
    person = await person_id(desk.site)
    assert isinstance(await desk.bind(first), Found) and isinstance(await desk.bind(second), Found)
    rows = await desk.passwords.of_person(person)
    assert not await desk.passwords.revoke(await person_id(desk.site, WAGIYEM), rows[0].id), "another's does not exist"
    for made, row in [(one, row) for one in (first, second) for row in rows]:
        found = await desk.bind(made)
        if isinstance(found, Found) and row.id in found.handle:
            assert await desk.passwords.revoke(person, row.id)
            assert await desk.bind(made) is None
            break
    assert [isinstance(await desk.bind(one), Found) for one in (first, second)].count(True) == 1


async def test_the_steady_path_sends_no_sql(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    found = await desk.bind(made)
    assert isinstance(found, Found)
    await desk.desk.told(desk.connector, found, frozenset({"phone_number"}))
    with desk.site.resources.stores.database.counting() as heard:
        for _ in range(3):
            again = await desk.bind(made)
            assert again == found
            await desk.desk.told(desk.connector, found, frozenset({"phone_number"}))
            assert await desk.desk.again(desk.connector, found) == found
    assert heard == []


async def test_ld_09_what_is_told_is_on_record_by_claim_before_it_is_told(desk: Desk) -> None:
    await agree(desk.site)
    found = await desk.bind(await desk.make())
    assert isinstance(found, Found)
    await desk.desk.told(desk.connector, found, frozenset({"phone_number"}))
    await desk.desk.told(desk.connector, found, frozenset({"phone_number", "name"}))
    rows = {(row.claims, row.client, row.channel, row.service) for row in await disclosed(desk.site)}
    assert (("phone_number",), CONNECTOR, "ldap", SERVICE) in rows
    assert (("name", "phone_number"), CONNECTOR, "ldap", SERVICE) in rows


async def test_ld_09_only_holders_of_a_password_are_found(desk: Desk) -> None:
    await agree(desk.site)
    assert await desk.desk.by_key(desk.connector, "phone_number", UID) is None, "she agreed, but asked for no password"
    await desk.make()
    found = await desk.desk.by_key(desk.connector, "phone_number", UID)
    assert found is not None and found.uid == UID
    for claim, value in (("phone_number", UID[:-1]), ("phone_number", "*"), ("email", "siti@example.id"), ("nik", SITI), ("name", "Siti")):
        assert await desk.desk.by_key(desk.connector, claim, value) is None


async def test_a_name_that_two_holders_have_is_nobodys(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    stores = desk.site.resources.stores
    twin = await stores.people.get(await person_id(desk.site))
    assert twin is not None
    shared = replace(twin, id="kembar", claims={**twin.claims, "nik": "3503024507519003"})
    await stores.people.create(shared, [Identifier(IdentifierKind.PHONE, UID, True)])
    (mine,) = await stores.directory_passwords.of_person(twin.id)
    await stores.directory_passwords.add(replace(mine, id="p2", person="kembar", mac="m2"), MOST)
    assert isinstance(await desk.bind(made), Refused)
    assert await desk.desk.by_key(desk.connector, "phone_number", UID) is None


async def test_guesses_are_slowed_by_address_and_by_name_and_the_owner_is_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await agree(desk.site)
    made = await desk.make()
    monkeypatch.setattr(guessing, "MOST", 3)
    for _ in range(3):
        await desk.desk.failed(desk.connector, UID, "192.0.2.7")
    with pytest.raises(TooManyGuesses):
        await desk.desk.failed(desk.connector, "lain", "192.0.2.7")
    with pytest.raises(TooManyGuesses):
        await desk.desk.failed(desk.connector, UID, "198.51.100.1")
    await desk.desk.failed(desk.connector, "lain", "198.51.100.2")
    assert isinstance(await desk.bind(made), Found)


async def test_a_person_has_so_many_and_no_more_whatever_she_does_at_once(desk: Desk) -> None:
    await agree(desk.site)
    person = await desk.site.house.people.get(await person_id(desk.site))
    assert person is not None
    made = await asyncio.gather(*(desk.passwords.make(person, desk.connector, "") for _ in range(MOST + 3)))
    assert len([one for one in made if one]) == MOST


async def test_the_day_of_use_is_noted_and_not_the_moment(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    await desk.bind(made)
    (row,) = await desk.passwords.of_person(await person_id(desk.site))
    assert row.used_at and row.used_at % 86400 == 0


async def test_a_service_that_needs_two_steps_is_not_entered_with_one(desk: Desk) -> None:
    await agree(desk.site)
    made = await desk.make()
    snapshot = desk.desk.registry.now
    service = replace(snapshot.services[SERVICE], authentication_level="aal2")
    desk.desk.registry.replace(replace(snapshot, by_application={**snapshot.by_application, APPLICATION: (service,)}), "1")
    assert isinstance(await desk.bind(made), Refused)
