"""What a request is bound to, found once: a key (DPoP, RFC 9449) or a certificate (RFC 8705). One text, `cnf`, for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from idp.applications.models import Client
from idp.client_auth.signatures import FAPI_ALGORITHMS
from idp.client_auth.tls import METHODS as TLS_METHODS
from idp.errors import InvalidDpopProof, InvalidRequest, InvalidToken
from idp.proofs.certificate import ClientCertificates
from idp.proofs.dpop import ALGORITHMS, DpopProofs
from idp.tokens.models import AccessToken
from kit.secrets import same

NONCE_HEADER = "DPoP-Nonce"


@dataclass(frozen=True)
class Bindings:
    proofs: DpopProofs
    certificates: ClientCertificates

    async def of_token_request(self, request: Request, client: Client, form: Mapping[str, str]) -> str:
        """Return what the tokens of this request shall be bound to (`cnf`), empty for nothing.

        Raise InvalidDpopProof or UseDpopNonce; InvalidRequest when the client's certificate is missing.
        """
        by_certificate = client.tls_bound or (client.fapi and not client.dpop_bound and client.auth_method in TLS_METHODS)
        if self.proofs.sent(request):
            if client.tls_bound:
                raise InvalidDpopProof("the tokens of this client are bound to its certificate")
            return "jkt:" + await self.proofs.thumbprint(request, algorithms=_algorithms(client))
        if by_certificate:
            certificate = self.certificates.of(request)
            if certificate is None:
                raise InvalidRequest("this client must come with its certificate")
            return f"x5t:{certificate.thumbprint}"
        if client.dpop_bound or client.fapi:
            raise InvalidDpopProof("this client must send a DPoP proof")
        return ""

    async def of_pushed_request(self, request: Request, client: Client, parameters: Mapping[str, str]) -> str:
        """Return the thumbprint that the code shall be bound to: by a proof, by `dpop_jkt`, by both when they agree. RFC 9449 §10.1."""
        named = parameters.get("dpop_jkt", "")
        if not self.proofs.sent(request):
            return named
        found = await self.proofs.thumbprint(request, needs_nonce=False, algorithms=_algorithms(client))
        if named and not same(named, found):
            raise InvalidDpopProof("dpop_jkt is not the key of the DPoP proof")
        return found

    async def check(self, request: Request, token: AccessToken, text: str, scheme: str) -> None:
        """Return when the request may use this token at a resource of ours; `text` is the token, `scheme` that of its header.

        Raise InvalidToken, InvalidDpopProof or UseDpopNonce, to be told as 401. RFC 9449 §7, RFC 8705 §3.
        """
        kind, _, thumbprint = token.cnf.partition(":")
        if (scheme.lower() == "dpop") != (kind == "jkt"):
            raise InvalidToken("the token is of another type", scheme="DPoP" if kind == "jkt" else "Bearer")
        if kind == "jkt" and not same(await self.proofs.thumbprint(request, token=text), thumbprint):
            raise InvalidToken("the token is bound to another key", scheme="DPoP")
        if kind == "x5t":
            certificate = self.certificates.of(request)
            if certificate is None or not same(certificate.thumbprint, thumbprint):
                raise InvalidToken("the token is bound to another certificate")

    def fresh(self, request: Request, response: Response) -> Response:
        """Return the answer, with a nonce for the next proof when the request came with one. RFC 9449 §8.2."""
        if self.proofs.sent(request):
            response.headers[NONCE_HEADER] = self.proofs.nonces.current()
        return response


def _algorithms(client: Client) -> Sequence[str]:
    return FAPI_ALGORITHMS if client.fapi else ALGORITHMS
