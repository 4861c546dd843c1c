"""Passwords: kept whole, in one form, off the event loop, and refused when they are what everybody tries first."""

from __future__ import annotations

import asyncio
import unicodedata

import pytest

from idp.people.models import Person, Status
from idp.settings import IdpSettings
from idp.signin.password import Busy, Hasher, weakness

CHEAP = IdpSettings(argon2_memory_kib=7168, argon2_time=1)
LONG = "x" * 79 + "a" + "y" * 20
SITI = Person(
    "p",
    Status.ACTIVE,
    "verified",
    "id",
    {
        "name": "Siti Peragawati",
        "nik": "3503115203889001",
        "nip": "198803122010012901",
        "birthdate": "1988-03-12",
        "email": "siti@example.id",
        "phone_number": "+6286000009001",
    },
)


@pytest.mark.parametrize(
    ("kept", "typed", "fits"),
    [
        (LONG, LONG, True),
        (LONG, LONG[:79] + "b" + LONG[80:], False),  # only character 80 differs: nothing is cut off
        (LONG, LONG[:99], False),
        ("kata 🌾 sandi panjang", "kata 🌾 sandi panjang", True),
        ("kata 🌾 sandi panjang", "kata 🌽 sandi panjang", False),
        (" spasi di luar ", " spasi di luar ", True),
        (" spasi di luar ", "spasi di luar", False),
        (unicodedata.normalize("NFC", "café di pasar"), unicodedata.normalize("NFD", "café di pasar"), True),
        ("ｐａｎｊａｎｇ sekali", "panjang sekali", True),
        ("panjang sekali", "PANJANG SEKALI", False),
    ],
)
async def test_lg_19_a_password_is_compared_whole_and_in_nfkc(kept: str, typed: str, fits: bool) -> None:
    hasher = Hasher(CHEAP)
    assert await hasher.verify(await hasher.hash(kept), typed) is fits
    hasher.close()


async def test_the_hash_is_argon2id_with_the_settings_costs() -> None:
    hasher = Hasher(IdpSettings())
    assert (await hasher.hash("apa saja boleh")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.decoy.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "an unknown account costs the same"
    hasher.close()


async def test_nothing_fits_what_is_no_hash() -> None:
    hasher = Hasher(CHEAP)
    assert not await hasher.verify("", "apa saja boleh")
    assert not await hasher.verify("no hash", "no hash")
    hasher.close()


async def test_more_than_the_queue_is_busy_and_the_queue_empties_again() -> None:
    hasher = Hasher(CHEAP.model_copy(update={"hashing_threads": 1, "hashing_queue": 2}))
    kept = await hasher.hash("benar")
    outcomes = await asyncio.gather(*(hasher.verify(kept, "benar") for _ in range(8)), return_exceptions=True)
    assert [outcome for outcome in outcomes if outcome is True] == [True] * 3
    assert sum(isinstance(outcome, Busy) for outcome in outcomes) == 5
    hasher.require_room()
    assert await hasher.verify(kept, "benar")
    hasher.close()


async def test_a_full_queue_says_so_beforehand() -> None:
    hasher = Hasher(CHEAP.model_copy(update={"hashing_threads": 1, "hashing_queue": 1}))
    waiting = [asyncio.create_task(hasher.hash("apa saja boleh")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        hasher.require_room()
    await asyncio.gather(*waiting)
    hasher.close()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("pagi cerah di pantai prigi", ""),
        ("wisata trenggalek yang indah sekali", ""),
        ("sepuluh12", "short"),
        ("x y" * 500, "long"),
        ("katasandi1234", "common"),
        ("Kata Sandi 1234", "common"),
        ("aaaaaaaaaaaaaa", "common"),
        ("ababababababab", "common"),
        ("abcdefghijklmn", "common"),
        ("98765432109876", "common"),
        ("KabupatenTrenggalek2026", "common"),
        ("Trenggalek123!!", "common"),
        ("gapura-gapura-1", "common"),
        ("peragawati cantik", "personal"),
        ("3503115203889001", "personal"),
        ("sandi 12031988 saya", "personal"),
        ("sandi 19880312 saya", "personal"),
        ("sandi 120388 saya", "personal"),
        ("siti@example.id 77", "personal"),
        ("p3r4g4w4t1 c4nt1k", "personal"),
        ("P-e-r-a-g-a-w-a-t-i", "personal"),
        ("lahir 12 Maret 1988", "personal"),
        ("lahir 12-03-1988 ya", "personal"),
        ("nomor 86000009001 saja", "personal"),
        ("nomor 0860-0000-9001", "personal"),
        ("sore cerah di pantai prigi", ""),
    ],
)
def test_lg_21_a_weak_password_is_refused_with_its_reason(password: str, why: str) -> None:
    assert weakness(password, SITI) == why


def test_eight_characters_are_enough_beside_a_second_factor() -> None:
    assert weakness("kuda lumping", least=12) == ""
    assert (weakness("kudalump", least=8), weakness("kudalump", least=12)) == ("", "short")
