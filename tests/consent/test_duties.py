"""What an event makes an agency owe, until when, and what settles it (UX CH-3; UU 27/2022 Pasal 30, 32, 40, 41, 43)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consent import duties
from consent.duty_models import Cause, Duty, DutyKind, Outcome
from consent.errors import NotHoldable, NotRequestable, NotYours
from consent.models import LedgerEvent, PurposeState, Standing
from consent.rights import Rights
from consent.service import ConsentService
from hub.storage.expiring.memory import MemoryStore
from hub.storage.stores import Stores
from idp import guards
from kit.audit import AuditEvent
from kit.clock import FixedClock
from kit.expiring import Put
from tests.consent.samples import ALL, BUDI, NOW, SITI, YEAR, answer, notice

FIRST = notice()
HOUR = 3600
SAID = {"channel": "portal", "language": "id"}


@pytest.fixture
def rights(service: ConsentService) -> Rights:
    return Rights(service)


async def agreed(service: ConsentService) -> dict[str, PurposeState]:
    await service.answer(answer(FIRST, "dampingi", "kabar"), FIRST)
    return {state.purpose: state for state in await service.states(SITI)}


async def owed(stores: Stores) -> dict[tuple[str, str], Duty]:
    return {(one.purpose, one.kind.value): one for one in await stores.duties.of_person(SITI)}


@pytest.mark.parametrize("kind", DutyKind)
def test_every_kind_of_duty_has_its_article_and_period(kind: DutyKind) -> None:
    rule = duties.RULES[kind]
    assert duties.due_at(kind, NOW) == NOW + rule.seconds
    if rule.in_law:
        assert rule.seconds == 72 * HOUR, "clock hours, weekends too"
        assert rule.article in (30, 32, 40, 41)


async def test_ch_3_a_withdrawal_makes_stop_and_deletion_owed_within_seventy_two_hours(service: ConsentService, stores: Stores) -> None:
    states = await agreed(service)
    assert await owed(stores) == {}
    await service.withdraw(SITI, states["kabar"].record_id, **SAID)
    found = await owed(stores)
    assert set(found) == {("kabar", "stop"), ("kabar", "delete")}
    stop = found["kabar", "stop"]
    assert (stop.due_at, stop.cause, stop.agency) == (NOW + 72 * HOUR, Cause.PARTLY_WITHDRAWN, "DINSOS")
    assert not stop.overdue(NOW + 72 * HOUR)
    assert stop.overdue(NOW + 72 * HOUR + 1), "nothing is written for that: it is a fact about the clock"


async def test_ch_3_without_the_required_consent_every_record_of_the_service_is_owed(service: ConsentService, stores: Stores) -> None:
    states = await agreed(service)
    await service.withdraw(SITI, states["dampingi"].record_id, **SAID)
    assert set(await owed(stores)) == {(purpose, kind) for purpose in ("dampingi", "kabar") for kind in ("stop", "delete")}


async def test_agreeing_anew_makes_what_was_open_moot_and_nothing_that_was_settled(service: ConsentService, stores: Stores) -> None:
    states = await agreed(service)
    await service.withdraw(SITI, states["kabar"].record_id, **SAID)
    stop = (await owed(stores))["kabar", "stop"]
    assert await stores.duties.settle(replace(stop, outcome=Outcome.DONE, settled_at=NOW + 9, settled_by="client:a"))
    await service.answer(answer(FIRST, "kabar", at=NOW + 60, shown=("kabar",)), FIRST)
    assert {key: one.outcome for key, one in (await owed(stores)).items()} == {
        ("kabar", "stop"): Outcome.DONE,
        ("kabar", "delete"): Outcome.MOOT,
    }


async def test_a_duty_is_settled_once_and_its_words_lie_sealed(service: ConsentService, stores: Stores, tmp_path: Path) -> None:
    states = await agreed(service)
    await service.withdraw(SITI, states["kabar"].record_id, **SAID)
    delete = (await owed(stores))["kabar", "delete"]
    said = replace(delete, outcome=Outcome.REFUSED, settled_at=NOW + 9, settled_by="client:a", by="Pak Darmo", answer="Arsip wajib.")
    assert await stores.duties.settle(said)
    assert not await stores.duties.settle(replace(said, outcome=Outcome.DONE))
    assert await stores.duties.get(delete.id) == said
    assert b"Darmo" not in b"".join(one.read_bytes() for one in tmp_path.iterdir() if one.is_file())


@pytest.mark.parametrize(
    ("kind", "outcome", "words", "may"),
    [
        (DutyKind.STOP, Outcome.DONE, "", True),
        (DutyKind.STOP, Outcome.REFUSED, "tidak mau", False),
        (DutyKind.DELETE, Outcome.DONE, "", True),
        (DutyKind.DELETE, Outcome.REFUSED, " ", False),
        (DutyKind.DELETE, Outcome.REFUSED, "UU 43/2009 mewajibkan arsip", True),
        (DutyKind.ACCESS, Outcome.MOOT, "", False),
    ],
)
def test_which_answers_settle_a_duty(kind: DutyKind, outcome: Outcome, words: str, may: bool) -> None:
    duty = Duty("d", kind, Cause.REQUESTED, SITI, "A", "a", "s", "p", "r", NOW, NOW + 1)
    assert duties.may_settle(duty, outcome, words) is may


async def test_pasal_41_a_hold_stops_the_release_at_once_and_she_alone_lifts_it(
    service: ConsentService, rights: Rights, stores: Stores, expiring: MemoryStore, clock: FixedClock
) -> None:
    states = await agreed(service)
    record = states["dampingi"].record_id
    name = guards.permit(SITI, FIRST.application)
    assert await expiring.put(Put("token", b"x", 600, await expiring.guards(name)))
    await rights.hold(SITI, record, **SAID)
    assert await expiring.get("token") is None, "what was issued before is dead"
    assert "kecamatan" not in (await service.standing(SITI, FIRST, ALL)).released
    assert (await owed(stores))["dampingi", "restriction"].due_at == NOW + 72 * HOUR
    assert all(report.intact for report in await stores.proving.whole())
    with pytest.raises(NotYours):
        await rights.lift(BUDI, record, **SAID)
    with pytest.raises(NotHoldable):
        await rights.hold(SITI, record, **SAID)
    clock.advance(HOUR)
    await rights.lift(SITI, record, **SAID)
    state = await service.state(SITI, record)
    assert (state.standing, state.expires_at) == (Standing.IN_FORCE, states["dampingi"].expires_at)
    assert (await service.standing(SITI, FIRST, ALL)).released == ALL
    assert (await owed(stores))["dampingi", "restriction"].outcome is Outcome.MOOT
    events = [row.event for row in await service.history(SITI, record_id=record)]
    assert events == [LedgerEvent.LIFTED, LedgerEvent.HELD, LedgerEvent.GIVEN]
    assert all(report.intact for report in await stores.proving.whole())


async def test_an_optional_hold_is_not_asked_away_and_a_hold_can_be_withdrawn(service: ConsentService, rights: Rights) -> None:
    states = await agreed(service)
    await rights.hold(SITI, states["kabar"].record_id, **SAID)
    found = await service.standing(SITI, FIRST, ALL)
    assert (found.complete, "phone_number" in found.released) == (True, False)
    await service.withdraw(SITI, states["kabar"].record_id, **SAID)
    assert (await service.state(SITI, states["kabar"].record_id)).standing is Standing.WITHDRAWN


async def test_what_rests_on_a_duty_is_not_held_but_a_restriction_is_asked_for(
    service: ConsentService, rights: Rights, stores: Stores
) -> None:
    states = await agreed(service)
    with pytest.raises(NotHoldable):
        await rights.hold(SITI, states["catat"].record_id, **SAID)
    await rights.request(SITI, states["catat"].record_id, DutyKind.RESTRICTION, "", **SAID)
    with pytest.raises(NotRequestable):
        await rights.request(SITI, states["kabar"].record_id, DutyKind.RESTRICTION, "", **SAID)
    assert set(await owed(stores)) == {("catat", "restriction")}
    assert (await service.standing(SITI, FIRST, ALL)).released == ALL


async def test_pasal_30_and_32_a_request_is_owed_once_while_it_is_open(service: ConsentService, rights: Rights, stores: Stores) -> None:
    states = await agreed(service)
    record = states["dampingi"].record_id
    for _ in range(2):
        await rights.request(SITI, record, DutyKind.CORRECTION, "Kecamatan saya Watulimo.", **SAID)
    await rights.request(SITI, record, DutyKind.ACCESS, "", **SAID)
    found = await owed(stores)
    assert set(found) == {("dampingi", "correction"), ("dampingi", "access")}
    assert found["dampingi", "correction"].words == "Kecamatan saya Watulimo."
    assert {one.due_at for one in found.values()} == {NOW + 72 * HOUR}
    assert len(await service.history(SITI, record_id=record)) == 3
    with pytest.raises(NotYours):
        await rights.request(BUDI, record, DutyKind.ACCESS, "", **SAID)


async def test_an_objection_is_owed_an_answer_once(service: ConsentService, rights: Rights, stores: Stores) -> None:
    record = (await agreed(service))["catat"].record_id
    await service.object(SITI, record, **SAID)
    await rights.request(SITI, record, DutyKind.ACCESS, "", **SAID)
    await service.object(SITI, record, **SAID)
    assert [one.kind for one in await stores.duties.of_person(SITI)].count(DutyKind.OBJECTION) == 1


async def test_cn_10_what_runs_out_is_ended_once_with_the_same_effects(
    service: ConsentService, rights: Rights, stores: Stores, expiring: MemoryStore, clock: FixedClock
) -> None:
    states = await agreed(service)
    await rights.hold(SITI, states["kabar"].record_id, **SAID)
    assert await rights.end_expired() == []
    clock.advance(YEAR)
    assert (await service.standing(SITI, FIRST, ALL)).released == frozenset({"name", "nik"}), "before any job has run"
    name = guards.permit(SITI, FIRST.application)
    assert await expiring.put(Put("token", b"x", 600, await expiring.guards(name)))
    ended = await rights.end_expired()
    assert {one.purpose for one in ended} == {"dampingi", "kabar"}
    assert await rights.end_expired() == [], "once, by any worker"
    assert await expiring.get("token") is None
    found = await owed(stores)
    assert {key for key, one in found.items() if one.open and one.cause is Cause.EXPIRED} == {
        (purpose, kind) for purpose in ("dampingi", "kabar") for kind in ("stop", "delete")
    }
    assert {state.standing for state in await service.states(SITI)} == {Standing.INFORMED, Standing.ENDED}
    ends = [row.entry for row in await stores.audit.search(event=AuditEvent.CONSENT_ENDED)]
    assert {one.actor for one in ends} == {"system"}
    assert all(report.intact for report in await stores.proving.whole())


async def test_ch_3_what_is_overdue_is_told_once(service: ConsentService, stores: Stores, clock: FixedClock) -> None:
    states = await agreed(service)
    await service.withdraw(SITI, states["kabar"].record_id, **SAID)
    clock.advance(72 * HOUR)
    assert await stores.duties.tell_overdue(clock.now(), 50) == []
    clock.advance(1)
    assert {one.kind for one in await stores.duties.tell_overdue(clock.now(), 50)} == {DutyKind.STOP, DutyKind.DELETE}
    assert await stores.duties.tell_overdue(clock.now(), 50) == []
    lines = [row.entry for row in await stores.audit.search(event=AuditEvent.DUTY_OVERDUE)]
    assert {one.after["due_at"] for one in lines} == {NOW + 72 * HOUR}
    assert len(await stores.duties.search(overdue_at=clock.now())) == 2
