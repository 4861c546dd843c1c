"""Two presses, two tabs, two processes: one answer stays one answer, and nothing stale is written over what is newer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from consent.errors import NothingToObject, NotWithdrawable
from consent.models import LedgerEvent, Standing
from consent.service import ConsentService
from hub.storage.expiring.memory import MemoryStore
from hub.storage.stores import Stores
from idp import guards
from kit.clock import FixedClock
from tests.consent.samples import ALL, NOW, SITI, answer, notice

FIRST = notice()


async def record(service: ConsentService, purpose: str) -> str:
    return next(state.record_id for state in await service.states(SITI) if state.purpose == purpose)


async def test_ux_c_15_answers_that_come_together_are_one_answer(service: ConsentService, stores: Stores) -> None:
    await asyncio.gather(*(service.answer(answer(FIRST, "dampingi"), FIRST) for _ in range(6)))
    assert sorted(row.event.value for row in await service.history(SITI)) == ["given", "informed", "refused"]
    assert (await stores.consent.verify()).intact


async def test_ux_c_15_a_second_press_changes_nothing_and_kills_nothing(service: ConsentService, expiring: MemoryStore) -> None:
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    name = guards.permit(SITI, FIRST.application)
    before = await expiring.guards(name)
    await service.answer(answer(FIRST, "dampingi", at=NOW + 4), FIRST)
    assert len(await service.history(SITI)) == 3
    assert await expiring.guards(name) == before, "what was issued after the first press lives on"


@pytest.mark.parametrize(
    ("agreed", "later", "rows"), [(("dampingi",), 5, 6), (("dampingi", "kabar"), 1, 4)], ids=["later", "another answer"]
)
async def test_an_answer_given_later_or_otherwise_is_written(
    service: ConsentService, agreed: tuple[str, ...], later: int, rows: int
) -> None:
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    await service.answer(answer(FIRST, *agreed, at=NOW + later), FIRST)
    assert len(await service.history(SITI)) == rows


async def test_withdrawals_that_come_together_are_one_and_the_other_is_told(service: ConsentService) -> None:
    await service.answer(answer(FIRST, "dampingi", "kabar"), FIRST)
    wanted = await record(service, "kabar")
    pressed = await asyncio.gather(
        *(service.withdraw(SITI, wanted, channel="portal", language="id") for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, NotWithdrawable) for one in pressed) == 3
    assert [row.event for row in await service.history(SITI, record_id=wanted)] == [LedgerEvent.WITHDRAWN, LedgerEvent.GIVEN]


async def test_a_withdrawal_that_meets_an_answer_leaves_the_chain_and_one_state(service: ConsentService, stores: Stores) -> None:
    await service.answer(answer(FIRST, "dampingi", "kabar"), FIRST)
    wanted = await record(service, "kabar")
    withdrawal, answered = await asyncio.gather(
        service.withdraw(SITI, wanted, channel="portal", language="id"),
        service.answer(answer(FIRST, "dampingi", at=NOW + 60), FIRST),
        return_exceptions=True,
    )
    assert answered is None
    assert not isinstance(withdrawal, BaseException) or isinstance(withdrawal, NotWithdrawable), "the answer without it was first"
    newest = (await service.history(SITI, record_id=wanted))[0]
    state = await service.state(SITI, wanted)
    assert state.last_seq == newest.seq
    assert state.standing in (Standing.WITHDRAWN, Standing.REFUSED)
    assert (await service.standing(SITI, FIRST, ALL)).released == ALL - {"phone_number"}
    assert (await stores.consent.verify()).intact


async def test_an_objection_stands_at_its_own_time_and_once(service: ConsentService, clock: FixedClock) -> None:
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    wanted = await record(service, "catat")
    clock.advance(3600)
    for _ in range(3):
        await service.object(SITI, wanted, channel="portal", language="id")
    history = await service.history(SITI, record_id=wanted)
    assert [(row.event, row.at) for row in history] == [(LedgerEvent.OBJECTED, NOW + 3600), (LedgerEvent.INFORMED, NOW)]
    assert (await service.state(SITI, wanted)).since == NOW


async def test_a_consent_is_withdrawn_not_objected_to(service: ConsentService) -> None:
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    wanted = await record(service, "dampingi")
    with pytest.raises(NothingToObject):
        await service.object(SITI, wanted, channel="portal", language="id")
    await service.withdraw(SITI, wanted, channel="portal", language="id")
    with pytest.raises(NothingToObject):
        await service.object(SITI, wanted, channel="portal", language="id")
    assert (await service.state(SITI, wanted)).standing is Standing.WITHDRAWN


async def test_what_cannot_be_withdrawn_stops_nothing(service: ConsentService, expiring: MemoryStore) -> None:
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    name = guards.permit(SITI, FIRST.application)
    before = await expiring.guards(name)
    with pytest.raises(NotWithdrawable):
        await service.withdraw(SITI, await record(service, "catat"), channel="portal", language="id")
    assert await expiring.guards(name) == before


async def test_an_answer_to_the_newer_text_closes_the_older_once(
    service: ConsentService, published: dict[str, object], clock: FixedClock
) -> None:
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    newer = notice(version="1.1")
    published[newer.id] = newer
    clock.advance(60)
    given = replace(answer(newer, "dampingi"), at=clock.now())
    await asyncio.gather(*(service.answer(given, newer) for _ in range(3)))
    events = [row.event for row in await service.history(SITI)]
    assert events.count(LedgerEvent.RENEWED) == 2, "a refusal needs no closing"
    assert events.count(LedgerEvent.GIVEN) == 2
