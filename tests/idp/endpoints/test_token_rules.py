"""Every rule that the token endpoint applies before a grant is run: a right request passes all, and one change is refused by its own."""

from __future__ import annotations

from typing import Any

import pytest

from idp.endpoints.token import RULES, Asked
from idp.errors import OAuthError
from tests.idp.samples import a_client

OFFERED = frozenset({"authorization_code", "refresh_token", "client_credentials"})


def judged(client: dict[str, Any] | None = None, **form: str) -> str:
    asked = Asked({"grant_type": "authorization_code", **form}, a_client(**(client or {})), OFFERED)
    for rule in RULES:
        try:
            rule(asked)
        except OAuthError as error:
            return f"{error.code}: {error.description}"
    return ""


def test_a_right_request_passes_every_rule() -> None:
    assert judged() == judged(grant_type="refresh_token") == judged(resource="rp-a") == ""


def test_a_grant_type_is_given() -> None:
    assert judged(grant_type="") == "invalid_request: grant_type is required"


@pytest.mark.parametrize("client", [{}, {"auth_method": "none"}, {"grant_types": frozenset({"password"})}])
@pytest.mark.parametrize("name", ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer", "AUTHORIZATION_CODE"])
def test_tk_23_only_grants_that_are_offered(client: dict[str, Any], name: str) -> None:
    assert judged(client, grant_type=name) == "unsupported_grant_type: that grant is not offered"


def test_tk_24_only_grants_the_client_has() -> None:
    assert judged(grant_type="client_credentials") == "unauthorized_client: this client may not use that grant"
    assert judged({"grant_types": frozenset({"client_credentials"})}, grant_type="client_credentials") == ""


def test_tk_20_a_resource_is_the_audience_the_client_is_registered_with() -> None:
    assert judged({"audience": "https://api.example"}, resource="https://api.example") == ""
    assert judged({"audience": "https://api.example"}, resource="rp-a") == "invalid_target: this client has no tokens for that resource"
    assert judged(resource="") == "invalid_target: this client has no tokens for that resource"
