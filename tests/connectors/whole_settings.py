"""Settings of every kind with which nothing is wrong and in which as much as can be is said, for tests that then spoil them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.connectors.saml.party import settings as saml

API: dict[str, Any] = {
    "base_url": "https://api.example.id/v1",
    "operations": [{"path": "/pns/{nip}", "query": ["tgl"], "person": {"nip": "nip"}}, {"path": "/referensi"}],
    "applications": ["lain"],
    "sample": "/referensi",
}
ROWS = [{"claim": "name", "field": "nama", "transform": "trim"}]

WHOLE: Mapping[str, dict[str, Any]] = {
    "api_key": {
        **API,
        "services": [{"name": "satu", "prefix": "/", "header": "apikey"}],
        "envelope": {"status": "code", "good": ["200"]},
    },
    "basic": {**API, "username": "dinkes"},
    "hmac_headers": {**API, "cons_id": "1", "callers": [{"id": "rs", "paths": ["/"], "signs": "time", "networks": ["10.0.0.0/8"]}]},
    "oauth_client": {**API, "token_url": "https://api.example.id/token", "client_id": "x"},
    "sha1_webhook": {**API, "username": "oss"},
    "soap_wsse": {
        "base_url": "https://api.example.id/v1",
        "operations": [{"path": "/Cek", "fields": ["nik"], "person": {"body:nik": "nik"}}],
        "namespace": "urn:x",
        "callers": [{"id": "a", "operations": ["Cek"]}],
    },
    "two_tokens": {**API, "consumer_key": "k", "apim_url": "https://api.example.id/token"},
    "cas": {"services": ["https://a.example.id/"], "attributes": ROWS, "proxy_callbacks": ["https://a.example.id/pgt"]},
    "form_login": {
        "base_url": "https://a.example.id",
        "upstream": "http://10.0.0.1",
        "aliases": ["http://10.0.0.1"],
        "form": {"page": "/masuk", "action": "/masuk", "fields": {"username": "u", "password": "p"}, "fixed": {"k": "v"}},
        "fields": ROWS,
        "pass_headers": ["x-csrf-token"],
    },
    "forward_auth": {"base_url": "https://a.example.id", "headers": [{"claim": "name", "field": "X-Nama"}], "strip": ["X-Lain"]},
    "ldap": {"base_dn": "ou=a,dc=b", "attributes": [{"claim": "name", "field": "cn"}], "search_by": ["uid"]},
    "passport": {"base_url": "https://a.example.id", "redirect_uris": ["https://a.example.id/cb"], "fields": ROWS},
    "saml": saml(),
    "simple_sso": {"base_url": "https://a.example.id", "broker": "a", "return_urls": ["https://a.example.id/"], "fields": ROWS},
    "ticket": {"base_url": "https://a.example.id", "arrive_url": "https://a.example.id/m", "fields": ROWS, "exchange_from": ["lain"]},
}
