"""Who is it? The same answer and the same work for every kind of no."""

from __future__ import annotations

import pytest

from idp.people.models import Identifier, IdentifierKind, Person, Status
from idp.signin.authenticate import No, SignedIn
from idp.signin.password import Busy
from tests.idp.signin.desk import Desk, desk_of, email
from tests.site import PASSWORD, SITI, Site

RINI = "198504172010012901"
BAYU_NIK, SHARED_PHONE = "3503120211999002", "0860 0000 9003"


def who(outcome: SignedIn | No) -> str:
    assert isinstance(outcome, SignedIn)
    return outcome.person.name


@pytest.mark.parametrize(
    "typed",
    [
        SITI,
        "3503 1152 0388 9001",
        "3503.1152-03889001",
        "086000009001",
        "0860 0000 9001",
        "+62 860-0000-9001",
        "siti@example.id",
        " SITI@EXAMPLE.ID ",
    ],
)
async def test_ux_lg_1_each_form_of_each_identifier_reaches_the_same_account(site: Site, typed: str) -> None:
    assert who(await desk_of(site).try_password(typed, PASSWORD)) == "Siti Peragawati"


async def test_ux_lg_1_staff_sign_in_by_nip(site: Site) -> None:
    assert who(await desk_of(site).try_password("19850417 201001 2 901", PASSWORD)).startswith("Rini")


async def test_ux_lg_1_an_unverified_nik_never_signs_in(site: Site) -> None:
    desk = desk_of(site)
    assert await desk.try_password(BAYU_NIK, PASSWORD) == No()
    assert who(await desk.try_password("bayu@example.id", PASSWORD)).startswith("Bayu")


async def test_ux_lg_1_an_unverified_nip_never_signs_in(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(Identifier(IdentifierKind.NIP, "199001012015011901", False), email("pegawai@example.id"))
    assert await desk.try_password("199001012015011901", PASSWORD) == No()
    assert who(await desk.try_password("pegawai@example.id", PASSWORD)) == "Uji Satu"


async def test_ux_lg_1_a_shared_phone_signs_nobody_in(site: Site) -> None:
    desk = desk_of(site)
    assert await desk.try_password(SHARED_PHONE, PASSWORD) == No()
    assert who(await desk.try_password("yanto@example.id", PASSWORD)).startswith("Yanto")


async def test_ux_lg_1_a_shared_address_signs_nobody_in(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(email("siti@example.id", verified=False))
    assert await desk.try_password("siti@example.id", PASSWORD) == No()
    assert who(await desk.try_password(SITI, PASSWORD)) == "Siti Peragawati"


async def cases(desk: Desk) -> dict[str, str]:
    """Return what is typed in each case that ends in the same no."""
    await desk.person(email("biasa@example.id"))
    await desk.person(email("dikunci@example.id"), status=Status.LOCKED)
    await desk.person(email("mati@example.id"), status=Status.DISABLED)
    await desk.site.house.people.create({"name": "Tanpa Sandi"}, [email("tanpa@example.id")], actor="cli")
    return {
        "unknown": "tidakada@example.id",
        "known": "biasa@example.id",
        "locked": "dikunci@example.id",
        "disabled": "mati@example.id",
        "no password": "tanpa@example.id",
        "shared": SHARED_PHONE,
        "unverified": BAYU_NIK,
        "nothing": "bukan apa-apa",
    }


async def test_lg_01_every_no_hashes_once_and_sends_the_database_the_same_statements(site: Site) -> None:
    desk = desk_of(site)
    work = {}
    for number, (case, typed) in enumerate((await cases(desk)).items()):
        before = desk.hasher.verifications
        with site.resources.stores.database.counting() as statements:
            assert await desk.try_password(typed, "salah sama sekali", address=f"10.0.{number}.1") == No()
        asked = [statement for statement in statements if "FROM roles" not in statement]  # one short read more when somebody is found
        work[case] = (desk.hasher.verifications - before, tuple(asked))
        assert len(statements) - len(asked) <= 1
    assert len(set(work.values())) == 1, work
    assert work["unknown"][0] == 1, "hashed once"


@pytest.mark.parametrize("case", ["locked", "disabled"])
async def test_lg_01_the_right_password_of_a_closed_account_is_the_same_no(site: Site, case: str) -> None:
    desk = desk_of(site)
    typed = (await cases(desk))[case]
    assert await desk.try_password(typed, PASSWORD) == No()


async def test_pv_06_guesses_at_a_stranger_and_at_nobody_slow_alike(site: Site) -> None:
    desk = desk_of(site)
    outcomes = {}
    for number, typed in enumerate((SITI, "3503110708909876")):
        outcomes[typed] = [await desk.try_password(typed, address=f"10.{number}.{i}.1") for i in range(7)]
    assert outcomes[SITI] == outcomes["3503110708909876"]
    assert outcomes[SITI][-1] != No()


async def test_pv_06_a_spent_nik_does_not_tell_which_phone_is_its_owners(site: Site) -> None:
    desk = desk_of(site)
    for number in range(7):
        await desk.try_password(SITI, address=f"10.0.{number}.1")
    assert await desk.try_password("086000009001", address="10.1.0.1") == No()


async def test_a_failure_is_audited_without_what_was_typed(site: Site) -> None:
    desk = desk_of(site)
    await desk.try_password("siti@example.id", "rahasia sekali")
    await desk.try_password("tidakada@example.id", "rahasia sekali")
    unknown, known = await site.resources.stores.audit.search(event="person.sign_in_failed", limit=2)
    siti: Person = (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0]
    assert (known.entry.subject, known.entry.origin) == (f"person:{siti.id}", "203.0.113.0/24")
    assert unknown.entry.subject == "unknown"
    assert "example.id" not in repr([known, unknown]) and "rahasia" not in repr([known, unknown])


async def test_our_own_load_is_nobodys_wrong_guess(site: Site) -> None:
    desk = desk_of(site)
    person = await desk.person(email("biasa@example.id"))
    room, desk.hasher._room = desk.hasher._room, 0
    for _ in range(20):
        with pytest.raises(Busy):
            await desk.try_password("biasa@example.id", PASSWORD)
    desk.hasher._room = room
    outcome = await desk.try_password("biasa@example.id", PASSWORD)
    assert isinstance(outcome, SignedIn) and outcome.person.id == person.id
