"""oidcc-config: the metadata document and the key set, as the suite reads them. The addresses of a deployment are all https."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import KeySet

from tests.site import Site, open_site

HTTPS = "https://localhost:8443"
ARRAYS = (
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "grant_types_supported",
    "scopes_supported",
    "claims_supported",
    "code_challenge_methods_supported",
    "token_endpoint_auth_methods_supported",
    "ui_locales_supported",
)


async def published(site: Site) -> dict[str, Any]:
    response = await site.http().get("/.well-known/openid-configuration")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    return dict(response.json())


async def test_oidcc_discovery_endpoint_verification(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder, issuer=HTTPS) as site:
        site.issuer = HTTPS
        document = await published(site)
        assert document["issuer"] == HTTPS
        for name, value in document.items():
            if name.endswith("_endpoint") or name in ("jwks_uri", "check_session_iframe"):
                parts = urlsplit(value)
                assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "localhost:8443", ""), name
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            assert name in document
        for name in ARRAYS:
            assert document[name] and isinstance(document[name], list), name
            assert len(set(document[name])) == len(document[name]), name
        assert "code" in document["response_types_supported"]
        assert set(document["subject_types_supported"]) <= {"public", "pairwise"}
        assert "RS256" in document["id_token_signing_alg_values_supported"]
        assert "openid" in document["scopes_supported"]
        assert document["code_challenge_methods_supported"] == ["S256"]


async def test_oidcc_discovery_jwks_has_a_kid_for_each_key_and_no_private_part(site: Site) -> None:
    keys = (await site.http().get("/jwks")).json()
    kids = [key.get("kid") for key in keys["keys"]]
    assert all(kids) and len(set(kids)) == len(kids)
    assert not [key for key in keys["keys"] if key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}]
    assert all(len(KeySet.import_key_set({"keys": [key]}).keys) == 1 for key in keys["keys"])


async def test_oidcc_discovery_request_object_algorithms_have_rs256(site: Site) -> None:
    document = await published(site)
    assert "none" not in document.get("request_object_signing_alg_values_supported", [])
    if document["request_parameter_supported"] or document["request_uri_parameter_supported"]:
        assert "RS256" in document["request_object_signing_alg_values_supported"]
