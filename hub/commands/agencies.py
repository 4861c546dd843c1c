"""`gapura agencies`: list, create, suspend and resume."""

from __future__ import annotations

from typing import Annotated

import typer

from admin.actions.drafts import AgencyDraft, Words
from admin.api import models as m
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, Why, new_app, run, show, show_one

app = new_app("Agencies (OPD)")
COLUMNS = ("code", "short_name", "name", "suspended")


@app.command("list")
def list_agencies(
    q: Annotated[str, typer.Argument(help="Words of code or name")] = "", config: Config = None, as_json: AsJson = False
) -> None:
    """List agencies."""
    found = run(config, lambda actions: actions.agencies.search(LOCAL, q=q))
    show([m.agency(one).model_dump() for one in found], COLUMNS, as_json)


@app.command()
def create(
    code: str,
    name: Annotated[str, typer.Option(help="Official name")],
    short_name: Annotated[str, typer.Option(help="Short name")],
    kind: Annotated[str, typer.Option(help="dinas, badan, kecamatan, …")] = "dinas",
    phone: Annotated[str, typer.Option(help="Phone, E.164")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Register an agency."""
    draft = AgencyDraft(code=code, name=Words(id=name), short_name=short_name, kind=kind, phone=phone)
    show_one(m.agency(run(config, lambda actions: actions.agencies.create(LOCAL, draft))).model_dump(), as_json)


@app.command()
def suspend(
    code: str,
    reason: Why,
    name: Annotated[str, typer.Option("--confirm", help="The agency's name, typed out")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Stop every application of an agency."""
    agency = run(config, lambda actions: actions.agencies.suspend(LOCAL, code, name=name, reason=reason))
    show_one(m.agency(agency).model_dump(), as_json)


@app.command()
def resume(code: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Open an agency's applications again."""
    agency = run(config, lambda actions: actions.agencies.resume(LOCAL, code, reason=reason))
    show_one(m.agency(agency).model_dump(), as_json)
