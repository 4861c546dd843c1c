"""Sign-out at the edges: cookies that are lost, a refresh on its way, forms of others, requests that cannot be read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.forms import words_of
from tests.site import ISSUER, PASSWORD, SITI, Party, Site, new_party

BACK = "https://rp.example/signed-out"


async def signed_in(site: Site) -> tuple[Party, dict[str, Any]]:
    party = await new_party(site, post_logout_redirect_uris=(BACK,))
    return party, await party.tokens()


async def still_in(party: Party) -> bool:
    """True when a silent request is answered with a code."""
    location = (await party.browser.http.get("/authorize?" + _silent(party))).headers["location"]
    assert location.startswith(party.redirect_uri)
    return "code=" in location


def _silent(party: Party) -> str:
    from tests.site import authorize_query

    return authorize_query(party.client_id, party.redirect_uri, party.scope, prompt="none")


async def leave(party: Party, **parameters: str) -> httpx.Response:
    return await party.browser.http.get("/logout", params=parameters)


async def test_no_state_is_invented(site: Site) -> None:
    party, tokens = await signed_in(site)
    answer = await leave(party, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BACK)
    assert answer.headers["location"] == BACK


async def test_lo_05_a_lost_cookie_is_no_session_and_no_error(site: Site) -> None:
    party, tokens = await signed_in(site)
    party.browser.http.cookies.clear()
    answer = await leave(party, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BACK, state="s")
    assert answer.headers["location"] == BACK + "?state=s"
    bare = await leave(party)
    assert (bare.status_code, "Anda sudah keluar" in words_of(bare.text)) == (200, True)


async def test_lo_09_a_refresh_on_its_way_during_sign_out_leaves_no_live_token(site: Site) -> None:
    party, tokens = await signed_in(site)
    real = site.house.people.get

    async def slow(person_id: str, epoch: str = "") -> Any:
        found = await real(person_id, epoch)
        site.house.people.get = real  # type: ignore[method-assign]
        await leave(party, id_token_hint=tokens["id_token"])  # the person signs out between the look and the write
        return found

    site.house.people.get = slow  # type: ignore[method-assign]
    answer = await party.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not await still_in(party)


async def test_a_forged_confirmation_ends_nothing(site: Site) -> None:
    party, _ = await signed_in(site)
    for form in ({"keluar": "ya"}, {"keluar": "ya", "csrf": "x" * 43}):
        answer = await party.browser.http.post("/logout", data=form, headers={"origin": ISSUER})
        assert answer.status_code == 403
    page = await party.browser.go("/logout")
    from tests.forms import forms_of

    right = {**forms_of(page.text)[-1].fields, "keluar": "ya"}
    crossed = await party.browser.http.post("/logout", data=right, headers={"origin": "https://evil.example"})
    assert crossed.status_code == 403
    assert await still_in(party)
    assert (await party.browser.submit(button="keluar")).status_code == 200
    assert not await still_in(party)


@pytest.mark.parametrize("query", ["state=a&state=b", "id_token_hint=%ff", "&".join(f"p{n}=1" for n in range(200))])
async def test_a_request_that_cannot_be_read(site: Site, query: str) -> None:
    party, _ = await signed_in(site)
    assert (await party.browser.http.get("/logout?" + query)).status_code == 400
    assert await still_in(party)


async def test_the_page_says_what_happened_at_each_application(site: Site) -> None:
    party, tokens = await signed_in(site)
    answer = await leave(party, id_token_hint=tokens["id_token"])
    words = words_of(answer.text)
    assert "Hasil di setiap layanan" in words
    assert "Belum pasti keluar" in words, "an application with a session of its own may still be open"
    assert SITI not in answer.text
    assert PASSWORD not in answer.text
