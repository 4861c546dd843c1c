"""The dependency: `Depends(gapura.needs("antrean:baca"))` gives the caller, or refuses as RFC 6750, 9449 and 9470 say."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
from fastapi import HTTPException, Request

from rs import dpop, token_checks
from rs.caller import Caller, caller_of
from rs.errors import Refused
from rs.json_depth import parse
from rs.jws import NotSigned, header_of, opened
from rs.provider import Provider

TYPES = ("at+jwt", "application/at+jwt")


class ResourceServer:
    """One service behind one audience.

    `audience` is what its tokens are for. `client_id` and `client_secret` are needed for opaque tokens, which are introspected at every
    request, so a withdrawn consent counts at once; a JWT is checked here and dies by itself within five minutes, unless
    `introspect_always`. `public_url` is where callers reach the service, for DPoP. `certificate` returns the caller's TLS certificate in
    DER, for bound tokens of RFC 8705; without it such tokens are refused. `seen` remembers used proofs.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        client_id: str = "",
        client_secret: str = "",
        public_url: str = "",
        introspect_always: bool = False,
        certificate: Callable[[Request], bytes | None] | None = None,
        seen: Callable[[str, int], Awaitable[bool]] | None = None,
        http: httpx.AsyncClient | None = None,
        now: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        self.audience = audience
        self.credentials = (quote_plus(client_id), quote_plus(client_secret)) if client_id else None  # RFC 6749 §2.3.1
        self.public_url = public_url.rstrip("/")
        self.introspect_always = introspect_always
        self.certificate = certificate
        self.seen = seen or dpop.Seen()
        self.http = http or httpx.AsyncClient(timeout=5, follow_redirects=False)
        self.now = now
        self.provider = Provider(issuer.rstrip("/"), self.http, now)

    def needs(self, *scopes: str, acr: str = "", max_age: int | None = None) -> Callable[[Request], Awaitable[Caller]]:
        """Return a dependency that lets in callers with all these scopes, this strength of sign-in, and one not older than `max_age`."""

        async def dependency(request: Request) -> Caller:
            try:
                return await self.check(request, *scopes, acr=acr, max_age=max_age)
            except Refused as refused:
                detail = {"error": refused.error or "invalid_token", "error_description": refused.description}
                raise HTTPException(refused.status, detail, refused.headers) from refused

        return dependency

    async def check(self, request: Request, *scopes: str, acr: str = "", max_age: int | None = None) -> Caller:
        """Return who calls; raise Refused."""
        scheme, token = shown(request)
        claims = await self._claims(token)
        await self._holds_the_key(request, scheme, token, claims.get("cnf") or {})
        caller = caller_of(claims)
        if not caller.scopes >= set(scopes):
            raise Refused("insufficient_scope", "the token does not cover this", scheme=scheme, more={"scope": " ".join(scopes)})
        self._sign_in_is_enough(caller, scheme, acr, max_age)
        return caller

    async def aclose(self) -> None:
        await self.http.aclose()

    async def _claims(self, token: str) -> Mapping[str, Any]:
        looks_signed = token.count(".") == 2
        claims = await self._verified(token) if looks_signed and not self.introspect_always else await self._introspected(token)
        return token_checks.check(token_checks.Claimed(claims, self.provider.issuer, self.audience, self.now()))

    async def _verified(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a JWT that the provider signed as an access token. RFC 9068 §4."""
        try:
            header = header_of(token)
            if str(header.get("typ", "")).lower() not in TYPES or "jwk" in header:
                raise NotSigned("no access token")
            key = await self.provider.key(str(header.get("kid", "")))
            if key is None:
                raise NotSigned("no key of the provider")
            return opened(token, key, str(header.get("alg", "")))
        except NotSigned as error:
            raise Refused("invalid_token", "the token is not one of the provider") from error

    async def _introspected(self, token: str) -> Mapping[str, Any]:
        """Return what the provider says of the token now. RFC 7662 §2."""
        if self.credentials is None:
            raise Refused("invalid_token", "this service accepts signed tokens only")
        url = await self.provider.endpoint("introspection_endpoint")
        try:
            answer = await self.http.post(url, data={"token": token}, auth=self.credentials, headers={"Accept": "application/json"})
            found = parse(answer.content) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:
            raise Refused("temporarily_unavailable", "the provider does not answer") from error
        if not isinstance(found, dict):
            raise Refused("temporarily_unavailable", "the provider refuses to introspect for this service")
        if found.get("active") is not True:
            raise Refused("invalid_token", "the token is unknown, expired or revoked")
        return found

    async def _holds_the_key(self, request: Request, scheme: str, token: str, cnf: Mapping[str, Any]) -> None:
        """Require the proof that the token is bound to. A bound token without its proof is worth nothing; an unknown binding neither."""
        if "jkt" in cnf:
            return await self._holds_the_dpop_key(request, scheme, token, str(cnf["jkt"]))
        if scheme == "DPoP":
            raise Refused("invalid_token", "the token is not bound to a key", scheme=scheme, more=dpop.OFFER)
        if "x5t#S256" in cnf:
            found = self.certificate(request) if self.certificate is not None else None
            if found is None or not dpop.same(dpop.sha256(found), str(cnf["x5t#S256"])):
                raise Refused("invalid_token", "the token is bound to another certificate")
        elif cnf:
            raise Refused("invalid_token", "the token is bound in a way this service does not know")
        return None

    async def _holds_the_dpop_key(self, request: Request, scheme: str, token: str, thumbprint: str) -> None:
        proofs = request.headers.getlist("dpop")
        if scheme != "DPoP":
            raise Refused("invalid_token", "the token is bound to a key: use the scheme DPoP", scheme="DPoP", more=dpop.OFFER)
        if len(proofs) != 1 or not self.public_url:
            raise dpop.bad("send one proof" if self.public_url else "this service has no public_url, so no proof can be checked")
        header, claims, found = dpop.opened_proof(proofs[0])
        url, now = self.public_url + path_of(request), self.now()
        proof = dpop.Proof(header, claims, found, request.method, url, token, thumbprint, now)
        for rule in dpop.RULES:
            rule(proof)
        if not await self.seen(f"{thumbprint} {claims['jti']}", now):
            raise dpop.bad("the proof was used before")

    def _sign_in_is_enough(self, caller: Caller, scheme: str, acr: str, max_age: int | None) -> None:
        """RFC 9470 §3."""
        weak = bool(acr) and not caller.reaches(acr)
        old = max_age is not None and self.now() - caller.auth_time > max_age
        if weak or old:
            more = {**({"acr_values": acr} if acr else {}), **({"max_age": str(max_age)} if max_age is not None else {})}
            reason = "a stronger sign-in is needed" if weak else "the sign-in is too long ago"
            raise Refused("insufficient_user_authentication", reason, scheme=scheme, more=more)


def path_of(request: Request) -> str:
    """Return the path as the caller wrote it: decoded, `/a%3Fb` and `/a` would be one address to a proof. A server may leave it out."""
    raw = request.scope.get("raw_path")
    return raw.decode("latin-1") if raw else quote(request.scope["path"])


def shown(request: Request) -> tuple[str, str]:
    """Return scheme and token of a request; raise Refused for none, for two, and for one in the query. RFC 6750 §2, RFC 9449 §7.1."""
    found = request.headers.getlist("authorization")
    if "access_token" in request.query_params:
        raise Refused("invalid_request", "a token in the URL is not accepted")
    if len(found) > 1:
        raise Refused("invalid_request", "send one Authorization header")
    scheme, _, token = (found[0] if found else "").partition(" ")
    known = {"bearer": "Bearer", "dpop": "DPoP"}.get(scheme.lower())
    if known is None or not token.strip():
        raise Refused("")
    return known, token.strip()
