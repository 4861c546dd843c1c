"""Connectors: settings checked by their kind, never more data than the notice says, one host for one application."""

from __future__ import annotations

from typing import Any

import pytest

from admin.actions.drafts import ApplicationDraft, ConnectorDraft, ConnectorEdit, NoticeDraft, PurposeDraft, Words
from admin.errors import Changed, Invalid
from idp import guards
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.operators import working
from tests.site import Site


def draft(name: str = "lama-uji", host: str = "lama.example.id", **settings: Any) -> ApplicationDraft:
    purpose = PurposeDraft(title=Words(id="Mendaftar"), claims=("name", "nik"))
    plain = {"base_url": f"https://{host}", "headers": [{"claim": "name", "field": "X-Nama"}], **settings}
    return ApplicationDraft(
        id=name,
        name=Words(id="Lama Uji"),
        agency="DINKES",
        notice=NoticeDraft(purposes=(purpose,)),
        connector=ConnectorDraft(kind="forward_auth", settings=plain),
    )


async def test_an_older_application_is_put_behind_the_gate(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    made = await site.house.admin.actions.applications.register(operator, draft())
    now = site.house.registry.now
    assert (made.connector, made.secret) == ("lama-uji", "")
    assert now.usable("lama-uji") and now.connector_of["lama-uji"].kind == "forward_auth"
    assert now.services["lama-uji"].start_url == "https://lama.example.id/"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"base_url": "http://lama.example.id"}, "value_error"),
        ({"open_paths": ["/../admin"]}, "value_error"),
        ({"unknown": 1}, "extra_forbidden"),
        ({"headers": [{"claim": "bpjs_number", "field": "X-BPJS"}]}, "not_in_notice"),
    ],
)
async def test_settings_that_cannot_be_taken_are_named_and_nothing_is_kept(site: Site, settings: dict[str, Any], code: str) -> None:
    operator = await working(site, Role.OPERATOR)
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.applications.register(operator, draft(**settings))
    assert [p.code for p in refused.value.problems] == [code]
    assert refused.value.problems[0].field.startswith("connector.settings")
    assert "lama-uji" not in site.house.registry.now.applications


async def test_two_connectors_never_stand_for_one_host(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions.applications
    await actions.register(operator, draft())
    with pytest.raises(Invalid) as refused:
        await actions.register(operator, draft("lain-uji"))
    assert [p.code for p in refused.value.problems] == ["taken"]
    await actions.register(operator, draft("lain-uji", "lain.example.id"))


def entered_by_cas(name: str, service: str) -> ApplicationDraft:
    connector = ConnectorDraft(kind="cas", settings={"services": [service]})
    return draft(name).model_copy(update={"name": Words(id=name), "connector": connector})


@pytest.mark.parametrize("service", ["https://arsip.example.id/", "https://arsip.example.id/masuk/j_spring_cas_security_check"])
async def test_sm_19_two_connectors_never_answer_to_one_name(site: Site, service: str) -> None:
    """Else another agency gets the tickets of this one, or nobody gets any."""
    operator, actions = await working(site, Role.OPERATOR), site.house.admin.actions
    await actions.applications.register(operator, entered_by_cas("satu", "https://arsip.example.id/"))
    with pytest.raises(Invalid) as refused:
        await actions.applications.register(operator, entered_by_cas("dua", service))
    assert [(one.field, one.code) for one in refused.value.problems] == [("connector.settings", "taken")]
    await actions.applications.register(operator, entered_by_cas("dua", "https://lain.example.id/"))
    revision = site.house.registry.now.applications["dua"].revision
    taken, free = (
        ConnectorEdit(kind="cas", settings={"services": [one]}, reason="Alamat baru") for one in (service, "https://lain.example.id/masuk")
    )
    with pytest.raises(Invalid) as refused:
        await actions.connector_settings.change(operator, "dua", taken, based_on=revision)
    assert [(one.field, one.code) for one in refused.value.problems] == [("settings", "taken")]
    await actions.connector_settings.change(operator, "dua", free, based_on=revision)
    assert site.house.registry.now.connectors["dua"].settings.services == ("https://lain.example.id/masuk",)  # type: ignore[attr-defined] # the kind's own model


async def test_changing_the_mapping_ends_the_gate_sessions_and_needs_the_revision(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.applications.register(operator, draft())
    revision = site.house.registry.now.applications["lama-uji"].revision
    before = await site.resources.expiring.guards(guards.application("lama-uji"))
    settings = {"base_url": "https://lama.example.id", "headers": [{"claim": "nik", "field": "X-NIK"}]}
    new = ConnectorEdit(kind="forward_auth", settings=settings, reason="NIK ikut dikirim")
    await actions.connector_settings.change(operator, "lama-uji", new, based_on=revision)
    assert await site.resources.expiring.guards(guards.application("lama-uji")) != before
    with pytest.raises(Changed):
        await actions.connector_settings.change(operator, "lama-uji", new, based_on=revision)
    row = (await site.resources.stores.audit.search(event=AuditEvent.CONNECTOR_CHANGED))[0].entry
    assert row.before["settings"]["headers"] != row.after["settings"]["headers"] and row.names["application:lama-uji"] == "Lama Uji"


async def test_what_is_mapped_cannot_leave_the_notice(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.applications.register(operator, draft())
    narrower = NoticeDraft(purposes=(PurposeDraft(title=Words(id="Mendaftar"), claims=("nik",)),), changes=Words(id="Nama tidak diminta."))
    with pytest.raises(Invalid) as refused:
        await actions.notices.publish(operator, "lama-uji", "lama-uji", narrower)
    assert [p.code for p in refused.value.problems] == ["still_mapped"]


async def test_a_disabled_connector_is_off_until_it_is_enabled(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.applications.register(operator, draft())
    await actions.connectors.disable(operator, "lama-uji", name="Lama Uji", reason="Perbaikan mendadak")
    assert not site.house.registry.now.connectors["lama-uji"].enabled
    await actions.connectors.enable(operator, "lama-uji", reason="Sudah diperbaiki")
    assert site.house.registry.now.connectors["lama-uji"].enabled
