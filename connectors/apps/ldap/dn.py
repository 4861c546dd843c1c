"""Distinguished names as text (RFC 4514): read into parts, compared by parts, written with every special character escaped (LD-02)."""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.directory import Unreadable

MOST = 512  # characters
MOST_PARTS = 16
SPECIAL = frozenset('"+,;<>\\')
DESCRIPTOR = re.compile(r"[a-z][a-z0-9-]{0,63}|[0-9]{1,10}(?:\.[0-9]{1,10}){1,20}")

Rdn = tuple[tuple[str, str], ...]
Dn = tuple[Rdn, ...]


def parse(text: str) -> Dn:
    """Return the parts, attribute names in lower case, values as they are meant; raise Unreadable. The empty name has no parts."""
    if len(text) > MOST:
        raise Unreadable("a name is too long")
    if not text.strip(" "):
        return ()
    parts: list[Rdn] = []
    pairs: list[tuple[str, str]] = []
    at = 0
    while True:
        attribute, at = _attribute(text, at)
        value, at = _value(text, at)
        pairs.append((attribute, value))
        if len(parts) + len(pairs) > MOST_PARTS:
            raise Unreadable("a name has too many parts")
        if at < len(text) and text[at] == "+":
            at += 1
            continue
        parts.append(tuple(sorted(pairs)))
        pairs = []
        if at == len(text):
            return tuple(parts)
        at += 1  # past the comma


def _attribute(text: str, at: int) -> tuple[str, int]:
    end = text.find("=", at)
    if end < 0:
        raise Unreadable("a part of a name has no value")
    name = text[at:end].strip(" ").lower()
    if not DESCRIPTOR.fullmatch(name):
        raise Unreadable("a part of a name has no attribute")
    return name, end + 1


def _value(text: str, at: int) -> tuple[str, int]:
    """Return the value that begins at `at` and where it ends: at an unescaped comma or plus, or at the end of the text."""
    while at < len(text) and text[at] == " ":
        at += 1
    if at < len(text) and text[at] == "#":
        raise Unreadable("a value in hexadecimal BER")
    raw = bytearray()
    firm = 0  # bytes that an escape keeps from being trimmed
    while at < len(text) and text[at] not in ",+":
        character = text[at]
        if character == "\\":
            added, at = _escape(text, at + 1)
            raw += added
            firm = len(raw)
            continue
        if character in SPECIAL or character == "\0":
            raise Unreadable("a special character is not escaped")
        raw += character.encode(errors="surrogatepass")
        at += 1
    while len(raw) > firm and raw.endswith(b" "):
        raw.pop()
    try:
        value = raw.decode()
    except UnicodeDecodeError:
        raise Unreadable("a value is not UTF-8") from None
    if not value:
        raise Unreadable("a part of a name has an empty value")
    return value, at


def _escape(text: str, at: int) -> tuple[bytes, int]:
    one = text[at : at + 1]
    if one and (one in SPECIAL or one in ' #=\\"'):
        return one.encode(), at + 1
    pair = text[at : at + 2]
    if re.fullmatch(r"[0-9A-Fa-f]{2}", pair):
        return bytes.fromhex(pair), at + 2
    raise Unreadable("a backslash before nothing")


def escaped(value: str) -> str:
    """Return the value as it may stand in a name. RFC 4514 §2.4."""
    found = []
    last = len(value) - 1
    for index, character in enumerate(value):
        if character in SPECIAL or character == "=" or (index == 0 and character in " #") or (index == last and character == " "):
            found.append("\\" + character)
        elif character < " " or character == "\x7f":
            found.append(f"\\{ord(character):02x}")
        else:
            found.append(character)
    return "".join(found)


def folded(value: str) -> str:
    """Return a value as it is compared: without regard to case and to how many spaces stand in a row. RFC 4517 §4.2.11."""
    return " ".join(value.split()).casefold()


def normal(name: Dn) -> Dn:
    """Return the name as it is compared."""
    return tuple(tuple(sorted((attribute, folded(value)) for attribute, value in part)) for part in name)


@lru_cache(maxsize=512)  # of the names in settings: read at every request
def normal_of(text: str) -> Dn:
    return normal(parse(text))
