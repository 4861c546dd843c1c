"""The old session of one person at one older system: its cookies. They stay here; a browser never gets one.

A jar lies sealed in the expiring store under the name of the gate session, and lives under the guards of session, permission and
application: what ends the gate session ends the old one, for us, in the same instant. Each sign-in makes a new jar with an id of its own;
an answer that was asked for with an earlier one changes nothing in it.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from weakref import WeakValueDictionary

import orjson

from connectors.apps.form_login.settings import FormLoginSettings
from hub.bridge.visit import Visit
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.sealing import KeyRing
from kit.secrets import new_id

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")  # a token, RFC 9110 §5.6.2
VALUE = re.compile(r'[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e", \\]{0,4096}')  # printable, no semicolon: older programs put commas in
MOST = 40


@dataclass(frozen=True, slots=True)
class Jar:
    """Cookies by (name, path): value, and when it ends (seconds UTC; 0: with the session). `born` names the sign-in that began it."""

    born: str
    cookies: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict, repr=False)

    def header(self, path: str, now: int) -> str:
        """Return the Cookie header for a request at this path, longest paths first. RFC 6265 §5.4."""
        fits = [
            (len(at), name, value) for (name, at), (value, ends) in self.cookies.items() if _matches(path, at) and (not ends or now < ends)
        ]
        return "; ".join(f"{name}={value}" for _, name, value in sorted(fits, key=lambda one: -one[0]))

    def after(self, settings: FormLoginSettings, lines: Iterable[str], path: str, now: int) -> Jar:
        """Return the jar after an answer with these Set-Cookie lines to a request at this path. What is not well made is left out."""
        kept = dict(self.cookies)
        for line in lines:
            read = _read(settings, line, path, now)
            if read is None:
                continue
            name, at, value, ends = read
            kept.pop((name, at), None)
            if value is not None and len(kept) < MOST:
                kept[name, at] = (value, ends)
        return Jar(self.born, kept)

    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.cookies)

    def encode(self) -> bytes:
        return orjson.dumps([self.born, [[*key, *value] for key, value in self.cookies.items()]])

    @classmethod
    def decode(cls, raw: bytes) -> Jar:
        born, rows = orjson.loads(raw)
        return cls(born, {(name, at): (value, ends) for name, at, value, ends in rows})


def new_jar() -> Jar:
    return Jar(new_id())


def _read(settings: FormLoginSettings, line: str, path: str, now: int) -> tuple[str, str, str | None, int] | None:
    """Return name, path, value (None: it is to be forgotten) and end of a Set-Cookie line. RFC 6265 §5.2."""
    pair, *attributes = line[:8192].split(";")
    name, sign, value = (part.strip() for part in pair.partition("="))
    if not sign or not NAME.fullmatch(name) or not VALUE.fullmatch(value):
        return None
    told = {key.strip().lower(): word.strip() for key, _, word in (one.partition("=") for one in attributes)}
    domain = told.get("domain", "").lstrip(".").lower()
    if domain and not _is_ours(settings, domain):
        return None
    at = told.get("path", "")
    at = at if at.startswith("/") else path.partition("?")[0].rpartition("/")[0] or "/"
    ends = _ends(told, now)
    return name, at[:200], None if ends is not None and ends <= now else value, ends or 0


def _ends(told: Mapping[str, str], now: int) -> int | None:
    """Return when a cookie ends; None: it says nothing of that. Max-Age counts before Expires."""
    age = told.get("max-age", "")
    if re.fullmatch(r"-?\d{1,12}", age):
        return now + int(age)
    try:
        return int(parsedate_to_datetime(told["expires"].replace("-", " ")).timestamp()) if told.get("expires") else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _is_ours(settings: FormLoginSettings, domain: str) -> bool:
    hosts = [one.partition("://")[2].partition(":")[0] for one in (settings.base_url, settings.upstream, *settings.aliases)]
    return any(host == domain or host.endswith(f".{domain}") for host in hosts)


def _matches(path: str, at: str) -> bool:
    bare = path.partition("?")[0]
    return bare == at or (bare.startswith(at) and (at.endswith("/") or bare[len(at)] == "/"))


class Jars:
    """Where jars are kept."""

    def __init__(self, store: ExpiringStore, ring: KeyRing, clock: Clock) -> None:
        self.store = store
        self.ring = ring
        self.clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def of(self, visit: Visit) -> Jar | None:
        """Return the jar that is alive: none of its guards has moved."""
        raw = await self.store.get(visit.key)
        return Jar.decode(self.ring.open(base64.b64decode(raw), visit.key)) if raw is not None else None

    async def begin(self, visit: Visit, jar: Jar) -> bool:
        """Keep a new jar; False when anything it lives under has moved since the gate was asked."""
        return await self._put(visit, jar)

    async def note(self, visit: Visit, jar: Jar, lines: list[str], path: str) -> None:
        """Take over what an answer set, into the jar it was asked with, as that stands now."""
        if not lines:
            return
        lock = self._locks.setdefault(visit.key, asyncio.Lock())
        async with lock:
            present = await self.of(visit)
            if present is None or present.born != jar.born:
                return
            changed = present.after(visit.settings, lines, path, self.clock.now())
            if changed != present:
                await self._put(visit, changed)

    async def drop(self, visit: Visit, jar: Jar | None = None) -> None:
        """Forget the jar; with `jar`, only when it is still that one."""
        present = await self.of(visit) if jar is not None else None
        if jar is None or (present is not None and present.born == jar.born):
            await self.store.delete(visit.key)

    async def _put(self, visit: Visit, jar: Jar) -> bool:
        seconds = min(visit.settings.session_seconds, visit.gate.expires_at - self.clock.now())
        return await self.store.put(Put(visit.key, base64.b64encode(self.ring.seal(jar.encode(), visit.key)), seconds, visit.guards))
