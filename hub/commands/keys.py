"""`gapura keys`: signing keys."""

from __future__ import annotations

from typing import Annotated

import typer

from admin.api import models as m
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, Why, new_app, run, show

app = new_app("Signing keys")
COLUMNS = ("kid", "alg", "state", "created_at", "changed_at")


@app.command("list")
def list_keys(config: Config = None, as_json: AsJson = False) -> None:
    """List signing keys."""
    show([m.key(one).model_dump() for one in run(config, lambda actions: actions.keys.search(LOCAL))], COLUMNS, as_json)


@app.command()
def rotate(
    reason: Why,
    alg: Annotated[str | None, typer.Option(help="ES256 or RS256; both when left out")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Let the next key sign; the former one goes on verifying."""
    run(config, lambda actions: actions.keys.rotate(LOCAL, alg, reason=reason))
    list_keys(config, as_json)


@app.command()
def remove(
    kid: str,
    reason: Why,
    name: Annotated[str, typer.Option("--confirm", help="The key's id, typed out")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Take a key out of the JWKS at once."""
    run(config, lambda actions: actions.keys.remove(LOCAL, kid, typed=name, reason=reason))
    list_keys(config, as_json)
