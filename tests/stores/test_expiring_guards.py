"""Guards on every back end: what ends, what is refused, and that nothing is made from a fact that has changed."""

from __future__ import annotations

import pytest

from hub.storage.expiring.records import decode, encode
from kit.expiring import ExpiringStore, Put
from tests.stores.conftest import Backend

PERMIT = "permit:p:usaha-kecil"
NAMES = ("person:p", "session:s", PERMIT)


async def seen(store: ExpiringStore, *names: str) -> dict[str, str]:
    return await store.guards(*(names or NAMES))


async def test_a_guard_that_never_moved_is_zero(store: ExpiringStore) -> None:
    assert await seen(store) == dict.fromkeys(NAMES, "0")
    assert await store.guards() == {}


async def test_moving_one_guard_ends_everything_under_it_and_nothing_else(store: ExpiringStore) -> None:
    now = await seen(store)
    await store.put(Put("a", b"a", 60, now), Put("b", b"b", 60, {"person:p": "0"}), Put("c", b"c", 60))
    await store.move(PERMIT)
    assert [await store.get(key) for key in "abc"] == [None, b"b", b"c"]
    assert await store.take("a") is None
    assert await store.spend("a", b"t") == b""
    assert await store.take("b") == b"b"


async def test_a_moved_guard_has_a_new_value_each_time(store: ExpiringStore) -> None:
    values = set()
    for _ in range(20):
        await store.move("person:p")
        values.add((await seen(store, "person:p"))["person:p"])
    assert len(values) == 20
    assert all(len(value) >= 16 for value in values)


async def test_putting_under_values_that_moved_writes_nothing(store: ExpiringStore) -> None:
    stale = await seen(store)
    await store.move("session:s")
    assert not await store.put(Put("x", b"x", 60), Put("y", b"y", 60, stale))
    assert await store.get("x") is None, "all or none"
    assert not await store.put_if_absent(Put("y", b"y", 60, stale))
    fresh = await seen(store)
    assert await store.put(Put("x", b"x", 60), Put("y", b"y", 60, fresh))
    assert await store.get("y") == b"y"


async def test_spending_writes_nothing_when_a_guard_of_the_new_records_moved(store: ExpiringStore) -> None:
    stale = await seen(store)
    await store.put(Put("code", b"c", 60))
    await store.move("person:p")
    assert await store.spend("code", b"t", Put("at", b"a", 60, stale)) == b""
    assert await store.get("at") is None
    assert await store.get("code") == b"c", "not spent: nothing happened"
    assert await store.spend("code", b"t", Put("at", b"a", 60, await seen(store))) is None


async def test_a_spent_record_still_tells_its_token_after_its_guards_moved(store: ExpiringStore) -> None:
    await store.put(Put("code", b"c", 60, await seen(store)))
    assert await store.spend("code", b"token") is None
    await store.move("person:p")
    assert await store.spend("code", b"again") == b"token"


async def test_a_closed_guard_ends_what_was_under_it_and_refuses_everybody(store: ExpiringStore) -> None:
    before = await seen(store)
    await store.put(Put("a", b"a", 60, before))
    await store.close(PERMIT)
    assert await store.get("a") is None
    during = await seen(store)
    assert during[PERMIT].endswith("!")
    for values in (before, during, during | {PERMIT: during[PERMIT].rstrip("!")}):
        assert not await store.put(Put("b", b"b", 60, values))
        assert not await store.put_if_absent(Put("b", b"b", 60, values))
    assert await store.put(Put("c", b"c", 60, {"person:p": "0"})), "others are not concerned"


async def test_a_fact_read_before_the_commit_is_never_used_after_it(store: ExpiringStore) -> None:
    """The withdraw race: whatever moment a request read its guards, before, while or after they were closed."""
    before = await seen(store)
    await store.close(PERMIT)
    during = await seen(store)
    # the withdrawal commits here
    await store.move(PERMIT)
    for values in (before, during, during | {PERMIT: during[PERMIT].rstrip("!")}):
        assert not await store.put(Put("token", b"t", 60, values))
    assert await store.put(Put("token", b"t", 60, await seen(store)))


async def test_a_guard_left_closed_opens_by_itself_and_refuses_what_was_read_meanwhile(backend: Backend) -> None:
    store = backend.store
    before = await seen(store)
    await store.close(PERMIT, seconds=5)
    during = await seen(store)
    await backend.age(4)
    assert (await seen(store))[PERMIT].endswith("!")
    await backend.age(2)
    after = await seen(store)
    assert not after[PERMIT].endswith("!")
    assert not await store.put(Put("a", b"a", 60, before))
    assert not await store.put(Put("a", b"a", 60, during))
    assert await store.put(Put("a", b"a", 60, after))
    assert await store.get("a") == b"a"


async def test_two_records_that_expect_different_values_of_one_guard_are_refused(store: ExpiringStore) -> None:
    await store.move("person:p")
    now = (await seen(store, "person:p"))["person:p"]
    assert not await store.put(Put("a", b"a", 60, {"person:p": now}), Put("b", b"b", 60, {"person:p": "0"}))
    assert await store.get("a") is None


async def test_put_if_absent_replaces_a_record_that_its_guards_ended(store: ExpiringStore) -> None:
    await store.put(Put("a", b"old", 60, await seen(store)))
    await store.move("person:p")
    assert await store.put_if_absent(Put("a", b"new", 60))
    assert await store.get("a") == b"new"


async def test_several_guards_move_and_close_in_one_step(store: ExpiringStore) -> None:
    await store.close(*NAMES)
    assert all(value.endswith("!") for value in (await seen(store)).values())
    await store.move(*NAMES)
    values = await seen(store)
    assert not any(value.endswith("!") for value in values.values())
    assert len(set(values.values())) == len(NAMES)


@pytest.mark.parametrize("guards", [{"n" * 256: "0"}, {"n": "v" * 256}, {str(n): "0" for n in range(255)}], ids=["name", "value", "count"])
def test_a_guard_that_cannot_be_laid_out_is_an_error_and_not_a_record_without_guard(guards: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="guard"):
        encode(Put("a", b"a", 60, guards))
    fits = {"n" * 255: "v" * 255}
    assert decode(encode(Put("a", b"a", 60, fits))) == (fits, b"a")
