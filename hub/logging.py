"""Logs: one JSON line each, static event names, ids only. A last processor takes out what must never be written, should a caller slip."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

LONG_NUMBER = re.compile(r"\d{10,}")
FORBIDDEN = frozenset(
    {"password", "sandi", "nik", "nip", "name", "nama", "phone", "phone_number", "email", "code", "token", "secret", "cookie"}
)


def scrub(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values of forbidden fields, and every run of ten digits or more, by a mark (LG-27, PV-01)."""
    for key, value in event.items():
        if key in FORBIDDEN:
            event[key] = "[hidden]"
        elif isinstance(value, str) and key not in ("event", "timestamp", "level"):
            event[key] = LONG_NUMBER.sub("[digits]", value)
    return event


def render(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(event, default=str).decode()


def configure(level: str) -> None:
    """Send structlog and the standard library's log through the same processors to standard error."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("authlib", "asyncio", "aiosqlite"):
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    for name in ("httpx", "httpcore", "sqlalchemy"):  # they would log whole URLs, and statements with their values
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
