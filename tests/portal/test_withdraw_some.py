"""Of an optional consent to several data a person may take back one, and keep the others (UX CH-3)."""

from __future__ import annotations

from consent.models import Basis, LedgerEvent, Standing
from tests.forms import forms_of, words_of
from tests.idp.consent.test_consent_page import asked, code_of, standings, told
from tests.idp.consent.texts import SERVICE, publish, purpose
from tests.site import SITI, Party, Site, new_party

DUTY = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True)
BOTH = purpose("kabar", "phone_number", "email")
ALL = "openid name nik phone_number email"


async def agreed(site: Site) -> tuple[Party, str]:
    """Let Siti agree to both data; return the application and the address of her record."""
    await publish(site, DUTY, BOTH)
    party = await new_party(site)
    await asked(party, scope=ALL)
    ticks = (f"{SERVICE}.kabar.phone_number", f"{SERVICE}.kabar.email")
    code_of(await party.browser.submit(button="setuju", tick=ticks), party)
    (record,) = [one.record_id for one in await site.house.consent.states("demo-siti", SERVICE) if one.purpose == f"{SERVICE}.kabar"]
    return party, f"/izin/{record}"


async def test_one_of_several_data_is_taken_back_and_the_other_goes_on(site: Site) -> None:
    party, record = await agreed(site)
    browser = party.browser
    page = await browser.go(f"{record}/tarik")
    assert [form.boxes for form in forms_of(page.text) if form.boxes] == [{"data-phone_number": "1", "data-email": "1"}], "none ticked"
    page = await browser.submit(button="Lanjut", tick=("data-email",))
    assert "Yang ditarik: Email. Data lain tetap dibagikan." in words_of(page.text)
    page = await browser.submit(button="Tarik izin sekarang")
    assert page.status_code == 200
    assert (await standings(site))[f"{SERVICE}.kabar"] is Standing.IN_FORCE
    newest = (await site.house.consent.history("demo-siti"))[0]
    assert (newest.event, newest.claims) == (LedgerEvent.WITHDRAWN, ("email",))
    data = await told(party, await party.start(scope=ALL))
    assert "email" not in data
    assert data["nik"] == SITI
    assert data["phone_number"]


async def test_going_on_without_a_choice_asks_for_one_and_all_of_them_end_the_record(site: Site) -> None:
    party, record = await agreed(site)
    browser = party.browser
    await browser.go(f"{record}/tarik")
    page = await browser.submit(button="Lanjut")
    assert "Baca dulu apa yang berubah" in words_of(page.text), "still the first step"
    page = await browser.submit(button="Lanjut", tick=("data-email", "data-phone_number"))
    assert "Yang ditarik:" not in words_of(page.text)
    await browser.submit(button="Tarik izin sekarang")
    assert (await standings(site))[f"{SERVICE}.kabar"] is Standing.WITHDRAWN
