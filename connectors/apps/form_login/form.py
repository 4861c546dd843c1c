"""Reading a login page: the form that has both fields, where it is sent, and its hidden fields. Bounded; a second page is never fetched."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.apps.form_login.places import local
from connectors.apps.form_login.settings import FormLoginSettings

MOST_BYTES = 524_288  # a login page is small; a page larger than this is none
MOST_HIDDEN = 40
MOST_VALUE = 8192


@dataclass(frozen=True, slots=True)
class Form:
    """A login form as found: the path it is sent to, and its hidden fields as they stand."""

    action: str
    hidden: tuple[tuple[str, str], ...]


def find(settings: FormLoginSettings, page: bytes, at: str) -> Form | None:
    """Return the login form on the page at path `at`; None when there is none, or it is sent anywhere but where the settings say."""
    names = settings.form.fields
    if len(page) > MOST_BYTES or any(name.encode() not in page for name in (names.username, names.password)):
        return None
    import lxml.html  # only the bridge reads pages

    parser = lxml.html.HTMLParser(encoding=settings.form.charset, no_network=True, remove_comments=True)
    try:
        tree = lxml.html.document_fromstring(page.replace(b"\x00", b""), parser=parser)
    except (lxml.etree.ParserError, ValueError):
        return None
    base = next((one.get("href", "") for one in tree.iter("base")), "")
    for form in tree.iter("form"):
        inputs = [(one.get("name", ""), one.get("type", "text").lower(), one.get("value", "")) for one in form.iter("input")]
        if not {names.username, names.password} <= {name for name, _, _ in inputs}:
            continue
        action = local(settings, form.get("action", "").strip() or at, local(settings, base, at) or at)
        hidden = tuple((name, value) for name, kind, value in inputs if kind == "hidden" and name)
        if action is None or action.partition("?")[0] != settings.form.action or form.get("method", "get").lower() != "post":
            continue
        if len(hidden) <= MOST_HIDDEN and all(len(value) <= MOST_VALUE for _, value in hidden):
            return Form(action, hidden)
    return None


def filled(
    settings: FormLoginSettings, form: Form, username: str, password: str, claims: tuple[tuple[str, str], ...]
) -> list[tuple[str, str]] | None:
    """Return the fields to send, each name once (FB-05): hidden, fixed, the two of sign-in, and claims. None: a hidden field is missing."""
    own = settings.form
    pairs = {**dict(form.hidden), **own.fixed, **dict(claims), own.fields.username: username, own.fields.password: password}
    return list(pairs.items()) if set(own.hidden) <= {name for name, _ in form.hidden} else None
