"""A small browser without script: follows redirects, keeps cookies, fills in whatever form it meets.

It knows no provider: fields are filled by name from `answers`, so that the same driver signs in to any of them.
"""

from __future__ import annotations

import html.parser
import urllib.parse
from dataclasses import dataclass, field

import httpx

WILLING = ("allow", "approve", "accept", "setuju", "izinkan", "lanjut", "yes")


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, formaction


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(a.get("action", ""), a.get("method", "get").lower()))
            return
        if not self.forms or tag not in ("input", "button", "select", "textarea"):
            return
        form, name = self.forms[-1], a.get("name", "")
        kind = a.get("type", "submit" if tag == "button" else "text").lower()
        if kind in ("submit", "image"):
            form.buttons.append((name, a.get("value", ""), a.get("formaction", "")))
        elif name and kind in ("checkbox", "radio"):
            if "checked" in a:
                form.fields[name] = a.get("value", "on")
        elif name:
            form.fields[name] = a.get("value", "")


class Browser:
    def __init__(self) -> None:
        self.http = httpx.Client(follow_redirects=False, timeout=20)
        self.trail: list[tuple[int, str]] = []

    def walk(self, url: str, answers: dict[str, str], stop: str, limit: int = 25) -> str:
        """Go from `url` until a redirect to an address that begins with `stop`; return that address."""
        response = self._send("GET", url, None)
        for _ in range(limit):
            if response.status_code in (301, 302, 303, 307, 308):
                url = urllib.parse.urljoin(str(response.request.url), response.headers["location"])
                if url.startswith(stop):
                    return url
                response = self._send("GET", url, None)
                continue
            response = self._submit(response, answers)
        raise RuntimeError(f"too many steps: {self.trail[-6:]}")

    def _submit(self, response: httpx.Response, answers: dict[str, str]) -> httpx.Response:
        """Send the first form with a field named in `answers`, else the first POST form."""
        reader = _Reader()
        reader.feed(response.text)
        if response.status_code >= 400 or not reader.forms:
            raise RuntimeError(f"stuck at {response.status_code} {response.request.url}: {response.text[:300]!r}")
        known = [form for form in reader.forms if form.fields.keys() & answers.keys()]
        posts = [form for form in reader.forms if form.method == "post"]
        form = (known or posts or reader.forms)[0]
        data = {name: answers.get(name, value) for name, value in form.fields.items()}
        action = form.action
        if form.buttons:
            wanted = [b for b in form.buttons if any(word in f"{b[0]} {b[1]}".lower() for word in WILLING)]
            name, value, other = (wanted or form.buttons)[0]
            if name:
                data[name] = value
            action = other or action
        return self._send(form.method.upper(), urllib.parse.urljoin(str(response.request.url), action), data)

    def _send(self, method: str, url: str, data: dict[str, str] | None) -> httpx.Response:
        response = self.http.request(
            method, url, data=data if method == "POST" else None, params=data if method == "GET" and data else None
        )
        self.trail.append((response.status_code, url))
        return response

    def cookie_header(self, url: str) -> str:
        return self.http.build_request("GET", url).headers.get("cookie", "")
