"""BER as LDAP uses it (RFC 4511 §5.1; X.690 §8): definite lengths, one-byte tags, strings in one piece.

Reading never looks beyond the bytes it was given and never recurses by itself: how deep something may be is its reader's own count.
"""

from __future__ import annotations

from connectors.directory import Unreadable

BOOLEAN, INTEGER, OCTETS, NULL, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x05, 0x0A, 0x30, 0x31
MOST_INTEGER = 4  # bytes: no number in the protocol is above 2^31-1


def head(data: bytes | bytearray | memoryview, at: int, end: int) -> tuple[int, int, int] | None:
    """Return tag, where the content begins and its length; None when the head is not whole yet."""
    if end - at < 2:
        return None
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise Unreadable("a tag of more than one byte")
    if first < 0x80:
        return tag, at + 2, first
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise Unreadable("an indefinite or oversized length")
    start = at + 2 + count
    if start > end:
        return None
    return tag, start, int.from_bytes(data[at + 2 : start], "big")


class Reader:
    """Reads elements one after the other from a stretch of bytes."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    @property
    def more(self) -> bool:
        return self.at < self.end

    def peek(self) -> int:
        """Return the tag of the next element; -1 when there is none."""
        return self.data[self.at] if self.at < self.end else -1

    def element(self) -> tuple[int, int, int]:
        """Return tag, start and end of the next element, and go past it."""
        found = head(self.data, self.at, self.end)
        if found is None:
            raise Unreadable("an element is cut off")
        tag, start, length = found
        stop = start + length
        if stop > self.end:
            raise Unreadable("an element is longer than what holds it")
        self.at = stop
        return tag, start, stop

    def _expect(self, tag: int) -> tuple[int, int]:
        found, start, stop = self.element()
        if found != tag:
            raise Unreadable(f"tag {found:#x} where {tag:#x} belongs")
        return start, stop

    def inside(self, tag: int = SEQUENCE) -> Reader:
        """Return a reader of what the next element holds."""
        return Reader(self.data, *self._expect(tag))

    def octets(self, tag: int = OCTETS) -> bytes:
        start, stop = self._expect(tag)
        return self.data[start:stop]

    def text(self, tag: int = OCTETS) -> str:
        """Return an LDAPString: UTF-8. RFC 4511 §4.1.2."""
        try:
            return self.octets(tag).decode()
        except UnicodeDecodeError:
            raise Unreadable("a string is not UTF-8") from None

    def integer(self, tag: int = INTEGER) -> int:
        raw = self.octets(tag)
        if not 1 <= len(raw) <= MOST_INTEGER:
            raise Unreadable("a number of no or too many bytes")
        return int.from_bytes(raw, "big", signed=True)

    def boolean(self, tag: int = BOOLEAN) -> bool:
        raw = self.octets(tag)
        if len(raw) != 1:
            raise Unreadable("a boolean of no or several bytes")
        return raw != b"\0"

    def finish(self) -> None:
        """Raise Unreadable when something follows that nobody asked for."""
        if self.more:
            raise Unreadable("bytes after the end")


def element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def group(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    return element(tag, b"".join(parts))


def integer(value: int, tag: int = INTEGER) -> bytes:
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes | str, tag: int = OCTETS) -> bytes:
    return element(tag, value.encode() if isinstance(value, str) else value)
