"""Our tokens and the helper against a live provider, and against verifiers that others wrote: python-jose, PyJWT, npm `jose`."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from jose import jwt as python_jose

from tests.servers import missing
from tests.site import TEST_SECRET, Live, live_site, test_client

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "protect-a-service.md"
NODE = Path(__file__).parents[1] / "peers" / "node"
AUDIENCE = "antrean-api"
SCRIPT = """
import { createRemoteJWKSet, jwtVerify } from 'jose'
const [issuer, audience, token] = process.argv.slice(1)
const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(issuer + '/jwks')), {
  issuer, audience, typ: 'at+jwt', algorithms: ['ES256', 'PS256', 'EdDSA'],
})
console.log(JSON.stringify({ sub: payload.sub, alg: protectedHeader.alg }))
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    own = {"scopes": frozenset({"antrean:baca", "antrean:tulis"}), "grant_types": frozenset({"client_credentials"})}
    signed = {"access_token_format": "jwt", "audience": AUDIENCE, **own}
    clients = (
        test_client("e-link", client_id="caller", **signed),
        test_client("e-link", client_id="caller-ps", id_token_alg="PS256", **signed),
        test_client("e-link", client_id="opaque", audience=AUDIENCE, **own),
        test_client("e-link", client_id="elsewhere", access_token_format="jwt", **own),
        test_client("e-link", client_id=AUDIENCE, audience=AUDIENCE, **own),
    )
    with live_site(tmp_path_factory.mktemp("rs"), template_folder, clients=clients) as running:
        yield running


def token_of(live: Live, client: str, scope: str = "antrean:baca") -> str:
    form = {"grant_type": "client_credentials", "scope": scope}
    answer = httpx.post(f"{live.issuer}/token", data=form, auth=(client, TEST_SECRET))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def keys_of(live: Live) -> dict[str, Any]:
    return httpx.get(f"{live.issuer}/jwks").json()  # type: ignore[no-any-return]


@pytest.mark.parametrize(("client", "alg"), [("caller", "ES256"), ("caller-ps", "PS256")])
def test_pyjwt_verifies_our_access_tokens(live: Live, client: str, alg: str) -> None:
    token = token_of(live, client)
    key = pyjwt.PyJWKClient(f"{live.issuer}/jwks").get_signing_key_from_jwt(token).key
    claims = pyjwt.decode(token, key, algorithms=[alg], audience=AUDIENCE, issuer=live.issuer)
    assert claims["sub"] == f"client:{client}"
    assert pyjwt.get_unverified_header(token)["typ"] == "at+jwt"
    with pytest.raises(pyjwt.InvalidAudienceError):
        pyjwt.decode(token_of(live, "elsewhere"), key if alg == "ES256" else _es256(live), algorithms=["ES256"], audience=AUDIENCE)


def _es256(live: Live) -> Any:
    return pyjwt.PyJWKClient(f"{live.issuer}/jwks").get_signing_key_from_jwt(token_of(live, "elsewhere")).key


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_python_jose_verifies_our_access_tokens(live: Live) -> None:
    """Of the keys it is given the one that fits: it knows no EdDSA and no PS256, so it gets the keys of its own algorithm."""
    keys = {"keys": [key for key in keys_of(live)["keys"] if key["alg"] == "ES256"]}
    claims = python_jose.decode(token_of(live, "caller"), keys, algorithms=["ES256"], audience=AUDIENCE, issuer=live.issuer)
    assert (claims["sub"], claims["scope"]) == ("client:caller", "antrean:baca")


@pytest.mark.parametrize(("client", "alg"), [("caller", "ES256"), ("caller-ps", "PS256")])
def test_npm_jose_verifies_our_access_tokens(live: Live, client: str, alg: str) -> None:
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "jose").exists():
        missing("node with the package jose")
    assert node is not None
    token = token_of(live, client)
    run = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT, live.issuer, AUDIENCE, token], cwd=NODE, capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {"sub": f"client:{client}", "alg": alg}


def example(live: Live) -> dict[str, Any]:
    """Return what the program of the how-to page defines, word for word but for the address, the secret and the scope."""
    code = HOW_TO.read_text().split("```python\n")[1].split("```")[0]
    code = code.replace("https://gapura.trenggalekkab.go.id", live.issuer)
    code = code.replace("from the secret store, never from the repository", TEST_SECRET).replace('needs("openid"', 'needs("antrean:baca"')
    names: dict[str, Any] = {}
    exec(compile(code, str(HOW_TO), "exec", dont_inherit=True), names)
    return names


async def test_the_example_of_the_how_to_page_runs_against_a_live_provider(live: Live) -> None:
    program = example(live)
    transport = httpx.ASGITransport(app=program["app"])
    async with httpx.AsyncClient(transport=transport, base_url="https://antrean.trenggalekkab.go.id") as http:

        async def called(token: str, method: str = "GET", path: str = "/antrean") -> httpx.Response:
            return await http.request(method, path, headers={"authorization": f"Bearer {token}"})

        for client in ("caller", "caller-ps", "opaque"):
            answer = await called(token_of(live, client))
            assert answer.json() == {"subject": f"client:{client}", "client": client}, answer.text
        assert (await called(token_of(live, "elsewhere"))).status_code == 401
        assert (await called("x" * 43)).status_code == 401
        narrow = await called(token_of(live, "caller", "antrean:tulis"))
        assert (narrow.status_code, narrow.json()["detail"]["error"]) == (403, "insufficient_scope")
        weak = await called(token_of(live, "caller"), "POST", "/antrean/batal")
        assert weak.json()["detail"]["error"] == "insufficient_user_authentication"
        opaque = token_of(live, "opaque")
        assert (await called(opaque)).status_code == 200
        httpx.post(f"{live.issuer}/revoke", data={"token": opaque}, auth=("opaque", TEST_SECRET))
        assert (await called(opaque)).status_code == 401, "an opaque token is asked about every time"
    await program["gapura"].aclose()
