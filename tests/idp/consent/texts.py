"""Texts of a service for tests: purposes in few words, published through the store as an operator's are."""

from __future__ import annotations

from typing import Any

from consent.models import Basis, Notice, NoticeClaim, Purpose
from consent.notice import build
from idp.people.claims import CATALOGUE
from tests.site import Site

SERVICE, APPLICATION = "pendampingan-usaha", "usaha-kecil"
YEAR = 365 * 86400


def both(words: str) -> dict[str, str]:
    return {"id": f"{words} (id)", "en": f"{words} (en)"}


def purpose(name: str, *claims: str, basis: Basis = Basis.CONSENT, required: bool = False, **changes: Any) -> Purpose:
    said = tuple(NoticeClaim(one, CATALOGUE[one].label, CATALOGUE[one].category, both(f"untuk {one}")) for one in claims)
    values = {"rule": "Perda 7/2026", "retention": both("5 tahun"), "valid_for": YEAR if basis is Basis.CONSENT else None, **changes}
    return Purpose(f"{SERVICE}.{name}", both(name), both(f"tujuan {name}"), basis, required, said, **values)


async def publish(site: Site, *purposes: Purpose, version: str = "2.0", service: str = SERVICE, application: str = APPLICATION) -> Notice:
    """Publish the purposes as the current text of the service."""
    snapshot = site.house.registry.now
    former = snapshot.notice_for(service)
    text = build(
        service=service,
        service_name=snapshot.services[service].name,
        application=application,
        controller=snapshot.services[service].agency,
        controller_name=both("Dinas"),
        purposes=purposes,
        valid_from=site.clock.now(),
        if_refused=both("Datang ke loket"),
        version=version,
        supersedes=former.id if former is not None else None,
    )
    await site.resources.stores.notices.publish(text)
    await site.house.reload()
    return text
