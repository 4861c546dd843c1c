"""A connector to BPJS for tests, and how an older program signs its calls to us."""

from __future__ import annotations

from typing import Any

from connectors.apis.hmac_headers import signature
from connectors.calls import Incoming
from connectors.contract import Connector
from tests.connectors.calls import HOST, NOW, came, connector

KEY = "k" * 43
OTHER = "o" * 43
SETTINGS: dict[str, Any] = {
    "base_url": "https://apijkn.example.id/vclaim-rest",
    "cons_id": "1234",
    "operations": [
        {"path": "/Peserta/nokartu/{nokartu}/tglSEP/{tanggal}", "person": {"nokartu": "bpjs_number"}},
        {"path": "/referensi/poli/{nama}", "query": ["limit", "urut"]},
        {"path": "/SEP/2.0/insert", "method": "POST"},
    ],
    "callers": [
        {"id": "simrs", "paths": ["/referensi/", "/SEP/"]},
        {"id": "antrean", "paths": ["/antrean/"]},
        {"id": "tua", "signs": "time", "networks": ["192.0.2.0/24"]},
    ],
}


def bpjs(**changes: Any) -> Connector:
    keys = {"key__simrs": KEY, "key__antrean": OTHER, "key__tua": KEY}
    return connector("hmac_headers", {**SETTINGS, **changes}, secret="pwd", user_key="uk", pcare_password="pc", **keys)


def signed(
    method: str = "GET",
    path: str = "/referensi/poli/umum",
    *,
    key: str = KEY,
    key_id: str = "simrs",
    query: str = "",
    body: bytes = b"",
    off: int = 0,
    nonce: str = "nonce-nonce-0001",
    **changes: Any,
) -> Incoming:
    """Return a call that an older program signed `off` seconds from now; `changes` alter it afterwards."""
    full = f"/panggil/hmac-headers{path}"
    stamp = str(NOW + off)
    mac = signature.of_request(
        key, method=method, host=HOST, path=full, query=query, body=body, consumer=key_id, timestamp=stamp, nonce=nonce
    )
    headers = {"x-cons-id": key_id, "x-timestamp": stamp, "x-nonce": nonce, "x-signature": mac, **changes.pop("headers", {})}
    return came(method, path, **{"full_path": full, "raw_query": query, "body": body, "headers": headers, **changes})
