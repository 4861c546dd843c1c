"""The kind in a whole Gapura: the letters of the regency, which speak SAML, and a person who opens them."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from lxml import etree
from typer.testing import CliRunner

from connectors.apps.saml import xml
from connectors.apps.saml.message import written
from connectors.apps.saml.own import YEARS, make_signing
from hub.commands import SUB_APPS
from hub.doctor import examine
from idp.applications.models import ConnectorRow
from tests.connectors.saml.party import ACS, NS, authn, keys, logout, packed, posted, query, settings, signed
from tests.connectors.saml.test_metadata import metadata
from tests.forms import Browser
from tests.site import ISSUER, NOW, PASSWORD, SITI, Site, open_site

ROWS = [{"claim": "name", "field": "cn"}, {"claim": "nik", "field": "nik"}, {"claim": "email", "field": "mail"}]
HERE = {"IssueInstant": written(NOW), "Destination": f"{ISSUER}/saml/sso"}


async def connect(site: Site, **changes: Any) -> None:
    row = ConnectorRow("arsip", "arsip-daerah", "saml", settings(attributes=ROWS, **changes))
    await site.resources.stores.registry.save_connector(row)
    await site.house.reload()


@pytest.fixture
async def archive(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path, template_folder) as site:
        await connect(site)
        yield site


async def walk(browser: Browser, page: httpx.Response) -> httpx.Response:
    """Go on through sign-in and notice, as far as they come; nothing optional is ticked."""
    for _ in range(6):
        if page.status_code == 303:
            page = await browser.go(page.headers["location"])
        elif 'name="sandi"' in page.text:
            page = await browser.sign_in(SITI, PASSWORD)
        elif "/persetujuan/" in str(page.url):
            page = await browser.submit(button="lanjutkan")
        else:
            return page
    raise AssertionError(browser.trail)


def response_in(page: httpx.Response) -> etree._Element:
    """Return the message in the form that the browser would post, after looking where it would go."""
    assert f'action="{ACS}"' in page.text, page.text[:800]
    assert "https://eoffice.example.id" in page.headers["content-security-policy"]
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert found
    return xml.parse(base64.b64decode(html.unescape(found[1])))


async def test_a_post_from_another_site_without_our_cookie_is_taken_up_by_a_get_of_ours(archive: Site) -> None:
    browser = archive.browser()
    await walk(browser, await browser.go(f"/saml/sso?{query(authn(**HERE))}"))
    form = dict(posted(signed(authn(ID="_from-another-site", **HERE)), "ke/sini").form)
    page = await archive.http().post(
        "/saml/sso", data=form, headers={"origin": "https://eoffice.example.id", "sec-fetch-site": "cross-site"}
    )
    assert page.status_code == 303 and page.headers["location"].startswith("/lanjut/")


async def test_an_answer_holds_what_was_agreed_to_and_that_is_on_record(archive: Site) -> None:
    browser = archive.browser()
    root = response_in(await walk(browser, await browser.go(f"/saml/sso?{query(authn(**HERE))}")))
    values = {one.get("Name"): one.findtext("saml:AttributeValue", None, NS) for one in root.iter(f"{{{NS['saml']}}}Attribute")}
    assert values == {"cn": "Siti Peragawati", "nik": SITI}
    name_id = root.findtext("saml:Assertion/saml:Subject/saml:NameID", None, NS)
    assert name_id and SITI not in name_id
    rows = [row.disclosure for row in await archive.resources.stores.disclosures.of_person("demo-siti")]
    assert [set(one.claims) for one in rows if one.channel == "saml"] == [{"name", "nik"}]


async def test_a_passive_request_of_nobody_is_told_so_without_a_page(archive: Site) -> None:
    root = response_in(await archive.browser().go(f"/saml/sso?{query(authn(IsPassive='true', **HERE))}"))
    codes = [str(one.get("Value")).rpartition(":")[2] for one in root.iter(f"{{{NS['samlp']}}}StatusCode")]
    assert codes == ["Responder", "NoPassive"]


async def test_force_authn_asks_for_the_password_again(archive: Site) -> None:
    browser = archive.browser()
    await walk(browser, await browser.go(f"/saml/sso?{query(authn(**HERE))}"))
    again = await browser.go(f"/saml/sso?{query(authn(ID='_not-asked-again', **HERE))}")
    assert 'name="sandi"' not in again.text
    page = await browser.go(f"/saml/sso?{query(authn(ID='_asked-again', ForceAuthn='true', **HERE))}")
    assert 'name="sandi"' in page.text


async def test_sm_03_sm_13_what_is_refused_is_a_page_with_400(archive: Site) -> None:
    browser = archive.browser()
    bomb = f"SAMLRequest={quote_plus(packed(b' ' * 50_000_000))}"
    good = query(authn(**HERE))
    await browser.go(f"/saml/sso?{good}")
    for raw in (bomb, good, query(authn(AssertionConsumerServiceURL="https://jahat.example/", **HERE)), "SAMLRequest=x", ""):
        page = await archive.http().get(f"/saml/sso?{raw}")
        assert page.status_code == 400 and "location" not in page.headers and "jahat" not in page.text
    too_long = await archive.http().post("/saml/sso", data={"SAMLRequest": "x" * 600_000})
    assert too_long.status_code == 413


async def test_a_sign_out_that_proves_nothing_asks_the_person(archive: Site) -> None:
    browser = archive.browser()
    await walk(browser, await browser.go(f"/saml/sso?{query(authn(**HERE))}"))
    named = "<saml:NameID>siapa saja</saml:NameID><samlp:SessionIndex>_satu</samlp:SessionIndex>"
    text = logout(named, IssueInstant=written(NOW), Destination=f"{ISSUER}/saml/slo", ID="_unsigned-logout")
    page = await browser.go(f"/saml/slo?{query(text, owner='')}")
    assert page.status_code == 400, "this one signs its requests: it is not even asked about (SM-10)"
    await connect(archive, requests_signed=False)
    page = await browser.go(f"/saml/slo?{query(text, owner='')}")
    assert page.status_code == 200 and "eluar" in page.text
    page = await browser.go(f"/saml/sso?{query(authn(ID='_still-signed-in', **HERE))}")
    assert 'name="sandi"' not in page.text


async def test_our_metadata_is_served(archive: Site) -> None:
    page = await archive.http().get("/saml/metadata")
    assert (page.status_code, page.headers["content-type"]) == (200, "application/samlmetadata+xml")
    assert xml.parse(page.content).get("entityID") == f"{ISSUER}/saml/metadata"


async def test_the_doctor_names_certificates_that_end(archive: Site) -> None:
    async def named() -> list[str]:
        return [one.text for one in await examine(archive.resources.settings) if one.check == "saml arsip"]

    assert await named() == []
    behind = [one.text for one in await examine(archive.resources.settings) if one.check == "gate"]
    assert not any("arsip-daerah" in text for text in behind), "it asks no proxy"
    ends = int(time.time()) + 5 * 86_400
    short = make_signing("https://pendek.example.id", ends - 365 * YEARS * 86_400)
    await connect(archive, signing_certificates=[keys("sp")[1], short[short.index("-----BEGIN CERT") :]])
    (text,) = await named()
    assert "signing_certificates.1 ends on" in text


def test_the_command_turns_metadata_into_settings(tmp_path: Path) -> None:
    file = tmp_path / "sp.xml"
    file.write_bytes(metadata())
    told = CliRunner().invoke(SUB_APPS["connectors"], ["saml-metadata", str(file)])
    assert told.exit_code == 0 and json.loads(told.stdout)["acs"][1]["url"] == ACS
    file.write_text("selamat pagi")
    refused = CliRunner().invoke(SUB_APPS["connectors"], ["saml-metadata", str(file)])
    assert refused.exit_code == 1 and "well formed" in refused.output
