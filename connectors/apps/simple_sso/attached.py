"""Which browser a broker's token belongs to: a record that lives under the person's session, her permission and the application.

Attaching has no proof that the browser is the one that asked for the token, so a link could attach a stranger's token to the one who
follows it. Three rules: a token belongs to the first browser; with `verify`, which only a connector with exact return addresses may do
without, a token is good only when the code that went back with the browser is shown with it; and a browser has one token at a broker, the
newest, so that where there is no `verify` the page it returns to takes the stranger's away.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from connectors.contract import Connector
from connectors.front_door import Desk, Kept


class TokenOfAnother(Exception):
    """The token was attached by another browser."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What the broker is told, until when (seconds UTC), and the code still awaited; empty: none."""

    data: Mapping[str, str]
    until: int
    code: str = ""

    def written(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def code_for(verify: bool) -> str:
    return secrets.token_urlsafe(24) if verify else ""


async def attach(desk: Desk, connector: Connector, token: str, attached: Attached) -> bool:
    """Keep it; False when a guard moved meanwhile. Raise TokenOfAnother."""
    browser = await _browser(desk, connector)
    if browser is None:
        return False
    seconds = attached.until - desk.now
    name = _token(connector, token)
    if not await desk.keep_if_absent(name, attached.written(), seconds):
        before = await desk.look(name)
        if before is None:
            return False
        if _named(connector, before) != browser:
            raise TokenOfAnother
        if not await desk.keep(name, attached.written(), seconds):
            return False
    former = await desk.take(browser)
    if former is not None and former.value.decode() != token:
        await desk.forget(_token(connector, former.value.decode()))
    return await desk.keep(browser, token.encode(), seconds)


async def attached_to(desk: Desk, connector: Connector, token: str) -> Attached | None:
    found = await desk.look(_token(connector, token))
    return Attached(**json.loads(found.value)) if found is not None else None


async def verified(desk: Desk, connector: Connector, token: str, code: str) -> bool:
    """True when the code is the one that was sent back with the browser; a wrong one ends the attachment: there is one try.

    Where no code is awaited, as when a page is loaded again, nothing changes.
    """
    waiting = await attached_to(desk, connector, token)
    if waiting is None or not waiting.code:
        return False
    name = _token(connector, token)
    found = await desk.take(name)
    if found is None:
        return False
    attached = Attached(**json.loads(found.value))
    seconds = attached.until - desk.now
    if not attached.code:  # the same page, loaded twice at once: the other one has verified it meanwhile
        await desk.keep(name, found.value, seconds, found)
        return False
    if not hmac.compare_digest(attached.code.encode(), code.encode()):
        return False
    return seconds > 0 and await desk.keep(name, Attached(attached.data, attached.until).written(), seconds, found)


async def detach(desk: Desk, connector: Connector, token: str) -> None:
    await desk.forget(_token(connector, token))


async def _browser(desk: Desk, connector: Connector) -> str | None:
    """Return a name for the browser that is handed over, made of the guards that its records live under; None when one moved."""
    probe = f"probe:{secrets.token_urlsafe(16)}"
    if not await desk.keep(probe, b"", 30):
        return None
    found = await desk.take(probe)
    return _named(connector, found) if found is not None else None


def _named(connector: Connector, kept: Kept) -> str:
    text = json.dumps(sorted(kept.guards.items()))
    return f"browser:{connector.id}:{hashlib.sha256(text.encode()).hexdigest()}"


def _token(connector: Connector, token: str) -> str:
    return f"token:{connector.id}:{token}"
