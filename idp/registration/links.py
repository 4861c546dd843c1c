"""What a page may show of a client beside the application's own name: links to its site, policy and terms, and an approved logo.

All of it was said by the client, so it is shown as what it is: links that lead away, and a picture from our own origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from idp.applications.models import Client
from idp.applications.registry import Snapshot
from kit.secrets import digest


@dataclass(frozen=True, slots=True)
class ClientLinks:
    client_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    logo: str = ""  # a path on our own origin

    def __bool__(self) -> bool:
        return bool(self.client_uri or self.policy_uri or self.tos_uri or self.logo)


def links_of(snapshot: Snapshot, client_id: str, application: str | None) -> ClientLinks:
    """Return the links of the client that asked; of the operators' own client where the door has no clients."""
    client = snapshot.clients.get(client_id) or next(iter(snapshot.clients_of.get(application or "", ())), None)
    if client is None or (not client_id and client.registered_by != "operator"):
        return ClientLinks()
    return ClientLinks(client.client_uri, client.policy_uri, client.tos_uri, logo_path(client))


def logo_path(client: Client) -> str:
    """Return where the approved logo is shown from, named by its content so that it may be kept; empty when there is none."""
    return f"/logo/{quote(client.client_id, safe='')}/{digest(client.logo)[:16]}" if client.logo else ""
