"""Which language a page speaks, and how its words are chosen.

Every text a person reads is written where it stands, in both languages: `t("Masuk", "Sign in")`. A text from data is a mapping
`{"id": …, "en": …}` and goes through `pick`. The choice comes from `?lang=`, then the cookie, then the request's own preference
(`ui_locales`, profile), then Indonesian.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone

from starlette.requests import Request

LANGUAGES = ("id", "en")
COOKIE = "gapura_lang"
WIB = timezone(timedelta(hours=7), "WIB")
MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}

Say = Callable[..., str]


def language_of(request: Request, preferred: str = "") -> str:
    """Return `id` or `en`. `preferred` is a space-separated list of BCP 47 tags, most wanted first (OIDC Core §3.1.2.1 ui_locales)."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    kept = request.cookies.get(COOKIE, "")
    if kept in LANGUAGES:
        return kept
    for tag in preferred.split():
        if tag.split("-")[0].lower() in LANGUAGES:
            return tag.split("-")[0].lower()
    return "id"


def sayer(language: str) -> Say:
    """Return `t(id, en, **values)`: the text of the language, with `{name}` replaced."""

    def t(indonesian: str, english: str, **values: object) -> str:
        text = english if language == "en" else indonesian
        return text.format(**values) if values else text

    return t


def pick(text: Mapping[str, str] | str | None, language: str) -> str:
    """Return the text of the language from `{"id": …, "en": …}`; Indonesian when the other is missing."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("id", "")


def day(moment: int, language: str = "id") -> str:
    """Return `24 November 2026`, in WIB."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(WIB)
    return f"{local.day} {MONTHS[language][local.month - 1]} {local.year}"


def time_of_day(moment: int) -> str:
    """Return `09.12 WIB`."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(WIB)
    return f"{local.hour:02d}.{local.minute:02d} WIB"


def moment_text(moment: int, language: str = "id") -> str:
    """Return `24 November 2026 pukul 09.12 WIB`."""
    joint = "at" if language == "en" else "pukul"
    return f"{day(moment, language)} {joint} {time_of_day(moment)}"
