"""R2 to R5 of the reliability page, against two worker processes: what may happen once happens once, whatever comes at the same moment.

Two rounds in `make test`, fifty in `make races`. R1 has a page of its own; TOTP and the store's own races are in tests/stores.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from consent.duty_models import DutyKind
from consent.models import LedgerEvent
from consent.rights import Rights
from hub.resources import open_resources
from hub.settings import load
from hub.wiring import House, build_house
from idp.people.models import Status
from kit.clock import FixedClock
from kit.secrets import new_id
from tests.forms import Browser
from tests.idp.proofs.proofs import ath, proof
from tests.servers import postgres_database, redis_url
from tests.site import TEST_SECRET, VERIFIER, Live, Party, answer_of, authorize_query, live_site, test_client

ROUNDS = 50 if os.environ.get("ALL_ROUNDS") else 2
PAIRS = 500 if os.environ.get("ALL_ROUNDS") else 2
AT_ONCE = 100
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
SITI = "demo-siti"
SIGNING = ECKey.generate_key("P-256")
CLIENTS = (
    test_client(),
    test_client(client_id="rp-dpop", dpop_bound=True),
    test_client(
        client_id="rp-keyed", auth_method="private_key_jwt", secrets=(), jwks={"keys": [{**SIGNING.as_dict(private=False), "kid": "one"}]}
    ),
)


@pytest.fixture(scope="module", params=["sqlite", "redis and postgresql"])
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    overrides: dict[str, str] = {}
    if request.param != "sqlite":
        overrides = {"storage.database_url": postgres_database(), "storage.expiring_url": redis_url(), "storage.master_key": KEY}
    with live_site(tmp_path_factory.mktemp("races"), template_folder, workers=2, clients=CLIENTS, **overrides) as running:
        yield running


@asynccontextmanager
async def person(live: Live, client_id: str = "rp-test") -> AsyncIterator[tuple[Party, httpx.AsyncClient]]:
    """Yield Siti's browser at the application, and its connections."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=live.issuer, limits=limits, timeout=60) as http:
        yield Party(None, Browser(http), client_id), http  # type: ignore[arg-type] # needs no site for what is used here


