"""Loading the registry from SQL into one snapshot."""

from __future__ import annotations

from collections import defaultdict

import structlog

from connectors.contract import Connector
from connectors.errors import ConnectorError
from connectors.registry import API_KINDS, FRONT_DOORS, PROXY_KINDS, build
from consent.store import NoticeStore
from idp.applications.models import Client, Service
from idp.applications.registry import Snapshot
from idp.handoff.store import Secrets, of_kind
from idp.store import RegistryStore

log = structlog.get_logger("idp")


async def load_snapshot(
    registry: RegistryStore, notices: NoticeStore, registration_until: int = 0, secrets: Secrets | None = None
) -> Snapshot:
    """Return everything that is registered now. A connector that its kind does not accept is left out and logged: it answers nobody."""
    services = sorted(await registry.services(), key=lambda service: service.order)
    by_application: dict[str, list[Service]] = defaultdict(list)
    for service in services:
        if service.application is not None:
            by_application[service.application].append(service)
    clients = sorted(await registry.clients(), key=lambda client: client.registered_by != "operator")  # the operators' own come first
    clients_of: dict[str, list[Client]] = defaultdict(list)
    for client in clients:
        clients_of[client.application].append(client)
    connectors: dict[str, Connector] = {}
    kept = secrets or {}
    for row in await registry.connectors():
        try:
            connectors[row.id] = build(
                kind=row.kind,
                connector_id=row.id,
                application=row.application,
                settings=row.settings,
                enabled=row.enabled,
                secrets=kept.get(row.id, {}),
            )
        except ConnectorError as error:
            log.error("connector_left_out", connector=row.id, kind=row.kind, reason=type(error).__name__)
    connector_at: dict[str, Connector] = {}
    for connector in connectors.values():
        kind = PROXY_KINDS.get(connector.kind)
        if kind is not None:
            connector_at.setdefault(kind.host(connector.settings), connector)
    return Snapshot(
        agencies={agency.code: agency for agency in await registry.agencies()},
        applications={application.id: application for application in await registry.applications()},
        services={service.slug: service for service in services},
        clients={client.client_id: client for client in clients},
        connectors=connectors,
        notices={notice.id: notice for notice in await notices.all()},
        current_notice=await notices.current_ids(),
        by_application={key: tuple(found) for key, found in by_application.items()},
        clients_of={key: tuple(found) for key, found in clients_of.items()},
        connector_of={  # an application that people enter may have an API beside: then its entrance counts
            connector.application: connector for connector in sorted(connectors.values(), key=lambda one: one.kind not in API_KINDS)
        },
        connector_at=connector_at,
        kind_secrets={name: kept.get(of_kind(name), {}) for name in FRONT_DOORS},
        registration_until=registration_until,
    )
