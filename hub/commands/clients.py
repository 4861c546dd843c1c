"""`gapura clients`: applications with an OpenID client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from admin.actions.all import Actions
from admin.actions.drafts import ApplicationDraft
from admin.actions.picture import Preview, Wanted
from admin.api import models as m
from admin.errors import Invalid
from admin.operator import LOCAL
from admin.pages.parse import field_problems
from hub.commands.desk import AsJson, Config, Why, check_test_person, new_app, run, show, show_one

app = new_app("Applications and their OpenID clients")
COLUMNS = ("id", "name", "agency", "channel", "enabled", "revision")


@app.command("list")
def list_applications(
    q: Annotated[str, typer.Argument(help="Words of name or client id")] = "",
    agency: Annotated[str, typer.Option(help="Agency code")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List applications by name."""

    async def work(actions: Actions) -> list[dict[str, Any]]:
        found = await actions.applications.search(LOCAL, q=q, agency=agency, limit=100_000)
        usable = actions.desk.registry.now.usable
        return [m.application(one, usable(one.id)).model_dump() for one in found.items]

    show(run(config, work), COLUMNS, as_json)


@app.command("show")
def show_client(client_id: str, config: Config = None, as_json: AsJson = False) -> None:
    """Show a client; of secrets only the prefix."""
    show_one(m.client(run(config, lambda actions: actions.clients.get(LOCAL, client_id))).model_dump(), as_json)


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="JSON as in POST /admin/api/v1/applications")], config: Config = None, as_json: AsJson = False
) -> None:
    """Register an application from a file. Its secret is printed once."""

    async def work(actions: Actions) -> dict[str, Any]:
        made = await actions.applications.register(LOCAL, read_draft(file))
        return {
            "application": made.application.id,
            "client_id": made.client_id,
            "client_secret": made.secret,
            "connector": made.connector,
        }

    show_one({name: value for name, value in run(config, work).items() if value}, as_json)


@app.command("rotate-secret")
def rotate_secret(client_id: str, config: Config = None, as_json: AsJson = False) -> None:
    """Add a secret and print it once; the newest former one stays valid."""
    secret = run(config, lambda actions: actions.clients.rotate_secret(LOCAL, client_id))
    show_one({"client_id": client_id, "client_secret": secret}, as_json)


@app.command("revoke-secret")
def revoke_secret(client_id: str, prefix: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Make one secret worthless."""
    client = run(config, lambda actions: actions.clients.revoke_secret(LOCAL, client_id, prefix, reason=reason))
    show_one(m.client(client).model_dump(), as_json)


@app.command()
def disable(
    application: str,
    reason: Why,
    name: Annotated[str, typer.Option("--confirm", help="The application's name, typed out")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Stop an application at once."""

    async def work(actions: Actions) -> dict[str, Any]:
        one = await actions.applications.disable(LOCAL, application, name=name, reason=reason)
        return m.application(one, actions.desk.registry.now.usable(one.id)).model_dump()

    show_one(run(config, work), as_json)


@app.command()
def enable(application: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Open an application again."""

    async def work(actions: Actions) -> dict[str, Any]:
        one = await actions.applications.enable(LOCAL, application, reason=reason)
        return m.application(one, actions.desk.registry.now.usable(one.id)).model_dump()

    show_one(run(config, work), as_json)


@app.command("try", help="Show what an application would receive about a test person.")
def try_application(
    application: Annotated[str, typer.Argument(help="Application; a connector has the id of its own")],
    person: Annotated[str, typer.Option("--as", help="A test person")],
    service: Annotated[str, typer.Option(help="Service; the first one when left out")] = "",
    answer: Annotated[str, typer.Option(help="all, required or none")] = "all",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what an application, or an older one behind the gate, would receive about a test person."""

    async def work(actions: Actions) -> Preview:
        await check_test_person(actions, person)
        return await actions.previews.run(LOCAL, Wanted(application, person, service, answer))

    result = run(config, work)
    if as_json:
        typer.echo(json.dumps(result.model_dump(), ensure_ascii=False, indent=2))
        return
    typer.echo(f"outcome  {result.outcome}")
    for title, rows in (
        ("ID token", result.id_token),
        ("userinfo", result.userinfo),
        ("access token", result.access_token),
        ("headers", result.headers),
    ):
        for row in rows:
            typer.echo(f"{title:13} {row.name:24} {row.value if row.sent else '(not sent)'}")


def read_draft(file: Path) -> ApplicationDraft:
    try:
        return ApplicationDraft.model_validate(json.loads(file.read_text()))
    except ValidationError as error:
        raise Invalid(*field_problems(error)) from None
    except (OSError, ValueError):
        raise typer.BadParameter(f"{file}: not readable JSON") from None
