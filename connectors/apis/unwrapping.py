"""Envelopes as settings: CodeIgniter and Laravel APIs all answer `{status, message, data}`, each in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.apis.answers import UNREADABLE, object_of, reply, status_failure, told
from connectors.calls import Failure, Fault, Reply, Response

MEMBERS = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_-]{0,40}(?:\.[A-Za-z_][A-Za-z0-9_-]{0,40}){0,4})?")
MISSING = object()
FAILED = re.compile(r"5[0-9]{2}")


class Envelope(BaseModel):
    """Where an answer says that it is one. Members are named by dots, as in `data.items`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str = Field(description="Member that says how it went, as in status or meta.code")
    good: tuple[str, ...] = Field(("true", "success", "200"), min_length=1, max_length=10, description="What it says of a success, as text")
    data: str = Field("data", description="Member that is handed on")
    message: str = Field("message", description="Member with the reason of a failure")

    @field_validator("status", "data", "message")
    @classmethod
    def _are_members(cls, value: str) -> str:
        if not MEMBERS.fullmatch(value):
            raise ValueError("must be members joined by dots, as in data.items")
        return value


def at(found: Any, members: str) -> Any:
    """Return what stands at the members, MISSING when nothing does."""
    for member in members.split(".") if members else ():
        found = found.get(member, MISSING) if isinstance(found, Mapping) else MISSING
    return found


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, str | bool | int) else ""


def read(envelope: Envelope | None, response: Response, *, stale: tuple[str, ...] = (), again: bool = False) -> Reply | Failure:
    """Return what the answer says; without an envelope a 2xx answer is handed on as it is, as long as it is what it claims to be."""
    found = object_of(response)
    detail = told(at(found, envelope.message)) if envelope is not None and found is not None else ""
    failed = status_failure(response, detail=detail, stale=stale, again=again and response.status == 401)
    if failed is not None:
        return Failure(Fault.DECLINED, detail) if says_no(envelope, found, response) else failed
    if envelope is None:
        if "json" in response.media_type and response.status != 204 and not _is_json(response):
            return UNREADABLE
        named = response.content_type if response.content_type.isascii() and response.content_type.isprintable() else ""
        return Reply(response.body, response.status, named or "application/octet-stream")
    if found is None:
        return UNREADABLE
    if as_text(at(found, envelope.status)) not in {one.lower() for one in envelope.good}:
        return Failure(Fault.DECLINED, detail)
    inside = at(found, envelope.data)
    return UNREADABLE if inside is MISSING else reply(inside)


def says_no(envelope: Envelope | None, found: Mapping[str, Any] | None, response: Response) -> bool:
    """A no in the API's own envelope is an answer, also with the 500 that many give to bad input: it was understood there."""
    if envelope is None or found is None or response.status != 500:
        return False
    said = as_text(at(found, envelope.status))
    return bool(said) and not FAILED.fullmatch(said) and said not in {one.lower() for one in envelope.good}


def _is_json(response: Response) -> bool:
    from kit.json_depth import parse

    try:
        parse(response.body)
    except ValueError:
        return False
    return True
