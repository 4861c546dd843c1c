"""The pages of the room admin and the walks to their states."""

from __future__ import annotations

from tests.browser.stage import Page

ADMIN: tuple[Page, ...] = ()
