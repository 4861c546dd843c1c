"""Sign-out messages reach the applications: rightly made, soon, again and again where one does not answer, and never lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from hub.outbound import outbound
from hub.settings import OutboundSettings
from idp.signout.delivery import GIVE_UP_AFTER, GIVEN_UP, Deliverer, next_try
from idp.signout.store import Delivery
from kit.secrets import b64url_decode
from tests.idp.signout.receivers import Receiver, receivers
from tests.idp.signout.test_service import session_of
from tests.site import NOW, Site, new_party, open_site, register, test_client


@asynccontextmanager
async def town(folder: Path, template: Path, *answers: str) -> AsyncIterator[tuple[Site, list[Receiver]]]:
    """Open a site that may reach the receivers, with a client `rp-<n>` at each."""
    async with receivers(*answers) as made:
        allow = [one.address for one in made]
        async with open_site(folder, template, **{"outbound.allow": allow}) as site:
            for number, one in enumerate(made):
                await register(site, test_client(client_id=f"rp-{number}", backchannel_logout_uri=one.uri))
            yield site, made


async def queue(site: Site, *clients: str, at: int = NOW, copies: int = 1) -> None:
    payload = '{"sid":"sid1","sub":"sub1"}'
    ids = [(f"{client}.{copy}", client) for client in clients for copy in range(copies)]
    await site.resources.stores.outbox.add([Delivery(name, "backchannel", "", client, payload, at, next_at=at) for name, client in ids])


async def work(site: Site, deliverer: Deliverer | None = None) -> None:
    """Let the worker send what is due, until nothing is on its way."""
    one = deliverer or site.house.signout.deliverer
    await one.run()
    while one._tasks:
        await asyncio.wait(list(one._tasks.values()))
        await asyncio.sleep(0)


def another(site: Site, seconds: float = 9) -> Deliverer:
    """Return another worker's deliverer, which waits so long for an answer."""
    house = site.house
    return Deliverer(
        site.resources.stores.outbox,
        house.registry,
        house.keys,
        site.resources.outbound,
        house.signout.farewells,
        site.issuer,
        site.clock,
        seconds=seconds,
    )


async def pending(site: Site) -> dict[str, tuple[int, int, str]]:
    return {one.id: (one.attempts, one.next_at, one.last_error) for one in await site.resources.stores.outbox.pending()}


async def test_lo_07_a_logout_token_says_what_the_id_token_said_and_is_none(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "well") as (site, (application,)):
        party = await new_party(site, client_id="rp-0", backchannel_logout_uri=application.uri, id_token_alg="RS256")
        id_token = (await party.tokens())["id_token"]
        said = orjson.loads(b64url_decode(id_token.split(".")[1]))
        await site.house.signout.end(await session_of(party), actor="person:x")
        site.clock.advance(7)
        await work(site)
    (claims,), (header,) = application.claims(), application.headers()
    assert application.paths == ["/out"]
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    assert (claims["iss"], claims["aud"], claims["sub"], claims["sid"]) == (said["iss"], said["aud"], said["sub"], said["sid"])
    assert claims["iat"] == NOW + 7, "signed when it was sent"
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert len(claims["jti"]) >= 20
    assert "nonce" not in claims
    site.house.keys.signer.verify(application.tokens[0], typ="logout+jwt")
    with pytest.raises(Exception, match="type"):
        site.house.keys.signer.verify(application.tokens[0])  # nobody takes it for an ID token


async def test_lo_06_forty_five_of_fifty_are_told_within_ten_seconds_though_five_are_dead_or_slow(
    tmp_path: Path, template_folder: Path
) -> None:
    bad = ("silent", "silent", "dead", "failing", "redirecting")
    async with town(tmp_path, template_folder, *bad, *["well"] * 45) as (site, made):
        await queue(site, *(f"rp-{n}" for n in range(5)), at=NOW - 60, copies=40)  # what waits for the bad ones is older, and much
        await queue(site, *(f"rp-{n}" for n in range(5, 50)))
        began = time.monotonic()
        deliverer = site.house.signout.deliverer
        while not all(one.tokens for one in made[5:]):
            await deliverer.run()
            await asyncio.sleep(0.05)
            assert time.monotonic() - began < 10
        while deliverer._tasks:
            await asyncio.wait(list(deliverer._tasks.values()))
        assert all(len(one.tokens) == 1 for one in made[5:])
        left = await pending(site)
        assert {name.split(".")[0] for name in left} == {f"rp-{n}" for n in range(5)}
        errors = {name.split(".")[0]: error for name, (attempts, _, error) in left.items() if attempts}
        assert errors["rp-0"] == "no answer within 3 s"
        assert errors["rp-2"].startswith("ConnectError")
        assert (errors["rp-3"], errors["rp-4"]) == ("HTTP 503", "HTTP 302")
        assert set(made[4].paths) == {"/out"}, "a redirect is not followed"


async def test_lo_06_what_was_not_answered_is_tried_again_later_and_then_told(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "failing") as (site, (application,)):
        await queue(site, "rp-0")
        await work(site)
        assert await pending(site) == {"rp-0.0": (1, NOW + 5, "HTTP 503")}
        await work(site)
        assert len(application.tokens) == 1, "not before its time"
        site.clock.advance(5)
        await work(site)
        assert await pending(site) == {"rp-0.0": (2, NOW + 35, "HTTP 503")}
        application.answers = "empty"
        site.clock.advance(30)
        await work(site)
        assert await pending(site) == {}
        assert [one["iat"] for one in application.claims()] == [NOW, NOW + 5, NOW + 35], "signed anew each time"
        assert len({one["jti"] for one in application.claims()}) == 3


