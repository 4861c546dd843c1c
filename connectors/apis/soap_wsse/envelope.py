"""What stands in a SOAP message: made from plain values, so that nothing of a value can become an element (SO-03), and read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.apis.answers import told
from connectors.apis.soap_wsse import token
from connectors.apis.soap_wsse.settings import NAME
from connectors.apis.soap_wsse.xml import BadXml, local, namespace, read
from connectors.calls import Failure, Fault

if TYPE_CHECKING:
    from lxml import etree

SOAP = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
MEDIA = {"1.1": "text/xml", "1.2": "application/soap+xml"}
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
CREDENTIALS = ("FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "FailedCheck")
SENDER = ("Client", "Sender")


@dataclass(frozen=True)
class Message:
    envelope: etree._Element
    header: etree._Element | None
    content: etree._Element  # the one element of the body


def message(
    soap: str, element: str, ns: str, values: Mapping[str, Any] | str, *, qualified: bool = True
) -> tuple[etree._Element, etree._Element]:
    """Return an envelope and its header; `values` are the members of the element, or its text.

    Raise BadXml for a value that XML cannot hold, or a name that is no element's.
    """
    from lxml import etree

    outer = SOAP[soap]
    envelope = etree.Element(f"{{{outer}}}Envelope", nsmap={"soap": outer})
    header = etree.SubElement(envelope, f"{{{outer}}}Header")
    body = etree.SubElement(envelope, f"{{{outer}}}Body")
    content = etree.SubElement(body, f"{{{ns}}}{element}", nsmap={"m": ns})
    if isinstance(values, str):
        _write(content, values)
        return envelope, header
    for name, value in values.items():
        _put(content, name, value, ns if qualified else "", 0)
    return envelope, header


def _put(parent: etree._Element, name: str, value: Any, ns: str, depth: int) -> None:
    from lxml import etree

    if not NAME.fullmatch(name) or depth > 20:
        raise BadXml("a member that cannot be an element")
    for one in value if isinstance(value, list) else [value]:
        child = etree.SubElement(parent, f"{{{ns}}}{name}" if ns else name)
        if isinstance(one, Mapping):
            for inner, part in one.items():
                _put(child, inner, part, ns, depth + 1)
        elif one is None:
            child.set(NIL, "true")
        elif isinstance(one, str | int | float):
            _write(child, str(one).lower() if isinstance(one, bool) else str(one))
        else:
            raise BadXml("a list in a list cannot be written")


def _write(element: etree._Element, text: str) -> None:
    try:
        element.text = text
    except ValueError as error:
        raise BadXml("a value that XML cannot hold") from error


def written(envelope: etree._Element) -> bytes:
    from lxml import etree

    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def opened(raw: bytes, content_type: str, soap: str) -> Message:
    """Return the parts of a message; raise BadXml unless it is one envelope with one body with one element, each in its place (SO-02)."""
    envelope, outer = read(raw, content_type), SOAP[soap]
    if envelope.tag != f"{{{outer}}}Envelope":
        raise BadXml("no SOAP envelope of this version")
    parts = [one.tag for one in envelope]
    if parts not in ([f"{{{outer}}}Body"], [f"{{{outer}}}Header", f"{{{outer}}}Body"]):
        raise BadXml("an envelope holds one header at most and one body")
    inside = [one for one in envelope.iter() if namespace(one) == outer and local(one) in ("Envelope", "Header", "Body")]
    if len(inside) != len(parts) + 1:
        raise BadXml("a part of the envelope stands where it does not belong")
    marks = [mark for one in envelope.iter() for mark in (one.get(f"{{{token.WSU}}}Id"), one.get("Id"), one.get("ID")) if mark is not None]
    if len(set(marks)) != len(marks):
        raise BadXml("an Id stands twice")
    body = envelope[-1]
    if len(body) != 1:
        raise BadXml("a body holds one element")
    return Message(envelope, envelope[0] if len(parts) == 2 else None, body[0])


def values(element: etree._Element) -> Any:
    """Return the content as JSON can hold it: text, members, a list where a name repeats."""
    if not len(element):
        return None if element.get(NIL) in ("true", "1") else (element.text or "")
    found: dict[str, Any] = {}
    for child in element:
        name, value = local(child), values(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def fault(content: etree._Element, soap: str) -> Failure | None:
    """Return what a Fault says, None when the element is none. SOAP 1.1 §4.4; SOAP 1.2 §5.4."""
    if content.tag != f"{{{SOAP[soap]}}}Fault":
        return None
    outer = SOAP[soap]
    code = content.findtext("faultcode") or content.findtext(f"{{{outer}}}Code/{{{outer}}}Subcode/{{{outer}}}Value") or ""
    code = code or content.findtext(f"{{{outer}}}Code/{{{outer}}}Value") or ""
    text = content.findtext("faultstring") or content.findtext(f"{{{outer}}}Reason/{{{outer}}}Text") or ""
    name = code.strip().rpartition(":")[2]
    if name in CREDENTIALS:
        return Failure(Fault.REFUSED, told(text))
    return Failure(Fault.DECLINED if name.partition(".")[0] in SENDER else Fault.BROKEN, told(text))


def fault_message(soap: str, *, sender: bool, code: str, text: str) -> bytes:
    """Return a Fault as an older program reads it."""
    from lxml import etree

    outer = SOAP[soap]
    envelope = etree.Element(f"{{{outer}}}Envelope", nsmap={"soap": outer})
    body = etree.SubElement(etree.SubElement(envelope, f"{{{outer}}}Body"), f"{{{outer}}}Fault")
    if soap == "1.1":
        etree.SubElement(body, "faultcode").text = f"soap:{'Client' if sender else 'Server'}.{code}"
        etree.SubElement(body, "faultstring").text = text
    else:
        place = etree.SubElement(body, f"{{{outer}}}Code")
        etree.SubElement(place, f"{{{outer}}}Value").text = f"soap:{'Sender' if sender else 'Receiver'}"
        reason = etree.SubElement(etree.SubElement(body, f"{{{outer}}}Reason"), f"{{{outer}}}Text")
        reason.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        reason.text = f"{code}: {text}"
    return written(envelope)
