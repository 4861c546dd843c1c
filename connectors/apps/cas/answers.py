"""What a validation answers: XML of CAS 2 and 3, JSON of CAS 3, two lines of CAS 1. CAS 3.0 §2.4 to §2.7, appendix A.

Every value is escaped, and everything outside ASCII written as a character reference: a client that reads Latin-1 gets the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

import orjson

from connectors.apps.cas.settings import OWN_ATTRIBUTES
from connectors.apps.cas.tickets import Granted
from connectors.contract import Answer

NAMESPACE = "http://www.yale.edu/tp/cas"
XML = {"Content-Type": "application/xml; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


class Refused(Exception):
    """A ticket, or a proxy ticket, is not given. `code` is of CAS 3.0 §2.5.3; `text` quotes nothing that was received."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Success:
    """A ticket that was good. `attributes` is None where the protocol has none (CAS 2); `iou` names a proxy-granting ticket."""

    user: str
    attributes: tuple[tuple[str, str], ...] | None
    iou: str = ""
    proxies: tuple[str, ...] = ()


def told_of(granted: Granted, *, attributes: bool, iou: str) -> Success:
    """Return what is told of a good ticket, with the three attributes that CAS 3.0 §2.5.7 has for every sign-in."""
    at = datetime.fromtimestamp(granted.authenticated, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    own = zip(OWN_ATTRIBUTES, (at, "true" if granted.fresh else "false", "false"), strict=True)
    return Success(granted.user, (*own, *granted.attributes) if attributes else None, iou, granted.proxies)


def success(told: Success, *, json: bool) -> Answer:
    if json:
        body: dict[str, object] = {"user": told.user}
        if told.attributes is not None:
            body["attributes"] = dict(told.attributes)
        if told.iou:
            body["proxyGrantingTicket"] = told.iou
        if told.proxies:
            body["proxies"] = told.proxies
        return _json({"authenticationSuccess": body})
    lines = [f"    {_element('user', told.user)}"]
    if told.attributes is not None:
        inside = "\n".join(f"      {_element(name, value)}" for name, value in told.attributes)
        lines.append(f"    <cas:attributes>\n{inside}\n    </cas:attributes>")
    if told.iou:
        lines.append(f"    {_element('proxyGrantingTicket', told.iou)}")
    if told.proxies:
        inside = "\n".join(f"      {_element('proxy', proxy)}" for proxy in told.proxies)
        lines.append(f"    <cas:proxies>\n{inside}\n    </cas:proxies>")
    return _xml(["  <cas:authenticationSuccess>", *lines, "  </cas:authenticationSuccess>"])


def failure(refused: Refused, *, json: bool, of: str = "authenticationFailure") -> Answer:
    if json:
        return _json({of: {"code": refused.code, "description": refused.text}})
    return _xml([f"  <cas:{of} code={quoteattr(refused.code)}>{_text(refused.text)}</cas:{of}>"])


def proxy_ticket(ticket: str, *, json: bool) -> Answer:
    if json:
        return _json({"proxySuccess": {"proxyTicket": ticket}})
    return _xml(["  <cas:proxySuccess>", f"    {_element('proxyTicket', ticket)}", "  </cas:proxySuccess>"])


def plain(user: str | None) -> Answer:
    """Return the answer of CAS 1: two lines. CAS 3.0 §2.4.2."""
    return Answer(200, PLAIN, f"yes\n{user}\n" if user is not None else "no\n\n")


def _element(name: str, value: str) -> str:
    return f"<cas:{name}>{_text(value)}</cas:{name}>"


def _text(value: str) -> str:
    return escape(value, {"\r": "&#13;"}).encode("ascii", "xmlcharrefreplace").decode()


def _xml(lines: Sequence[str]) -> Answer:
    inside = "\n".join(lines)
    return Answer(200, XML, f'<cas:serviceResponse xmlns:cas="{NAMESPACE}">\n{inside}\n</cas:serviceResponse>\n')


def _json(response: dict[str, object]) -> Answer:
    return Answer(200, JSON, orjson.dumps({"serviceResponse": response}).decode())
