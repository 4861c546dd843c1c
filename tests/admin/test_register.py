"""The register of processing in console, API and command (UU 27/2022 Pasal 31): who sees which part, and what a spreadsheet gets."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from admin.actions.register import COLUMNS
from admin.errors import Forbidden, NotFound
from admin.operator import LOCAL, Operator
from admin.routes import API
from hub.commands import SUB_APPS
from hub.storage.sql.documents import to_text
from hub.storage.sql.tables import services
from idp.applications.models import ConnectorRow
from idp.applications.registry import GUARD
from idp.people.models import Role, RoleGrant
from tests.admin.operators import account, at_console, working
from tests.forms import words_of
from tests.idp.directory.town import CONNECTOR, SETTINGS
from tests.portal.walks import agreed
from tests.site import CHEAP, Site, template

HERE = "/admin/catatan-pemrosesan"


async def agency_admin(site: Site, agency: str = "DINKES") -> Operator:
    person = await account(site, email="instansi@example.id")
    await site.resources.stores.people.grant_role(person.id, RoleGrant(Role.AGENCY_ADMIN, agency))
    return Operator(person.id, person.name, frozenset({Role.AGENCY_ADMIN}), "operator:x", agencies=frozenset({agency}))


async def test_it_holds_every_purpose_of_every_current_text(site: Site) -> None:
    rows = await site.house.admin.actions.register.rows(LOCAL)
    now = site.house.registry.now
    expected = {
        (slug, purpose.id)
        for slug, one in now.services.items()
        if one.application in now.applications and (text := now.notice_for(slug)) is not None
        for purpose in text.purposes
    }
    assert {(row.service, row.purpose) for row in rows} == expected
    assert len(rows) == len(expected) > 20


async def test_it_counts_whom_a_purpose_covers_now_and_no_longer_who_withdrew(site: Site) -> None:
    async def covers() -> int:
        rows = await site.house.admin.actions.register.rows(LOCAL)
        return next(row.covers for row in rows if row.purpose == "antrean-puskesmas.bpjs")

    before = await covers()
    records = await agreed(site, "antrean-puskesmas", "bpjs")
    assert await covers() == before + 1
    person = records["bpjs"].person
    await site.house.consent.withdraw(person, records["bpjs"].record_id, channel="portal", language="id")
    assert await covers() == before


async def test_it_counts_nobody_whose_time_is_over(site: Site) -> None:
    records = await agreed(site, "antrean-puskesmas", "bpjs")
    ends = records["bpjs"].expires_at
    assert ends is not None
    stores = site.resources.stores
    assert (await stores.consent.covered("antrean-puskesmas", ends - 1))["antrean-puskesmas.bpjs"] == 1
    assert "antrean-puskesmas.bpjs" not in await stores.consent.covered("antrean-puskesmas", ends)


async def test_ad_01_an_agency_admin_sees_the_own_part_and_a_foreign_agency_is_not_there(site: Site) -> None:
    operator = await agency_admin(site)
    register = site.house.admin.actions.register
    own = await register.rows(operator)
    everything = await register.rows(LOCAL)
    assert 0 < len(own) < len(everything)
    assert {row.purpose for row in own} == {row.purpose for row in await register.rows(LOCAL, "DINKES")}
    for call in (register.rows(operator, "DUKCAPIL"), register.csv(operator, "DUKCAPIL"), register.json(operator, "DUKCAPIL")):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(NotFound):
        await register.rows(LOCAL, "TIDAK-ADA")
    assert await register.rows(replace(operator, agencies=frozenset())) == []


async def test_ad_01_the_same_in_the_browser_and_the_api(site: Site) -> None:
    operator = await agency_admin(site)
    person = await site.resources.stores.people.get(operator.person)
    assert person is not None
    browser = await at_console(site, person)
    page = await browser.http.get(HERE)
    assert page.status_code == 200
    assert "Dinas Kesehatan" in words_of(page.text)
    assert 'action="/admin/aplikasi"' not in page.text, "what is not allowed is not offered"
    assert "/admin/insiden" not in page.text
    for path in (f"{HERE}?instansi=DUKCAPIL", f"{HERE}/unduh/csv?instansi=DUKCAPIL", f"{API}/register?agency=DUKCAPIL"):
        assert (await browser.http.get(path)).status_code == 404, path
    served = (await browser.http.get(f"{API}/register")).json()
    assert {row["purpose"] for row in served} == {row.purpose for row in await site.house.admin.actions.register.rows(operator)}


async def test_a_role_without_the_register_is_refused(site: Site) -> None:
    with pytest.raises(Forbidden):
        await site.house.admin.actions.register.rows(await working(site, Role.HELPDESK))


async def test_ad_10_the_csv_runs_in_no_spreadsheet_and_says_what_the_register_says(site: Site) -> None:
    stores = site.resources.stores
    service = site.house.registry.now.services["antrean-puskesmas"]
    async with stores.database.write() as connection:
        named = replace(service, name={"id": "=HYPERLINK(1)", "en": "+1"})
        await connection.execute(services.update().where(services.c.slug == service.slug).values(data=to_text(named)))
    await site.resources.expiring.move(GUARD)
    made = await site.house.admin.actions.register.csv(LOCAL)
    text = "".join([line async for line in made])
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert list(rows[0]) == list(COLUMNS)
    assert {row["service_name"] for row in rows if row["service"] == "antrean-puskesmas"} == {"'=HYPERLINK(1)"}
    assert len(rows) == len(await site.house.admin.actions.register.rows(LOCAL))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


async def test_json_holds_both_languages_and_the_recipients(site: Site) -> None:
    await site.resources.stores.registry.save_connector(ConnectorRow(CONNECTOR, "usaha-kecil", "ldap", SETTINGS))
    await site.resources.expiring.move(GUARD)
    made = await site.house.admin.actions.register.json(LOCAL)
    rows = json.loads("".join([line async for line in made]))
    one = next(row for row in rows if row["service"] == "pendampingan-usaha")
    assert one["title"]["id"] and one["title"]["en"]
    assert {(r["role"], r["code"]) for r in one["recipients"]} >= {("application", "usaha-kecil"), ("connector", "ldap")}
    assert one["claims"][0]["category"] in ("general", "specific")
    assert "Petugas pelindungan data" in one["data_protection_officer"]["id"]


async def test_the_page_is_downloaded_by_name_and_another_form_is_not_there(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.DPO))
    answer = await browser.http.get(f"{HERE}/unduh/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="register.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert (await browser.http.get(f"{HERE}/unduh/json")).json()
    assert (await browser.http.get(f"{HERE}/unduh/pdf")).status_code == 404


def test_the_command_prints_the_register(tmp_path: Path, template_folder: Path) -> None:
    shutil.copytree(asyncio.run(template(template_folder)), tmp_path / "data")
    config = tmp_path / "gapura.toml"
    lines = ['environment = "demo"', f"storage.data_dir = {json.dumps(str(tmp_path / 'data'))}", 'storage.expiring_url = "memory"']
    config.write_text("\n".join([*lines, *(f"{name} = {json.dumps(value)}" for name, value in CHEAP.items())]))
    found = CliRunner().invoke(SUB_APPS["register"], ["export", "--format", "json", "--agency", "DINKES", "--config", str(config)])
    assert found.exit_code == 0, found.output
    assert {row["controller"]["agency"] for row in json.loads(found.stdout)} >= {"DINKES"}
    refused = CliRunner().invoke(SUB_APPS["register"], ["export", "--agency", "TIDAK-ADA", "--config", str(config)])
    assert refused.exit_code == 1
