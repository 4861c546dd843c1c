"""Reading drafts and revisions: from rows to what actions hand out, and from text to a definition."""

from __future__ import annotations

from admin.actions import check
from admin.actions.lifecycle_models import Draft, RevisionView
from admin.actions.revising import Standing
from admin.errors import FieldProblem, Invalid
from connectors.definition import Definition
from connectors.definition_file import BadFile, read_text
from idp.applications.revisions import DraftRow, Revision

NOT_HERE = (
    "Rujukan env: dan file: hanya dibaca dari berkas, dengan gapura apply. Di sini: isi atau buat rahasianya.",
    "References env: and file: are read from files only, by gapura apply. Here: set or make the secret.",
)
EXPLICIT = (
    "Pengelolaan tidak dipindah sambil lalu. Pindahkan lewat tindakan tersendiri.",
    "A connector is not handed over in passing. Hand it over by its own action.",
)


def read_definition(text: str) -> Definition:
    """Return what the text says; raise Invalid that names the field or the line."""
    try:
        return read_text(text)
    except BadFile as error:
        raise Invalid(FieldProblem(error.field, error.code, error.text)) from None


def draft_of(row: DraftRow) -> Draft:
    definition = Definition.model_validate(row.definition["definition"])
    return Draft(row.id, row.connector, definition, row.version, row.author, row.updated_at, int(row.definition["base"]))


def view_of(one: Revision, stands: Standing) -> RevisionView:
    definition = Definition.model_validate(one.definition)
    current = one.number == stands.number and stands.written
    return RevisionView(one.connector, one.number, definition, one.author, one.at, one.reason, one.restores, one.checked, current)


def nothing_of_this_machine(before: Definition, after: Definition) -> None:
    """Raise Invalid for a new reference `env:` or `file:`: through the network nobody may have this machine read its own files and
    settings into a secret, which then goes to a system of their choice."""
    new = [name for name, reference in after.secrets.items() if reference != before.secrets.get(name)]
    outside = [name for name in new if after.secrets[name].startswith(("env:", "file:"))]
    check.settle(check.problem(f"secrets.{name}", "not_here", *NOT_HERE) for name in outside)
