"""Two connectors never answer to one name, whoever saves when: judged again where the change becomes true (SM-19)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from admin.actions.drafts import ApplicationDraft, ConnectorEdit
from admin.actions.taken_names import none_taken, taken
from admin.errors import Changed, Invalid
from connectors.builtin import KINDS
from connectors.registry import build
from idp.applications.models import ConnectorRow
from idp.people.models import Role
from tests.admin.connectors import SETTINGS, begun, published
from tests.admin.operators import account, at_console, csrf, working
from tests.site import ISSUER, Site

PURPOSES = {"purposes": [{"title": {"id": "Masuk"}, "claims": ["name"], "required": True}]}
FREE = {**SETTINGS, "audience": "lain", "arrive_url": "https://simpeg.example.id/lain"}


def applied(name: str, kind: str, settings: dict[str, Any]) -> ApplicationDraft:
    data = {"id": name, "name": {"id": name}, "agency": "DINKES", "notice": PURPOSES, "connector": {"kind": kind, "settings": settings}}
    return ApplicationDraft.model_validate(data)


def cas(*services: str) -> dict[str, Any]:
    return {"services": list(services)}


def outcome(results: Sequence[object]) -> list[str]:
    return sorted("kept" if not isinstance(one, BaseException) else type(one).__name__ for one in results)


async def test_sm_19_of_two_operators_who_publish_one_name_at_one_moment_one_is_refused(site: Site) -> None:
    operators = [await working(site, Role.OPERATOR, email=f"{n}@example.id") for n in ("satu", "dua")]
    lifecycle = site.house.admin.actions.lifecycle
    drafts = [await begun(site, one, id=name, application=name) for one, name in zip(operators, ("simpeg-satu", "simpeg-dua"), strict=True)]
    tries = [
        lifecycle.publish(one, draft.id, based_on=draft.version, reason="Konektor baru")
        for one, draft in zip(operators, drafts, strict=True)
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert outcome(results) == ["Invalid", "kept"], results
    refused = next(one for one in results if isinstance(one, Invalid))
    assert [(one.field, one.code) for one in refused.problems] == [("settings", "taken")]
    standing = {"simpeg-satu", "simpeg-dua"} & set(site.house.registry.now.connectors)
    assert len(standing) == 1 and standing == {"simpeg-satu", "simpeg-dua"} & set(site.house.registry.now.applications)
    assert len(await lifecycle.drafts(operators[0])) == 1, "the draft of the one that was refused is still there"


async def test_sm_19_of_two_who_register_one_name_at_one_moment_nothing_of_the_second_stays(site: Site) -> None:
    operator, actions = await working(site, Role.OPERATOR), site.house.admin.actions
    wanted = [applied(name, "cas", cas("https://arsip.example.id/")) for name in ("satu", "dua")]
    results = await asyncio.gather(*(actions.applications.register(operator, one) for one in wanted), return_exceptions=True)
    assert outcome(results) == ["Invalid", "kept"], results
    refused = next(one for one in results if isinstance(one, Invalid))
    assert [(one.field, one.code) for one in refused.problems] == [("connector.settings", "taken")]
    now = site.house.registry.now
    assert [len({"satu", "dua"} & set(one)) for one in (now.connectors, now.applications, now.services)] == [1, 1, 1]


async def test_sm_19_of_two_who_change_to_one_name_at_one_moment_one_is_refused(site: Site) -> None:
    operator, actions = await working(site, Role.OPERATOR), site.house.admin.actions
    for name in ("satu", "dua"):
        await actions.applications.register(operator, applied(name, "cas", cas(f"https://{name}.example.id/")))
    new = ConnectorEdit(kind="cas", settings=cas("https://arsip.example.id/"), reason="Alamat baru")
    revisions = {name: site.house.registry.now.applications[name].revision for name in ("satu", "dua")}
    tries = (actions.connector_settings.change(operator, name, new, based_on=revision) for name, revision in revisions.items())
    assert outcome(await asyncio.gather(*tries, return_exceptions=True)) == ["Invalid", "kept"]
    settings = [site.house.registry.now.connectors[name].settings for name in ("satu", "dua")]
    assert len({str(one) for one in settings}) == 2


async def test_sm_19_two_who_change_one_connector_are_told_that_it_changed(site: Site) -> None:
    operator, actions = await working(site, Role.OPERATOR), site.house.admin.actions
    await actions.applications.register(operator, applied("satu", "cas", cas("https://satu.example.id/")))
    revision = site.house.registry.now.applications["satu"].revision
    edits = [ConnectorEdit(kind="cas", settings=cas(f"https://{n}.example.id/"), reason="Alamat baru") for n in "ab"]
    tries = [actions.connector_settings.change(operator, "satu", one, based_on=revision) for one in edits]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert outcome(results) == ["Changed", "kept"] and any(isinstance(one, Changed) for one in results)


@pytest.fixture
async def doubled(site: Site) -> Site:
    """`lama` stands switched off under the name of `simpeg-uji`, as a version that did not look could leave it."""
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    await published(site, operator, id="lama", application="lama", settings=FREE)
    await site.house.admin.actions.connectors.disable(operator, "lama", name="SIMPEG Uji", reason="Sudah tidak dipakai")
    row = next(one for one in await site.resources.stores.registry.connectors() if one.id == "lama")
    settings = {**row.settings, "audience": "", "arrive_url": SETTINGS["arrive_url"]}
    await site.resources.stores.registry.save_connector(replace(row, settings=settings))
    await site.resources.expiring.move("registry")
    return site


async def test_sm_19_one_that_is_switched_off_does_not_come_back_under_the_name_of_another(doubled: Site) -> None:
    operator, actions = await working(doubled, Role.OPERATOR), doubled.house.admin.actions
    with pytest.raises(Invalid) as refused:
        await actions.connectors.enable(operator, "lama", reason="Dipakai lagi")
    assert [(one.field, one.code) for one in refused.value.problems] == [("settings", "taken")]
    assert "simpeg-uji" in refused.value.problems[0].text["id"]
    assert not (await actions.connectors.get(operator, "lama")).enabled
    row = next(one for one in await doubled.resources.stores.registry.connectors() if one.id == "lama")
    await doubled.resources.stores.registry.save_connector(replace(row, settings={**row.settings, **FREE}))
    assert (await actions.connectors.enable(operator, "lama", reason="Dipakai lagi")).enabled


async def test_sm_19_whoever_closes_one_of_two_is_not_in_the_way(doubled: Site) -> None:
    operator, actions = await working(doubled, Role.OPERATOR), doubled.house.admin.actions
    await actions.connectors.disable(operator, "simpeg-uji", name="SIMPEG Uji", reason="Dua bernama sama")
    assert not (await actions.connectors.get(operator, "simpeg-uji")).enabled


async def test_sm_19_the_page_says_why_one_is_not_opened_again(doubled: Site) -> None:
    browser = await at_console(doubled, await account(doubled, Role.OPERATOR, email="lain@example.id"))
    data = {"csrf": csrf(doubled), "reason": "Dipakai lagi"}
    headers = {"origin": ISSUER, "sec-fetch-site": "same-origin"}
    page = await browser.http.post("/admin/konektor/lama/buka", data=data, headers=headers)
    assert page.status_code == 422 and "sudah dipakai konektor simpeg-uji" in page.text and "Dipakai lagi" in page.text


GATE = {"base_url": "https://lama.example.id", "headers": [{"claim": "name", "field": "X-Nama"}]}
BRIDGE = {
    "base_url": "https://lama.example.id",
    "upstream": "http://10.0.4.9",
    "form": {"page": "/masuk.php", "action": "/masuk.php", "fields": {"username": "u", "password": "p"}},
}


def test_sm_19_one_host_is_behind_one_kind_of_proxy_only() -> None:
    gate = build(kind="forward_auth", connector_id="satu", application="satu", settings=GATE)
    bridge = build(kind="form_login", connector_id="dua", application="dua", settings=BRIDGE)
    assert [(one.field, one.code) for one in taken(KINDS, [gate, bridge], bridge)] == [("settings.base_url", "taken")]
    assert taken(KINDS, [gate], gate) == [], "its own"


def test_what_its_kind_does_not_understand_answers_to_nothing_and_is_in_nobodys_way() -> None:
    rows = [
        ConnectorRow("satu", "satu", "cas", cas("https://arsip.example.id/")),
        ConnectorRow("dua", "dua", "cas", {"services": ["bukan alamat"]}),
        ConnectorRow("tiga", "tiga", "tidak-ada", cas("https://arsip.example.id/")),
    ]
    none_taken(KINDS, {"satu": ""}, rows)
    with pytest.raises(Invalid):
        none_taken(KINDS, {"satu": ""}, [*rows, ConnectorRow("empat", "empat", "cas", cas("https://arsip.example.id/"))])
