"""What a search is answered with: the entry of a person, the one that says how to bind, and how many of them a page may have."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.apps.ldap import messages
from connectors.apps.ldap import search as searches
from connectors.apps.ldap.messages import Control, Search
from connectors.directory import Unreadable


def asked(controls: Sequence[Control]) -> int:
    """Return how many entries a page may have, 0: as many as there are. We give one page: a cookie is of no page of ours."""
    for control in controls:
        if control.oid == messages.PAGED:
            size, cookie = messages.page_asked(control)
            if size < 0 or cookie:
                raise Unreadable("no such page")
            return size
    return 0


def entry(number: int, name: str, search: Search, told: searches.Entry) -> bytes:
    chosen = searches.chosen(search, told)
    return messages.entry(number, name, [(written, () if search.types_only else values) for written, values in chosen.values()])


def root(number: int, search: Search, secure: bool) -> bytes:
    """Return what a client may know before it binds: how to. RFC 4512 §5.1."""
    extensions = (messages.WHO_AM_I,) if secure else (messages.START_TLS, messages.WHO_AM_I)
    told: searches.Entry = {
        "objectclass": ("objectClass", ("top",)),
        "supportedldapversion": ("supportedLDAPVersion", ("3",)),
        "supportedextension": ("supportedExtension", extensions),
        "supportedcontrol": ("supportedControl", (messages.PAGED,)),
        "vendorname": ("vendorName", ("Gapura",)),
    }
    wanted = {name.lower() for name in search.attributes}
    shown = search if "+" not in wanted else Search("", 0, 0, 0, search.types_only, search.filter, ())
    return entry(number, "", shown, told) if searches.fits(search, told) else b""
