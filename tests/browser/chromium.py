"""A browser from Debian, a small server that answers with the captured pages, and what is asked of every page in it."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.demo.systems.front import LOOKS
from kit.web.assets import Assets
from tests.browser.stage import Shown
from tests.servers import missing

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Compressed bytes (UX C-4). Class A has a limit for each kind; B and C for all together.
BUDGETS = {
    "A": {"html": 10_240, "css": 8_192, "js": 6_144, "image": 6_144, "requests": 4, "cold": 30_720, "warm": 10_240},
    "B": {"cold": 61_440},
    "C": {"cold": 153_600},
}
KINDS = {"Document": "html", "Stylesheet": "css", "Script": "js", "Image": "image", "Other": "image"}
RUN_AXE = """async (tags) => (await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})).violations
  .map((v) => `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join("; "))"""
SPACING = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    + "p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet]; }"""


@cache
def probe(name: str) -> str:
    return (HERE / "probes" / f"{name}.js").read_text()


def program() -> str:
    """Return the path of Chromium; the test is skipped by name without it, and fails with CI=true."""
    found = shutil.which("chromium")
    if found is None:
        missing("chromium")
    if not AXE.exists():
        missing("axe-core (npm ci in tests/browser)")
    return str(found)


class Shelf:
    """Answers with the pages put on it, compressed where they were, with their own Content-Security-Policy and the real assets."""

    def __init__(self) -> None:
        self.pages: dict[str, Shown] = {}
        self.assets = Assets()

    def put(self, shown: Shown) -> str:
        name = str(len(self.pages))
        self.pages[name] = shown
        return f"/h/{name}"

    async def page(self, request: Request) -> Response:
        shown = self.pages.get(request.path_params["name"])
        if shown is None:
            return Response(status_code=404)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": shown.csp}
        if not shown.packed:
            return HTMLResponse(shown.html, 200, headers)
        return HTMLResponse(gzip.compress(shown.html.encode(), 6, mtime=0), 200, {"Content-Encoding": "gzip", **headers})

    async def asset(self, request: Request) -> Response:
        """Answer with a file of ours, or of the older systems of the demonstration: names hold a digest."""
        found = await self.assets.serve(request)
        return found if found.status_code == 200 else await LOOKS.serve(request)

    @contextmanager
    def open(self) -> Iterator[str]:
        """Serve on a free port while the block runs."""
        app = Starlette(
            routes=[Route("/h/{name}", self.page), Route("/aset/{name}", self.asset), Route("/_gapura/aset/{name}", self.asset)]
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(64)
            thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join(10)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = program()
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Looker:
    """Looks at pages. One window is kept; each question returns the defects as lines, none when all is well."""

    browser: Browser
    base: str
    window: Page = field(init=False)
    traffic: dict[str, dict[str, Any]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.browser.new_context(
            bypass_csp=False, locale="id-ID", reduced_motion="reduce", viewport={"width": 360, "height": 800}
        )
        context.add_init_script("HTMLFormElement.prototype.submit = () => {}")  # a page that sends itself stays to be looked at
        self.window = context.new_page()
        self.window.on("console", lambda message: self.complaints.append(message.text[:200]) if message.type == "error" else None)
        self.window.on("pageerror", lambda error: self.complaints.append(str(error)[:200]))
        self.cdp = context.new_cdp_session(self.window)
        self.cdp.send("Network.enable")
        self.cdp.on("Network.responseReceived", self._answered)
        self.cdp.on("Network.loadingFinished", self._finished)

    def _answered(self, event: dict[str, Any]) -> None:
        self.traffic[event["requestId"]] = {"kind": KINDS.get(event["type"], "other"), "url": event["response"]["url"], "bytes": 0}

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.traffic:
            self.traffic[event["requestId"]]["bytes"] = int(event["encodedDataLength"])

    def open(self, path: str, *, width: int = 360, dark: bool = False, cold: bool = False) -> list[str]:
        """Open the page; what the browser itself complains about is returned (CSP violations among it)."""
        self.traffic.clear()
        self.complaints.clear()
        self.cdp.send("Network.setCacheDisabled", {"cacheDisabled": cold})
        self.window.emulate_media(color_scheme="dark" if dark else "light")
        self.window.set_viewport_size({"width": width, "height": 800})
        self.window.goto(self.base + path, wait_until="load")
        self.cdp.send("Runtime.evaluate", {"expression": probe("page")})
        return [f"console: {line}" for line in self.complaints]

    def ask(self, name: str, about: Any = None) -> Any:
        return self.window.evaluate(probe(name), about)

    def facts(self, languages: Sequence[str]) -> list[str]:
        """What the document says about itself; a page with one language leads to no other."""
        return list(self.ask("facts", {"languages": list(languages)}))

    def axe(self) -> list[str]:
        """UX C-18. axe runs in the page but is let in past its policy by the debugger."""
        self.cdp.send("Runtime.evaluate", {"expression": AXE.read_text()})
        return [f"C-18 {line}" for line in self.window.evaluate(RUN_AXE, TAGS)]

    def weight(self, budget: str) -> list[str]:
        """UX C-4, for the page just opened cold."""
        self.window.wait_for_timeout(30)
        rows = list({row["url"]: row for row in self.traffic.values() if row["url"].startswith("http") and row["bytes"]}.values())
        sums = {kind: sum(row["bytes"] for row in rows if row["kind"] == kind) for kind in ("html", "css", "js", "image")}
        sums.update(cold=sum(row["bytes"] for row in rows), warm=sums["html"], requests=len(rows))
        return [f"C-4: {kind} is {sums[kind]}, at most {most}" for kind, most in BUDGETS[budget].items() if sums[kind] > most]

    def fits(self) -> list[str]:
        return list(self.ask("layout"))

    def words(self) -> list[str]:
        """C-6: no word is broken in the middle, at the usual text size."""
        return list(dict.fromkeys(self.ask("words")))

    def large_text(self) -> list[str]:
        """C-6 with the reader's text twice as large, then with wide spacing."""
        self.cdp.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        found = [f"{line} (text 200 %)" for line in self.fits()]
        self.cdp.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
        self.window.evaluate(SPACING)
        found += [f"{line} (wide spacing)" for line in self.fits()]
        self.window.evaluate("() => { document.adoptedStyleSheets = []; }")
        return found

    def focus(self, most: int = 120) -> list[str]:
        """C-9: walk through with Tab; each stop shows a ring and nothing lies over it."""
        found = []
        self.window.evaluate("() => { window.__met = new Set(); document.activeElement && document.activeElement.blur(); }")
        for _ in range(most):
            self.window.keyboard.press("Tab")
            at = self.ask("focus")
            if at.get("away") or at["again"]:
                break
            if not at["ring"]:
                found.append(f"C-9: no ring on {at['name']}")
            if at["covered"]:
                found.append(f"C-9: something lies over {at['name']}")
        return found

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.window.screenshot(path=path, full_page=True, animations="disabled")
