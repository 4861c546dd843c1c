"""Anchors: once a day the ends of the chains are signed and published. Whoever keeps one notices a tail that was cut or a chain that was
written anew, by us too.

An anchor is a JWS over its number, its moment, the digest of the anchor before it, and for each chain how many rows it had and the hash
of the last. It holds nothing about anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from consent.record_keys import NotSigned, RecordKeys, statement_of
from kit.audit import ChainReport
from kit.clock import Clock
from kit.json_depth import parse
from kit.secrets import b64url_decode

TYP = "gapura-anchor+jws"
DAY = 86400
PAGE = 400  # anchors of one published page: more than a year
MAX_FILE = 64 * 1024 * 1024  # bytes of a file of anchors


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain stood: the number of its rows, and the hash of the last."""

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    number: int  # from 1, without gaps
    at: int
    issuer: str
    previous: str  # SHA-256 (hex) of the anchor before, as it was published; empty for the first
    ends: Mapping[str, End]  # by chain: audit, consent, disclosures
    jws: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.jws.encode()).hexdigest()


class Forged(Exception):
    """What was given is no anchor of ours. The message is for whoever checks."""


@dataclass(frozen=True, slots=True)
class KeptAnchor:
    number: int
    at: int
    kid: str
    jws: str


class AnchorStore(Protocol):
    async def ends(self) -> dict[str, End]:
        """Return where each chain ends now."""

    async def newest(self) -> KeptAnchor | None: ...

    async def add(self, anchor: KeptAnchor) -> bool:
        """Keep an anchor; False when one of this number is there already: somebody else made it at the same moment."""

    async def since(self, number: int, limit: int) -> list[KeptAnchor]:
        """Return anchors from this number on, in order."""


class RecordProof(Protocol):
    async def whole(self, given: Iterable[str] | None = None) -> list[ChainReport]:
        """Check chains, persons' own chains, states and anchors; `given` are anchors that somebody kept."""

    async def of_person(self, person: str) -> list[ChainReport]:
        """Check one person's rows and states, without reading anybody else's."""


@dataclass(frozen=True, slots=True)
class Anchors:
    store: AnchorStore
    keys: RecordKeys
    clock: Clock
    issuer: str

    async def make(self) -> KeptAnchor:
        """Sign where the chains end now, and keep it. Of two made at once one counts, and both callers get that one."""
        newest = await self.store.newest()
        now, number = self.clock.now(), newest.number + 1 if newest is not None else 1
        previous = Anchor(0, 0, "", "", {}, newest.jws).digest if newest is not None else ""
        jws = await self.keys.sign(statement(Anchor(number, now, self.issuer, previous, await self.store.ends())), TYP)
        made = KeptAnchor(number, now, header_kid(jws), jws)
        if await self.store.add(made):
            return made
        return (await self.store.since(number, 1))[0]

    async def daily(self) -> None:
        """Make one unless there is one of today (UTC). Every worker asks; one of them makes it."""
        newest = await self.store.newest()
        if newest is None or newest.at // DAY != self.clock.now() // DAY:
            await self.make()

    async def published(self, since: int = 1, limit: int = PAGE) -> dict[str, Any]:
        """Return a page of anchors as anybody may keep it, with every key that ever signed one."""
        rows = await self.store.since(since, limit)
        page: dict[str, Any] = {"issuer": self.issuer, "anchors": [{"number": row.number, "at": row.at, "jws": row.jws} for row in rows]}
        if len(rows) == limit:
            page["next"] = rows[-1].number + 1
        return page | {"jwks": await self.keys.published()}


def statement(anchor: Anchor) -> dict[str, Any]:
    return {
        "iss": anchor.issuer,
        "number": anchor.number,
        "iat": anchor.at,
        "previous": anchor.previous,
        "chains": {name: {"rows": end.rows, "hash": end.hash} for name, end in sorted(anchor.ends.items())},
    }


def header_kid(jws: str) -> str:
    """Return the key that a statement of ours names."""
    return str(parse(b64url_decode(jws.partition(".")[0]))["kid"])


def read(jws: str, keys: Mapping[str, Any]) -> Anchor:
    """Return what an anchor says, after checking its signature with our keys, which never come with it. Raise Forged."""
    try:
        said = statement_of(jws, keys, TYP)
        ends = {name: End(_number(end["rows"]), _text(end["hash"])) for name, end in said["chains"].items()}
        return Anchor(_number(said["number"]), _number(said["iat"]), _text(said["iss"]), _text(said["previous"]), ends, jws)
    except NotSigned as error:
        raise Forged(str(error)) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Forged("the statement is no anchor") from error


def in_file(raw: bytes) -> Iterator[str]:
    """Return the anchors of a file: a page as it is published, or one JWS a line. Raise Forged when it is neither."""
    if len(raw) > MAX_FILE:
        raise Forged("the file is larger than 64 MB")
    text = raw.decode(errors="replace").strip()
    if not text.startswith("{"):
        yield from text.split()
        return
    try:
        for one in parse(text)["anchors"]:
            yield _text(one["jws"])
    except (KeyError, TypeError, ValueError) as error:
        raise Forged("the file holds no anchors") from error


def follows(anchor: Anchor, before: Anchor | None) -> str:
    """Return what is wrong between an anchor and the one before it; empty: nothing."""
    if before is None:
        return "" if anchor.number != 1 or not anchor.previous else "the first anchor names one before it"
    if anchor.number != before.number + 1:
        return f"anchor {before.number + 1} is missing"
    if anchor.previous != before.digest:
        return "it does not follow from the anchor before it"
    shrunk = [name for name, end in before.ends.items() if name not in anchor.ends or anchor.ends[name].rows < end.rows]
    return f"the chain {shrunk[0]} became shorter" if shrunk else ""


def wrong_ends(anchor: Anchor, found: Mapping[str, str | None], genesis: str) -> Sequence[tuple[str, int, str]]:
    """Return for each chain that is not what the anchor saw: its name, the row, and what is wrong. `found`: the hash of that row now."""
    wrong = []
    for name, end in sorted(anchor.ends.items()):
        now = genesis if end.rows == 0 else found.get(name)
        if now is None:
            wrong.append((name, end.rows, f"anchor {anchor.number} saw this row and it is gone: the tail was cut"))
        elif now != end.hash:
            wrong.append((name, end.rows, f"anchor {anchor.number} saw another hash: the chain was written anew up to here"))
    return wrong


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value
