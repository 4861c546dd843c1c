"""Refresh families, signing keys, the outbox, the session log and operators' tokens on every SQL back end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from admin.store import OperatorToken
from hub.storage.stores import Stores
from idp.signout.store import Delivery
from idp.store import Conflict, SessionRow, SigningKeyRow
from kit.audit import AuditEvent
from tests.stores.samples import NOW, entry, family, person

KEY = SigningKeyRow("k1", "ES256", "active", b"sealed", {"kty": "EC", "kid": "k1"}, NOW, NOW)
DELIVERY = Delivery("d1", "backchannel", "usaha-kecil", "https://a.example/logout", "token", NOW, next_at=NOW)
ROW = SessionRow("s1", "sid1", "siti", "Firefox di Android", ("pwd", "otp"), NOW, NOW + 3600)


async def test_a_family_comes_back_as_kept(stores: Stores) -> None:
    await stores.grants.create(family())
    await stores.grants.create(family(id="f2", session=None, nonce="n", amr=("pwd", "otp"), created_at=NOW + 1))
    assert await stores.grants.find("f1") == family()
    assert await stores.grants.find("f3") is None
    assert [one.id for one in await stores.grants.of_person("siti")] == ["f2", "f1"]


async def test_one_of_many_rotations_wins(stores: Stores) -> None:
    await stores.grants.create(family())
    won = await asyncio.gather(*(stores.grants.rotate("f1", "first", f"next{n}", NOW + 5, "basic:new") for n in range(20)))
    assert sum(won) == 1
    kept = family(current=f"next{won.index(True)}", spent="first", spent_at=NOW + 5, client_key="basic:new")
    assert await stores.grants.find("f1") == kept
    assert await stores.grants.rotate("f1", kept.current, "after", NOW + 6, "basic:new")


async def test_an_expired_or_revoked_family_does_not_rotate(stores: Stores) -> None:
    await stores.grants.create(family())
    assert not await stores.grants.rotate("f1", "first", "next", NOW + 3600, "k")
    assert not await stores.grants.rotate("f1", "another", "next", NOW, "k")
    assert await stores.grants.revoke(family="f1", now=NOW + 1) == 1
    assert not await stores.grants.rotate("f1", "first", "next", NOW + 2, "k")


@pytest.mark.parametrize(
    ("condition", "revoked"),
    [
        ({"family": "f1"}, {"f1"}),
        ({"grant": "g1"}, {"f1", "f2"}),
        ({"session": "s1"}, {"f1"}),
        ({"person": "siti"}, {"f1", "f2"}),
        ({"application": "usaha-kecil"}, {"f1", "f2", "f3"}),
        ({"person": "siti", "application": "e-link"}, set()),
    ],
    ids=["family", "grant", "session", "person", "application", "both"],
)
async def test_every_live_family_that_fits_is_revoked(stores: Stores, condition: dict[str, str], revoked: set[str]) -> None:
    for made in (family(), family(id="f2", session=None), family(id="f3", grant="g3", person="budi", session="s3")):
        await stores.grants.create(made)
    count = await stores.grants.revoke(**condition, now=NOW + 1, audit=[entry(event=AuditEvent.TOKEN_REVOKED)])  # type: ignore[arg-type]
    assert count == len(revoked)
    kept = [await stores.grants.find(name) for name in ("f1", "f2", "f3")]
    assert {one.id for one in kept if one is not None and one.revoked_at == NOW + 1} == revoked
    assert await stores.grants.revoke(**condition, now=NOW + 2) == 0  # type: ignore[arg-type]
    assert len(await stores.audit.search()) == 1


async def test_revoking_without_any_condition_is_refused(stores: Stores) -> None:
    await stores.grants.create(family())
    with pytest.raises(ValueError, match="revoked"):
        await stores.grants.revoke(now=NOW)
    assert await stores.grants.find("f1") == family()


async def test_one_key_per_algorithm_is_active(stores: Stores) -> None:
    await stores.keys.add(KEY, [entry(event=AuditEvent.KEY_ROTATED)])
    with pytest.raises(Conflict):
        await stores.keys.add(replace(KEY, kid="k2"))
    await stores.keys.add(replace(KEY, kid="k2", state="next", created_at=NOW + 1))
    await stores.keys.add(replace(KEY, kid="k3", alg="RS256", created_at=NOW + 2))
    await stores.keys.set_states({"k2": "active", "k1": "retiring"}, NOW + 9, [entry(event=AuditEvent.KEY_ROTATED)])
    kept = await stores.keys.all()
    assert [(key.kid, key.state, key.changed_at) for key in kept] == [
        ("k1", "retiring", NOW + 9),
        ("k2", "active", NOW + 9),
        ("k3", "active", NOW),
    ]
    assert kept[2] == replace(KEY, kid="k3", alg="RS256", created_at=NOW + 2)
    with pytest.raises(Conflict):
        await stores.keys.set_states({"k1": "active"}, NOW + 10)
    assert [key.state for key in await stores.keys.all()] == ["retiring", "active", "active"]


async def test_keys_change_together_or_not_at_all(stores: Stores) -> None:
    await stores.keys.add(KEY)
    await stores.keys.add(replace(KEY, kid="k2", state="next"))
    audit = [entry(event=AuditEvent.KEY_ROTATED)]
    fresh = replace(KEY, kid="k3", state="next", created_at=NOW + 9, changed_at=NOW + 9)
    step = {"k1": "retiring", "k2": "active"}
    await stores.keys.set_states(step, NOW + 9, audit, expected={"k1": "active", "k2": "next"}, add=[fresh])
    kept = {key.kid: key.state for key in await stores.keys.all()}
    assert kept == {"k1": "retiring", "k2": "active", "k3": "next"}
    trail = await stores.audit.search(event=AuditEvent.KEY_ROTATED)
    for states, expected, add in (
        ({"k2": "retiring", "k3": "active"}, {"k2": "active", "k3": "retiring"}, [replace(KEY, kid="k4", state="next")]),
        ({"k2": "retiring", "unknown": "active"}, {}, [replace(KEY, kid="k4", state="next")]),
        ({"k3": "removed"}, {"k3": "next"}, [replace(KEY, kid="k4", state="active")]),
    ):
        with pytest.raises(Conflict):
            await stores.keys.set_states(states, NOW + 10, audit, expected=expected, add=add)
        assert {key.kid: key.state for key in await stores.keys.all()} == kept
    assert await stores.audit.search(event=AuditEvent.KEY_ROTATED) == trail, "what did not happen is not on record"


async def test_of_two_rotations_at_once_one_happens(stores: Stores) -> None:
    await stores.keys.add(KEY)
    await stores.keys.add(replace(KEY, kid="k2", state="next"))
    step, expected = {"k1": "retiring", "k2": "active"}, {"k1": "active", "k2": "next"}
    tries = [stores.keys.set_states(step, NOW + 9, expected=expected, add=[replace(KEY, kid=f"n{n}", state="next")]) for n in range(5)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict"] * 4 + ["NoneType"]
    assert sorted(key.state for key in await stores.keys.all()) == ["active", "next", "retiring"]


async def test_a_delivery_is_claimed_by_one_worker(stores: Stores) -> None:
    await stores.outbox.add([replace(DELIVERY, id=f"d{n}") for n in range(10)])
    await stores.outbox.add([replace(DELIVERY, id="later", next_at=NOW + 60)])
    claimed = await asyncio.gather(*(stores.outbox.due(NOW, 3) for _ in range(6)))
    ids = [one.id for batch in claimed for one in batch]
    assert sorted(ids) == [f"d{n}" for n in range(10)]
    assert await stores.outbox.due(NOW + 29) == []
    assert len(await stores.outbox.due(NOW + 30, 50)) == 10, "a worker that died loses its claim"


async def test_a_delivery_is_kept_until_delivered_or_given_up(stores: Stores) -> None:
    await stores.outbox.add([DELIVERY, replace(DELIVERY, id="d2"), replace(DELIVERY, id="d3")])
    await stores.outbox.due(NOW)
    await stores.outbox.settle("d1", delivered_at=NOW + 1, next_at=0, error="")
    await stores.outbox.settle("d2", delivered_at=None, next_at=NOW + 60, error="timeout")
    await stores.outbox.settle("d3", delivered_at=None, next_at=-1, error="410")
    expected = replace(DELIVERY, id="d2", attempts=1, next_at=NOW + 60, last_error="timeout")
    assert await stores.outbox.pending() == [expected]
    assert await stores.outbox.due(NOW + 59) == []
    assert await stores.outbox.due(NOW + 60) == [expected]


async def test_a_session_is_listed_until_it_ends(stores: Stores) -> None:
    await stores.session_log.began(ROW, [entry()])
    await stores.session_log.began(replace(ROW, id="s2", created_at=NOW + 1, expires_at=NOW + 10))
    assert await stores.session_log.find("s1") == ROW
    assert [row.id for row in await stores.session_log.of_person("siti", NOW + 9)] == ["s2", "s1"]
    assert [row.id for row in await stores.session_log.of_person("siti", NOW + 10)] == ["s1"]
    await stores.session_log.ended("s1", NOW + 5, [entry(event=AuditEvent.SESSION_ENDED)])
    await stores.session_log.ended("s1", NOW + 7)
    assert await stores.session_log.find("s1") == replace(ROW, ended_at=NOW + 5)
    assert await stores.session_log.of_person("siti", NOW + 10) == []
    assert [row.id for row in await stores.session_log.history("siti", 9)] == ["s2", "s1"], "what has ended stays in the history"
    assert [row.id for row in await stores.session_log.history("siti", 1)] == ["s2"]
    assert await stores.session_log.history("budi", 9) == []


async def test_an_operators_token_works_until_it_is_revoked(stores: Stores) -> None:
    await stores.people.create(person(), [])
    token = OperatorToken("t1", "siti", "Skrip", "digest", "gpo_abc", NOW, NOW + 60)
    await stores.operator_tokens.add(token, [entry()])
    assert await stores.operator_tokens.find("digest") == token
    assert await stores.operator_tokens.of_person("siti") == [token]
    await stores.operator_tokens.revoke("t1", NOW + 1, [entry()])
    await stores.operator_tokens.revoke("t1", NOW + 2)
    assert await stores.operator_tokens.find("digest") == replace(token, revoked_at=NOW + 1)
    assert await stores.operator_tokens.of_person("siti") == []


async def test_expiry_forgets_what_ended_long_ago_and_never_a_record(stores: Stores) -> None:
    await stores.session_log.began(ROW, [entry()])
    await stores.session_log.began(replace(ROW, id="s2", expires_at=NOW + 200 * 86400))
    await stores.grants.create(family())
    await stores.outbox.add([DELIVERY])
    await stores.outbox.settle("d1", delivered_at=NOW, next_at=0, error="")
    assert await stores.expiry.purge(NOW + 86400, days=90) == 0
    assert await stores.expiry.purge(NOW + 100 * 86400, days=90) == 3
    assert await stores.session_log.find("s1") is None
    assert await stores.session_log.find("s2") is not None
    assert (await stores.audit.verify()).rows == 1
