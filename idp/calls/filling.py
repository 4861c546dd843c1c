"""Where a person's data go in a call. The program writes `~` and never needs to know them, and no address of ours holds them (PV-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from connectors.apis.members import has_twin, is_twin
from connectors.apis.settings import VALUE, Operation
from connectors.calls import Call, Pairs
from idp.calls.errors import CallRefused
from kit.json_depth import parse

MARK = "~"


def filled(operation: Operation, call: Call, values: Mapping[str, Any]) -> Call:
    """Return the call with the person's values in their places; raise CallRefused for a value that the program wrote there itself."""
    given = {where: _text(values[claim]) for where, claim in operation.claims.items()}
    for where in operation.person:
        if where.startswith("query:"):
            call = replace(call, query=_query(call.query, where.partition(":")[2], operation.worded(where, given[where])))
        elif where.startswith("body:"):
            call = replace(call, body=_body(call.body, where.partition(":")[2], operation.worded(where, given[where])))
    places = operation.places(call.path) or {}
    own = {where: operation.worded(where, given[where]) for where in operation.person if ":" not in where}
    for name, value in own.items():
        if places.get(name) != MARK:
            raise _wrote_it_itself(name)
        if not VALUE.fullmatch(value) or value in (".", ".."):
            raise CallRefused(422, "value_does_not_fit", "the person's value cannot stand in this path", param=name)
    return replace(call, path=operation.filled({**places, **own}))


def _query(pairs: Pairs, name: str, value: str) -> Pairs:
    if any((key == name and found != MARK) or is_twin(name, key) for key, found in pairs):
        raise _wrote_it_itself(f"query:{name}")
    return (*((key, found) for key, found in pairs if key != name), (name, value))


def _body(body: bytes, members: str, value: str) -> bytes:
    try:
        found: Any = parse(body or b"{}")
    except ValueError:
        found = None
    inside, names = found, members.split(".")
    for left, member in enumerate(names, 1 - len(names)):
        # An older side that does not tell `NIK` from `nik` would take the other one's.
        if isinstance(inside, dict) and has_twin(inside, member):
            raise _wrote_it_itself(f"body:{members}")
        if left:
            inside = inside.setdefault(member, {}) if isinstance(inside, dict) else None
    if not isinstance(inside, dict):
        raise CallRefused(400, "call_malformed", "send a JSON object", param=f"body:{members}")
    if inside.get(names[-1], MARK) not in (MARK, "", None):
        raise _wrote_it_itself(f"body:{members}")
    inside[names[-1]] = value
    return orjson.dumps(found)


def _text(value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value):
        raise CallRefused(422, "value_does_not_fit", "the person's value is no plain text")
    return str(value)


def _wrote_it_itself(place: str) -> CallRefused:
    return CallRefused(
        400, "write_a_mark", "this place is filled from what the person lets you know", f"write {MARK} there, or leave it out", param=place
    )
