"""What a technician puts on the older system's side, written out for this connector: for the proxy, or for the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from connectors.contract import Capability, Connector, Kind
from connectors.registry import PROXY_KINDS


@dataclass(frozen=True, slots=True)
class Snippet:
    title: str
    text: str


def snippets_of(kind: Kind, connector: Connector, issuer: str) -> list[Snippet]:
    """Return what is ready to be copied; nothing for a kind that only its page of the documentation explains."""
    found = []
    proxy = PROXY_KINDS.get(kind.name)
    if proxy is not None and (text := proxy.proxy_configuration(connector.settings, issuer)):
        found.append(Snippet(getattr(connector.settings, "proxy", "nginx"), text))
    written: Callable[[BaseModel, str, str], str] | None = getattr(kind, "application_configuration", None)
    if written is not None and (text := written(connector.settings, connector.id, issuer)):
        found.append(Snippet("PHP", text))
    settings: Any = connector.settings
    if Capability.API_CALL in kind.capabilities and settings.operations:
        found.append(Snippet("sh", _call(connector.id, settings, issuer)))
    return found


def _call(connector: str, settings: Any, issuer: str) -> str:
    """Return how a program calls the first operation, by docs/how-to/call-an-older-api.md."""
    resource = f"{issuer}/panggil/{connector}"
    scope = f' -d "scope={settings.scope}"' if settings.scope else ""
    first = settings.operations[0]
    method = "" if first.method == "GET" else f"-X {first.method} "
    return (
        f'TOKEN=$(curl -sS -u "$CLIENT:$SECRET" "{issuer}/token" -d grant_type=client_credentials \\\n'
        f'  -d "resource={resource}"{scope} | jq -r .access_token)\n'
        f'curl -sS {method}-H "Authorization: Bearer $TOKEN" "{resource}{first.path}"'
    )
