"""The kind `form_login`. Sans-I/O: facts in, an answer out.

The bridge asks about each request with the words that nginx uses for `forward_auth`. What it is told, the claims for the form, travels in
one header that the bridge reads and never passes on. The words of a client under these names do not count: only a listed proxy is believed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.form_login.about import ABOUT
from connectors.apps.form_login.settings import FormLoginSettings
from connectors.apps.form_login.snippets import nginx
from connectors.contract import Answer, Capability, Emission, Identity, RequestFacts, SecretRule
from connectors.mapping import apply
from connectors.paths import is_ambiguous, is_open, plain_or

HOST_HEADER = "x-gapura-host"
METHOD_HEADER = "x-gapura-method"
URI_HEADER = "x-gapura-uri"
FIELDS_HEADER = "X-Gapura-Isian"
START_HEADER = "X-Gapura-Start"


class FormLogin:
    """Holds nothing: one value serves every connector of the kind."""

    name = "form_login"
    title: Mapping[str, str] = {
        "id": "Aplikasi lama dengan formulir masuk sendiri",
        "en": "Older application with its own login form",
    }
    capabilities = frozenset({Capability.PROXY_CHECK, Capability.SIGN_OUT, Capability.PREVIEW})
    settings_model: type[BaseModel] = FormLoginSettings
    secrets: Mapping[str, SecretRule] = {}
    about: About = ABOUT
    docs = "connectors/form_login.md"

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(row.claim for row in _of(settings).fields)

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        return [Emission(row.field, value, row.claim) for row, value in apply(_of(settings).fields, identity.claims)]

    def target(self, facts: RequestFacts) -> str | None:
        return facts.headers.get(HOST_HEADER) if facts.trusted_proxy else None

    def host(self, settings: BaseModel) -> str:
        return _of(settings).host

    def original(self, settings: BaseModel, facts: RequestFacts) -> tuple[str, str] | None:
        method, uri = facts.headers.get(METHOD_HEADER, ""), facts.headers.get(URI_HEADER, "")
        if not facts.trusted_proxy or is_ambiguous(uri) or not may(_of(settings), method, uri):
            return None
        return method, uri

    def allow(self, settings: BaseModel, identity: Identity) -> Answer:
        fields = [(emission.name, emission.value) for emission in self.emissions(settings, identity)]
        return Answer(200, {FIELDS_HEADER: base64.urlsafe_b64encode(json.dumps(fields).encode()).decode("ascii")})

    def proof_header(self, settings: BaseModel) -> str:
        return ""

    def challenge(self, settings: BaseModel, facts: RequestFacts, start_url: str) -> Answer:
        return Answer(401, {START_HEADER: start_url})

    def open_path(self, settings: BaseModel, method: str, path: str) -> bool:
        return False  # nothing of such a system passes without sign-in

    def entry_url(self, settings: BaseModel, path: str) -> str:
        own = _of(settings)
        return own.base_url + plain_or(own.start_path, path)

    def proxy_configuration(self, settings: BaseModel, issuer: str) -> str:
        return nginx(_of(settings))

    def blank(self, settings: BaseModel) -> Mapping[str, str]:
        return {}


def may(settings: FormLoginSettings, method: str, path: str) -> bool:
    """True when the settings let people use this method and path. The paths of sign-in are the bridge's own: nobody types there."""
    bare = path.partition("?")[0]
    return method in settings.methods and any(bare == one or (one.endswith("/") and bare.startswith(one)) for one in settings.paths)


def is_static(settings: FormLoginSettings, method: str, path: str) -> bool:
    return method in ("GET", "HEAD") and is_open(settings.static_paths, path)


def told_fields(header: str) -> tuple[tuple[str, str], ...]:
    """Return the fields that the gate's answer names; raise ValueError for what is no such header."""
    pairs = json.loads(base64.b64decode(header, altchars=b"-_", validate=True))
    if not isinstance(pairs, list) or any(not isinstance(pair, list) or len(pair) != 2 for pair in pairs):
        raise ValueError("not the fields of a form")
    return tuple((str(name), str(value)) for name, value in pairs)


def _of(settings: BaseModel) -> FormLoginSettings:
    return cast("FormLoginSettings", settings)
