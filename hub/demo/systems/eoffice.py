"""Surat Dinas, the letters between units (2020): a SAML 2.0 service provider. What SAML needs is loaded when the first person comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.demo.systems.asking import ask
from hub.demo.systems.front import Front, Sessions, sent, to_gapura
from kit.web.forms import BadForm, read_body

BEGAN = "eoffice_mulai"
NIP, UNIT, NAME = "urn:oid:2.16.840.1.113730.3.1.3", "urn:oid:2.5.4.11", "urn:oid:2.16.840.1.113730.3.1.241"
MOST_SOAP = 32_768
DONE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><samlp:LogoutResponse '
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><samlp:Status><samlp:StatusCode '
    'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse></soap:Body></soap:Envelope>'
)


@dataclass
class EOffice:
    front: Front
    key: str = field(repr=False)  # PEM; its certificate is in the connector's settings
    accounts: Sequence[Mapping[str, Any]]
    sessions: Sessions = field(default_factory=lambda: Sessions("eoffice_session"))

    async def home(self, request: Request) -> Response:
        person = self.sessions.of(request)
        unit = person["values"].get(UNIT, "") if person else ""
        work = {
            "title": "Surat masuk",
            "facts": [("Kotak surat unit", unit or "belum dipetakan"), ("005/117/Uji", "Undangan rapat gerbang layanan")],
            "lines": ["Satu surat menunggu paraf."],
        }
        return self.front.page("home.html", {"person": person, "work": work})

    async def begin(self, request: Request) -> Response:
        from hub.demo.systems import saml

        sso = f"{self.front.issuer}/saml/sso"
        name, url = saml.asked(sso, self.acs, self.entity, self.key)
        return to_gapura(url, BEGAN, name)

    async def arrive(self, request: Request) -> Response:
        """The answer must be to the request of this very browser: it brings the id as a cookie."""
        from hub.demo.systems import saml

        form, asked = await sent(request), request.cookies.get(BEGAN, "")
        try:
            said = saml.believed(
                form.get("SAMLResponse", ""),
                await self._trusted(),
                issuer=f"{self.front.issuer}/saml/metadata",
                acs=self.acs,
                entity=self.entity,
                request=asked,
            )
        except httpx.HTTPError:
            return self.front.stopped("http", 502)
        except saml.Unbelievable as error:
            return self.front.stopped("state" if str(error) == "request" else "proof")
        if not any(one["nip"] == said.values.get(NIP) and one["status"] == "active" for one in self.accounts):
            return self.front.stopped("account", 403)
        name = said.values.get(NAME, "")
        response = self.sessions.begin(request, "/", index=said.session_index, name=name, values=said.values)
        response.delete_cookie(BEGAN, path="/")
        return response

    async def told_to_end(self, request: Request) -> Response:
        from hub.demo.systems import saml

        try:
            index = saml.ended(await read_body(request, MOST_SOAP), await self._trusted())
        except (BadForm, saml.Unbelievable):
            return Response(status_code=400)
        except httpx.HTTPError:
            return Response(status_code=503)
        self.sessions.end("index", index)
        return Response(DONE, media_type="text/xml")

    async def leave(self, request: Request) -> Response:
        return await self.sessions.leave(request, self.front)

    async def _trusted(self) -> list[str]:
        """Return the certificates of the identity provider, read anew: a key that follows is known before it is used."""
        from hub.demo.systems import saml

        return saml.certificates(await ask(self.front.issuer, "GET", "/saml/metadata"))

    @property
    def acs(self) -> str:
        return f"{self.front.origin}/saml/acs"

    @property
    def entity(self) -> str:
        return f"{self.front.origin}/saml/metadata"

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/masuk", self.begin),
            Route("/saml/acs", self.arrive, methods=["POST"]),
            Route("/saml/slo", self.told_to_end, methods=["POST"]),
            Route("/keluar", self.leave, methods=["POST"]),
        ]
