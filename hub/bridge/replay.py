"""Signing in at an older system as a person would: fetch its page, fill in its form, send it once, and see what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

from connectors.apps.form_login.form import MOST_BYTES, filled, find
from connectors.apps.form_login.judge import Outcome, Told, judge
from connectors.apps.form_login.places import face, local
from hub.bridge.errors import SignInUnclear
from hub.bridge.headers import Pairs, RawHeaders, to_older
from hub.bridge.jar import Jar, new_jar
from hub.bridge.upstream import Older, Reply
from idp.vault import Held

MOST_HOPS = 3
AS_A_BROWSER: RawHeaders = (
    (b"accept", b"text/html,application/xhtml+xml"),
    (b"accept-language", b"id,en;q=0.5"),
    (b"user-agent", b"Mozilla/5.0 (compatible; Gapura)"),
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A filled form on the point of being sent: nothing of the credential has left yet."""

    target: str
    at: str
    jar: Jar
    pairs: list[tuple[str, str]] = field(repr=False)


async def prepare(older: Older, held: Held, fields: tuple[tuple[str, str], ...], now: int, *, who: str) -> Ready:
    """Fetch the page and fill in its form. Raise SignInUnclear when the page is not as the settings say, OlderDown when it does not come.

    Redirects are followed on the older system itself, a few (FB-03). `who` is the person for whom all this is.
    """
    settings, jar, at = older.settings, new_jar(), older.settings.form.page
    for _ in range(MOST_HOPS + 1):
        reply = await older.ask("GET", at, to_older(settings, AS_A_BROWSER, jar.header(at, now)), most=MOST_BYTES, who=who)
        jar = jar.after(settings, reply.set_cookies, at, now)
        onward = reply.one("location") if reply.status in (301, 302, 303, 307, 308) else ""
        if not onward:
            break
        following = local(settings, onward, at)
        if following is None:
            raise SignInUnclear("the login page leads to another host")
        at = following
    else:
        raise SignInUnclear("the login page redirects again and again")
    form = await older.read(reply.body, partial(find, settings, reply.body, at)) if reply.status == 200 else None
    if form is None:
        raise SignInUnclear("the login page has no such form")
    pairs = filled(settings, form, held.username, held.password, fields)
    if pairs is None:
        raise SignInUnclear("a hidden field is missing")
    return Ready(form.action, at, jar, pairs)


async def send(older: Older, ready: Ready, now: int, *, who: str) -> tuple[Outcome, Jar]:
    """Send the form, once. What it answers is judged here and goes no further: it may repeat what was typed (FB-01)."""
    settings, jar = older.settings, ready.jar
    body = urlencode(ready.pairs, encoding=settings.form.charset, errors="xmlcharrefreplace").encode("ascii")  # as browsers do
    headers: Pairs = [
        *to_older(settings, AS_A_BROWSER, jar.header(ready.target, now)),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", face(settings)),
        ("Referer", face(settings) + ready.at.partition("?")[0]),
    ]
    reply: Reply = await older.ask("POST", ready.target, headers, body, most=MOST_BYTES, who=who)
    after = jar.after(settings, reply.set_cookies, ready.target, now)
    told = Told(reply.status, reply.one("location"), {line.partition("=")[0].strip() for line in reply.set_cookies}, reply.body)
    outcome = judge(settings, told)
    if outcome is Outcome.ACCEPTED and settings.session_cookie and settings.session_cookie not in after.names():
        return Outcome.UNCLEAR, after
    return outcome, after
