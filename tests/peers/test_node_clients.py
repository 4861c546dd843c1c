"""Two client libraries that others wrote, `openid-client` and `oauth4webapi`, against a live provider: every feature they know, one by one.

The library judges our answers; the person's browser is ours. A scenario fails where the library finds something wrong.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from admin.actions.drafts import RegistrationDraft
from admin.operator import LOCAL
from hub.resources import Resources
from hub.wiring import build_house
from idp.applications.models import Client
from tests.peers.programs import HERE, program
from tests.peers.visitor import Visitor
from tests.servers import missing
from tests.site import CALLBACK, TEST_SECRET, Live, live_site, test_client

AFTER = "https://rp.example/after"
KEY = ECKey.generate_key("P-256", {"kid": "peer-1", "alg": "ES256", "use": "sig"})
PUBLIC = {"keys": [KEY.as_dict(private=False)]}
SCOPE = "openid name nik kecamatan phone_number"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
CORE = frozenset({"authorization_code", "refresh_token", "client_credentials"})


def clients() -> tuple[Client, ...]:
    """Return one client of each sort, all of the same application, so that the person agrees once."""
    keyed: dict[str, Any] = {"auth_method": "private_key_jwt", "jwks": PUBLIC, "secrets": ()}
    jarm = frozenset({"query", "form_post", "jwt", "query.jwt", "form_post.jwt"})
    sorts: dict[str, dict[str, Any]] = {
        "secret": {"post_logout_redirect_uris": (AFTER,), "grant_types": CORE | {DEVICE}},
        "keyed": {**keyed, "response_modes": jarm},
        "bound": {**keyed, "dpop_bound": True, "require_par": True},
        "fapi": {**keyed, "profile": "fapi2_security", "dpop_bound": True, "require_par": True},
        "signing": {
            **keyed, "profile": "fapi2_message_signing", "dpop_bound": True, "require_par": True, "request_object_alg": "ES256",
            "response_modes": jarm,
        },
        "signed": {"introspection_alg": "ES256", "userinfo_alg": "ES256"},
        "actor": {"grant_types": CORE | {EXCHANGE}},
        "jwt": {"access_token_format": "jwt"},
        "target": {"exchange_from": frozenset({"peer-actor"})},
    }  # fmt: skip
    return tuple(test_client(client_id=f"peer-{name}", **changes) for name, changes in sorts.items())


@dataclass
class Scenarios:
    """Runs scenarios of Node against the live provider, the person's browser beside it."""

    live: Live
    visitor: Visitor = field(default_factory=Visitor)

    def run(self, file: str, name: str, client: str, **more: Any) -> dict[str, Any]:
        kind = next(one for one in clients() if one.client_id == f"peer-{client}")
        given = {
            "issuer": self.live.issuer,
            "clientId": kind.client_id,
            "redirectUri": CALLBACK,
            "afterUri": AFTER,
            "scope": SCOPE,
            "secret": TEST_SECRET if kind.secrets else "",
            "key": KEY.as_dict(private=True) if kind.jwks else None,
            "audience": "peer-target",
            "initialAccessToken": OPENED.get("token", ""),
            "metadata": {
                "id_token_signed_response_alg": kind.id_token_alg,
                "authorization_signed_response_alg": kind.authorization_alg,
            },
            **more,
        }
        command = [program("node"), str(HERE / "node" / "run.js"), file, name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE / "node") as node:
            assert node.stdin is not None
            assert node.stdout is not None
            try:
                return self._talk(node.stdin, node.stdout, given)
            finally:
                node.kill()

    def _talk(self, out: Any, lines: Any, given: dict[str, Any]) -> dict[str, Any]:
        self._say(out, given)
        for line in lines:
            message = json.loads(line)
            if "done" in message:
                return dict(message["done"])
            assert "failed" not in message, f"{message['failed']}\n{message['stack']}"
            self._say(out, self._act(message))
        raise AssertionError("the scenario ended without a word")

    def _act(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do in the person's browser what the relying party's page would lead to."""
        if "visit" in message:
            return self.visitor.visit(message["visit"], message["to"])
        return self.visitor.enter_code(message["at"], message["device"], message.get("answer", "yes"))

    @staticmethod
    def _say(out: Any, message: dict[str, Any]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    if not (HERE / "node" / "node_modules" / "openid-client").is_dir():
        missing("openid-client (npm ci in tests/peers/node)")
    with live_site(tmp_path_factory.mktemp("node-clients"), template_folder, clients=clients(), fill=open_registration) as live:
        yield live


OPENED: dict[str, str] = {}


async def open_registration(resources: Resources) -> None:
    """Let an operator open registration: the initial access token that the scenario of registration uses."""
    house = await build_house(resources)
    draft = RegistrationDraft(
        title="Uji klien Node",
        application="usaha-kecil",
        redirect_hosts=("rp.example",),
        scopes=("openid",),
        auth_methods=("client_secret_basic",),
        quota=9,
    )
    _, OPENED["token"] = await house.admin.actions.registrations.create(LOCAL, draft)


@pytest.fixture(scope="module")
def run(provider: Live) -> Iterator[Callable[..., dict[str, Any]]]:
    """One browser for all: its person signs in once, and again where a scenario signed them out."""
    scenarios = Scenarios(provider)
    yield scenarios.run
    scenarios.visitor.http.close()


OPENID_CLIENT = [
    ("code", "secret"),
    ("refresh", "secret"),
    ("introspection", "secret"),
    ("revocation", "secret"),
    ("clientCredentials", "secret"),
    ("formPost", "secret"),
    ("privateKeyJwt", "keyed"),
    ("rpInitiatedLogout", "secret"),
    ("signedRequest", "keyed"),
    ("pushed", "secret"),
    ("signedResponse", "keyed"),
    ("dpop", "bound"),
    ("dpop", "fapi"),
    ("messageSigning", "signing"),
    ("tokenExchange", "actor"),
    ("registration", "secret"),
    ("deviceFlow", "secret"),
    ("deviceRefused", "secret"),
]


@pytest.mark.parametrize(("name", "client"), OPENID_CLIENT, ids=[f"{name}-{client}" for name, client in OPENID_CLIENT])
def test_openid_client(run: Callable[..., dict[str, Any]], name: str, client: str) -> None:
    told = run("openid-client", name, client)
    if name == "code":
        assert told["told"]["name"] == "Siti Peragawati"
        assert told["claims"]["sub"] == told["told"]["sub"]


OAUTH4WEBAPI = [
    ("code", "secret"),
    ("privateKeyJwt", "keyed"),
    ("signedUserinfo", "signed"),
    ("signedIntrospection", "signed"),
    ("dpop", "bound"),
    ("dpop", "fapi"),
    ("revocation", "secret"),
    ("jwtAccessToken", "jwt"),
    ("resourceMetadata", "secret"),
]


@pytest.mark.parametrize(("name", "client"), OAUTH4WEBAPI, ids=[f"{name}-{client}" for name, client in OAUTH4WEBAPI])
def test_oauth4webapi(run: Callable[..., dict[str, Any]], name: str, client: str) -> None:
    told = run("oauth4webapi", name, client)
    if name == "code":
        assert told["told"]["name"] == "Siti Peragawati"
