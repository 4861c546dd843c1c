"""No two connectors stand for one host, or answer to one name: nobody could tell whose data to hand over (SM-19).

Asked twice: when a change is judged, so that its author reads which field to repair; and again inside the transaction that makes it true,
where nobody else's change can come between. So two operators who save at one moment, or one who enables what was written by a former
version, cannot bring a second connector of the same name into being.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from pydantic import ValidationError

from admin.actions import check
from connectors.contract import Capability, Connector, Kind, ProxyKind
from connectors.names import taken_by
from idp.applications.models import ConnectorRow
from idp.applications.revisions import Judge


def taken(kinds: Mapping[str, Kind], others: Iterable[Connector], own: Connector, field: str = "") -> check.Found:
    """Return which name or host of this connector belongs to another one; one that is switched off counts, for it could come back."""
    standing = [other for other in others if other.id != own.id]
    met = taken_by(standing, kinds[own.kind], own.settings, own.id, own.application)
    if met is not None:
        name, other_id = met
        text = f"{name} sudah dipakai konektor {other_id}.", f"{name} already belongs to the connector {other_id}."
        return [check.problem(f"{field}settings", "taken", *text)]
    host = _host(kinds, own)
    for other in standing:
        if host and host == _host(kinds, other):
            text = f"{host} sudah dilayani konektor {other.id}.", f"{host} already belongs to the connector {other.id}."
            return [check.problem(f"{field}settings.base_url", "taken", *text)]
    return []


def none_taken(kinds: Mapping[str, Kind], ids: Mapping[str, str], rows: Sequence[ConnectorRow]) -> None:
    """Raise Invalid when one of these connectors meets another. `ids`: what the fields of each are to be prefixed with."""
    standing = [one for row in rows if (one := _read(kinds, row)) is not None]
    check.settle(*(taken(kinds, standing, one, ids[one.id]) for one in standing if one.id in ids))


def names_are_free(kinds: Mapping[str, Kind], connector: str, field: str = "") -> Judge:
    """Return the judge of a publication (RevisionStore.publish) that settles this connector's names alone."""
    return lambda rows, _: none_taken(kinds, {connector: field}, rows)


def _read(kinds: Mapping[str, Kind], row: ConnectorRow) -> Connector | None:
    """Return the connector; None for one that its kind does not understand, which the registry leaves out too: it answers to nothing."""
    try:
        settings = kinds[row.kind].settings_model.model_validate(dict(row.settings))
    except (KeyError, ValidationError):
        return None
    return Connector(row.id, row.application, row.kind, settings, row.enabled)


def _host(kinds: Mapping[str, Kind], one: Connector) -> str:
    """Return the host that a proxy asks about, the same for all kinds behind one; empty for a kind that no proxy stands before."""
    kind = kinds.get(one.kind)
    if kind is None or Capability.PROXY_CHECK not in kind.capabilities:
        return ""
    return cast("ProxyKind", kind).host(one.settings)
