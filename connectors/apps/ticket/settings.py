"""Settings of a `ticket` connector."""

from __future__ import annotations

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.mapping import Row
from connectors.paths import Origin, Page, PageOrNone

OWN_FIELDS = ("iss", "aud", "iat", "nbf", "exp", "jti", "sid", "purpose", "kembali", "state", "kid")
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
NIK_LIKE = ("nik", "kk_number")  # never in an address, not even enciphered (TI-03)


class TicketSettings(BaseModel):
    """`arrive_url` is the page of the application that takes the ticket. An address lands in logs and in Referer, so what goes by
    `redirect` says nothing about a person that can be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: Origin = Field(description="Public address of the application, without a final slash")
    arrive_url: Page = Field(description="Page of the application that takes the ticket, such as https://simpeg.example.id/sso/masuk")
    begin_url: PageOrNone = Field(
        "",
        description="Page of the application that begins sign-in with a `state` of its own; empty: Gapura begins, without protection there",
    )
    sign_out_url: PageOrNone = Field(
        "", description="Page of the application that takes a sign-out ticket from our server; empty: cannot be told"
    )
    format: Literal["jwt_hs256", "jwt_rs256", "hmac_query", "aes_wrapped"] = Field(
        "jwt_hs256", description="How the ticket is written: docs/connectors/ticket.md"
    )
    delivery: Literal["post", "redirect"] = Field("post", description="`post`: a form; `redirect`: in the address, which logs keep")
    parameter: str = Field("ticket", pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$", description="Parameter that carries the ticket")
    lifetime: int = Field(60, ge=10, le=120, description="Seconds that a ticket is good")
    audience: str = Field("", max_length=200, pattern=r"^[\x21-\x7e]*$", description="`aud` of the ticket; empty: base_url")
    subject_field: str = Field("sub", description="Field for the pairwise subject")
    fields: tuple[Row, ...] = Field((), max_length=40, description="Which field carries which claim")
    exchange_from: tuple[str, ...] = Field(
        (), max_length=20, description="Clients that may exchange a person's token for a ticket (RFC 8693); empty: none"
    )

    @field_validator("subject_field")
    @classmethod
    def _is_a_field(cls, value: str) -> str:
        if not FIELD.fullmatch(value):
            raise ValueError("must be a letter, then letters, digits, _ . or -")
        return value

    @model_validator(mode="after")
    def _addresses_are_the_applications(self) -> Self:
        for name in ("arrive_url", "begin_url"):
            parts = urlsplit(getattr(self, name))
            if parts.netloc and f"{parts.scheme}://{parts.netloc}" != self.base_url:
                raise ValueError(f"{name} must lie at {self.base_url}")
        return self

    @model_validator(mode="after")
    def _fields_are_told_apart(self) -> Self:
        names = [self.subject_field, *(row.field for row in self.fields)]
        if len(set(names)) != len(names):
            raise ValueError("fields: one is mapped twice")
        for name in names:
            if name in OWN_FIELDS:
                raise ValueError(f"fields: {name} belongs to the ticket itself")
        if self.subject_field != "sub" and "sub" in names:
            raise ValueError("fields: sub is for the pairwise subject alone")
        return self

    @model_validator(mode="after")
    def _an_address_tells_nothing(self) -> Self:
        """TI-03."""
        if self.delivery == "redirect":
            if self.fields and self.format != "aes_wrapped":
                raise ValueError("delivery: a readable ticket in an address may carry no claim: choose post, or the format aes_wrapped")
            if any(row.claim in NIK_LIKE for row in self.fields):
                raise ValueError("delivery: a NIK never travels in an address: choose post")
        return self

    @property
    def secret_name(self) -> str:
        """The secret that signs tickets of this format."""
        return "signing" if self.format == "jwt_rs256" else "key"
