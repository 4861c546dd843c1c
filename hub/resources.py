"""What a process holds while it runs: settings, clock, the stores and the keys. Opened once, closed once."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from hub.outbound import lanes, outbound
from hub.settings import Settings, SettingsError
from hub.storage.expiring.memory import MemoryStore
from hub.storage.expiring.sqlite import SqliteStore
from hub.storage.stores import Stores, open_stores
from kit.clock import Clock, SystemClock
from kit.expiring import ExpiringStore
from kit.outbound import Lanes
from kit.secrets import b64url, b64url_decode

MASTER_KEY_FILE = "master.key"


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    clock: Clock
    stores: Stores
    expiring: ExpiringStore
    outbound: httpx.AsyncClient
    sign_outs: httpx.AsyncClient  # a pool of its own: who keeps the other one busy keeps no sign-out back (LO-06)
    older_apis: Lanes  # one for each connector: an API that hangs keeps no other call waiting (C12)
    master_key: bytes = field(repr=False)


def master_key(settings: Settings) -> bytes:
    """Return the master key: the given one, or the embedded one, generated on the very first start only (FT-16)."""
    given = settings.storage.master_key
    if given is not None:
        try:
            key = b64url_decode(given.get_secret_value())
        except ValueError as error:
            raise SettingsError("storage.master_key: must be 32 bytes in base64url without padding") from error
        if len(key) != 32:
            raise SettingsError("storage.master_key: must be 32 bytes in base64url without padding")
        return key
    path = settings.storage.data_dir / MASTER_KEY_FILE
    if path.exists():
        return _read_key(path)
    if (settings.storage.data_dir / "gapura.db").exists():
        raise SettingsError(f"{path}: missing, although the database exists; put the file back, nothing is readable without it")
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(b64url(key))
        file.flush()
        os.fsync(descriptor)
    return key


def _read_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"{path}: readable by others; run chmod 600 on it")
    try:
        key = b64url_decode(path.read_text().strip())
    except ValueError as error:
        raise SettingsError(f"{path}: damaged; put the right file back") from error
    if len(key) != 32:
        raise SettingsError(f"{path}: damaged; put the right file back")
    return key


def database_url(settings: Settings) -> str:
    """Return the URL of the database; the embedded one's key is there before its file is, whatever command comes first."""
    if settings.storage.database_url:
        return settings.storage.database_url
    settings.storage.data_dir.mkdir(parents=True, exist_ok=True)
    master_key(settings)
    return f"sqlite+aiosqlite:///{(settings.storage.data_dir / 'gapura.db').absolute()}"


def open_expiring(settings: Settings, clock: Clock) -> ExpiringStore:
    url = settings.storage.expiring_url
    if url == "memory":
        return MemoryStore(clock)
    if url:
        from hub.storage.expiring.redis import RedisStore  # only a deployment with Redis needs the package

        return RedisStore(url)
    settings.storage.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteStore(settings.storage.data_dir / "expiring.db", clock)


@asynccontextmanager
async def open_resources(settings: Settings, clock: Clock | None = None, *, read_only: bool = False) -> AsyncIterator[Resources]:
    """Open everything, hand it out, and close it. The schema must be current: `gapura migrate` brings it there.

    `read_only`: the database refuses every write, and what is kept for a while is kept in this process alone.
    """
    moment = clock or SystemClock()
    key = master_key(settings)
    stores = await open_stores(database_url(settings), key, moment, read_only=read_only)
    try:
        expiring = MemoryStore(moment) if read_only else open_expiring(settings, moment)
        try:
            reach = settings.outbound
            async with outbound(reach) as client, outbound(reach) as sign_outs, lanes(reach) as older_apis:
                yield Resources(settings, moment, stores, expiring, client, sign_outs, older_apis, key)
        finally:
            await expiring.aclose()
    finally:
        await stores.aclose()
