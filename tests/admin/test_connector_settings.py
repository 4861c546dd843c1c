"""Settings said anew in one call: no way around the reason, the dry run or the owner."""

from __future__ import annotations

from typing import Any

import pytest

from admin.actions.drafts import ConnectorEdit
from admin.errors import Changed, Invalid, NotConfirmed, NotFound, Owned
from idp.people.models import Role
from tests.admin.connectors import SETTINGS, published
from tests.admin.operators import account, at_console, operator_of, working
from tests.admin.test_api import call
from tests.site import Site

BPJS = {**SETTINGS, "fields": [*SETTINGS["fields"], {"claim": "bpjs_number", "field": "bpjs"}]}


def edit(settings: dict[str, Any], reason: str = "") -> ConnectorEdit:
    return ConnectorEdit(kind="ticket", settings=settings, reason=reason)


def revision_of(site: Site) -> int:
    return site.house.registry.now.applications["simpeg-uji"].revision


async def test_pb_3_and_pb_4_there_is_no_way_around_the_reason_and_the_dry_run(site: Site) -> None:  # PB-3, PB-4
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await published(site, operator)
    with pytest.raises(Invalid) as refused:
        await actions.connector_settings.change(operator, "simpeg-uji", edit(BPJS), based_on=revision_of(site))
    assert [one.field for one in refused.value.problems] == ["reason"]
    assert (await actions.lifecycle.standing(operator, "simpeg-uji")).number == 1
    await actions.connector_settings.change(operator, "simpeg-uji", edit(BPJS, "Nomor BPJS ikut"), based_on=revision_of(site))
    newest = (await actions.lifecycle.revisions(operator, "simpeg-uji"))[0]
    assert (newest.number, newest.reason, newest.checked["dangers"]) == (2, "Nomor BPJS ikut", ["specific_data"])
    assert "bpjs" in newest.checked["people"]["siti"]["sent"]
    before = revision_of(site)
    await actions.connector_settings.change(operator, "simpeg-uji", edit(BPJS), based_on=before)
    assert (revision_of(site), len(await actions.lifecycle.revisions(operator, "simpeg-uji"))) == (before, 2), "the same is no change"


async def test_pb_6_it_is_based_on_what_was_seen_and_what_files_manage_stays_theirs(site: Site) -> None:  # PB-6, FI-2
    person = await account(site, Role.OPERATOR)
    operator = operator_of(site, person)
    change = site.house.admin.actions.connector_settings.change
    await published(site, operator)
    seen = revision_of(site)
    await change(operator, "simpeg-uji", edit({**SETTINGS, "lifetime": 30}), based_on=seen)
    with pytest.raises(Changed):
        await change(operator, "simpeg-uji", edit({**SETTINGS, "lifetime": 20}), based_on=seen)
    with pytest.raises(NotFound):
        await change(operator, "tidak-ada", edit(SETTINGS), based_on=seen)
    with pytest.raises(NotConfirmed):
        await change(operator_of(site, person, confirmed=False), "simpeg-uji", edit(SETTINGS), based_on=seen)
    await site.house.admin.actions.lifecycle.own(operator, "simpeg-uji", "files", reason="Dikelola lewat berkas")
    with pytest.raises(Owned):
        await change(operator, "simpeg-uji", edit({**SETTINGS, "lifetime": 20}), based_on=revision_of(site))


async def test_a_kind_a_missing_secret_and_a_claim_outside_the_notice_are_refused_by_name(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    await published(site, operator_of(site, person))
    version = {"if-match": str(revision_of(site))}
    for body, param in (
        ({"kind": "cas", "settings": {}}, "kind"),
        ({"kind": "ticket", "settings": {**SETTINGS, "format": "jwt_rs256"}}, "secrets.signing"),
        ({"kind": "ticket", "settings": {**SETTINGS, "fields": [{"claim": "nik", "field": "nik"}]}}, "settings.fields"),
    ):
        answer = await call(browser, "PUT", "/connectors/simpeg-uji", body, **version)
        assert (answer.status_code, answer.json()["param"]) == (422, param), answer.text
