"""XML from strangers: parsed so that only one reading is possible, or not at all (SM-05, SM-08, SM-09).

Before the parser sees it, the text is UTF-8 and has no DOCTYPE, entity, comment, CDATA section or processing instruction. None of them has
a use in a SAML message, and each has been the start of a hole: two programs that join the pieces of a text differently read two names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from connectors.apps.saml.settings import ILLEGAL
from connectors.errors import BadRequest

MOST_BYTES = 262_144
MOST_NODES = 1_500  # elements and attributes of one message; a real one has less than 100
MOST_DEPTH, MOST_NAMESPACES = 40, 40
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["']([A-Za-z0-9._-]{1,20})["'])?(?: standalone=["'](?:yes|no)["'])? ?\?>"""
)


def parse(raw: bytes, *, most_bytes: int = MOST_BYTES, most_nodes: int = MOST_NODES, comments: bool = False) -> etree._Element:
    """Return the root element; raise BadRequest for anything that is not plain XML.

    `comments`: they are dropped instead of refused, for metadata, which programs write for people to read.
    """
    text = raw.strip(b" \t\r\n")
    text = text.removeprefix(b"\xef\xbb\xbf")
    if not text or len(text) > most_bytes:
        raise BadRequest("the XML is empty or too long")
    _is_utf8(text)
    body = _without_declaration(text)
    if b"<?" in body:
        raise BadRequest("the XML has a processing instruction")
    if (body.count(b"<!") != body.count(b"<!--")) if comments else (b"<!" in body):
        raise BadRequest("the XML has a DOCTYPE, an entity, a comment or a CDATA section")
    if body.count(b"<") + body.count(b"=") > 4 * most_nodes:  # before any tree is built
        raise BadRequest("the XML has too many parts")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadRequest("the XML is not well formed") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadRequest("the XML has a DOCTYPE")
    _is_small(root, most_nodes)
    return root


def _is_utf8(text: bytes) -> None:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("the XML is not UTF-8") from error


def _without_declaration(text: bytes) -> bytes:
    if not text.startswith(b"<?xml "):
        return text
    found = DECLARATION.match(text)
    if found is None or (found[1] or b"utf-8").lower() not in (b"utf-8", b"us-ascii"):
        raise BadRequest("the XML declaration is not that of UTF-8")
    return text[found.end() :]


def _is_small(root: etree._Element, most_nodes: int) -> None:
    """Canonical XML costs depth times namespaces: both are bounded before anything is canonicalised."""
    nodes, stack = 0, [(root, 1)]
    while stack:
        element, depth = stack.pop()
        namespaces = element.nsmap  # those of its parents too
        nodes += 1 + len(element.attrib)
        if nodes > most_nodes or depth > MOST_DEPTH or len(namespaces) > MOST_NAMESPACES:
            raise BadRequest("the XML has too many parts or is too deep")
        if any("://" not in uri and not uri.startswith("urn:") for uri in namespaces.values()):
            raise BadRequest("a namespace of the XML is relative")  # canonical XML is undefined for it
        stack.extend((child, depth + 1) for child in element)


def children(element: etree._Element, namespace: str, name: str) -> list[etree._Element]:
    """Return the child elements of that name: never a descendant, however deep it hides (SM-06)."""
    return [child for child in element if child.tag == f"{{{namespace}}}{name}"]


def child(element: etree._Element, namespace: str, name: str) -> etree._Element | None:
    """Return the one child of that name, None when there is none; raise BadRequest for a second one."""
    found = children(element, namespace, name)
    if len(found) > 1:
        raise BadRequest(f"{name} stands twice")
    return found[0] if found else None


def descendants(element: etree._Element, namespace: str, name: str) -> Iterator[etree._Element]:
    """Return every element of that name, the root included."""
    return element.iter(f"{{{namespace}}}{name}")


def text_of(element: etree._Element | None) -> str:
    """Return the text of an element that has nothing but text; raise BadRequest when it holds an element."""
    if element is None:
        return ""
    if len(element):
        raise BadRequest(f"{etree.QName(element).localname} holds more than text")
    return (element.text or "").strip(" \t\r\n")


def canonical(element: etree._Element, prefixes: tuple[str, ...] = ()) -> bytes:
    """Return the element in Exclusive Canonical XML 1.0, without comments."""
    written: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=list(prefixes))
    return written


def escape(value: str) -> str:
    """Return the value as it may stand in an element or in a quoted attribute. What no XML may hold is left out."""
    value = ILLEGAL.sub("", value)
    for mark, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#xD;"), ("\n", "&#xA;"), ("\t", "&#x9;")):
        value = value.replace(mark, written)
    return value
