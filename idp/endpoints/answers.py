"""How the OAuth endpoints that programs call answer: JSON that nobody stores, errors in the words of the RFCs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from idp.errors import InsufficientScope, InvalidClient, InvalidToken, OAuthError

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def json(body: Mapping[str, Any], status: int = 200) -> Response:
    """Return a JSON answer that is not stored. RFC 6749 §5.1."""
    return Response(orjson.dumps(body), status, NO_STORE, "application/json")


def error(problem: OAuthError) -> Response:
    """Return the error as RFC 6749 §5.2 says, with the challenge that belongs to it (RFC 6750 §3)."""
    body = {"error": problem.code}
    if problem.description:
        body["error_description"] = problem.description
    response = json(body, problem.status)
    if isinstance(problem, InvalidToken | InsufficientScope):
        response.headers["WWW-Authenticate"] = f'Bearer realm="gapura", error="{problem.code}"'
    elif isinstance(problem, InvalidClient):
        response.headers["WWW-Authenticate"] = 'Basic realm="gapura", charset="UTF-8"'
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def no_token() -> Response:
    """A request without any token gets the bare challenge. RFC 6750 §3.1."""
    response = json({}, 401)
    response.headers["WWW-Authenticate"] = 'Bearer realm="gapura"'
    return response
