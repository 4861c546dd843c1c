"""The kind `basic`. RFC 7617: the user name holds no colon, both are UTF-8."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel, Field

from connectors.about import About
from connectors.apis import unwrapping
from connectors.apis.base import CALLS, ApiBase, address, given, plain_headers, secret
from connectors.apis.basic.about import ABOUT
from connectors.apis.settings import ApiSettings
from connectors.apis.unwrapping import Envelope
from connectors.calls import Call, Failure, OutboundRequest, Reply, Response
from connectors.contract import Connector, SecretRule


class BasicSettings(ApiSettings):
    username: str = Field(pattern=r"^[^:\x00-\x1f\x7f]{1,128}$", description="User name; without a colon")
    envelope: Envelope | None = Field(None, description="Where an answer says that it is a success; empty: the HTTP status says it")


class Basic(ApiBase):
    name = "basic"
    title: Mapping[str, str] = {"id": "API dengan nama pengguna dan kata sandi (Basic)", "en": "API with user name and password (Basic)"}
    capabilities = CALLS
    settings_model: type[BaseModel] = BasicSettings
    secrets: Mapping[str, SecretRule] = {"password": given("Kata sandi", "Password")}
    about: About = ABOUT
    docs = "connectors/basic.md"

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        own = _of(connector.settings)
        plain = f"{own.username}:{secret(connector, 'password', now)}"
        headers = {**plain_headers(call), "Authorization": "Basic " + base64.b64encode(plain.encode()).decode()}
        return OutboundRequest(call.method, address(own.base_url, call), headers, call.body)

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        return unwrapping.read(_of(connector.settings).envelope, response)


def _of(settings: BaseModel) -> BasicSettings:
    return cast("BasicSettings", settings)
