"""Rendering of the pages people read: one environment, one set of headers, one way to find language, browser and CSRF token.

A template extends `kit/base.html` and gets, beside its own context: `t`, `pick`, `day`, `time_of_day`, `moment`, `language`,
`other_language_url`, `csrf` (the token), `csp_nonce` is not needed: no inline code exists (UX C-2).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kit.clock import Clock
from kit.secrets import new_id
from kit.web import language as words
from kit.web.assets import Assets
from kit.web.cookies import CookieJar
from kit.web.csrf import BROWSER_COOKIE, Csrf


@dataclass(frozen=True, slots=True)
class Regency:
    """What changes when another regency uses Gapura: names, theme and the help that stands on every page (UX C-20)."""

    name: str = "Kabupaten Trenggalek"
    official: Mapping[str, str] = field(
        default_factory=lambda: {"id": "Situs resmi Pemkab Trenggalek", "en": "Official site of Kabupaten Trenggalek"}
    )
    theme: str = ""
    phone: str = "+62355000000"
    phone_display: str = "(0355) 000 000"
    whatsapp: str = "+6286000009000"
    whatsapp_display: str = "0860 0000 9000"
    hours: Mapping[str, str] = field(default_factory=lambda: {"id": "Senin–Jumat 08.00–15.00 WIB", "en": "Monday–Friday 08.00–15.00 WIB"})
    counter: Mapping[str, str] = field(
        default_factory=lambda: {"id": "Kantor kecamatan atau Dukcapil", "en": "District office or Dukcapil"}
    )
    dpo: str = "(0355) 000 000"  # how people reach the data protection officer
    demo: bool = False
    address: str = "localhost"  # host of the issuer, which people compare with their address bar


def templates(*folders: Path) -> Environment:
    """Return the environment over the rooms' template folders. Undefined names are errors; everything is escaped."""
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in (Path(__file__).parent / "templates", *folders)]),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@dataclass(frozen=True, slots=True)
class Pages:
    environment: Environment
    assets: Assets
    cookies: CookieJar
    csrf: Csrf
    regency: Regency
    clock: Clock

    def browser(self, request: Request) -> str:
        """Return the id of this browser, made now if it has none; `render` sets the cookie. Stable within one request."""
        known: str = getattr(request.state, "browser", "") or self.cookies.read(request, BROWSER_COOKIE)
        if not 20 <= len(known) <= 64:
            known = new_id()
        request.state.browser = known
        return known

    def render(
        self,
        request: Request,
        template: str,
        context: Mapping[str, object] | None = None,
        *,
        status: int = 200,
        preferred_language: str = "",
        form_targets: Sequence[str] = (),
        cacheable: bool = False,
        frame_ancestors: str = "'none'",
        extra_csp: str = "",
    ) -> HTMLResponse:
        """Return the page. `form_targets` are origins that a form on it may end at by redirect (the client's registered ones, UX C-2)."""
        language = words.language_of(request, preferred_language)
        browser = "" if cacheable else self.browser(request)
        html = self.environment.get_template(template).render(
            {
                "t": words.sayer(language),
                "pick": partial(words.pick, language=language),
                "day": partial(words.day, language=language),
                "time_of_day": words.time_of_day,
                "moment": partial(words.moment_text, language=language),
                "language": language,
                "other_language_url": other_language_url(request, language),
                "csrf": self.csrf.token(browser) if browser else "",
                "asset": self.assets.url,
                "regency": self.regency,
                "now": self.clock.now(),
                "preferred_language": preferred_language,
                **(context or {}),
            }
        )
        packed = cacheable and "gzip" in request.headers.get("accept-encoding", "")  # only where nothing is secret: BREACH
        response = HTMLResponse(gzip.compress(html.encode(), 6, mtime=0) if packed else html, status)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        targets = " ".join(dict.fromkeys(("'self'", *form_targets)))
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"form-action {targets}; frame-ancestors {frame_ancestors}; base-uri 'none'" + (f"; {extra_csp}" if extra_csp else "")
        )
        asked = request.query_params.get("lang", "")
        kept_by = "private" if "cookie" in request.headers else "public"  # a cookie may have chosen the language
        response.headers["Cache-Control"] = f"{kept_by}, max-age=60" if cacheable and asked not in words.LANGUAGES else "no-store"
        response.headers["Vary"] = "Cookie, Accept-Language, Accept-Encoding"
        if asked in words.LANGUAGES:
            response.set_cookie(words.COOKIE, asked, max_age=31536000, path="/", secure=self.cookies.secure, httponly=True, samesite="lax")
        if browser and self.cookies.read(request, BROWSER_COOKIE) != browser:
            self.cookies.set(response, BROWSER_COOKIE, browser)
        return response

    def genuine(self, request: Request, token: str) -> bool:
        """True when a posted form came from our own page in this browser."""
        return self.csrf.holds(request, self.cookies.read(request, BROWSER_COOKIE), token)


def other_language_url(request: Request, language: str) -> str:
    """Return this page in the other language: same path, same query, another `lang`. Built from the raw path, never from Host."""
    query = [(name, value) for name, value in parse_qsl(request.scope["query_string"].decode("latin-1")) if name != "lang"]
    query.append(("lang", "en" if language == "id" else "id"))
    return "?" + urlencode(query)


def origin_of(url: str) -> str:
    """Return `scheme://host:port` of an absolute URL, as CSP and Origin write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def see_other(url: str) -> Response:
    """Answer 303, so that a posted secret is never sent on. RFC 9700 §4.12."""
    return Response(status_code=303, headers={"Location": url, "Cache-Control": "no-store"})
