"""CA-01: what gets a ticket is decided on an address that every program reads the same."""

from __future__ import annotations

import posixpath
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.apps.cas.kind import Cas
from connectors.apps.cas.services import MAX_SERVICE, address_of, how_near, with_ticket
from connectors.errors import BadRequest
from connectors.front_door import Entry
from connectors.registry import build
from tests.connectors.desk import FakeDesk, got

EXACT, PREFIX = "https://exact.example.id/masuk", "https://app.example.id/cas/"
SERVICES = (EXACT, PREFIX, "https://port.example.id:8443/", "http://localhost:8080/")


@pytest.mark.parametrize(
    "service",
    [
        EXACT,
        PREFIX,
        PREFIX + "a/b.php?x=1&y[]=2&back=https%3A%2F%2Fevil.example",
        PREFIX + "nama%20berkas?q=%C3%A9",
        "https://port.example.id:8443/apa/saja",
        "http://localhost:8080/",
    ],
)
def test_a_registered_service_is_found(service: str) -> None:
    assert how_near(SERVICES, service)


@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example/",
        "https://evil.example/https://app.example.id/cas/",
        "https://app.example.id.evil.example/cas/",
        "https://app.example.id@evil.example/cas/",
        "https://app.example.id%40evil.example/cas/",
        "https://user@app.example.id/cas/",
        "https://user:pw@app.example.id/cas/",
        "https://evil.example\\@app.example.id/cas/",
        "https://evil.example#@app.example.id/cas/",
        "https://evil.example?@app.example.id/cas/",
        "https://app.example.id\\.evil.example/cas/",
        "https:/app.example.id/cas/",
        "https:app.example.id/cas/",
        "//app.example.id/cas/",
        "/cas/",
        "javascript://app.example.id/cas/%0aalert(1)",
        "http://app.example.id/cas/",
        "HTTPS://app.example.id/cas/",
        "https://APP.example.id/cas/",
        "https://app.example.id./cas/",
        "https://app.example.id:443/cas/",
        "https://app.example.id:8443/cas/",
        "https://app.example.id:/cas/",
        "https://app.example.id:443@evil.example/cas/",
        "https://port.example.id/apa",
        "https://port.example.id:84430/apa",
        "https://app.example.id/cas",
        "https://app.example.id/",
        "https://app.example.id/cassandra/",
        "https://app.example.id/CAS/",
        "https://app.example.id//cas/",
        "https://app.example.id/cas/../admin",
        "https://app.example.id/cas/..;/admin",
        "https://app.example.id/cas/;/../admin",
        "https://app.example.id/cas/a;jsessionid=1",
        "https://app.example.id/cas/..%3b/admin",
        "https://app.example.id/cas/%2e%2e/admin",
        "https://app.example.id/cas/%2E%2e%2fadmin",
        "https://app.example.id/cas/%252e%252e/admin",
        "https://app.example.id/cas/..%5cadmin",
        "https://app.example.id/cas/..\\admin",
        "https://app.example.id/cas/./a",
        "https://app.example.id/cas/a//b",
        "https://app.example.id/cas/a%00",
        "https://app.example.id/cas/a%0d%0aX:1",
        "https://app.example.id/cas/a\r\nSet-Cookie: a=b",
        "https://app.example.id/cas/a\n",
        "https://app.example.id/cas/a\t",
        "https://app.example.id/cas/a b",
        "https://app.example.id/cas/a%",
        "https://app.example.id/cas/a%zz",
        "https://app.example.id/cas/é",
        "https://app.example.id/cas/a#b",
        "https://app.example.id/cas/#",
        " https://app.example.id/cas/",
        "https://app.example.id/cas/?ticket=ST-1",
        "https://app.example.id/cas/?a=1&ticket=",
        "https://app.example.id/cas/?%74icket=ST-1",
        "https://app.example.id\u3002evil.example/cas/",
        "https://[::1]/cas/",
        EXACT + "/",
        EXACT + "?a=1",
        EXACT + "lain",
        PREFIX + "a" * MAX_SERVICE,
        "",
    ],
)
async def test_ca_01_no_other_address_gets_a_ticket(service: str) -> None:
    assert how_near(SERVICES, service) == 0
    kind, connector = Cas(), build(kind="cas", connector_id="a", application="a", settings={"services": list(SERVICES)})
    with pytest.raises(BadRequest):
        await kind.receive(got(kind.endpoints[0], ("service", service)), FakeDesk(known=(connector,)))


MARKS = (
    "https://",
    "http://",
    "//",
    "/",
    "\\",
    "@",
    ":",
    ":443",
    ".",
    "..",
    ";",
    "#",
    "?",
    "&",
    "=",
    "%",
    " ",
    "\n",
    "\t",
    "\x00",
    "é",
    "。",
)
WORDS = ("app.example.id", "evil.example", "cas", "/cas/", "admin", "ticket", "a", "1", "%2e", "%2f", "%5c", "%00", "%25", "%3b")
PIECES = st.sampled_from((*MARKS, *WORDS))
TAILS = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=20))


@given(head=st.sampled_from(["", "https://app.example.id", "https://app.example.id/cas", PREFIX]), tail=TAILS)
def test_ca_01_whatever_is_accepted_leads_below_the_prefix_however_it_is_read(head: str, tail: str) -> None:
    service = head + tail
    if not how_near((PREFIX,), service):
        return
    read = urlsplit(service)
    assert (read.scheme, read.netloc, read.fragment) == ("https", "app.example.id", "")
    assert service.isascii() and service.isprintable() and "\\" not in service
    path = service[len("https://app.example.id") :].partition("?")[0]
    for decoded in (path, unquote(path), unquote(unquote(path))):
        below = posixpath.normpath("/".join(part.partition(";")[0] for part in decoded.replace("\\", "/").split("/")))
        assert below == "/cas" or below.startswith("/cas/"), service
    assert [name for name, _ in parse_qsl(urlsplit(with_ticket(service, "ST-1")).query)].count("ticket") == 1


@given(tail=st.text(max_size=30))
def test_ca_01_an_exact_entry_matches_itself_alone(tail: str) -> None:
    assert bool(how_near((EXACT,), EXACT + tail)) is (tail == "")


@given(text=st.text(max_size=200))
def test_an_address_is_put_together_again_as_it_was(text: str) -> None:
    for whole in (text, PREFIX + text):
        found = address_of(whole)
        if found is not None:
            assert whole.startswith(found.origin + found.path)
            assert whole in (f"{found.origin}{found.path}", f"{found.origin}{found.path}?{found.query}")


async def test_the_nearest_entry_decides_and_two_equal_ones_nothing() -> None:
    kind = Cas()
    wide = build(kind="cas", connector_id="wide", application="a", settings={"services": ["https://app.example.id/"]})
    near = build(kind="cas", connector_id="near", application="b", settings={"services": [PREFIX]})
    itself = build(kind="cas", connector_id="itself", application="c", settings={"services": [PREFIX + "x"]})
    same = build(kind="cas", connector_id="same", application="d", settings={"services": [PREFIX]})

    async def entered(service: str, *known: object) -> str:
        found = await kind.receive(got(kind.endpoints[0], ("service", service)), FakeDesk(known=known))  # type: ignore[arg-type]
        assert isinstance(found, Entry)
        return found.connector.id

    assert await entered(PREFIX + "x", wide, near, itself) == "itself"
    assert await entered(PREFIX + "y", itself, near, wide) == "near"
    assert await entered("https://app.example.id/", itself, near, wide) == "wide"
    with pytest.raises(BadRequest):
        await entered(PREFIX + "y", wide, near, same)
