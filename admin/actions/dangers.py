"""Which settings people must be warned of when they change (PB-3): every setting of every kind has its meaning here, by its name.

What it is decided by is what the connector would emit, and how long, how widely and how strongly it would be trusted; never the name of a
kind. A setting that stands nowhere here counts as a safeguard: whoever adds one says what it means (a test names it).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Meaning(StrEnum):
    LIFE = "life"  # how long a proof is good
    PLACE = "place"  # where people, their data or our secrets go
    OPEN = "open"  # what may be opened, called or asked for
    GUARD = "guard"  # what keeps others out
    PLAIN = "plain"


NAMES: Mapping[Meaning, str] = {
    Meaning.LIFE: "lifetime session_seconds",
    Meaning.PLACE: (
        "acs aliases apim_url arrive_url base_dn base_url begin_url bind_dn broker entity_id form proxy_callbacks redirect_uris "
        "return_urls services sign_out_url slo sso_url start_url token_url upstream"
    ),
    Meaning.OPEN: (
        "applications callers exchange_from methods open_paths operations pass_headers paths proxy search_by size_limit static_paths "
        "unsolicited"
    ),
    Meaning.GUARD: (
        "audience client_auth credential delivery encrypted encryption_certificate format key_transport linking password proof_header "
        "requests_signed scope sign_out sign_out_path sign_response signing_certificates sso strip verify"
    ),
    Meaning.PLAIN: (
        "absent answer_prefix at_once client_id cons_id consumer_key email_claim envelope forward_scheme grant_type_in host_header "
        "most_answer_bytes most_page_bytes most_request_bytes name_id namespace nib_at parameter pause_seconds pcare_application "
        "pcare_user qualified relay_state sample seconds session_cookie soap sso_account sso_client start_path subject_field "
        "subject_header time_limit timeout_seconds uid username"
    ),
}
MEANINGS: Mapping[str, Meaning] = {name: meaning for meaning, names in NAMES.items() for name in names.split()}

# Of a safeguard that is one word of several, the one that nobody need be warned of.
SAFEST: Mapping[str, str] = {
    "client_auth": "basic",
    "credential": "person",
    "delivery": "post",
    "key_transport": "rsa-oaep-sha256",
    "linking": "citizen",
    "password": "digest",
}


def meaning(name: str, old: Any, new: Any, *, fresh: bool) -> tuple[str, str]:
    """Return which effect a changed setting has, and why it is dangerous; a new connector (`fresh`) is longer or wider than nothing."""
    found = MEANINGS.get(name, Meaning.GUARD)
    if found is Meaning.LIFE:
        longer = not isinstance(old, int | float) or not isinstance(new, int | float) or new > old
        return ("longer" if longer else "shorter"), ("longer" if longer and not fresh else "")
    if found is Meaning.GUARD:
        return "weaker", "" if fresh or _stronger(name, old, new) else "weaker"
    if found is Meaning.PLACE:
        return "place", "" if fresh else "wider"
    if found is Meaning.OPEN and not isinstance(new, str):
        return "open", "wider" if _more(old, new) else ""
    return "plain", ""


def _stronger(name: str, old: Any, new: Any) -> bool:
    return (not old and bool(new)) or (isinstance(old, bool) and new is True) or new == SAFEST.get(name)


def _more(old: Any, new: Any) -> bool:
    if isinstance(new, list | tuple):
        return any(one not in (old or ()) for one in new)
    if isinstance(new, bool) or not isinstance(new, int):
        return new is True
    return not isinstance(old, int) or new > old
