"""What an older system says of a failure, before a program hears it: an older system may quote what it was sent, keys included.

A refusal of our credentials is the operator's matter and has no words of theirs. From other words every secret is blanked that went out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, quote_plus

from connectors.apis.answers import MOST_DETAIL
from connectors.calls import Failure, Fault, OutboundRequest
from connectors.contract import Connector

BLANK = "[...]"
SHORTEST = 4  # characters; what is shorter is no secret, and would blank half of every word
SHORTEST_WORD = 8  # of a header: a scheme, a number of the agency and the like are shorter
PLAIN = ("accept", "content-type", "soapaction")  # headers that say nothing of who calls


def wordless(failure: Failure, connector: Connector, sent: OutboundRequest | None, tokens: Mapping[str, str]) -> Failure:
    """Return the failure without the older side's words where it refused us, and elsewhere without anything secret in them."""
    if failure.fault is Fault.REFUSED:
        return replace(failure, detail="")
    return replace(failure, detail=blanked(failure.detail, secrets_of(connector, sent, tokens))) if failure.detail else failure


def secrets_of(connector: Connector, sent: OutboundRequest | None, tokens: Mapping[str, str]) -> set[str]:
    """Return what must not be quoted: secrets of any age, tokens, and the headers made of them, each as it may be written in a text."""
    found = {one.value for kept in connector.secrets.values() for one in kept} | set(tokens.values())
    for name, value in sent.headers.items() if sent is not None else ():
        if name.lower() not in PLAIN:
            found |= {word for word in value.split() if len(word) >= SHORTEST_WORD}
    written = {"".join(c for c in " ".join(one.split()) if c.isprintable()) for one in found}  # as `told` writes a line
    return {form for one in written for form in (one, quote(one, safe=""), quote_plus(one)) if len(form) >= SHORTEST}


def blanked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each secret blanked, however its letters are cased, also one that the end of the text cuts off."""
    is_cut = len(text) >= MOST_DETAIL
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(re.escape(secret), lambda _: BLANK, text, flags=re.IGNORECASE)
        for length in range(len(secret) - 1, SHORTEST - 1, -1) if is_cut else ():
            if text[-length:].casefold() == secret[:length].casefold():
                text = text[:-length] + BLANK
                break
    return text[:MOST_DETAIL]
