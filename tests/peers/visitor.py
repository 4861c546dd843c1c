"""A person's browser for relying parties that run nowhere: what would be sent to the redirect URI is caught, not followed."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

import httpx

from tests.forms import words_of
from tests.peers.walker import Walker
from tests.site import PASSWORD, SITI


class Visitor(Walker):
    """Follows redirects one by one, so that it can stop before it leaves for an address that does not exist."""

    def __init__(self, account: str = SITI) -> None:
        super().__init__(account)
        self.http.follow_redirects = False
        self.to = ""

    def visit(self, url: str, to: str) -> dict[str, object]:
        """Return where the browser was sent: `arrived`, or what it would post there: `posted`."""
        self.to = to
        page = self._asked(self._follow(self.http.get(url)))
        location, posted = page.headers.get("location", ""), self._posted(page)
        assert location or posted, f"{page.status_code} {page.url.path}: {words_of(page.text)[:600]}"
        return {"posted": posted} if posted else {"arrived": location}

    def enter_code(self, url: str, code: str, answer: str) -> dict[str, object]:
        """Type the code that a device shows, and say whether it is the right device. RFC 8628 §3.3."""
        self.to = ""
        page = self.send(self._follow(self.http.get(url)), "", kode=code)
        page = self._asked(self.send(page, "Ya, kodenya sama" if answer == "yes" else "Tidak, tolak"))
        assert "/perangkat/selesai/" in page.url.path, f"{page.status_code} {page.url.path}: {words_of(page.text)[:600]}"
        return {"seen": words_of(page.text)}

    def _asked(self, page: httpx.Response) -> httpx.Response:
        """Sign in and agree as far as that is asked."""
        for _ in range(5):
            if 'name="sandi"' in page.text:
                page = self.send(page, "", akun=self.account, sandi=PASSWORD)
            elif page.status_code == 200 and "/persetujuan/" in page.url.path:
                page = self.send(page, "lanjutkan")
            else:
                break
        return page

    def send(self, page: httpx.Response, button: str, tick: tuple[str, ...] = (), **values: str) -> httpx.Response:
        return self._follow(super().send(page, button, tick, **values))

    def _follow(self, response: httpx.Response) -> httpx.Response:
        """Follow redirects until a page, or until one leads to `to`."""
        for _ in range(12):
            location = response.headers.get("location", "")
            if response.status_code not in (302, 303) or (self.to and location.startswith(self.to)):
                return response
            response = self.http.get(urljoin(str(response.url), location))
        raise AssertionError("too many redirects")

    def _posted(self, page: httpx.Response) -> dict[str, str]:
        if not self.to or f'action="{self.to}"' not in page.text:
            return {}
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return {html.unescape(name): html.unescape(value) for name, value in found}
