"""What is asked about a client before the rules: its sector document, and where the names lead that it wants us to call."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from idp.applications.registry import Registry
from idp.registration.errors import Unfit
from idp.registration.judging import MAX_BYTES, Judging
from kit.outbound import client as guarded
from tests.idp.registration.samples import CALLBACK, CLIENT, OFFERED, POLICY, snapshot

SECTOR = "https://rp.example/sector.json"
WITH_SECTOR = replace(CLIENT, sector_identifier_uri=SECTOR, sector="rp.example")


class Web:
    """A party's server and its names: it answers `status` and `content`, and counts what was asked of it."""

    def __init__(self, content: bytes = b"", status: int = 200, addresses: tuple[str, ...] = ("8.8.8.8",)) -> None:
        self.content, self.status, self.addresses = content, status, list(addresses)
        self.asked: list[str] = []
        self.named: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return httpx.Response(self.status, content=self.content, headers={"location": "https://10.0.0.1/"})

    async def find(self, host: str, port: int) -> list[str]:
        self.named.append(f"{host}:{port}")
        return self.addresses

    def judging(self) -> Judging:
        return Judging(Registry(snapshot()), OFFERED, httpx.AsyncClient(transport=httpx.MockTransport(self.answer)), self.find)


async def test_oidcc_registration_sector_uri_that_lists_every_redirect_uri_is_good() -> None:
    web = Web(f'["{CALLBACK}", "https://rp.example/two"]'.encode())
    await web.judging().judge(WITH_SECTOR, policy=POLICY)
    assert web.asked == [SECTOR]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'["https://rp.example/two"]', 200),  # oidcc-registration-sector-bad
        (b"[]", 200),
        (b'{"redirect_uris": ["https://rp.example/cb"]}', 200),
        (b"not json", 200),
        (b'["https://rp.example/cb"]', 302),
        (b'["https://rp.example/cb"]', 404),
        (b'["https://rp.example/cb", 1]', 200),
        (b'["https://rp.example/cb"]' + b" " * MAX_BYTES, 200),
    ],
)
async def test_oidcc_registration_sector_bad_is_refused(content: bytes, status: int) -> None:
    with pytest.raises(Unfit) as refused:
        await Web(content, status).judging().judge(WITH_SECTOR, policy=POLICY)
    assert refused.value.param == "sector_identifier_uri"


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::1",), ("fd00::1",), ("169.254.169.254",), ("fe80::1%eth0",)]
)
@pytest.mark.parametrize("param", ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri", "logo_uri"])
async def test_dc_03_a_name_that_leads_inside_is_refused_and_never_asked(addresses: tuple[str, ...], param: str) -> None:
    uri = "https://rebinding.example/x"
    good = Web(f'["{CALLBACK}"]'.encode())
    await good.judging().judge(replace(CLIENT, **{param: uri}), policy=POLICY)
    bad = Web(f'["{CALLBACK}"]'.encode(), addresses=addresses)
    with pytest.raises(Unfit) as refused:
        await bad.judging().judge(replace(CLIENT, **{param: uri}), policy=POLICY)
    assert refused.value.param == param
    assert bad.asked == [] and bad.named == ["rebinding.example:443"]


async def test_dc_03_an_address_that_is_inside_by_its_text_is_not_even_looked_up() -> None:
    web = Web()
    with pytest.raises(Unfit, match="jwks_uri"):
        await web.judging().judge(replace(CLIENT, jwks_uri="https://2130706433/jwks"), policy=POLICY)
    assert web.named == []


async def test_dc_03_an_address_that_the_deployment_allows_may_be_private() -> None:
    web = Web(addresses=("10.0.0.9",))
    await web.judging().judge(replace(CLIENT, jwks_uri="https://10.0.0.9:8443/jwks"), policy=POLICY)
    with pytest.raises(Unfit, match="jwks_uri"):
        await web.judging().judge(replace(CLIENT, jwks_uri="https://10.0.0.9:8444/jwks"), policy=POLICY)


@pytest.mark.parametrize("uri", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://localhost/"])
async def test_dc_03_what_passed_registration_is_judged_again_at_the_fetch(uri: str) -> None:
    async with guarded(seconds=2) as outbound:
        with pytest.raises(httpx.ConnectError, match="not public"):
            await outbound.get(uri)


async def test_a_name_without_address_may_be_registered_and_is_judged_when_it_is_fetched() -> None:
    await Web(addresses=()).judging().judge(replace(CLIENT, jwks_uri="https://rp.example/jwks"), policy=POLICY)
