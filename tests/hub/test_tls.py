"""Settings about TLS, certificates of clients and outbound calls: half-way ones are refused, with the name of what to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.certificates import client_certificates
from hub.outbound import outbound
from hub.settings import OutboundSettings, ServerSettings, SettingsError
from hub.tls import context
from tests.idp.proofs.authority import CA, SERVER_AUTH, issued
from tests.site import settings_for


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a server's certificate and key, an authority, another key, and a file that is none of these."""
    server = issued("localhost", uses=(SERVER_AUTH,))
    for name, text in {"server.pem": server.pem, "server.key": server.key_pem, "ca.pem": CA.pem, "other.key": CA.key_pem, "x": "x"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"server.tls_certificate": "a.pem"}, "server.tls_certificate"),
        ({"server.tls_key": "a.key"}, "server.tls_certificate"),
        ({"server.client_cert_header": "Client-Cert"}, "server.client_cert_header"),
        ({"server.mtls_base_url": "http://mtls.example"}, "server.mtls_base_url"),
        ({"server.mtls_base_url": "https://mtls.example/"}, "server.mtls_base_url"),
        ({"server.mtls_base_url": "https://mtls.example?x"}, "server.mtls_base_url"),
    ],
)
def test_half_of_it_is_refused(tmp_path: Path, values: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{named}: "):
        settings_for(tmp_path, **values)


def test_the_whole_of_it_is_accepted(tmp_path: Path) -> None:
    whole = {"server.tls_certificate": "a.pem", "server.tls_key": "a.key", "server.mtls_base_url": "https://mtls.example"}
    header = {"server.client_cert_header": "Client-Cert", "server.trusted_proxies": ["127.0.0.1/32"]}
    assert settings_for(tmp_path, **whole, **header).server.tls_key == "a.key"


def test_files_that_fit_are_used_and_others_are_named(files: Path) -> None:
    def server(**names: str) -> ServerSettings:
        return ServerSettings(**{name: str(files / value) for name, value in names.items()})

    right = {"tls_certificate": "server.pem", "tls_key": "server.key"}
    assert not context(server(**right)).verify_mode
    assert context(server(**right, tls_client_ca="ca.pem")).get_ca_certs()
    for wrong in ({"tls_key": "other.key"}, {"tls_certificate": "x"}, {"tls_certificate": "none.pem"}):
        with pytest.raises(SettingsError, match=r"^server.tls_certificate: "):
            context(server(**{**right, **wrong}))
    for name in ("x", "none.pem"):
        with pytest.raises(SettingsError, match=r"^server.tls_client_ca: "):
            context(server(**right, tls_client_ca=name))
        with pytest.raises(SettingsError, match=r"^server.tls_client_ca: "):
            client_certificates(server(tls_client_ca=name))


def test_where_certificates_come_from(files: Path) -> None:
    server = ServerSettings(tls_client_ca=str(files / "ca.pem"))
    assert not client_certificates(server).offered, "authorities alone bring no certificate"
    behind = server.model_copy(update={"client_cert_header": "Client-Cert", "trusted_proxies": ("127.0.0.1/32",)})
    found = client_certificates(behind)
    assert (found.offered, found.issued_ones, found.self_signed_ones) == (True, True, True)
    direct = server.model_copy(update={"tls_certificate": "server.pem"})
    found = client_certificates(direct)
    assert (found.offered, found.issued_ones, found.self_signed_ones) == (True, True, False)


async def test_authorities_of_outbound_calls_are_read_before_the_first_request(files: Path) -> None:
    await outbound(OutboundSettings(ca_file=str(files / "ca.pem"))).aclose()
    for name in ("x", "none.pem"):
        with pytest.raises(SettingsError, match=r"^outbound.ca_file: "):
            outbound(OutboundSettings(ca_file=str(files / name)))
