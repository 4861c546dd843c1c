"""The bridge's pages, at the host of an older system: linking an old account, and each message."""

from __future__ import annotations

from typing import Any

from idp.applications.models import Agency
from tests.browser.stage import Page, Walk, drawn
from tests.browser.studio import APPLICATION

AGENCY = Agency(
    code="2.20.2.21.0.00.03",
    name={"id": "Dinas Komunikasi dan Informatika", "en": "Communication and Informatics Office"},
    short_name="Diskomidag",
    kind="dinas",
    parent=None,
    valid_from="2025-01-01",
    valid_to=None,
    phone="+62355791000",
    phone_display="(0355) 791000",
    hours={"id": "Senin–Jumat 07.30–15.30 WIB", "en": "Monday–Friday 07.30–15.30 WIB"},
    line={"id": "", "en": ""},
)
PLACE: dict[str, Any] = {
    "application": APPLICATION,
    "agency": AGENCY,
    "issuer": "http://localhost:8000",
    "start": "/",
    "may_link": True,
}
MESSAGES = {
    "down": 503,
    "hub_down": 503,
    "unclear": 503,
    "service_refused": 503,
    "store": 503,
    "too_large_page": 502,
    "not_sent": 409,
    "not_genuine": 403,
    "not_allowed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_large": 413,
}


def _link(why: str = "", status: int = 200, **changes: Any) -> Walk:
    return drawn(
        "bridge/link.html", {**PLACE, "why": why, "back": "/", "has": False, "errors": [why] if status >= 400 else [], **changes}, status
    )


def _message(kind: str) -> Walk:
    return drawn("bridge/message.html", {**PLACE, "kind": kind, "reference": "KX9L-EUK5"}, MESSAGES[kind])


BRIDGE = (
    Page(
        "bridge/link.html",
        "A",
        {
            "usual": _link(),
            "linked": _link(has=True),
            "refused": _link("refused", has=True),
            "empty": _link("empty", 400),
            "wrong": _link("wrong", 422),
            "wait": _link("wait", 429),
            "unclear": _link("unclear", 503),
            "agency": _link(may_link=False),
            "agency refused": _link("refused", may_link=False, has=True),
        },
    ),
    Page("bridge/message.html", "A", {kind: _message(kind) for kind in MESSAGES}),
)
