"""The kind `two_tokens`: BKN's SIASN. `Authorization` carries the gateway's token, `Auth` that of the SSO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from pydantic import BaseModel

from connectors.about import About
from connectors.apis import credentials
from connectors.apis.answers import UNREADABLE, object_of, status_failure
from connectors.apis.base import CALLS, ApiBase, address, given, plain_headers, secret
from connectors.apis.two_tokens import envelopes
from connectors.apis.two_tokens.about import ABOUT
from connectors.apis.two_tokens.settings import TwoTokensSettings
from connectors.calls import Call, Failure, OutboundRequest, Reply, Response, Token, TokenNeed
from connectors.contract import Connector, SecretRule

FILES = ("application/pdf", "application/octet-stream", "image/jpeg", "image/png")  # photos and documents come without an envelope


class TwoTokens(ApiBase):
    name = "two_tokens"
    title: Mapping[str, str] = {"id": "API dengan dua token (SIASN BKN)", "en": "API with two tokens (SIASN of BKN)"}
    capabilities = CALLS
    settings_model: type[BaseModel] = TwoTokensSettings
    secrets: Mapping[str, SecretRule] = {
        "consumer_secret": given("Consumer secret di gerbang API", "Consumer secret at the API gateway"),
        "sso_token": given("Token SSO yang sudah jadi", "SSO token, ready to use", optional=True),
        "sso_password": given("Kata sandi akun layanan milik OPD", "Password of the agency's own service account", optional=True),
    }
    about: About = ABOUT
    docs = "connectors/two_tokens.md"

    def secret_rules(self, settings: BaseModel) -> Mapping[str, SecretRule]:
        needed = "sso_token" if _of(settings).sso == "ready" else "sso_password"
        return {name: rule for name, rule in self.secrets.items() if name in ("consumer_secret", needed)}

    def needs(self, connector: Connector, now: int) -> Sequence[TokenNeed]:
        own = _of(connector.settings)
        found = [TokenNeed("apim", credentials.by_basic(own.apim_url, own.consumer_key, secret(connector, "consumer_secret", now)))]
        if own.sso == "service_account":
            fields = {
                "client_id": own.sso_client,
                "grant_type": "password",
                "username": own.sso_account,
                "password": secret(connector, "sso_password", now),
            }
            found.append(TokenNeed("sso", OutboundRequest("POST", own.sso_url, credentials.FORM, urlencode(fields).encode())))
        return found

    def read_token(self, connector: Connector, name: str, response: Response, now: int) -> Token | Failure:
        """A refusal at the SSO rests for ten minutes: more tries would lock the account there."""
        return credentials.token(response, now, pause=600 if name == "sso" else 10)

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        own = _of(connector.settings)
        sso = tokens["sso"] if own.sso == "service_account" else secret(connector, "sso_token", now)
        headers = {**plain_headers(call), "Authorization": f"Bearer {tokens['apim']}", "Auth": f"bearer {sso}"}
        return OutboundRequest(call.method, address(own.base_url, call), headers, call.body)

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        if response.status == 200 and response.media_type in FILES:
            return Reply(response.body, 200, response.media_type)
        found = object_of(response)
        if found is None:
            return status_failure(response, stale=("apim", "sso"), again=response.status == 401) or UNREADABLE
        return envelopes.read(found, response)


def _of(settings: BaseModel) -> TwoTokensSettings:
    return cast("TwoTokensSettings", settings)
