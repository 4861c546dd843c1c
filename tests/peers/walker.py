"""A person's browser without script that follows redirects everywhere and answers what is asked on the way.

The tests here share one Gapura. Laras is used wherever it does not matter what was agreed before; every other person by one test only.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx

from tests.forms import Form, forms_of
from tests.site import PASSWORD

LARAS = "3503066406959008"


class Walker:
    def __init__(self, account: str = LARAS) -> None:
        self.http = httpx.Client(follow_redirects=True, timeout=10, trust_env=False)
        self.account = account
        self.passwords = 0
        self.notices: list[str] = []

    def __enter__(self) -> Walker:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def go(self, url: str, tick: tuple[str, ...] = ()) -> httpx.Response:
        """Open the address; sign in and go on past the notice if asked, with the boxes `tick` ticked. Of a notice in several pages the
        first counts."""
        page = self.http.get(url)
        for _ in range(5):
            if 'name="sandi"' in page.text:
                self.passwords += 1
                page = self.send(page, "", akun=self.account, sandi=PASSWORD)
            elif "/persetujuan/" in page.url.path:
                if self.notices[-1:] != [url]:
                    self.notices.append(url)
                page = self.send(page, "lanjutkan", tuple(box for box in tick if f'name="{box}"' in page.text))
            else:
                return page
        raise AssertionError(f"asked again and again: {page.url.path}")

    def send(self, page: httpx.Response, button: str, tick: tuple[str, ...] = (), **values: str) -> httpx.Response:
        form = _form(page.text, button, values)
        data = {**form.fields, **{name: form.boxes[name] for name in tick}, **values}
        data |= {name: value for name, value, words in form.buttons if name and button and button.lower() in words.lower()}
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin, "sec-fetch-site": "same-origin"}
        return self.http.post(urljoin(str(page.url), form.action), content=urlencode(data), headers=headers)

    def withdraw(self, issuer: str, purpose: str) -> httpx.Response:
        """Withdraw the consent in the portal, by the record whose page names the purpose."""
        page = self.go(f"{issuer}/izin")
        for link in dict.fromkeys(re.findall(r'href="(/izin/[^"/]+)"', page.text)):
            record = self.http.get(issuer + link)
            if purpose in record.text and f'href="{link}/tarik"' in record.text:
                assert "langkah" in _form(self.http.get(f"{issuer}{link}/tarik").text, "Lanjut", {}).fields
                return self.send(self.http.get(f"{issuer}{link}/tarik?langkah=2"), "Tarik izin sekarang")
        raise AssertionError(f"no record of {purpose}")


def _form(text: str, button: str, values: dict[str, str]) -> Form:
    for form in forms_of(text):
        if button and any(button.lower() in words.lower() for _, _, words in form.buttons):
            return form
        if values and set(values) <= set(form.fields):
            return form
    raise AssertionError(f"no form with {button or sorted(values)}")


def received(text: str) -> dict[str, Any]:
    """Return what the older application says it got: its path, and the headers by name (all values of each)."""
    found = re.search(r"<pre>(.*)</pre>", text, re.S)
    assert found, text[:300]
    told = json.loads(html.unescape(found[1]))
    headers: dict[str, list[str]] = {}
    for name, value in told["headers"]:
        headers.setdefault(name, []).append(value)
    return {"path": told["path"], "headers": headers}
