"""Where pages are brought about: a whole house in this process, people who walk through it, and the page they end up on.

A state of a page is a short walk (`Walk`): it gets a `Stage` and returns the answer it wants looked at. Which template made the answer is
read off the environment, so a walk that ends on another page than it says is noticed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

from kit.web import language as words
from tests.forms import Browser
from tests.site import CODE, PASSWORD, SITI, Party, Site, new_party, open_site

PSEUDO = "pseudo"  # Indonesian, every word 40 % longer (UX C-6)


@dataclass(frozen=True)
class Shown:
    """One page as it left the house."""

    template: str
    status: int
    html: str
    csp: str
    path: str


@dataclass
class Stage:
    """The house for one language. People stay signed in from walk to walk; a walk that changes much makes its own person."""

    site: Site
    language: str
    rendered: list[str] = field(default_factory=list)
    known: dict[str, Browser] = field(default_factory=dict)

    def browser(self) -> Browser:
        """Return a new browser that reads the stage's language."""
        browser = self.site.browser()
        browser.http.cookies.set(words.COOKIE, "en" if self.language == "en" else "id", domain="localhost.local")
        return browser

    async def party(self, **changes: Any) -> Party:
        """Return a relying party of a test, in a new browser of the stage's language."""
        party = await new_party(self.site, **changes)
        party.browser = self.browser()
        return party

    async def citizen(self, account: str = SITI) -> Browser:
        """Return a browser in which the person is signed in at the portal."""
        if account not in self.known:
            browser = self.browser()
            await browser.go("/beranda")
            await browser.sign_in(account, PASSWORD)
            self.known[account] = browser
        return self.known[account]

    async def operator(self, account: str) -> Browser:
        """Return a browser in which the operator is in the console."""
        key = f"admin:{account}"
        if key not in self.known:
            browser = self.browser()
            await browser.go("/admin")
            await browser.sign_in(account, PASSWORD)
            if 'name="kode"' in (browser.page.text if browser.page else ""):
                await browser.submit(kode=CODE)
            self.known[key] = browser
        return self.known[key]

    async def direct(self, make: Callable[[Request], Response], path: str = "/") -> Shown:
        """Return what a page function answers to a plain request: for messages that take a disaster to happen."""
        cookie = f"{words.COOKIE}={'en' if self.language == 'en' else 'id'}"
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "state": {}}
        request = Request({**scope, "headers": [(b"cookie", cookie.encode())], "client": ("127.0.0.1", 1), "server": ("localhost", 8000)})
        response = make(request)
        return Shown(
            self.rendered[-1],
            response.status_code,
            bytes(response.body).decode(),
            response.headers.get("content-security-policy", ""),
            path,
        )


Walk = Callable[[Stage], Awaitable[httpx.Response | Shown]]


@dataclass(frozen=True)
class Page:
    """A template, its weight class (UX C-4), and a walk to each of its states, the usual one first."""

    template: str
    weight: str
    states: dict[str, Walk]


async def show(stage: Stage, walk: Walk) -> Shown:
    """Return the page at the end of the walk."""
    answer = await walk(stage)
    if isinstance(answer, Shown):
        return answer
    csp = answer.headers.get("content-security-policy", "")
    path = answer.request.url.raw_path.decode()
    return Shown(stage.rendered[-1] if stage.rendered else "", answer.status_code, answer.text, csp, path)


@contextmanager
def longer_words() -> Iterator[None]:
    """Make every text 40 % longer while the block runs."""
    usual = words.sayer

    def sayer(language: str) -> words.Say:
        say = usual(language)

        def t(indonesian: str, english: str, **values: object) -> str:
            return " ".join(_stretched(word) for word in say(indonesian, english, **values).split(" "))

        return t

    words.sayer = sayer
    try:
        yield
    finally:
        words.sayer = usual


def _stretched(word: str) -> str:
    letters = sum(character.isalpha() for character in word)
    return word + word[: max(1, round(letters * 0.4))] if letters > 1 and word.isalpha() else word


@asynccontextmanager
async def open_stage(folder: Path, template_folder: Path, language: str) -> AsyncIterator[Stage]:
    """Open the house for one language."""
    async with open_site(folder, template_folder) as site:
        stage = Stage(site, language)
        environment = site.house.pages.environment
        usual = environment.get_template

        def noted(name: Any, *arguments: Any, **options: Any) -> Any:
            stage.rendered.append(str(name))
            return usual(name, *arguments, **options)

        environment.get_template = noted  # type: ignore[method-assign]
        if language == PSEUDO:
            with longer_words():
                yield stage
        else:
            yield stage
