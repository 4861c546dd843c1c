"""Nothing lets an application skip the question: neither what it registers of itself, nor what an operator may set (CN-08)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from admin.actions.drafts import ApplicationDraft, ClientDraft, ServiceDraft
from tests.forms import words_of
from tests.idp.registration.test_endpoint import open_registration, registered
from tests.site import PASSWORD, SITI, Party, Site, answer_of

WISHES: dict[str, Any] = {
    "skip_consent": True,
    "require_consent": False,
    "consent_required": False,
    "implied_consent": True,
    "trusted": True,
    "first_party": True,
    "pre_authorized": True,
    "prompt": "none",
}


async def test_cn_08_a_client_that_registers_itself_as_trusted_asks_like_any_other(site: Site) -> None:
    made = await registered(site, await open_registration(site), **WISHES)
    assert not set(WISHES) & set(made), "nothing of it was taken"
    party = Party(site, site.browser(), made["client_id"], redirect_uri=made["redirect_uris"][0], scope="openid name")
    await party.start()
    page = await party.browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data Anda" in words_of(page.text)
    silent = await party.start(prompt="none")
    assert answer_of(silent.headers["location"])["error"] == "consent_required"


@pytest.mark.parametrize("draft", [ClientDraft, ServiceDraft, ApplicationDraft])
@pytest.mark.parametrize("wish", WISHES)
def test_cn_08_no_operator_can_set_it_either(draft: Any, wish: str) -> None:
    with pytest.raises(ValidationError, match=wish):
        draft(**{wish: WISHES[wish]})
