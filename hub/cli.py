"""The command `gapura`. Everything an operator can do in the console can be done here, by the same actions."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.settings import CONFIG_VARIABLE, Settings, SettingsError, load

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="One login, one consent record, one portal."
)

OWN_COMMANDS = ("serve", "migrate", "setup", "doctor")
Config = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file with the settings (default: $GAPURA_CONFIG)")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]


def settings_or_exit(config: Path | None = None) -> Settings:
    """Return the settings, or say what is wrong with them and end with 2."""
    try:
        return load(config)
    except SettingsError as error:
        typer.echo(f"gapura: {error}", err=True)
        raise typer.Exit(2) from None


@app.command()
def serve(
    config: Config = None,
    demo: Annotated[bool, typer.Option("--demo", help="Show the demonstration regency; needs nothing else")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes")] = None,
) -> None:
    """Answer requests until stopped."""
    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value is not None:
            os.environ[f"GAPURA_SERVER__{name}"] = str(value)
    try:
        if demo:
            from hub.demo.run import main as run_demo

            if config is not None:
                os.environ[CONFIG_VARIABLE] = str(config.absolute())
            raise typer.Exit(run_demo())
        from hub.supervisor import serve as become_the_server

        become_the_server(load(config), config or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None))
    except SettingsError as error:
        typer.echo(f"gapura: {error}", err=True)
        raise typer.Exit(2) from None


@app.command()
def migrate(
    config: Config = None,
    as_json: AsJson = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done")] = False,
) -> None:
    """Bring the database to this version's schema."""
    from hub.resources import database_url
    from hub.storage.sql.migrate import pending, upgrade

    url = database_url(settings_or_exit(config))
    steps = asyncio.run(pending(url))
    if steps and not plan:
        asyncio.run(upgrade(url))
    if as_json:
        typer.echo(json.dumps({"pending" if plan else "done": steps}))
    else:
        typer.echo("\n".join(steps) if steps else "The database is up to date.")


@app.command()
def setup(
    name: Annotated[str, typer.Option(prompt="Name of the first operator", help="Name of the first operator")],
    email: Annotated[str, typer.Option(prompt="E-mail", help="E-mail to sign in with")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Create the database, the keys and the first regency super-admin; print password and authenticator secret once."""
    from hub.prepare import first_operator

    try:
        made = asyncio.run(first_operator(settings_or_exit(config), name=name, email=email))
    except SettingsError as error:
        typer.echo(f"gapura: {error}", err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(made))
        return
    typer.echo("The first operator may sign in at /admin. Shown once:")
    for key, value in made.items():
        typer.echo(f"  {key:10} {value}")


@app.command()
def doctor(config: Config = None, as_json: AsJson = False) -> None:
    """Check this deployment; each problem says what fixes it. Ends with 1 when there is one."""
    from hub.doctor import examine

    findings = asyncio.run(examine(settings_or_exit(config)))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings]))
    else:
        for finding in findings:
            typer.echo(f"{finding.mark} {finding.check}: {finding.text}" + (f"\n    → {finding.fix}" if finding.fix else ""))
    raise typer.Exit(1 if any(finding.level == "problem" for finding in findings) else 0)


def mount_commands() -> None:
    from hub.commands import COMMANDS, SUB_APPS

    for name, command in COMMANDS.items():
        app.command(name)(command)
    for name, sub_app in SUB_APPS.items():
        app.add_typer(sub_app, name=name)


def main() -> None:
    """Run the command. Operators' commands need the whole house and are loaded only when one of them, or the help, is asked for."""
    if len(sys.argv) < 2 or sys.argv[1] not in OWN_COMMANDS:
        mount_commands()
    app()


if __name__ == "__main__":
    main()
