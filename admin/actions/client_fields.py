"""The settings of a client that most never touch: profile, bound tokens, own keys, how answers are signed, other audiences.

One list of names for draft, page, API and audit, so that none of them forgets one. What is allowed stands in idp/registration/checks.py.
"""

from __future__ import annotations

from typing import Any

from admin.actions.drafts import AdvancedDraft
from admin.errors import FieldProblem
from idp.applications.models import PROFILES, Client
from idp.client_auth.signatures import ALGORITHMS as CLIENT_ALGORITHMS
from idp.keys.algorithms import CONTENT_ENCRYPTION, KEY_ENCRYPTION
from idp.registration.errors import Unfit
from idp.registration.metadata import ALGORITHMS, FLAGS

WORDS = ("profile", "token_auth_alg", "tls_subject", "request_object_alg", "userinfo_alg", "authorization_alg", "introspection_alg")
SWITCHES = ("pkce_optional", "require_par", "dpop_bound", "tls_bound", "require_auth_time")
LINKS = ("jwks_uri", "policy_uri", "tos_uri")
SETS = ("resources", "exchange_from", "authorization_details_types")
ENCRYPTIONS = ("id_token_encryption", "userinfo_encryption")
LINES = (*SETS, "request_uris")

# What the rules call it (RFC 7591) -> what the form calls it
FIELD_OF = {
    **ALGORITHMS,
    **FLAGS,
    "token_endpoint_auth_method": "auth_method",
    "id_token_encrypted_response_alg": "id_token_encryption",
    "userinfo_encrypted_response_alg": "userinfo_encryption",
    "initiate_login_uri": "third_party_login_uri",  # the application has an initiate_login_uri of its own on the same page
    "tls_client_auth_subject_dn": "tls_subject",
    "response_types": "more_grants",
    "grant_types": "more_grants",
    "scope": "scopes",
}
OPTIONS = {
    "profiles": PROFILES,
    "client_algorithms": CLIENT_ALGORITHMS,
    "encryptions": tuple(f"{alg} {enc}" for alg in KEY_ENCRYPTION for enc in CONTENT_ENCRYPTION),
}
ORDINARY = ("authorization_code", "refresh_token")


def built(draft: AdvancedDraft) -> dict[str, Any]:
    """Return the client's fields as the draft has them."""
    found: dict[str, Any] = {name: getattr(draft, name) for name in (*WORDS, *SWITCHES)}
    found |= {name: getattr(draft, name) or None for name in LINKS}
    found |= {name: frozenset(getattr(draft, name)) for name in SETS}
    found |= {name: _pair(getattr(draft, name)) for name in ENCRYPTIONS}
    found["initiate_login_uri"] = draft.third_party_login_uri or None
    return found | {"default_max_age": draft.default_max_age, "request_uris": tuple(dict.fromkeys(draft.request_uris))}


def shown(client: Client) -> dict[str, Any]:
    """Return them for page, API and audit."""
    found: dict[str, Any] = {name: getattr(client, name) for name in (*WORDS, *SWITCHES, *LINKS, "default_max_age")}
    found |= {name: sorted(getattr(client, name)) for name in SETS}
    found |= {name: " ".join(getattr(client, name) or ()) for name in ENCRYPTIONS}
    found["third_party_login_uri"] = client.initiate_login_uri
    return found | {"request_uris": list(client.request_uris), "more_grants": sorted(client.grant_types - set(ORDINARY))}


def problem_of(unfit: Unfit, prefix: str = "") -> FieldProblem:
    """Return what a rule refused, at the field of the form."""
    return FieldProblem(prefix + FIELD_OF.get(unfit.param, unfit.param), "unfit", unfit.text)


def _pair(text: str) -> tuple[str, str] | None:
    alg, _, enc = text.partition(" ")
    return (alg, enc) if alg else None
