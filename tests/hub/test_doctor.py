"""What `gapura doctor` says about Redis, older applications that others could reach, and clients with an exemption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from admin.actions.drafts import RegistrationDraft
from admin.operator import LOCAL
from hub.doctor import Finding, examine
from hub.settings import Settings
from idp.applications.models import ConnectorRow
from tests.idp.proofs.authority import CA
from tests.servers import start_redis
from tests.site import Site, register, test_client

SAFE = ["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "noeviction"]
ROW: dict[str, Any] = {"base_url": "https://lama.example.id", "headers": [{"claim": "nik", "field": "X-Nik", "transform": "none"}]}


def with_redis(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"storage": settings.storage.model_copy(update={"expiring_url": url})})


async def about(settings: Settings, check: str) -> list[Finding]:
    return [finding for finding in await examine(settings) if finding.check == check]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (SAFE, []),
        (["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"], ["maxmemory-policy noeviction"]),
        (["--maxmemory", "0"], ["appendonly yes"]),
        (["--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl"], ["maxmemory-policy noeviction", "appendonly yes"]),
    ],
    ids=["safe", "evicts", "forgets", "both"],
)
async def test_a_redis_that_would_bring_back_what_was_ended_is_a_problem_with_its_fix(
    site: Site, options: list[str], named: list[str]
) -> None:
    process, url = start_redis(*options)
    found = await about(with_redis(site.resources.settings, url), "redis")
    assert [finding.level for finding in found] == (["problem"] * len(named) or ["ok"])
    for finding, words in zip(found, named, strict=False):
        assert f"CONFIG SET {words}" in finding.fix
    process.terminate()
    process.wait(10)


async def test_without_redis_nothing_is_said_about_one(site: Site) -> None:
    assert await about(site.resources.settings, "redis") == []


async def test_a_redis_that_is_not_there_is_a_problem_and_not_a_crash(site: Site) -> None:
    (found,) = await about(with_redis(site.resources.settings, "redis://127.0.0.1:1"), "expiring store")
    assert (found.level, found.fix) == ("problem", "start Redis or check storage.expiring_url")


@pytest.mark.parametrize(
    ("settings", "level", "words"),
    [
        ({"upstream": "http://8.8.8.8:8081"}, "problem", "public"),
        ({"upstream": "http://[2001:4860:4860::8888]:8081"}, "problem", "public"),
        ({"upstream": "http://127.0.0.1:8081"}, "ok", "not public"),
        ({"upstream": "http://localhost:8081"}, "ok", "not public"),
        ({"upstream": "http://[::1]:8081"}, "ok", "not public"),
        ({"upstream": "http://10.20.0.7"}, "ok", "not public"),
        ({"upstream": "http://lama.invalid:8081"}, "note", "no address"),
        ({}, "note", "not said"),
        ({"upstream": "http://8.8.8.8:8081", "proof_header": "X-Bukti"}, "ok", "signed"),
    ],
)
async def test_fa_10_an_application_that_can_be_reached_past_the_gate_is_named(
    site: Site, settings: dict[str, str], level: str, words: str
) -> None:
    await site.resources.stores.registry.save_connector(ConnectorRow("lama", "rsud-daftar", "forward_auth", {**ROW, **settings}))
    (found,) = await about(site.resources.settings, "gate lama")
    assert (found.level, words in found.text) == (level, True)
    assert (found.level == "ok") or "proof_header" in found.fix


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, "note", "may leave PKCE out"),
        ({"auth_method": "none", "secrets": ()}, "problem", "pkce_optional is not for a public client"),
        ({"profile": "fapi2_security"}, "problem", "pkce_optional is not for the profile fapi2_security"),
    ],
    ids=["confidential", "public", "FAPI"],
)
async def test_az_22_every_exemption_from_pkce_is_listed(site: Site, changes: dict[str, Any], level: str, words: str) -> None:
    await register(site, test_client(client_id="rp-plain"))
    assert await about(site.resources.settings, "client rp-plain") == []
    await register(site, test_client(client_id="rp-plain", pkce_optional=True, **changes))
    (found,) = await about(site.resources.settings, "client rp-plain")
    assert (found.level, found.text) == (level, words)
    assert "pkce_optional" in found.fix


async def test_dc_01_registration_that_stands_open_is_listed(site: Site) -> None:
    assert await about(site.resources.settings, "registration") == []
    actions = site.house.admin.actions.registrations
    draft = RegistrationDraft(title="Uji", application="usaha-kecil", redirect_hosts=("rp.example",), quota=3, days=90, pkce_optional=True)
    token, _ = await actions.create(LOCAL, draft)
    (found,) = await about(site.resources.settings, f"registration {token.prefix}")
    assert (found.level, found.text) == ("note", "open for 3 more clients, which may leave PKCE out")
    await actions.revoke(LOCAL, token.id, reason="Uji coba selesai")
    assert await about(site.resources.settings, f"registration {token.prefix}") == []


async def test_fa_10_a_connector_that_is_off_is_not_looked_at(site: Site) -> None:
    row = ConnectorRow("lama", "rsud-daftar", "forward_auth", {**ROW, "upstream": "http://8.8.8.8"}, enabled=False)
    await site.resources.stores.registry.save_connector(row)
    assert await about(site.resources.settings, "gate lama") == []


async def test_a_client_whose_certificate_cannot_reach_us_is_a_problem(site: Site, tmp_path: Path) -> None:
    await register(site, test_client(client_id="rp-tls", auth_method="tls_client_auth", tls_subject="CN=a"))
    await register(site, test_client(client_id="rp-own", auth_method="self_signed_tls_client_auth"))
    here = site.resources.settings
    for client_id in ("rp-tls", "rp-own"):
        (found,) = await about(here, f"client {client_id}")
        assert (found.level, "cannot be used here" in found.text, "server.client_cert_header" in found.fix) == ("problem", True, True)
    (tmp_path / "ca.pem").write_text(CA.pem)
    behind = {"client_cert_header": "Client-Cert", "trusted_proxies": ("127.0.0.1/32",), "tls_client_ca": str(tmp_path / "ca.pem")}
    there = here.model_copy(update={"server": here.server.model_copy(update=behind)})
    assert await about(there, "client rp-tls") == await about(there, "client rp-own") == []
