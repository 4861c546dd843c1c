"""Which claims a request asks for: by scope, by claim name, and by the `claims` parameter. OIDC Core §5.4, §5.5."""

from __future__ import annotations

from collections.abc import Mapping

from idp.tokens.api_scopes import RECORD_SCOPES

SCOPE_CLAIMS: Mapping[str, frozenset[str]] = {
    "profile": frozenset({"name", "gender", "birthdate"}),
    "email": frozenset({"email"}),
    "phone": frozenset({"phone_number"}),
    "address": frozenset({"address"}),
}
OWN_SCOPES = frozenset(
    {
        "name", "nik", "no_kk", "birthdate", "birthplace", "gender", "kecamatan", "education", "children", "phone_number",
        "bpjs_number", "disability", "nib", "nip", "unit_code", "position", "rank", "work_email",
    }
)  # fmt: skip
CLAIMS = OWN_SCOPES | frozenset({"email", "address"})
SERVICE_PREFIX = "layanan:"
DUTIES_SCOPE = "consent.duties"  # an application in its own name: what its agency owes people
PROTOCOL_SCOPES = frozenset({"openid", "offline_access"})


def claims_of_scopes(scopes: frozenset[str]) -> frozenset[str]:
    """Return the claims that these scopes stand for; a claim no standard scope covers is a scope of its own name."""
    found: set[str] = set()
    for scope in scopes:
        if scope in SCOPE_CLAIMS:
            found |= SCOPE_CLAIMS[scope]
        elif scope in OWN_SCOPES or scope in RECORD_SCOPES:  # the latter has no value: it is agreed to, and opens our own API
            found.add(scope)
    return frozenset(found)


def service_of_scopes(scopes: frozenset[str]) -> list[str]:
    return sorted(scope.removeprefix(SERVICE_PREFIX) for scope in scopes if scope.startswith(SERVICE_PREFIX))
