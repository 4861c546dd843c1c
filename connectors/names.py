"""The names by which an older system is known at a front door. Two connectors with one name: nobody knows which is meant (SM-19).

A kind that finds its connector by what a request says, an entityID or an address, states what it looks for; others need not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from connectors.contract import Connector, Kind

ALL_BELOW = "*"


@runtime_checkable
class Named(Protocol):
    """A kind whose older systems have names."""

    def names(self, settings: BaseModel) -> frozenset[str]:
        """Return every name that a connector with these settings answers to; one that ends in * stands for all that begin so."""


def taken_by(others: Iterable[Connector], kind: Kind, settings: BaseModel, connector: str, application: str) -> tuple[str, str] | None:
    """Return the name that meets one of another connector of this kind, and whose it is; None when each is this connector's own.

    One that is switched off counts: it could come back. Within one application a name may lie below another, not be the same.
    """
    if not isinstance(kind, Named):
        return None
    own = kind.names(settings)
    for other in others:
        if other.kind != kind.name or other.id == connector:
            continue
        for name in sorted(own):
            for stands in kind.names(other.settings):
                if name == stands or (other.application != application and _meet(name, stands)):
                    return name, other.id
    return None


def _meet(one: str, two: str) -> bool:
    return any(wide.endswith(ALL_BELOW) and name.startswith(wide.removesuffix(ALL_BELOW)) for wide, name in ((one, two), (two, one)))
