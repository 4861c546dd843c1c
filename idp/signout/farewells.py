"""What an older system is told when a session ends: made by its kind, from the handle that its hand-off left."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from connectors.contract import Connector
from connectors.front_door import Message
from connectors.registry import FRONT_DOORS
from idp.applications.registry import Registry
from idp.handoff.desk import Lending
from idp.signout.store import SessionClient
from kit.secrets import digest

MARK = "|"  # stands in no id of a connector and no client_id


def row_key(connector_id: str, handle: str) -> str:
    """Return what stands for one hand-off where a client's id would: a connector may have handed over several times in one session."""
    return f"{connector_id}{MARK}{digest(handle)[:16]}"


@dataclass(frozen=True, slots=True)
class Farewells:
    lending: Lending
    registry: Registry

    def handle(self, key: str, sealed: str) -> str:
        """Return the handle of a row: it is sealed, because it may name a person to the older system."""
        return self.lending.ring.open(base64.b64decode(sealed), f"handle:{key}").decode()

    def seal(self, key: str, handle: str) -> str:
        return base64.b64encode(self.lending.ring.seal(handle.encode(), f"handle:{key}")).decode()

    def connector(self, client_id: str) -> Connector | None:
        """Return the connector that a row or delivery is about; None when it is about a client. A disabled one is told all the same."""
        found = self.registry.now.connectors.get(client_id.partition(MARK)[0])
        return found if found is not None and found.kind in FRONT_DOORS else None

    def message(self, connector: Connector, key: str, sealed: str) -> Message | None:
        """Return what to post about the row of this key; None when its kind tells nothing from server to server."""
        return FRONT_DOORS[connector.kind].farewell(connector, self.handle(key, sealed), self.lending.desk(connector.kind))

    def page(self, row: SessionClient) -> str:
        """Return the address that the person's browser loads; empty: none."""
        connector = self.connector(row.client_id) if row.handle else None
        if connector is None:
            return ""
        return FRONT_DOORS[connector.kind].farewell_page(
            connector, self.handle(row.client_id, row.handle), self.lending.desk(connector.kind)
        )
