"""The pages of the room idp and the walks to their states."""

from __future__ import annotations

from tests.browser.stage import Page

IDP: tuple[Page, ...] = ()
