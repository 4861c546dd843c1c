"""`gapura register`: the register of processing (UU 27/2022 Pasal 31) as CSV or JSON."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from admin.actions.all import Actions
from admin.operator import LOCAL
from hub.commands.desk import Config, new_app, run

app = new_app("The register of processing (UU 27/2022 Pasal 31)")


@app.callback()
def register() -> None:
    """The register of processing (UU 27/2022 Pasal 31)."""


@app.command()
def export(
    form: Annotated[Literal["csv", "json"], typer.Option("--format", help="csv, for people; json, for programs")] = "csv",
    agency: Annotated[str, typer.Option(help="Only the part of this agency, e.g. DINKES")] = "",
    language: Annotated[Literal["id", "en"], typer.Option("--language", help="Of the CSV; JSON holds both")] = "id",
    config: Config = None,
) -> None:
    """Print the register: each purpose of each service, with its basis, its data, who gets them and how many people it covers now."""

    async def write(actions: Actions) -> None:
        made = actions.register.csv(LOCAL, agency, language) if form == "csv" else actions.register.json(LOCAL, agency)
        async for line in await made:
            typer.echo(line, nl=False)

    run(config, write)
