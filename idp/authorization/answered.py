"""A pushed request is answered once, whatever the answer is and in however many tabs it was opened. RFC 9126 §4; PR-04."""

from __future__ import annotations

from kit.expiring import ExpiringStore, Put

KEPT_SECONDS = 2 * 86400  # longer than any interaction that was begun with a pushed request may live


async def is_first_answer(store: ExpiringStore, pushed: str, by: str) -> bool:
    """True for the first that is about to answer the request kept under `pushed`, whenever it asks again; False for all others.

    Ask before any answer leaves, a refusal as well as a code. `by` names who answers: an interaction's id.
    """
    mark = Put(f"spent:{pushed}", by.encode(), KEPT_SECONDS)
    return await store.put_if_absent(mark) or await store.get(mark.key) == mark.value
