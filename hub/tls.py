"""TLS without a proxy, and the client's certificate handed on as ASGI's TLS extension does. RFC 8705.

A certificate is asked for, never required, and only where there are authorities to ask with: browsers have none and notice nothing. One
that no authority issued ends the handshake; self-signed ones need a proxy that lets them pass.
"""

from __future__ import annotations

import asyncio
import ssl

from hub.connections import PatientProtocol
from hub.settings import ServerSettings, SettingsError


class TlsProtocol(PatientProtocol):
    """Puts the peer's certificate, as PEM, into the scope of each request of the connection."""

    chain: list[str]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn narrows it
        super().connection_made(transport)
        link = transport.get_extra_info("ssl_object")
        der = link.getpeercert(binary_form=True) if link is not None else None
        self.chain = [ssl.DER_cert_to_PEM_cert(der)] if der else []

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"tls": {"client_cert_chain": self.chain}}


def context(server: ServerSettings) -> ssl.SSLContext:
    """Return what we answer TLS with; raise SettingsError when a file cannot be used."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(server.tls_certificate, server.tls_key)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(f"server.tls_certificate: {server.tls_certificate} and server.tls_key do not fit or cannot be read") from error
    if server.tls_client_ca:
        made.verify_mode = ssl.CERT_OPTIONAL
        try:
            made.load_verify_locations(server.tls_client_ca)
        except OSError as error:
            raise SettingsError(f"server.tls_client_ca: {server.tls_client_ca} holds no certificates that can be read") from error
    return made
