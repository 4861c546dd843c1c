"""`authorization_details`: what an application asks to do, beyond data about the person. RFC 9396.

A type is good for a client that registered it, when it is asked and whenever a token is made with it. What is asked is kept as canonical
JSON; every member of it is shown to the person, so it must be short, flat enough to be read, of characters that can be seen, never empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from idp.errors import InvalidAuthorizationDetails

MAX_TEXT = 8192
MAX_ITEMS = 10
MAX_VALUE = 300
MAX_DEPTH = 3
MAX_ROWS = 40
LISTS = ("actions", "datatypes", "locations", "privileges")  # RFC 9396 §2.2
Detail = Mapping[str, Any]
WORDS: Mapping[str, Mapping[str, str]] = {
    "actions": {"id": "Yang boleh dilakukan", "en": "What it may do"},
    "datatypes": {"id": "Jenis data", "en": "Kinds of data"},
    "locations": {"id": "Tempat", "en": "Where"},
    "identifier": {"id": "Berkas atau rekening", "en": "File or account"},
    "privileges": {"id": "Kewenangan", "en": "Privileges"},
}
ACTIONS: Mapping[str, Mapping[str, str]] = {
    "read": {"id": "membaca", "en": "read"},
    "list": {"id": "melihat daftar", "en": "see a list"},
    "create": {"id": "membuat", "en": "create"},
    "write": {"id": "mengubah", "en": "change"},
    "update": {"id": "mengubah", "en": "change"},
    "delete": {"id": "menghapus", "en": "delete"},
    "submit": {"id": "mengajukan", "en": "submit"},
    "sign": {"id": "menandatangani", "en": "sign"},
    "pay": {"id": "membayar", "en": "pay"},
}


def parse(text: str, types: frozenset[str]) -> tuple[Detail, ...]:
    """Return what is asked; raise InvalidAuthorizationDetails unless all of it is well formed and of these types. RFC 9396 §5."""
    if not text:
        return ()
    try:
        found = orjson.loads(text) if len(text) <= MAX_TEXT else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list) or not 0 < len(found) <= MAX_ITEMS or not all(isinstance(item, dict) for item in found):
        raise _refused(f"authorization_details must be an array of up to {MAX_ITEMS} objects")
    for item in found:
        _judge(item, types)
    return tuple(found)


def canonical(details: tuple[Detail, ...]) -> str:
    """Return the details as one text that is equal for equal details; empty for none."""
    return orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode() if details else ""


def narrowed(granted: str, asked: str, types: frozenset[str]) -> str:
    """Return which of the granted details a token shall carry: all, or those that the token request names. RFC 9396 §6."""
    if not asked:
        return granted
    wanted = parse(asked, types)
    held = {canonical((item,)) for item in (orjson.loads(granted) if granted else ())}
    if not all(canonical((item,)) in held for item in wanted):
        raise _refused("authorization_details goes beyond what was granted")
    return canonical(wanted)


def are_of(granted: str, types: frozenset[str]) -> bool:
    """True while the client is registered for the type of everything that was granted (TK-22)."""
    return not granted or all(item["type"] in types for item in orjson.loads(granted))


def rows(item: Detail) -> list[tuple[str, list[str]]]:
    """Return every member of one detail but its own type as name and values, nested ones with dots between (CN-02)."""
    return _rows({name: value for name, value in item.items() if name != "type"})


def _rows(members: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for name, value in members.items():
        if isinstance(value, dict):
            found += [(f"{name}.{inner}", values) for inner, values in _rows(value)]
        else:
            found.append((name, [_word(one) for one in value] if isinstance(value, list) else [_word(value)]))
    return found


def view(item: Detail) -> Mapping[str, Any]:
    """Return one detail as the consent page shows it: its type, and each member under a name a person understands, where we know one."""
    shown = []
    for name, values in rows(item):
        words = [ACTIONS.get(value, {"id": value, "en": value}) if name == "actions" else {"id": value, "en": value} for value in values]
        shown.append({"name": WORDS.get(name, {"id": name, "en": name}), "values": words})
    return {"type": item["type"].replace("_", " "), "rows": shown}


def _word(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _judge(item: Detail, types: frozenset[str]) -> None:
    if not isinstance(item.get("type"), str) or item["type"] not in types:
        raise _refused("authorization_details holds a type that this client has not registered")
    for name in LISTS:
        value = item.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _refused(f"{name} must be an array of texts")
    if not isinstance(item.get("identifier", ""), str):
        raise _refused("identifier must be a text")
    if not _is_readable(item, MAX_DEPTH) or len(rows(item)) > MAX_ROWS:
        raise _refused("authorization_details must be short, flat, and of printable characters, with nothing empty in it")


def _is_readable(value: object, depth: int) -> bool:
    """True for what a page can show in full: no long, invisible or empty text, nothing nested deep, nothing empty, no objects in lists."""
    if isinstance(value, dict):
        return (
            depth > 0 and len(value) > 0 and all(_is_readable(name, 0) and _is_readable(inner, depth - 1) for name, inner in value.items())
        )
    if isinstance(value, list):
        return depth > 0 and len(value) > 0 and all(not isinstance(one, dict | list) and _is_readable(one, 0) for one in value)
    if isinstance(value, str):
        return 0 < len(value.strip()) <= len(value) <= MAX_VALUE and value.isprintable()
    return True


def _refused(description: str) -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(description, param="authorization_details")
