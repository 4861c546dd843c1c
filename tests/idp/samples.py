"""Facts for unit tests of the provider's rules: one of everything, correct as it stands. A test changes one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from idp.applications.models import Agency, Application, Client, ClientSecret, Service
from idp.applications.registry import Snapshot
from kit.secrets import digest

NOW = 1_795_500_000
ISSUER = "https://gapura.example"
SECRET = "secret-of-the-client-secret-of-the-client-1"
CALLBACK = "https://rp.example/cb"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
TEXT = {"id": "Contoh", "en": "Example"}


def a_service(slug: str = "layanan-satu", **changes: Any) -> Service:
    service = Service(
        slug, TEXT, TEXT, "dinas-a", "usaha", 1, "citizen", "online_oidc", "aplikasi-a", None, None, (), (), TEXT, TEXT, TEXT, TEXT,
        identity_level="basic", authentication_level="aal1",
    )  # fmt: skip
    return replace(service, **changes)


def an_agency(code: str = "dinas-a", **changes: Any) -> Agency:
    return replace(Agency(code, TEXT, "DA", "dinas", None, "2020-01-01", None, "", "", TEXT, TEXT), **changes)


def an_application(**changes: Any) -> Application:
    return replace(Application("aplikasi-a", TEXT, "dinas-a", "online_oidc", "https://rp.example/", None), **changes)


def a_client(**changes: Any) -> Client:
    client = Client(
        client_id="rp-a",
        application="aplikasi-a",
        auth_method="client_secret_basic",
        redirect_uris=(CALLBACK,),
        scopes=frozenset({"openid", "profile", "phone", "layanan:layanan-satu", "layanan:layanan-lain"}),
        secrets=(ClientSecret(digest(SECRET), SECRET[:8], 0),),
        grant_types=frozenset({"authorization_code", "refresh_token"}),
    )
    return replace(client, **changes)


def a_snapshot(*clients: Client, **changes: Any) -> Snapshot:
    snapshot = Snapshot(
        agencies={"dinas-a": an_agency()},
        applications={"aplikasi-a": an_application()},
        services={"layanan-satu": a_service()},
        clients={client.client_id: client for client in clients or (a_client(),)},
        by_application={"aplikasi-a": (a_service(),)},
    )
    return replace(snapshot, **changes)
