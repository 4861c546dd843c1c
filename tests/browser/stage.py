"""Where pages are brought about: drawn from a context, or walked to through a whole house in this process.

A state of a page is a `Walk`: it gets a `Stage` and returns the page it wants looked at. Which template made the answer is read off the
environment, so a walk that ends on another page than it says is noticed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.responses import Response

from kit.web import language as words
from tests.browser import lives, studio
from tests.forms import Browser

PSEUDO = "pseudo"  # Indonesian, every word 40 % longer (UX C-6)


@dataclass(frozen=True)
class Shown:
    """One page as it left the house."""

    template: str
    status: int
    html: str
    csp: str
    path: str
    packed: bool = False  # it left compressed


@dataclass
class Stage:
    """One language. The house opens at the first walk that needs it; people stay signed in from walk to walk."""

    language: str
    folder: Path
    template_folder: Path
    studio: studio.Studio
    closing: AsyncExitStack
    rendered: list[str] = field(default_factory=list)
    known: dict[str, Browser] = field(default_factory=dict)
    house: Any = None

    async def site(self) -> Any:
        """Return the whole house (tests.site.Site)."""
        if self.house is None:
            from tests.site import open_site  # the walks need the house, drawn pages do not

            self.house = await self.closing.enter_async_context(open_site(self.folder, self.template_folder))
            await lives.begin(self.house)
            note(self.house.house.pages.environment, self.rendered)
        return self.house

    async def browser(self) -> Browser:
        """Return a new browser that reads the stage's language."""
        browser: Browser = (await self.site()).browser()
        browser.http.cookies.set(words.COOKIE, "en" if self.language == "en" else "id")
        return browser

    async def party(self, application: str, scope: str, browser: Browser) -> Any:
        """Return a relying party (tests.site.Party) of the application that asks for the scope in this browser."""
        from tests.site import new_party

        changes = {"application": application, "client_id": f"rp-{application}", "scopes": frozenset(scope.split())}
        party = await new_party(await self.site(), **changes)
        party.browser, party.scope = browser, scope
        return party

    async def signed_in(self, account: str) -> Browser:
        """Return a new browser in which the person is signed in at the portal."""
        from tests.site import PASSWORD

        browser = await self.browser()
        await browser.go("/beranda")
        await browser.sign_in(account, PASSWORD)
        return browser

    async def citizen(self, account: str = "3503115203889001") -> Browser:
        """Return the one browser of this person: signed in at the portal, kept from walk to walk."""
        if account not in self.known:
            self.known[account] = await self.signed_in(account)
        return self.known[account]

    async def operator(self, account: str = "3503135001819012") -> Browser:
        """Return a browser in which the operator is in the console."""
        from tests.site import CODE, PASSWORD

        key = f"admin:{account}"
        if key not in self.known:
            browser = await self.browser()
            await browser.go("/admin")
            await browser.sign_in(account, PASSWORD)
            if browser.page is not None and 'name="kode"' in browser.page.text:
                await browser.submit(kode=CODE)
            self.known[key] = browser
        return self.known[key]


Walk = Callable[[Stage], Awaitable[httpx.Response | Response | Shown]]


@dataclass(frozen=True)
class Page:
    """A template, its weight class (UX C-4), a walk to each of its states, the usual one first, and the languages it has."""

    template: str
    weight: str
    states: dict[str, Walk]
    languages: tuple[str, ...] = ("id", "en")

    def speaks(self, language: str) -> bool:
        """True for the page's languages; longer words are those of a page that has both."""
        return language in self.languages or (language == PSEUDO and len(self.languages) > 1)


def drawn(template: str, context: Mapping[str, Any], status: int = 200) -> Walk:
    """Return a walk that draws the template with the context."""

    async def walk(stage: Stage) -> Shown:
        code, html, csp = stage.studio.draw(template, context, status)
        return Shown(stage.rendered[-1], code, html, csp, "/")

    return walk


async def show(stage: Stage, walk: Walk) -> Shown:
    """Return the page at the end of the walk."""
    answer = await walk(stage)
    if isinstance(answer, Shown):
        return answer
    csp = answer.headers.get("content-security-policy", "")
    name = stage.rendered[-1] if stage.rendered else ""
    if isinstance(answer, Response):
        return Shown(name, answer.status_code, bytes(answer.body).decode(), csp, "/")
    packed = answer.headers.get("content-encoding") == "gzip"
    return Shown(name, answer.status_code, answer.text, csp, answer.request.url.raw_path.decode(), packed)


def note(environment: Any, names: list[str]) -> None:
    """Write down the name of every template that is fetched to be rendered; what a template extends or imports comes with a parent."""
    usual = environment.get_template

    def noted(name: Any, *arguments: Any, **options: Any) -> Any:
        if not arguments and options.get("parent") is None:
            names.append(str(name))
        return usual(name, *arguments, **options)

    environment.get_template = noted


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
    """Open the stage for one language."""
    async with AsyncExitStack() as closing:
        if language == PSEUDO:
            closing.enter_context(longer_words())
        folder.mkdir(parents=True, exist_ok=True)
        stage = Stage(language, folder, template_folder, studio.Studio(studio.pages(), language), closing)
        note(stage.studio.pages.environment, stage.rendered)
        yield stage
