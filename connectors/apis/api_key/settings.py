"""Settings of an `api_key` connector: one for a gateway, with a key for each service subscribed there."""

from __future__ import annotations

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apis.settings import ApiSettings, key_header
from connectors.apis.unwrapping import Envelope
from connectors.paths import is_plain


class KeyedService(BaseModel):
    """A subscribed service. Its key is the secret `key.<name>`: a gateway answers 401 to the key of another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Short name, lower case; its secret is key.<name>")
    prefix: str = Field("/", description="Paths below this one belong to the service; it ends in /")
    header: str = Field("apikey", description="Header that carries the key, as in apikey or AuthorizationSPLP")
    scheme: str = Field("", pattern=r"^[A-Za-z]{0,20}$", description="Word before the key, as in Bearer; empty: the key alone")
    open: bool = Field(False, description="The service wants no key")

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", value):
            raise ValueError("must be lower case letters, digits, _ and -, at most 40")
        return value

    @field_validator("prefix")
    @classmethod
    def _is_a_prefix(cls, value: str) -> str:
        if not is_plain(value) or not value.endswith("/"):
            raise ValueError("must be a plain path that ends in /")
        return value

    @field_validator("header")
    @classmethod
    def _carries_a_key(cls, value: str) -> str:
        return key_header(value)


class ApiKeySettings(ApiSettings):
    services: tuple[KeyedService, ...] = Field(min_length=1, max_length=50, description="Which key goes with which paths")
    envelope: Envelope | None = Field(None, description="Where an answer says that it is a success; empty: the HTTP status says it")

    @model_validator(mode="after")
    def _every_operation_has_one_service(self) -> Self:
        names, prefixes = [one.name for one in self.services], [one.prefix for one in self.services]
        if len(set(names)) != len(names) or len(set(prefixes)) != len(prefixes):
            raise ValueError("services: a name or prefix stands twice")
        for operation in self.operations:
            if self.service(operation.path) is None:
                raise ValueError(f"services: none has a prefix of {operation.path[:80]}")
        return self

    def service(self, path: str) -> KeyedService | None:
        """Return the service with the longest prefix of the path."""
        found = [one for one in self.services if path.startswith(one.prefix)]
        return max(found, key=lambda one: len(one.prefix), default=None)
