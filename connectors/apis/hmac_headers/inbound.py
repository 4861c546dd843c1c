"""Who signed a request to us: the key holder, the moment, the signature, in one order of rules. HM-01 to HM-06."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from connectors.apis.hmac_headers import signature
from connectors.apis.hmac_headers.settings import HmacHeadersSettings, KeyHolder
from connectors.calls import Call, Caller, Incoming, Refusal
from connectors.contract import Connector
from kit.secrets import digest, same

TOLERANCE = 300  # seconds that clocks may differ, either way (HM-01)
REMEMBERED = 2 * TOLERANCE + 60  # longer than any signed moment can stay good
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIMESTAMP = re.compile(r"[0-9]{9,11}")


def caller(connector: Connector, settings: HmacHeadersSettings, came: Incoming) -> Caller | Refusal:
    """Return the program that signed this; a Refusal names the header to look at and quotes nothing."""
    key_id, sent = came.headers.get("x-cons-id", ""), came.headers.get("x-signature", "")
    holder = settings.caller(key_id)
    stamp = came.headers.get("x-timestamp", "")
    if not TIMESTAMP.fullmatch(stamp) or abs(int(stamp) - came.now) > TOLERANCE:
        return Refusal("X-timestamp: seconds since 1970 UTC, at most five minutes off; check the clock of the machine")
    if holder is None:
        return Refusal("X-cons-id: no such key here")
    if came.host.lower() != came.own_host.lower():
        return Refusal("Host: the request is for another host")
    nonce = came.headers.get("x-nonce", "")
    if holder.signs == "request" and not NONCE.fullmatch(nonce):
        return Refusal("X-nonce: 16 to 64 letters, digits, _ and -, new for each request")
    if not any(same(due, sent) for due in _due(connector, holder, came, stamp, nonce)):
        return Refusal("X-signature: does not fit this request; see docs/connectors/hmac_headers.md for what is signed")
    if not holder.comes_from(came.peer):
        return Refusal("this key is not used from this address", 403)
    if not holder.may(came.path):
        return Refusal("this key may not call this path", 403)
    try:
        query = tuple(parse_qsl(came.raw_query, keep_blank_values=True, max_num_fields=50, errors="strict"))
    except ValueError:
        return Refusal("the query must be UTF-8, at most fifty parameters", 400)
    call = Call(came.method, came.path, query, came.body, came.headers.get("content-type", ""), came.headers.get("accept", ""))
    return Caller(key_id, call, f"{key_id}:{_once(came, stamp, nonce, holder)}", REMEMBERED, int(stamp), TOLERANCE)


def _due(connector: Connector, holder: KeyHolder, came: Incoming, stamp: str, nonce: str) -> list[str]:
    """Return the signatures that fit, one for each secret that is good now (TI-05)."""
    secrets = connector.secrets_at(f"key.{holder.id}", came.now)
    if holder.signs == "time":
        return [signature.of_time(secret, holder.id, stamp) for secret in secrets]
    try:
        return [
            signature.of_request(
                secret,
                method=came.method,
                host=came.host,
                path=came.full_path,
                query=came.raw_query,
                body=came.body,
                consumer=holder.id,
                timestamp=stamp,
                nonce=nonce,
            )
            for secret in secrets
        ]
    except ValueError:
        return []


def _once(came: Incoming, stamp: str, nonce: str, holder: KeyHolder) -> str:
    """Return what makes the request one of its kind: its nonce, or, where only the time is signed, all of it."""
    if holder.signs == "request":
        return nonce
    return digest("\n".join((stamp, came.method, came.full_path, came.raw_query, came.body.hex())))
