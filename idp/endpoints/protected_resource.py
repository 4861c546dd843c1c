"""What a client must know to use our own resources: which server gives tokens for them, and how a token is shown. RFC 9728.

Userinfo's description stands at the address that its path makes (§3.1); the provider's as a whole at the plain one.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.keys.algorithms import SIGNING
from idp.proofs.dpop import ALGORITHMS as PROOF_ALGORITHMS
from idp.tokens.claims import OWN_SCOPES, SCOPE_CLAIMS

PATH = "/.well-known/oauth-protected-resource"
USERINFO = "/userinfo"
PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


def metadata(issuer: str, resource: str, *, certificates: bool) -> dict[str, Any]:
    """Return the description of one resource; `certificates` says whether those of clients can reach us. RFC 9728 §2."""
    return {
        "resource": resource,
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["openid", *sorted(SCOPE_CLAIMS), *sorted(OWN_SCOPES)],
        "resource_name": "Gapura userinfo",
        "resource_name#id": "Data diri di Gapura",
        "resource_signing_alg_values_supported": list(SIGNING),
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": certificates,
    }


def metadata_url(issuer: str) -> str:
    """Return where userinfo's description stands, for its challenges. RFC 9728 §5.1."""
    return f"{issuer}{PATH}{USERINFO}"


class ProtectedResource:
    def __init__(self, issuer: str, *, certificates: bool) -> None:
        self.whole = orjson.dumps(metadata(issuer, issuer, certificates=certificates))
        self.userinfo = orjson.dumps(metadata(issuer, f"{issuer}{USERINFO}", certificates=certificates))

    async def of_issuer(self, request: Request) -> Response:
        return Response(self.whole, headers=PUBLIC, media_type="application/json")

    async def of_userinfo(self, request: Request) -> Response:
        return Response(self.userinfo, headers=PUBLIC, media_type="application/json")

    def routes(self) -> list[Route]:
        return [Route(PATH, self.of_issuer, methods=["GET"]), Route(PATH + USERINFO, self.of_userinfo, methods=["GET"])]
