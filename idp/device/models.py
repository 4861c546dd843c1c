"""What a device asked for, as a record of the expiring store. Times are seconds UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import orjson


class State(StrEnum):
    """How far the person has come."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """One device authorization request. What was approved lies beside it, under the guards of whoever approved."""

    client_id: str
    application: str
    service: str
    scopes: frozenset[str]
    user_code: str
    expires_at: int
    state: State = State.PENDING


def encode(asked: DeviceRequest) -> bytes:
    return orjson.dumps(
        [asked.client_id, asked.application, asked.service, sorted(asked.scopes), asked.user_code, asked.expires_at, asked.state.value]
    )


def decode(raw: bytes) -> DeviceRequest:
    v = orjson.loads(raw)
    return DeviceRequest(v[0], v[1], v[2], frozenset(v[3]), v[4], v[5], State(v[6]))
