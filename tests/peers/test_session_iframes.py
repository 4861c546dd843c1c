"""A real browser between us and an application: our iframe says whether the session changed, and theirs is loaded at sign-out."""

from __future__ import annotations

import base64
import http.server
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from playwright.sync_api import Page

from tests.peers.chromium_walk import browser_page
from tests.peers.programs import serving
from tests.site import PASSWORD, SITI, TEST_SECRET, VERIFIER, answer_of, authorize_query, live_site, test_client

WATCHING = """<!doctype html><title>asking</title><iframe id="op" src="{issuer}/check_session"></iframe><script>
window.addEventListener("message", function (event) {{ if (event.origin === "{issuer}") document.title = event.data; }});
document.getElementById("op").addEventListener("load", function (event) {{
  event.target.contentWindow.postMessage(decodeURIComponent(location.search.slice(1)), "{issuer}");
}});
</script>"""


class Application(http.server.ThreadingHTTPServer):
    """A relying party's own pages. `seen` are the requests that its front-channel address got."""

    issuer = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.seen: list[dict[str, list[str]]] = []

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_address[1]}"


class Answers(http.server.BaseHTTPRequestHandler):
    server: Application

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/frame":
            self.server.seen.append(parse_qs(parts.query))
        text = WATCHING.format(issuer=self.server.issuer) if parts.path == "/watching" else "<!doctype html><title>here</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        return


def sign_in(page: Page, back: str) -> None:
    """Sign in and agree, until the browser is at the application."""
    page.fill('input[name="akun"]', SITI)
    page.fill('input[name="sandi"]', PASSWORD)
    page.locator("form", has=page.locator('input[name="sandi"]')).locator("button").last.click()
    page.locator('button[name="jawab"][value="setuju"]').click()
    page.wait_for_url(lambda now: now.startswith(back))


def watched(page: Page, origin: str, message: str) -> str:
    """Return what our iframe answers to the application's page."""
    page.goto(f"{origin}/watching?{message}")
    page.wait_for_function("document.title !== 'asking'")
    return page.title()


def test_the_iframe_says_unchanged_then_changed_and_the_application_is_framed_at_sign_out(tmp_path: Path, template_folder: Path) -> None:
    with serving(Application()) as rp:
        client = test_client(
            redirect_uris=(f"{rp.origin}/cb",),
            post_logout_redirect_uris=(f"{rp.origin}/bye",),
            frontchannel_logout_uri=f"{rp.origin}/frame",
            session_management=True,
        )
        with live_site(tmp_path, template_folder, clients=(client,)) as live, browser_page(True) as page:
            rp.issuer = live.issuer
            page.goto(f"{live.issuer}/authorize?" + authorize_query("rp-test", f"{rp.origin}/cb", "openid name"))
            sign_in(page, f"{rp.origin}/cb")
            answer = answer_of(page.url)
            data = {
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": f"{rp.origin}/cb",
                "code_verifier": VERIFIER,
            }
            tokens = httpx.post(f"{live.issuer}/token", data=data, auth=("rp-test", TEST_SECRET), trust_env=False).json()
            mine = f"rp-test {answer['session_state']}"
            assert watched(page, rp.origin, mine) == "unchanged"
            assert watched(page, rp.origin, f"rp-other {answer['session_state']}") == "changed", "it fits one client"
            assert watched(page, rp.origin, "nonsense") == "error"
            leave = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": f"{rp.origin}/bye", "state": "s-1"}
            page.goto(f"{live.issuer}/logout?{urlencode(leave)}")
            page.wait_for_url(f"{rp.origin}/bye?state=s-1")
            claims = json.loads(base64.urlsafe_b64decode(tokens["id_token"].split(".")[1] + "=="))
            assert rp.seen == [{"iss": [live.issuer], "sid": [claims["sid"]]}]
            assert watched(page, rp.origin, mine) == "changed"


def test_a_page_of_nobody_we_know_may_not_frame_it(tmp_path: Path, template_folder: Path) -> None:
    with serving(Application()) as rp, serving(Application()) as stranger:
        client = test_client(redirect_uris=(f"{rp.origin}/cb",), session_management=True)
        with live_site(tmp_path, template_folder, clients=(client,)) as live, browser_page(True) as page:
            refused: list[str] = []
            page.on("console", lambda message: refused.append(message.text))
            for one in (rp, stranger):
                one.issuer = live.issuer
            assert watched(page, rp.origin, "rp-test abc.def") == "changed"
            assert not refused
            page.goto(f"{stranger.origin}/watching?rp-test%20abc.def")
            page.wait_for_timeout(500)
            assert page.title() == "asking"
            assert any("frame-ancestors" in text for text in refused)
