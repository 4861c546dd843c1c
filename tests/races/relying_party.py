"""Relying parties that keep the key set for as long as they may and fetch it again for a `kid` they do not know, as others' do."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from joserfc.jwk import JWKRegistry

from idp.client_auth.signatures import payload_of
from kit.secrets import b64url_decode
from tests.forms import Browser
from tests.site import CALLBACK, PASSWORD, SITI, TEST_SECRET, VERIFIER, answer_of, authorize_query

SCOPE = "openid name"


class Failed(Exception):
    """A step of a flow did not go as it must."""


class Withdrawn(Exception):
    """The token was signed by a key that has been removed: refused, as demanded."""


def kid_of(token: str) -> str:
    return str(orjson.loads(b64url_decode(token.partition(".")[0]))["kid"])


@dataclass
class Truth:
    """What really happened to the keys: filled in by whoever changes them."""

    removed: set[str] = field(default_factory=set)


@dataclass
class RelyingParty:
    """One client and one signed-in browser: issue, verify, call userinfo, again and again."""

    client_id: str
    alg: str
    http: httpx.AsyncClient
    truth: Truth
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    newest: dict[str, str] = field(default_factory=dict)  # its last good access token, by the key that signed it

    async def sign_in(self) -> None:
        browser = Browser(self.http)
        page = await browser.go("/authorize?" + authorize_query(self.client_id, CALLBACK, SCOPE))
        for _ in range(3):
            if page.headers.get("location", "").startswith(CALLBACK):
                return
            page = await browser.sign_in(SITI, PASSWORD) if 'name="sandi"' in page.text else await browser.submit(button="lanjutkan")
        raise Failed(f"sign-in: {page.status_code}")

    async def flow(self) -> None:
        """One flow; a token whose key was removed meanwhile is asked for again, as a person would sign in again."""
        for _ in range(5):
            try:
                await self._once()
            except Withdrawn:
                self.counts["refused after removal"] += 1
            except (Failed, httpx.HTTPError) as error:
                self.failures.append(f"{self.alg}: {type(error).__name__} {error}")
                return
            else:
                self.counts["flows"] += 1
                return
        self.failures.append(f"{self.alg}: refused five times")

    async def _once(self) -> None:
        page = await self.http.get("/authorize?" + authorize_query(self.client_id, CALLBACK, SCOPE, prompt="none"))
        answer = answer_of(page.headers.get("location", ""))
        if page.status_code != 303 or "code" not in answer:
            raise Failed(f"authorize {page.status_code} {answer}")
        data = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        tokens = await self.http.post("/token", data=data, auth=(self.client_id, TEST_SECRET))
        if tokens.status_code != 200:
            raise Failed(f"token {tokens.status_code} {tokens.text}")
        body = tokens.json()
        for token in (body["id_token"], body["access_token"]):
            await self._verify(token)
        told = await self.http.get("/userinfo", headers={"authorization": f"Bearer {body['access_token']}"})
        if told.status_code == 401 and kid_of(body["access_token"]) in self.truth.removed:
            raise Withdrawn
        if told.status_code != 200:
            raise Failed(f"userinfo {told.status_code} {told.text}")
        self.newest[kid_of(body["access_token"])] = body["access_token"]

    async def _verify(self, token: str) -> None:
        kid = kid_of(token)
        if kid not in self.keys:
            response = await self.http.get("/jwks")
            if response.status_code != 200:
                raise Failed(f"jwks {response.status_code}")
            self.keys = {key["kid"]: key for key in response.json()["keys"]}
            self.counts["key sets fetched"] += 1
        if kid not in self.keys:
            raise Withdrawn if kid in self.truth.removed else Failed(f"kid {kid} is not published")
        key = self.keys[kid]
        if key["alg"] != self.alg:
            raise Failed(f"signed with {key['alg']}")
        claims = orjson.loads(payload_of(token, JWKRegistry.import_key(key), self.alg))  # type: ignore[arg-type] # a key of its alg
        if claims["aud"] != self.client_id:
            raise Failed("aud")


async def refused_by_all(base_url: str, token: str, *, seconds: float, began: float) -> float:
    """Return after how many seconds since `began` the last probe, each on a connection of its own, still took the token.

    Connections of one's own reach every worker. The key must be gone from the published set as well.
    """
    last = 0.0
    clock = asyncio.get_running_loop().time
    kid = kid_of(token)
    while clock() - began < seconds:
        async with httpx.AsyncClient(base_url=base_url, timeout=10) as http:
            told = await http.get("/userinfo", headers={"authorization": f"Bearer {token}"})
            published = await http.get("/jwks")
        if told.status_code == 200 or kid in published.text:
            last = clock() - began
        await asyncio.sleep(0.01)
    return last
