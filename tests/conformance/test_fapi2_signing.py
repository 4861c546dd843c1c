"""What message signing adds: fourteen modules about the request object that is pushed, with a plain response and with JARM."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from tests.conformance.fapi import KEYS, OTHER, Fapi, error_of, open_town
from tests.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
RSA = RSAKey.generate_key(2048)
HOUR = 3600


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["signed", "jarm"])
async def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template_folder: Path
) -> AsyncIterator[tuple[Site, str]]:
    async with open_town(tmp_path_factory.mktemp("signing"), template_folder, request.param) as site:
        yield site, request.param


ACCEPTED: dict[str, dict[str, Any]] = {
    "multiple-aud": {"aud": ["https://other.example", "{issuer}"]},
    "nbf-8-seconds-in-the-future": {"nbf": 8},
    "an-hour": {"exp": HOUR},
}


@pytest.mark.parametrize("name", ACCEPTED)
async def test_fapi2_par_ensure_request_object_succeeds(fapi: Fapi, name: str) -> None:
    pushed = await fapi.push(about=filled(fapi, ACCEPTED[name]))
    assert pushed.status_code == 201, pushed.text
    assert "code" in await fapi.walk(await fapi.open(pushed.json()["request_uri"]))


REFUSED: dict[str, dict[str, Any]] = {
    "without-exp": {"exp": None},
    "without-nbf": {"nbf": None},
    "expired": {"exp": -60},
    "bad-aud": {"aud": "https://other.example"},
    "exp-over-60": {"exp": HOUR + 60},
    "nbf-over-60": {"nbf": -HOUR - 60, "exp": 30},
    "request-uri-inside": {"request_uri": "urn:ietf:params:oauth:request_uri:abc"},
}


@pytest.mark.parametrize("name", REFUSED)
async def test_fapi2_ensure_request_object_fails(fapi: Fapi, name: str) -> None:
    refused(await fapi.push(about=filled(fapi, REFUSED[name])))
    assert (await fapi.push()).status_code == 201


def filled(fapi: Fapi, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes with times counted from now and our own name put in."""
    now = fapi.site.clock.now()
    times = {name: now + value for name, value in changes.items() if isinstance(value, int)}
    named = {
        name: [fapi.site.issuer if one == "{issuer}" else one for one in value]
        for name, value in changes.items()
        if isinstance(value, list)
    }
    return {**changes, **times, **named}


def refused(response: httpx.Response) -> None:
    assert response.status_code == 400
    assert error_of(response) in ("invalid_request_object", "invalid_request")


async def pushed_object(fapi: Fapi, form: dict[str, str]) -> httpx.Response:
    return await fapi.post("/par", {**form, **fapi.assertion()})


async def test_fapi2_ensure_signed_request_object_with_rs256_fails(fapi: Fapi) -> None:
    refused(await pushed_object(fapi, fapi.signed(fapi.request(), alg="RS256", key=RSA)))


async def test_fapi2_ensure_request_object_signature_algorithm_is_not_none(fapi: Fapi) -> None:
    body = fapi.signed(fapi.request())["request"].split(".")[1]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    refused(await pushed_object(fapi, {"client_id": fapi.client_id, "request": f"{head}.{body}."}))


async def test_fapi2_ensure_request_object_with_invalid_signature_fails(fapi: Fapi) -> None:
    right = fapi.signed(fapi.request())
    assert (await pushed_object(fapi, right)).status_code == 201
    head, body, signature = right["request"].split(".")
    refused(await pushed_object(fapi, {**right, "request": f"{head}.{body}.{signature[:-6]}AAAAAA"}))


async def test_fapi2_ensure_matching_key_in_authorization_request(fapi: Fapi) -> None:
    """Signed with the key of another client, under one's own key id."""
    refused(await pushed_object(fapi, fapi.signed(fapi.request(), key=KEYS[OTHER])))


async def test_fapi2_ensure_unsigned_request_at_par_endpoint_fails(fapi: Fapi) -> None:
    refused(await pushed_object(fapi, fapi.request()))


async def test_fapi2_request_object_outside_of_par_is_refused(fapi: Fapi) -> None:
    """A signed object that was not pushed: the profile wants both."""
    page = await fapi.browser.http.get("/authorize", params=fapi.signed(fapi.request()))
    answer = await fapi.answer_in(page)
    assert answer is not None
    assert (answer["error"], "code" in answer) == ("invalid_request", False)
