"""The desk: records of a kind, sealed, its own, under what the person lives under."""

from __future__ import annotations

from tests.idp.handoff.conftest import connect
from tests.site import Site


async def test_what_is_made_from_a_record_ends_with_it_and_not_later(town: Site) -> None:
    guards = {"permit:demo-siti:rsud-daftar": "0"}
    handing = town.house.signout.farewells.lending.desk("polos", guards, town.clock.now() + 50)
    assert await handing.keep("pertama", b"satu", 600)
    serving = town.house.signout.farewells.lending.desk("polos")
    first = await serving.look("pertama")
    assert first is not None
    assert (first.guards, first.until) == (guards, town.clock.now() + 50)
    assert await serving.keep("kedua", b"dua", 600, first)
    town.clock.advance(49)
    assert (second := await serving.look("kedua")) is not None
    assert second.until == first.until
    town.clock.advance(2)
    assert await serving.look("kedua") is None, "her agreement ended by itself (CN-10)"


async def test_a_record_of_one_kind_is_unknown_to_another(town: Site) -> None:
    assert await town.house.signout.farewells.lending.desk("polos").keep("nama", b"x", 60)
    assert await town.house.signout.farewells.lending.desk("lain").look("nama") is None
    assert (kept := await town.house.signout.farewells.lending.desk("polos").take("nama")) is not None
    assert kept.value == b"x"
    assert await town.house.signout.farewells.lending.desk("polos").take("nama") is None


async def test_records_are_not_readable_in_the_store(town: Site) -> None:
    desk = town.house.signout.farewells.lending.desk("polos")
    await desk.keep("nama", b"3503115203889001", 60)
    raw = await town.resources.expiring.get(desk._name("nama"))
    assert raw is not None
    assert b"3503115203889001" not in raw


async def test_of_two_who_keep_the_same_name_one_does(town: Site) -> None:
    desk = town.house.signout.farewells.lending.desk("polos")
    assert await desk.keep_if_absent("sekali", b"", 60)
    assert not await desk.keep_if_absent("sekali", b"", 60)


async def test_a_closed_connector_and_one_of_another_kind_are_not_found(town: Site) -> None:
    desk = town.house.signout.farewells.lending.desk("polos")
    assert desk.connector("rsud-daftar") is not None
    assert [one.id for one in desk.connectors()] == ["rsud-daftar"]
    assert town.house.signout.farewells.lending.desk("ticket").connector("rsud-daftar") is None
    await connect(town, enabled=False)
    assert desk.connector("rsud-daftar") is None
    assert desk.connectors() == []


async def test_only_https_is_fetched(town: Site) -> None:
    assert await town.house.signout.farewells.lending.desk("polos").fetch("http://polos.example.id/") is None
