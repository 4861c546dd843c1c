"""A SOAP register of an older kind: UsernameToken with a digest, a nonce that counts once, Faults with HTTP 500, and one with 200."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

NS = "urn:register:contoh"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = WSS + "wssecurity-secext-1.0.xsd", WSS + "wssecurity-utility-1.0.xsd"
AREAS = {"3503": ["Panggul", "Munjungan", "Trenggalek"]}
PEOPLE = {"3503115203889001": ("SITI PERAGAWATI", "350311")}


@dataclass
class SoapRegister:
    username: str = "gapura"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    nonces: set[str] = field(default_factory=set, repr=False)
    seen: list[str] = field(default_factory=list)

    async def service(self, request: Request) -> Response:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(await request.body(), parser)
        if not self._knows(root):
            return fault("wsse:FailedAuthentication", "The security token could not be authenticated")
        content = root.find(f"{{{SOAP}}}Body")
        assert content is not None
        name = etree.QName(content[0]).localname
        if request.headers.get("soapaction", "").strip('"') != f"{NS}/{name}":
            return fault("soap:Client", "SOAPAction does not match")
        self.seen.append(name)
        if name == "DaftarWilayah":
            rows = "".join(
                f"<m:wilayah><m:nama>{one}</m:nama></m:wilayah>" for one in AREAS.get(content.findtext(f".//{{{NS}}}kode") or "", [])
            )
            return envelope(f"<m:DaftarWilayahResponse>{rows}</m:DaftarWilayahResponse>")
        if name == "CariPenduduk":
            found = PEOPLE.get(content.findtext(f".//{{{NS}}}nik") or "")
            if found is None:
                return fault("soap:Client", "Penduduk tidak ditemukan", 200)
            return envelope(
                f"<m:CariPendudukResponse><m:nama>{escape(found[0])}</m:nama><m:kecamatan>{found[1]}</m:kecamatan></m:CariPendudukResponse>"
            )
        return fault("soap:Client", "unknown operation")

    def _knows(self, root: etree._Element) -> bool:
        token = root.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
        if token is None or token.findtext(f"{{{WSSE}}}Username") != self.username:
            return False
        nonce, created = token.findtext(f"{{{WSSE}}}Nonce") or "", token.findtext(f"{{{WSU}}}Created") or ""
        due = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode(), usedforsecurity=False).digest()
        if nonce in self.nonces or token.findtext(f"{{{WSSE}}}Password") != base64.b64encode(due).decode():
            return False
        self.nonces.add(nonce)
        return True

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/layanan", self.service, methods=["POST"])])


def envelope(inner: str, status: int = 200) -> Response:
    outer = f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:m="{NS}"><soap:Body>{inner}</soap:Body></soap:Envelope>'
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{outer}', status, media_type="text/xml; charset=utf-8")


def fault(code: str, text: str, status: int = 500) -> Response:
    return envelope(f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soap:Fault>", status)
