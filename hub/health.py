"""Whether this process answers and can do its work: what an orchestrator asks, and nobody else."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.resources import Resources
from idp.keys.schedule import KeySchedule
from kit.expiring import StoreUnavailable

log = structlog.get_logger("hub")


class Health:
    """`/healthz`: this process answers. `/readyz`: it can do its work: database, expiring store, keys."""

    def __init__(self, resources: Resources, keys: KeySchedule) -> None:
        self.resources = resources
        self.keys = keys

    async def live(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def ready(self, request: Request) -> Response:
        problems = []
        try:
            await self.resources.expiring.ping()
        except StoreUnavailable:
            problems.append("expiring store")
        try:
            await self.resources.stores.keys.all()
        except Exception as error:  # whatever it is, this worker is not ready; the log says what
            log.warning("database_not_ready", kind=type(error).__name__)
            problems.append("database")
        if not self.keys.jwks()["keys"]:
            problems.append("signing keys")
        headers = {"Cache-Control": "no-store", **({"Retry-After": "5"} if problems else {})}
        return JSONResponse(
            {"status": "not ready" if problems else "ready", "problems": problems}, 503 if problems else 200, headers=headers
        )

    def routes(self) -> list[Route]:
        return [Route("/healthz", self.live, methods=["GET"]), Route("/readyz", self.ready, methods=["GET"])]
