"""Settings of a `simple_sso` connector."""

from __future__ import annotations

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.mapping import Row
from connectors.paths import Origin, Page, PageOrNone, is_plain

FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
MOST_ADDRESS = 2048


class SimpleSsoSettings(BaseModel):
    """`broker` is the name under which the application knows itself. `return_urls` are exact, or end in / and then admit every plain path
    below: brokers of laravel-sso return to whatever page was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: Origin = Field(description="Public address of the application, without a final slash")
    broker: str = Field(pattern=r"^[A-Za-z0-9_]{1,40}$", description="Name of the broker, as in its own configuration")
    return_urls: tuple[Page, ...] = Field(
        min_length=1,
        max_length=20,
        description="Addresses at base_url that attach may return to: exact, or ending in / for all pages below",
    )
    start_url: PageOrNone = Field("", description="Page of the application that attaches, for the portal's tile; empty: its front page")
    lifetime: int = Field(3600, ge=300, le=43_200, description="Seconds until a broker must attach again, at most the person's session")
    verify: bool = Field(
        True,
        description="The broker shows that the browser that returns is the one that began: docs/connectors/simple_sso.md has its lines",
    )
    subject_field: str = Field("id", description="Member of userInfo for the pairwise subject")
    fields: tuple[Row, ...] = Field((), max_length=40, description="Which member of userInfo carries which claim")

    @field_validator("subject_field")
    @classmethod
    def _is_a_field(cls, value: str) -> str:
        if not FIELD.fullmatch(value):
            raise ValueError("must be a letter, then letters, digits, _ . or -")
        return value

    @model_validator(mode="after")
    def _addresses_are_the_applications(self) -> Self:
        for name, found in (("return_urls", self.return_urls), ("start_url", (self.start_url,) if self.start_url else ())):
            for one in found:
                parts = urlsplit(one)
                if f"{parts.scheme}://{parts.netloc}" != self.base_url:
                    raise ValueError(f"{name} must lie at {self.base_url}")
        return self

    @model_validator(mode="after")
    def _a_link_of_another_always_meets_the_broker(self) -> Self:
        """Without `verify` a token of somebody else is taken away only when the broker attaches her own, which its page for returning does.

        Below an address that ends in / lie pages that ask for nothing, such as /robots.txt: the stranger's token would stay attached.
        """
        if not self.verify and any(one.endswith("/") for one in self.return_urls):
            raise ValueError("verify must be on while one of the return_urls ends in /")
        return self

    @model_validator(mode="after")
    def _fields_are_told_apart(self) -> Self:
        names = [self.subject_field, *(row.field for row in self.fields)]
        if len(set(names)) != len(names):
            raise ValueError("fields: one is mapped twice")
        return self

    def may_return_to(self, url: str) -> bool:
        """True for a registered address, letter by letter, or a plain path below one that ends in /."""
        if url in self.return_urls:
            return True
        path, _, query = url.removeprefix(self.base_url).partition("?")
        plain = len(url) <= MOST_ADDRESS and is_plain(path) and all(" " < c < "\x7f" and c != "#" for c in query)
        return plain and any(one.endswith("/") and url.startswith(one) for one in self.return_urls)
