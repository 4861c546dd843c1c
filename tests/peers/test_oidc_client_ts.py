"""`oidc-client-ts`, a library for pages, in Chromium: it signs in, watches our session through our iframe, and learns of the sign-out."""

from __future__ import annotations

import http.server
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.peers.chromium_walk import browser_page
from tests.peers.programs import HERE, serving
from tests.peers.test_session_iframes import sign_in
from tests.servers import missing
from tests.site import live_site, test_client

SCRIPT = HERE / "node" / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"


class Spa(http.server.ThreadingHTTPServer):
    """A page without a server of its own but for this: what it asks of the token endpoint is handed on, from its own origin."""

    issuer = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_address[1]}"

    def page(self) -> str:
        settings = {
            "authority": self.issuer,
            "client_id": "rp-spa",
            "redirect_uri": f"{self.origin}/cb",
            "silent_redirect_uri": f"{self.origin}/silent",
            "scope": "openid name",
            "monitorSession": True,
            "checkSessionIntervalInSeconds": 1,
            "automaticSilentRenew": False,
            "metadata": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.origin}/token",
                "end_session_endpoint": f"{self.issuer}/logout",
                "check_session_iframe": f"{self.issuer}/check_session",
            },
        }
        return (HERE / "node" / "watching.html").read_text().replace("@SETTINGS@", json.dumps(settings))


class Answers(http.server.BaseHTTPRequestHandler):
    server: Spa

    def do_GET(self) -> None:
        script = urlsplit(self.path).path == "/oidc-client-ts.js"
        self._say(SCRIPT.read_bytes() if script else self.server.page().encode(), "text/javascript" if script else "text/html")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent = {"content-type": self.headers["Content-Type"]}
        answer = httpx.post(f"{self.server.issuer}/token", content=body, headers=sent, trust_env=False)
        self._say(answer.content, "application/json", answer.status_code)

    def _say(self, content: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


def test_a_page_that_watches_the_session_learns_of_the_sign_out(tmp_path: Path, template_folder: Path) -> None:
    if not SCRIPT.exists():
        missing("oidc-client-ts (npm ci in tests/peers/node)")
    with serving(Spa()) as rp:
        client = test_client(
            client_id="rp-spa",
            auth_method="none",
            secrets=(),
            redirect_uris=(f"{rp.origin}/cb", f"{rp.origin}/silent"),
            grant_types=frozenset({"authorization_code"}),
            session_management=True,
        )
        with live_site(tmp_path, template_folder, clients=(client,)) as live, browser_page(True) as page:
            rp.issuer = live.issuer
            page.goto(f"{rp.origin}/")
            page.wait_for_url(lambda now: now.startswith(live.issuer))
            sign_in(page, f"{rp.origin}/cb")
            page.wait_for_function("document.title.startsWith('here ')")
            page.wait_for_timeout(1500)  # a few looks at our iframe while nothing changes
            assert page.title().startswith("here ")
            other = page.context.new_page()
            other.goto(f"{live.issuer}/logout")
            other.locator('button[name="keluar"]').click()
            page.wait_for_function("document.title === 'signed out'", timeout=10_000)
