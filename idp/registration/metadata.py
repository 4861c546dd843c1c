"""Client metadata as JSON, and a client: read once and strictly, told back as it is kept. RFC 7591 §2, §3.2.1; OIDC Registration §2.

Only the members named here are read. Anything else, privileged or merely unknown, changes nothing (DC-07; RFC 7591 §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from idp.applications.models import Client
from idp.keys.algorithms import DEFAULT_CONTENT_ENCRYPTION
from idp.registration.addresses import hostname_of, is_https
from idp.registration.errors import Unfit, UnfitStatement
from idp.registration.policy import Policy

MOST = 20
SUBJECTS = {"dn": "", "san_dns": "dns:", "san_uri": "uri:", "san_ip": "ip:", "san_email": "email:"}
LINKS = ("client_uri", "policy_uri", "tos_uri", "logo_uri")
ADDRESSES = ("jwks_uri", "sector_identifier_uri", "backchannel_logout_uri", "frontchannel_logout_uri", "initiate_login_uri")
ALGORITHMS = {
    "id_token_signed_response_alg": "id_token_alg",
    "userinfo_signed_response_alg": "userinfo_alg",
    "authorization_signed_response_alg": "authorization_alg",
    "introspection_signed_response_alg": "introspection_alg",
    "token_endpoint_auth_signing_alg": "token_auth_alg",
    "request_object_signing_alg": "request_object_alg",
}
FLAGS = {
    "require_auth_time": "require_auth_time",
    "require_pushed_authorization_requests": "require_par",
    "dpop_bound_access_tokens": "dpop_bound",
    "tls_client_certificate_bound_access_tokens": "tls_bound",
}


@dataclass(frozen=True, slots=True)
class Described:
    """A client as its metadata describe it, and what is asked of them beside."""

    client: Client
    response_types: tuple[str, ...]


def described(body: Mapping[str, Any], base: Client, policy: Policy) -> Described:
    """Return the client that the metadata describe: what they leave out has its default, never what stood there before. RFC 7592 §2.2.

    `base` gives who it is; the policy gives what only operators give. Raise Unfit for a member of the wrong type.
    """
    if body.get("software_statement") is not None:
        raise UnfitStatement("software_statement", "Pernyataan perangkat lunak tidak diterima.", "software statements are not accepted")
    grants = frozenset(_texts(body, "grant_types") or ("authorization_code",))
    scope = _text(body, "scope")
    algorithms = {name: _text(body, member) or "" for member, name in ALGORITHMS.items()}
    default_alg = "RS256" if policy.profile == "baseline" else "ES256"  # OIDC Registration §2, but for FAPI 2.0 §5.4.1
    plain: dict[str, Any] = {name: _text(body, name) for name in (*LINKS, *ADDRESSES)}
    plain |= {name: _flag(body, member) for member, name in FLAGS.items()} | algorithms
    plain |= {name: algorithms[name] or default_alg for name in ("id_token_alg", "authorization_alg")}
    client = replace(
        base,
        auth_method=_text(body, "token_endpoint_auth_method") or "client_secret_basic",
        redirect_uris=_texts(body, "redirect_uris"),
        post_logout_redirect_uris=_texts(body, "post_logout_redirect_uris"),
        scopes=frozenset(scope.split()) if scope else policy.scopes,
        grant_types=grants,
        native=_one_of(body, "application_type", ("web", "native")) == "native",
        jwks=_object(body, "jwks"),
        subject_type=_text(body, "subject_type") or "pairwise",
        name=_text(body, "client_name") or "",
        request_uris=_texts(body, "request_uris"),
        authorization_details_types=frozenset(_texts(body, "authorization_details_types")),
        default_max_age=_number(body, "default_max_age"),
        tls_subject=_tls_subject(body),
        id_token_encryption=_encryption(body, "id_token"),
        userinfo_encryption=_encryption(body, "userinfo"),
        profile=policy.profile,
        pkce_optional=policy.pkce_optional and _text(body, "token_endpoint_auth_method") != "none",
        sector=_sector(plain["sector_identifier_uri"], _texts(body, "redirect_uris"), base.client_id),
        **plain,
    )
    kinds = _texts(body, "response_types") if "response_types" in body else ("code",) if "authorization_code" in grants else ()
    return Described(client, kinds)


def told(client: Client) -> dict[str, Any]:
    """Return all registered metadata of the client. RFC 7591 §3.2.1."""
    found: dict[str, Any] = {
        "client_id": client.client_id,
        "client_id_issued_at": client.registered_at,
        "client_name": client.name,
        "application_type": "native" if client.native else "web",
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "response_types": ["code"] if "authorization_code" in client.grant_types else [],
        "grant_types": sorted(client.grant_types),
        "token_endpoint_auth_method": client.auth_method,
        "scope": " ".join(sorted(client.scopes)),
        "subject_type": client.subject_type,
        "software_id": client.application,
        "request_uris": list(client.request_uris),
        "authorization_details_types": sorted(client.authorization_details_types),
        "default_max_age": client.default_max_age,
        "jwks": dict(client.jwks) if client.jwks is not None else None,
        **{name: getattr(client, name) for name in (*LINKS, *ADDRESSES)},
        **{member: getattr(client, name) for member, name in ALGORITHMS.items()},
    }
    for use in ("id_token", "userinfo"):
        pair = getattr(client, f"{use}_encryption")
        if pair is not None:
            found |= {f"{use}_encrypted_response_alg": pair[0], f"{use}_encrypted_response_enc": pair[1]}
    if client.tls_subject:
        kind = next((k for k, prefix in SUBJECTS.items() if prefix and client.tls_subject.startswith(prefix)), "dn")
        found[f"tls_client_auth_{'subject_dn' if kind == 'dn' else kind}"] = client.tls_subject.removeprefix(SUBJECTS[kind])
    said = {name: value for name, value in found.items() if value not in (None, "", [])} | {"response_types": found["response_types"]}
    return said | {member: getattr(client, name) for member, name in FLAGS.items()}


def _sector(identifier: str | None, redirect_uris: tuple[str, ...], client_id: str) -> str:
    """Return the host of the sector identifier, else of the redirect URIs; without any, a sector of its own. OIDC Core §8.1."""
    uris = [uri for uri in (identifier, *redirect_uris) if uri is not None and is_https(uri)]
    return hostname_of(uris[0]) if uris else f"client:{client_id}"


def _wrong(name: str) -> Unfit:
    return Unfit(name, "Bentuk isian ini salah.", "has the wrong type, or is too long")


def _text(body: Mapping[str, Any], name: str) -> str | None:
    """Return the text; null is the same as nothing (RFC 7592 §2.2)."""
    value = body.get(name)
    if value is not None and not (isinstance(value, str) and len(value) <= 4000):
        raise _wrong(name)
    return value or None


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = body.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST or not all(isinstance(one, str) and 0 < len(one) <= 4000 for one in value):
        raise _wrong(name)
    return tuple(value)


def _one_of(body: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = _text(body, name) or known[0]
    if value not in known:
        raise _wrong(name)
    return value


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(name)
    return value or False


def _number(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise _wrong(name)
    return value


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise _wrong(name)
    return value


def _encryption(body: Mapping[str, Any], use: str) -> tuple[str, str] | None:
    """Return alg and enc; an enc without alg is an error. OIDC Registration §2."""
    alg, enc = _text(body, f"{use}_encrypted_response_alg"), _text(body, f"{use}_encrypted_response_enc")
    if alg is None and enc is not None:
        raise Unfit(f"{use}_encrypted_response_enc", "Isi juga algoritma kuncinya.", "needs the alg too")
    return None if alg is None else (alg, enc or DEFAULT_CONTENT_ENCRYPTION)


def _tls_subject(body: Mapping[str, Any]) -> str:
    """Return the one name of the certificate; raise Unfit for more than one. RFC 8705 §2.1.2."""
    given = [
        prefix + value
        for kind, prefix in SUBJECTS.items()
        if (value := _text(body, f"tls_client_auth_{'subject_dn' if kind == 'dn' else kind}"))
    ]
    if len(given) > 1:
        raise Unfit("tls_client_auth_subject_dn", "Isi satu nama sertifikat saja.", "give exactly one name of the certificate")
    return given[0] if given else ""
