"""How a record is laid out in a store of bytes: its guards first, then the value. One byte of overhead where there are no guards.

`count(1) | count × (length(1) name length(1) value) | value`. A count of 255 marks a spent record; the rest is the token.
"""

from __future__ import annotations

from kit.expiring import Guards, Put

SPENT = 255
NEVER_MOVED = "0"
GUARD_SECONDS = 400 * 86400  # longer than any record may live, so that a guard that is forgotten guards nothing any more


def encode_guards(guards: Guards) -> bytes:
    """Return the head of a record; raise ValueError for a guard that does not fit."""
    if len(guards) >= SPENT:
        raise ValueError("too many guards")
    parts = [bytes((len(guards),))]
    for name, value in guards.items():
        raw_name, raw_value = name.encode(), value.encode()
        if len(raw_name) > 255 or len(raw_value) > 255:
            raise ValueError("a guard name or value is longer than 255 bytes")
        parts += (bytes((len(raw_name),)), raw_name, bytes((len(raw_value),)), raw_value)
    return b"".join(parts)


def encode(record: Put) -> bytes:
    return encode_guards(record.guards) + record.value if record.guards else b"\0" + record.value


def decode(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Return guards and value of a record that is not spent."""
    guards: dict[str, str] = {}
    at = 1
    for _ in range(raw[0]):
        end = at + 1 + raw[at]
        name = raw[at + 1 : end].decode()
        at = end + 1 + raw[end]
        guards[name] = raw[end + 1 : at].decode()
    return guards, raw[at:]
