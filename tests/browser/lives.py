"""What the people of the demonstration did before the survey looks: consents of every standing, in the past, and data that was sent.

Siti has a long history, Wagiyem none; Bayu's account is not verified, so he signs in by e-mail.
Everything goes through the consent room, with its own clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from consent.duty_models import DutyKind, Outcome
from consent.models import Answer, Disclosure
from consent.rights import Rights
from consent.settling import Settling
from hub.demo.seed import seed
from kit.clock import FixedClock

SITI, BAYU, WAGIYEM = "3503115203889001", "bayu@example.id", "3503024507519003"
PLACES = {"usaha-kecil": "http://localhost:8001", "e-link": "http://localhost:8002", "rsud-daftar": "http://localhost:8003"}
HOUR, DAY = 3600, 86400
LONG_AGO = 60 * DAY


async def begin(site: Any) -> None:
    """Let some applications run, and write Siti's history."""
    await seed(site.resources, site.house, PLACES)
    await site.house.reload()
    now = site.clock.now()
    siti = "demo-siti"
    await answer(site, siti, "pendampingan-usaha@1.0", now - LONG_AGO, {"pendampingan-usaha.dampingi"})
    await answer(site, siti, "antrean-puskesmas@1.0", now - LONG_AGO + DAY, {"antrean-puskesmas.bpjs"})
    await answer(site, siti, "rawat-jalan-rsud@1.0", now - 40 * DAY, {"rawat-jalan-rsud.bpjs", "rawat-jalan-rsud.kabar"})
    await answer(site, siti, "imunisasi-anak@1.0", now - 20 * DAY, {"imunisasi-anak.kabar"})
    await answer(site, siti, "sktm@1.0", now - 3 * HOUR, set())
    await withdraw(site, siti, "rawat-jalan-rsud.kabar", now - 29 * HOUR)
    await withdraw(site, siti, "imunisasi-anak.kabar", now - 77 * HOUR)
    await duties(site, siti, now)
    await sent(site, siti, "pendampingan-usaha", "usaha-kecil", ("kecamatan", "name", "nik", "phone_number"), now - LONG_AGO + 60, 3)
    await sent(site, siti, "antrean-puskesmas", "e-link", ("birthdate", "bpjs_number", "name", "nik"), now - LONG_AGO + DAY + 60, 1)
    for visit in range(26):
        at = now - (39 - visit) * DAY
        await sent(site, siti, "rawat-jalan-rsud", "rsud-daftar", ("birthdate", "gender", "name", "nik"), at, 1, channel="forward_auth")


async def answer(site: Any, person: str, text: str, at: int, agreed: set[str]) -> None:
    """Answer every purpose of the text as it was shown then."""
    notice = site.house.registry.now.notices[text]
    consent = replace(site.house.consent, clock=FixedClock(at))
    shown = tuple(purpose.id for purpose in notice.purposes)
    await consent.answer(Answer(person, notice, shown, frozenset(agreed), False, "id", "oidc", at), notice)


async def duties(site: Any, siti: str, now: int) -> None:
    """Let her hold one record, ask for things, and let an agency answer."""
    await answer(site, siti, "akta-kelahiran@1.0", now - 10 * DAY, {"akta-kelahiran.kabar"})
    await withdraw(site, siti, "akta-kelahiran.kabar", now - 50 * HOUR)
    store = site.resources.stores.duties
    said = {DutyKind.STOP: (Outcome.DONE, ""), DutyKind.DELETE: (Outcome.REFUSED, "Register akta wajib disimpan selamanya.")}
    for duty in await store.of_person(siti, record_id=await record(site, siti, "akta-kelahiran.kabar")):
        outcome, words = said[duty.kind]
        await Settling(store, FixedClock(now - 26 * HOUR)).settle(duty, outcome, actor="client:adminduk", by="Seksi Data", answer=words)
    asks = (
        ("sktm.surat", DutyKind.CORRECTION, 2, "Pekerjaan saya pedagang, bukan petani."),
        ("imunisasi-anak.catatan", DutyKind.ACCESS, 80, ""),
    )
    for purpose, kind, hours, words in asks:
        rights = Rights(replace(site.house.consent, clock=FixedClock(now - hours * HOUR)))
        await rights.request(siti, await record(site, siti, purpose), kind, words, channel="portal", language="id")
    rights = Rights(replace(site.house.consent, clock=FixedClock(now - 5 * HOUR)))
    await rights.hold(siti, await record(site, siti, "rawat-jalan-rsud.bpjs"), channel="portal", language="id")


async def withdraw(site: Any, person: str, purpose: str, at: int) -> None:
    consent = replace(site.house.consent, clock=FixedClock(at))
    await consent.withdraw(person, await record(site, person, purpose), channel="portal", language="id")


async def sent(
    site: Any, person: str, service: str, application: str, claims: tuple[str, ...], at: int, times: int, channel: str = "oidc"
) -> None:
    """Send the data so many times under one grant."""
    grant = f"{service}-{at}"
    for turn in range(times):
        disclosure = Disclosure(f"{grant}-{turn}", grant, person, service, application, application, claims, channel, at + turn * DAY)
        await site.house.disclosures.record(disclosure)
    await site.house.disclosures.flush()


async def record(site: Any, person: str, purpose: str) -> str:
    """Return the id of the person's record for the purpose."""
    return str(next(one.record_id for one in await site.house.consent.states(person) if one.purpose == purpose))
