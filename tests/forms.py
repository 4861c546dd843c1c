"""A browser without script for tests: keeps cookies, follows redirects on its own site, fills in whatever form it meets."""

from __future__ import annotations

import html.parser
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import httpx


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)  # checkboxes that are not ticked
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, words


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words = ""
        self._button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(a.get("action", ""), a.get("method", "get").lower()))
            return
        if not self.forms:
            return
        form, name, kind = self.forms[-1], a.get("name", ""), a.get("type", "submit" if tag == "button" else "text")
        if tag == "button" or (tag == "input" and kind == "submit"):
            form.buttons.append((name, a.get("value", ""), ""))
            self._button = tag == "button"
        elif tag in ("input", "textarea", "select") and name:
            if kind in ("checkbox", "radio") and "checked" not in a:
                form.boxes[name] = a.get("value", "on")
            else:
                form.fields[name] = a.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = False

    def handle_data(self, data: str) -> None:
        if self._button and self.forms and self.forms[-1].buttons:
            name, value, words = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = (name, value, words + data)
        self.words += data


def forms_of(text: str) -> list[Form]:
    reader = _Reader()
    reader.feed(text)
    return reader.forms


def words_of(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    return " ".join(reader.words.split())


class Browser:
    """One person's browser. `page` is the last answer; redirects to another origin are returned, not followed."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.page: httpx.Response | None = None
        self.trail: list[str] = []

    async def go(self, url: str) -> httpx.Response:
        return await self._follow(await self.http.get(url))

    async def submit(self, *, button: str = "", tick: tuple[str, ...] = (), form: int | None = None, **values: str) -> httpx.Response:
        """Send a form of the page: the one with the button whose name, value or words contain `button`, else the first POST form."""
        assert self.page is not None
        found = forms_of(self.page.text)
        chosen = self._choose(found, button, form, values)
        data = {**chosen.fields, **{name: chosen.boxes[name] for name in tick}, **values}
        for name, value, words in chosen.buttons:
            if name and (not button or button.lower() in f"{name} {value} {words}".lower()):
                data[name] = value
                break
        target = urljoin(str(self.page.url), chosen.action)
        if chosen.method == "post":
            headers = {"content-type": "application/x-www-form-urlencoded", "origin": self.origin, "sec-fetch-site": "same-origin"}
            return await self._follow(await self.http.post(target, content=urlencode(data), headers=headers))
        return await self.go(target.split("?")[0] + "?" + urlencode(data))

    @property
    def origin(self) -> str:
        base = self.http.base_url
        return f"{base.scheme}://{base.netloc.decode()}"

    @staticmethod
    def _choose(found: list[Form], button: str, form: int | None, values: dict[str, str]) -> Form:
        if form is not None:
            return found[form]
        for one in found:
            if button and any(button.lower() in f"{n} {v} {w}".lower() for n, v, w in one.buttons):
                return one
        for one in found:
            if values and set(values) <= set(one.fields):
                return one
        posts = [one for one in found if one.method == "post"]
        assert posts, "the page has no form to send"
        return posts[0]

    async def _follow(self, response: httpx.Response) -> httpx.Response:
        for _ in range(12):
            self.page = response
            self.trail.append(f"{response.status_code} {response.request.url.path}")
            location = response.headers.get("location")
            if response.status_code not in (301, 302, 303, 307, 308) or location is None:
                return response
            target = urljoin(str(response.url), location)
            parts = urlsplit(target)
            if f"{parts.scheme}://{parts.netloc}" != self.origin:
                return response
            response = await self.http.get(target)
        raise AssertionError(f"too many redirects: {self.trail[-8:]}")

    async def sign_in(self, account: str, password: str) -> httpx.Response:
        return await self.submit(akun=account, sandi=password)
