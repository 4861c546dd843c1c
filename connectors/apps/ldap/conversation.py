"""One connection, without the connection: who has bound, and what each request is answered. RFC 4511, RFC 4513.

Nothing but the rootDSE is told to a stranger, and nothing at all without TLS. Every request looks again whether whoever bound may still be
answered: a connection kept open outlives neither a withdrawal nor a disabled application.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from connectors.apps.ldap import dn, messages, pages
from connectors.apps.ldap import search as searches
from connectors.apps.ldap.messages import Abandon, Bind, Extended, Message, Result, Search, Unbind, Unserved, result
from connectors.apps.ldap.settings import LdapSettings
from connectors.contract import Connector
from connectors.directory import DirectoryDesk, Found, Refused, Reply, Then, TooManyGuesses, Unreadable
from kit.expiring import StoreUnavailable
from kit.secrets import digest, same

KIND = "ldap"
MOST_PASSWORD = 256  # bytes
# Told to whoever holds a good password, and to nobody else.
NOT_NOW = "kata sandi benar, tetapi aplikasi ini belum boleh dimasuki: buka portal"
REFUSED_METHODS = "only simple binds over TLS"
WHOLE_ANSWER = {Bind: messages.BOUND, Search: messages.DONE, Extended: messages.EXTENDED_DONE}


@dataclass(frozen=True, slots=True)
class Bound:
    """Who this connection is. `found` is None for the system itself; `secret` is the digest of what it bound with."""

    connector: str
    name: str = field(repr=False)
    found: Found | None = None
    secret: str = field(default="", repr=False)


class LdapConversation:
    """Implements connectors.directory.Conversation. Messages are answered one after the other."""

    def __init__(self, desk: DirectoryDesk, peer: str) -> None:
        self.desk = desk
        self.peer = peer
        self.bound: Bound | None = None

    @property
    def known(self) -> bool:
        return self.bound is not None

    def cut(self, buffer: bytearray) -> bytes | None:
        return messages.cut(buffer)

    def goodbye(self, *, fault: bool) -> bytes:
        return messages.disconnection(Result.PROTOCOL_ERROR if fault else Result.UNAVAILABLE)

    async def answer(self, message: bytes, *, secure: bool) -> Reply:
        request = messages.read(message)
        operation = request.operation
        if isinstance(operation, Unbind):
            return Reply(then=Then.CLOSE)
        if isinstance(operation, Abandon):
            return Reply()  # what it names was answered before it was read
        if isinstance(operation, Unserved):
            return Reply(result(request.id, operation.answer, Result.UNWILLING, "this directory is read-only"))
        tag = WHOLE_ANSWER[type(operation)]
        if any(one.critical and not (one.oid == messages.PAGED and isinstance(operation, Search)) for one in request.controls):
            return Reply(result(request.id, tag, Result.UNAVAILABLE_CRITICAL_EXTENSION))
        try:
            if isinstance(operation, Bind):
                code, text = await self._bind(operation, secure)
                return Reply(result(request.id, tag, code, text), Then.CLOSE if code is Result.BUSY else Then.GO_ON)
            if isinstance(operation, Search):
                return await self._search(request, operation, secure)
            return await self._extended(request.id, operation, secure)
        except StoreUnavailable:
            return Reply(result(request.id, tag, Result.UNAVAILABLE))

    async def _bind(self, bind: Bind, secure: bool) -> tuple[Result, str]:
        """Return the result; whoever was bound before is not any more, whatever it is. RFC 4511 §4.2.1."""
        self.bound = None
        if bind.version != 3:
            return Result.PROTOCOL_ERROR, "version 3 only"
        if bind.password is None:
            return Result.METHOD_NOT_SUPPORTED, REFUSED_METHODS
        if not secure:
            return Result.CONFIDENTIALITY_REQUIRED, REFUSED_METHODS
        if not bind.password:  # taken for a success, it would let anybody in anywhere (RFC 4513 §5.1.2)
            return (Result.UNWILLING if bind.name else Result.INAPPROPRIATE_AUTHENTICATION), "a name and a password are needed"
        connector, uid = self._named(bind.name)
        password = bind.password.decode(errors="replace") if len(bind.password) <= MOST_PASSWORD else ""
        try:
            outcome = await self._proven(connector, uid, password) if connector is not None else None
            if isinstance(outcome, Bound):
                self.bound = outcome
                return Result.SUCCESS, ""
            if outcome is not None:
                return Result.INVALID_CREDENTIALS, NOT_NOW
            await self.desk.failed(connector, uid, self.peer)
        except TooManyGuesses:
            return Result.BUSY, ""
        return Result.INVALID_CREDENTIALS, ""

    def _named(self, text: str) -> tuple[Connector | None, str]:
        """Return which connector's name this is, and the uid; no uid: the system itself. A base that two connectors have is nobody's."""
        try:
            name = dn.parse(text)
        except Unreadable:
            return None, ""
        plain = dn.normal(name)
        found = [one for one in self.desk.connectors() if plain[1:] == dn.normal_of(_of(one).base_dn)]
        if len(found) != 1:
            return None, ""
        if plain == dn.normal_of(_of(found[0]).bind):
            return found[0], ""
        ((attribute, value), *more) = name[0]
        return (found[0], value) if attribute == "uid" and not more else (None, "")

    async def _proven(self, connector: Connector, uid: str, password: str) -> Bound | Refused | None:
        settings = _of(connector)
        if not uid:
            good = [one for one in connector.secrets_at("bind", self.desk.now) if same(one, password)]
            return Bound(connector.id, settings.bind, secret=digest(good[0])) if good else None
        found = await self.desk.with_password(connector, uid, password)
        if not isinstance(found, Found):
            return found
        await self.desk.told(connector, found, frozenset({settings.uid}) - {"sub"})
        return Bound(connector.id, searches.name_of(found, settings), found)

    async def _standing(self) -> tuple[Connector, Found | None] | None:
        """Return for whom a request may be answered now; None when that ended since the bind."""
        bound = self.bound
        connector = next((one for one in self.desk.connectors() if bound is not None and one.id == bound.connector), None)
        if bound is None or connector is None:
            return None
        if bound.found is None:
            good = any(same(digest(one), bound.secret) for one in connector.secrets_at("bind", self.desk.now))
            return (connector, None) if good else None
        found = await self.desk.again(connector, bound.found)
        return (connector, found) if found is not None else None

    async def _search(self, request: Message, search: Search, secure: bool) -> Reply:
        def done(code: Result, text: str = "", data: bytes = b"", controls: bytes = b"") -> Reply:
            return Reply(data + result(request.id, messages.DONE, code, text, controls=controls))

        if not search.base.strip() and search.scope == searches.ITSELF:
            return done(Result.SUCCESS, data=pages.root(request.id, search, secure))
        if not secure:
            return done(Result.CONFIDENTIALITY_REQUIRED)
        try:
            size = pages.asked(request.controls)
        except Unreadable:
            return done(Result.UNWILLING, "there is no further page")
        standing = await self._standing()
        if standing is None:
            return done(Result.INSUFFICIENT_ACCESS, "bind first")
        connector, self_found = standing
        settings = _of(connector)
        limit = min(n for n in (settings.size_limit, search.size, size) if n)
        try:
            wanted = searches.about(search, settings)
        except Unreadable:
            return done(Result.INVALID_DN)
        if isinstance(wanted, searches.Not):
            return done(wanted.code, wanted.text)
        controls = messages.page_given() if any(one.oid == messages.PAGED for one in request.controls) else b""
        if isinstance(wanted, searches.Base):
            entry = searches.base_entry(settings)
            data = pages.entry(request.id, settings.base_dn, search, entry) if searches.fits(search, entry) else b""
            return done(Result.SUCCESS, data=data, controls=controls)
        if isinstance(wanted, searches.Nothing):
            return done(Result.SUCCESS, controls=controls)
        try:
            async with asyncio.timeout(min(n for n in (settings.time_limit, search.time) if n)):
                people = await self._people(connector, self_found, wanted.keys, search, limit)
                data = b"".join([await self._told(request.id, connector, found, search) for found in people[:limit]])
        except TimeoutError:
            return done(Result.TIME_LIMIT)
        return done(Result.SIZE_LIMIT if len(people) > limit else Result.SUCCESS, data=data, controls=controls)

    async def _people(
        self, connector: Connector, self_found: Found | None, keys: Sequence[tuple[str, str]], search: Search, limit: int
    ) -> list[Found]:
        """Return whom the search finds. Whoever bound as a person finds herself at most (LD-09).

        A filter that is false of a person tells of her as well, and so does being one too many: that is on record too, before it is told.
        """
        settings, found = _of(connector), dict[str, Found]()
        for attribute, value in keys:
            if self_found is not None:
                held = searches.entry_of(self_found).get(attribute)
                one = self_found if held is not None and dn.folded(held[1][0]) == dn.folded(value) else None
            else:
                one = await self.desk.by_key(connector, settings.findable[attribute], value)
            if one is None or one.handle in found:
                continue
            fits = searches.fits(search, searches.entry_of(one))
            if (not fits or len(found) >= limit) and (judged := searches.claims_judged(search, one)):
                await self.desk.told(connector, one, judged)
            if fits:
                found[one.handle] = one
        return list(found.values())

    async def _told(self, number: int, connector: Connector, found: Found, search: Search) -> bytes:
        """Return the entry, once it is on record."""
        told = searches.chosen(search, searches.entry_of(found))
        await self.desk.told(connector, found, searches.claims_told(search, found, told))
        return pages.entry(number, searches.name_of(found, _of(connector)), search, told)

    async def _extended(self, number: int, operation: Extended, secure: bool) -> Reply:
        if operation.oid == messages.START_TLS:
            if secure:
                return Reply(messages.extended(number, Result.OPERATIONS_ERROR, "TLS is in use already", oid=messages.START_TLS))
            return Reply(messages.extended(number, Result.SUCCESS, oid=messages.START_TLS), Then.START_TLS)
        if operation.oid == messages.WHO_AM_I:
            name = self.bound.name if self.bound is not None and await self._standing() is not None else ""
            return Reply(messages.extended(number, Result.SUCCESS, value=f"dn:{name}".encode() if name else b""))
        return Reply(messages.extended(number, Result.PROTOCOL_ERROR, "no such operation"))


def _of(connector: Connector) -> LdapSettings:
    return cast("LdapSettings", connector.settings)
