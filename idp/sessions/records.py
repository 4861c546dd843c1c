"""How a session lies in the expiring store: JSON with short keys, because every signed-in citizen costs one."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from idp.sessions.models import Permit, Session


def encode(session: Session) -> bytes:
    return orjson.dumps(
        {
            "i": session.id,
            "s": session.sid,
            "p": session.person,
            "a": session.auth_time,
            "m": session.amr,
            "r": session.acr,
            "c": session.created_at,
            "l": session.last_seen,
            "e": session.expires_at,
            "o": session.own_device,
            "d": session.device,
            "g": dict(session.guards),
            "t": {slug: _permit(permit) for slug, permit in session.permits.items()},
        }
    )


def _permit(p: Permit) -> list[object]:
    row: list[object] = [p.notice, sorted(p.released), sorted(p.shown), p.expires_at, p.grant, p.subject, p.epoch, p.application_epoch]
    return [*row, True] if p.untold else row


def decode(raw: bytes) -> Session:
    data = orjson.loads(raw)
    permits: Mapping[str, Permit] = {
        slug: Permit(p[0], frozenset(p[1]), frozenset(p[2]), p[3], p[4], p[5], p[6], p[7], len(p) > 8) for slug, p in data["t"].items()
    }
    return Session(
        id=data["i"],
        sid=data["s"],
        person=data["p"],
        auth_time=data["a"],
        amr=tuple(data["m"]),
        acr=data["r"],
        created_at=data["c"],
        last_seen=data["l"],
        expires_at=data["e"],
        own_device=data["o"],
        device=data["d"],
        guards=data["g"],
        permits=permits,
    )
