"""The one way to read XML that somebody else wrote: UTF-8, no DTD, no entities, nothing fetched, nothing between the letters of a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
CHARSET = re.compile(r"""charset\s*=\s*"?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
MOST_ELEMENTS = 20_000
DEEPEST = 60


class BadXml(ValueError):
    """The text is no XML that we read. The message quotes nothing of it."""


def read(raw: bytes, content_type: str = "") -> etree._Element:
    """Return the root; raise BadXml. Size is the caller's to bound (SO-04, SM-05)."""
    from lxml import etree

    declared = DECLARED.match(raw[:300])
    named = CHARSET.search(content_type[:200])
    for charset in ((declared[1].decode() if declared else "utf-8"), (named[1] if named else "utf-8")):
        if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise BadXml("XML must be UTF-8")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadXml("XML must be UTF-8") from error
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:  # text can hold neither: there a `<` is written as an entity
        raise BadXml("XML with a DTD is not read")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise BadXml("not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadXml("XML with a DTD is not read")
    _judge(root)
    return root


def _judge(root: etree._Element) -> None:
    """Refuse comments, processing instructions and entities: two programs read a value around them as two values (SM-08)."""
    for number, event in enumerate(root.iter()):
        if not isinstance(event.tag, str):
            raise BadXml("comments, processing instructions and entities are not read")
        if number > MOST_ELEMENTS:
            raise BadXml("too many elements")
    deepest, level = 0, [root]
    while level:
        deepest += 1
        if deepest > DEEPEST:
            raise BadXml("nested too deep")
        level = [child for element in level for child in element]


def local(element: etree._Element) -> str:
    from lxml import etree

    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    from lxml import etree

    return etree.QName(element).namespace or ""
