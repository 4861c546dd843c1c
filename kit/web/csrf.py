"""Proof that a form post comes from our own page in the same browser.

Two independent checks, both needed: the browser's own word (`Sec-Fetch-Site`, else `Origin`), and a token that is HMAC over the
browser cookie. The browser cookie (`gapura-b`, 128 random bits) is set with the first page that holds a form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from kit.secrets import keyed, same

BROWSER_COOKIE = "gapura-b"
FIELD = "csrf"


@dataclass(frozen=True, slots=True)
class Csrf:
    key: bytes = field(repr=False)
    origin: str

    def token(self, browser: str) -> str:
        return keyed(self.key, "csrf", browser)

    def holds(self, request: Request, browser: str, token: str) -> bool:
        """True when the post was made by our own page in the browser that holds `browser`."""
        return bool(browser) and self.same_origin(request) and same(self.token(browser), token)

    def same_origin(self, request: Request, *, null: bool = True) -> bool:
        """True unless the browser says that another site sent this. ASVS 3.5.1.

        Our pages ask for no referrer, and for their forms browsers send `Origin: null`: that says nothing (Fetch §3.1). Where no token
        stands beside it, `null=False`: a sandboxed frame of anybody says `null` too.
        """
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        return origin in (None, self.origin) or (null and origin == "null")
