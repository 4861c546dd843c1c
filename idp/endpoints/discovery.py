"""What others need to know of us: `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server`, `/jwks`.

OpenID Connect Discovery §3, RFC 8414, RFC 7517. Bytes are made once; the key set again when the keys change.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
from authlib.oidc.discovery import OpenIDProviderMetadata
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.client_auth.authenticate import methods_of
from idp.client_auth.signatures import ALGORITHMS as ASSERTION_ALGORITHMS
from idp.keys.algorithms import CONTENT_ENCRYPTION, KEY_ENCRYPTION, SIGNING
from idp.keys.schedule import KeySchedule
from idp.proofs.certificate import ClientCertificates
from idp.proofs.dpop import ALGORITHMS as DPOP_ALGORITHMS
from idp.sessions.models import ACR_ORDER
from idp.tokens.claims import CLAIMS, OWN_SCOPES, SCOPE_CLAIMS
from kit.clock import Clock
from kit.expiring import StoreUnavailable

LATEST = 0.05  # seconds that the key set may be behind another worker's
PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
PROTOCOL_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash")
ALIASED = {
    "token": "token",
    "userinfo": "userinfo",
    "introspection": "introspect",
    "revocation": "revoke",
    "device_authorization": "device_authorization",
    "pushed_authorization_request": "par",
}
VERIFIED = ("email_verified", "phone_number_verified", "nik_verified")


def metadata(issuer: str, grants: Sequence[str], certificates: ClientCertificates) -> dict[str, Any]:
    """Return the provider's metadata. What needs a client's certificate is named only where one can reach us."""
    methods = sorted(methods_of(certificates))
    confidential = [method for method in methods if method != "none"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "device_authorization_endpoint": f"{issuer}/device_authorization",
        "introspection_endpoint": f"{issuer}/introspect",
        "introspection_signing_alg_values_supported": list(SIGNING),
        "protected_resources": [f"{issuer}/userinfo"],
        "revocation_endpoint": f"{issuer}/revoke",
        "end_session_endpoint": f"{issuer}/logout",
        "check_session_iframe": f"{issuer}/check_session",
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "scopes_supported": ["openid", "offline_access", *sorted(SCOPE_CLAIMS), *sorted(OWN_SCOPES)],
        "claims_supported": sorted({*PROTOCOL_CLAIMS, *CLAIMS, *VERIFIED}),
        "claim_types_supported": ["normal"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"],
        "authorization_signing_alg_values_supported": list(SIGNING),
        "grant_types_supported": sorted(grants),
        "subject_types_supported": ["pairwise"],
        "acr_values_supported": list(ACR_ORDER),
        "id_token_signing_alg_values_supported": list(SIGNING),
        "id_token_encryption_alg_values_supported": list(KEY_ENCRYPTION),
        "id_token_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
        "userinfo_signing_alg_values_supported": list(SIGNING),
        "userinfo_encryption_alg_values_supported": list(KEY_ENCRYPTION),
        "userinfo_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "display_values_supported": ["page", "popup", "touch"],
        "ui_locales_supported": ["id", "en"],
        "claims_locales_supported": ["id"],
        "claims_parameter_supported": True,
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "require_pushed_authorization_requests": False,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": certificates.offered,
        **({"mtls_endpoint_aliases": aliases(certificates.base)} if certificates.base else {}),
    }


def aliases(base: str) -> dict[str, str]:
    """Return where a client that has a certificate is asked for it. RFC 8705 §5."""
    return {f"{name}_endpoint": f"{base}/{path}" for name, path in ALIASED.items()}


class Discovery:
    def __init__(
        self,
        issuer: str,
        grants: Sequence[str],
        keys: KeySchedule,
        registry: Registry,
        certificates: ClientCertificates,
        clock: Clock,
    ) -> None:
        published = metadata(issuer, grants, certificates)
        OpenIDProviderMetadata(published).validate()  # a provider with wrong metadata does not start
        self.document = orjson.dumps(published)
        self.open_document = orjson.dumps(published | {"registration_endpoint": f"{issuer}/register"})
        self.registry = registry
        self.clock = clock
        self.keys = keys
        self._made_for = -1
        self._asked_at = 0.0
        self._jwks = b""

    async def configuration(self, request: Request) -> Response:
        """Name the registration endpoint only while an initial access token works: else nothing can be registered (DC-01)."""
        is_open = self.registry.now.registration_until > self.clock.now()
        return Response(self.open_document if is_open else self.document, headers=PUBLIC, media_type="application/json")

    async def jwks(self, request: Request) -> Response:
        if time.monotonic() - self._asked_at > LATEST:  # a key made elsewhere is known here before anybody can verify with it
            self._asked_at = time.monotonic()
            with suppress(StoreUnavailable):  # then what was published a moment ago is still true
                await self.keys.refresh()
        if self._made_for != self.keys.version:
            self._jwks = orjson.dumps(self.keys.jwks())
            self._made_for = self.keys.version
        return Response(self._jwks, headers=PUBLIC, media_type="application/json")

    def routes(self) -> list[Route]:
        return [
            Route("/jwks", self.jwks, methods=["GET"]),
            Route("/.well-known/openid-configuration", self.configuration, methods=["GET"]),
            Route("/.well-known/oauth-authorization-server", self.configuration, methods=["GET"]),
        ]
