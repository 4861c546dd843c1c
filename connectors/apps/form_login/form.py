"""Reading a login page: the form that has both fields, where it is sent, and its hidden fields. Bounded; a second page is never fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from connectors.apps.form_login.places import local
from connectors.apps.form_login.settings import FormLoginSettings

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_BYTES = 524_288  # a login page is small; a page larger than this is none
MOST_HIDDEN = 40
MOST_VALUE = 8192
MOST_FORMS = 50  # a page with more of either is no login page
MOST_INPUTS = 500


@dataclass(frozen=True, slots=True)
class Form:
    """A login form as found: the path it is sent to, and its hidden fields as they stand."""

    action: str
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A form of the page with the inputs that are its own: name, type, value."""

    action: str
    method: str
    inputs: list[tuple[str, str, str]] = field(default_factory=list)


def resembles(settings: FormLoginSettings, page: bytes) -> bool:
    """True when `find` would have to read the page. Only this much may be done on the event loop: reading may take long."""
    names = settings.form.fields
    return len(page) <= MOST_BYTES and all(name.encode() in page for name in (names.username, names.password))


def find(settings: FormLoginSettings, page: bytes, at: str) -> Form | None:
    """Return the login form on the page at path `at`; None when there is none, or it is sent anywhere but where the settings say."""
    names = settings.form.fields
    if not resembles(settings, page):
        return None
    import lxml.html  # only the bridge reads pages

    parser = lxml.html.HTMLParser(encoding=settings.form.charset, no_network=True, remove_comments=True)
    try:
        tree = lxml.html.document_fromstring(page.replace(b"\x00", b""), parser=parser)
    except (lxml.etree.ParserError, ValueError):
        return None
    base = next((one.get("href", "") for one in tree.iter("base")), "")
    for form in _forms(tree):
        if not {names.username, names.password} <= {name for name, _, _ in form.inputs}:
            continue
        action = local(settings, _utf8(form.action) or at, local(settings, _utf8(base), at) or at)
        hidden = tuple((name, value) for name, kind, value in form.inputs if kind == "hidden" and name)
        if action is None or action.partition("?")[0] != settings.form.action or form.method != "post":
            continue
        if len(hidden) <= MOST_HIDDEN and all(len(value) <= MOST_VALUE for _, value in hidden):
            return Form(action, hidden)
    return None


def _forms(tree: HtmlElement) -> list[_Found]:
    """Return the forms in one pass, each input in the form that is nearest around it; none when there are more than a login page has."""
    from lxml.etree import iterwalk

    found: list[_Found] = []
    around: list[_Found] = []
    left = MOST_INPUTS
    for event, one in iterwalk(tree, events=("start", "end"), tag=("form", "input")):
        if one.tag == "form":
            if event == "end":
                around.pop()
                continue
            around.append(_Found(one.get("action", "").strip(), one.get("method", "get").lower()))
            found.append(around[-1])
        elif event == "start":
            left -= 1
            if around:
                around[-1].inputs.append((one.get("name", ""), one.get("type", "text").lower(), one.get("value", "")))
        if left < 0 or len(found) > MOST_FORMS:
            return []
    return found


def _utf8(link: str) -> str:
    """Return a link of a page with what is beyond ASCII escaped as UTF-8."""
    return "".join(sign if sign.isascii() else quote(sign, errors="replace") for sign in link)


def filled(
    settings: FormLoginSettings, form: Form, username: str, password: str, claims: tuple[tuple[str, str], ...]
) -> list[tuple[str, str]] | None:
    """Return the fields to send, each name once (FB-05): hidden, fixed, the two of sign-in, and claims. None: a hidden field is missing."""
    own = settings.form
    pairs = {**dict(form.hidden), **own.fixed, **dict(claims), own.fields.username: username, own.fields.password: password}
    return list(pairs.items()) if set(own.hidden) <= {name for name, _ in form.hidden} else None
