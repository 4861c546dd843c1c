"""Settings of a `soap_wsse` connector. There is no WSDL to read: what may be called stands here, so nothing is fetched."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apis.settings import ApiSettings, Operation

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class SoapOperation(Operation):
    """An operation of the service. Its path is `/` and the name of the element in the body."""

    method: Literal["POST"] = Field("POST", description="SOAP is always POST")
    action: str = Field("", pattern=r"^[\x21\x23-\x7e]{0,256}$", description="SOAPAction; empty: namespace, / and the element's name")
    fields: tuple[str, ...] = Field((), max_length=50, description="Elements that the message may hold, in the order of the service")
    answer: str = Field("", description="Element of the answer; empty: the operation's name and Response")

    @field_validator("path")
    @classmethod
    def _is_one_element(cls, value: str) -> str:
        if not NAME.fullmatch(value[1:]) or value[:1] != "/":
            raise ValueError("must be / and the name of the element in the body")
        return value

    @field_validator("fields", "answer")
    @classmethod
    def _are_elements(cls, value: tuple[str, ...] | str) -> tuple[str, ...] | str:
        for name in (value,) if isinstance(value, str) else value:
            if name and not NAME.fullmatch(name):
                raise ValueError(f"{name[:40]!r} is no name of an element")
        return value

    @property
    def element(self) -> str:
        return self.path[1:]


class SoapCaller(BaseModel):
    """An older SOAP program that calls through us, with a password of its own: the secret `key.<id>`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="User name in its UsernameToken")
    operations: tuple[str, ...] = Field((), description="Elements that it may call; empty: all")
    password: Literal["digest", "text"] = Field("digest", description="How it shows its password; text for those that cannot digest")


class SoapSettings(ApiSettings):
    operations: tuple[SoapOperation, ...] = Field(min_length=1, max_length=100, description="What may be called; nothing else exists")
    namespace: str = Field(pattern=r"^[\x21-\x7e]{1,200}$", description="Namespace of the service's elements (targetNamespace)")
    qualified: bool = Field(True, description="Fields stand in the namespace too (elementFormDefault=qualified)")
    soap: Literal["1.1", "1.2"] = Field("1.1", description="Version of SOAP")
    username: str = Field("", pattern=r"^[\x20-\x7e]{0,128}$", description="User name at the service; empty: it wants no UsernameToken")
    password: Literal["digest", "text"] = Field("digest", description="How the password is shown there")
    callers: tuple[SoapCaller, ...] = Field((), max_length=100, description="Older SOAP programs that call through us")

    @model_validator(mode="after")
    def _names_are_once(self) -> Self:
        elements = [one.element for one in self.operations]
        if len(set(elements)) != len(elements):
            raise ValueError("operations: an element stands twice")
        if len({one.id for one in self.callers}) != len(self.callers):
            raise ValueError("callers: an id stands twice")
        unknown = {name for one in self.callers for name in one.operations} - set(elements)
        if unknown:
            raise ValueError(f"callers: {sorted(unknown)[0][:64]} is no operation")
        return self

    def named(self, element: str) -> SoapOperation | None:
        return next((one for one in self.operations if one.element == element), None)

    def action(self, operation: SoapOperation) -> str:
        return operation.action or f"{self.namespace.rstrip('/')}/{operation.element}"

    def caller(self, name: str) -> SoapCaller | None:
        return next((one for one in self.callers if one.id == name), None)
