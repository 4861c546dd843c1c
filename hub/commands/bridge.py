"""`gapura bridge`: the process before older systems that know only their own login form, and the credentials it signs in with.

Passwords are read from the terminal or from standard input, never from the command line, where every program of the machine sees them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from hub.cli import Config, settings_or_exit
from hub.settings import CONFIG_VARIABLE
from idp.vault import SERVICE

app = typer.Typer(help="The bridge to older systems with a login form of their own (form_login)", invoke_without_command=True)

PROCESS = (sys.executable, "-OO", "-m", "hub.bridge.run")
Person = Annotated[str, typer.Option("--person", help="Id of the person; without it: the credential of the service itself")]


@app.callback()
def bridge(context: typer.Context, config: Config = None) -> None:
    """Answer at the hosts of bridged applications until stopped."""
    if context.invoked_subcommand is None:
        settings_or_exit(config)
        _become(config)


def _become(config: Path | None) -> NoReturn:
    environment = dict(os.environ)
    if config is not None:
        environment[CONFIG_VARIABLE] = str(config.absolute())
    os.execve(sys.executable, list(PROCESS), environment)  # noqa: S606 -- no shell


@app.command()
def credential(connector: str, username: str, person: Person = SERVICE, config: Config = None) -> None:
    """Keep user name and password for an older system; the password is asked for, or read from standard input."""
    password = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password or len(password) > 200:
        typer.echo("gapura: the password must have 1 to 200 characters", err=True)
        raise typer.Exit(2)
    typer.echo("Kept." if _with_vault(config, connector, person, (username, password)) else _no_such(connector, person))


@app.command()
def forget(connector: str, person: Person = SERVICE, config: Config = None) -> None:
    """Forget a credential, and end the old sessions that were begun with it."""
    typer.echo("Forgotten." if _with_vault(config, connector, person, None) else "There was none.")


def _no_such(connector: str, person: str) -> NoReturn:
    typer.echo(f"gapura: there is no form_login connector {connector}" + (f", or no person {person}" if person else ""), err=True)
    raise typer.Exit(1)


def _with_vault(config: Path | None, connector: str, person: str, pair: tuple[str, str] | None) -> bool:
    from hub.bridge.credentials import forget as take_away
    from hub.bridge.credentials import keep
    from hub.resources import Resources, open_resources

    async def run() -> bool:
        work: Callable[[Resources], Awaitable[bool]] = (
            (lambda resources: take_away(resources, connector, person))
            if pair is None
            else (lambda resources: keep(resources, connector, person, *pair))
        )
        async with open_resources(settings_or_exit(config)) as resources:
            return await work(resources)

    return asyncio.run(run())
