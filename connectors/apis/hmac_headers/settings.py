"""Settings of an `hmac_headers` connector."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apis.settings import ApiSettings
from connectors.paths import is_plain

KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class KeyHolder(BaseModel):
    """An older program that calls through us. Its secret is called `key.<id>`, and is made here: it is never the one of the API behind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="What the program sends as X-cons-id")
    paths: tuple[str, ...] = Field(("/",), description="Exact paths, or prefixes ending in /, that this program may call")
    signs: Literal["request", "time"] = Field(
        "request", description="request: method, host, path, query and body (docs); time: only the moment, as BPJS itself wants it"
    )
    networks: tuple[str, ...] = Field((), description="Networks it comes from; needed for time, because such a signature fits any request")

    @field_validator("id")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if not KEY_ID.fullmatch(value):
            raise ValueError("must be letters, digits, _ and -, at most 64")
        return value

    @field_validator("paths")
    @classmethod
    def _are_plain(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for path in value:
            if not is_plain(path):
                raise ValueError(f"{path[:40]} must be a plain absolute path")
        return value

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError(f"{network[:40]} is no network, as in 10.0.0.0/8") from None
        return value

    @model_validator(mode="after")
    def _time_needs_networks(self) -> Self:
        if self.signs == "time" and not self.networks:
            raise ValueError("networks: needed when only the time is signed")
        return self

    def may(self, path: str) -> bool:
        return any(path == one or (one.endswith("/") and path.startswith(one)) for one in self.paths)

    def comes_from(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        own = [ipaddress.ip_network(network) for network in self.networks]
        return not own or any(found in network for network in own if network.version == found.version)


class HmacHeadersSettings(ApiSettings):
    cons_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Consumer id that BPJS gave (X-cons-id)")
    encrypted: bool = Field(True, description="A text in `response` is encrypted and compressed, as VClaim 2 answers")
    pcare_user: str = Field("", pattern=r"^[^:\r\n]{0,64}$", description="User name of PCare, for X-authorization; empty: not PCare")
    pcare_application: str = Field("095", pattern=r"^[0-9A-Za-z]{1,16}$", description="kdAplikasi of PCare")
    callers: tuple[KeyHolder, ...] = Field((), max_length=100, description="Older programs that call through us with keys of their own")

    @model_validator(mode="after")
    def _ids_are_once(self) -> Self:
        if len({one.id for one in self.callers}) != len(self.callers):
            raise ValueError("callers: an id stands twice")
        return self

    def caller(self, key_id: str) -> KeyHolder | None:
        return next((one for one in self.callers if one.id == key_id), None)