def test_lo_06_tries_go_on_for_a_day_at_growing_pauses() -> None:
    now, times = NOW, []
    delivery = Delivery("d", "backchannel", "", "rp", "{}", NOW)
    for attempts in range(100):
        now = next_try(Delivery("d", "backchannel", "", "rp", "{}", NOW, attempts), now)
        if now == GIVEN_UP:
            break
        times.append(now - NOW)
    assert times[:5] == [5, 35, 155, 755, 2555]
    assert GIVE_UP_AFTER - 3600 < times[-1] <= GIVE_UP_AFTER
    assert len(times) < 40
    assert delivery.next_at == 0


async def test_lo_06_an_address_of_our_own_network_is_not_called(tmp_path: Path, template_folder: Path) -> None:
    async with receivers("well") as (inside,), open_site(tmp_path, template_folder) as site:
        await register(site, test_client(client_id="rp-0", backchannel_logout_uri=inside.uri))
        await queue(site, "rp-0")
        await work(site)
        ((_, _, error),) = (await pending(site)).values()
        assert "not public" in error
        assert inside.paths == []
        async with outbound(OutboundSettings(allow=(inside.address,))) as http:
            site.clock.advance(60)
            house = site.house
            await work(
                site,
                Deliverer(site.resources.stores.outbox, house.registry, house.keys, http, house.signout.farewells, site.issuer, site.clock),
            )
        assert inside.paths == ["/out"], "the settings may allow it"


async def test_two_workers_never_send_the_same_message_at_once(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, *["well"] * 6) as (site, made):
        await queue(site, *(f"rp-{n}" for n in range(6)), copies=5)
        workers = [another(site) for _ in range(4)]
        for _ in range(3):
            await asyncio.gather(*(work(site, one) for one in workers))
        assert sum(len(one.tokens) for one in made) == 30
        assert await pending(site) == {}


async def test_what_a_worker_had_on_its_way_when_it_ended_is_sent_by_another(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "silent") as (site, (application,)):
        await queue(site, "rp-0")
        first = site.house.signout.deliverer
        await first.run()
        await asyncio.sleep(0.2)
        await first.aclose()
        assert await pending(site) == {"rp-0.0": (0, NOW, "")}
        application.answers = "well"
        second = another(site)
        await work(site, second)
        assert await pending(site) != {}, "the claim of the first still holds"
        site.clock.advance(30)
        await work(site, second)
        assert await pending(site) == {}


async def test_one_client_has_at_most_eight_on_their_way_and_the_rest_keep_their_place(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "silent", "well") as (site, (slow, quick)):
        await queue(site, "rp-0", copies=30)
        deliverer = another(site, 1.0)
        await deliverer.run()
        await queue(site, "rp-1")
        await deliverer.run()
        assert deliverer._busy == {"rp-0": 8, "rp-1": 1}
        await work(site, deliverer)
        assert (len(slow.tokens), len(quick.tokens)) == (8, 1)
        assert sum(attempts for attempts, _, _ in (await pending(site)).values()) == 8, "what was put off was not tried"
        slow.answers = "well"
        for _ in range(10):
            site.clock.advance(10)
            await work(site, deliverer)
        assert await pending(site) == {}


async def test_a_client_that_was_deleted_is_given_up_soon_and_one_without_address_at_once(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "well") as (site, _):
        await register(site, test_client(client_id="rp-frames", frontchannel_logout_uri="https://rp.example/out"))
        await queue(site, "rp-gone", "rp-frames")
        for seconds in (0, 5, 30):
            site.clock.advance(seconds)
            await work(site)
        assert await pending(site) == {}
        (given_up,) = await site.resources.stores.outbox.unfinished(9)
        assert (given_up.target, given_up.attempts, given_up.last_error) == ("rp-gone", 3, "the client is not registered")


async def test_a_person_who_waits_learns_what_was_answered_by_then(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "well", "silent", "failing") as (site, _):
        await queue(site, "rp-0", "rp-1", "rp-2")
        deliverer = another(site, 1.0)
        told = await deliverer.deliver(["rp-0.0", "rp-1.0", "rp-2.0"], 5.0)
        assert told == {"rp-0.0"}
        assert set(await pending(site)) == {"rp-1.0", "rp-2.0"}
        assert await deliverer.deliver([], 2.0) == frozenset()


async def test_a_message_that_cannot_be_signed_is_listed_and_holds_nobody_up(tmp_path: Path, template_folder: Path) -> None:
    async with town(tmp_path, template_folder, "well", "well") as (site, made):
        await register(site, test_client(client_id="rp-0", backchannel_logout_uri=made[0].uri, id_token_alg="none of ours"))
        await queue(site, "rp-0", "rp-1")
        await work(site)
        ((attempts, next_at, error),) = (await pending(site)).values()
        assert (attempts, next_at, error.partition(":")[0]) == (1, NOW + 5, "not sent")
        assert len(made[1].tokens) == 1
