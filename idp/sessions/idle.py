"""That a session was used not long ago, as a fact that whatever lives from it can ask for (LG-22): the gate, and refresh tokens.

`seen:<session id>` lives as long as the session may stay unused, under the session's own guards; its content is that life in seconds. Use
at the gate counts as use of the session; a program that refreshes a token does not, for nobody need sit before it.
"""

from __future__ import annotations

from kit.expiring import ExpiringStore, Guards, Put


def _key(session_id: str) -> str:
    return f"seen:{session_id}"


async def note_use(store: ExpiringStore, session_id: str, seconds: int, guards: Guards) -> None:
    await store.put(Put(_key(session_id), str(seconds).encode(), max(1, seconds), guards))


async def is_in_use(store: ExpiringStore, session_id: str) -> bool:
    return await store.get(_key(session_id)) is not None


async def use_again(store: ExpiringStore, session_id: str, guards: Guards, left: int) -> int:
    """Note another use, for `left` seconds at most; return how long it may now stay unused, 0 when it was for too long, or has ended."""
    raw = await store.get(_key(session_id))
    if raw is None:
        return 0
    seconds = max(1, min(int(raw), left))
    return seconds if await store.put(Put(_key(session_id), raw, seconds, guards)) else 0
