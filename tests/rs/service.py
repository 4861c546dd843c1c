"""A provider of a few lines for unit tests of the helper, and an agency's service behind it. Keys are real; time stands still."""

from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI
from joserfc.jwk import ECKey, OKPKey, RSAKey

from kit.clock import FixedClock
from kit.secrets import new_id
from rs import Caller, ResourceServer
from tests.idp.client_auth.assertions import Key, signed
from tests.idp.proofs.proofs import ath
from tests.idp.proofs.proofs import proof as any_proof

NOW = 1_795_500_000
ISSUER = "https://gapura.example"
API = "https://api.example"
OURS = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256", "use": "sig"}, auto_kid=False)
ED = OKPKey.generate_key("Ed25519", {"kid": "k2", "alg": "EdDSA", "use": "sig"}, auto_kid=False)
RSA = RSAKey.generate_key(2048, {"kid": "k3", "alg": "PS256", "use": "sig"}, auto_kid=False)
STRANGER = ECKey.generate_key("P-256", {"kid": "k1"}, auto_kid=False)


class FakeProvider:
    """Metadata, keys and introspection of a provider, as a transport of httpx. `tokens` are the opaque ones it knows."""

    def __init__(self) -> None:
        self.keys: list[Key] = [OURS]
        self.tokens: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.down = False
        self.issuer = ISSUER
        self.authorization = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down", request=request)
        self.asked.append(request.url.path)
        if request.url.path == "/introspect":
            self.authorization = request.headers.get("authorization", "")
            token = httpx.QueryParams(request.content.decode())["token"]
            return httpx.Response(200, json=self.tokens.get(token, {"active": False}))
        if request.url.path == "/jwks":
            return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
        metadata = {"issuer": self.issuer, "jwks_uri": f"{ISSUER}/jwks", "introspection_endpoint": f"{ISSUER}/introspect"}
        return httpx.Response(200, json=metadata)


class Service:
    """The service: `/data` needs the scope `baca`, `/rahasia` a sign-in with two steps that is not older than an hour."""

    def __init__(self, **options: Any) -> None:
        self.provider = FakeProvider()
        self.clock = FixedClock(NOW)
        values: dict[str, Any] = {"client_id": "api", "client_secret": "s e/c", "public_url": API, **options}
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.provider))
        self.guard = ResourceServer(issuer=ISSUER, audience="api", http=http, now=self.clock.now, **values)
        app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})

        @app.get("/data")
        async def data(caller: Annotated[Caller, Depends(self.guard.needs("baca"))]) -> dict[str, Any]:
            return {"sub": caller.subject, "person": caller.is_person, "actor": dict(caller.actor), "claims": dict(caller.claims)}

        strong = self.guard.needs("baca", acr="urn:gapura:aal2", max_age=3600)

        @app.get("/rahasia")
        async def secret(caller: Annotated[Caller, Depends(strong)]) -> dict[str, str]:
            return {"sub": caller.subject}

        self.app = app

    async def get(self, *authorization: str, path: str = "/data", proofs: tuple[str, ...] = (), **more: str) -> httpx.Response:
        headers = [("authorization", one) for one in authorization] + [("dpop", one) for one in proofs] + list(more.items())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=API) as http:
            return await http.get(path, headers=headers)


def claims(**changes: Any) -> dict[str, Any]:
    made = {
        "iss": ISSUER, "aud": "api", "sub": "s1", "client_id": "rp", "scope": "baca tulis", "iat": NOW, "exp": NOW + 300, "jti": new_id(),
        "acr": "urn:gapura:aal1", "auth_time": NOW - 10, **changes,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def a_jwt(key: Key = OURS, alg: str = "ES256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    return signed(claims(**changes), key, alg, **{"typ": "at+jwt", **(header or {})})


def a_proof(token: str, **changes: Any) -> str:
    return any_proof(**{"now": NOW, "htm": "GET", "htu": f"{API}/data", "ath": ath(token), **changes})


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["detail"]["error_description"]
