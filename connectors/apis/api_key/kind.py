"""The kind `api_key`. The key of one service never goes to another one's paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel

from connectors.about import About
from connectors.apis import unwrapping
from connectors.apis.api_key.about import ABOUT
from connectors.apis.api_key.settings import ApiKeySettings
from connectors.apis.base import CALLS, ApiBase, address, given, plain_headers, secret
from connectors.calls import Call, Failure, Fault, OutboundRequest, Reply, Response
from connectors.contract import Connector, SecretRule


class ApiKey(ApiBase):
    name = "api_key"
    title: Mapping[str, str] = {"id": "API dengan kunci per layanan (SPLP)", "en": "API with a key per service (SPLP)"}
    capabilities = CALLS
    settings_model: type[BaseModel] = ApiKeySettings
    about: About = ABOUT
    docs = "connectors/api_key.md"

    def secret_rules(self, settings: BaseModel) -> Mapping[str, SecretRule]:
        keyed = [one for one in _of(settings).services if not one.open]
        return {f"key.{one.name}": given(f"Kunci layanan {one.name}", f"Key of the service {one.name}", least_bits=64) for one in keyed}

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        own = _of(connector.settings)
        service = own.service(call.path)
        if service is None:
            return Failure(Fault.MALFORMED, "no service has this path")
        headers = plain_headers(call)
        if not service.open:
            headers[service.header] = f"{service.scheme} {secret(connector, f'key.{service.name}', now)}".lstrip()
        return OutboundRequest(call.method, address(own.base_url, call), headers, call.body)

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        return unwrapping.read(_of(connector.settings).envelope, response)


def _of(settings: BaseModel) -> ApiKeySettings:
    return cast("ApiKeySettings", settings)
