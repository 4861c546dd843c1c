"""People in the portal: signed in, with records to look at."""

from __future__ import annotations

from dataclasses import replace

from consent.models import Answer, Disclosure, PurposeState
from idp.people.models import IdentifierKind
from kit.clock import FixedClock
from tests.forms import Browser
from tests.site import PASSWORD, SITI, Site

WAGIYEM, RINI = "3503024507519003", "3503115704859009"


async def person_id(site: Site, nik: str = SITI) -> str:
    return (await site.resources.stores.people.find(IdentifierKind.NIK, nik))[0][0].id


async def citizen(site: Site, nik: str = SITI, to: str = "/beranda") -> Browser:
    """Return a browser in which this person has signed in on the way to a page of theirs."""
    browser = site.browser()
    await browser.go(to)
    page = await browser.sign_in(nik, PASSWORD)
    assert (page.status_code, page.request.url.path) == (200, to), browser.trail
    return browser


async def agreed(site: Site, slug: str, *optional: str, nik: str = SITI) -> dict[str, PurposeState]:
    """Let the person agree to a service's text, with these optional purposes; return the records by purpose."""
    notice = site.house.registry.now.notice_for(slug)
    assert notice is not None
    shown = tuple(purpose.id for purpose in notice.purposes)
    wanted = {purpose.id for purpose in notice.purposes if purpose.required and purpose.needs_answer} | {
        f"{slug}.{one}" for one in optional
    }
    person, now = await person_id(site, nik), site.clock.now()
    await site.house.consent.answer(Answer(person, notice, shown, frozenset(wanted), False, "id", "oidc", now), notice)
    return {state.purpose.removeprefix(f"{slug}."): state for state in await site.house.consent.states(person, slug)}


async def sent(site: Site, slug: str, *claims: str, grant: str = "g1", at: int = 0, nik: str = SITI) -> None:
    """Send these claims to the service."""
    notice = site.house.registry.now.notice_for(slug)
    assert notice is not None
    disclosure = Disclosure(
        f"{grant}-{slug}",
        grant,
        await person_id(site, nik),
        slug,
        notice.application,
        notice.application,
        tuple(sorted(claims)),
        "oidc",
        at or site.clock.now(),
    )
    await site.house.disclosures.record(disclosure)
    await site.house.disclosures.flush()


async def at(site: Site, moment: int, slug: str, *optional: str) -> dict[str, PurposeState]:
    """Let Siti agree at another moment."""
    house = replace(site.house, consent=replace(site.house.consent, clock=FixedClock(moment)))
    other = replace(site, house=house, clock=FixedClock(moment))
    return await agreed(other, slug, *optional)
