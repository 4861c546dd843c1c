"""Answers on the sockets of all five in one event loop: the port that was reached says which system is meant."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.demo.child import told
from hub.demo.systems.aduan import Aduan
from hub.demo.systems.arsip import Arsip
from hub.demo.systems.eoffice import EOffice
from hub.demo.systems.front import LOOKS, Front
from hub.demo.systems.pajak import Pajak
from hub.demo.systems.simpeg import Simpeg


class System(Protocol):
    def routes(self) -> list[BaseRoute]: ...


def simpeg(front: Front, own: Mapping[str, Any]) -> System:
    return Simpeg(front, own["keys"], own["accounts"], own["unit_codes"])


def arsip(front: Front, own: Mapping[str, Any]) -> System:
    return Arsip(front)


def eoffice(front: Front, own: Mapping[str, Any]) -> System:
    return EOffice(front, own["key"], own["accounts"])


def pajak(front: Front, own: Mapping[str, Any]) -> System:
    return Pajak(front, own["keys"][0], own["accounts"])


def aduan(front: Front, own: Mapping[str, Any]) -> System:
    return Aduan(front, own["accounts"])


MAKERS = {"simpeg": simpeg, "arsip-daerah": arsip, "e-office": eoffice, "pajak-daerah": pajak, "aduan-warga": aduan}


def app_of(name: str, own: Mapping[str, Any]) -> ASGIApp:
    """Return the system of this name, from what it was told."""
    return Starlette(routes=[*MAKERS[name](Front(**own["front"]), own).routes(), *LOOKS.routes()])


class ByPort:
    """Gives each request to the system whose port it came to."""

    def __init__(self, apps: Mapping[int, ASGIApp]) -> None:
        self.apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.apps.get(scope["server"][1]) or PlainTextResponse("not found", 404)
        await app(scope, receive, send)


def main() -> None:
    systems = told()["systems"]
    sockets = {name: socket.socket(fileno=own["socket"]) for name, own in systems.items()}
    apps = {sockets[name].getsockname()[1]: app_of(name, own) for name, own in systems.items()}
    config = uvicorn.Config(
        ByPort(apps), access_log=False, log_level="warning", lifespan="off", server_header=False, proxy_headers=False, ws="none"
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=list(sockets.values())))


if __name__ == "__main__":
    main()
