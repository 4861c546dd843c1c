"""Where certificates of clients come from in this deployment, and who vouches for them."""

from __future__ import annotations

from pathlib import Path

from hub.settings import ServerSettings, SettingsError
from idp.proofs.certificate import Authorities, ClientCertificates
from kit.web.address import networks


def client_certificates(server: ServerSettings) -> ClientCertificates:
    """Return it; raise SettingsError when the authorities cannot be read."""
    try:
        pem = Path(server.tls_client_ca).read_bytes() if server.tls_client_ca else b""
        authorities = Authorities.of_pem(pem)
    except (OSError, ValueError) as error:
        raise SettingsError(f"server.tls_client_ca: {server.tls_client_ca} holds no certificates that can be read") from error
    proxies = networks(server.trusted_proxies)
    return ClientCertificates(server.client_cert_header, proxies, authorities, bool(server.tls_certificate and pem), server.mtls_base_url)
