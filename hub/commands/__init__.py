"""The operator's commands: the same actions as console and API, by whoever holds the machine. Secrets are printed once."""

from __future__ import annotations

from collections.abc import Callable

import typer

from hub.commands.agencies import app as agencies
from hub.commands.audit import app as audit
from hub.commands.bridge import app as bridge
from hub.commands.clients import app as clients
from hub.commands.connectors import app as connectors
from hub.commands.consent import app as consent
from hub.commands.files import apply, drift, export, plan, probe, try_out
from hub.commands.keys import app as keys
from hub.commands.ldap import app as ldap
from hub.commands.people import app as people
from hub.commands.register import app as register
from hub.commands.registration import app as registration
from hub.commands.signout import app as signout

SUB_APPS: dict[str, typer.Typer] = {
    "people": people,
    "clients": clients,
    "registration": registration,
    "register": register,
    "connectors": connectors,
    "bridge": bridge,
    "ldap": ldap,
    "agencies": agencies,
    "keys": keys,
    "signout": signout,
    "audit": audit,
    "consent": consent,
}

COMMANDS: dict[str, Callable[..., None]] = {
    "plan": plan,
    "apply": apply,
    "export": export,
    "drift": drift,
    "try": try_out,
    "probe": probe,
}
