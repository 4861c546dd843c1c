"""Making an authorization request plain before any rule sees it: as parameters, as an object by value or by reference, or pushed.

RFC 9101 (JAR), RFC 9126 (PAR). Of a request object only the object counts; outside it stands nothing but what names the client
(RFC 9101 §6.3). A request that uses neither costs two look-ups in a dict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import orjson

from idp.applications.models import Client
from idp.authorization import request_object
from idp.authorization.request import AuthorizationRequest, read
from idp.client_auth.client_keys import ClientKeys
from idp.errors import InvalidRequest, InvalidRequestUri, RequestNotSupported, RequestUriNotSupported, TemporarilyUnavailable
from idp.settings import IdpSettings
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.outbound import fetch
from kit.secrets import b64url, digest, new_secret

PUSHED = "urn:ietf:params:oauth:request_uri:"
MAX_OBJECT = 16 * 1024
FETCHES = 60  # of one client's objects per minute
KEPT = 3600  # seconds that an object is kept whose address holds its hash


@dataclass(frozen=True)
class Resolver:
    store: ExpiringStore
    keys: ClientKeys
    outbound: httpx.AsyncClient
    issuer: str
    clock: Clock
    settings: IdpSettings

    async def resolve(self, parameters: Mapping[str, str], client: Client) -> AuthorizationRequest:
        """Return what is really asked for; raise an OAuthError when the object or reference is no good. No rule about it is applied yet."""
        by_value, by_reference = parameters.get("request", ""), parameters.get("request_uri", "")
        if not by_value and not by_reference:
            return read(parameters)
        if by_value and by_reference:
            raise InvalidRequest("use either request or request_uri", param="request")
        if by_reference.startswith(PUSHED):
            return await self._pushed(by_reference, client)
        if by_value and client.jwks is None and client.jwks_uri is None:
            raise RequestNotSupported("this client has no keys registered to sign requests with", param="request")
        text = by_value or await self._fetched(by_reference, client)
        inside = await request_object.opened(text, client, self.keys, issuer=self.issuer, now=self.clock.now())
        outside = parameters.get("response_type", "")
        if outside and outside != inside.get("response_type"):
            raise InvalidRequest("response_type differs from the request object's", param="response_type")  # OIDC Core §6.1
        return read(inside, origin="object")

    async def keep(self, request: AuthorizationRequest, client: Client) -> str:
        """Keep a request that was judged, for a short time; return the reference to it. RFC 9126 §2.2."""
        reference = new_secret()
        record = orjson.dumps([client.client_id, request.origin, dict(request.parameters)])
        await self.store.put(Put(f"par:{digest(reference)}", record, self.settings.pushed_request_seconds))
        return PUSHED + reference

    async def _pushed(self, uri: str, client: Client) -> AuthorizationRequest:
        """RFC 9126 §4; PR-03, PR-05. Opening it twice is no fault: the browser may reload; a code is issued for it once."""
        key = f"par:{digest(uri.removeprefix(PUSHED))}"
        raw = await self.store.get(key)
        client_id, origin, parameters = orjson.loads(raw) if raw is not None else ("", "", {})
        if client_id != client.client_id:
            raise InvalidRequestUri("request_uri is unknown, expired, already used, or another client's", param="request_uri")
        return read(parameters, origin=origin, pushed=key)

    async def _fetched(self, uri: str, client: Client) -> str:
        """Return the object behind a registered address, and no other (AZ-31). OIDC Core §6.2, RFC 9101 §5.2."""
        address, _, fingerprint = uri.partition("#")
        if not {uri, address} & {*client.request_uris, *(one.partition("#")[0] for one in client.request_uris)}:
            raise RequestUriNotSupported("request_uri is neither pushed nor registered for this client", param="request_uri")
        key = f"object:{digest(f'{client.client_id} {uri}')}"
        kept = await self.store.get(key) if fingerprint else None
        if kept is not None:
            return kept.decode()
        if await self.store.increment(f"fetched:{client.client_id}", 60) > FETCHES:
            raise TemporarilyUnavailable("too many request objects are being fetched", param="request_uri")
        body = await self._get(address)
        if fingerprint:
            if b64url(hashlib.sha256(body).digest()) != fingerprint:
                raise InvalidRequestUri("what stands behind request_uri is not what its hash says", param="request_uri")
            await self.store.put(Put(key, body, KEPT))
        return body.decode()

    async def _get(self, address: str) -> bytes:
        try:
            status, raw = await fetch(self.outbound, address, accept="application/oauth-authz-req+jwt", limit=MAX_OBJECT)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise InvalidRequestUri("request_uri cannot be fetched", detail=type(error).__name__, param="request_uri") from error
        body = raw.strip()
        if status != 200 or not body.isascii():
            raise InvalidRequestUri("request_uri does not answer with a request object", param="request_uri")
        return body
