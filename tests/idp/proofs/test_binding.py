"""What a request is bound to, and what that costs whoever is bound to nothing."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from idp.applications.models import Client
from idp.endpoints.credentials import token_of
from idp.errors import InvalidDpopProof, InvalidRequest, InvalidToken
from idp.proofs.binding import Bindings
from idp.proofs.certificate import ClientCertificates
from idp.proofs.dpop import DpopProofs
from idp.proofs.nonces import Nonces
from idp.tokens.models import AccessToken
from kit.clock import FixedClock
from kit.expiring import ExpiringStore
from tests.idp.samples import ISSUER, NOW, a_client


class Nowhere:
    """A store that fails whoever asks it anything."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the store was asked to {name}")


CLOCK = FixedClock(NOW)
STORE: ExpiringStore = Nowhere()  # type: ignore[assignment] # that is the point
BINDINGS = Bindings(DpopProofs(STORE, Nonces(b"n" * 32, CLOCK), CLOCK, (ISSUER,)), ClientCertificates())
TOKEN = AccessToken("rp-a", "aplikasi-a", "", "", None, "s", frozenset(), "rp-a", NOW, NOW + 60, "jti")


def request(*authorization: str) -> Request:
    headers = [(b"authorization", one.encode("latin-1")) for one in authorization]
    return Request(
        {"type": "http", "method": "POST", "path": "/token", "query_string": b"", "headers": headers, "client": ("192.0.2.7", 1)}
    )


@pytest.mark.parametrize("client", [a_client(), a_client(auth_method="none"), a_client(auth_method="private_key_jwt")])
async def test_a_client_that_uses_none_of_it_asks_the_store_for_nothing(client: Client) -> None:
    assert await BINDINGS.of_token_request(request(), client, {}) == ""
    assert await BINDINGS.of_pushed_request(request(), client, {}) == ""
    await BINDINGS.check(request(), TOKEN, "t" * 43, "bearer")


async def test_a_client_that_must_be_bound_is_refused_before_the_store_is_asked() -> None:
    for client in (a_client(dpop_bound=True), a_client(profile="fapi2_security"), a_client(profile="fapi2_message_signing")):
        with pytest.raises(InvalidDpopProof, match="must send a DPoP proof"):
            await BINDINGS.of_token_request(request(), client, {})
    for client in (a_client(tls_bound=True), a_client(profile="fapi2_security", auth_method="tls_client_auth")):
        with pytest.raises(InvalidRequest, match="must come with its certificate"):
            await BINDINGS.of_token_request(request(), client, {})


async def test_a_token_under_another_scheme_is_refused_with_the_right_challenge() -> None:
    with pytest.raises(InvalidToken) as told:
        await BINDINGS.check(request(), TOKEN, "t" * 43, "dpop")
    assert told.value.scheme == "Bearer"


def test_dp_07_scheme_and_token_are_read_once() -> None:
    assert token_of(request()) == ("", "")
    assert token_of(request("Bearer  abc ")) == ("bearer", "abc")
    assert token_of(request("dpop abc")) == ("dpop", "abc")
    for wrong in ("Basic abc", "Bearer", "DPoP ", "abc", "Bearer\tabc"):
        with pytest.raises(InvalidRequest):
            token_of(request(wrong))
    with pytest.raises(InvalidRequest):
        token_of(request("Bearer a", "Bearer a"))
    with pytest.raises(InvalidToken):
        token_of(request("Bearer a", "DPoP a"))
