"""`/logo/{client_id}/{digest}`: the approved logo of a client, from our own origin."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.registration.links import logo_path
from idp.registration.logos import parts_of

HEADERS = {
    "Cache-Control": "public, max-age=86400, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'",
}


@dataclass(frozen=True)
class LogoEndpoint:
    registry: Registry
    errors: ErrorPages

    async def __call__(self, request: Request) -> Response:
        """Answer with the picture as it was copied; not found for any other content than the one that is approved now."""
        client = self.registry.now.clients.get(request.path_params["client_id"])
        if client is None or not client.logo or not logo_path(client).endswith(f"/{request.path_params['digest']}"):
            return self.errors.message(request, "not_found", status=404)
        kind, content = parts_of(client.logo)
        return Response(content, headers=HEADERS, media_type=kind)

    def routes(self) -> list[Route]:
        return [Route("/logo/{client_id}/{digest}", self.__call__, methods=["GET"])]
