"""One request of a signed-in person at a bridged application, after the gate has let it through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from connectors.apps.form_login.settings import FormLoginSettings
from connectors.contract import Connector
from idp.gate.records import GateSession
from idp.vault import SERVICE
from kit.expiring import Guards


@dataclass(frozen=True, slots=True)
class Visit:
    """`name` is the digest of the gate's cookie; `guards` are the values seen before the gate was asked; `fields` what it told."""

    connector: Connector
    name: str
    gate: GateSession
    guards: Guards
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def settings(self) -> FormLoginSettings:
        return settings_of(self.connector)

    @property
    def key(self) -> str:
        """The name of the old session in the expiring store."""
        return f"older:{self.connector.id}:{self.name}"

    @property
    def owner(self) -> str:
        """Whose credential signs in: a person id, or SERVICE."""
        return self.gate.person if self.settings.credential == "person" else SERVICE


def settings_of(connector: Connector) -> FormLoginSettings:
    return cast("FormLoginSettings", connector.settings)


def link_guard(connector: str, owner: str) -> str:
    """The name of the guard that moves when a credential is entered or forgotten: old sessions begun with another end with it."""
    return f"older:{connector}:{owner}"
