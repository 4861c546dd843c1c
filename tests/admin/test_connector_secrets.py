"""Secrets of connectors: strong, shared with nobody, renewed with an overlap, shown once and never again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from admin.errors import Invalid, NotConfirmed, NotFound, Owned
from admin.operator import LOCAL, Operator
from connectors.contract import random_key
from idp.people.models import Role
from tests.admin.connectors import REGISTER, SETTINGS, WHOLE, begun, changed, published
from tests.admin.operators import working
from tests.admin.test_change_set import KEY, file_of
from tests.site import Site

CANARY = "KanariRahasiaYangTidakBolehTampak" + "x" * 12


async def test_ti_02_a_weak_secret_is_refused_with_what_is_needed(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    lifecycle = site.house.admin.actions.lifecycle
    for weak in ("", "rahasia", "f" * 63, "a" * 42):
        with pytest.raises(Invalid) as refused:
            await lifecycle.set_secret(operator, "simpeg-uji", "key", weak)
        assert [(one.field, one.code) for one in refused.value.problems] == [("value", "weak")]
        assert "256" in refused.value.problems[0].text["en"] and (not weak or weak not in str(refused.value))
    with pytest.raises(Invalid) as refused:
        await lifecycle.set_secret(operator, "simpeg-uji", "key", "x" * 20_000)
    assert [one.code for one in refused.value.problems] == ["too_long"]
    needs = {one.name: one for one in await lifecycle.secrets(operator, "simpeg-uji")}
    assert (needs["key"].least_bits, needs["key"].optional, needs["signing"].optional) == (256, False, True)


async def test_ti_02_no_two_connectors_share_a_secret(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    lifecycle = site.house.admin.actions.lifecycle
    other = {**SETTINGS, "base_url": "https://lain.example.id", "arrive_url": "https://lain.example.id/sso"}
    register = {**REGISTER, "name": {"id": "Lain"}}
    await published(site, operator, id="lain-uji", application="lain-uji", settings=other, register=register)
    value = random_key()
    await lifecycle.set_secret(operator, "simpeg-uji", "key", value)
    with pytest.raises(Invalid) as refused:
        await lifecycle.set_secret(operator, "lain-uji", "key", value)
    assert [one.code for one in refused.value.problems] == ["shared"]


async def test_ti_05_both_values_are_good_until_the_overlap_ends(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    lifecycle = site.house.admin.actions.lifecycle
    former = site.house.registry.now.connectors["simpeg-uji"].secrets_at("key", site.clock.now())
    made = await lifecycle.make_secret(operator, "simpeg-uji", "key", overlap=3600)
    now = site.clock.now()
    connector = site.house.registry.now.connectors["simpeg-uji"]
    assert connector.secrets_at("key", now) == (made.value, *former) and made.former_until == now + 3600
    assert connector.secrets_at("key", now + 3600) == (made.value,)
    needs = {one.name: one for one in await lifecycle.secrets(operator, "simpeg-uji")}
    assert (needs["key"].good, needs["key"].until) == (2, now + 3600)
    at_once = await lifecycle.make_secret(operator, "simpeg-uji", "key", overlap=0)
    assert site.house.registry.now.connectors["simpeg-uji"].secrets_at("key", site.clock.now())[0] == at_once.value
    for wrong in (-1, 31 * 86_400):
        with pytest.raises(Invalid):
            await lifecycle.make_secret(operator, "simpeg-uji", "key", overlap=wrong)


async def test_sk_3_a_secret_is_in_no_definition_review_revision_export_preview_error_or_trail(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    actions = site.house.admin.actions
    lifecycle = actions.lifecycle
    await lifecycle.set_secret(operator, "simpeg-uji", "key", CANARY)
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    with pytest.raises(Invalid) as refused:
        await lifecycle.set_secret(operator, "simpeg-uji", "signing", CANARY[:20])
    places = [
        draft,
        await lifecycle.draft_text(operator, draft.id),
        await lifecycle.check(operator, draft.id),
        await lifecycle.review(operator, draft.id),
        await lifecycle.attempt(operator, draft.id, "siti"),
        await lifecycle.revisions(operator, "simpeg-uji"),
        await lifecycle.secrets(operator, "simpeg-uji"),
        await actions.change_sets.export(LOCAL),
        await site.resources.stores.audit.search(limit=200),
        refused.value,
        site.house.registry.now.connectors["simpeg-uji"],
    ]
    assert not any(CANARY[:20] in repr(place) for place in places)
    assert CANARY in site.house.registry.now.connectors["simpeg-uji"].secrets_at("key", site.clock.now())


async def test_a_secret_may_come_before_its_connector_and_needs_a_confirmation(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await begun(site, operator)
    assert [one.good for one in await lifecycle.secrets(operator, "simpeg-uji")] == [1, 0]
    assert (await lifecycle.check(operator, draft.id)).good
    for connector, name in (("simpeg-uji", "tidak-ada"), ("tidak-ada", "key")):
        with pytest.raises(NotFound):
            await lifecycle.make_secret(operator, connector, name)
    unconfirmed = await working(site, Role.OPERATOR, confirmed=False, email="lain@example.id")
    with pytest.raises(NotConfirmed):
        await lifecycle.make_secret(unconfirmed, "simpeg-uji", "key")


async def test_fi_2_a_secret_that_files_name_is_not_set_here(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, random_key())
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.change_sets.apply(LOCAL, file_of(), reason="Konektor baru")
    with pytest.raises(Owned):
        await actions.lifecycle.make_secret(operator, "simpeg-uji", "key")
    exported = json.dumps(await actions.change_sets.export(LOCAL))
    assert f"env:{KEY}" in exported


async def test_a_secret_that_the_other_side_gives_is_not_made_here(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind="basic")
    own = {"base_url": "https://api.example.id", "username": "gapura", "operations": [{"path": "/ping"}]}
    await lifecycle.save(operator, draft.id, {"id": "api-uji", "settings": own}, based_on=draft.version)
    (missing,) = [one for one in (await lifecycle.check(operator, draft.id)).problems if one.field == "secrets.password"]
    assert missing.text["id"] == "Masukkan rahasia dari pengelola api.example.id."
    with pytest.raises(Invalid) as refused:
        await lifecycle.make_secret(operator, "api-uji", "password")
    assert [one.code for one in refused.value.problems] == ["not_made_here"]
    assert (await lifecycle.set_secret(operator, "api-uji", "password", "kata-sandi-yang-diberikan")).value == ""


TWO_TOKENS: dict[str, Any] = {
    "base_url": "https://api.example.id/v1",
    "consumer_key": "gapura",
    "apim_url": "https://api.example.id/token",
    "operations": [{"path": "/ping"}],
}
CALLED: dict[str, Any] = {
    "base_url": "https://api.example.id",
    "cons_id": "12345",
    "operations": [{"path": "/ping"}],
}


async def api_standing(site: Site, operator: Operator, kind: str, settings: dict[str, Any], **secrets: str) -> None:
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind=kind)
    draft = await lifecycle.save(operator, draft.id, {**WHOLE, "kind": kind, "settings": settings}, based_on=draft.version)
    for name, value in secrets.items():
        await lifecycle.set_secret(operator, "simpeg-uji", name, value)
    await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Konektor baru")


async def test_a_secret_that_only_the_draft_calls_for_is_made_before_it_is_published(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await api_standing(site, operator, "hmac_headers", CALLED, secret="rahasia-dari-sana", user_key="kunci-dari-sana")
    draft = await changed(site, operator, callers=[{"id": "Puskesmas_1"}])
    problems = (await lifecycle.check(operator, draft.id)).problems
    assert [(one.field, one.code) for one in problems] == [("secrets.key.Puskesmas_1", "missing")]
    stands, drafted = await lifecycle.secrets(operator, "simpeg-uji"), await lifecycle.secrets(operator, "simpeg-uji", drafted=True)
    assert "key.Puskesmas_1" not in {one.name for one in stands} and "key.Puskesmas_1" in {one.name for one in drafted}
    assert (await lifecycle.make_secret(operator, "simpeg-uji", "key.Puskesmas_1")).value
    await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Puskesmas ikut memanggil")
    assert (await lifecycle.definition(operator, "simpeg-uji")).secrets["key.Puskesmas_1"] == "vault:key.Puskesmas_1"


async def test_a_draft_of_another_kind_calls_for_no_secret_of_the_connector(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await api_standing(site, operator, "hmac_headers", CALLED, secret="rahasia-dari-sana", user_key="kunci-dari-sana")
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    await lifecycle.save(operator, draft.id, {"kind": "ticket"}, based_on=draft.version)
    with pytest.raises(NotFound):
        await lifecycle.make_secret(operator, "simpeg-uji", "signing")


async def test_a_secret_that_settings_no_longer_call_for_is_in_nobodys_way_and_is_found_again(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await api_standing(site, operator, "two_tokens", TWO_TOKENS, consumer_secret="rahasia-konsumen", sso_token="token-sso-yang-jadi")
    account_of_theirs = {"sso": "service_account", "sso_url": "https://sso.example.id/token", "sso_client": "g", "sso_account": "g"}
    draft = await changed(site, operator, **account_of_theirs)
    await lifecycle.set_secret(operator, "simpeg-uji", "sso_password", "kata-sandi-sso")
    assert (await lifecycle.check(operator, draft.id)).problems == ()
    await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Akun layanan")
    assert set((await lifecycle.definition(operator, "simpeg-uji")).secrets) == {"consumer_secret", "sso_password"}
    await lifecycle.restore(operator, "simpeg-uji", 1, based_on=2, reason="Kembali ke token jadi")
    assert set((await lifecycle.definition(operator, "simpeg-uji")).secrets) == {"consumer_secret", "sso_token"}


async def test_a_revision_of_the_time_of_files_comes_back_to_the_console_without_their_references(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:  # FI-2, PB-5
    monkeypatch.setenv(KEY, random_key())
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.change_sets.apply(LOCAL, file_of(), reason="Konektor baru")
    await actions.lifecycle.own(operator, "simpeg-uji", "console", reason="Dikelola di konsol")
    await actions.lifecycle.restore(operator, "simpeg-uji", 1, based_on=2, reason="Kembali ke semula")
    stands = await actions.lifecycle.standing(operator, "simpeg-uji")
    assert (stands.owner, dict(stands.definition.secrets)) == ("console", {"key": "vault:key"})
    assert (await actions.lifecycle.make_secret(operator, "simpeg-uji", "key")).value, "whoever manages it replaces its secrets"
