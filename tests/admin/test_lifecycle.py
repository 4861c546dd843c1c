"""The life cycle of connectors: drafts that are resumed, errors with their fix, a review in words, revisions that come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from admin.actions.lifecycle_models import STEPS
from admin.errors import Changed, Invalid, NotConfirmed, NotFound, Owned
from idp.applications.models import ConnectorRow
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.connectors import SETTINGS, WHOLE, begun, changed, published
from tests.admin.operators import account, operator_of, working
from tests.site import Site

BPJS = [*SETTINGS["fields"], {"claim": "bpjs_number", "field": "bpjs"}]


async def test_cw_1_a_draft_is_left_and_taken_up_again_at_any_step(site: Site) -> None:
    operator, colleague = await working(site, Role.OPERATOR), await working(site, Role.OPERATOR, email="lain@example.id")
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind="ticket")
    for part in ({"id": "simpeg-uji"}, {"purpose": {"id": "Masuk"}}, {"settings": {"base_url": "belum tahu"}}, {"settings": SETTINGS}):
        draft = await lifecycle.save(operator, draft.id, part, based_on=draft.version)
        again = await lifecycle.draft(colleague, draft.id)
        assert again == draft, "whoever takes it up finds it as it was left, complete or not"
    assert again.definition.settings == SETTINGS and again.definition.purpose.id == "Masuk"
    assert "simpeg-uji" not in site.house.registry.now.connectors, "a draft is true for nobody"
    await lifecycle.discard(operator, draft.id, based_on=draft.version)
    with pytest.raises(NotFound):
        await lifecycle.draft(operator, draft.id)


async def test_cw_2_every_problem_names_its_step_its_field_and_the_fix(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await lifecycle.begin(operator, kind="ticket")
    wrong = {"id": "X", "settings": {"base_url": "http://x.example.id", "lifetime": 5, "delivery": "fax", "extra": 1, "fields": [{}]}}
    draft = await lifecycle.save(operator, draft.id, wrong, based_on=draft.version)
    found = await lifecycle.check(operator, draft.id)
    fields = {one.field for one in found.problems}
    assert {"id", "application", "purpose.id", "contact", "classification", "settings.base_url", "settings.lifetime"} <= fields
    assert {"settings.delivery", "settings.extra", "settings.arrive_url", "settings.fields.0.claim"} <= fields
    assert all(one.text["id"] and one.text["en"] and one.text["id"] != one.text["en"] for one in found.problems)
    assert "http://x.example.id" not in str(found.problems), "what was typed is not echoed"
    told = {one.field: one.text["en"] for one in found.problems}
    assert told["settings.lifetime"] == "At least 10." and "post" in told["settings.delivery"]
    assert set(found.by_step) == {"choose", "purpose", "connection", "mapping"} <= set(STEPS)
    with pytest.raises(Invalid):
        await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Konektor baru")
    with pytest.raises(Invalid) as refused:
        await lifecycle.save(operator, draft.id, {"is_admin": True}, based_on=draft.version)
    assert [one.field for one in refused.value.problems] == ["is_admin"]


async def test_cw_2_settings_that_contradict_each_other_name_a_field(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    draft = await begun(site, operator, settings={**SETTINGS, "arrive_url": "https://lain.example.id/masuk"})
    found = await site.house.admin.actions.lifecycle.check(operator, draft.id)
    assert [one.field for one in found.problems] == ["settings.arrive_url"]


async def test_cw_4_the_same_draft_is_edited_as_yaml(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    draft = await begun(site, operator)
    text = await lifecycle.draft_text(operator, draft.id)
    assert text.startswith("kind: ticket\nid: simpeg-uji\n")
    saved = await lifecycle.save_text(operator, draft.id, text.replace("surel", "email"), based_on=draft.version)
    assert saved.definition.settings["fields"][1]["field"] == "email"
    assert saved.definition == (await lifecycle.draft(operator, draft.id)).definition
    for bad, field in (("kind: [", "line 1"), ("kind: ticket\nkind: cas\n", "line 1"), ("a: 1\n", "a")):
        with pytest.raises(Invalid) as refused:
            await lifecycle.save_text(operator, draft.id, bad, based_on=saved.version)
        assert refused.value.problems[0].field == field


async def test_a_new_connector_brings_its_application_and_both_stand_together(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    done = await published(site, operator)
    now = site.house.registry.now
    assert (done.revision, done.new_application) == (1, True)
    assert now.usable("simpeg-uji") and now.connector_of["simpeg-uji"].kind == "ticket"
    notice = now.notice_for("simpeg-uji")
    assert notice is not None and notice.purposes[0].title["id"] == "Mengurus kepegawaian"
    assert await site.resources.stores.connector_revisions.drafts() == []
    events = [row.entry.event for row in await site.resources.stores.audit.search(limit=6)]
    assert {AuditEvent.CONNECTOR_CHANGED, AuditEvent.APPLICATION_CREATED, AuditEvent.NOTICE_PUBLISHED} <= set(events)


async def test_pb_1_revisions_are_immutable_and_one_of_them_is_published(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    draft = await changed(site, operator, lifetime=30)
    assert (await lifecycle.publish(operator, draft.id, based_on=draft.version)).revision == 2
    first, second = reversed(await lifecycle.revisions(operator, "simpeg-uji"))
    assert (first.number, first.current, second.number, second.current) == (1, False, 2, True)
    assert "lifetime" not in first.definition.settings and second.definition.settings["lifetime"] == 30
    assert second.author == operator.actor and (await lifecycle.standing(operator, "simpeg-uji")).row.revision == 2


async def test_pb_1_what_stood_before_there_were_revisions_becomes_the_first_one(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    old = ConnectorRow("lama-uji", "usaha-kecil", "ticket", {**SETTINGS, "fields": [], "lifetime": 40})
    await site.resources.stores.registry.save_connector(old)
    await site.house.reload()
    await lifecycle.make_secret(operator, "lama-uji", "key")
    draft = await changed(site, operator, "lama-uji", lifetime=30)
    done = await lifecycle.publish(operator, draft.id, based_on=draft.version)
    first, second = reversed(await lifecycle.revisions(operator, "lama-uji"))
    assert (done.revision, first.author, second.author) == (2, "system", operator.actor)
    assert (first.definition.settings["lifetime"], second.definition.settings["lifetime"]) == (40, 30)
    await lifecycle.restore(operator, "lama-uji", 1, based_on=2, reason="Kembali ke semula")
    assert site.house.registry.now.connectors["lama-uji"].settings.model_dump()["lifetime"] == 40


async def test_pb_1_changing_and_switching_off_as_before_writes_revisions_too(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await published(site, operator)
    await actions.connectors.disable(operator, "simpeg-uji", name="SIMPEG Uji", reason="Perbaikan mendadak")
    assert not site.house.registry.now.connectors["simpeg-uji"].enabled
    newest = (await actions.lifecycle.revisions(operator, "simpeg-uji"))[0]
    assert (newest.number, newest.reason, newest.checked) == (2, "Perbaikan mendadak", {"enabled": False})
    draft = await changed(site, operator, lifetime=30)
    await actions.lifecycle.publish(operator, draft.id, based_on=draft.version)
    assert not site.house.registry.now.connectors["simpeg-uji"].enabled, "publishing opens nothing that an operator closed"


async def test_pb_2_the_review_says_in_words_what_a_change_does_to_people(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    fields = [{"claim": "name", "field": "nama"}, {"claim": "bpjs_number", "field": "bpjs"}]
    draft = await changed(site, operator, fields=fields, lifetime=90, arrive_url="https://simpeg.example.id/baru")
    seen = await lifecycle.review(operator, draft.id)
    told = {one.field: one for one in seen.changes}
    assert told["settings.fields.bpjs"].effect["id"] == "Aplikasi ini akan menerima Nomor kartu BPJS Kesehatan."
    assert told["settings.fields.surel"].effect["id"] == "Aplikasi ini tidak lagi menerima Email sebagai surel."
    assert told["settings.fields.nama"].before == 'name {"transform": "upper_ascii"}' and told["settings.fields.nama"].after == "name"
    assert (told["settings.lifetime"].before, told["settings.lifetime"].after) == ("60", "90")
    assert all(one.effect["id"] and one.effect["en"] for one in seen.changes)
    assert "- claim: bpjs_number" in seen.text_after and "bpjs_number" not in seen.text_before
    assert [name["id"] for name in seen.affected.services] == ["SIMPEG Uji"] and seen.affected.people == 0


async def test_pb_3_what_is_dangerous_is_flagged_and_needs_a_typed_reason(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    for settings, danger in (
        ({"fields": BPJS}, "specific_data"),
        ({"fields": [*SETTINGS["fields"], {"claim": "kecamatan", "field": "kec"}]}, "new_data"),
        ({"lifetime": 90}, "longer"),
        ({"arrive_url": "https://simpeg.example.id/baru"}, "wider"),
    ):
        draft = await changed(site, operator, **{**SETTINGS, "lifetime": 60, **settings})
        assert (await lifecycle.review(operator, draft.id)).dangers == (danger,)
        with pytest.raises(Invalid) as refused:
            await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="ya")
        assert [one.code for one in refused.value.problems] == ["reason"]
    unconfirmed = await working(site, Role.OPERATOR, confirmed=False, email="lain@example.id")
    with pytest.raises(NotConfirmed):
        await lifecycle.publish(unconfirmed, draft.id, based_on=draft.version, reason="Alamat baru di server")
    harmless = await changed(site, operator, **{**SETTINGS, "lifetime": 30})
    assert (await lifecycle.review(operator, harmless.id)).dangers == ()
    assert (await lifecycle.publish(operator, harmless.id, based_on=harmless.version)).revision == 2


async def test_pb_4_the_dry_run_is_kept_with_the_revision_and_holds_no_value(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await published(site, operator)
    kept = (await site.house.admin.actions.lifecycle.revision(operator, "simpeg-uji", 1)).checked
    assert kept["people"]["siti"] == {"outcome": "issued", "sent": ["nama", "sub", "surel"]}
    assert kept["people"]["sarno"]["outcome"] == "account_unusable"
    assert "PERAGAWATI" not in json.dumps(kept).upper()


async def test_pb_5_restoring_makes_a_new_revision_with_the_same_content_after_the_same_checks(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    draft = await changed(site, operator, lifetime=30)
    await lifecycle.publish(operator, draft.id, based_on=draft.version)
    with pytest.raises(Changed):
        await lifecycle.restore(operator, "simpeg-uji", 1, based_on=1, reason="Kembali ke semula")
    back = await lifecycle.restore(operator, "simpeg-uji", 1, based_on=2, reason="Kembali ke semula")
    newest, _, first = await lifecycle.revisions(operator, "simpeg-uji")
    assert (back.revision, newest.restores, newest.reason) == (3, 1, "Kembali ke semula")
    assert newest.definition.settings == first.definition.settings and newest.checked["people"]
    assert await lifecycle.compare(operator, "simpeg-uji", 1, 3) == ()


async def test_pb_6_two_editors_get_a_conflict_and_nothing_is_lost(site: Site) -> None:
    operator, other = await working(site, Role.OPERATOR), await working(site, Role.OPERATOR, email="lain@example.id")
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    mine = await lifecycle.begin(operator, connector="simpeg-uji")
    theirs = await lifecycle.begin(other, connector="simpeg-uji")
    assert mine == theirs, "a connector has one draft"
    saved = await lifecycle.save(operator, mine.id, {"contact": "Bidang A"}, based_on=mine.version)
    with pytest.raises(Changed):
        await lifecycle.save(other, theirs.id, {"contact": "Bidang B"}, based_on=theirs.version)
    with pytest.raises(Changed):
        await lifecycle.publish(other, theirs.id, based_on=theirs.version)
    await lifecycle.restore(operator, "simpeg-uji", 1, based_on=1, reason="Sama saja isinya")
    with pytest.raises(Changed):  # somebody published meanwhile: the draft would undo that unseen
        await lifecycle.publish(operator, saved.id, based_on=saved.version)
    moved = await lifecycle.rebase(operator, saved.id, based_on=saved.version)
    assert (await lifecycle.publish(operator, moved.id, based_on=moved.version)).revision == 3


async def test_pb_6_a_draft_that_is_saved_while_it_is_published_is_not_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    operator, colleague = await working(site, Role.OPERATOR), await working(site, Role.OPERATOR, email="lain@example.id")
    lifecycle = site.house.admin.actions.lifecycle
    draft = await begun(site, operator)
    judged = type(lifecycle.publishing).step

    async def meanwhile(*arguments: Any, **named: Any) -> Any:
        """A colleague saves at the moment in which the draft, already read, is judged."""
        monkeypatch.undo()
        await lifecycle.save(colleague, draft.id, {"contact": "Bidang lain"}, based_on=draft.version)
        return await judged(*arguments, **named)

    monkeypatch.setattr(type(lifecycle.publishing), "step", meanwhile)
    with pytest.raises(Changed):
        await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Konektor baru")
    assert (await lifecycle.draft(operator, draft.id)).definition.contact == "Bidang lain"
    assert "simpeg-uji" not in site.house.registry.now.connectors


async def test_fi_2_what_files_manage_is_read_and_tried_here_but_not_changed(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    lifecycle = actions.lifecycle
    await published(site, operator)
    await lifecycle.own(operator, "simpeg-uji", "files", reason="Dikelola lewat repositori")
    row = (await site.resources.stores.audit.search(event=AuditEvent.CONNECTOR_HANDED_OVER))[0].entry
    assert (row.before.get("managed", "console"), row.after["managed"]) == ("console", "files")
    with pytest.raises(Owned) as refused:
        await lifecycle.begin(operator, connector="simpeg-uji")
    assert (refused.value.status, refused.value.owner) == (409, "files")
    with pytest.raises(Owned):
        await lifecycle.restore(operator, "simpeg-uji", 1, based_on=2, reason="Kembali ke semula")
    assert (await lifecycle.definition(operator, "simpeg-uji")).managed == "files"
    assert (await lifecycle.attempt_definition(operator, await lifecycle.definition(operator, "simpeg-uji"), "siti")).outcome == "issued"
    await actions.connectors.disable(operator, "simpeg-uji", name="SIMPEG Uji", reason="Keadaan darurat")  # an emergency waits for no file
    await lifecycle.own(operator, "simpeg-uji", "console", reason="Kembali ke konsol")
    assert (await lifecycle.begin(operator, connector="simpeg-uji")).connector == "simpeg-uji"


async def test_a_draft_cannot_change_what_a_connector_is(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    moved = {"id": "lain", "application": "usaha-kecil", "kind": "simple_sso"}
    draft = await lifecycle.save(operator, draft.id, moved, based_on=draft.version)
    found = {one.field: one.code for one in (await lifecycle.check(operator, draft.id)).problems}
    assert (found["id"], found["application"], found["kind"]) == ("fixed", "fixed", "fixed")
    copy = await begun(site, operator, contact="Lain")
    assert ("id", "taken") in {(one.field, one.code) for one in (await lifecycle.check(operator, copy.id)).problems}


async def test_data_that_nobody_is_told_of_cannot_be_mapped(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    fields = [{"claim": "nik", "field": "nik"}]
    draft = await begun(site, operator, settings={**WHOLE["settings"], "fields": fields})
    found = (await site.house.admin.actions.lifecycle.check(operator, draft.id)).problems
    assert [(one.field, one.code) for one in found] == [("settings.fields", "not_in_notice")]


async def test_settings_that_their_kind_no_longer_accepts_are_mended_by_a_draft(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    broken = ConnectorRow("simpeg-uji", "simpeg-uji", "ticket", {"dari_rilis_lama": 1}, revision=1)
    await site.resources.stores.registry.save_connector(broken)
    await site.house.reload()
    assert "simpeg-uji" not in site.house.registry.now.connectors
    draft = await lifecycle.begin(operator, connector="simpeg-uji")
    assert "settings.dari_rilis_lama" in {one.field for one in (await lifecycle.check(operator, draft.id)).problems}
    draft = await lifecycle.save(operator, draft.id, {"settings": SETTINGS}, based_on=draft.version)
    assert (await lifecycle.review(operator, draft.id)).dangers == ("new_data", "wider")
    done = await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Isi diperbaiki")
    assert done.revision == 3 and "simpeg-uji" in site.house.registry.now.connectors


async def test_fi_2_a_draft_of_the_console_cannot_make_a_connector_of_files(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    draft = await begun(site, operator, managed="files")
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Konektor baru")
    assert [one.code for one in refused.value.problems] == ["explicit"]


async def test_fi_2_a_draft_of_before_the_handing_over_is_not_published_over_what_files_say(site: Site) -> None:  # FI-2
    operator = await working(site, Role.OPERATOR)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    draft = await changed(site, operator, lifetime=30)
    await lifecycle.own(operator, "simpeg-uji", "files", reason="Dikelola lewat repositori")
    draft = await lifecycle.rebase(operator, draft.id, based_on=draft.version)
    with pytest.raises(Owned):
        await lifecycle.publish(operator, draft.id, based_on=draft.version, reason="Masih dari konsol")
    assert (await lifecycle.standing(operator, "simpeg-uji")).number == 2


async def test_ad_13_publishing_restoring_and_handing_over_each_need_a_proof_of_now(site: Site) -> None:  # AD-13
    person = await account(site, Role.OPERATOR)
    operator, stale = operator_of(site, person), operator_of(site, person, confirmed=False)
    lifecycle = site.house.admin.actions.lifecycle
    await published(site, operator)
    draft = await changed(site, operator, lifetime=30)
    for act in (
        lambda: lifecycle.publish(stale, draft.id, based_on=draft.version, reason="Sesi yang dicuri"),
        lambda: lifecycle.restore(stale, "simpeg-uji", 1, based_on=1, reason="Sesi yang dicuri"),
        lambda: lifecycle.own(stale, "simpeg-uji", "files", reason="Sesi yang dicuri"),
    ):
        with pytest.raises(NotConfirmed):
            await act()
    assert (await lifecycle.standing(operator, "simpeg-uji")).number == 1
