"""From rows to connectors: settings are checked by their kind once, when they are loaded or saved."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from connectors.builtin import KINDS
from connectors.calls import ApiKind, InboundKind
from connectors.contract import Capability, Connector, Kind, ProxyKind, Secret
from connectors.directory import DirectoryKind
from connectors.errors import BadMapping, BadSettings, UnknownKind
from connectors.front_door import Exchangeable, FrontDoorKind

PROXY_KINDS: Mapping[str, ProxyKind] = {
    name: kind  # type: ignore[misc] # the capability says that it has these methods
    for name, kind in KINDS.items()
    if Capability.PROXY_CHECK in kind.capabilities
}
FRONT_DOORS: Mapping[str, FrontDoorKind] = {
    name: kind  # type: ignore[misc] # the same
    for name, kind in KINDS.items()
    if Capability.FRONT_DOOR in kind.capabilities
}
EXCHANGEABLE: Mapping[str, Exchangeable] = {
    name: kind  # type: ignore[misc] # the same
    for name, kind in KINDS.items()
    if Capability.EXCHANGE in kind.capabilities
}
API_KINDS: Mapping[str, ApiKind] = {
    name: kind  # type: ignore[misc] # the same
    for name, kind in KINDS.items()
    if Capability.API_CALL in kind.capabilities
}
INBOUND_KINDS: Mapping[str, InboundKind] = {
    name: kind  # type: ignore[misc] # the same
    for name, kind in KINDS.items()
    if Capability.API_INBOUND in kind.capabilities
}
DIRECTORIES: Mapping[str, DirectoryKind] = {
    name: kind  # type: ignore[misc] # the same
    for name, kind in KINDS.items()
    if Capability.DIRECTORY in kind.capabilities
}


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
