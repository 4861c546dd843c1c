"""What an authorization request must satisfy, one function a rule, in the order in which they are applied.

The first table runs before anything may be sent to the redirect URI: its errors are shown to the person. The second one's errors travel
to the client by redirect.
"""

from __future__ import annotations

from collections.abc import Callable

from idp.authorization import details
from idp.authorization.asked import Asked
from idp.authorization.profile_checks import (
    dpop_key_is_a_thumbprint,
    pkce_challenge_is_a_hash,
    pkce_is_present,
    pkce_is_s256,
    redirect_uri_is_safe_for_the_profile,
    request_is_pushed_where_it_must_be,
    request_is_signed_where_it_must_be,
    response_mode_is_allowed,
)
from idp.authorization.request import parse_claims
from idp.errors import (
    AccessDenied,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnknownClient,
    UnknownRedirectUri,
    UnsupportedResponseType,
)
from idp.sessions.models import ACR_ORDER
from idp.tokens.claims import service_of_scopes
from kit.urls import same_but_for_port

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
MAX_STATE = 2048
MAX_NONCE = 512
MAX_HINT = 320


def client_is_known(asked: Asked) -> None:
    """RFC 6749 §4.1.2.1: never redirect for an unknown client."""
    if asked.client is None or not asked.client.enabled:
        raise UnknownClient("client_id is not registered", param="client_id")


def redirect_uri_is_registered(asked: Asked) -> None:
    """Equal as a string to a registered one; a native client's loopback address may differ in its port. RFC 9700 §2.1, §4.1.3."""
    client, uri = asked.client, asked.request.redirect_uri
    if client is None or not uri:
        raise UnknownRedirectUri("redirect_uri is required", param="redirect_uri")
    if uri in client.redirect_uris:
        return
    if client.native and any(same_but_for_port(registered, uri) for registered in client.redirect_uris):
        return
    raise UnknownRedirectUri("redirect_uri is not registered for this client", param="redirect_uri")


def state_is_small(asked: Asked) -> None:
    """It comes back in a header, which must stay below 8 kB; without it the client could not tell whose answer it is (AZ-27)."""
    if len(asked.request.state) > MAX_STATE or any(not " " <= c < "\x7f" for c in asked.request.state):
        raise InvalidRequest("state is too long or not ASCII", param="state")


def nonce_is_small(asked: Asked) -> None:
    """It is kept with the code and comes back in the ID token (AZ-27)."""
    if len(asked.request.nonce) > MAX_NONCE:
        raise InvalidRequest("nonce is too long", param="nonce")


def login_hint_is_small(asked: Asked) -> None:
    """No identifier is longer than an e-mail address (AZ-27)."""
    if len(asked.request.login_hint) > MAX_HINT:
        raise InvalidRequest("login_hint is too long", param="login_hint")


BEFORE_REDIRECT: tuple[Callable[[Asked], None], ...] = (
    client_is_known,
    redirect_uri_is_registered,
    redirect_uri_is_safe_for_the_profile,
    state_is_small,
    nonce_is_small,
    login_hint_is_small,
)


def no_registration(asked: Asked) -> None:
    """OIDC Core §7.2.1."""
    if asked.request.has("registration"):
        raise RegistrationNotSupported("registration is not supported", param="registration")


def response_type_is_code(asked: Asked) -> None:
    """RFC 9700 §2.1.2: the code flow only."""
    if not asked.request.response_type:
        raise InvalidRequest("response_type is required", param="response_type")
    if asked.request.response_type != "code":
        raise UnsupportedResponseType("response_type must be code", param="response_type")


def client_may_use_the_code_grant(asked: Asked) -> None:
    """RFC 6749 §4.1.2.1."""
    if asked.client is not None and "authorization_code" not in asked.client.grant_types:
        raise UnauthorizedClient("this client may not use the code flow")


def scope_names_nothing_twice(asked: Asked) -> None:
    """RFC 6749 §3.3: a list of distinct strings with single spaces. One that is too long was not even split (AZ-25)."""
    if len(asked.request.scope.split(" ")) != len(asked.request.scopes):
        raise InvalidScope("scope is too long, names a value twice, or has more than single spaces", param="scope")


def scope_is_registered(asked: Asked) -> None:
    """RFC 6749 §3.3: only what the client registered."""
    if not asked.request.scopes:
        raise InvalidScope("scope is required", param="scope")
    if asked.client is not None and not asked.request.scopes <= asked.client.scopes:
        raise InvalidScope("scope holds values this client has not registered", param="scope")


def scope_has_openid(asked: Asked) -> None:
    """OIDC Core §3.1.2.1."""
    if "openid" not in asked.request.scopes:
        raise InvalidScope("scope must contain openid", param="scope")


def service_is_one_of_the_application(asked: Asked) -> None:
    """At most one `layanan:<slug>`, and one that this client's application carries (architecture §2)."""
    named = service_of_scopes(asked.request.scopes)
    if len(named) > 1:
        raise InvalidScope("name one service in a request", param="scope")
    if named and asked.client is not None and asked.snapshot.service_for(asked.client.application, named[0]) is None:
        raise InvalidScope("this application does not carry that service", param="scope")


def prompt_is_known(asked: Asked) -> None:
    """OIDC Core §3.1.2.1: none stands alone."""
    prompt = asked.request.prompt
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise InvalidRequest("prompt is not understood", param="prompt")


def max_age_is_seconds(asked: Asked) -> None:
    """OIDC Core §3.1.2.1: a whole number of seconds, none negative."""
    text = asked.request.max_age
    if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidRequest("max_age must be a whole number of seconds", param="max_age")


def claims_can_be_met(asked: Asked) -> None:
    """OIDC Core §5.5; §5.5.1.1: an essential acr that can never be reached is a failed authentication."""
    acr = parse_claims(asked.request.claims).acr
    if acr is not None and acr not in ACR_ORDER:
        raise AccessDenied("the acr asked for as essential is not offered")


def resources_are_the_clients_own(asked: Asked) -> None:
    """RFC 8707 §2: its own audience, and what it registered beside it."""
    if asked.client is not None and not frozenset(asked.request.resources) <= asked.client.audiences:
        raise InvalidTarget("this client has no tokens for that resource", param="resource")


def details_are_of_registered_types(asked: Asked) -> None:
    """RFC 9396 §5."""
    if asked.client is not None:
        details.parse(asked.request.details, asked.client.authorization_details_types)


BEFORE_INTERACTION: tuple[Callable[[Asked], None], ...] = (
    request_is_pushed_where_it_must_be,
    request_is_signed_where_it_must_be,
    no_registration,
    response_type_is_code,
    response_mode_is_allowed,
    client_may_use_the_code_grant,
    scope_names_nothing_twice,
    scope_is_registered,
    scope_has_openid,
    service_is_one_of_the_application,
    pkce_is_present,
    pkce_is_s256,
    pkce_challenge_is_a_hash,
    dpop_key_is_a_thumbprint,
    prompt_is_known,
    max_age_is_seconds,
    claims_can_be_met,
    resources_are_the_clients_own,
    details_are_of_registered_types,
)
