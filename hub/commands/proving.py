"""`gapura consent verify` and `gapura consent anchor`: whether the record is whole, and a signature that says where it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from admin.operator import LOCAL
from consent.anchors import Forged, in_file
from hub.commands.desk import AsJson, Config, run, show, show_one
from kit.audit import ChainReport

COLUMNS = ("chain", "rows", "intact", "broken_at", "reason")


def verify(
    person: Annotated[str, typer.Option(help="Id of a person: check her record alone, nobody else's row is read")] = "",
    anchors: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Anchors that were kept: the page or one a line")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Check chains, each person's rows, present states and anchors; name the row that is wrong and end with 1."""
    if person and anchors is not None:
        raise typer.BadParameter("anchors are of the whole record; leave out --person", param_hint="--anchors")
    try:
        given = list(in_file(anchors.read_bytes())) if anchors is not None else None
    except Forged as error:
        raise typer.BadParameter(str(error), param_hint="--anchors") from None
    reports = run(config, lambda actions: actions.proofs.verify(LOCAL, person=person, given=given))
    if person and not any(one.rows for one in reports) and all(one.intact for one in reports):
        typer.echo("gapura: nothing stands in the record about this id", err=True)
        raise typer.Exit(1)
    show([_report(one) for one in reports], COLUMNS, as_json)
    raise typer.Exit(0 if all(one.intact for one in reports) else 1)


def anchor(config: Config = None, as_json: AsJson = False) -> None:
    """Sign where the chains of consent, disclosures and audit end, beside the signature of each day. The page is /periksa/jangkar.json."""
    made = run(config, lambda actions: actions.proofs.anchor(LOCAL))
    show_one({"number": made.number, "at": made.at, "kid": made.kid, "jws": made.jws}, as_json)


def _report(one: ChainReport) -> dict[str, Any]:
    return {"chain": one.chain, "rows": one.rows, "intact": one.intact, "broken_at": one.broken_at, "reason": one.reason, "head": one.head}
