"""`gapura people`: create, set a password anew, find by exact key, show masked, lock and open, roles, sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from admin.actions.accounts import NewPerson
from admin.api import models as m
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, Why, new_app, run, show, show_one
from idp.people.models import Role, Status

app = new_app("People: found by one exact key, shown masked")
KEYS = ("NIK", "Mobile number", "E-mail")
COLUMNS = ("id", "status", "level", "name")


Choose = Annotated[
    bool, typer.Option("--choose", help="Ask for the password, for the person to type; without it a random one is printed once")
]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Full name")],
    reason: Why,
    nik: Annotated[str, typer.Option(help="NIK; '-' asks for it")] = "",
    phone: Annotated[str, typer.Option(help="Mobile number; '-' asks for it")] = "",
    email: Annotated[str, typer.Option(help="E-mail; '-' asks for it")] = "",
    birthdate: Annotated[str, typer.Option(help="Date of birth, 1988-03-12")] = "",
    checked: Annotated[bool, typer.Option("--checked", help="The ID card was seen and the NIK compared with Dukcapil")] = False,
    choose: Choose = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Make an account for a citizen. The password is printed once."""
    nik, phone, email = (
        typer.prompt(title, hide_input=True) if value == "-" else value for title, value in zip(KEYS, (nik, phone, email), strict=True)
    )
    draft = NewPerson(name, nik, phone, email, birthdate, checked)
    password = _chosen(choose)
    person, made = run(config, lambda actions: actions.enrolment.create(LOCAL, draft, reason=reason, password=password))
    show_one({"person": person, **({} if password else {"password": made})}, as_json)


@app.command("reset-password")
def reset_password(person: str, reason: Why, choose: Choose = False, config: Config = None, as_json: AsJson = False) -> None:
    """Give an account a new password, printed once; its sessions end."""
    password = _chosen(choose)
    made = run(config, lambda actions: actions.enrolment.reset_password(LOCAL, person, reason=reason, password=password))
    show_one({"person": person, **({} if password else {"password": made})}, as_json)


@app.command()
def find(
    value: Annotated[str, typer.Argument(help="NIK, NIP, phone or e-mail; '-' asks for it, so that it stays out of the shell's history")],
    reason: Annotated[str, typer.Option("--reason", help="counter, phone, misuse, rights, security or role")],
    case: Annotated[str, typer.Option(help="Case number")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Find accounts by one exact key."""
    key = typer.prompt("Key", hide_input=True) if value == "-" else value

    async def work(actions: Any) -> list[dict[str, Any]]:
        found = await actions.people.find(LOCAL, key, reason=reason, case=case)
        profiles = [m.profile(await actions.people.profile(LOCAL, one)).model_dump() for one in found]
        return [{**one, "name": one["masked"].get("name", "")} for one in profiles]

    show(run(config, work), COLUMNS, as_json)


@app.command("show")
def show_person(person: str, config: Config = None, as_json: AsJson = False) -> None:
    """Show an account, masked."""
    show_one(m.profile(run(config, lambda actions: actions.people.profile(LOCAL, person))).model_dump(), as_json)


@app.command()
def lock(person: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Lock an account; its sessions end."""
    _status(person, Status.LOCKED, reason, config, as_json)


@app.command()
def unlock(person: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Open an account again."""
    _status(person, Status.ACTIVE, reason, config, as_json)


@app.command()
def disable(person: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Disable an account; its sessions end."""
    _status(person, Status.DISABLED, reason, config, as_json)


@app.command()
def erase(
    person: str,
    reason: Why,
    typed: Annotated[str, typer.Option("--confirm", help="The first eight characters of the id, typed out")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person for good: data, identifiers, ways to sign in, sessions. Her rows in the record stay, under the id alone."""
    run(config, lambda actions: actions.erasure.erase(LOCAL, person, typed=typed, reason=reason))
    show_one({"person": person, "erased": True}, as_json)


@app.command("end-sessions")
def end_sessions(person: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """End every session of an account."""
    ended = run(config, lambda actions: actions.people.end_all_sessions(LOCAL, person, reason=reason))
    show_one({"person": person, "ended": ended}, as_json)


@app.command("grant-role")
def grant_role(
    person: str,
    role: Role,
    reason: Why,
    agency: Annotated[str | None, typer.Option(help="Agency code; the whole regency when left out")] = None,
    until: Annotated[datetime | None, typer.Option(help="Last day", formats=["%Y-%m-%d"])] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Give a role."""
    end = int(until.replace(tzinfo=UTC).timestamp()) + 86399 if until is not None else None
    run(config, lambda actions: actions.roles.grant(LOCAL, person, role, agency=agency, valid_until=end, reason=reason))
    show_person(person, config, as_json)


@app.command("revoke-role")
def revoke_role(
    person: str,
    role: Role,
    reason: Why,
    agency: Annotated[str | None, typer.Option(help="Agency code of the grant")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Take a role."""
    run(config, lambda actions: actions.roles.revoke(LOCAL, person, role, agency=agency, reason=reason))
    show_person(person, config, as_json)


@app.command()
def roles(person: str, config: Config = None, as_json: AsJson = False) -> None:
    """List the roles of an account."""
    profile = m.profile(run(config, lambda actions: actions.people.profile(LOCAL, person)))
    show([role.model_dump() for role in profile.roles], ("role", "agency", "valid_until"), as_json)


def _chosen(choose: bool) -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True)) if choose else ""


def _status(person: str, status: Status, reason: str, config: Config, as_json: bool) -> None:
    run(config, lambda actions: actions.people.set_status(LOCAL, person, status, reason=reason))
    show_person(person, config, as_json)
