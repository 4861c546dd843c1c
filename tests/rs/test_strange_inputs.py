"""What a stranger may send to a service: deep JSON, members of odd types, addresses that are none. It is refused, each time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import Depends

from kit.secrets import b64url
from rs.dpop import normal
from rs.guard import path_of
from rs.jws import MAX_MEMBER, NotSigned, header_of
from tests.idp.proofs.proofs import HERS, thumbprint
from tests.rs.service import API, OURS, Service, a_jwt, a_proof, refusal

BOUND = {"cnf": {"jkt": thumbprint(HERS)}}
DEPTHS = (21, 260, 950, 1020, 6000)
NOT_OURS = (401, "the token is not one of the provider")


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def a_token(header: str, body: str = "{}") -> str:
    return f"{b64url(header.encode())}.{b64url(body.encode())}.{b64url(b'x' * 64)}"


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("member", ["kid", "typ", "cty", "alg", "jwk"])
async def test_wb_07_a_deep_header_is_refused(member: str, levels: int) -> None:
    service = Service()
    token = a_token(f'{{"typ":"at+jwt","alg":"ES256","{member}":{nested(levels)}}}')
    assert refusal(await service.get(f"Bearer {token}")) == NOT_OURS
    bound = a_jwt(**BOUND)
    assert (await service.get(f"DPoP {bound}", proofs=(token,))).status_code == 401
    assert (await service.get(f"DPoP {bound}", proofs=(a_proof(bound),))).status_code == 200


@pytest.mark.parametrize("value", ["[1]", "5", "null", "{}", '"' + "x" * (MAX_MEMBER + 1) + '"'])
@pytest.mark.parametrize("member", ["kid", "typ", "cty", "alg"])
def test_a_header_holds_short_texts(member: str, value: str) -> None:
    with pytest.raises(NotSigned):
        header_of(a_token(f'{{"{member}":{value}}}'))
    assert header_of(a_token(f'{{"{member}":"x"}}')) == {member: "x"}


@pytest.mark.parametrize("levels", DEPTHS)
async def test_wb_07_a_deep_proof_is_refused(levels: int) -> None:
    from joserfc import jws

    header: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": HERS.as_dict(private=False)}
    deep = jws.serialize_compact(header, f'{{"htu":{nested(levels)}}}'.encode(), HERS)
    token, service = a_jwt(**BOUND), Service()
    assert refusal(await service.get(f"DPoP {token}", proofs=(deep,))) == (401, "the proof is not signed by its key")


@pytest.mark.parametrize("path", ["/jwks", "/introspect", "/.well-known/openid-configuration"])
async def test_wb_07_a_provider_that_answers_deep_json_is_one_that_cannot_be_asked(path: str) -> None:
    service = Service()
    right = service.provider

    def odd(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=f'{{"keys":{nested(6000)}}}') if request.url.path == path else right(request)

    service.guard.http._transport = httpx.MockTransport(odd)
    token = "o" * 43 if path == "/introspect" else a_jwt()
    assert (await service.get(f"Bearer {token}")).status_code == 503


@pytest.mark.parametrize(
    "other",
    [{"kty": "EC", "crv": "BP-256", "x": "AA", "y": "AA", "kid": "z"}, {"kty": "AKP", "kid": "z"}, {"kty": "EC", "use": "x"}, "z", 5, None],
)
async def test_a_key_of_the_provider_that_cannot_be_read_spoils_no_other(other: Any) -> None:
    service = Service()
    right = service.provider

    def more(request: httpx.Request) -> httpx.Response:
        keys = {"keys": [other, OURS.as_dict(private=False)]}
        return httpx.Response(200, json=keys) if request.url.path == "/jwks" else right(request)

    service.guard.http._transport = httpx.MockTransport(more)
    assert (await service.get(f"Bearer {a_jwt()}")).status_code == 200, "RFC 7517 §5"


@pytest.mark.parametrize("htu", ["https://[bad", "https://api.example:x/data", "", "/data", 5, None, ["https://api.example/data"], "\x00"])
async def test_dp_04_an_htu_that_is_no_address_is_another(htu: Any) -> None:
    token = a_jwt(**BOUND)
    assert refusal(await Service().get(f"DPoP {token}", proofs=(a_proof(token, htu=htu),)))[0] == 401


@pytest.mark.parametrize("htu", ["https://api.example:443/data", "HTTPS://API.example/data", "https://api.example/data?x=1#y"])
async def test_dp_04_the_same_address_in_other_words_is_the_same(htu: str) -> None:
    token = a_jwt(**BOUND)
    assert (await Service().get(f"DPoP {token}", proofs=(a_proof(token, htu=htu),))).status_code == 200


@pytest.mark.parametrize(
    ("path", "htu", "status"),
    [
        ("/berkas/a%20b", "/berkas/a%20b", 200),
        ("/berkas/a%3Fb", "/berkas/a%3Fb", 200),
        ("/berkas/x", "/berkas/x", 200),
        ("/berkas/a%3Fb", "/berkas/a", 401),
        ("/berkas/a%23b", "/berkas/a", 401),
        ("/berkas/a%2Fb", "/berkas/a/b", 401),
        ("/berkas/a%20b", "/berkas/a b", 401),
    ],
)
async def test_dp_04_the_path_is_compared_as_it_was_sent(path: str, htu: str, status: int) -> None:
    service = Service()

    @service.app.get("/berkas/{name:path}", dependencies=[Depends(service.guard.needs("baca"))])
    async def berkas(name: str) -> dict[str, str]:
        return {"name": name}

    token = a_jwt(**BOUND)
    assert (await service.get(f"DPoP {token}", path=path, proofs=(a_proof(token, htu=API + htu),))).status_code == status


def test_a_server_that_leaves_the_raw_path_out_is_helped() -> None:
    from starlette.requests import Request

    scope = {"type": "http", "method": "GET", "path": "/a b", "headers": [], "query_string": b""}
    assert path_of(Request(scope)) == "/a%20b"
    assert path_of(Request({**scope, "raw_path": b"/a%2Fb"})) == "/a%2Fb"


@pytest.mark.parametrize(
    "url", ["https://A.example:443/x?y#z", "http://[::1]:80/", "http://[x", "ftp://a/", "https://u@a/", "https://a.example"]
)
def test_an_address_means_here_what_it_means_to_the_provider(url: str) -> None:
    from idp.proofs.proof import normal as the_providers

    assert normal(url) == the_providers(url)
