"""Notices reach the application: signed for it alone, about the person it knows, again until they are taken, never lost (UX CH-3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import jwt
import orjson
import pytest

from consent.models import PurposeState
from hub.wiring import build_house
from idp.duties.notices import GIVE_UP_AFTER
from idp.signout.delivery import GIVEN_UP, Deliverer, next_try
from tests.idp.duties.receiver import Application, an_application
from tests.site import NOW, Site, new_party, open_site

SAID = {"channel": "portal", "language": "id"}
APPLICATION = "usaha-kecil"
PERSON = "demo-siti"


@asynccontextmanager
async def town(folder: Path, template: Path, *, listening: bool = True) -> AsyncIterator[tuple[Site, Application]]:
    """Open a site with an application that hears of events at its own address."""
    async with an_application() as application, open_site(folder, template, **{"outbound.allow": [application.address]}) as site:
        application.trust(site.issuer, APPLICATION, (await site.http().get("/jwks")).json())
        if listening:
            kept = site.house.registry.now.applications[APPLICATION]
            changed = replace(kept, events_uri=application.uri)
            await site.resources.stores.registry.save_application(changed, based_on=kept.revision)
            await site.house.reload()
        yield site, application


async def record_of(site: Site, purpose: str) -> PurposeState:
    return next(one for one in await site.house.consent.states(PERSON) if one.purpose == purpose)


async def work(deliverer: Deliverer) -> None:
    await deliverer.run()
    while deliverer._tasks:
        await asyncio.wait(list(deliverer._tasks.values()))
        await asyncio.sleep(0)


async def waiting(site: Site) -> list[tuple[int, str]]:
    return [(one.attempts, one.last_error) for one in await site.resources.stores.outbox.pending() if one.kind == "duty"]


async def test_ch_3_a_withdrawal_is_pushed_signed_and_names_the_person_as_the_application_knows_her(
    tmp_path: Path, template_folder: Path
) -> None:
    async with town(tmp_path, template_folder) as (site, application):
        party = await new_party(site, application=APPLICATION)
        known_as = (await party.userinfo((await party.tokens())["access_token"])).json()["sub"]
        state = await record_of(site, "pendampingan-usaha.dampingi")
        await site.house.consent.withdraw(PERSON, state.record_id, **SAID)
        site.clock.advance(7)
        await work(site.house.signout.deliverer)
        assert await waiting(site) == []
        keys = jwt.PyJWKSet.from_dict((await site.http().get("/jwks")).json())
    (token,), (head,) = application.pushed, application.heads
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, keys[header["kid"]].key, ["ES256"], audience=APPLICATION, issuer=site.issuer)
    assert header["typ"] == "secevent+jwt"
    assert "content-type: application/secevent+jwt" in head.lower()
    assert (claims["iat"], claims["toe"]) == (NOW + 7, NOW)
    assert claims["sub_id"] == {"format": "opaque", "id": known_as}
    assert not {"sub", "exp", "nonce"} & set(claims)
    (event,) = claims["events"].values()
    assert list(claims["events"]) == ["urn:gapura:event:consent-withdrawn"]
    owed = {(one["purpose"], duty["kind"], duty["due_at"]) for one in event["records"] for duty in one["duties"]}
    assert ("pendampingan-usaha.dampingi", "stop", NOW + 259_200) in owed
    assert {(sub, name) for sub, name, _ in application.events} == {(known_as, "urn:gapura:event:consent-withdrawn")}
    assert PERSON.encode() not in token and b"3503" not in orjson.dumps(claims), "neither our own id nor a value of hers"


async def test_nothing_is_lost_when_the_worker_dies_and_the_same_token_is_one_event(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder) as (site, application):
        await (await new_party(site, application=APPLICATION)).tokens()
        application.fails = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
        state = await record_of(site, "pendampingan-usaha.dampingi")
        await site.house.consent.withdraw(PERSON, state.record_id, **SAID)
        await work(site.house.signout.deliverer)
        assert await waiting(site) == [(1, "HTTP 503")]
        await site.house.flush()
        again = await build_house(site.resources)  # the next worker knows only what is in the stores
        site.clock.advance(5)
        application.fails = b'HTTP/1.1 400 Bad Request\r\ncontent-length: 21\r\n\r\n{"err":"invalid_key"}'
        await work(again.signout.deliverer)
        assert await waiting(site) == [(2, "HTTP 400: invalid_key")]
        application.fails = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        site.clock.advance(60)
        await work(again.signout.deliverer)
        assert await waiting(site) == [(3, "HTTP 200")], "RFC 8935 §2.2: taken is 202 and nothing else"
        application.fails = b""
        site.clock.advance(600)
        await work(again.signout.deliverer)
        assert await waiting(site) == []
        assert len({jwt.decode(one, options={"verify_signature": False})["jti"] for one in application.pushed}) == 1
        events = len(application.events)
        assert application.names["receive"](application.pushed[-1]) == (202, b"")
        assert len(application.events) == events, "the snippet knows it"
        await again.flush()


async def test_without_an_address_nothing_is_queued_and_the_duty_stands_all_the_same(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, listening=False) as (site, application):
        await (await new_party(site, application=APPLICATION)).tokens()
        state = await record_of(site, "pendampingan-usaha.dampingi")
        await site.house.consent.withdraw(PERSON, state.record_id, **SAID)
        assert await waiting(site) == []
        assert len(await site.resources.stores.duties.search(applications=[APPLICATION], open_only=True)) >= 2
    assert application.pushed == []


async def test_the_receivers_snippet_refuses_what_is_not_signed_for_it(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder) as (site, application):
        claims = {"iss": site.issuer, "aud": APPLICATION, "iat": NOW, "jti": "x", "events": {}}
        for changes, typ in (({"aud": "lain"}, "secevent+jwt"), ({"iss": "https://lain.example"}, "secevent+jwt"), ({}, "logout+jwt")):
            token = site.house.keys.signer.sign({**claims, **changes}, "ES256", typ)
            assert application.names["receive"](token.encode())[0] == 400
        assert application.names["receive"](b"\xff")[0] == 400
    assert application.events == []


@pytest.mark.parametrize(("attempts", "pause"), [(0, 5), (9, 3600)])
async def test_a_notice_is_tried_for_longer_than_its_deadline(tmp_path: Path, template_folder: Path, attempts: int, pause: int) -> None:
    async with town(tmp_path, template_folder) as (site, _):
        await (await new_party(site, application=APPLICATION)).tokens()
        state = await record_of(site, "pendampingan-usaha.dampingi")
        await site.house.consent.withdraw(PERSON, state.record_id, **SAID)
        (kept,) = [one for one in await site.resources.stores.outbox.pending() if one.kind == "duty"]
    tried = replace(kept, attempts=attempts)
    assert next_try(tried, NOW + 259_200, GIVE_UP_AFTER) == NOW + 259_200 + pause
    assert next_try(tried, NOW + GIVE_UP_AFTER, GIVE_UP_AFTER) == GIVEN_UP
