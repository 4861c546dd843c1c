"""The pages of the room consent and the walks to their states."""

from __future__ import annotations

from tests.browser.stage import Page

CONSENT: tuple[Page, ...] = ()
