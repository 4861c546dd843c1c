"""Answers and withdrawals on the real store, inside the real fence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.errors import NoticeChanged, NotWithdrawable, NotYours, UnknownNotice
from consent.models import Basis, LedgerEvent, Notice, PurposeState, Standing
from consent.service import ConsentService
from hub.storage.expiring.memory import MemoryStore
from hub.storage.stores import Stores
from idp import guards
from kit.audit import AuditEvent
from kit.clock import FixedClock
from kit.expiring import Put
from tests.consent.samples import ALL, BUDI, DUTY, EXTRA, NEEDED, SITI, YEAR, answer, notice, purpose

FIRST = notice()
APPLICATION = FIRST.application


async def agreed(service: ConsentService) -> dict[str, PurposeState]:
    """Let Siti agree to everything; return her records by purpose."""
    await service.answer(answer(FIRST, "dampingi", "kabar"), FIRST)
    return {state.purpose: state for state in await service.states(SITI)}


async def events(stores: Stores) -> list[str]:
    return [row.entry.event.value for row in await stores.audit.search()]


async def test_an_answer_is_kept_audited_and_stands(service: ConsentService, stores: Stores) -> None:
    assert not (await service.standing(SITI, FIRST, ALL)).complete
    await agreed(service)
    found = await service.standing(SITI, FIRST, ALL)
    assert (found.complete, found.released) == (True, ALL)
    assert (await service.standing(BUDI, FIRST, ALL)).released == frozenset(), "one person's answer is nobody else's"
    assert await events(stores) == ["consent.given"] * 3
    assert (await stores.consent.verify()).intact


async def test_cn_09_an_answer_to_a_text_that_is_no_longer_current_changes_nothing(service: ConsentService) -> None:
    with pytest.raises(NoticeChanged):
        await service.answer(answer(FIRST, "dampingi"), notice(version="1.1"))
    with pytest.raises(UnknownNotice):
        await service.answer(answer(FIRST, "dampingi"), None)
    assert await service.states(SITI) == []
    await service.answer(answer(FIRST, "dampingi"), FIRST)
    assert len(await service.states(SITI)) == 3


async def test_cn_11_a_refusal_is_ledgered_and_audited(service: ConsentService, stores: Stores) -> None:
    await service.answer(answer(FIRST, refused=True), FIRST)
    assert {row.event for row in await service.history(SITI)} == {LedgerEvent.REFUSED}
    assert await events(stores) == ["consent.refused"] * 3
    assert (await service.standing(SITI, FIRST, ALL)).released == frozenset()


async def test_cn_05_what_was_made_under_the_old_answer_is_dead_after_a_withdrawal(service: ConsentService, expiring: MemoryStore) -> None:
    records = await agreed(service)
    own, other = guards.permit(SITI, APPLICATION), guards.permit(SITI, "petung-dadi")
    stands = await expiring.guards(own, other)
    assert await expiring.put(Put("token", b"1", 900, {own: stands[own]}), Put("other", b"1", 900, {other: stands[other]}))
    assert await expiring.get("token") == b"1"

    await service.withdraw(SITI, records["dampingi"].record_id, channel="portal", language="id")
    assert await expiring.get("token") is None
    assert await expiring.get("other") == b"1", "only the application whose consent changed"
    assert not await expiring.put(Put("late", b"1", 900, {own: stands[own]})), "nothing is made from what was read before"


async def test_cn_05_nothing_can_be_made_while_a_change_is_being_written(service: ConsentService, expiring: MemoryStore) -> None:
    own = guards.permit(SITI, APPLICATION)
    stands = await expiring.guards(own)
    async with service.fence.changing(SITI, APPLICATION):
        assert not await expiring.put(Put("token", b"1", 900, {own: stands[own]}))


async def test_a_required_consent_ends_the_service_and_an_optional_one_only_itself(service: ConsentService) -> None:
    records = await agreed(service)
    state, whole = await service.withdraw(SITI, records["kabar"].record_id, channel="portal", language="id")
    assert (state.standing, whole) == (Standing.WITHDRAWN, False)
    assert (await service.standing(SITI, FIRST, ALL)).released == ALL - {"phone_number"}

    state, whole = await service.withdraw(SITI, records["dampingi"].record_id, channel="portal", language="id")
    assert (state.standing, whole) == (Standing.WITHDRAWN, True)
    assert (await service.standing(SITI, FIRST, ALL)).released == frozenset({"name", "nik"})


async def test_cn_03_another_persons_record_is_as_one_that_does_not_exist(service: ConsentService) -> None:
    record = (await agreed(service))["dampingi"].record_id
    before = await service.history(SITI)
    for wanted in (record, "tidak-ada"):
        with pytest.raises(NotYours):
            await service.withdraw(BUDI, wanted, channel="portal", language="id")
        with pytest.raises(NotYours):
            await service.object(BUDI, wanted, channel="portal", language="id")
        with pytest.raises(NotYours):
            await service.state(BUDI, wanted)
    assert await service.history(SITI) == before
    assert (await service.state(SITI, record)).standing is Standing.IN_FORCE


async def test_ux_cn_4_a_duty_is_not_withdrawn_but_an_objection_is_recorded(service: ConsentService, stores: Stores) -> None:
    duty = (await agreed(service))["catat"]
    with pytest.raises(NotWithdrawable):
        await service.withdraw(SITI, duty.record_id, channel="portal", language="id")
    await service.object(SITI, duty.record_id, channel="portal", language="id")
    assert (await service.state(SITI, duty.record_id)).standing is Standing.INFORMED
    assert [row.event for row in await service.history(SITI, record_id=duty.record_id)] == [LedgerEvent.OBJECTED, LedgerEvent.INFORMED]
    assert (await events(stores))[0] == AuditEvent.OBJECTION_FILED.value


async def test_a_second_withdrawal_finds_nothing_to_withdraw(service: ConsentService) -> None:
    record = (await agreed(service))["kabar"].record_id
    await service.withdraw(SITI, record, channel="portal", language="id")
    with pytest.raises(NotWithdrawable):
        await service.withdraw(SITI, record, channel="portal", language="id")
    assert (await service.state(SITI, record)).standing is Standing.WITHDRAWN


async def test_cn_10_what_has_expired_cannot_be_withdrawn(service: ConsentService, clock: FixedClock) -> None:
    record = (await agreed(service))["kabar"].record_id
    clock.advance(YEAR)
    with pytest.raises(NotWithdrawable):
        await service.withdraw(SITI, record, channel="portal", language="id")


async def test_an_officer_who_withdraws_for_a_citizen_stands_in_the_ledger_and_in_the_audit(
    service: ConsentService, stores: Stores
) -> None:
    record = (await agreed(service))["kabar"].record_id
    await service.withdraw(SITI, record, channel="counter", language="id", officer="petugas-7")
    row = (await service.history(SITI, record_id=record))[0]
    assert (row.person, row.officer, row.channel) == (SITI, "petugas-7", "counter")
    actors = [row.entry.actor for row in await stores.audit.search()]
    assert actors == ["operator:petugas-7", "person:siti", "person:siti", "person:siti"], "her own answers stay hers"


async def test_a_newer_text_closes_the_older_record_and_makes_its_own(
    service: ConsentService, published: dict[str, Notice], clock: FixedClock
) -> None:
    old = await agreed(service)
    newer = notice(version="1.1")
    published[newer.id] = newer
    clock.advance(60)
    await service.answer(replace(answer(newer, "dampingi"), at=clock.now()), newer)
    states = await service.states(SITI)
    assert {state.standing for state in states if state.notice == FIRST.id} == {Standing.RENEWED}
    assert {state.record_id for state in states if state.notice == newer.id}.isdisjoint({state.record_id for state in old.values()})
    assert (await service.standing(SITI, newer, ALL)).released == ALL - {"phone_number"}


async def test_one_optional_claim_is_withdrawn_alone_and_its_row_names_it(
    service: ConsentService, stores: Stores, published: dict[str, Notice]
) -> None:
    text = notice(DUTY, NEEDED, purpose("kabar", Basis.CONSENT, False, "phone_number", "email", valid_for=YEAR), service="surat")
    published[text.id] = text
    await service.answer(answer(text, "dampingi", "kabar"), text)
    record = next(state for state in await service.states(SITI) if state.purpose == "kabar")
    state, whole = await service.withdraw(SITI, record.record_id, channel="portal", language="id", claims=frozenset({"email"}))
    assert (state.standing, state.claims, whole) == (Standing.IN_FORCE, frozenset({"phone_number"}), False)
    newest, first = await service.history(SITI, record_id=record.record_id)
    assert (newest.event, newest.claims) == (LedgerEvent.WITHDRAWN, ("email",))
    assert (first.event, first.claims) == (LedgerEvent.GIVEN, ("email", "phone_number"))
    assert (await service.standing(SITI, text, ALL | {"email"})).released == ALL
    assert (await stores.consent.verify()).intact


async def test_a_newer_text_asks_only_for_what_is_new_and_the_rest_goes_on(service: ConsentService, published: dict[str, Notice]) -> None:
    await agreed(service)
    newer = notice(DUTY, NEEDED, EXTRA, purpose("surat", Basis.CONSENT, False, "email", valid_for=YEAR), version="1.1")
    published[newer.id] = newer
    assert (await service.standing(SITI, newer, ALL)).complete, "nothing new is wanted"
    found = await service.standing(SITI, newer, ALL | {"email"})
    assert (found.to_show, found.released) == (("surat",), ALL)
