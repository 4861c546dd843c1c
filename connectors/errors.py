"""Errors of the connectors' room.

ConnectorError
├── UnknownKind        no such kind is built in
├── BadRequest         what came to a kind's endpoint cannot be understood, or is not allowed; told as a page
├── MissingSecret     a secret that the settings call for was never given, or is past its time
├── NotEntered         nobody is let in there; `code` names the page that says why
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


class BadRequest(ConnectorError):
    """`reason` is for the log and for whoever runs the older system: it quotes nothing that was received."""

    def __init__(self, reason: str, *, connector: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.connector = connector


class NotEntered(ConnectorError):
    """`code` is one of the messages of templates/idp/error.html: not_found, application_disabled, no_username."""

    def __init__(self, code: str, *, connector: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.connector = connector


class MissingSecret(ConnectorError):
    """`name` is the secret's, as the form shows it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
