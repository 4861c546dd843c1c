"""States that pass every rule, to be changed in one point by each test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey

from idp.applications.models import Agency, Application, Client
from idp.applications.registry import Snapshot
from idp.registration.checks import DEVICE
from idp.registration.policy import Policy
from idp.registration.state import Offered, State
from kit.secrets import b64url

CALLBACK = "https://rp.example/cb"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
JWKS: dict[str, Any] = {"keys": [KEY.as_dict(private=False)]}
GRANTS = ("authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange")
METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "none")
OFFERED = Offered(frozenset({*GRANTS, DEVICE}), frozenset(METHODS), frozenset({"10.0.0.9:8443"}))
AGENCY = Agency("DINKES", {"id": "Dinas Kesehatan", "en": "Health"}, "Dinkes", "dinas", None, "2020-01-01", None, "", "", {}, {})
APPLICATION = Application("antrean", {"id": "Antrean Puskesmas", "en": "Queue"}, "DINKES", "online_oidc", None, None)
OTHER = replace(APPLICATION, id="lain", agency="DISPENDIK")
POLICY = Policy(
    application="antrean",
    scopes=frozenset({"openid", "name"}),
    grant_types=frozenset({"authorization_code", "refresh_token"}),
    auth_methods=frozenset({"client_secret_basic", "private_key_jwt", "none"}),
    redirect_hosts=frozenset({"rp.example", "two.example"}),
)
CLIENT = Client("c1", "antrean", "client_secret_basic", (CALLBACK,), frozenset({"openid", "name"}), id_token_alg="RS256")
FAPI = {"profile": "fapi2_security", "auth_method": "private_key_jwt", "jwks": JWKS, "dpop_bound": True, "id_token_alg": "ES256"}


def snapshot() -> Snapshot:
    applications = {one.id: one for one in (APPLICATION, OTHER)}
    agencies = {"DINKES": AGENCY, "DISPENDIK": replace(AGENCY, code="DISPENDIK", short_name="Disdik", name={"id": "Dinas Pendidikan"})}
    return Snapshot(agencies=agencies, applications=applications, clients={"c1": CLIENT, "c2": replace(CLIENT, client_id="c2")})


def state(policy: Policy | None = None, **changes: Any) -> State:
    """Return the state of an operator's client, or of one under a policy. Names of State go there, the others to the client."""
    own = {name: changes.pop(name) for name in ("response_types", "inside", "listed", "snapshot") if name in changes}
    client = replace(CLIENT, **changes)
    kinds = ("code",) if "authorization_code" in client.grant_types else ()
    return State(client, own.pop("snapshot", snapshot()), OFFERED, policy, **{"response_types": kinds, **own})


def short_rsa() -> dict[str, Any]:
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    return {"keys": [{"kty": "RSA", "n": b64url(numbers.n.to_bytes(128, "big")), "e": "AQAB"}]}
