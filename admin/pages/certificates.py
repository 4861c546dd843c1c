"""Certificates among the settings of a connector, with the day each one ends (SK-7). Public, so they may be shown."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

LONGEST = 12_000
BASE64 = re.compile(r"MI[A-Za-z0-9+/]{200,}={0,2}")


@dataclass(frozen=True, slots=True)
class Certificate:
    """`field` is the setting it stands in; `ends` is seconds UTC."""

    field: str
    subject: str
    ends: int


def certificates_in(settings: BaseModel) -> list[Certificate]:
    """Return every certificate among the settings, the one that ends first first."""
    found = [one for name, text in _texts("", settings.model_dump(mode="json")) if (one := _certificate(name, text)) is not None]
    return sorted(found, key=lambda one: one.ends)


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for inner, one in value.items():
            yield from _texts(f"{name}.{inner}" if name else inner, one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(name, one)


def _certificate(name: str, text: str) -> Certificate | None:
    """Return the certificate that the text is; None when it is something else."""
    from cryptography.x509 import load_der_x509_certificate

    body = re.sub(r"-----[A-Z ]+-----|\s", "", text[:LONGEST])
    if not BASE64.fullmatch(body):
        return None
    try:
        read = load_der_x509_certificate(base64.b64decode(body, validate=True))
    except (ValueError, binascii.Error):
        return None
    return Certificate(name, read.subject.rfc4514_string(), int(read.not_valid_after_utc.timestamp()))
