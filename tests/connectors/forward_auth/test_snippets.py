"""What the console tells a technician to put into the proxy is what the docs page shows, and what tests/peers runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.apps.forward_auth.apache import SITE_FILE
from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.forward_auth.settings import ForwardAuthSettings
from connectors.apps.forward_auth.snippets import INSIDE

PAGE = Path(__file__).parents[3] / "docs/connectors/forward_auth.md"
SETTINGS = {
    "base_url": "https://daftar-rsud.example.id",
    "headers": [{"claim": "nik", "field": "X-Pasien-Nik"}, {"claim": "name", "field": "X-Pasien-Nama"}],
    "strip": ["X-Pasien-Id"],
}


def configuration(issuer: str = "https://gapura.example.id", **changes: object) -> str:
    return ForwardAuth().proxy_configuration(ForwardAuthSettings.model_validate({**SETTINGS, **changes}), issuer)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_docs_page_shows_exactly_this() -> None:
    block = re.search(r"```nginx\n(upstream .*?\n\}\n)\nserver \{\n(.*?)\n\}\n```", PAGE.read_text(), re.S)
    assert block is not None
    outside, _, inside = configuration().partition(INSIDE)
    assert [line.partition("   #")[0] for line in lines(block[1])] == lines(outside)[1:], "after the comment that says where"
    assert lines(block[2])[2:] == lines(inside), "after listen and server_name"


@pytest.mark.parametrize(
    ("issuer", "server"),
    [
        ("https://gapura.example.id", "gapura.example.id:443"),
        ("https://hub.example.id:8443", "hub.example.id:8443"),
        ("http://hub.local", "hub.local:80"),
    ],
)
def test_the_checks_travel_on_connections_that_stay(issuer: str, server: str) -> None:
    text = configuration(issuer)
    assert f"server {server};" in text and "keepalive" in text
    assert f"proxy_set_header Host {issuer.partition('//')[2]};" in text, "the name of the upstream block is nobody's host"
    assert ("proxy_ssl_name" in text) == issuer.startswith("https:"), "the certificate is that of the hub, not of the block"


def test_every_header_the_gate_may_set_is_replaced_so_that_a_clients_own_never_passes() -> None:
    text = configuration(subject_header="X-Orang", proof_header="X-Bukti")
    for name in ("X-Pasien-Nik", "X-Pasien-Nama", "X-Orang", "X-Bukti", "X-Pasien-Id", "X-Gapura-Host", "X-Gapura-Method", "X-Gapura-Uri"):
        assert len(re.findall(rf"proxy_set_header {name} ", text.partition("@gapura_masuk {")[0])) == 1, name
    assert 'proxy_set_header X-Pasien-Id "";' in text


def test_the_certificate_of_the_hub_is_checked_when_it_has_one() -> None:
    assert configuration().count("proxy_ssl_verify on;") == 2
    assert "proxy_ssl" not in configuration("http://localhost:8000")


@pytest.mark.parametrize(("proxy", "languages"), [("apache", ("lua", "apache")), ("caddy", ("caddyfile",)), ("traefik", ("yaml",))])
def test_the_docs_page_shows_the_other_proxies_exactly_too(proxy: str, languages: tuple[str, ...]) -> None:
    shown = [re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.S) for language in languages]
    assert [len(blocks) for blocks in shown] == [1] * len(languages)
    said = [one for one in lines(configuration(proxy=proxy)) if one != f"# {SITE_FILE}"]
    assert lines("".join(blocks[0] for blocks in shown)) == said


@pytest.mark.parametrize("proxy", ["caddy", "traefik"])
def test_fa_01_every_spelling_of_a_name_is_taken_away_where_the_proxy_must_be_told_each(proxy: str) -> None:
    text = configuration(proxy=proxy)
    for spelled in ("X-Pasien-Id", "X_Pasien-Id", "X-Pasien_Id", "X_Pasien_Id", "X_Pasien_Nik", "X-Pasien-Nik"):
        assert re.search(rf'(request_header -{spelled}$)|( {spelled}: ""$)', text, re.M), spelled


def test_a_name_with_too_many_spellings_is_refused_with_its_reason() -> None:
    with pytest.raises(ValidationError, match="hyphens"):
        configuration(proxy="caddy", strip=["X-A-B-C-D-E"])
    assert "X-A-B-C-D-E" in configuration(proxy="nginx", strip=["X-A-B-C-D-E"]), "nginx drops names with underscores by itself"


def test_the_certificate_of_the_hub_is_checked_by_apache() -> None:
    assert configuration(proxy="apache").count("SSLProxyVerify require") == 2
    assert "SSLProxyEngine" not in configuration("http://localhost:8000", proxy="apache")
