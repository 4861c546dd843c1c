"""Applications: registered whole, changed with their revision, disabled with effect, secrets shown once and kept as digests."""

from __future__ import annotations

import pytest

from admin.actions.drafts import AgencyDraft, ApplicationDraft, ApplicationEdit, ClientDraft, NoticeDraft, PurposeDraft, ServiceDraft, Words
from admin.errors import Changed, Forbidden, Invalid, NotConfirmed, NotFound
from consent.models import Basis
from consent.record import valid_seconds
from idp import guards
from idp.people.models import Role
from kit.audit import AuditEvent
from kit.secrets import digest
from tests.admin.operators import account, operator_of, working
from tests.idp.registration.samples import JWKS
from tests.site import Site

APPLICATION = "usaha-kecil"


def draft(**more: object) -> ApplicationDraft:
    purpose = PurposeDraft(
        title=Words(id="Mengambil nomor antrean", en="Taking a queue number"),
        basis="consent",
        claims=("name", "nik"),
        retention=Words(id="1 tahun", en="1 year"),
        valid_for_days=365,
    )
    plain: dict[str, object] = {
        "id": "antrean-uji",
        "name": Words(id="Antrean Uji", en="Test Queue"),
        "agency": "DINKES",
        "home_url": "https://antrean.example.id/",
        "notice": NoticeDraft(purposes=(purpose,)),
        "client": ClientDraft(redirect_uris=("https://antrean.example.id/cb",), scopes=("openid", "name", "nik")),
    }
    return ApplicationDraft(**{**plain, **more})  # type: ignore[arg-type] # test data


async def test_a_registered_application_can_be_entered_and_its_secret_is_kept_as_a_digest(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    made = await site.house.admin.actions.applications.register(operator, draft())
    now = site.house.registry.now
    assert now.usable("antrean-uji") and now.service_for("antrean-uji", None) is not None
    notice = now.notice_for("antrean-uji")
    assert notice is not None and notice.version == "1.0" and notice.purposes[0].basis is Basis.CONSENT
    client = now.clients["antrean-uji"]
    assert [s.digest for s in client.secrets] == [digest(made.secret)]
    assert made.secret.startswith(client.secrets[0].prefix)
    rows = await site.resources.stores.audit.search(subject="application:antrean-uji")
    assert rows[0].entry.event is AuditEvent.APPLICATION_CREATED and rows[0].entry.actor == operator.actor
    everything = str([row.entry for row in await site.resources.stores.audit.search(limit=50)])
    assert made.secret not in everything and digest(made.secret) not in everything


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"id": "Antrean Uji"}, "id", "bad_id"),
        ({"id": "usaha-kecil"}, "id", "taken"),
        ({"agency": "TIDAK-ADA"}, "agency", "unknown"),
        ({"name": Words(id="")}, "name.id", "missing"),
        ({"client": ClientDraft(redirect_uris=("http://antrean.example.id/cb",))}, "client.redirect_uris", "bad_url"),
        ({"client": ClientDraft(redirect_uris=("https://*.example.id/cb",))}, "client.redirect_uris", "bad_url"),
        ({"client": ClientDraft(redirect_uris=("https://a.example/cb#x",))}, "client.redirect_uris", "bad_url"),
        ({"client": ClientDraft(redirect_uris=("https://u:p@a.example/cb",))}, "client.redirect_uris", "bad_url"),
        ({"client": ClientDraft(redirect_uris=())}, "client.redirect_uris", "missing"),
        ({"client": ClientDraft(redirect_uris=("https://a.example/cb",), scopes=("openid", "admin"))}, "client.scopes", "unknown_scope"),
        ({"client": ClientDraft(redirect_uris=("https://a.example/cb",), auth_method="private_key_jwt")}, "client.jwks", "no_public_key"),
        ({"notice": NoticeDraft()}, "notice.purposes", "missing"),
        ({"client": None}, "kind", "one_way_in"),
    ],
)
async def test_a_field_that_cannot_be_taken_is_named_and_nothing_is_kept(
    site: Site, change: dict[str, object], field: str, code: str
) -> None:
    operator = await working(site, Role.OPERATOR)
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.applications.register(operator, draft(**change))
    assert (field, code) in [(p.field, p.code) for p in refused.value.problems]
    assert "antrean-uji" not in site.house.registry.now.applications


