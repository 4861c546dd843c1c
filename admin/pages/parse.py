"""What pydantic found wrong with a form or a body, in our words and without what was typed (LG-27)."""

from __future__ import annotations

from pydantic import ValidationError

from admin.errors import FieldProblem
from connectors.complaints import in_words

UNKNOWN = {"id": "Bagian ini tidak dikenal.", "en": "This field is not known."}
MISSING = {"id": "Isi bagian ini.", "en": "Fill this in."}
WRONG = {"id": "Periksa bentuk isian ini.", "en": "Check the form of this value."}
LONG = {"id": "Isian ini terlalu panjang.", "en": "This is too long."}


def field_problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    found = error.errors(include_input=False, include_url=False)
    return tuple(FieldProblem(".".join(str(part) for part in one["loc"]), one["type"], in_words(one)) for one in found)


def problem_of(field: str, kind: str) -> FieldProblem:
    """Return the problem for a kind of error of which nothing else is known."""
    text = {"extra_forbidden": UNKNOWN, "missing": MISSING, "string_too_long": LONG, "too_long": LONG}.get(kind, WRONG)
    return FieldProblem(field, kind, text)
