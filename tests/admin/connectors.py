"""Connectors for tests of their life cycle: a ticket connector of a new application, and how it is published."""

from __future__ import annotations

from typing import Any

from admin.actions.lifecycle_models import Draft, Published
from admin.operator import Operator
from tests.site import Site

REGISTER: dict[str, Any] = {
    "name": {"id": "SIMPEG Uji", "en": "Test HR"},
    "notice": {
        "purposes": [{"title": {"id": "Mengurus kepegawaian"}, "claims": ["name", "email", "kecamatan", "bpjs_number"], "required": True}]
    },
}
SETTINGS: dict[str, Any] = {
    "base_url": "https://simpeg.example.id",
    "arrive_url": "https://simpeg.example.id/sso/masuk",
    "fields": [{"claim": "name", "field": "nama", "transform": "upper_ascii"}, {"claim": "email", "field": "surel"}],
}
WHOLE: dict[str, Any] = {
    "kind": "ticket",
    "id": "simpeg-uji",
    "application": "simpeg-uji",
    "agency": "DINKES",
    "purpose": {"id": "Masuk ke SIMPEG"},
    "contact": "Bidang Data, (0355) 000 001",
    "classification": "restricted",
    "settings": SETTINGS,
    "register": REGISTER,
}


async def begun(site: Site, operator: Operator, **more: Any) -> Draft:
    """Return a whole draft of a new connector, with its secret made."""
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind="ticket")
    draft = await lifecycle.save(operator, draft.id, {**WHOLE, **more}, based_on=draft.version)
    if draft.definition.id:
        await lifecycle.make_secret(operator, draft.definition.id, "key")
    return draft


async def published(site: Site, operator: Operator, **more: Any) -> Published:
    draft = await begun(site, operator, **more)
    return await site.house.admin.actions.lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Konektor baru")


async def changed(site: Site, operator: Operator, connector: str = "simpeg-uji", **settings: Any) -> Draft:
    """Return a draft of what stands, with these settings in place of its own."""
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, connector=connector)
    return await lifecycle.save(operator, draft.id, {"settings": {**draft.definition.settings, **settings}}, based_on=draft.version)
