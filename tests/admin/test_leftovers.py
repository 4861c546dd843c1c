"""A secret whose connector never came to be goes with its draft, and nobody who bears the id later gets it (TI-02)."""

from __future__ import annotations

import asyncio

import pytest

from admin.actions.lifecycle_models import Draft
from admin.errors import Changed, Invalid
from admin.operator import LOCAL, Operator
from connectors.contract import random_key
from idp.people.models import Role
from kit.audit import AuditEvent, Entry
from tests.admin.connectors import REGISTER, SETTINGS, WHOLE, begun, published
from tests.admin.operators import working
from tests.admin.test_change_set import KEY, file_of
from tests.admin.test_taken_names import applied, cas
from tests.site import Site


async def kept(site: Site, connector: str = "simpeg-uji") -> dict[str, list[str]]:
    found = (await site.resources.stores.connector_secrets.all()).get(connector, {})
    return {name: [one.value for one in values] for name, values in found.items()}


async def forgotten(site: Site, connector: str = "simpeg-uji") -> list[Entry]:
    rows = await site.resources.stores.audit.search(subject=f"connector:{connector}", event=AuditEvent.CONNECTOR_SECRET_CHANGED)
    return [one.entry for one in rows if one.entry.after == {"secrets": []}]


async def left_behind(site: Site, connector: str = "simpeg-uji") -> str:
    """Keep a secret under an id that nothing bears, as a former version did; return it."""
    value, now = random_key(), site.clock.now()
    await site.resources.stores.connector_secrets.add(connector, "signing", value, now=now, former_until=now)
    return value


async def named(site: Site, operator: Operator, name: str) -> Draft:
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind="ticket")
    return await lifecycle.save(operator, draft.id, {**WHOLE, "id": name}, based_on=draft.version)


