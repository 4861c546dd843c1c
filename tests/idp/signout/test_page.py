"""The page after signing out says what became of each application, loads the frames of the front channel, and goes on by itself."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.forms import words_of
from tests.idp.signout.receivers import receivers
from tests.idp.signout.test_ends import read
from tests.idp.signout.test_service import session_of
from tests.site import Party, Site, new_party, open_site, register, test_client

BACK = "https://rp.example/signed-out"
FRAME = "https://rp.example/frame?keep=1"


def csp(page: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in page.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


def frames(page: httpx.Response) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<iframe hidden src="([^"]+)"', page.text)]


def onward(page: httpx.Response) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page.text)]


def said(page: httpx.Response, words: str) -> bool:
    return words in words_of(page.text)


async def leave(party: Party) -> httpx.Response:
    """Sign out by the button of our own page."""
    await party.browser.go("/keluar")
    return await party.browser.submit(button="Keluar", form=-1)


async def test_ux_so_1_neither_question_promises_more_than_the_page_after_it(site: Site) -> None:
    party = await new_party(site)
    await party.tokens()
    for path in ("/keluar", "/logout"):
        page = await party.browser.go(path)
        assert said(page, "Keluar dari Gapura?"), path
        assert said(page, "Beberapa layanan mungkin masih terbuka; kami tunjukkan yang mana."), path
        assert not said(page, "semua layanan"), path


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page waits long enough for whatever this machine is doing beside."""
    monkeypatch.setattr("portal.pages.security.WAIT_SECONDS", 20.0)


@pytest.mark.usefixtures("patient")
async def test_ux_so_1_each_application_is_said_to_be_out_or_not_told_yet(tmp_path: Path, template_folder: Path) -> None:
    async with (
        receivers("well", "failing") as (well, failing),
        open_site(tmp_path, template_folder, **{"outbound.allow": [well.address, failing.address]}) as site,
    ):
        party = await new_party(site, backchannel_logout_uri=well.uri)
        await party.tokens()
        await register(site, test_client("e-link", client_id="rp-failing", backchannel_logout_uri=failing.uri))
        await register(site, test_client("ayo-kerja", client_id="rp-mute"))
        for client in ("rp-failing", "rp-mute"):
            await Party(site, party.browser, client, scope="openid name").tokens()
        page = await leave(party)
        names = {key: site.house.registry.now.applications[key].name["id"] for key in ("usaha-kecil", "e-link", "ayo-kerja")}
        text = words_of(page.text)
        assert f"{names['usaha-kecil']} Sudah keluar" in text
        assert f"{names['e-link']} Belum dapat diberi tahu" in text
        assert f"{names['ayo-kerja']} Belum pasti keluar" in text
        assert "Kami terus mencoba selama 24 jam" in text
        assert (len(well.tokens), len(failing.tokens)) == (1, 1)
        (waiting,) = await site.resources.stores.outbox.pending()
        assert waiting.last_error == "HTTP 503"


@pytest.mark.usefixtures("patient")
async def test_of_two_clients_of_one_application_the_worse_is_said(tmp_path: Path, template_folder: Path) -> None:
    async with (
        receivers("well", "failing") as (well, failing),
        open_site(tmp_path, template_folder, **{"outbound.allow": [well.address, failing.address]}) as site,
    ):
        party = await new_party(site, backchannel_logout_uri=well.uri)
        await party.tokens()
        await register(site, test_client(client_id="rp-2", backchannel_logout_uri=failing.uri))
        await Party(site, party.browser, "rp-2").tokens()
        page = await leave(party)
        assert said(page, "Belum dapat diberi tahu") and not said(page, "Sudah keluar")


async def test_the_frames_are_those_of_the_session_and_nothing_else_may_be_framed(site: Site) -> None:
    party = await new_party(site, frontchannel_logout_uri=FRAME)
    await register(site, test_client(client_id="rp-unused", frontchannel_logout_uri="https://unused.example/frame"))
    claims = read((await party.tokens())["id_token"])
    page = await leave(party)
    (frame,) = frames(page)
    assert frame.startswith(FRAME + "&")
    assert parse_qs(urlsplit(frame).query) == {"keep": ["1"], "iss": [claims["iss"]], "sid": [claims["sid"]]}
    assert csp(page)["frame-src"] == "https://rp.example"
    assert csp(page)["default-src"] == "'none'"
    assert 'sandbox="allow-same-origin allow-scripts"' in page.text, "a frame may not move our page"
    assert onward(page) == []
    assert said(page, "Diminta keluar lewat peramban ini"), "whether it did, nobody tells us"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_without_front_channel_no_frame_is_allowed_and_an_application_gets_its_person_back_at_once(site: Site) -> None:
    party = await new_party(site, post_logout_redirect_uris=(BACK,))
    hint = (await party.tokens())["id_token"]
    session = await session_of(party)
    answer = await party.browser.go(f"/logout?id_token_hint={hint}&post_logout_redirect_uri={BACK}&state=s%26t")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BACK}?state=s%26t")
    row = await site.resources.stores.session_log.find(session.id)
    assert row is not None and row.ended_at is not None
    await party.tokens()
    page = await leave(party)
    assert "frame-src" not in csp(page) and "<iframe" not in page.text


async def test_after_the_frames_the_page_goes_on_without_script_to_the_registered_address_with_the_state(site: Site) -> None:
    party = await new_party(site, frontchannel_logout_uri=FRAME, post_logout_redirect_uris=(BACK,))
    hint = (await party.tokens())["id_token"]
    page = await party.browser.go(f"/logout?id_token_hint={hint}&post_logout_redirect_uri={BACK}&state=%22%3E%3Cb%3E")
    assert len(frames(page)) == 1
    assert onward(page) == [f"{BACK}?state=%22%3E%3Cb%3E"]
    assert f'href="{BACK}?state=%22%3E%3Cb%3E"' in page.text, "and by hand, for whom a frame takes too long"
    assert '"><b>' not in page.text


async def test_an_address_that_is_not_registered_is_not_gone_on_to_after_the_frames(site: Site) -> None:
    party = await new_party(site, frontchannel_logout_uri=FRAME, post_logout_redirect_uris=(BACK,))
    hint = (await party.tokens())["id_token"]
    page = await party.browser.go(f"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://evil.example/")
    assert (len(frames(page)), onward(page)) == (1, [])
    assert 'href="https://evil.example' not in page.text


async def test_a_question_before_signing_out_may_end_at_the_application_that_asked(site: Site) -> None:
    """`form-action` holds along redirects in some browsers."""
    party = await new_party(site, post_logout_redirect_uris=(BACK,))
    older = (await party.tokens())["id_token"]
    await leave(party)
    await party.tokens()
    page = await party.browser.go(f"/logout?id_token_hint={older}&post_logout_redirect_uri={BACK}&state=s")
    assert csp(page)["form-action"] == "'self' https://rp.example"
    answer = await party.browser.submit(button="keluar")
    assert answer.headers["location"] == f"{BACK}?state=s"
    await party.tokens()
    assert csp(await party.browser.go("/logout"))["form-action"] == "'self'"
