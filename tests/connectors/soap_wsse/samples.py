"""A connector to a SOAP register for tests, and messages as older programs send them."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

from connectors.apis.soap_wsse.token import DIGEST, WSSE, WSU
from connectors.calls import Incoming
from connectors.contract import Connector
from tests.connectors.calls import NOW, came, connector

NS = "urn:register:contoh"
KEY = "k" * 43
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SETTINGS: dict[str, Any] = {
    "base_url": "https://register.example.id/layanan",
    "namespace": NS,
    "username": "gapura",
    "operations": [
        {"path": "/CariPenduduk", "method": "POST", "fields": ["nik", "nama"], "person": {"body:nik": "nik"}},
        {"path": "/DaftarWilayah", "method": "POST", "fields": ["kode"], "action": "urn:wilayah"},
    ],
    "callers": [{"id": "desa", "operations": ["DaftarWilayah"]}, {"id": "tua", "password": "text"}],
}


def register(**changes: Any) -> Connector:
    return connector("soap_wsse", {**SETTINGS, **changes}, password="sandi", key__desa=KEY, key__tua=KEY)


def created(off: int = 0) -> str:
    return datetime.fromtimestamp(NOW + off, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def token(user: str = "desa", key: str = KEY, *, off: int = 0, nonce: bytes = b"nonce-of-16-byte", kind: str = DIGEST) -> str:
    moment = created(off)
    shown = base64.b64encode(hashlib.sha1(nonce + moment.encode() + key.encode()).digest()).decode() if kind == DIGEST else key
    return (
        f'<w:UsernameToken xmlns:w="{WSSE}" xmlns:u="{WSU}" u:Id="t1"><w:Username>{user}</w:Username>'
        f'<w:Password Type="{kind}">{shown}</w:Password><w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>'
        f"<u:Created>{moment}</u:Created></w:UsernameToken>"
    )


def security(inner: str) -> str:
    return f'<w:Security xmlns:w="{WSSE}">{inner}</w:Security>'


def message(header: str, body: str = "<m:DaftarWilayah><m:kode>3503</m:kode></m:DaftarWilayah>", after: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP11}" xmlns:m="{NS}">'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body>{after}</s:Envelope>"
    ).encode()


def posted(body: bytes, *, action: str = "urn:wilayah", content_type: str = "text/xml; charset=utf-8", **changes: Any) -> Incoming:
    return came("POST", "/", body=body, headers={"content-type": content_type, "soapaction": f'"{action}"'}, **changes)
