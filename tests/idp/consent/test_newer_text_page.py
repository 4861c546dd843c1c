"""The page after a newer text: the difference in words, only what is new is asked, and what is gone is told (UX CN-6, CN-01)."""

from __future__ import annotations

from consent.models import Basis, LedgerEvent, Standing
from tests.forms import forms_of, words_of
from tests.idp.consent.test_consent_page import asked, code_of, ledger, standings, told
from tests.idp.consent.texts import SERVICE, both, publish, purpose
from tests.site import Site, new_party

DUTY = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True)
NEWS = purpose("kabar", "phone_number")
BOTH = purpose("kabar", "phone_number", "email")
ALL = "openid name nik kecamatan phone_number email"


async def test_ux_cn_6_only_the_new_data_are_asked_and_named(site: Site) -> None:
    await publish(site, DUTY, NEWS)
    party = await new_party(site)
    await asked(party, scope=ALL)
    await told(party, await party.browser.submit(button="setuju", tick=(f"{SERVICE}.kabar",)))
    await publish(site, DUTY, BOTH, version="2.1")

    page = await asked(party, scope=ALL)
    said = words_of(page.text)
    assert "Baru: Email. untuk email (id)" in said
    assert [form.boxes for form in forms_of(page.text) if form.boxes] == [{f"{SERVICE}.kabar.email": "1"}]
    assert "Jawaban Anda tentang data ini tetap: Nomor HP." in said
    assert "Data wajib" not in said
    data = await told(party, await party.browser.submit(button="setuju"))
    assert data["phone_number"]
    assert "email" not in data
    assert code_of(await party.start(scope=ALL), party), "left out is answered"
    assert (await ledger(site))[0].claims == ("phone_number",)


async def test_ux_cn_6_other_words_for_the_same_data_are_shown_before_and_after(site: Site) -> None:
    await publish(site, DUTY, NEWS)
    party = await new_party(site)
    await asked(party, scope=ALL)
    await told(party, await party.browser.submit(button="setuju"))
    await publish(
        site, purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True, retention=both("10 tahun")), NEWS, version="2.1"
    )
    page = await asked(party, scope=ALL)
    said = words_of(page.text)
    assert "Lama disimpan berubah (catat (id)). Dulu: 5 tahun (id). Sekarang: 10 tahun (id)." in said
    assert [form.boxes for form in forms_of(page.text) if form.boxes] == [], "what was declined is not asked again"
    await told(party, await party.browser.submit(button="lanjutkan"))


async def test_ux_cn_6_what_only_got_less_is_told_and_nothing_is_asked(site: Site) -> None:
    await publish(site, DUTY, BOTH)
    party = await new_party(site)
    await asked(party, scope=ALL)
    ticks = (f"{SERVICE}.kabar.phone_number", f"{SERVICE}.kabar.email")
    tokens = (await party.redeem(code_of(await party.browser.submit(button="setuju", tick=ticks), party))).json()
    await publish(site, DUTY, NEWS, version="2.1")

    silent = await party.start(scope=ALL, prompt="none")
    assert code_of(silent, party), "nobody is asked, so an application that cannot show a page goes on"
    page = await asked(party, scope=ALL)
    said = words_of(page.text)
    assert "Yang dibagikan ke Pendampingan usaha kecil berkurang" in said
    assert "Tidak dibagikan lagi: Email." in said
    assert [value for form in forms_of(page.text) for name, value, _ in form.buttons if name == "jawab"] == ["setuju"]
    data = await told(party, await party.browser.submit(button="lanjutkan"))
    assert "phone_number" in data
    assert "email" not in data
    assert code_of(await party.start(scope=ALL), party), "told once"
    newest = await ledger(site)
    assert (newest[0].event, newest[0].claims) == (LedgerEvent.CARRIED, ("phone_number",))
    assert (await standings(site))[f"{SERVICE}.kabar"] is Standing.IN_FORCE
    assert tokens["access_token"]


async def test_ux_cn_2_one_optional_claim_left_out_and_the_application_receives_exactly_that(site: Site) -> None:
    await publish(site, DUTY, BOTH)
    party = await new_party(site)
    page = await asked(party, scope=ALL)
    assert [form.boxes for form in forms_of(page.text) if form.boxes] == [
        {f"{SERVICE}.kabar.phone_number": "1", f"{SERVICE}.kabar.email": "1"}
    ], "a tick for each, none ticked"
    data = await told(party, await party.browser.submit(button="setuju", tick=(f"{SERVICE}.kabar.email",)))
    assert set(data) == {"sub", "name", "nik", "nik_verified", "email", "email_verified"}
    assert {row.claims for row in await ledger(site) if row.event is LedgerEvent.GIVEN} == {("email",)}
