"""`/periksa/jangkar.json`: the signed ends of the record's chains, for whoever keeps them so that nobody rewrites the record unseen.

Older pages never change, so a keeper asks only for what is new (`?sejak=`). The page is made at most once a minute.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.anchors import PAGE, Anchors
from kit.clock import Clock
from portal.pages.checking import PUBLIC

MAX_NUMBER = 10**9
FRESH = 60


@dataclass
class AnchorPage:
    anchors: Anchors
    clock: Clock
    _newest: tuple[int, bytes] = field(default=(-FRESH, b""))

    async def show(self, request: Request) -> Response:
        since = request.query_params.get("sejak", "")
        if since and not (since.isascii() and since.isdecimal() and 1 <= int(since[:12]) <= MAX_NUMBER):
            return Response(orjson.dumps({"error": "sejak: 1 …"}), 400, headers=PUBLIC, media_type="application/json")
        body = await self._body(int(since)) if since else await self._page()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {**PUBLIC, "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    async def _page(self) -> bytes:
        """Return the newest anchors, made anew once a minute."""
        made_at, body = self._newest
        now = self.clock.now()
        if now - made_at >= FRESH:
            newest = await self.anchors.store.newest()
            body = await self._body(max(1, newest.number - PAGE + 2) if newest is not None else 1)
            self._newest = now, body
        return body

    async def _body(self, since: int) -> bytes:
        return orjson.dumps(await self.anchors.published(since))

    def routes(self) -> list[Route]:
        return [Route("/periksa/jangkar.json", self.show, methods=["GET"])]
