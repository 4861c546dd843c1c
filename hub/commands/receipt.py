"""`gapura consent receipt`: check a receipt with a file of public keys, on any computer. No settings, no database, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from consent.genuine import MAX_FILE, Judgement, Verdict, judged
from hub.commands.desk import AsJson, new_app
from kit.json_depth import parse

app = new_app("Receipts of consent")
SAID = {
    Verdict.GENUINE: "genuine",
    Verdict.UNREADABLE: "not genuine: this is no receipt",
    Verdict.UNKNOWN_KEY: "not genuine: none of these keys signed it (is the file of keys older than the receipt?)",
    Verdict.NOT_SIGNED: "not genuine: the signature does not belong to what it says",
    Verdict.CHANGED: "not genuine: the part that people read is not what was signed",
}


@app.callback()
def receipts() -> None:
    """Receipts of consent."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt as it was downloaded, or its signed part alone", exists=True, dir_okay=False)],
    keys: Annotated[Path, typer.Option(help="The public keys, from /periksa/kunci.json", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Say whether a receipt is genuine, and what it says; end with 1 when it is not. How its record stands now, only /periksa knows."""
    with file.open("rb") as opened:
        found = judged(opened.read(MAX_FILE + 1), _keys(keys))
    if as_json:
        typer.echo(json.dumps({"genuine": found.verdict is Verdict.GENUINE, "reason": found.verdict.value, "receipt": found.receipt}))
    else:
        typer.echo("\n".join([SAID[found.verdict], *_facts(found)]))
    raise typer.Exit(0 if found.verdict is Verdict.GENUINE else 1)


def _keys(file: Path) -> dict[str, Any]:
    try:
        found = parse(file.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        typer.echo(f"gapura: {file}: no JWK set", err=True)
        raise typer.Exit(2)
    return found


def _facts(found: Judgement) -> list[str]:
    """Return what the receipt says, in lines; nothing of one that is not genuine."""
    receipt = found.receipt
    if receipt is None:
        return []
    (purpose,), event = receipt["pii_processing"]["purposes"], receipt["event"]
    facts = {
        "number": receipt["receipt_id"],
        "event": f"{event['event_type']}, {event['event_time']}",
        "valid until": event["valid_until"] or "as long as the text stands",
        "controller": ", ".join(receipt["pii_processing"]["pii_controllers"]),
        "service": receipt["pii_processing"]["service"]["name"].get("en", ""),
        "purpose": purpose["purpose"].get("en", purpose["purpose_id"]),
        "basis": f"{purpose['lawful_basis']} {purpose['lawful_basis_rule']}".strip(),
        "data": ", ".join(one["pii_attribute_id"] for one in purpose["pii_information"]),
        "text": f"{receipt['pii_processing']['privacy_notice']['id']} sha256 {receipt['pii_processing']['privacy_notice']['text_sha256']}",
        "issued": f"{receipt['issued']['at']} by {receipt['issued']['by']}, state then: {receipt['issued']['record_state']}",
    }
    return [f"  {name:12} {value}" for name, value in facts.items()]
