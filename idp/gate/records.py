"""What the gate keeps. `gate:` is the gate session of one browser at one application's host; `gateid:` the ready-made answer for it.

The answer lives under the guards of session, person, permission and application, so any change of these ends it at once; the gate session
lives under its session alone, so that after a change of consent the answer is made anew without sending the person anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class GateSession:
    """Who entered which connector, from which sign-on session. `cookie` is the digest of that session's key in the store."""

    connector: str
    person: str
    session: str
    sid: str
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    expires_at: int
    session_guards: Mapping[str, str]

    def encode(self) -> bytes:
        return orjson.dumps(
            [
                self.connector,
                self.person,
                self.session,
                self.sid,
                self.auth_time,
                self.acr,
                self.amr,
                self.expires_at,
                dict(self.session_guards),
            ]
        )

    @classmethod
    def decode(cls, raw: bytes) -> GateSession:
        v = orjson.loads(raw)
        return cls(v[0], v[1], v[2], v[3], v[4], v[5], tuple(v[6]), v[7], v[8])


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-time proof on the way from our host to the application's: which gate session to begin there, and where to go on.

    `began` is the digest of the mark of the browser that began there: the ticket is good in no other.
    """

    gate: GateSession
    host: str
    path: str
    began: str

    def encode(self) -> bytes:
        return orjson.dumps([self.gate.encode().decode(), self.host, self.path, self.began])

    @classmethod
    def decode(cls, raw: bytes) -> Ticket:
        v = orjson.loads(raw)
        return cls(GateSession.decode(v[0].encode()), v[1], v[2], v[3])
