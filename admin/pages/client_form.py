"""The form of a client's settings, read and filled: the same for a new application and for one that is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from admin.actions import client_fields
from admin.actions.clients import ALGORITHMS, AUTH_METHODS, FORMATS, shown
from admin.errors import FieldProblem, Invalid
from admin.pages.fields import Values
from idp.applications.models import Client
from idp.registration.state import Offered
from kit.json_depth import parse

LINES = ("redirect_uris", "post_logout_redirect_uris", "scopes", *client_fields.LINES)
TICKS = ("refresh", "native", "session_management", *client_fields.SWITCHES)
LISTS = ("more_grants",)
NOT_JSON = {"id": "Isi ini bukan JSON yang benar. Tempel seluruh JWKS.", "en": "This is not valid JSON. Paste the whole JWKS."}


def options(offered: Offered) -> dict[str, Any]:
    """Return what the lists of the form offer."""
    return {
        "auth_methods": tuple(method for method in AUTH_METHODS if method in offered.auth_methods),
        "algorithms": ALGORITHMS,
        "formats": FORMATS,
        "grants": sorted(offered.grants - set(client_fields.ORDINARY)),
        **client_fields.OPTIONS,
    }


def filled(client: Client) -> dict[str, object]:
    """Return the client as the form shows it."""
    return {
        **shown(client),
        "refresh": "refresh_token" in client.grant_types,
        "jwks": json.dumps(dict(client.jwks), indent=1) if client.jwks is not None else "",
    }


def with_keys(data: Mapping[str, Any], *, field: str = "jwks") -> dict[str, Any]:
    """Return the data of the form with its key set read; raise Invalid when that is no JSON."""
    text = data.get("jwks")
    if text is None:
        return dict(data)
    try:
        found = parse(text)
    except ValueError as error:
        raise Invalid(FieldProblem(field, "not_json", NOT_JSON)) from error
    return {**data, "jwks": found}


def keeps_keys(form: Values, former: Client) -> dict[str, Any]:
    """Return the former key set for a form that does not show it."""
    return {} if "jwks" in form or former.jwks is None else {"jwks": dict(former.jwks)}
