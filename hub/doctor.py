"""`gapura doctor`: what an operator should know before citizens do. Each problem names the command or setting that fixes it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from hub.resources import MASTER_KEY_FILE, Resources, database_url, open_resources
from hub.settings import Settings, SettingsError
from hub.storage.sql.migrate import pending
from kit.expiring import StoreUnavailable

MARKS = {"ok": "✓", "note": "·", "problem": "✗"}
KEY_AGE_NOTE = 180 * 86400


@dataclass(frozen=True, slots=True)
class Finding:
    level: str  # ok, note, problem
    check: str
    text: str
    fix: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.level]

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


async def examine(settings: Settings) -> list[Finding]:
    """Return every finding. Nothing is changed."""
    found = [*_of_settings(settings)]
    steps = await pending(database_url(settings))
    if steps:
        return [*found, Finding("problem", "schema", f"{len(steps)} migrations are missing", "gapura migrate")]
    found.append(Finding("ok", "schema", "up to date"))
    try:
        async with open_resources(settings) as resources:
            found += [finding async for finding in _of_resources(resources)]
    except SettingsError as error:
        found.append(Finding("problem", "resources", str(error)))
    return found


def _of_settings(settings: Settings) -> list[Finding]:
    found = [Finding("ok", "issuer", settings.issuer)]
    if settings.environment != "production":
        found.append(Finding("note", "environment", f"{settings.environment}: not for citizens", "environment = 'production'"))
    folder = settings.storage.data_dir
    if folder.exists():
        free = shutil.disk_usage(folder).free // 2**20
        level = "ok" if free > 1024 else "problem"
        found.append(Finding(level, "disk", f"{free} MiB free", "" if level == "ok" else f"make room on the disk of {folder}"))
        key = folder / MASTER_KEY_FILE
        if key.exists():
            open_to_others = key.stat().st_mode & 0o077
            found.append(
                Finding("problem", "master key", "readable by others", f"chmod 600 {key}")
                if open_to_others
                else Finding("ok", "master key", "file is private")
            )
    if settings.server.trusted_proxies == () and settings.secure:
        found.append(
            Finding("note", "proxies", "no proxy is trusted: every request counts as coming from its peer", "server.trusted_proxies")
        )
    found.extend(
        Finding("note", "outbound", f"{pair} may be reached although it is not public", "outbound.allow")
        for pair in settings.outbound.allow
    )
    return found


async def _of_resources(resources: Resources) -> AsyncIterator[Finding]:
    stores = resources.stores
    started = time.perf_counter()
    people = await stores.people.count()
    yield Finding("ok", "database", f"answers in {(time.perf_counter() - started) * 1000:.0f} ms; {people} people")
    try:
        await resources.expiring.ping()
        yield Finding("ok", "expiring store", "answers")
    except StoreUnavailable as error:
        yield Finding("problem", "expiring store", str(error), "start Redis or check storage.expiring_url")
    keys = await stores.keys.all()
    for alg in ("ES256", "RS256"):
        active = [key for key in keys if key.alg == alg and key.state == "active"]
        if not active:
            yield Finding("problem", "signing keys", f"no active {alg} key", f"gapura keys rotate --alg {alg}")
        elif resources.clock.now() - active[0].changed_at > KEY_AGE_NOTE:
            yield Finding("note", "signing keys", f"{alg} has signed for more than 180 days", f"gapura keys rotate --alg {alg}")
        else:
            yield Finding("ok", "signing keys", f"{alg} {active[0].kid} is active")
    for chain, report in (
        ("audit", await stores.audit.verify()),
        ("consent", await stores.consent.verify()),
        ("disclosures", await stores.disclosures.verify()),
    ):
        yield (
            Finding("ok", f"{chain} chain", f"{report.rows} rows follow from each other")
            if report.intact
            else Finding(
                "problem", f"{chain} chain", f"broken at row {report.broken_at}: {report.reason}", "gapura audit verify; restore a backup"
            )
        )
    for connector in await stores.registry.connectors():
        if connector.enabled and not resources.settings.gate.trusted_proxies:
            yield Finding(
                "problem", "gate", f"{connector.application} is behind the gate, but no proxy may ask about it", "gate.trusted_proxies"
            )
            break
    if os.name == "posix" and resources.settings.storage.master_key is None and resources.settings.environment == "production":
        yield Finding("note", "master key", "lies beside the database; back both up apart", "storage.master_key")
