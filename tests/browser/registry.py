"""The list of all pages. A template that is not in it fails the build; adding one is one entry in the table of its room."""

from __future__ import annotations

from tests.browser.pages_admin import ADMIN
from tests.browser.pages_bridge import BRIDGE
from tests.browser.pages_consent import CONSENT
from tests.browser.pages_demo import DEMO
from tests.browser.pages_idp import IDP
from tests.browser.pages_portal import PORTAL
from tests.browser.pages_protection import PROTECTION
from tests.browser.stage import Page
from tests.browser.studio import ROOT
from tests.house.rooms import ROOMS

PAGES: tuple[Page, ...] = (*IDP, *CONSENT, *PORTAL, *ADMIN, *PROTECTION, *BRIDGE, *DEMO)
FOLDERS = sorted(folder for room in ROOMS for folder in (ROOT / room).rglob("templates") if folder.is_dir())

# Pieces that other templates extend or import; they are seen as part of those.
PIECES = frozenset(
    {
        "base.html",
        "macros.html",
        "parts.html",
        "admin/applications/part.html",
        "admin/connectors/part.html",
        "admin/connectors/wizard.html",
        "portal/private.html",
    }
)


def templates_on_disk() -> set[str]:
    """Return every template that can be a page of its own."""
    found = set()
    for folder in FOLDERS:
        for path in folder.rglob("*.html"):
            name = str(path.relative_to(folder))
            if not PIECES & {path.name, name} and not path.name.startswith("_"):
                found.add(name)
    return found
