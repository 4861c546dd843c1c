"""Coba: what an application would receive about a test person is what it really receives; no live citizen is ever used."""

from __future__ import annotations

import base64

import orjson
import pytest

from admin.actions.drafts import ApplicationDraft, ConnectorDraft, NoticeDraft, PurposeDraft, Words
from admin.actions.picture import Wanted
from admin.errors import NotFound
from idp.people.models import Role
from tests.admin.operators import working
from tests.site import Site, new_party

APPLICATION = "usaha-kecil"
OWN_TIME = {"iss", "iat", "exp", "auth_time", "at_hash", "sid", "nonce"}


def payload(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    found: dict[str, object] = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


async def test_tp_3_the_preview_is_what_a_real_sign_in_gives(site: Site) -> None:
    party = await new_party(site, scopes=frozenset({"openid", "name", "nik", "kecamatan", "phone_number"}))
    tokens = await party.tokens()
    real = (await party.userinfo(tokens["access_token"])).json()
    operator = await working(site, Role.AUDITOR)
    seen = await site.house.admin.actions.previews.run(operator, Wanted(APPLICATION, "siti"))
    assert seen.outcome == "issued"
    assert seen.userinfo_claims == real
    issued = payload(tokens["id_token"])
    assert set(seen.id_token_claims) == set(issued)
    assert {k: v for k, v in seen.id_token_claims.items() if k not in OWN_TIME | {"aud"}} == {
        k: v for k, v in issued.items() if k not in OWN_TIME | {"aud"}
    }
    assert seen.id_token_claims["iss"] == f"{issued['iss']}/preview"


async def test_tp_1_a_live_citizen_is_not_found_whatever_the_role(site: Site) -> None:
    operator = await working(site, Role.SUPER_ADMIN)
    live = await site.house.people.create({"name": "Warga Sungguhan", "nik": "3503115203880001"}, [], actor="cli")
    previews = site.house.admin.actions.previews
    for who in (live.id, "3503115203880001", operator.person, ""):
        with pytest.raises(NotFound):
            await previews.run(operator, Wanted(APPLICATION, who))
    assert all(persona.person.id != live.id for persona in await previews.personas(operator))


async def test_tp_1_an_account_with_a_personas_id_but_another_nik_does_not_stand_in(site: Site) -> None:
    operator = await working(site, Role.SUPER_ADMIN)
    store = site.resources.stores.people
    kept = await store.get("demo-siti")
    assert kept is not None
    await store.set_claims(kept.id, {**kept.claims, "nik": "3503115203880001", "name": "Warga Sungguhan"}, kept.level)
    persona = next(p for p in await site.house.admin.actions.previews.personas(operator) if p.id == "siti")
    assert (persona.seeded, persona.name, persona.person.name) == (False, "Siti Peragawati", "Siti Peragawati")


async def test_a_preview_keeps_nothing_but_its_own_note(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await new_party(site)
    await site.house.admin.actions.previews.run(operator, Wanted(APPLICATION, "siti"))
    assert await site.resources.stores.consent.states("demo-siti") == []
    assert await site.resources.stores.disclosures.of_person("demo-siti") == []
    row = (await site.resources.stores.audit.search(subject=f"application:{APPLICATION}"))[0].entry
    assert (row.event.value, row.after["test_person"]) == ("application.previewed", "siti")


async def test_refusing_everything_gives_nothing_and_refusing_the_optional_part_gives_the_rest(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    await new_party(site)
    previews = site.house.admin.actions.previews
    nothing = await previews.run(operator, Wanted(APPLICATION, "siti", answer="none"))
    assert (nothing.outcome, nothing.userinfo_claims) == ("declined", {})
    some = await previews.run(operator, Wanted(APPLICATION, "siti", answer="required"))
    everything = await previews.run(operator, Wanted(APPLICATION, "siti", answer="all"))
    assert set(some.userinfo_claims) <= set(everything.userinfo_claims) and "nik" in some.userinfo_claims


async def test_a_person_who_may_not_enter_gets_the_dispatchers_own_refusal(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    seen = await site.house.admin.actions.previews.run(operator, Wanted(APPLICATION, "sarno"))
    assert (seen.outcome, seen.userinfo_claims, seen.id_token_claims) == ("account_unusable", {}, {})


async def test_an_older_application_is_shown_its_headers_by_the_kind_itself(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    purpose = PurposeDraft(title=Words(id="Mendaftar"), claims=("name", "nik"))
    rows = [{"claim": "name", "field": "X-Nama", "transform": "upper_ascii"}, {"claim": "nik", "field": "X-NIK"}]
    draft = ApplicationDraft(
        id="lama-uji",
        name=Words(id="Lama Uji"),
        agency="DINKES",
        notice=NoticeDraft(purposes=(purpose,)),
        connector=ConnectorDraft(kind="forward_auth", settings={"base_url": "https://lama.example.id", "headers": rows}),
    )
    actions = site.house.admin.actions
    await actions.applications.register(operator, draft)
    seen = await actions.previews.run(operator, Wanted("lama-uji", "siti"))
    assert {row.name: row.value for row in seen.headers if row.sent} == {"X-Nama": "SITI PERAGAWATI", "X-NIK": "3503115203889001"}
    await actions.connectors.disable(operator, "lama-uji", name="Lama Uji", reason="Perbaikan mendadak")
    assert (await actions.previews.run(operator, Wanted("lama-uji", "siti"))).outcome == "application_disabled"
