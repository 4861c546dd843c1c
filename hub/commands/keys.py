"""`gapura keys`: signing keys, and the key that seals personal data."""

from __future__ import annotations

from typing import Annotated

import typer

from admin.api import models as m
from admin.operator import LOCAL
from hub.commands.desk import AsJson, Config, Why, new_app, run, show, show_one

app = new_app("Signing keys, and the key that seals personal data")
COLUMNS = ("kid", "alg", "state", "created_at", "changed_at")


@app.command("list")
def list_keys(config: Config = None, as_json: AsJson = False) -> None:
    """List signing keys."""
    show([m.key(one).model_dump() for one in run(config, lambda actions: actions.keys.search(LOCAL))], COLUMNS, as_json)


@app.command()
def rotate(
    reason: Why,
    alg: Annotated[str | None, typer.Option(help="ES256, RS256, PS256, EdDSA or ES512; all when left out")] = None,
    at_once: Annotated[bool, typer.Option("--at-once", help="Although the next key has not been published for a day")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Let the next key sign; the former one goes on verifying."""
    run(config, lambda actions: actions.keys.rotate(LOCAL, alg, reason=reason, at_once=at_once))
    list_keys(config, as_json)


@app.command("roll-back")
def roll_back(alg: str, reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Let the key sign again that signed before the last rotation."""
    run(config, lambda actions: actions.keys.roll_back(LOCAL, alg, reason=reason))
    list_keys(config, as_json)


@app.command()
def remove(
    kid: str,
    reason: Why,
    name: Annotated[str, typer.Option("--confirm", help="The key's id, typed out")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Take a key out of the JWKS at once, even the one that signs: an emergency."""
    run(config, lambda actions: actions.keys.remove(LOCAL, kid, typed=name, reason=reason))
    list_keys(config, as_json)


@app.command("rotate-data")
def rotate_data(reason: Why, config: Config = None, as_json: AsJson = False) -> None:
    """Seal personal data with a new key, older values too. Takes a while; when it was interrupted, start it again."""
    show_one({"resealed": run(config, lambda actions: actions.keys.rotate_data(LOCAL, reason=reason))}, as_json)
