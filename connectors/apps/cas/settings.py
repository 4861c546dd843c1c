"""Settings of a `cas` connector."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apps.cas.services import address_of
from connectors.mapping import Row
from connectors.paths import origin

SUBJECT = "subject"
USER = "user"
OWN_ATTRIBUTES = ("authenticationDate", "isFromNewLogin", "longTermAuthenticationRequestTokenUsed")
MOST = 50


class CasSettings(BaseModel):
    """Every address is compared as text: register it exactly as the application writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    services: tuple[str, ...] = Field(
        min_length=1, max_length=MOST, description="Addresses of the application: exact, or ending in / for everything below"
    )
    attributes: tuple[Row, ...] = Field((), max_length=MOST, description="Which attribute carries which claim, for /p3/serviceValidate")
    username: str = Field(
        SUBJECT, pattern=r"^[a-z_]{2,40}$", description="`subject`, the pairwise number of the person, or a claim such as email or nip"
    )
    proxy: bool = Field(False, description="Whether the application may get proxy tickets for its own services")
    proxy_callbacks: tuple[str, ...] = Field((), max_length=MOST, description="Exact https addresses that may be given as pgtUrl")
    sign_out: bool = Field(True, description="Whether the application is told, at the service's address, when the session ends")
    start_url: str = Field("", description="Page of the application that begins sign-in, for the portal's tile; empty: the first service")

    @field_validator("services")
    @classmethod
    def _are_plain_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for service in value:
            _plain(service)
        if len(set(value)) != len(value):
            raise ValueError("an address stands twice")
        return value

    @field_validator("proxy_callbacks")
    @classmethod
    def _are_https(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for callback in value:
            if not callback.startswith("https://"):
                raise ValueError(f"{callback[:80]} must be https")
            _plain(callback)
        return value

    @field_validator("attributes")
    @classmethod
    def _are_named_once(cls, value: tuple[Row, ...]) -> tuple[Row, ...]:
        names = [row.field for row in value]
        if len(set(names)) != len(names):
            raise ValueError("an attribute is mapped twice")
        for name in names:
            if name in (USER, *OWN_ATTRIBUTES):
                raise ValueError(f"{name} is told by Gapura itself")
        return value

    @field_validator("username")
    @classmethod
    def _is_no_nickname_of_subject(cls, value: str) -> str:
        if value == "sub":
            raise ValueError("write subject for the pairwise number of the person")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.proxy and not self.proxy_callbacks:
            raise ValueError("proxy_callbacks must name an address when proxy is on")
        if self.start_url:
            start = _plain(self.start_url)
            if all(start != _origin_of(service) for service in self.services):
                raise ValueError("start_url must be at the origin of one of the services")
        return self


def _plain(value: str) -> str:
    """Return the origin; raise ValueError with what is wrong."""
    address = address_of(value)
    if address is None:
        raise ValueError(f"{value[:80]} must be https://host[:port]/path that every program reads the same, without fragment")
    return origin(address.origin)


def _origin_of(service: str) -> str:
    address = address_of(service)
    return address.origin if address is not None else ""
