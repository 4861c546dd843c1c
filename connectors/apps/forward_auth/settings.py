"""Settings of a `forward_auth` connector."""

from __future__ import annotations

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apps.forward_auth.spellings import MOST_HYPHENS
from connectors.mapping import Row
from connectors.paths import HOST, is_plain, origin

IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")  # no underscore: many applications read X_A and X-A as one name (FA-01)
RESERVED = ("host", "cookie", "authorization", "connection", "content-length", "transfer-encoding", "set-cookie", "location")
FAMILIES = ("x-forwarded", "x-real", "x-gapura-host", "x-gapura-method", "x-gapura-uri", "x-gapura-start", "proxy-", "sec-", "content-")
EXAMPLE_UPSTREAM = "http://127.0.0.1:8081"
OUR_WORDS = ("X-Gapura-Host", "X-Gapura-Method", "X-Gapura-Uri")  # what a proxy tells us, and an application must not be told


class ForwardAuthSettings(BaseModel):
    """`base_url` is where people open the application; its host is what the proxy must name. Paths are decided on as the application
    will see them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(description="Public address of the application, without a final slash")
    proxy: Literal["nginx", "apache", "caddy", "traefik"] = Field("nginx", description="Which proxy asks: docs/connectors/forward_auth.md")
    headers: tuple[Row, ...] = Field(description="Which header carries which claim")
    subject_header: str = Field("", description="Header for the pairwise subject; empty: none")
    proof_header: str = Field("", description="Header for a signed proof of the other headers, good for 60 s; empty: none")
    strip: tuple[str, ...] = Field((), description="Further headers of the application that a client must not send, beside `headers`")
    open_paths: tuple[str, ...] = Field((), description="Exact paths, or prefixes ending in /, that pass without sign-in")
    start_path: str = Field("/", description="Where the portal's tile leads")
    upstream: str = Field(
        "", description="Where the proxy reaches the application, for `gapura doctor` and the proxy's configuration; empty: not said"
    )

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return origin(value)

    @field_validator("upstream")
    @classmethod
    def _is_reached_somewhere(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = parts.scheme in ("https", "http") and (HOST.fullmatch(parts.netloc) or IPV6.fullmatch(parts.netloc))
        if value and (not plain or parts.path or parts.query or parts.fragment):
            raise ValueError("must be http://host[:port] or https://host[:port] and nothing more")
        return value

    @field_validator("open_paths", "start_path")
    @classmethod
    def _are_plain(cls, value: tuple[str, ...] | str) -> tuple[str, ...] | str:
        for path in (value,) if isinstance(value, str) else value:
            if not is_plain(path):
                raise ValueError(f"{path[:40]} must be a plain absolute path")
        return value

    @model_validator(mode="after")
    def _headers_are_the_applications(self) -> Self:
        extra = [name for name in (self.subject_header, self.proof_header) if name]
        set_by_us = [name.lower() for name in (*(row.field for row in self.headers), *extra)]
        if len(set(set_by_us)) != len(set_by_us):
            raise ValueError("a header is mapped twice")
        for name in [*set_by_us, *(one.lower() for one in self.strip)]:
            if not HEADER.fullmatch(name):
                raise ValueError(f"{name[:40]!r} must be letters, digits and hyphens")
            if self.proxy in ("caddy", "traefik") and name.count("-") > MOST_HYPHENS:
                raise ValueError(f"{name} has more than {MOST_HYPHENS} hyphens: {self.proxy} must be told each spelling with underscores")
            if name in RESERVED or name.startswith(FAMILIES):
                raise ValueError(f"{name} may not be an identity header")
        return self

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc

    @property
    def given(self) -> tuple[str, ...]:
        """Every header that the gate may set."""
        return tuple(name for name in (*(row.field for row in self.headers), self.subject_header, self.proof_header) if name)

    @property
    def owned(self) -> tuple[str, ...]:
        """Every header that only the gate may set, the ones it never sets included."""
        return tuple(dict.fromkeys((*self.given, *self.strip)))
