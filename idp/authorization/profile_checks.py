"""The rules that depend on what a client promised: its profile, signed and pushed requests, signed answers, PKCE and bound keys."""

from __future__ import annotations

from idp.applications.models import Client
from idp.authorization.asked import Asked
from idp.authorization.response import SIGNED_MODES
from idp.errors import InvalidRequest, UnknownRedirectUri
from idp.tokens.pkce import is_challenge


def redirect_uri_is_safe_for_the_profile(asked: Asked) -> None:
    """FAPI 2.0 Security Profile §5.3.2.2: https only."""
    if asked.client is not None and asked.client.fapi and not asked.request.redirect_uri.startswith("https://"):
        raise UnknownRedirectUri("redirect_uri must use https for this client", param="redirect_uri")


def request_is_pushed_where_it_must_be(asked: Asked) -> None:
    """RFC 9126 §6; FAPI 2.0 Security Profile §5.3.2.2."""
    client = asked.client
    if client is not None and (client.fapi or client.require_par) and asked.request.origin not in ("pushed", "pushed_object"):
        raise InvalidRequest("this client must push its authorization requests", param="request_uri")


def request_is_signed_where_it_must_be(asked: Asked) -> None:
    """RFC 9101 §10.5; FAPI 2.0 Message Signing §5.3.1."""
    client = asked.client
    if client is None or asked.request.origin in ("object", "pushed_object"):
        return
    if client.request_object_alg or client.profile == "fapi2_message_signing":
        raise InvalidRequest("this client must sign its authorization requests", param="request")


def response_mode_is_allowed(asked: Asked) -> None:
    """OAuth 2.0 Multiple Response Types §2.1; Form Post Response Mode §2; JARM §2.3."""
    mode = asked.request.response_mode
    if mode and asked.client is not None and mode not in modes_of(asked.client):
        raise InvalidRequest("response_mode is not allowed for this client", param="response_mode")


def modes_of(client: Client) -> frozenset[str]:
    """Return the response modes a client may use: those it registered, and signed answers under a FAPI profile."""
    return client.response_modes | frozenset(SIGNED_MODES) if client.fapi else client.response_modes


def pkce_is_present(asked: Asked) -> None:
    """Every client, confidential ones too (RFC 9700 §2.1.1), but for the exemption an operator may grant."""
    exempt = asked.client is not None and asked.client.may_omit_pkce
    if not asked.request.code_challenge and not exempt:
        raise InvalidRequest("code_challenge is required", param="code_challenge")


def pkce_is_s256(asked: Asked) -> None:
    """RFC 7636 §4.3; plain is never accepted, and it is the default when the method is missing."""
    method = asked.request.code_challenge_method
    if method != "S256" and (method or asked.request.code_challenge):
        raise InvalidRequest("code_challenge_method must be S256", param="code_challenge_method")


def pkce_challenge_is_a_hash(asked: Asked) -> None:
    """RFC 7636 §4.2: base64url of a SHA-256, 43 characters without padding. Whoever is exempt but sends one is held to it."""
    if asked.request.code_challenge and not is_challenge(asked.request.code_challenge):
        raise InvalidRequest("code_challenge must be 43 characters of base64url", param="code_challenge")


def dpop_key_is_a_thumbprint(asked: Asked) -> None:
    """RFC 9449 §10: base64url of a SHA-256."""
    if asked.request.dpop_jkt and not is_challenge(asked.request.dpop_jkt):
        raise InvalidRequest("dpop_jkt must be 43 characters of base64url", param="dpop_jkt")
