"""How the OAuth endpoints that programs call answer: JSON that nobody stores, errors in the words of the RFCs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from idp.errors import (
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidClient,
    InvalidDpopProof,
    InvalidToken,
    OAuthError,
    UseDpopNonce,
)
from idp.proofs.dpop import ALGORITHMS


class Answer(Response):
    """Bytes that nobody stores. Its headers are not written out anew each time, as those of a `Response` are."""

    def __init__(self, body: bytes, status: int, media_type: bytes) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = [
            (b"cache-control", b"no-store"),
            (b"pragma", b"no-cache"),
            (b"content-length", b"%d" % len(body)),
            (b"content-type", media_type),
        ]


def json(body: Mapping[str, Any], status: int = 200) -> Response:
    """Return a JSON answer that is not stored. RFC 6749 §5.1."""
    return Answer(orjson.dumps(body), status, b"application/json")


def jwt(token: str, kind: str = "jwt") -> Response:
    """Return a token as the whole answer. OIDC Core §5.3.2; RFC 9701 §5 has a media type of its own."""
    return Answer(token.encode(), 200, f"application/{kind}".encode())


def error(problem: OAuthError) -> Response:
    """Return the error as RFC 6749 §5.2 says, with the challenge that belongs to it (RFC 6750 §3)."""
    body = {"error": problem.code}
    if problem.description:
        body["error_description"] = problem.description
    response = json(body, problem.status)
    if isinstance(problem, InvalidToken | InsufficientScope):
        response.headers["WWW-Authenticate"] = challenge(problem.scheme, problem.code)
    elif isinstance(problem, InsufficientUserAuthentication):
        wanted = f', acr_values="{problem.acr_values}"' + (f', max_age="{problem.max_age}"' if problem.max_age is not None else "")
        response.headers["WWW-Authenticate"] = challenge(problem.scheme, problem.code) + wanted
    elif isinstance(problem, InvalidClient):
        response.headers["WWW-Authenticate"] = 'Basic realm="gapura", charset="UTF-8"'
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def refused(problem: OAuthError) -> Response:
    """Return the error as a resource tells it: what is wrong with a DPoP proof is a 401 with its challenge there. RFC 9449 §7.1, §9."""
    response = error(problem)
    if isinstance(problem, InvalidDpopProof | UseDpopNonce):
        response.status_code = 401
        response.headers["WWW-Authenticate"] = challenge("DPoP", problem.code)
    return response


def challenge(scheme: str, code: str = "") -> str:
    """Return a challenge of `Bearer` or `DPoP`; the latter says which algorithms a proof may use. RFC 6750 §3, RFC 9449 §7.1."""
    parts = [f'{scheme} realm="gapura"']
    if code:
        parts.append(f'error="{code}"')
    if scheme == "DPoP":
        parts.append(f'algs="{" ".join(ALGORITHMS)}"')
    return ", ".join(parts)


def no_token() -> Response:
    """A request without any token gets the bare challenge. RFC 6750 §3.1."""
    response = json({}, 401)
    response.headers["WWW-Authenticate"] = challenge("Bearer")
    response.headers.append("WWW-Authenticate", challenge("DPoP"))
    return response
