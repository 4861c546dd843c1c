"""The messages of LDAP (RFC 4511 §4): read into small values, written as bytes. What we do not serve is named by its answer's tag only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from connectors.apps.ldap import ber, filters
from connectors.apps.ldap.ber import Reader
from connectors.directory import Unreadable

MOST_BYTES = 32_768  # of one message
MOST_ATTRIBUTES = 64
MOST_CONTROLS = 8
START_TLS = "1.3.6.1.4.1.1466.20037"
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
DISCONNECTION = "1.3.6.1.4.1.1466.20036"
PAGED = "1.2.840.113556.1.4.319"

BIND, UNBIND, SEARCH, ABANDON, EXTENDED = 0x60, 0x42, 0x63, 0x50, 0x77
BOUND, ENTRY, DONE, EXTENDED_DONE = 0x61, 0x64, 0x65, 0x78
ANSWERED_BY = {0x66: 0x67, 0x68: 0x69, 0x4A: 0x6B, 0x6C: 0x6D, 0x6E: 0x6F}  # modify, add, delete, rename, compare


class Result(IntEnum):
    """RFC 4511 §4.1.9."""

    SUCCESS = 0
    OPERATIONS_ERROR = 1
    PROTOCOL_ERROR = 2
    TIME_LIMIT = 3
    SIZE_LIMIT = 4
    METHOD_NOT_SUPPORTED = 7
    UNAVAILABLE_CRITICAL_EXTENSION = 12
    CONFIDENTIALITY_REQUIRED = 13
    NO_SUCH_OBJECT = 32
    INVALID_DN = 34
    INAPPROPRIATE_AUTHENTICATION = 48
    INVALID_CREDENTIALS = 49
    INSUFFICIENT_ACCESS = 50
    BUSY = 51
    UNAVAILABLE = 52
    UNWILLING = 53


@dataclass(frozen=True, slots=True)
class Control:
    oid: str
    critical: bool
    value: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Bind:
    version: int
    name: str = field(repr=False)
    password: bytes | None = field(repr=False)  # None: SASL


@dataclass(frozen=True, slots=True)
class Search:
    base: str = field(repr=False)
    scope: int  # 0 the entry itself, 1 what stands right below, 2 the whole subtree
    size: int
    time: int
    types_only: bool
    filter: filters.Filter = field(repr=False)
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extended:
    oid: str


@dataclass(frozen=True, slots=True)
class Unbind:
    pass


@dataclass(frozen=True, slots=True)
class Abandon:
    pass


@dataclass(frozen=True, slots=True)
class Unserved:
    """A change, a comparison: refused under the tag its answer has."""

    answer: int


Operation = Bind | Search | Extended | Unbind | Abandon | Unserved


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    operation: Operation
    controls: tuple[Control, ...] = ()


def cut(buffer: bytearray) -> bytes | None:
    """Take the first whole message out of the buffer; None when it is not whole. Raise Unreadable for what can never become one."""
    found = ber.head(buffer, 0, len(buffer))
    if found is None:
        return None
    tag, start, length = found
    if tag != ber.SEQUENCE or length > MOST_BYTES:
        raise Unreadable("no message, or too large a one")
    end = start + length
    if end > len(buffer):
        return None
    message = bytes(buffer[:end])
    del buffer[:end]
    return message


def read(data: bytes) -> Message:
    """Return the message; raise Unreadable for anything that is not exactly one request."""
    outer = Reader(data)
    inner = outer.inside()
    outer.finish()
    number = inner.integer()
    if number < 0:
        raise Unreadable("a negative message number")
    operation = _operation(inner)
    controls = _controls(inner.inside(0xA0)) if inner.peek() == 0xA0 else ()
    inner.finish()
    return Message(number, operation, controls)


def _operation(reader: Reader) -> Operation:
    tag = reader.peek()
    if tag == BIND:
        return _bind(reader.inside(tag))
    if tag == SEARCH:
        return _search(reader.inside(tag))
    if tag == EXTENDED:
        inner = reader.inside(tag)
        return Extended(inner.text(0x80))  # a value that follows is of no extension we serve
    reader.element()
    if tag == UNBIND:
        return Unbind()
    if tag == ABANDON:
        return Abandon()
    if tag in ANSWERED_BY:
        return Unserved(ANSWERED_BY[tag])
    raise Unreadable("no request")


def _bind(reader: Reader) -> Bind:
    version, name = reader.integer(), reader.text()
    if reader.peek() == 0x80:
        password = reader.octets(0x80)
        reader.finish()
        return Bind(version, name, password)
    reader.inside(0xA3)
    reader.finish()
    return Bind(version, name, None)


def _search(reader: Reader) -> Search:
    base, scope = reader.text(), reader.integer(ber.ENUMERATED)
    aliases, size, time = reader.integer(ber.ENUMERATED), reader.integer(), reader.integer()
    if not (0 <= scope <= 3 and 0 <= aliases <= 3 and size >= 0 and time >= 0):
        raise Unreadable("a number out of its range")
    types_only = reader.boolean()
    wanted = filters.read(reader)
    listed = reader.inside()
    attributes = []
    while listed.more:
        attributes.append(listed.text())
        if len(attributes) > MOST_ATTRIBUTES:
            raise Unreadable("too many attributes")
    reader.finish()
    return Search(base, scope, size, time, types_only, wanted, tuple(attributes))


def _controls(reader: Reader) -> tuple[Control, ...]:
    found = []
    while reader.more:
        one = reader.inside()
        oid = one.text()
        critical = one.boolean() if one.peek() == ber.BOOLEAN else False
        value = one.octets() if one.peek() == ber.OCTETS else b""
        one.finish()
        found.append(Control(oid, critical, value))
        if len(found) > MOST_CONTROLS:
            raise Unreadable("too many controls")
    return tuple(found)


def page_asked(control: Control) -> tuple[int, bytes]:
    """Return size and cookie of a paged search. RFC 2696 §2."""
    outer = Reader(control.value)
    inner = outer.inside()
    outer.finish()
    size, cookie = inner.integer(), inner.octets()
    inner.finish()
    return size, cookie


def page_given() -> bytes:
    """Return the control of an answer whose one page was the last."""
    value = ber.group(ber.integer(0), ber.octets(b""))
    return ber.group(ber.group(ber.octets(PAGED), ber.octets(value)), tag=0xA0)


def result(number: int, tag: int, code: Result, text: str = "", *, extra: bytes = b"", controls: bytes = b"") -> bytes:
    """Return an LDAPResult; `extra` are the fields that only this answer has."""
    body = ber.integer(code, ber.ENUMERATED) + ber.octets("") + ber.octets(text) + extra
    return ber.group(ber.integer(number), ber.element(tag, body), controls)


def entry(number: int, name: str, attributes: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Return a SearchResultEntry; an attribute without values says its name only. RFC 4511 §4.5.2."""
    listed = b"".join(
        ber.group(ber.octets(attribute), ber.group(*(ber.octets(value) for value in values), tag=ber.SET))
        for attribute, values in attributes
    )
    return ber.group(ber.integer(number), ber.group(ber.octets(name), ber.element(ber.SEQUENCE, listed), tag=ENTRY))


def extended(number: int, code: Result, text: str = "", *, oid: str = "", value: bytes | None = None) -> bytes:
    name = ber.octets(oid, 0x8A) if oid else b""
    said = ber.octets(value, 0x8B) if value is not None else b""
    return result(number, EXTENDED_DONE, code, text, extra=name + said)


def disconnection(code: Result) -> bytes:
    """Return the notice that precedes an end of ours. RFC 4511 §4.4.1."""
    return extended(0, code, oid=DISCONNECTION)
