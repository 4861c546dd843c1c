"""`gapura registration`: tokens that let programs register clients, and the clients that did."""

from __future__ import annotations

from typing import Annotated

import typer

from admin.actions.drafts import RegistrationDraft
from admin.api import models as m
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, Why, new_app, run, show, show_one

app = new_app("Client registration by programs")
tokens = new_app("Initial access tokens, which open registration")
clients = new_app("Clients that registered themselves")
app.add_typer(tokens, name="tokens")
app.add_typer(clients, name="clients")
TOKEN_COLUMNS = ("id", "title", "prefix", "application", "agency", "used", "quota", "expires_at", "revoked_at")
CLIENT_COLUMNS = ("client_id", "name", "application", "profile", "auth_method", "enabled", "to_approve")
Many = Annotated[list[str] | None, typer.Option(help="May be given several times")]


@tokens.command("list")
def list_tokens(config: Config = None, as_json: AsJson = False) -> None:
    """List every token with its policy, and how much of its quota is used."""
    found = run(config, lambda actions: actions.registrations.tokens(LOCAL))
    show([m.registration_token(one).model_dump() for one in found], TOKEN_COLUMNS, as_json)


@tokens.command("create")
def create_token(
    title: Annotated[str, typer.Argument(help="What for")],
    host: Annotated[list[str], typer.Option(help="Host that redirect URIs may have; several times")],
    application: Annotated[str, typer.Option(help="The application that the clients belong to")] = "",
    agency: Annotated[str, typer.Option(help="Or the agency: each client names its application as software_id")] = "",
    scope: Many = None,
    grant: Many = None,
    auth_method: Many = None,
    profile: Annotated[str, typer.Option(help="baseline, fapi2_security or fapi2_message_signing")] = "baseline",
    pkce_optional: Annotated[bool, typer.Option("--pkce-optional", help="Exempt confidential clients from PKCE")] = False,
    approve_logos: Annotated[bool, typer.Option("--approve-logos", help="Copy and show logos without a look")] = False,
    quota: Annotated[int, typer.Option(help="How many clients")] = 1,
    days: Annotated[int, typer.Option(help="For how many days")] = 7,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Open registration and print the token, once."""
    given = {"scopes": scope, "grant_types": grant, "auth_methods": auth_method}
    draft = RegistrationDraft(
        title=title,
        application=application,
        agency=agency,
        redirect_hosts=tuple(host),
        profile=profile,
        pkce_optional=pkce_optional,
        approve_logos=approve_logos,
        quota=quota,
        days=days,
        **{name: tuple(values) for name, values in given.items() if values},
    )
    made, secret = run(config, lambda actions: actions.registrations.create(LOCAL, draft))
    show_one(m.registration_token(made).model_dump() | {"initial_access_token": secret}, as_json)


@tokens.command("revoke")
def revoke_token(token: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Close what a token opened; its clients stay."""
    run(config, lambda actions: actions.registrations.revoke(LOCAL, token, reason=reason))
    list_tokens(config, as_json)


@clients.command("list")
def list_clients(config: Config = None, as_json: AsJson = False) -> None:
    """List the clients that registered themselves; those to look at first."""
    found = run(config, lambda actions: actions.registrations.clients(LOCAL))
    show([m.self_registered(one).model_dump() for one in found], CLIENT_COLUMNS, as_json)


@clients.command("approve")
def approve_client(client_id: str, config: Config = None, as_json: AsJson = False) -> None:
    """Let the client's name and logo stand."""
    show_one(m.self_registered(run(config, lambda actions: actions.registrations.approve(LOCAL, client_id))).model_dump(), as_json)


@clients.command("disable")
def disable_client(client_id: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Switch one client off at once."""
    done = run(config, lambda actions: actions.registrations.switch(LOCAL, client_id, False, reason=reason))
    show_one(m.self_registered(done).model_dump(), as_json)


@clients.command("enable")
def enable_client(client_id: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Switch a client on again."""
    done = run(config, lambda actions: actions.registrations.switch(LOCAL, client_id, True, reason=reason))
    show_one(m.self_registered(done).model_dump(), as_json)
