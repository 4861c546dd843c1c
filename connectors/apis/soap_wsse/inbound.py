"""Who sent a SOAP message to us and what it calls, in one order of rules. SO-02."""

from __future__ import annotations

import re

import orjson

from connectors.apis.soap_wsse import token
from connectors.apis.soap_wsse.envelope import MEDIA, opened, values
from connectors.apis.soap_wsse.settings import SoapSettings
from connectors.apis.soap_wsse.xml import BadXml, local, namespace
from connectors.calls import Call, Caller, Incoming, Refusal
from connectors.contract import Connector
from kit.secrets import same

TOLERANCE = 300
REMEMBERED = 2 * TOLERANCE + 60
NONCE_LENGTH = range(12, 97)  # bytes
ACTION_PARAMETER = re.compile(r"""action\s*=\s*"([^"]{0,256})\"""")
UNPROVED = Refusal("the message is not signed in by a UsernameToken that fits")


def action_of(came: Incoming, soap: str) -> str:
    """Return the action that HTTP names. SOAP 1.1 §6.1.1; SOAP 1.2 part 2 §6.5."""
    if soap == "1.2":
        found = ACTION_PARAMETER.search(came.headers.get("content-type", "")[:600])
        return found[1] if found else ""
    return came.headers.get("soapaction", "").strip().strip('"')


def caller(connector: Connector, settings: SoapSettings, came: Incoming) -> Caller | Refusal:
    media = came.headers.get("content-type", "").partition(";")[0].strip().lower()
    if came.method != "POST" or came.path not in ("", "/") or media != MEDIA[settings.soap]:
        return Refusal(f"POST {MEDIA[settings.soap]} to the address of the connector", 400)
    try:
        message = opened(came.body, came.headers.get("content-type", ""), settings.soap)
    except BadXml as error:
        return Refusal(str(error), 400)
    sent = token.shown(message.envelope, message.header) if message.header is not None else None
    holder = settings.caller(sent.username) if sent is not None else None
    if sent is None or holder is None:
        return UNPROVED
    if sent.kind != (token.DIGEST if holder.password == "digest" else token.TEXT):
        return UNPROVED
    passwords = connector.secrets_at(f"key.{holder.id}", came.now)
    if not any(same(wanted, sent.password) for one in passwords if (wanted := token.due(sent, one)) is not None):
        return UNPROVED
    nonce = token.nonce_of(sent) or b""
    if holder.password == "digest" and (len(nonce) not in NONCE_LENGTH or not sent.stamp):
        return Refusal("Nonce and Created are needed: at least 12 random bytes, and the time in UTC ending in Z")
    if sent.stamp and abs(sent.stamp - came.now) > TOLERANCE:
        return Refusal("Created: at most five minutes off; check the clock of the machine")
    operation = settings.named(local(message.content))
    if operation is None or namespace(message.content) != settings.namespace:
        return Refusal("the body names no operation of this connector", 400)
    if action_of(came, settings.soap) != settings.action(operation):
        return Refusal("SOAPAction and body name two operations", 400)
    if holder.operations and operation.element not in holder.operations:
        return Refusal("this user may not call this operation", 403)
    inside = values(message.content)
    body = orjson.dumps(inside if isinstance(inside, dict) else {})
    call = Call("POST", operation.path, (), body, "application/json")
    once = f"{holder.id}:{nonce.hex()}" if nonce else ""  # the bytes: base64 can write them in several ways
    return Caller(holder.id, call, once, REMEMBERED, sent.stamp or came.now, TOLERANCE)
