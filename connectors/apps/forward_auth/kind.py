"""The kind `forward_auth`. Sans-I/O: facts in, an answer out.

The proxy names the application in `X-Gapura-Host` and the request in `X-Gapura-Method` and `X-Gapura-Uri`, which it sets itself; Traefik
cannot, and sets `X-Forwarded-Method` and `X-Forwarded-Uri`. Which pair counts is a setting, never what happens to be there. Nothing a
client sends under these names counts, because a request that did not come from a listed proxy is believed nothing (FA-05).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import quote

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.forward_auth.about import ABOUT
from connectors.apps.forward_auth.settings import ForwardAuthSettings
from connectors.apps.forward_auth.snippets import WRITTEN
from connectors.contract import Answer, Capability, Emission, Identity, RequestFacts, SecretRule
from connectors.mapping import MAX_VALUE, apply
from connectors.paths import is_ambiguous, is_open, plain_or

HOST_HEADER = "x-gapura-host"
OWN_WORDS = ("x-gapura-method", "x-gapura-uri")
WORDS = {"nginx": OWN_WORDS, "apache": OWN_WORDS, "caddy": OWN_WORDS, "traefik": ("x-forwarded-method", "x-forwarded-uri")}
REFUSED_METHODS = ("TRACE", "TRACK", "CONNECT")


def header_value(text: str) -> str:
    """Return the value as it may stand in a header, at most 1,024 bytes, never cut inside an escape (FA-09).

    Printable ASCII stays as it is; with anything else, or with a percent sign, the whole value is percent-encoded UTF-8, so that
    decoding it always gives the value back.
    """
    text = text.strip()
    if text.isascii() and text.isprintable() and "%" not in text:
        return text[:MAX_VALUE].rstrip()
    kept, room = [], MAX_VALUE
    for character in text:
        encoded = quote(character, safe=" ,.-_@+:/", errors="replace")
        room -= len(encoded)
        if room < 0:
            break
        kept.append(encoded)
    return "".join(kept).strip()


class ForwardAuth:
    """Holds nothing: one value serves every connector of the kind."""

    name = "forward_auth"
    title: Mapping[str, str] = {
        "id": "Aplikasi lama di belakang gerbang (header)",
        "en": "Older application behind the gate (headers)",
    }
    capabilities = frozenset({Capability.PROXY_CHECK, Capability.SIGN_OUT, Capability.PREVIEW})
    settings_model: type[BaseModel] = ForwardAuthSettings
    secrets: Mapping[str, SecretRule] = {}
    about: About = ABOUT
    docs = "connectors/forward_auth.md"

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(row.claim for row in _of(settings).headers)

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        own = _of(settings)
        rows = ((row, header_value(value)) for row, value in apply(own.headers, identity.claims))
        found = [Emission(row.field, value, row.claim) for row, value in rows if value]
        if own.subject_header:
            found.append(Emission(own.subject_header, identity.subject, "sub"))
        return found

    def target(self, facts: RequestFacts) -> str | None:
        return facts.headers.get(HOST_HEADER) if facts.trusted_proxy else None

    def host(self, settings: BaseModel) -> str:
        return _of(settings).host

    def original(self, settings: BaseModel, facts: RequestFacts) -> tuple[str, str] | None:
        method, uri = (facts.headers.get(name, "") for name in WORDS[_of(settings).proxy])
        if not facts.trusted_proxy or not method or is_ambiguous(uri) or method.upper() in REFUSED_METHODS:
            return None
        return method.upper(), uri

    def allow(self, settings: BaseModel, identity: Identity) -> Answer:
        sent = {emission.name: emission.value for emission in self.emissions(settings, identity)}
        return Answer(200, {**self.blank(settings), **sent})

    def proof_header(self, settings: BaseModel) -> str:
        return _of(settings).proof_header

    def challenge(self, settings: BaseModel, facts: RequestFacts, start_url: str) -> Answer:
        """nginx turns only a 401 into a redirect of its own; the others hand our answer to the browser as it is."""
        if _of(settings).proxy == "nginx":
            return Answer(401, {**self.blank(settings), "X-Gapura-Start": start_url})
        return Answer(302, {**self.blank(settings), "Location": start_url})

    def open_path(self, settings: BaseModel, method: str, path: str) -> bool:
        return method in ("GET", "HEAD") and is_open(_of(settings).open_paths, path)

    def entry_url(self, settings: BaseModel, path: str) -> str:
        own = _of(settings)
        return own.base_url + plain_or(own.start_path, path)

    def proxy_configuration(self, settings: BaseModel, issuer: str) -> str:
        own = _of(settings)
        return WRITTEN[own.proxy](own, issuer)

    def blank(self, settings: BaseModel) -> Mapping[str, str]:
        """Traefik deletes what it is told to copy and then copies even an empty value, which an application reads as a fact."""
        own = _of(settings)
        return {} if own.proxy == "traefik" else dict.fromkeys(own.owned, "")


def _of(settings: BaseModel) -> ForwardAuthSettings:
    return cast("ForwardAuthSettings", settings)
