"""An application settles what its agency owes: its own only, in its own name, each deed by its name, twice as once (UX CH-3, CN-03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.tokens.claims import DUTIES_SCOPE
from tests.site import NOW, TEST_SECRET, Site, new_party, open_site, register, test_client

SAID = {"channel": "portal", "language": "id"}
PERSON = "demo-siti"
Town = tuple[Site, dict[str, str]]


async def token(site: Site, client_id: str, scope: str = DUTIES_SCOPE) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "scope": scope}
    answer = await site.http().post("/token", data=form, auth=(client_id, TEST_SECRET))
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


async def withdrawn(site: Site) -> dict[str, str]:
    """Let Siti agree and withdraw at one application, which another one has nothing to do with; return duty ids by kind."""
    party = await new_party(site)
    await party.tokens()
    scopes = test_client().scopes | {DUTIES_SCOPE}
    await register(site, test_client(client_id="own", scopes=scopes))
    await register(site, test_client("e-link", client_id="foreign", scopes=scopes))
    await register(site, test_client(client_id="broad"))
    record = next(one for one in await site.house.consent.states(PERSON) if one.purpose == "pendampingan-usaha.dampingi")
    await site.house.consent.withdraw(PERSON, record.record_id, **SAID)
    found = await site.resources.stores.duties.of_person(PERSON, record_id=record.record_id)
    return {one.kind.value: one.id for one in found}


async def said(site: Site, headers: dict[str, str], duty: str, deed: str, **body: Any) -> httpx.Response:
    return await site.http().post(f"/duties/{duty}/{deed}", headers=headers, json=body)


async def test_ch_3_stop_and_deletion_are_two_facts_each_said_once(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder) as site:
        ids = await withdrawn(site)
        own = await token(site, "own")
        listed = (await site.http().get("/duties", headers=own)).json()["duties"]
        assert {one["id"] for one in listed} >= set(ids.values())
        twice = b'{"outcome":"refused","words":"x","outcome":"done"}'
        url, kind = f"/duties/{ids['stop']}/stopped", {"content-type": "application/json"}
        assert (await site.http().post(url, headers=own | kind, content=twice)).status_code == 400, "WB-07: which of the two?"
        site.clock.advance(60)
        first = await said(site, own, ids["stop"], "stopped", by="Bagian Data")
        assert (first.status_code, first.json()["settled_at"], first.json()["by"]) == (200, NOW + 60, "Bagian Data")
        site.clock.advance(60)
        again = await said(site, own, ids["stop"], "stopped", by="Orang lain")
        assert again.json() == first.json(), "twice as once: the first word stands"
        assert (await site.http().get(f"/duties/{ids['delete']}", headers=own)).json()["outcome"] is None
        assert (await said(site, own, ids["delete"], "stopped")).status_code == 409, "the deed names its target's kind"
        assert (await said(site, own, ids["delete"], "deleted", outcome="refused")).status_code == 409, "a refusal needs words"
        kept = await said(site, own, ids["delete"], "deleted", outcome="refused", words="Arsip wajib, UU 43/2009.")
        assert (kept.status_code, kept.json()["answer"]) == (200, "Arsip wajib, UU 43/2009.")
        assert (await said(site, own, ids["delete"], "deleted")).status_code == 409
        lines = [row.entry for row in await site.resources.stores.audit.search() if row.entry.event == "duty.settled"]
        assert [one.actor for one in lines] == ["client:own", "client:own"]


async def test_cn_03_a_foreign_duty_does_not_exist(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder) as site:
        ids = await withdrawn(site)
        foreign = await token(site, "foreign")
        assert (await site.http().get("/duties?state=all", headers=foreign)).json()["duties"] == []
        unknown = await site.http().get("/duties/nothing", headers=foreign)
        theirs = await site.http().get(f"/duties/{ids['stop']}", headers=foreign)
        assert (theirs.status_code, theirs.json()) == (unknown.status_code, unknown.json()) == (404, theirs.json())
        assert (await said(site, foreign, ids["stop"], "stopped")).status_code == 404
        duty = await site.resources.stores.duties.get(ids["stop"])
        assert duty is not None and duty.open


async def test_only_a_token_in_the_applications_own_name_with_the_narrow_scope_is_heard(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder) as site:
        ids = await withdrawn(site)
        assert (await site.http().get("/duties")).status_code == 401
        assert (await site.http().get("/duties", headers={"authorization": "Bearer " + "x" * 43})).status_code == 401
        broad = await token(site, "broad", "layanan:pendampingan-usaha")
        assert (await said(site, broad, ids["stop"], "stopped")).status_code == 403
        party = await new_party(site, client_id="of-person", scopes=test_client().scopes | {DUTIES_SCOPE})
        person = await party.tokens(scope=f"openid name {DUTIES_SCOPE}")
        answer = await site.http().get("/duties", headers={"authorization": f"Bearer {person['access_token']}"})
        assert answer.status_code == 403, "a person's token is not the agency's word"


async def test_ch_3_the_clock_makes_a_duty_overdue_and_late_is_what_it_stays(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder) as site:
        ids = await withdrawn(site)
        site.clock.advance(259_200)
        own = await token(site, "own")
        assert (await site.http().get("/duties?state=overdue", headers=own)).json()["duties"] == []
        site.clock.advance(1)
        late = (await site.http().get("/duties?state=overdue", headers=own)).json()["duties"]
        assert ids["stop"] in {one["id"] for one in late} and all(one["overdue"] for one in late)
        assert (await said(site, own, ids["stop"], "stopped")).json()["overdue"] is True


@pytest.mark.parametrize(("raw", "status"), [(b"{", 400), (b"[]", 422), (b'{"who": "x"}', 422), (b'{"by": 1}', 422), (b"x" * 9000, 413)])
async def test_a_body_that_says_nothing_clear_changes_nothing(tmp_path: Path, template_folder: Path, raw: bytes, status: int) -> None:
    async with open_site(tmp_path, template_folder) as site:
        ids = await withdrawn(site)
        own = await token(site, "own")
        answer = await site.http().post(f"/duties/{ids['stop']}/stopped", headers=own, content=raw)
        assert answer.status_code == status
        duty = await site.resources.stores.duties.get(ids["stop"])
        assert duty is not None and duty.open
