"""Stands where nginx would stand: in front of the older application, asking Gapura about every request. Whatever is unclear is refused.

The settings for the real ones are in docs/connectors/forward_auth.md; this one does the same so that the demonstration needs none.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from hub.demo.child import answer, page, told
from kit.outbound import client

OWNED = re.compile(r"x-(pasien|gapura)-.*")  # only the gate may say these; `_` and `-` are one to many applications
HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
    )
)
OURS = re.compile(rb"/_gapura/[a-z]+")

Pairs = list[tuple[str, str]]


def from_client(headers: Iterable[tuple[str, str]]) -> Pairs:
    """Return the headers of a client that may go on: none that the gate owns, no cookie of Gapura."""
    kept: Pairs = []
    for name, value in headers:
        if OWNED.fullmatch(name.lower().replace("_", "-")) or name.lower() in HOP_BY_HOP:
            continue
        if name.lower() == "cookie":
            value = "; ".join(one for one in value.split("; ") if not one.lower().lstrip("_").startswith(("gapura-", "host-gapura-")))
            if not value:
                continue
        kept.append((name, value))
    return kept


def identity(headers: Iterable[tuple[str, str]]) -> Pairs:
    """Return the identity that the gate answered with. What it left empty is not sent."""
    return [(name, value) for name, value in headers if value and name.lower().startswith("x-pasien-")]


@dataclass(frozen=True)
class Proxy:
    issuer: str
    host: str  # what the application is called outside
    upstream: str
    http: httpx.AsyncClient = field(repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        response = await self.respond(request)
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        raw = request.scope["raw_path"]
        query = request.scope["query_string"]
        target = raw + (b"?" + query if query else b"")
        try:
            if OURS.fullmatch(raw):
                return await self._gapura(request, target)
            checked = await self._check(request, target)
        except (httpx.HTTPError, UnicodeDecodeError):
            return self._refused(503)
        if checked.status_code == 401:
            return self._to_sign_in(checked)
        if checked.status_code != 200:
            return self._refused(403 if checked.status_code == 403 else 503)
        try:
            return await self._forward(request, target, identity(checked.headers.multi_items()))
        except httpx.HTTPError:
            return self._refused(502)

    async def _check(self, request: Request, target: bytes) -> httpx.Response:
        headers = self._facts(request.headers)
        headers += [("X-Gapura-Method", request.method), ("X-Gapura-Uri", target.decode("ascii"))]
        return await self.http.get(f"{self.issuer}/gerbang/periksa", headers=headers)

    async def _gapura(self, request: Request, target: bytes) -> Response:
        """Pass the two pages that set and clear the gate's cookie at the application's host."""
        if request.method != "GET":
            return self._refused(403)
        found = await self.http.get(self.issuer + target.decode("ascii"), headers=self._facts(request.headers))
        response = HTMLResponse(found.content, found.status_code)
        kept = ("location", "set-cookie", "cache-control", "content-security-policy", "content-type", "referrer-policy")
        response.raw_headers += [
            (name.encode(), value.encode("latin-1"))
            for name, value in found.headers.multi_items()
            if name in kept and name != "content-type"
        ]
        return response

    def _facts(self, headers: Headers) -> Pairs:
        kept = [(name, value) for name, value in headers.items() if name in ("cookie", "accept-language")]
        return [*kept, ("X-Gapura-Host", self.host)]

    def _to_sign_in(self, checked: httpx.Response) -> Response:
        start = checked.headers.get("x-gapura-start", "")
        if not start.startswith(f"{self.issuer}/"):
            return self._refused(503)
        response = RedirectResponse(start, 302, headers={"Cache-Control": "no-store"})
        for mark in checked.headers.get_list("set-cookie"):  # how the gate knows this browser again
            response.headers.append("set-cookie", mark)
        return response

    async def _forward(self, request: Request, target: bytes, who: Pairs) -> Response:
        url = httpx.URL(self.upstream).copy_with(raw_path=target)
        headers = [*from_client(request.headers.items()), *who]
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        asked = self.http.build_request(request.method, url, headers=headers, content=request.stream() if has_body else None)
        found = await self.http.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            try:
                async for chunk in found.aiter_raw():
                    yield chunk
            finally:
                await found.aclose()

        response = StreamingResponse(body(), found.status_code)
        response.raw_headers = [(n.lower(), v) for n, v in found.headers.raw if n.lower().decode() not in HOP_BY_HOP]
        return response

    def _refused(self, status: int) -> Response:
        return page("refused.html", {"status": status, "issuer": self.issuer}, status=status)


def main() -> None:
    values = told()
    descriptor = values.pop("socket")
    allow = [urlsplit(values["issuer"]).netloc, urlsplit(values["upstream"]).netloc]
    answer(Proxy(**values, http=client(allow=allow, seconds=10)), descriptor)


if __name__ == "__main__":
    main()
