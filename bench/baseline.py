"""What connectors are measured against: an empty Starlette handler with one round trip to Redis, served as a worker of Gapura is.

`python -m bench.baseline PORT REDIS_URL`.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
import uvloop
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PATH = "/kosong"
KEY = "kosong"
BODY = "x" * 700  # about what a validation answers


def application(redis_url: str) -> Starlette:
    redis = Redis.from_url(redis_url)

    async def answer(request: Request) -> PlainTextResponse:
        await redis.get(KEY)
        return PlainTextResponse(BODY)

    return Starlette(routes=[Route(PATH, answer)])


async def serve(port: int, redis_url: str) -> None:
    listener = socket.create_server(("127.0.0.1", port), backlog=512)
    config = uvicorn.Config(
        application(redis_url), loop="none", http="httptools", lifespan="off", access_log=False, log_config=None, server_header=False
    )
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2]))
