"""Proxy tickets: off unless the operator named a callback, and never out of the application."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import Connector
from tests.connectors.cas.parts import CALLBACK, NOW, NS, OTHER, SERVICE, SITI, asked, code_of, connector, said, ticket, validated
from tests.connectors.desk import FakeDesk

ON: dict[str, Any] = {"proxy": True, "proxy_callbacks": [CALLBACK]}


@dataclass
class CalledDesk(FakeDesk):
    """An application whose callback answers 200, unless it is down, and keeps what it was given."""

    down: bool = False

    async def fetch(self, url: str, *, most_bytes: int = 65_536) -> bytes | None:
        self.fetched.append(url)
        return None if self.down else b""

    def given(self) -> dict[str, str]:
        """Return what the last callback got, by IOU."""
        query = parse_qs(urlsplit(self.fetched[-1]).query)
        return {query["pgtIou"][0]: query["pgtId"][0]}


def desk(*others: Connector, **changes: Any) -> CalledDesk:
    return CalledDesk(known=(connector(**{**ON, **changes}), *others))


async def granting(at: CalledDesk) -> str:
    answer = await validated(at, await ticket(at), pgtUrl=CALLBACK)
    return at.given()[answer.findtext(NS + "proxyGrantingTicket") or ""]


async def proxy_ticket(at: CalledDesk, pgt: str, target: str = OTHER) -> ET.Element:
    return ET.fromstring(await said(at, "proxy", pgt=pgt, targetService=target))[0]


async def test_a_program_goes_on_in_the_persons_name_to_another_service_of_its_application() -> None:
    at = desk()
    pgt = await granting(at)
    assert at.fetched[-1].startswith(CALLBACK + "?pgtIou=PGTIOU-")
    name = (await proxy_ticket(at, pgt)).findtext(NS + "proxyTicket") or ""
    assert name.startswith("PT-") and len(name) == 32
    answer = await validated(at, name, "p3_proxy_validate", service=OTHER)
    assert answer.findtext(NS + "user") == SITI.subject
    assert answer.findtext(f"{NS}proxies/{NS}proxy") == CALLBACK
    assert answer.findtext(f"{NS}attributes/{NS}isFromNewLogin") == "false"
    assert code_of(await validated(at, name, "p3_proxy_validate", service=OTHER)) == "INVALID_TICKET", "once"


@pytest.mark.parametrize(
    "callback",
    [
        "http://app.example.id/pgt",
        "https://app.example.id/pgt2",
        "https://app.example.id/pgt?a=1",
        "https://app.example.id:443/pgt",
        "https://evil.example/pgt",
        "https://127.0.0.1/pgt",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ],
)
async def test_ca_06_no_other_callback_is_called(callback: str) -> None:
    at = desk()
    assert code_of(await validated(at, await ticket(at), pgtUrl=callback)) == "INVALID_PROXY_CALLBACK"
    assert at.fetched == []


async def test_ca_06_proxy_tickets_are_off_unless_enabled() -> None:
    for settings in ({"proxy": False}, {"proxy": False, "proxy_callbacks": []}):
        at = desk(**settings)
        assert code_of(await validated(at, await ticket(at), pgtUrl=CALLBACK)) == "INVALID_PROXY_CALLBACK"
        assert at.fetched == []


async def test_a_callback_that_does_not_answer_gets_no_granting_ticket() -> None:
    at = desk()
    at.down = True
    answer = await validated(at, await ticket(at), pgtUrl=CALLBACK)
    assert code_of(answer) == "ok" and answer.find(NS + "proxyGrantingTicket") is None
    (pgt,) = at.given().values()
    assert code_of(await proxy_ticket(at, pgt)) == "INVALID_TICKET"


@pytest.mark.parametrize("way", ["service_validate", "p3_service_validate"])
async def test_a_proxy_ticket_is_none_for_a_service_that_takes_no_proxies(way: str) -> None:
    at = desk()
    name = (await proxy_ticket(at, await granting(at))).findtext(NS + "proxyTicket") or ""
    assert code_of(await validated(at, name, way, service=OTHER)) == "INVALID_TICKET_SPEC"
    assert code_of(await validated(at, name, "proxy_validate", service=OTHER)) == "INVALID_TICKET", "spent"
    name = (await proxy_ticket(at, await granting(at))).findtext(NS + "proxyTicket") or ""
    assert await said(at, "validate", service=OTHER, ticket=name) == "no\n\n"


async def test_a_proxy_ticket_never_counts_as_a_new_sign_in() -> None:
    at = desk()
    await validated(at, await ticket(at, renew="true"), pgtUrl=CALLBACK)
    (pgt,) = at.given().values()
    name = (await proxy_ticket(at, pgt)).findtext(NS + "proxyTicket") or ""
    assert code_of(await validated(at, name, "proxy_validate", service=OTHER, renew="true")) == "INVALID_TICKET"


async def test_ca_06_no_ticket_for_a_service_of_another_application_or_of_nobody() -> None:
    """It would carry the claims and the number agreed to here to where they were not."""
    foreign = replace(connector(services=["https://lain.example.id/"]), id="lain", application="lain")
    at = desk(foreign)
    pgt = await granting(at)
    for target in ("https://lain.example.id/", "https://evil.example/", "https://app.example.id@evil.example/cas/", "imap://mail"):
        assert code_of(await proxy_ticket(at, pgt, target)) == "UNAUTHORIZED_SERVICE"


async def test_the_granting_ticket_ends_with_the_session_the_switch_and_two_hours() -> None:
    at = desk()
    pgt = await granting(at)
    assert code_of(await proxy_ticket(at, pgt)) == "ok"
    assert code_of(await proxy_ticket(at, pgt)) == "ok", "it is used again and again"
    at.known = (connector(),)
    assert code_of(await proxy_ticket(at, pgt)) == "UNAUTHORIZED_SERVICE"
    at.known = (connector(proxy=False, proxy_callbacks=[CALLBACK]),)
    assert code_of(await proxy_ticket(at, pgt)) == "UNAUTHORIZED_SERVICE"
    at.known = (connector(proxy=True, proxy_callbacks=["https://app.example.id/lain"]),)
    assert code_of(await proxy_ticket(at, pgt)) == "UNAUTHORIZED_SERVICE"
    at.known = ()
    assert code_of(await proxy_ticket(at, pgt)) == "UNAUTHORIZED_SERVICE"
    at.known = (connector(**ON),)
    at.moved = True
    assert code_of(await proxy_ticket(at, pgt)) == "INVALID_TICKET"
    at.moved, at.now = False, NOW + 7200
    assert code_of(await proxy_ticket(at, pgt)) == "INVALID_TICKET"


async def test_tickets_got_later_live_under_the_guards_of_the_first() -> None:
    kept: list[tuple[str, object]] = []

    class Watched(CalledDesk):
        async def keep(self, key: str, value: bytes, seconds: int, under: Any = None) -> bool:
            kept.append((key.partition("-")[0], under and under.guards))
            return await super().keep(key, value, seconds, under)

    at = Watched(known=(connector(**ON),))
    await proxy_ticket(at, await granting(at))
    guards = {"session:s": "1"}
    assert kept == [("ST", None), ("PGT", guards), ("PT", guards)]


async def test_a_second_proxy_stands_before_the_first() -> None:
    second = "https://app.example.id/pgt-dua"
    at = desk(proxy_callbacks=[CALLBACK, second])
    name = (await proxy_ticket(at, await granting(at))).findtext(NS + "proxyTicket") or ""
    await validated(at, name, "proxy_validate", service=OTHER, pgtUrl=second)
    (pgt,) = at.given().values()
    last = (await proxy_ticket(at, pgt, SERVICE)).findtext(NS + "proxyTicket") or ""
    answer = await validated(at, last, "p3_proxy_validate")
    assert [one.text for one in answer.iter(NS + "proxy")] == [second, CALLBACK]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "pgt=PGT-1",
        f"targetService={OTHER}",
        "pgt=a&pgt=b&targetService=c",
        "pgt=a&targetService=b&format=c",
        "pgt=a&targetService=" + "b" * 2049,
    ],
)
async def test_a_request_for_a_proxy_ticket_that_cannot_be_read(query: str) -> None:
    assert '<cas:proxyFailure code="INVALID_REQUEST">' in await said(desk(), "proxy", query)


@pytest.mark.parametrize("sort", ["ST", "PT", "PGTIOU", "PGT", "pgt"])
async def test_ca_08_a_guess_is_no_granting_ticket(sort: str) -> None:
    assert code_of(await proxy_ticket(desk(), sort + "-" + "A" * 29)) == "INVALID_TICKET"


async def test_a_service_ticket_is_no_granting_ticket() -> None:
    at = desk()
    assert code_of(await proxy_ticket(at, await ticket(at))) == "INVALID_TICKET"


async def test_a_granting_ticket_is_no_ticket_for_a_service_and_is_not_spent_by_trying() -> None:
    at = desk()
    pgt = await granting(at)
    assert code_of(await validated(at, pgt)) == "INVALID_TICKET"
    assert code_of(await proxy_ticket(at, pgt)) == "ok"


async def test_json_is_understood_there_too() -> None:
    at = desk()
    text = await said(at, "proxy", pgt=await granting(at), targetService=OTHER, format="JSON")
    assert text.startswith('{"serviceResponse":{"proxySuccess":{"proxyTicket":"PT-')
    assert '"proxyFailure"' in await said(at, "proxy", pgt="a", targetService=OTHER, format="JSON")
    name = (await proxy_ticket(at, await granting(at))).findtext(NS + "proxyTicket") or ""
    text = await said(at, "proxy_validate", service=OTHER, ticket=name, format="JSON", pgtUrl=CALLBACK)
    assert '"proxies":["https://app.example.id/pgt"]' in text and '"proxyGrantingTicket":"PGTIOU-' in text
    assert asked("proxy").endpoint == "proxy"
