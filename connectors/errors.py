"""Errors of the connectors' room.

ConnectorError
├── UnknownKind        no such kind is built in
├── BadSettings        the settings of a connector do not fit its kind; `field` and `reason` say what to fix
└── BadMapping         a mapping row names an unknown claim or transform
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Root of the room's errors."""


class UnknownKind(ConnectorError):
    pass


class BadSettings(ConnectorError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class BadMapping(BadSettings):
    pass
