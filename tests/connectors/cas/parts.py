"""A connector of the kind, a desk that knows it, and the steps of a sign-in as the application and the house make them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.apps.cas.kind import Cas
from connectors.contract import Answer, Connector, Identity
from connectors.front_door import Entry, HandOff, Received
from connectors.registry import build
from tests.connectors.desk import NOW, SITI, FakeDesk

KIND = Cas()
ENDPOINTS = {endpoint.name: endpoint for endpoint in KIND.endpoints}
SERVICE = "https://app.example.id/cas/index.php?hal=1"
CALLBACK = "https://app.example.id/pgt"
OTHER = "https://app.example.id/cas/arsip"
NS = "{http://www.yale.edu/tp/cas}"
ROWS = [{"claim": "name", "field": "cn"}, {"claim": "email", "field": "mail", "transform": "lower"}, {"claim": "nip", "field": "nip"}]


def connector(**changes: Any) -> Connector:
    settings = {"services": ["https://app.example.id/cas/"], "attributes": ROWS, **changes}
    return build(kind="cas", connector_id="lama", application="lama", settings=settings)


def desk(**changes: Any) -> FakeDesk:
    return FakeDesk(known=(connector(**changes),))


def asked(endpoint: str, query: str = "", **pairs: str) -> Received:
    """Return a GET as the house hands it on: decoded once."""
    found = (*parse_qsl(query, keep_blank_values=True), *pairs.items())
    return Received(endpoint, "GET", ENDPOINTS[endpoint].path, query=found)


async def entered(at: FakeDesk, **pairs: str) -> Entry:
    found = await KIND.receive(asked("login", **{"service": SERVICE, **pairs}), at)
    assert isinstance(found, Entry)
    return found


async def handed(at: FakeDesk, who: Identity = SITI, **pairs: str) -> HandOff | None:
    entry = await entered(at, **pairs)
    return await KIND.hand_off(entry.connector, who, entry.state, at)


async def ticket(at: FakeDesk, who: Identity = SITI, **pairs: str) -> str:
    """Sign in and return the ticket that the browser brings."""
    found = await handed(at, who, **pairs)
    assert found is not None and isinstance(found.answer, Answer)
    location = found.answer.headers["Location"]
    assert location.startswith(pairs.get("service", SERVICE))
    return dict(parse_qsl(urlsplit(location).query))["ticket"]


async def said(at: FakeDesk, endpoint: str, query: str = "", **pairs: str) -> str:
    found = await KIND.receive(asked(endpoint, query, **pairs), at)
    assert isinstance(found, Answer) and found.status == 200
    return found.body


async def validated(at: FakeDesk, name: str, endpoint: str = "p3_service_validate", **pairs: str) -> ET.Element:
    """Return the one element inside serviceResponse."""
    root = ET.fromstring(await said(at, endpoint, **{"service": SERVICE, "ticket": name, **pairs}))
    assert root.tag == NS + "serviceResponse" and len(root) == 1
    return root[0]


def code_of(answer: ET.Element) -> str:
    """Return the code of a failure, `ok` for a success."""
    if answer.tag in (NS + "authenticationSuccess", NS + "proxySuccess"):
        return "ok"
    assert answer.tag in (NS + "authenticationFailure", NS + "proxyFailure") and answer.text
    return answer.attrib["code"]


def attributes_of(answer: ET.Element) -> dict[str, str]:
    return {one.tag.removeprefix(NS): one.text or "" for one in answer.find(NS + "attributes") or ()}


def person(**changes: Any) -> Identity:
    return replace(SITI, **changes)


__all__ = ["CALLBACK", "KIND", "NOW", "NS", "OTHER", "SERVICE", "SITI"]
