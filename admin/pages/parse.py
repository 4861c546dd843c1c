"""What pydantic found wrong with a form or a body, in our words and without what was typed (LG-27)."""

from __future__ import annotations

from pydantic import ValidationError

from admin.errors import FieldProblem

UNKNOWN = {"id": "Bagian ini tidak dikenal.", "en": "This field is not known."}
MISSING = {"id": "Isi bagian ini.", "en": "Fill this in."}
WRONG = {"id": "Periksa bentuk isian ini.", "en": "Check the form of this value."}
LONG = {"id": "Isian ini terlalu panjang.", "en": "This is too long."}


def field_problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    return tuple(
        problem_of(".".join(str(part) for part in one["loc"]), one["type"]) for one in error.errors(include_input=False, include_url=False)
    )


def problem_of(field: str, kind: str) -> FieldProblem:
    text = {"extra_forbidden": UNKNOWN, "missing": MISSING, "string_too_long": LONG, "too_long": LONG}.get(kind, WRONG)
    return FieldProblem(field, kind, text)
