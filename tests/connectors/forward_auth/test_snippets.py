"""What the console tells a technician to put into the proxy is what the docs page shows, and what tests/peers runs."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.forward_auth.settings import ForwardAuthSettings

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
    block = re.search(r"```nginx\nserver \{\n(.*?)\n\}\n```", PAGE.read_text(), re.S)
    assert block is not None
    assert lines(block[1])[2:] == lines(configuration()), "after listen and server_name"


def test_every_header_the_gate_may_set_is_replaced_so_that_a_clients_own_never_passes() -> None:
    text = configuration(subject_header="X-Orang", proof_header="X-Bukti")
    for name in ("X-Pasien-Nik", "X-Pasien-Nama", "X-Orang", "X-Bukti", "X-Pasien-Id", "X-Gapura-Host", "X-Gapura-Method", "X-Gapura-Uri"):
        assert len(re.findall(rf"proxy_set_header {name} ", text.partition("@gapura_masuk {")[0])) == 1, name
    assert 'proxy_set_header X-Pasien-Id "";' in text


def test_the_certificate_of_the_hub_is_checked_when_it_has_one() -> None:
    assert configuration().count("proxy_ssl_verify on;") == 2
    assert "proxy_ssl" not in configuration("http://localhost:8000")


def test_other_proxies_are_on_the_docs_page_only() -> None:
    assert configuration(proxy="caddy") == ""
