"""The registry in memory: every agency, application, service, client, connector and current notice, as one immutable snapshot.

A few hundred rows, read on every request: so they are kept whole. `Registry` reloads when the guard `registry` has moved; each worker
looks twice a second, so a change is seen everywhere within a second. What must stop at once (a disabled application) does not wait
for this: its guard `app:<id>` is moved, which ends its sessions, codes and tokens in the same instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.contract import Connector, Secret
from consent.models import Notice
from idp.applications.models import Agency, Application, Client, Service

GUARD = "registry"


@dataclass(frozen=True, slots=True)
class Snapshot:
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)  # by notice id, every version
    current_notice: Mapping[str, str] = field(default_factory=dict)  # service -> notice id
    by_application: Mapping[str, tuple[Service, ...]] = field(default_factory=dict)  # in catalogue order
    clients_of: Mapping[str, tuple[Client, ...]] = field(default_factory=dict)
    connector_of: Mapping[str, Connector] = field(default_factory=dict)  # application -> connector
    registration_until: int = 0  # when the last initial access token that works now ends; 0: nothing can be registered
    kind_secrets: Mapping[str, Mapping[str, tuple[Secret, ...]]] = field(default_factory=dict, repr=False)  # kind -> name -> newest first
    connector_at: Mapping[str, Connector] = field(default_factory=dict)  # host that a reverse proxy asks about -> connector

    def notice_for(self, service: str) -> Notice | None:
        return self.notices.get(self.current_notice.get(service, ""))

    def usable(self, application_id: str) -> bool:
        """True while the application may be entered: it exists, is enabled, and its agency is neither suspended nor ended."""
        application = self.applications.get(application_id)
        if application is None or not application.enabled:
            return False
        agency = self.agencies.get(application.agency)
        return agency is not None and not agency.suspended

    def sector_of(self, client: Client) -> str:
        """Return within which a person's `sub` and a session's `sid` are the same: the client's own sector, else its agency. Core §8.1."""
        return client.sector or self.applications[client.application].agency

    def still_has(self, client_id: str, scopes: frozenset[str]) -> bool:
        """True while the client is enabled and registered for every one of these scopes, whenever they were granted."""
        client = self.clients.get(client_id)
        return client is not None and client.enabled and scopes <= client.scopes

    def service_for(self, application_id: str, slug: str | None) -> Service | None:
        """Return the named service of the application; without a name its first one in the catalogue (architecture §2)."""
        services = self.by_application.get(application_id, ())
        if slug is None:
            return services[0] if services else None
        return next((s for s in services if s.slug == slug), None)


class Registry:
    """Holds the present snapshot. Readers take `.now` once per request and keep it for that request.

    `version` is the value that the guard had before the snapshot was read: whoever sees another value reads an older registry.
    """

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.now = snapshot or Snapshot()
        self.version = "0"

    def replace(self, snapshot: Snapshot, version: str = "0") -> None:
        self.version = version
        self.now = snapshot
