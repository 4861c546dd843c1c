"""`/lanjut/{id}`: where every page returns to, and `/masuk`: where a bookmark of the sign-in page leads."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.interaction.dispatcher import Dispatcher

HOME = "/beranda"


@dataclass(frozen=True, slots=True)
class Resume:
    dispatcher: Dispatcher

    async def resume(self, request: Request) -> Response:
        found = await self.dispatcher.load(request, request.path_params["id"])
        return found if isinstance(found, Response) else await self.dispatcher.proceed(request, found)

    async def plain(self, request: Request) -> Response:
        """A sign-in page without an application leads to the person's own pages; who is signed in may choose another account (UX LG-11)."""
        draft = self.dispatcher.draft(request, door="portal", reply={"to": HOME}, choose_account=True)
        return await self.dispatcher.begin(request, draft)

    def routes(self) -> list[Route]:
        return [Route("/lanjut/{id}", self.resume, methods=["GET"]), Route("/masuk", self.plain, methods=["GET"])]
