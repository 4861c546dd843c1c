"""What every connector to an older API is told: where it is, which operations exist, who may call, and how much it may cost.

An operation that is not listed does not exist. Paths are templates of whole segments, so nothing an operator writes is a pattern that
could match more than it says.
"""

from __future__ import annotations

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.paths import is_plain, origin

PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,30})\}")
LITERAL = re.compile(r"[A-Za-z0-9._~-]{1,80}")
VALUE = re.compile(r"[A-Za-z0-9._~,:@=-]{1,128}")
WHERE = re.compile(r"(query|body):[A-Za-z][A-Za-z0-9_.-]{0,63}|[a-z][a-z0-9_]{0,30}")
CLAIM = re.compile(r"[a-z_]{2,40}")
TEMPLATE = re.compile(r"([\x21-\x7a|~]{0,160})\{([a-z_]{2,40})\}([\x21-\x7a|~]{0,40})")
APPLICATION = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
NOT_A_KEY = ("host", "connection", "content-length", "content-type", "transfer-encoding", "cookie", "accept", "expect", "upgrade")
MOST_ADDRESS = 512


def api_base(value: str) -> str:
    """Return the base of an API: https, a plain path, no query and no final slash. Raise ValueError with what is wrong."""
    parts = urlsplit(value)
    if len(value) > MOST_ADDRESS or value != f"{parts.scheme}://{parts.netloc}{parts.path}" or value.endswith("/"):
        raise ValueError("must be https://host[:port][/path], without query and final slash")
    if parts.path and not is_plain(parts.path):
        raise ValueError("must have a plain path")
    origin(f"{parts.scheme}://{parts.netloc}")
    return value


def key_header(name: str) -> str:
    """Return the name of a header that may carry a key; raise ValueError for one that HTTP itself lives by."""
    if not HEADER.fullmatch(name) or name.lower() in NOT_A_KEY:
        raise ValueError(f"{name[:40]!r} cannot carry a key")
    return name


class Operation(BaseModel):
    """One thing that may be called. `person` says where what is known of the person goes, so that the caller never needs to know it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("GET", description="HTTP method")
    path: str = Field(description="Path below base_url; {name} stands for one segment, as in /pns/data-utama/{nip}")
    query: tuple[str, ...] = Field((), description="Names that the query may hold; any other is refused")
    person: dict[str, str] = Field(
        default_factory=dict,
        description=(
            "Place -> claim: a {name} of the path, query:name, or body:member.member of JSON. The call then needs a person's token. "
            "Words may stand around the claim, as in https://fhir.kemkes.go.id/id/nik|{nik}"
        ),
    )

    @field_validator("path")
    @classmethod
    def _is_a_template(cls, value: str) -> str:
        parts = value.split("/")[1:]
        if not value.startswith("/") or not is_plain(PLACE.sub("x", value)):
            raise ValueError("must be a plain absolute path")
        if not all(PLACE.fullmatch(part) or LITERAL.fullmatch(part) for part in parts):
            raise ValueError("a segment is either letters, digits, . _ ~ - or one {name}")
        if len(set(PLACE.findall(value))) != len(PLACE.findall(value)):
            raise ValueError("a place stands twice")
        return value

    @field_validator("query")
    @classmethod
    def _are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", name):
                raise ValueError(f"{name[:40]!r} is no name of a parameter")
        return value

    @model_validator(mode="after")
    def _person_fits(self) -> Self:
        places = set(PLACE.findall(self.path))
        for where, claim in self.person.items():
            if not WHERE.fullmatch(where) or not (CLAIM.fullmatch(claim) or TEMPLATE.fullmatch(claim)):
                raise ValueError(f"person: {where[:40]!r} must be a place of the path, query:name or body:member, with a claim")
            if ":" not in where and where not in places:
                raise ValueError(f"person: {{{where}}} is not in the path")
        return self

    def places(self, path: str) -> dict[str, str] | None:
        """Return what stands at each place of the path; None when it is another path."""
        ours, theirs = self.path.split("/"), path.split("/")
        if len(ours) != len(theirs):
            return None
        found: dict[str, str] = {}
        for template, part in zip(ours, theirs, strict=True):
            place = PLACE.fullmatch(template)
            if place is not None and VALUE.fullmatch(part) and part not in (".", ".."):
                found[place[1]] = part
            elif template != part or place is not None:
                return None
        return found

    @property
    def claims(self) -> dict[str, str]:
        """Return which claim stands at which place."""
        return {where: found[2] if (found := TEMPLATE.fullmatch(text)) else text for where, text in self.person.items()}

    def worded(self, where: str, value: str) -> str:
        """Return the value with the words around it."""
        found = TEMPLATE.fullmatch(self.person[where])
        return f"{found[1]}{value}{found[3]}" if found else value

    def filled(self, places: dict[str, str]) -> str:
        return PLACE.sub(lambda found: places[found[1]], self.path)


class ApiSettings(BaseModel):
    """The part that is the same for every kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(description="Base of the API, without a final slash")
    operations: tuple[Operation, ...] = Field(min_length=1, max_length=100, description="What may be called; nothing else exists")
    applications: tuple[str, ...] = Field((), max_length=50, description="Applications that may call, beside the connector's own")
    scope: str = Field("", pattern=r"^[a-z0-9:._-]{0,64}$", description="Scope that the caller's token must have; empty: none")
    timeout_seconds: float = Field(5, ge=0.5, le=30, description="How long one answer may take, in seconds")
    most_request_bytes: int = Field(65_536, ge=1, le=4_194_304, description="Largest body that may be sent")
    most_answer_bytes: int = Field(1_048_576, ge=1024, le=8_388_608, description="Largest answer that is read")
    at_once: int = Field(8, ge=1, le=64, description="Calls that may wait for this API at one time")
    sample: str = Field("", description="Path of a GET that changes nothing and is about nobody, for the probe; empty: none")

    @field_validator("base_url")
    @classmethod
    def _is_a_base(cls, value: str) -> str:
        return api_base(value)

    @field_validator("applications")
    @classmethod
    def _are_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not APPLICATION.fullmatch(one):
                raise ValueError(f"{one[:40]!r} is no id of an application")
        return value

    @model_validator(mode="after")
    def _sample_is_an_operation(self) -> Self:
        if self.sample:
            found = self.operation("GET", self.sample)
            if found is None or found.person:
                raise ValueError("sample: must be a GET of one of the operations, and one that is about nobody")
        return self

    def operation(self, method: str, path: str) -> Operation | None:
        return next((one for one in self.operations if one.method == method and one.places(path) is not None), None)

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods under which the path exists."""
        return tuple(dict.fromkeys(one.method for one in self.operations if one.places(path) is not None))
