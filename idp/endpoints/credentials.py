"""Who sends a request, as its headers say: one Authorization header or none, the client that proves itself, the token that is shown.

Two headers could be read differently by two programs (RFC 9110 §11.6.2, §5.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from idp.client_auth.authenticate import Authenticated, ClientAuthenticator
from idp.errors import InvalidRequest, InvalidToken
from kit.web.address import Network, client_address


def authorization_of(request: Request) -> str:
    """Return the Authorization header, empty when there is none; raise InvalidRequest for more than one (UI-02, TK-07)."""
    found = request.headers.getlist("authorization")
    if len(found) > 1:
        raise InvalidRequest("send one Authorization header")
    return found[0] if found else ""


async def authenticated(
    request: Request,
    form: Mapping[str, str],
    authenticator: ClientAuthenticator,
    trusted_proxies: Sequence[Network],
) -> Authenticated:
    """Return the client that sent this form, by secret, assertion or certificate; raise as `ClientAuthenticator.authenticate` does."""
    address = client_address(request, trusted_proxies)
    return await authenticator.authenticate(authorization_of(request), form, address, authenticator.certificates.of(request))


def token_of(request: Request) -> tuple[str, str]:
    """Return scheme (`bearer`, `dpop`) and token of a request to a resource, both empty when it shows none. RFC 6750 §2.1, RFC 9449 §7.1.

    Raise InvalidRequest for another scheme; InvalidToken for two headers of which one is DPoP (DP-07).
    """
    found = request.headers.getlist("authorization")
    if len(found) > 1:
        if any(one.partition(" ")[0].lower() == "dpop" for one in found):
            raise InvalidToken("send the token once", scheme="DPoP")
        raise InvalidRequest("send one Authorization header")
    scheme, _, token = (found[0] if found else "").partition(" ")
    if scheme and (scheme.lower() not in ("bearer", "dpop") or not token.strip()):
        raise InvalidRequest("the Authorization header must use Bearer or DPoP")
    return scheme.lower(), token.strip()
