"""`gapura connectors`: older applications behind the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from admin.api import models as m
from admin.operator import LOCAL
from connectors.errors import BadSettings
from hub.commands.clients import register as register_application
from hub.commands.clients import try_application
from hub.commands.desk import AsJson, Config, Why, new_app, run, show, show_one
from kit.clock import SystemClock

app = new_app("Connectors to older applications")
COLUMNS = ("id", "application", "kind", "enabled")


@app.command("list")
def list_connectors(config: Config = None, as_json: AsJson = False) -> None:
    """List connectors."""
    found = run(config, lambda actions: actions.connectors.search(LOCAL))
    show([m.connector(one).model_dump() for one in found], COLUMNS, as_json)


@app.command("show")
def show_connector(connector: str, config: Config = None, as_json: AsJson = False) -> None:
    """Show a connector and its settings."""
    show_one(m.connector(run(config, lambda actions: actions.connectors.get(LOCAL, connector))).model_dump(), as_json)


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="JSON as in POST /admin/api/v1/applications, with `connector`")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put an older application behind the gate."""
    register_application(file, config, as_json)


@app.command()
def disable(
    connector: str,
    reason: Why,
    name: Annotated[str, typer.Option("--confirm", help="The application's name, typed out")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Stop a connector at once."""
    one = run(config, lambda actions: actions.connectors.disable(LOCAL, connector, name=name, reason=reason))
    show_one(m.connector(one).model_dump(), as_json)


@app.command()
def enable(connector: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Open a connector again."""
    one = run(config, lambda actions: actions.connectors.enable(LOCAL, connector, reason=reason))
    show_one(m.connector(one).model_dump(), as_json)


@app.command("saml-metadata")
def saml_metadata(file: Annotated[Path, typer.Argument(help="The service provider's metadata, an XML file")]) -> None:
    """Turn a SAML service provider's metadata into the settings of its connector, as JSON. Nothing is kept."""
    try:
        from connectors.apps.saml.metadata import import_metadata  # loads lxml, which no other command needs

        found = import_metadata(file.read_bytes(), SystemClock().now())
    except (BadSettings, OSError) as error:
        typer.echo(f"gapura: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(found.model_dump_json(indent=2))


app.command("try", help="Show the headers an older application would receive about a test person.")(try_application)