async def test_a_private_key_is_never_accepted(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    jwks = {"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "d": "private"}]}
    client = ClientDraft(redirect_uris=("https://a.example/cb",), auth_method="private_key_jwt", jwks=jwks)
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.applications.register(operator, draft(client=client))
    assert [p.code for p in refused.value.problems] == ["no_public_key"]
    good = ClientDraft(redirect_uris=("https://a.example/cb",), auth_method="private_key_jwt", jwks=JWKS)
    assert not (await site.house.admin.actions.applications.register(operator, draft(client=good))).secret


async def test_the_auditor_may_look_and_not_change(site: Site) -> None:
    auditor = await working(site, Role.AUDITOR)
    actions = site.house.admin.actions.applications
    assert (await actions.search(auditor, q="usaha")).total >= 1
    with pytest.raises(Forbidden):
        await actions.register(auditor, draft())
    with pytest.raises(Forbidden):
        await actions.disable(auditor, APPLICATION, name="x", reason="Alasan panjang")


async def test_two_editors_get_a_refusal_and_not_a_lost_edit(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions.applications
    seen = (await actions.get(operator, APPLICATION)).revision
    edit = ApplicationEdit(name=Words(id="Usaha Kecil Baru"), home_url="https://usaha.example.id/")
    changed = await actions.change(operator, APPLICATION, edit, based_on=seen)
    assert changed.revision == seen + 1
    with pytest.raises(Changed):
        await actions.change(operator, APPLICATION, ApplicationEdit(name=Words(id="Lain")), based_on=seen)
    assert site.house.registry.now.applications[APPLICATION].name["id"] == "Usaha Kecil Baru"


async def test_disabling_ends_at_once_what_was_made_for_the_application(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    name = site.house.registry.now.applications[APPLICATION].name["id"]
    guard = guards.application(APPLICATION)
    before = await site.resources.expiring.guards(guard)
    await site.house.admin.actions.applications.disable(operator, APPLICATION, name=name, reason="Perbaikan mendadak")
    assert await site.resources.expiring.guards(guard) != before
    assert not site.house.registry.now.usable(APPLICATION)
    await site.house.admin.actions.applications.enable(operator, APPLICATION, reason="Sudah diperbaiki")
    assert site.house.registry.now.usable(APPLICATION)
    events = [row.entry.event for row in await site.resources.stores.audit.search(subject=f"application:{APPLICATION}")]
    assert events[:2] == [AuditEvent.APPLICATION_ENABLED, AuditEvent.APPLICATION_DISABLED]


async def test_disabling_needs_the_typed_name_a_reason_and_a_fresh_proof(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    actions = site.house.admin.actions.applications
    name = site.house.registry.now.applications[APPLICATION].name["id"]
    with pytest.raises(NotConfirmed):
        await actions.disable(operator_of(site, person, confirmed=False), APPLICATION, name=name, reason="Alasan panjang")
    with pytest.raises(Invalid) as refused:
        await actions.disable(operator_of(site, person), APPLICATION, name="salah", reason="x")
    assert {p.field for p in refused.value.problems} == {"name", "reason"}
    assert site.house.registry.now.usable(APPLICATION)


async def test_two_secrets_are_valid_at_a_time_and_a_third_ends_the_first(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    first = (await actions.applications.register(operator, draft())).secret
    site.clock.advance(1)
    second = await actions.clients.rotate_secret(operator, "antrean-uji")
    assert {s.digest for s in site.house.registry.now.clients["antrean-uji"].secrets} == {digest(first), digest(second)}
    site.clock.advance(1)
    third = await actions.clients.rotate_secret(operator, "antrean-uji")
    kept = site.house.registry.now.clients["antrean-uji"].secrets
    assert {s.digest for s in kept} == {digest(second), digest(third)}
    await actions.clients.revoke_secret(operator, "antrean-uji", kept[0].prefix, reason="Bocor di catatan")
    assert [s.digest for s in site.house.registry.now.clients["antrean-uji"].secrets] == [kept[1].digest]
    with pytest.raises(NotFound):
        await actions.clients.revoke_secret(operator, "antrean-uji", "gapura_sk_tidak", reason="Bocor di catatan")


async def test_changing_the_connection_ends_what_was_issued_under_the_former_one(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.applications.register(operator, draft())
    revision = (await actions.applications.get(operator, "antrean-uji")).revision
    before = await site.resources.expiring.guards(guards.application("antrean-uji"))
    new = ClientDraft(redirect_uris=("https://antrean.example.id/baru",), scopes=("openid", "layanan:antrean-uji"))
    await actions.clients.change(operator, "antrean-uji", new, based_on=revision)
    assert site.house.registry.now.clients["antrean-uji"].redirect_uris == ("https://antrean.example.id/baru",)
    assert await site.resources.expiring.guards(guards.application("antrean-uji")) != before
    with pytest.raises(Changed):
        await actions.clients.change(operator, "antrean-uji", new, based_on=revision)
    with pytest.raises(Invalid):
        stolen = ClientDraft(redirect_uris=("https://antrean.example.id/baru",), scopes=("openid", "layanan:akta-kelahiran"))
        await actions.clients.change(operator, "antrean-uji", stolen, based_on=revision + 1)


async def test_a_suspended_agency_stops_all_of_its_applications(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    agency = site.house.registry.now.agencies["DINKES"]
    before = await site.resources.expiring.guards(guards.application("e-link"))
    await site.house.admin.actions.agencies.suspend(operator, "DINKES", name=agency.name["id"], reason="Pemeriksaan keamanan")
    assert not site.house.registry.now.usable("e-link")
    assert await site.resources.expiring.guards(guards.application("e-link")) != before
    await site.house.admin.actions.agencies.resume(operator, "DINKES", reason="Selesai diperiksa")
    assert site.house.registry.now.usable("e-link")


async def test_ad_01_the_code_in_the_path_decides_which_agency_changes(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    other = AgencyDraft(code="DINSOS", name=Words(id="Dinas Lain"), short_name="Lain")
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.agencies.change(operator, "DINKES", other)
    assert [p.code for p in refused.value.problems] == ["fixed"]
    same = AgencyDraft(code="DINKES", name=Words(id="Dinas Kesehatan Baru"), short_name="Dinkes", kind="dinas")
    assert (await site.house.admin.actions.agencies.change(operator, "DINKES", same)).name["id"] == "Dinas Kesehatan Baru"


async def test_a_new_notice_is_the_next_version_and_ends_what_rested_on_the_former_one(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    await actions.applications.register(operator, draft())
    before = await site.resources.expiring.guards(guards.application("antrean-uji"))
    purpose = PurposeDraft(title=Words(id="Mengambil nomor"), claims=("name",))
    with pytest.raises(Invalid) as refused:
        await actions.notices.publish(operator, "antrean-uji", "antrean-uji", NoticeDraft(purposes=(purpose,)))
    assert [p.field for p in refused.value.problems] == ["notice.changes.id"]
    new = NoticeDraft(purposes=(purpose,), changes=Words(id="NIK tidak diminta lagi."))
    notice = await actions.notices.publish(operator, "antrean-uji", "antrean-uji", new)
    assert (notice.version, notice.supersedes) == ("1.1", "antrean-uji@1.0")
    assert site.house.registry.now.current_notice["antrean-uji"] == "antrean-uji@1.1"
    assert await site.resources.expiring.guards(guards.application("antrean-uji")) != before


async def test_consent_to_specific_data_for_longer_than_a_year_is_refused_and_without_a_number_is_a_year(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    actions = site.house.admin.actions
    words = Words(id="Memakai kartu BPJS", en="Using the insurance card")
    longer = PurposeDraft(title=words, claims=("bpjs_number",), required=False, valid_for_days=366)
    with pytest.raises(Invalid) as refused:
        await actions.applications.register(operator, draft(notice=NoticeDraft(purposes=(longer,))))
    assert [(p.field, p.code) for p in refused.value.problems] == [("notice.purposes.0.valid_for_days", "too_long")]
    mixed = PurposeDraft(title=words, claims=("name", "bpjs_number"), required=False)
    await actions.applications.register(operator, draft(notice=NoticeDraft(purposes=(mixed,))))
    notice = site.house.registry.now.notice_for("antrean-uji")
    assert notice is not None
    assert [(p.claim_names, valid_seconds(p)) for p in notice.purposes] == [({"name"}, None), ({"bpjs_number"}, 365 * 86400)]
    assert actions.notices.problems(actions.notices.draft_of(notice)) == [], "and it can be the draft of the next version"


@pytest.mark.parametrize("guarded", [False, True])
async def test_that_a_guardian_agrees_for_children_is_registered_with_the_service(site: Site, guarded: bool) -> None:
    operator = await working(site, Role.OPERATOR)
    await site.house.admin.actions.applications.register(operator, draft(service=ServiceDraft(guardian_if_minor=guarded)))
    assert site.house.registry.now.services["antrean-uji"].guardian_if_minor is guarded


async def test_a_list_of_applications_is_paged_by_its_last_id(site: Site) -> None:
    operator = await working(site, Role.AUDITOR)
    actions = site.house.admin.actions.applications
    seen: list[str] = []
    after = ""
    while True:
        page = await actions.search(operator, after=after, limit=7)
        seen += [a.id for a in page.items]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == page.total == len(site.house.registry.now.applications)
