"""From rows to connectors: settings are checked by their kind once, when they are loaded or saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connectors.builtin import KINDS
from connectors.calls import ApiKind, InboundKind
from connectors.contract import Capability, Connector, Kind, ProxyKind, Secret
from connectors.directory import DirectoryKind
from connectors.errors import BadMapping, BadSettings, UnknownKind
from connectors.front_door import Exchangeable, FrontDoorKind


def _with(capability: Capability) -> dict[str, Any]:
    """Return the kinds that can do this. The capability says that they have the methods of its protocol, which no type can."""
    return {name: kind for name, kind in KINDS.items() if capability in kind.capabilities}


PROXY_KINDS: Mapping[str, ProxyKind] = _with(Capability.PROXY_CHECK)
FRONT_DOORS: Mapping[str, FrontDoorKind] = _with(Capability.FRONT_DOOR)
EXCHANGEABLE: Mapping[str, Exchangeable] = _with(Capability.EXCHANGE)
API_KINDS: Mapping[str, ApiKind] = _with(Capability.API_CALL)
INBOUND_KINDS: Mapping[str, InboundKind] = _with(Capability.API_INBOUND)
DIRECTORIES: Mapping[str, DirectoryKind] = _with(Capability.DIRECTORY)


def start_of(connector: Connector, issuer: str) -> str:
    """Return where the portal's tile of this application leads; empty: its kind is entered by nobody."""
    if connector.kind in FRONT_DOORS:
        return FRONT_DOORS[connector.kind].start(connector, issuer)
    return PROXY_KINDS[connector.kind].entry_url(connector.settings, "") if connector.kind in PROXY_KINDS else ""


def kind_of(name: str) -> Kind:
    """Return the kind; raise UnknownKind."""
    found = KINDS.get(name)
    if found is None:
        raise UnknownKind(name)
    return found


def build(
    *,
    kind: str,
    connector_id: str,
    application: str,
    settings: Mapping[str, object],
    enabled: bool = True,
    secrets: Mapping[str, tuple[Secret, ...]] | None = None,
) -> Connector:
    """Return the connector; raise UnknownKind, BadSettings or BadMapping with the field to fix."""
    model = kind_of(kind).settings_model
    try:
        checked = model.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "settings"
        raise (BadMapping if place.startswith("headers") else BadSettings)(place, first["msg"]) from None
    return Connector(connector_id, application, kind, checked, enabled, secrets or {})
