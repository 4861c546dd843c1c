"""`gapura consent notices`: notices of withdrawals, holds and requests that applications have not taken yet."""

from __future__ import annotations

from typing import Annotated

import typer

from admin.api.signouts import signout
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, new_app, run, show, show_one

app = new_app("Notices to applications that have not arrived")
COLUMNS = ("id", "application", "attempts", "given_up", "next_at", "last_error")


@app.command("list")
def list_notices(config: Config = None, as_json: AsJson = False) -> None:
    """List notices that are being tried again, or were given up after seven days."""
    show([signout(one).model_dump() for one in run(config, lambda actions: actions.duties.notices(LOCAL))], COLUMNS, as_json)


@app.command()
def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of notices; all when left out")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Send notices again at once, given up ones too; a running server does it within a second."""
    show_one({"due": run(config, lambda actions: actions.duties.retry(LOCAL, ids or None))}, as_json)
