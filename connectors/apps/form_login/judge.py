"""What came of a try to sign in, by the settings; and whether a page says that nobody is signed in there any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from connectors.apps.form_login.form import find
from connectors.apps.form_login.places import local
from connectors.apps.form_login.settings import FormLoginSettings
from connectors.paths import is_at_or_below


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # the older system said no to this password, or what it said was not success: never tried again by itself (FB-07)
    UNCLEAR = "unclear"  # it answered neither yes nor no: it is broken, busy, or sent us elsewhere


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the older system as far as it is judged: `location` as it came, `cookies` the names that it set."""

    status: int
    location: str
    cookies: Collection[str]
    body: bytes


def judge(settings: FormLoginSettings, told: Told) -> Outcome:
    """Return what the answer to the sent form says. Failure is asked first: a page may say both."""
    form, success = settings.form, settings.form.success
    if told.status >= 500 or told.status in (408, 425, 429):
        return Outcome.UNCLEAR
    if form.failure_text and _says(settings, told.body, form.failure_text):
        return Outcome.REFUSED
    path = local(settings, told.location, form.action) if told.location else ""
    if path is None:
        return Outcome.UNCLEAR  # another host: nothing follows there (FB-03), and it is no word about the password
    bare = path.partition("?")[0]
    holds = (
        told.status == success.status
        and (not success.location or bare == success.location or (success.location.endswith("/") and bare.startswith(success.location)))
        and (not success.cookie or success.cookie in told.cookies)
        and (not success.text or _says(settings, told.body, success.text))
        and not (bare == form.page if success.location else is_at_or_below(form.page, bare))
    )
    return Outcome.ACCEPTED if holds else Outcome.REFUSED


def is_lost(settings: FormLoginSettings, told: Told, at: str) -> bool:
    """True when the answer to a request at path `at` means that the old session is over: it asks to sign in."""
    if told.status == 401:
        return True
    if told.location and told.status in (301, 302, 303, 307, 308):
        path = local(settings, told.location, at)
        return path is not None and is_at_or_below(settings.form.page, path)
    return find(settings, told.body, at) is not None


def _says(settings: FormLoginSettings, body: bytes, text: str) -> bool:
    return text.encode(settings.form.charset, "xmlcharrefreplace") in body
