"""What a worker does beside answering: follow changes made elsewhere, write counters, forget what is past its time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

log = structlog.get_logger("hub")

Job = Callable[[], Awaitable[None]]


class Maintenance:
    """Runs each job for ever at its own pace (seconds). A job that fails is logged and tried again; it never ends the worker."""

    def __init__(self, jobs: list[tuple[str, float, Job]]) -> None:
        self.jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._repeat(*job), name=job[0]) for job in self.jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _repeat(self, name: str, seconds: float, job: Job) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await job()
            except Exception as error:
                log.warning("maintenance_failed", job=name, kind=type(error).__name__)
