"""Who is told of a sign-out: noted once, queued in the transaction that ends the session, never twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson

from hub.storage.stores import Stores
from idp.people.models import Status
from idp.signout.store import Delivery, SessionClient
from idp.store import SessionRow
from kit.audit import AuditEvent
from tests.stores.samples import NOW, entry, person

ROW = SessionRow("s1", "sid1", "siti", "Chrome", ("pwd",), NOW, NOW + 3600)
HERS = SessionClient("s1", "rp", "sid1", "sub1", NOW)


async def begin(stores: Stores, *sessions: SessionRow) -> None:
    for row in sessions or (ROW,):
        await stores.session_log.began(row)


async def queued(stores: Stores) -> list[tuple[str, str]]:
    return [(one.target, orjson.loads(one.payload)["sid"]) for one in await stores.outbox.pending()]


async def test_a_client_is_noted_once_and_the_first_note_stays(stores: Stores) -> None:
    await asyncio.gather(*(stores.session_clients.note(HERS) for _ in range(5)))
    await stores.session_clients.note(replace(HERS, sid="another", first_at=NOW + 9))
    await stores.session_clients.note(replace(HERS, client_id="rp-2", first_at=NOW + 1))
    assert await stores.session_clients.of_session("s1") == [HERS, replace(HERS, client_id="rp-2", first_at=NOW + 1)]
    assert await stores.session_clients.of_session("s2") == []


async def test_ending_a_session_queues_one_delivery_for_each_of_its_clients(stores: Stores) -> None:
    await begin(stores)
    for row in (HERS, replace(HERS, client_id="rp-2"), replace(HERS, session="s2", sid="sid2")):
        await stores.session_clients.note(row)
    await stores.session_log.ended("s1", NOW + 5, [entry(event=AuditEvent.SIGNED_OUT)])
    await stores.session_log.ended("s1", NOW + 6)
    payload = '{"sid":"sid1","sub":"sub1"}'
    expected = [Delivery(f"s1.{name}", "backchannel", "", name, payload, NOW + 5, next_at=NOW + 5) for name in ("rp", "rp-2")]
    assert await stores.outbox.pending() == expected
    assert [row.told_at for row in await stores.session_clients.of_session("s1")] == [NOW + 5, NOW + 5]


async def test_a_session_that_expired_is_told_once_by_whichever_worker_looks(stores: Stores) -> None:
    await begin(stores, ROW, replace(ROW, id="s2", sid="sid2", expires_at=NOW + 7200))
    for row in (HERS, replace(HERS, session="s2", sid="sid2")):
        await stores.session_clients.note(row)
    assert await stores.session_clients.expire(NOW, NOW + 3599) == 0
    assert sum(await asyncio.gather(*(stores.session_clients.expire(NOW, NOW + 3600) for _ in range(4)))) == 1
    assert await queued(stores) == [("rp", "sid1")]
    await stores.session_log.ended("s1", NOW + 3700)
    assert await queued(stores) == [("rp", "sid1")], "what expired is not told again"


async def test_an_account_that_is_disabled_ends_its_sessions_and_tells_their_clients(stores: Stores) -> None:
    await stores.people.create(person(), [])
    await stores.people.create(person("budi"), [])
    await begin(stores, ROW, replace(ROW, id="s2", sid="sid2", person="budi"))
    for row in (HERS, replace(HERS, session="s2", sid="sid2")):
        await stores.session_clients.note(row)
    await stores.people.set_status("siti", Status.ACTIVE)
    assert await queued(stores) == []
    await stores.people.set_status("siti", Status.LOCKED, [entry()])
    assert await queued(stores) == [("rp", "sid1")]
    assert await stores.session_log.of_person("siti", NOW) == []
    assert [row.id for row in await stores.session_log.of_person("budi", NOW)] == ["s2"]


async def test_a_withdrawal_tells_the_named_clients_of_live_sessions_and_the_sessions_go_on(stores: Stores) -> None:
    await begin(stores, ROW, replace(ROW, id="s2", sid="sid2", expires_at=NOW + 60), replace(ROW, id="s3", sid="sid3", person="budi"))
    for session, client in (("s1", "rp"), ("s1", "rp-2"), ("s2", "rp"), ("s3", "rp")):
        await stores.session_clients.note(replace(HERS, session=session, sid=f"sid{session[1]}", client_id=client))
    assert await stores.session_clients.withdraw("siti", {"rp", "rp-9"}, NOW + 60) == 1
    assert await stores.session_clients.withdraw("siti", set(), NOW + 60) == 0
    assert await queued(stores) == [("rp", "sid1")]
    await stores.session_log.ended("s1", NOW + 90)
    assert sorted(await queued(stores)) == [("rp", "sid1"), ("rp", "sid1"), ("rp-2", "sid1")], "it may have come back in between"


async def test_due_leaves_out_targets_that_rest(stores: Stores) -> None:
    await stores.outbox.add([Delivery(name, "backchannel", "", name, "{}", NOW, next_at=NOW) for name in ("a", "b", "c")])
    assert [one.id for one in await stores.outbox.due(NOW, 9, without={"a", "c"})] == ["b"]


async def test_a_named_delivery_is_claimed_before_it_is_due_by_one_alone(stores: Stores) -> None:
    await stores.outbox.add([Delivery(name, "backchannel", "", "rp", "{}", NOW, next_at=NOW + 50) for name in ("a", "b", "c")])
    await stores.outbox.settle("c", delivered_at=NOW, next_at=NOW, error="")
    claims = await asyncio.gather(*(stores.outbox.claim(["a", "c"], NOW) for _ in range(4)))
    assert [one.id for batch in claims for one in batch] == ["a"]
    assert [one.id for one in await stores.outbox.find(["a", "c", "none"])] == ["a", "c"]


async def test_what_was_put_off_was_not_tried(stores: Stores) -> None:
    await stores.outbox.add([Delivery("a", "backchannel", "", "rp", "{}", NOW, next_at=NOW)])
    await stores.outbox.due(NOW)
    await stores.outbox.put_off(["a"], NOW + 1)
    (again,) = await stores.outbox.due(NOW + 1)
    assert (again.id, again.attempts) == ("a", 0)


async def test_what_was_given_up_is_listed_and_may_be_tried_again(stores: Stores) -> None:
    await stores.outbox.add([Delivery(name, "backchannel", "", "rp", "{}", at, next_at=at) for name, at in (("a", NOW), ("b", NOW + 1))])
    await stores.outbox.add([Delivery("done", "backchannel", "", "rp", "{}", NOW, next_at=NOW)])
    await stores.outbox.settle("a", delivered_at=None, next_at=-1, error="HTTP 500")
    await stores.outbox.settle("done", delivered_at=NOW, next_at=NOW, error="")
    assert [one.id for one in await stores.outbox.pending()] == ["b"]
    assert [one.id for one in await stores.outbox.unfinished(9)] == ["b", "a"]
    assert [one.id for one in await stores.outbox.unfinished(1)] == ["b"]
    assert await stores.outbox.again(["a", "done"], NOW + 60, [entry()]) == 1
    (back,) = await stores.outbox.claim(["a"], NOW + 60)
    assert (back.next_at, back.attempts, back.last_error) == (NOW + 60, 1, "HTTP 500")
    assert await stores.outbox.again(None, NOW + 70) == 2
    assert (await stores.audit.verify()).rows == 1
