"""How the answer of an older API is read, whatever its envelope: never more than it is, never a success that nobody stated (SO-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from connectors.calls import Failure, Fault, Reply, Response
from kit.json_depth import parse

MOST_DETAIL = 200
MOST_HELD = 600  # seconds, whatever the older side names
LIMITED_FOR = 30  # seconds, when the older side says that we ask too often and not how long to wait


def told(text: Any) -> str:
    """Return what an older system says of itself, as one short line."""
    line = " ".join(str(text).split()) if isinstance(text, str | int) else ""
    return "".join(c for c in line if c.isprintable())[:MOST_DETAIL]


def json_of(response: Response) -> Any:
    """Return the JSON of an answer; raise ValueError when it is none, in another charset than UTF-8, or nested too deep.

    What an answer calls its JSON does not count: older systems say text/html, text/plain or nothing.
    """
    return parse(response.body)


def object_of(response: Response) -> Mapping[str, Any] | None:
    """Return the JSON object of an answer, None when it is none."""
    try:
        found = json_of(response)
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def reply(value: Any) -> Reply:
    return Reply(orjson.dumps(value))


def status_failure(response: Response, *, detail: str = "", stale: tuple[str, ...] = (), again: bool = False) -> Failure | None:
    """Return what the status alone says; None for 2xx."""
    status = response.status
    if 200 <= status < 300:
        return None
    if status in (401, 403):
        return Failure(Fault.REFUSED, detail, stale=stale, again=again)
    if status == 404:
        return Failure(Fault.NOT_FOUND, detail)
    wait = response.headers.get("retry-after", "").strip()
    if status == 429 or (status == 503 and wait):  # a 503 that names no time is a failure as any other
        named = wait.isascii() and wait.isdecimal() and len(wait) < 6  # a date is read by nobody here
        return Failure(Fault.LIMITED, detail, pause=min(int(wait), MOST_HELD) if named else LIMITED_FOR, held=named)
    if 400 <= status < 500:
        return Failure(Fault.DECLINED, detail)
    return Failure(Fault.BROKEN, detail)


UNREADABLE = Failure(Fault.BROKEN, "the older system answered what cannot be read")
