"""PV-01, PV-02: a canary NIK, phone and name driven through every journey appear in no log line, no URL, no error page."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote_plus

import httpx
import structlog

from hub.logging import configure
from tests.site import PASSWORD, SITI, Site, authorize_query, new_party

CANARIES = (SITI, "6286000009001", "86000009001", "0860 0000 9001", "Peragawati", "siti@example.id")


@contextmanager
def captured_log() -> Iterator[io.StringIO]:
    """Collect everything that any logger writes, at the most talkative level."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("DEBUG")
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    try:
        yield stream
    finally:
        root.handlers = kept
        root.setLevel(level)
        structlog.reset_defaults()


class Watched:
    """Keeps every URL that a browser saw, and the text of every page that is an error."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.errors: list[str] = []

    async def see(self, response: httpx.Response) -> None:
        self.urls += [str(response.request.url), response.headers.get("location", ""), response.request.headers.get("referer", "")]
        if response.status_code >= 400:
            await response.aread()
            self.errors.append(response.text)


def found_in(text: str) -> list[str]:
    plain = unquote_plus(text)
    return [canary for canary in CANARIES if canary in text or canary in plain]


async def walk_everything(site: Site, watched: Watched) -> None:
    """Every journey of a citizen, right and wrong."""
    party = await new_party(site)
    browser = party.browser
    browser.http.event_hooks["response"].append(watched.see)
    await party.start()
    await browser.sign_in(SITI, "salah sama sekali")
    await browser.sign_in("0860 0000 9001", "salah sama sekali")
    tokens = await party.tokens()
    await party.userinfo(tokens["access_token"])
    await party.userinfo(tokens["access_token"] + "x")
    await party.introspect(tokens["access_token"])
    for path in ("/", "/?q=" + "ktp", "/beranda", "/izin", "/riwayat", "/data-saya", "/keamanan", "/tidak-ada"):
        await browser.go(path)
    await browser.go("/authorize?" + authorize_query(party.client_id, "https://elsewhere.example/cb", "openid"))
    await browser.go("/authorize?" + authorize_query(party.client_id, party.redirect_uri, "openid", prompt="xyz"))
    await browser.go("/lanjut/does-not-exist")
    for state in await site.resources.stores.consent.states((await citizen(site)).id):
        await browser.go(f"/izin/{state.record_id}")
        await browser.go(f"/izin/{state.record_id}/tarik")
        await browser.go(f"/izin/{state.record_id}/tarik?langkah=2")
    await browser.go("/keluar")
    await browser.submit(button="keluar")


async def citizen(site: Site):  # type: ignore[no-untyped-def]
    from idp.people.models import IdentifierKind

    return (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0]


async def test_pv_01_pv_02_canaries_leave_no_trace_in_logs_urls_or_error_pages(site: Site) -> None:
    watched = Watched()
    with captured_log() as log:
        await walk_everything(site, watched)
    assert watched.errors, "the walk met error pages"
    assert log.getvalue(), "the walk wrote log lines"
    assert found_in(log.getvalue()) == []
    assert [url for url in watched.urls if found_in(url)] == []
    assert [found_in(page) for page in watched.errors if found_in(page)] == []


async def test_the_search_finds_a_leak_planted_for_it(site: Site) -> None:
    with captured_log() as log:
        structlog.get_logger("planted").warning("planted", note="Siti Peragawati")
        logging.getLogger("planted").warning("person %s", "siti@example.id")
    assert found_in(log.getvalue()) == ["Peragawati", "siti@example.id"]
    assert found_in("https://gapura.example/masuk?akun=3503115203889001") == [SITI]


async def test_lg_27_a_password_is_never_echoed(site: Site) -> None:
    party = await new_party(site)
    await party.start()
    page = await party.browser.sign_in(SITI, PASSWORD + " keliru")
    assert "keliru" not in page.text