async def tokens_of(party: Party, http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await party.redeem(await party.code(), http)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def refreshed(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.post("/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=("rp-test", TEST_SECRET))


async def all_at_once(act: Callable[[], Awaitable[httpx.Response]]) -> Counter[int]:
    answers = await asyncio.gather(*(act() for _ in range(AT_ONCE)))
    return Counter(answer.status_code for answer in answers)


NOTHING_READ = (401, 429)  # who shows many dead tokens is slowed; a live one is answered even then (UI-07)


async def is_dead(http: httpx.AsyncClient, answer: httpx.Response) -> bool:
    """True when nothing that this answer of the token endpoint gave is good for anything."""
    if answer.status_code != 200:
        return True
    given = answer.json()
    told = await http.get("/userinfo", headers={"authorization": f"Bearer {given['access_token']}"})
    again = await refreshed(http, given["refresh_token"])
    return told.status_code in NOTHING_READ and again.status_code == 400


async def test_r2_a_hundred_refreshes_of_one_token_have_one_successor(live: Live) -> None:
    async with person(live) as (party, http):
        for _ in range(ROUNDS):
            token = (await tokens_of(party, http))["refresh_token"]
            answers = await asyncio.gather(*(refreshed(http, token) for _ in range(AT_ONCE)))
            assert {answer.status_code for answer in answers} == {200}
            successors = {answer.json()["refresh_token"] for answer in answers}
            assert len(successors) == 1
            assert (await refreshed(http, successors.pop())).status_code == 200


async def test_r3_one_assertion_is_one_authentication(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.issuer, timeout=60, limits=httpx.Limits(max_connections=AT_ONCE)) as http:
        for _ in range(ROUNDS):
            now = int(time.time())
            claims = {"iss": "rp-keyed", "sub": "rp-keyed", "aud": live.issuer, "iat": now, "exp": now + 60, "jti": new_id()}
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": jwt.encode({"alg": "ES256", "kid": "one"}, claims, SIGNING),
            }
            counts = await all_at_once(lambda form=form: http.post("/token", data=form))  # type: ignore[misc] # bound now
            assert counts[200] == 1
            assert set(counts) <= {200, 401, 429}


async def test_r3_one_dpop_proof_is_one_request(live: Live) -> None:
    async with person(live, "rp-dpop") as (party, http):
        code = await party.code()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.redirect_uri, "code_verifier": VERIFIER}
        nonce = ""
        for _ in range(2):
            shown = proof(now=int(time.time()), htu=f"{live.issuer}/token", nonce=nonce or None)
            answer = await http.post("/token", data=form, auth=party.auth, headers={"dpop": shown})
            nonce = answer.headers["dpop-nonce"]
        assert answer.status_code == 200, answer.text
        token = answer.json()["access_token"]
        for _ in range(ROUNDS):
            changes = {"htm": "GET", "htu": f"{live.issuer}/userinfo", "nonce": nonce, "ath": ath(token)}
            headers = {"authorization": f"DPoP {token}", "dpop": proof(now=int(time.time()), **changes)}
            counts = await all_at_once(lambda headers=headers: http.get("/userinfo", headers=headers))  # type: ignore[misc] # bound now
            assert counts == {200: 1, 401: AT_ONCE - 1}


async def test_r3_one_pushed_request_is_one_code(live: Live) -> None:
    async with person(live) as (party, http):
        await party.code()
        for _ in range(ROUNDS):
            pushed = await http.post("/par", data=authorization(party), auth=party.auth)
            assert pushed.status_code == 201, pushed.text
            query = {"client_id": party.client_id, "request_uri": pushed.json()["request_uri"]}
            answers = await asyncio.gather(*(http.get("/authorize", params=query) for _ in range(AT_ONCE)))
            codes = [code for one in answers if (code := answer_of(one.headers.get("location", "")).get("code"))]
            assert len(codes) == 1
            assert {one.status_code for one in answers} <= {303, 400}


def authorization(party: Party) -> dict[str, str]:
    return dict(parse_qsl(authorize_query(party.client_id, party.redirect_uri, party.scope, prompt="none")))


@asynccontextmanager
async def house_of(live: Live) -> AsyncIterator[House]:
    """Yield a third process's house on the same stores: who withdraws and disables here is seen there."""
    async with open_resources(load(**live.values)) as resources:
        yield await build_house(resources)


async def test_r4_nothing_issued_beside_a_withdrawal_outlives_it(live: Live) -> None:
    async with person(live) as (party, http), house_of(live) as house:
        for _ in range(ROUNDS):
            given = await tokens_of(party, http)
            code = await party.code()
            states = await house.consent.states(SITI)
            record = next(one.record_id for one in states if one.purpose == "pendampingan-usaha.dampingi")
            _, answer, more = await asyncio.gather(
                house.consent.withdraw(SITI, record, channel="portal", language="id"),
                refreshed(http, given["refresh_token"]),
                party.redeem(code, http),
            )
            assert await is_dead(http, answer)
            assert await is_dead(http, more)
            assert (await refreshed(http, given["refresh_token"])).status_code == 400


async def record_of(house: House) -> str:
    return next(one.record_id for one in await house.consent.states(SITI) if one.purpose == "pendampingan-usaha.dampingi")


async def test_r4_of_each_pair_of_withdrawal_and_refresh_the_refresh_is_refused_or_dead(live: Live) -> None:
    async with person(live) as (party, http), house_of(live) as house:
        for _ in range(PAIRS):
            given = await tokens_of(party, http)
            record = await record_of(house)
            _, answer = await asyncio.gather(
                house.consent.withdraw(SITI, record, channel="portal", language="id"), refreshed(http, given["refresh_token"])
            )
            assert await is_dead(http, answer)


async def test_r4_of_each_pair_of_withdrawal_and_userinfo_nothing_is_read_after_it_and_the_agency_owes_once(live: Live) -> None:
    async with person(live) as (party, http), house_of(live) as house:
        for _ in range(PAIRS):
            given = await tokens_of(party, http)
            headers = {"authorization": f"Bearer {given['access_token']}"}
            record = await record_of(house)
            _, told = await asyncio.gather(
                house.consent.withdraw(SITI, record, channel="portal", language="id"), http.get("/userinfo", headers=headers)
            )
            assert told.status_code in (200, *NOTHING_READ)
            after = await asyncio.gather(*(http.get("/userinfo", headers=headers) for _ in range(4)))  # both nodes answer some of these
            assert {one.status_code for one in after} <= set(NOTHING_READ)
            assert await house.consent.store.open_duties(record) == {DutyKind.STOP, DutyKind.DELETE}


async def test_r4_a_hold_beside_a_refresh_is_as_a_withdrawal(live: Live) -> None:
    async with person(live) as (party, http), house_of(live) as house:
        for _ in range(ROUNDS):
            given = await tokens_of(party, http)
            rights, record = Rights(house.consent), await record_of(house)
            _, answer = await asyncio.gather(
                rights.hold(SITI, record, channel="portal", language="id"), refreshed(http, given["refresh_token"])
            )
            assert await is_dead(http, answer)


async def test_cn_10_two_workers_end_what_ran_out_once(live: Live) -> None:
    async with person(live) as (party, http), house_of(live) as house:
        await tokens_of(party, http)
        later = FixedClock(int(time.time()) + 10 * 366 * 86400)
        ahead = replace(house.consent, clock=later)
        ended = await asyncio.gather(*(Rights(ahead).end_expired() for _ in range(4)), return_exceptions=True)
        counts = [len(one) for one in ended if isinstance(one, list)]
        record = await record_of(house)
        rows = [row for row in await house.consent.history(SITI, record_id=record) if row.event is LedgerEvent.ENDED]
        assert len(rows) == 1 and len(counts) == 4, ended


async def test_r5_nothing_issued_beside_the_disabling_of_an_account_outlives_it(live: Live) -> None:
    async with person(live) as (party, http), house_of(live) as house:
        for _ in range(ROUNDS):
            given = await tokens_of(party, http)
            code = await party.code()
            _, answer, more = await asyncio.gather(
                house.people.set_status(SITI, Status.DISABLED, actor="test", reason="race"),
                refreshed(http, given["refresh_token"]),
                party.redeem(code, http),
            )
            assert await is_dead(http, answer)
            assert await is_dead(http, more)
            await house.people.set_status(SITI, Status.ACTIVE, actor="test", reason="race")
            assert await is_dead(http, answer), "being opened again brings nothing back"
