"""What is wrong with settings, in words: one table for the kinds of error that pydantic finds; for its own rules a kind has its own words.

Every page and command takes its words here, so that no library's English stands on an Indonesian page. Nothing repeats what was typed
but the name that one of our own rules complains of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.about import About, Text, both

LONGEST = 200
OWN_RULES = ("value_error", "assertion_error")

# By pydantic's own name of the error; {x} is filled from its context, which holds limits and choices, never the value.
FIXES: Mapping[str, Text] = {
    "missing": both("Isi bagian ini.", "Fill this in."),
    "extra_forbidden": both("Bagian ini tidak dikenal. Hapus.", "There is no such field here. Remove it."),
    "literal_error": both("Pilih salah satu: {expected}.", "Choose one of: {expected}."),
    "enum": both("Pilih salah satu: {expected}.", "Choose one of: {expected}."),
    "string_type": both("Isi dengan teks.", "Write a text."),
    "bool_type": both("Isi ya atau tidak (true atau false).", "Write yes or no (true or false)."),
    "bool_parsing": both("Isi ya atau tidak (true atau false).", "Write yes or no (true or false)."),
    "int_type": both("Isi dengan angka bulat.", "Write a whole number."),
    "int_parsing": both("Isi dengan angka bulat.", "Write a whole number."),
    "int_parsing_size": both("Angka ini terlalu besar.", "This number is too large."),
    "int_from_float": both("Isi dengan angka bulat.", "Write a whole number."),
    "float_type": both("Isi dengan angka.", "Write a number."),
    "float_parsing": both("Isi dengan angka.", "Write a number."),
    "finite_number": both("Isi dengan angka yang terhingga.", "Write a finite number."),
    "greater_than": both("Harus lebih dari {gt}.", "More than {gt}."),
    "greater_than_equal": both("Paling sedikit {ge}.", "At least {ge}."),
    "less_than": both("Harus kurang dari {lt}.", "Less than {lt}."),
    "less_than_equal": both("Paling banyak {le}.", "At most {le}."),
    "too_short": both("Isi paling sedikit {min_length}.", "Give at least {min_length}."),
    "too_long": both("Paling banyak {max_length}.", "At most {max_length}."),
    "string_too_short": both("Paling pendek {min_length} huruf.", "At least {min_length} characters."),
    "string_too_long": both("Paling panjang {max_length} huruf.", "At most {max_length} characters."),
    "invalid_key": both("Nama harus teks.", "A name must be text."),
    "list_type": both("Isi sebagai daftar.", "Write a list."),
    "tuple_type": both("Isi sebagai daftar.", "Write a list."),
    "dict_type": both("Isi sebagai nama dan nilai.", "Write names and values."),
    "model_type": both("Isi sebagai nama dan nilai.", "Write names and values."),
    "model_attributes_type": both("Isi sebagai nama dan nilai.", "Write names and values."),
}
NO_FIT = both("Bentuknya tidak cocok.", "The form does not fit.")
NO_FIT_BUT = both("Bentuknya tidak cocok. Yang diminta: {hint}.", "The form does not fit. Wanted: {hint}.")
RULE = both("Perbaiki bagian ini: {complaint}.", "Fix this: {complaint}.")
REFUSED = both("Jenis konektor menolak: {complaint}.", "The kind refused: {complaint}.")
REFUSED_OTHERWISE = "Jenis konektor menolak pengaturan ini. Periksa langkah Sambungan."
REFUSALS: Mapping[str, str] = {  # what a kind says of its own side in a BadRequest, in Indonesian
    "the service is not registered": "alamat layanan itu tidak terdaftar",
    "the service is registered with two connectors": "alamat layanan itu terdaftar pada dua konektor",
    "client_id or redirect_uri is not the registered one": "client_id atau redirect_uri bukan yang terdaftar",
    "two connectors have this entityID": "dua konektor memakai entityID ini",
    "return_url is not registered": "return_url tidak terdaftar",
    "the address for the answer is not registered": "alamat untuk jawaban tidak terdaftar",
}
OTHERWISE = both("Periksa isian ini.", "Check this value.")


def in_words(error: Mapping[str, Any], about: About | None = None, description: str = "") -> Text:
    """Return one error of a ValidationError in both languages. `description` says in English what the field is for."""
    kind, context = str(error["type"]), {name: value for name, value in error.get("ctx", {}).items() if name != "error"}
    if kind in OWN_RULES:
        english = complaint_of(error)
        indonesian = about.in_indonesian(english) if about is not None else ""
        told = RULE["id"].format(complaint=indonesian[:LONGEST]) if indonesian else OTHERWISE["id"]
        return both(told, RULE["en"].format(complaint=english[:LONGEST]))
    if kind == "string_pattern_mismatch":
        hints = {"id": _hint(error, about), "en": description}
        return {language: (NO_FIT_BUT if hint else NO_FIT)[language].format(hint=hint) for language, hint in hints.items()}
    words = FIXES.get(kind, OTHERWISE)
    expected = str(context.get("expected", ""))
    return both(
        words["id"].format_map({**context, "expected": expected.replace(" or ", " atau ")}),
        words["en"].format_map({**context, "expected": expected}),
    )


def refused(reason: str) -> Text:
    """Return what a kind refused, in both languages; on an Indonesian page never its English."""
    known = REFUSALS.get(reason, "")
    told = REFUSED["id"].format(complaint=known) if known else REFUSED_OTHERWISE
    return both(told, REFUSED["en"].format(complaint=reason[:LONGEST]))


def complaint_of(error: Mapping[str, Any]) -> str:
    """Return what a rule of ours said in its ValueError."""
    return str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(".")


def _hint(error: Mapping[str, Any], about: About | None) -> str:
    """Return what to write, in Indonesian: as the words of the field itself say, else those of the list or table it stands in."""
    named = [about.setting(str(part)) for part in reversed(error["loc"])] if about is not None else []
    return next((one.hint for one in named if one is not None and one.hint), "")
