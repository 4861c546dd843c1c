"""Each of the six legal bases: what the page says, whether there is a choice, and what the record keeps (UX CN-4)."""

from __future__ import annotations

import pytest

from consent.errors import NotWithdrawable
from consent.models import Basis, LedgerEvent, Standing
from consent.notice import BASIS_WORDS
from tests.forms import forms_of, words_of
from tests.idp.consent.test_consent_page import asked, ledger, person_id, told
from tests.idp.consent.texts import publish, purpose
from tests.site import Site, new_party

WHY = {
    Basis.CONTRACT: "Data ini diperlukan untuk perjanjian layanan, bukan karena persetujuan.",
    Basis.LEGAL_DUTY: "Data ini dikirim karena aturan, bukan karena persetujuan.",
    Basis.VITAL_INTEREST: "Data ini dikirim untuk melindungi keselamatan, bukan karena persetujuan.",
    Basis.PUBLIC_TASK: "Data ini dikirim karena aturan, bukan karena persetujuan.",
    Basis.LEGITIMATE_INTEREST: "Data ini dikirim karena kepentingan yang sah dari",
}


@pytest.mark.parametrize("basis", WHY)
@pytest.mark.parametrize("required", [True, False], ids=["required", "optional"])
async def test_ux_cn_4_on_another_basis_there_is_no_choice_and_an_objection_instead_of_a_withdrawal(
    site: Site, basis: Basis, required: bool
) -> None:
    await publish(site, purpose("layani", "name", "kecamatan", basis=basis, required=required))
    party = await new_party(site)
    page = await asked(party)
    said = words_of(page.text)
    assert WHY[basis] in said
    assert f"Dasar: {BASIS_WORDS[basis]['id']} (Perda 7/2026)." in said
    assert "Anda dapat mengajukan keberatan di Izin saya." in said
    forms = [form for form in forms_of(page.text) if form.action.startswith("/persetujuan/")]
    assert [form.boxes for form in forms] == [{}], "nothing to tick"
    assert [value for form in forms for name, value, _ in form.buttons if name == "jawab"] == ["setuju"]
    assert "Setuju dan lanjutkan" not in said

    data = await told(party, await party.browser.submit(button="setuju"))
    assert {"name", "kecamatan"} <= set(data)
    (row,) = await ledger(site)
    assert (row.event, row.basis, row.expires_at) == (LedgerEvent.INFORMED, basis, None)
    person = await person_id(site)
    with pytest.raises(NotWithdrawable):
        await site.house.consent.withdraw(person, row.record_id, channel="portal", language="id")
    await site.house.consent.object(person, row.record_id, channel="portal", language="id")
    assert (await ledger(site))[0].event is LedgerEvent.OBJECTED
    assert (await site.house.consent.state(person, row.record_id)).standing is Standing.INFORMED


async def test_ux_cn_4_consent_is_asked_for_with_two_answers_and_can_be_withdrawn(site: Site) -> None:
    await publish(site, purpose("layani", "name", "kecamatan", required=True))
    party = await new_party(site)
    page = await asked(party)
    assert "bukan karena persetujuan" not in words_of(page.text)
    assert [value for form in forms_of(page.text) for name, value, _ in form.buttons if name == "jawab"] == ["setuju", "tidak"]
    await told(party, await party.browser.submit(button="setuju"))
    (row,) = await ledger(site)
    assert (row.event, row.basis) == (LedgerEvent.GIVEN, Basis.CONSENT)
    state, whole = await site.house.consent.withdraw(await person_id(site), row.record_id, channel="portal", language="id")
    assert (state.standing, whole) == (Standing.WITHDRAWN, True)
