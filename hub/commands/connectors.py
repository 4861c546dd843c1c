"""`gapura connectors`: older applications behind the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from admin.api import connector_models as c
from admin.api import models as m
from admin.operator import LOCAL
from connectors.errors import BadSettings
from hub.commands.clients import register as register_application
from hub.commands.desk import AsJson, Config, Why, new_app, run, show, show_one
from kit.clock import SystemClock

app = new_app("Connectors to older applications")
COLUMNS = ("id", "application", "kind", "enabled")
REVISIONS = ("number", "current", "author", "at", "reason", "restores")


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


@app.command()
def revisions(
    connector: str,
    number: Annotated[int | None, typer.Option("--number", help="Show this one whole")] = None,
    since: Annotated[int | None, typer.Option("--changes-since", help="Show what changed since this one, in words")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the revisions of a connector, newest first; or show one, or what changed since one."""
    if number is not None:
        show_one(c.revision(run(config, lambda actions: actions.lifecycle.revision(LOCAL, connector, number))).model_dump(), as_json)
        return
    found = run(config, lambda actions: actions.lifecycle.revisions(LOCAL, connector))
    if since is not None and found:
        newest = found[0].number
        changes = run(config, lambda actions: actions.lifecycle.compare(LOCAL, connector, since, newest))
        show([c.change(one).model_dump() for one in changes], ("field", "before", "after", "effect", "danger"), as_json)
        return
    show([c.revision(one).model_dump() for one in found], REVISIONS, as_json)


@app.command()
def restore(
    connector: str,
    number: Annotated[int, typer.Argument(help="The revision whose content comes back")],
    based_on: Annotated[int, typer.Option("--based-on", help="The revision that stands now: the command is refused when another does")],
    reason: Why,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Bring an older revision back as a new one, after the same checks."""
    done = run(config, lambda actions: actions.lifecycle.restore(LOCAL, connector, number, based_on=based_on, reason=reason))
    show_one(c.published(done).model_dump(), as_json)


@app.command()
def own(
    connector: str,
    managed: Annotated[Literal["console", "files"], typer.Argument(help="Who manages it from now on")],
    reason: Why,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Hand a connector over to the console, or to files."""
    done = run(config, lambda actions: actions.lifecycle.own(LOCAL, connector, managed, reason=reason))
    show_one(c.published(done).model_dump(), as_json)


@app.command()
def secret(
    connector: str,
    name: Annotated[str, typer.Argument(help="Which one; without it they are listed")] = "",
    from_file: Annotated[Path | None, typer.Option("--from-file", help="Set the value in this file; without it Gapura makes one")] = None,
    hours: Annotated[int, typer.Option(help="Hours for which the former value stays good")] = 24,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the secrets of a connector, make one and print it once, or set the one agreed on."""
    if not name:
        found = run(config, lambda actions: actions.lifecycle.secrets(LOCAL, connector))
        show([c.secret(one).model_dump() for one in found], ("name", "title", "reference", "good", "until", "least_bits"), as_json)
        return
    overlap = hours * 3600
    if from_file is None:
        made = run(config, lambda actions: actions.lifecycle.make_secret(LOCAL, connector, name, overlap=overlap))
    else:
        try:
            value = from_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise typer.BadParameter(f"{from_file}: cannot be read") from None
        made = run(config, lambda actions: actions.lifecycle.set_secret(LOCAL, connector, name, value, overlap=overlap))
    show_one(c.secret_set(made).model_dump(exclude_none=True), as_json)
