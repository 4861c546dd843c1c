"""What a technician puts on the older system's side, written out for this connector: for the proxy, or for the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from connectors.contract import Connector, Kind
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
    return found
