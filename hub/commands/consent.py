"""`gapura consent`: what proves the consent record, for whoever must judge it."""

from __future__ import annotations

from hub.commands.consent_notices import app as notices
from hub.commands.desk import new_app
from hub.commands.proving import anchor, verify
from hub.commands.receipt import app as receipt

app = new_app("The consent record and its proofs")
app.add_typer(receipt, name="receipt")
app.command()(anchor)
app.command()(verify)
app.add_typer(notices, name="notices")
