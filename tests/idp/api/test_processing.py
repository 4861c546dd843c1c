"""The agency's question: what its own application may do with one person's data now, and nothing about anybody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from idp.api.processing import purposes_of
from idp.tokens.api_scopes import ASK_PROCESSING, PROCESSING_PATH, READ_RECORD
from kit.audit import AuditEvent
from tests.portal.walks import WAGIYEM, agreed, person_id
from tests.site import ISSUER, SITI, TEST_SECRET, Party, Site, register, test_client

AUDIENCE = f"{ISSUER}{PROCESSING_PATH}"
DAY = 86400


def program(application: str = "usaha-kecil", client_id: str = "program-usaha", **changes: Any) -> Any:
    values = {"resources": frozenset({AUDIENCE}), "scopes": frozenset({ASK_PROCESSING}), "client_id": client_id, **changes}
    return test_client(application, **values)


@pytest.fixture
async def furnished(site: Site) -> Site:
    await register(site, program())
    return site


async def token(site: Site, client_id: str = "program-usaha", **more: str) -> str:
    form = {"grant_type": "client_credentials", "scope": ASK_PROCESSING, "resource": AUDIENCE, **more}
    answer = await site.http().post("/token", data=form, auth=(client_id, TEST_SECRET))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def ask(site: Site, bearer: str, sub: str, **more: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {bearer}"}
    return await site.http().post(PROCESSING_PATH, json={"sub": sub, **more}, headers=headers)


async def sub_of(site: Site, client_id: str = "program-usaha", nik: str = SITI) -> str:
    now = site.house.registry.now
    return await site.resources.stores.people.subject(await person_id(site, nik), now.sector_of(now.clients[client_id]))


async def test_it_says_how_each_purpose_stands(furnished: Site) -> None:
    record = (await agreed(furnished, "pendampingan-usaha"))["dampingi"]
    sub = await sub_of(furnished)
    answer = await ask(furnished, await token(furnished), sub)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    found = {one["purpose"]: one for one in body["purposes"]}
    assert (body["sub"], body["application"]) == (sub, "usaha-kecil")
    one = found[record.purpose]
    assert (one["record"], one["basis"], one["standing"], one["may_process"]) == (record.record_id, "consent", "berlaku", True)
    assert one["claims"] == sorted(record.claims) and one["expires_at"] == record.expires_at
    assert SITI not in answer.text and await person_id(furnished) not in answer.text


async def test_cn_10_what_ended_or_was_withdrawn_may_not_be_processed(furnished: Site) -> None:
    record = (await agreed(furnished, "pendampingan-usaha"))["dampingi"]
    sub, bearer = await sub_of(furnished), await token(furnished)
    states = await furnished.house.consent.states(await person_id(furnished))
    later = purposes_of(states, "usaha-kecil", (record.expires_at or 0) + 1)
    assert next(one.standing for one in later if one.record == record.record_id) == "berakhir"
    assert not any(one.may_process for one in later if one.basis == "consent")
    await furnished.house.consent.withdraw(await person_id(furnished), record.record_id, channel="portal", language="id")
    after = {one["purpose"]: one for one in (await ask(furnished, bearer, sub)).json()["purposes"]}
    assert (after[record.purpose]["standing"], after[record.purpose]["may_process"]) == ("ditarik", False)


async def test_cn_03_unknown_foreign_and_never_came_are_one_answer(furnished: Site) -> None:
    await agreed(furnished, "pendampingan-usaha")
    await agreed(furnished, "antrean-puskesmas", nik=WAGIYEM)
    await register(furnished, program("e-link", "program-antrean"))
    bearer = await token(furnished)
    subjects = [
        "tidak-ada",
        await sub_of(furnished, "program-antrean"),  # she is known, in another agency's sector
        await sub_of(furnished, "program-antrean", WAGIYEM),
        await sub_of(furnished, "program-usaha", WAGIYEM),  # known in our sector, never came to our application
        SITI,
        await person_id(furnished),
    ]
    answers = [await ask(furnished, bearer, sub) for sub in subjects]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert (await ask(furnished, bearer, "a\u0000b")).status_code == 400, "no body of ours holds that"


async def test_an_agency_never_reads_of_another_ones_purposes(furnished: Site) -> None:
    await agreed(furnished, "pendampingan-usaha")
    await agreed(furnished, "antrean-puskesmas", "bpjs")
    body = (await ask(furnished, await token(furnished), await sub_of(furnished))).json()
    assert {one["service"] for one in body["purposes"]} == {"pendampingan-usaha"}


async def test_a_look_is_noted_when_it_tells_something_new(furnished: Site) -> None:
    record = (await agreed(furnished, "pendampingan-usaha"))["dampingi"]
    sub, bearer, person = await sub_of(furnished), await token(furnished), await person_id(furnished)

    async def noted() -> list[Any]:
        return [row.entry for row in await furnished.resources.stores.audit.search(event=AuditEvent.CONSENT_TOLD)]

    await ask(furnished, bearer, sub)
    await ask(furnished, bearer, sub)
    assert [(one.actor, one.subject) for one in await noted()] == [("client:program-usaha", f"person:{person}")]
    await furnished.house.consent.withdraw(person, record.record_id, channel="portal", language="id")
    await ask(furnished, bearer, sub)
    assert len(await noted()) == 2
    await ask(furnished, bearer, "tidak-ada")
    assert len(await noted()) == 2


async def test_only_a_programs_own_token_with_the_scope_and_for_this_api(furnished: Site) -> None:
    await agreed(furnished, "pendampingan-usaha")
    sub = await sub_of(furnished)
    elsewhere = await token(furnished, resource="program-usaha")
    assert (await ask(furnished, elsewhere, sub)).status_code == 401
    await register(furnished, program(client_id="tanpa-lingkup", scopes=frozenset()))
    form = {"grant_type": "client_credentials", "resource": AUDIENCE}
    bare = (await furnished.http().post("/token", data=form, auth=("tanpa-lingkup", TEST_SECRET))).json()["access_token"]
    answer = await ask(furnished, bare, sub)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    refused = await furnished.http().post("/token", data={**form, "scope": READ_RECORD}, auth=("program-usaha", TEST_SECRET))
    assert refused.json()["error"] == "invalid_scope"


async def test_a_persons_token_is_no_programs(furnished: Site) -> None:
    await register(furnished, program(client_id="rp-test", scopes=frozenset({"openid", "name", "nik", "kecamatan", ASK_PROCESSING})))
    party = Party(furnished, furnished.browser(), scope=f"openid name nik kecamatan {ASK_PROCESSING}")
    code = await party.code(resource=AUDIENCE)
    hers = (await party.redeem(code, resource=AUDIENCE)).json()["access_token"]
    answer = await ask(furnished, hers, "x")
    assert (answer.status_code, answer.json()["code"]) == (403, "program_needed")


async def test_a_switched_off_application_asks_nothing(furnished: Site) -> None:
    await agreed(furnished, "pendampingan-usaha")
    sub, bearer = await sub_of(furnished), await token(furnished)
    registry = furnished.resources.stores.registry
    application = furnished.house.registry.now.applications["usaha-kecil"]
    await registry.save_application(replace(application, enabled=False), based_on=application.revision)
    await furnished.house.reload()
    assert (await ask(furnished, bearer, sub)).status_code == 401


async def test_whoever_tries_subjects_is_slowed_down(furnished: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.tokens.guessing.MOST", 5)
    bearer = await token(furnished)
    statuses = [(await ask(furnished, bearer, f"sub-{n}")).status_code for n in range(7)]
    assert statuses == [404] * 5 + [429] * 2
    monkeypatch.setattr("idp.api.caller.CALLS", 3)
    again = await ask(furnished, bearer, "sub-x")
    assert (again.status_code, again.headers["retry-after"]) == (429, "60")


async def test_the_body_names_the_sub_and_nothing_else(furnished: Site) -> None:
    bearer = await token(furnished)
    for status, sending in (
        (422, {"json": {"sub": "x", "person": "y"}}),
        (422, {"json": {"sub": ""}}),
        (422, {"json": {"sub": "x" * 200}}),
        (422, {}),
        (400, {"content": "{", "headers": {"content-type": "application/json"}}),
    ):
        headers = {"authorization": f"Bearer {bearer}", **sending.pop("headers", {})}  # type: ignore[arg-type] # a dict of headers
        answer = await furnished.http().post(PROCESSING_PATH, headers=headers, **sending)  # type: ignore[arg-type] # as each case says
        assert answer.status_code == status, answer.text
