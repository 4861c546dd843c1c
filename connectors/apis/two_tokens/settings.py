"""Settings of a `two_tokens` connector."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors.apis.settings import ApiSettings, api_base


class TwoTokensSettings(ApiSettings):
    """`sso` says where the second token comes from. A password of a person is never asked for, by nobody and for nothing."""

    apim_url: str = Field(description="Token endpoint of the API gateway (WSO2), asked with client credentials")
    consumer_key: str = Field(pattern=r"^[A-Za-z0-9._-]{1,128}$", description="Consumer key of the application at the gateway")
    sso: Literal["ready", "service_account"] = Field(
        "ready", description="ready: the secret sso_token is the token; service_account: it is got for the agency's own account"
    )
    sso_url: str = Field("", description="Token endpoint of the SSO, for service_account")
    sso_client: str = Field("", pattern=r"^[A-Za-z0-9._-]{0,128}$", description="Client id at the SSO, for service_account")
    sso_account: str = Field("", pattern=r"^[A-Za-z0-9._@-]{0,128}$", description="The agency's own account there, never a person's")

    @field_validator("apim_url", "sso_url")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        return api_base(value) if value else value

    @model_validator(mode="after")
    def _service_account_is_whole(self) -> Self:
        if not self.apim_url:
            raise ValueError("apim_url: missing")
        if self.sso == "service_account" and not (self.sso_url and self.sso_client and self.sso_account):
            raise ValueError("sso: service_account needs sso_url, sso_client and sso_account")
        return self
