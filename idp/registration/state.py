"""A client as it would be, with all that the rules ask about it, gathered before they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from idp.applications.models import Client
from idp.applications.registry import Snapshot
from idp.registration.addresses import is_https, is_native, parts_of
from idp.registration.policy import Policy
from kit.urls import LOOPBACK


@dataclass(frozen=True, slots=True)
class Offered:
    """What this deployment offers, and the private `host:port` pairs it may reach."""

    grants: frozenset[str]
    auth_methods: frozenset[str]
    allow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """`policy` is None for an operator. `inside` are the addresses whose name leads into our own network, `listed` what the document at
    sector_identifier_uri holds, `agency` the one of the client's application."""

    client: Client
    snapshot: Snapshot
    offered: Offered
    policy: Policy | None = None
    response_types: tuple[str, ...] = ("code",)
    inside: frozenset[str] = field(default=frozenset())
    listed: frozenset[str] = field(default=frozenset())

    def may_receive(self, uri: str) -> bool:
        """True for an address that a browser may be sent to with an answer."""
        return is_https(uri) or (self.client.native and is_native(uri)) or self.is_on_this_machine(uri)

    def is_on_this_machine(self, uri: str) -> bool:
        """True for http on localhost, which only an operator may register: for development and the demonstration."""
        parts = parts_of(uri)
        if self.policy is not None or parts is None or parts.scheme != "http" or "#" in uri:
            return False
        return parts.hostname in LOOPBACK or (parts.hostname or "").endswith(".localhost")


def called(client: Client) -> Iterator[tuple[str, str]]:
    """Yield every address that our own server would call, with the metadata member it stands in."""
    for param in ("jwks_uri", "sector_identifier_uri", "backchannel_logout_uri", "logo_uri"):
        uri = getattr(client, param)
        if uri is not None:
            yield param, uri
    for uri in client.request_uris:
        yield "request_uris", uri.partition("#")[0]  # the fragment is a hash of the content. OIDC Core §6.2


def hosts_called(client: Client) -> dict[str, str]:
    """Return one address per host and port that would be called."""
    return {urlsplit(uri).netloc: uri for _, uri in called(client)}