async def test_ti_02_a_new_draft_that_is_discarded_takes_its_secrets_along(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    draft = await begun(site, operator)
    assert list(await kept(site)) == ["key"]
    await site.house.admin.actions.lifecycle.discard(operator, draft.id, based_on=draft.version)
    assert await kept(site) == {}
    (row,) = await forgotten(site)
    assert (row.actor, row.before) == (operator.actor, {"secrets": ["key"]})


async def test_ti_02_a_draft_that_somebody_changed_is_not_discarded_and_keeps_its_secrets(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    draft = await begun(site, operator)
    with pytest.raises(Changed):
        await site.house.admin.actions.lifecycle.discard(operator, draft.id, based_on=draft.version - 1)
    assert list(await kept(site)) == ["key"] and await forgotten(site) == []


async def test_ti_02_a_discarded_draft_of_what_stands_leaves_its_secrets_alone(site: Site) -> None:
    operator, lifecycle = await working(site, Role.OPERATOR), site.house.admin.actions.lifecycle
    await published(site, operator)
    before = await kept(site)
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    await lifecycle.discard(operator, draft.id, based_on=draft.version)
    bears_its_id = await named(site, operator, "simpeg-uji")
    await lifecycle.discard(operator, bears_its_id.id, based_on=bears_its_id.version)
    assert await kept(site) == before and before and await forgotten(site) == []


@pytest.mark.parametrize("by_text", [False, True], ids=["fields", "yaml"])
async def test_ti_02_a_new_draft_begins_without_what_was_left_behind(site: Site, by_text: bool) -> None:
    operator, lifecycle = await working(site, Role.OPERATOR), site.house.admin.actions.lifecycle
    await left_behind(site)
    if by_text:
        draft = await lifecycle.begin(operator)
        await lifecycle.save_text(operator, draft.id, "kind: ticket\nid: simpeg-uji\n", based_on=draft.version)
    else:
        await named(site, operator, "simpeg-uji")
    assert await kept(site) == {} and [one.good for one in await lifecycle.secrets(operator, "simpeg-uji")] == [0, 0]
    assert [one.before for one in await forgotten(site)] == [{"secrets": ["signing"]}]


async def test_ti_02_a_draft_that_takes_another_id_leaves_no_secret_under_the_former(site: Site) -> None:
    operator, lifecycle = await working(site, Role.OPERATOR), site.house.admin.actions.lifecycle
    draft = await begun(site, operator)
    draft = await lifecycle.save(operator, draft.id, {"contact": "Bidang Lain"}, based_on=draft.version)
    assert list(await kept(site)) == ["key"], "any other change leaves them"
    await lifecycle.save(operator, draft.id, {"id": "simpeg-lain"}, based_on=draft.version)
    assert await kept(site) == {} == await kept(site, "simpeg-lain") and len(await forgotten(site)) == 1


async def test_ti_02_two_new_drafts_do_not_share_an_id_and_its_secrets(site: Site) -> None:
    operator, lifecycle = await working(site, Role.OPERATOR), site.house.admin.actions.lifecycle
    await begun(site, operator)
    with pytest.raises(Invalid) as refused:
        await named(site, operator, "simpeg-uji")
    assert [(one.field, one.code) for one in refused.value.problems] == [("id", "taken")]
    assert list(await kept(site)) == ["key"] and len(await lifecycle.drafts(operator)) == 2


async def test_ti_02_a_connector_from_files_does_not_take_over_what_lies_under_its_id(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    own = random_key()
    monkeypatch.setenv(KEY, own)
    changes = site.house.admin.actions.change_sets
    await left_behind(site)
    with pytest.raises(Invalid) as refused:
        await changes.plan(LOCAL, file_of(secrets={"key": f"env:{KEY}", "signing": "vault:signing"}))
    assert [(one.field, one.code) for one in refused.value.problems] == [("simpeg-uji.yaml: secrets.signing", "unresolved")]
    await changes.apply(LOCAL, file_of(), reason="Konektor baru")
    assert await kept(site) == {"key": [own]} and len(await forgotten(site)) == 1


async def test_ti_02_an_application_registered_with_its_connector_does_not_either(site: Site) -> None:
    operator, actions = await working(site, Role.OPERATOR), site.house.admin.actions
    await left_behind(site, "arsip")
    await actions.applications.register(operator, applied("arsip", "cas", cas("https://arsip.example.id/")))
    assert await kept(site, "arsip") == {} and site.house.registry.now.connectors["arsip"].secrets == {}
    assert len(await forgotten(site, "arsip")) == 1


async def test_ti_02_what_its_draft_set_is_published_with_it(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    assert list(await kept(site)) == ["key"] and await forgotten(site) == []


async def test_ti_02_of_two_who_set_one_secret_at_one_moment_one_is_refused(site: Site) -> None:
    operator, lifecycle = await working(site, Role.OPERATOR), site.house.admin.actions.lifecycle
    for name in ("satu", "dua"):
        addresses = {"base_url": f"https://{name}.example.id", "arrive_url": f"https://{name}.example.id/sso"}
        register = {**REGISTER, "name": {"id": name}}
        await published(site, operator, id=name, application=name, settings={**SETTINGS, **addresses}, register=register)
    value = random_key()
    tries = (lifecycle.set_secret(operator, name, "key", value) for name in ("satu", "dua"))
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in results if isinstance(one, BaseException)]
    assert len(refused) == 1 and isinstance(refused[0], Invalid), results
    assert [(one.field, one.code) for one in refused[0].problems] == [("value", "shared")]
    found = [value in (await kept(site, name))["key"] for name in ("satu", "dua")]
    assert sorted(found) == [False, True]


async def test_ti_02_a_secret_of_a_draft_is_nobody_elses_either(site: Site) -> None:
    operator, lifecycle = await working(site, Role.OPERATOR), site.house.admin.actions.lifecycle
    for name in ("satu", "dua"):
        await named(site, operator, name)
    value = random_key()
    await lifecycle.set_secret(operator, "satu", "key", value)
    with pytest.raises(Invalid) as refused:
        await lifecycle.set_secret(operator, "dua", "key", value)
    assert [one.code for one in refused.value.problems] == ["shared"] and await kept(site, "dua") == {}


async def test_ti_02_files_that_bring_one_secret_at_one_moment_are_refused_by_name(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, random_key())
    changes = site.house.admin.actions.change_sets
    other = {**SETTINGS, "base_url": "https://dua.example.id", "arrive_url": "https://dua.example.id/sso"}
    second = file_of(id="dua", application="dua", settings=other, register={**REGISTER, "name": {"id": "Dua"}})["simpeg-uji.yaml"]
    tries = [changes.apply(LOCAL, files, reason="Konektor baru") for files in (file_of(), {"dua.yaml": second})]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in results if isinstance(one, BaseException)]
    assert len(refused) == 1 and isinstance(refused[0], Invalid), results
    (problem,) = refused[0].problems
    assert problem.code == "shared" and problem.field in ("simpeg-uji.yaml: secrets.key", "dua.yaml: secrets.key")


async def test_sm_19_files_that_bring_one_name_at_one_moment_are_refused_by_name(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, random_key())
    monkeypatch.setenv(f"{KEY}_DUA", random_key())
    changes = site.house.admin.actions.change_sets
    more = {"register": {**REGISTER, "name": {"id": "Dua"}}, "secrets": {"key": f"env:{KEY}_DUA"}}
    second = file_of(id="dua", application="dua", **more)["simpeg-uji.yaml"]
    tries = [changes.apply(LOCAL, files, reason="Konektor baru") for files in (file_of(), {"dua.yaml": second})]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in results if isinstance(one, BaseException)]
    assert len(refused) == 1 and isinstance(refused[0], Invalid), results
    (problem,) = refused[0].problems
    assert problem.code == "taken" and problem.field in ("simpeg-uji.yaml: settings", "dua.yaml: settings")
