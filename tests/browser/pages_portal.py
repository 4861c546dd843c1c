"""The portal's pages: the public ones, and the citizen's own."""

from __future__ import annotations

import httpx

from tests.browser.stage import Page, Stage, Walk


def _public(path: str) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.browser()).go(path)

    return walk


def _citizen(path: str) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.citizen()).go(path)

    return walk


PORTAL: tuple[Page, ...] = ()
