"""`gapura audit`: read and verify the chains."""

from __future__ import annotations

from typing import Annotated

import typer

from admin.actions.trail import Filter
from admin.api import models as m
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, new_app, run, show

app = new_app("The audit trail")
COLUMNS = ("seq", "at", "event", "actor", "subject", "reason")


@app.command("list")
def list_rows(
    event: Annotated[str, typer.Option(help="Event, e.g. application.disabled")] = "",
    actor: Annotated[str, typer.Option(help="Who, e.g. operator:…")] = "",
    subject: Annotated[str, typer.Option(help="About, e.g. application:usaha-kecil")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List rows, newest first."""
    rows = run(config, lambda actions: actions.trail.search(LOCAL, Filter(event, actor, subject), limit=limit))
    show([m.audit_row(row).model_dump() for row in rows], COLUMNS, as_json)


@app.command()
def verify(config: Config = None, as_json: AsJson = False) -> None:
    """Walk the chains of audit, consent and disclosures; end with 1 when one is broken."""
    reports = run(config, lambda actions: actions.trail.verify(LOCAL))
    show([m.chain(one).model_dump() for one in reports], ("chain", "rows", "intact", "broken_at", "reason"), as_json)
    raise typer.Exit(0 if all(one.intact for one in reports) else 1)
