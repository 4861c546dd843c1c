"""The second step: each code once, few guesses, the clocks of cheap phones allowed for."""

from __future__ import annotations

import asyncio

import pyotp
import pytest

from hub.storage.expiring.memory import MemoryStore
from idp.people.models import Person
from tests.idp.signin.desk import SECRET, Desk, desk_of, email
from tests.site import CODE, Site


def code(site: Site, *, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).generate_otp(site.clock.now() // 30 + steps)


async def made(site: Site, *, sandbox: bool = False) -> tuple[Desk, Person]:
    desk = desk_of(site, sandbox=sandbox)
    return desk, await desk.person(email("dua@example.id"))


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_one_step_of_drift_is_allowed(site: Site, steps: int, right: bool) -> None:
    desk, person = await made(site)
    assert (await desk.totp.check(person, code(site, steps=steps))).right is right


@pytest.mark.parametrize("form", ["{0}", "{1} {2}", "{1}-{2}", " {0} "])
async def test_ux_lg_9_spaces_and_dashes_are_ignored(site: Site, form: str) -> None:
    desk, person = await made(site)
    digits = code(site)
    assert (await desk.totp.check(person, form.format(digits, digits[:3], digits[3:]))).right


async def test_lg_08_a_code_is_used_once(site: Site) -> None:
    desk, person = await made(site)
    digits = code(site)
    assert (await desk.totp.check(person, digits)).right
    assert not (await desk.totp.check(person, digits)).right
    assert not (await desk.totp.check(person, code(site, steps=-1))).right, "an older one is used up too"
    site.clock.advance(30)
    assert (await desk.totp.check(person, code(site))).right


async def test_lg_08_one_of_two_nodes_wins_in_parallel_and_after_a_flush(site: Site) -> None:
    desk, person = await made(site)
    other = desk_of(site, expiring=MemoryStore(site.clock))
    digits = code(site)
    outcomes = await asyncio.gather(*(node.totp.check(person, digits) for node in (desk, other, desk, other)))
    assert sum(outcome.right for outcome in outcomes) == 1
    flushed = desk_of(site, expiring=MemoryStore(site.clock))
    assert not (await flushed.totp.check(person, digits)).right


async def test_lg_07_of_two_hundred_parallel_guesses_five_are_judged(site: Site) -> None:
    desk, person = await made(site)
    wrong = f"{(int(code(site)) + 1) % 1_000_000:06d}"
    outcomes = await asyncio.gather(*(desk.totp.check(person, wrong) for _ in range(200)))
    assert sum(outcome.wait is None for outcome in outcomes) == 5
    assert not any(outcome.right for outcome in outcomes)
    late = await desk.totp.check(person, code(site))
    assert not late.right and late.wait is not None, "the right one waits as well"
    site.clock.advance(late.wait.until - site.clock.now())
    assert (await desk.totp.check(person, code(site))).right


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "0" * 500])
async def test_what_is_no_code_is_wrong(site: Site, typed: str) -> None:
    desk, person = await made(site)
    assert not (await desk.totp.check(person, typed)).right


async def test_the_sandbox_code_counts_only_where_it_is_set(site: Site) -> None:
    desk, person = await made(site)
    assert not (await desk.totp.check(person, CODE)).right
    demo = desk_of(site, sandbox=True)
    assert (await demo.totp.check(person, CODE)).right


async def test_an_empty_sandbox_code_is_no_code(site: Site) -> None:
    desk, person = await made(site)
    assert desk.totp.settings.sandbox_code == ""
    assert not (await desk.totp.check(person, "")).right


async def test_who_has_no_authenticator_has_no_second_step(site: Site) -> None:
    desk = desk_of(site)
    bare = await site.house.people.create({"name": "Tanpa"}, [], actor="cli")
    assert not await desk.totp.available(bare)
    assert not (await desk.totp.check(bare, "123456")).right
    assert await desk.totp.available(await desk.person(email("dua@example.id")))
