"""The kind `oauth_client`. After one failed request for a token SATUSEHAT hears one a minute, so a 401 is never tried again by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, cast

from pydantic import BaseModel, Field, field_validator

from connectors.about import About
from connectors.apis import credentials, unwrapping
from connectors.apis.answers import object_of, told
from connectors.apis.base import CALLS, ApiBase, address, given, plain_headers, secret
from connectors.apis.oauth_client.about import ABOUT
from connectors.apis.settings import ApiSettings, api_base
from connectors.calls import Call, Failure, OutboundRequest, Reply, Response, Token, TokenNeed
from connectors.contract import Connector, SecretRule


class OauthClientSettings(ApiSettings):
    token_url: str = Field(description="Token endpoint")
    client_id: str = Field(pattern=r"^[\x21-\x7e]{1,256}$", description="Client id")
    grant_type_in: Literal["query", "form"] = Field("form", description="Where grant_type goes; SATUSEHAT: query")
    client_auth: Literal["form", "basic"] = Field("form", description="Where client id and secret go; SATUSEHAT: form")
    pause_seconds: int = Field(60, ge=0, le=3600, description="How long no token is asked for after a failure")

    @field_validator("token_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return api_base(value)


class OauthClient(ApiBase):
    name = "oauth_client"
    title: Mapping[str, str] = {"id": "API dengan OAuth client credentials (SATUSEHAT)", "en": "API with client credentials (SATUSEHAT)"}
    capabilities = CALLS
    settings_model: type[BaseModel] = OauthClientSettings
    secrets: Mapping[str, SecretRule] = {"client_secret": given("Client secret", "Client secret", least_bits=64)}
    about: About = ABOUT
    docs = "connectors/oauth_client.md"

    def needs(self, connector: Connector, now: int) -> Sequence[TokenNeed]:
        own, value = _of(connector.settings), secret(connector, "client_secret", now)
        if own.client_auth == "basic":
            return (TokenNeed("access", credentials.by_basic(own.token_url, own.client_id, value), own.pause_seconds),)
        request = credentials.by_form(own.token_url, own.client_id, value, grant_type_in_query=own.grant_type_in == "query")
        return (TokenNeed("access", request, own.pause_seconds),)

    def read_token(self, connector: Connector, name: str, response: Response, now: int) -> Token | Failure:
        return credentials.token(response, now, pause=_of(connector.settings).pause_seconds)

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        headers = {**plain_headers(call), "Authorization": f"Bearer {tokens['access']}"}
        return OutboundRequest(call.method, address(_of(connector.settings).base_url, call), headers, call.body)

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        """A token that is refused is forgotten, and the next call gets a new one; this call is not sent twice."""
        outcome = unwrapping.read(None, response, stale=("access",))
        if isinstance(outcome, Failure):
            detail = outcome_of_fhir(object_of(response)) or outcome.detail
            stale = outcome.stale if response.status == 401 else ()
            return replace(outcome, detail=detail, stale=stale)
        return outcome


def outcome_of_fhir(found: Mapping[str, Any] | None) -> str:
    """Return what a FHIR OperationOutcome says went wrong. HL7 FHIR R4, OperationOutcome."""
    issues = found.get("issue") if found is not None and found.get("resourceType") == "OperationOutcome" else None
    first = issues[0] if isinstance(issues, list) and issues and isinstance(issues[0], Mapping) else {}
    details = first.get("details")
    return told(first.get("diagnostics")) or told(details.get("text") if isinstance(details, Mapping) else "") or told(first.get("code"))


def _of(settings: BaseModel) -> OauthClientSettings:
    return cast("OauthClientSettings", settings)
