"""The code becomes a token, and the token shows the person: what the application's server does, with its secret. RFC 6749 §4.1.3.

A code is good once, for a minute, for the address it was sent to; a token for five minutes, as long as the permission stands. There is no
refresh: the application asks once, when somebody signs in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from connectors.contract import Answer, Connector
from connectors.errors import BadRequest
from connectors.front_door import Desk, Kept, Received

CODE_SECONDS = 60
TOKEN_SECONDS = 300
MOST = 512


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for: the address it was sent to, the challenge of RFC 7636 (empty: none), and the answer about the person."""

    redirect_uri: str
    challenge: str
    said: Mapping[str, str]

    def written(self) -> bytes:
        return json.dumps([self.redirect_uri, self.challenge, dict(self.said)]).encode()

    @classmethod
    def read(cls, kept: Kept) -> Code:
        return cls(*json.loads(kept.value))


def told(body: Mapping[str, object], status: int = 200) -> Answer:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Answer(status, {**headers, **challenge}, json.dumps(body, ensure_ascii=False))


def failed(code: str, status: int = 400) -> Answer:
    """Return an error as Laravel Passport names it. RFC 6749 §5.2."""
    return told({"error": code}, status)


async def redeem(connector: Connector, request: Received, desk: Desk, token: str) -> Answer:
    """Return the token for a code; the code is spent by whoever shows it with the right secret, whatever else is wrong."""
    try:
        given = {name: request.one(name) for name in ("grant_type", "code", "redirect_uri", "code_verifier")}
        client_id, secret = _client(request)
    except BadRequest:
        return failed("invalid_request")
    good = [hmac.compare_digest(secret.encode(), one.encode()) for one in connector.secrets_at("client_secret", desk.now)]
    if client_id != connector.id or not any(good):
        return failed("invalid_client", 401)
    if given["grant_type"] != "authorization_code":
        return failed("unsupported_grant_type")
    kept = await desk.take(f"code {connector.id} {given['code'][:MOST]}") if given["code"] else None
    if kept is None:
        return failed("invalid_grant")
    code = Code.read(kept)
    if code.redirect_uri != given["redirect_uri"] or not _verifies(code.challenge, given["code_verifier"]):
        return failed("invalid_grant")
    if not await desk.keep(f"token {connector.id} {token}", json.dumps(dict(code.said)).encode(), TOKEN_SECONDS, kept):
        return failed("invalid_grant")
    return told({"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": token})


async def show(connector: Connector, request: Received, desk: Desk) -> Mapping[str, str] | None:
    """Return what the application may know of the person whose token it shows; None when the token is not, or no longer, good."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(token) <= MOST:
        return None
    kept = await desk.look(f"token {connector.id} {token}")
    return json.loads(kept.value) if kept is not None else None


def _client(request: Received) -> tuple[str, str]:
    """Return client_id and secret, from Basic or from the form, not from both. RFC 6749 §2.3.1."""
    header = request.headers.get("authorization", "")
    client_id, secret = request.one("client_id"), request.one("client_secret")
    if not header:
        return client_id, secret
    if secret:
        raise BadRequest("the secret stands twice")
    try:
        name, _, secret = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except ValueError as error:
        raise BadRequest("the Authorization header cannot be read") from error
    return unquote_plus(name), unquote_plus(secret)


def _verifies(challenge: str, verifier: str) -> bool:
    """True when the verifier is the challenge's, or there is neither. RFC 7636 §4.6, RFC 9700 §4.8.2."""
    if not challenge:
        return not verifier
    found = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return 43 <= len(verifier) <= 128 and hmac.compare_digest(found, challenge)
