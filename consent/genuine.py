"""Whether a receipt is one of ours, decided from its text and a key set alone: so the public page does it, and a judge without network.

A file holds the receipt to be read and the same receipt signed (`jws`). What is signed counts; what is to be read must say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from consent.receipt import TYP
from consent.record_keys import NotSigned, statement_of
from kit.json_depth import parse

MAX_FILE = 64 * 1024  # bytes of a receipt as it is handed in


class Verdict(StrEnum):
    GENUINE = "genuine"
    UNREADABLE = "unreadable"  # no receipt of this form
    UNKNOWN_KEY = "unknown_key"  # signed by somebody else, or the key set is older than the receipt
    NOT_SIGNED = "not_signed"  # the signature does not belong to it
    CHANGED = "changed"  # the part that people read says something else than what was signed


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    receipt: Mapping[str, Any] | None = None  # what was signed; only when it is genuine


def judged(text: str | bytes, keys: Mapping[str, Any]) -> Judgement:
    """Return what a receipt is worth: a file as it was downloaded, or its signed part alone."""
    if len(text) > MAX_FILE:
        return Judgement(Verdict.UNREADABLE)
    raw = text.decode(errors="replace") if isinstance(text, bytes) else text
    raw = raw.strip().removeprefix("\ufeff")
    token, readable = raw, None
    if raw.startswith("{"):
        try:
            file = parse(raw)
        except ValueError:
            return Judgement(Verdict.UNREADABLE)
        token, readable = file.get("jws"), file.get("receipt")
        if not isinstance(token, str) or not isinstance(readable, dict):
            return Judgement(Verdict.UNREADABLE)
    if token.count(".") != 2 or not token.isascii():
        return Judgement(Verdict.UNREADABLE)
    try:
        receipt = statement_of(token, keys, TYP)
    except NotSigned as error:
        return Judgement(Verdict.NOT_SIGNED if error.known else Verdict.UNKNOWN_KEY)
    if readable is not None and readable != receipt:
        return Judgement(Verdict.CHANGED)
    return Judgement(Verdict.GENUINE, receipt)
