"""TLS of the directory: 1.2 at least, our certificate, nobody asked for his."""

from __future__ import annotations

import ssl

from hub.settings import LdapSettings, SettingsError


def context(settings: LdapSettings) -> ssl.SSLContext:
    """Return what we answer TLS with; raise SettingsError. Without a certificate nothing is served: nothing is in the clear (LD-08)."""
    if not settings.tls_certificate or not settings.tls_key:
        raise SettingsError("ldap.tls_certificate: set it and ldap.tls_key; the directory answers nothing without TLS")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(f"ldap.tls_certificate: {settings.tls_certificate} and ldap.tls_key do not fit or cannot be read") from error
    return made
