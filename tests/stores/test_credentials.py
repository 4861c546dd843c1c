"""Credentials and guesses on every SQL back end."""

from __future__ import annotations

import asyncio

import pytest

from hub.storage.stores import Stores
from idp.people.models import Guesses
from kit.audit import AuditEvent
from tests.stores.samples import NOW, credential, entry, person


@pytest.fixture(autouse=True)
async def siti(stores: Stores) -> None:
    await stores.people.create(person(), [])


async def test_a_credential_comes_back_and_is_replaced(stores: Stores) -> None:
    await stores.credentials.put(credential(), [entry(event=AuditEvent.FACTOR_ADDED)])
    assert await stores.credentials.of_person("siti", "totp") == credential()
    assert await stores.credentials.of_person("siti", "password") is None
    await stores.credentials.put(credential(id="c2", secret="other", last_step=0))
    assert await stores.credentials.of_person("siti", "totp") == credential(id="c2", secret="other")
    await stores.credentials.remove("siti", "totp", [entry(event=AuditEvent.FACTOR_REMOVED)])
    assert await stores.credentials.of_person("siti", "totp") is None
    assert [row.entry.event for row in await stores.audit.search()] == [AuditEvent.FACTOR_REMOVED, AuditEvent.FACTOR_ADDED]


async def test_lg_08_a_step_is_used_once(stores: Stores) -> None:
    await stores.credentials.put(credential())
    used = await asyncio.gather(*(stores.credentials.use_step("c1", 59_850_000) for _ in range(20)))
    assert sum(used) == 1
    assert not await stores.credentials.use_step("c1", 59_849_999), "an older step is used up too"
    assert await stores.credentials.use_step("c1", 59_850_001)
    assert not await stores.credentials.use_step("unknown", 1)


async def test_r8_no_more_guesses_are_counted_than_the_limit(stores: Stores) -> None:
    counts = await asyncio.gather(*(stores.credentials.count_guess("blind", NOW, 10) for _ in range(40)))
    assert sorted(count for count in counts if count is not None) == list(range(1, 11))
    assert await stores.credentials.guesses("blind") == Guesses("blind", 10, NOW)
    assert await stores.credentials.count_guess("other", NOW, 10) == 1


async def test_a_success_forgives(stores: Stores) -> None:
    await stores.credentials.count_guess("blind", NOW, 10)
    await stores.credentials.forgive("blind")
    assert await stores.credentials.guesses("blind") == Guesses("blind", 0, 0)
    assert await stores.credentials.count_guess("blind", NOW + 1, 10) == 1
    assert await stores.credentials.count_guess("never", NOW, 0) is None
