"""The pages of the room portal and the walks to their states."""

from __future__ import annotations

from tests.browser.stage import Page

PORTAL: tuple[Page, ...] = ()
