"""The client certificate of a request, from where it may be believed: our own TLS, or a header of a trusted proxy. RFC 8705, RFC 9440.

A header of that name from anybody else is not looked at (TK-31). Whether a chain leads to an authority of the regency is judged here, not
by the proxy, so that one that lets every certificate pass opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import unquote

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID
from starlette.requests import Request

from idp.errors import InvalidRequest
from kit.secrets import b64url
from kit.web.address import Network, is_in

log = structlog.get_logger("idp")

MAX_CERTIFICATE = 16 * 1024
# what the library raises when a part of a certificate, read only when it is asked for, turns out to be broken
UNREADABLE = (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)


@dataclass(frozen=True)
class Certificate:
    """A certificate whose owner proved to hold its key in the TLS handshake."""

    der: bytes

    @cached_property
    def parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @cached_property
    def thumbprint(self) -> str:
        """`x5t#S256`. RFC 8705 §3.1."""
        return b64url(hashlib.sha256(self.der).digest())

    @cached_property
    def subject(self) -> str:
        """The subject's distinguished name, RFC 4514; empty when it cannot be read."""
        try:
            return self.parsed.subject.rfc4514_string()
        except UNREADABLE:
            return ""

    @cached_property
    def alternative_names(self) -> frozenset[str]:
        """`dns:…`, `uri:…`, `ip:…`, `email:…`. RFC 8705 §2.1.2."""
        try:
            names = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (x509.ExtensionNotFound, *UNREADABLE):
            return frozenset()
        found = {
            "dns": names.get_values_for_type(x509.DNSName),
            "uri": names.get_values_for_type(x509.UniformResourceIdentifier),
            "ip": [str(address) for address in names.get_values_for_type(x509.IPAddress)],
            "email": names.get_values_for_type(x509.RFC822Name),
        }
        return frozenset(f"{kind}:{value}" for kind, values in found.items() for value in values)


def load(text: str) -> Certificate:
    """Return the certificate of a header: RFC 9440 §2.1 (`:base64:`), or PEM, escaped as nginx does. Raise ValueError."""
    if len(text) > MAX_CERTIFICATE:
        raise ValueError("too long")
    if text.startswith(":") and text.endswith(":") and len(text) > 2:
        der = base64.b64decode(text[1:-1], validate=True)
    else:
        pem = unquote(text)
        if not pem.startswith("-----BEGIN CERTIFICATE-----"):
            raise ValueError("neither RFC 9440 nor PEM")
        body = pem.removeprefix("-----BEGIN CERTIFICATE-----").partition("-----END CERTIFICATE-----")[0]
        der = base64.b64decode("".join(body.split()), validate=True)
    found = Certificate(der)
    found.parsed  # noqa: B018 -- raises ValueError when it is no certificate
    return found


@dataclass(frozen=True)
class Authorities:
    """The authorities whose word on a subject counts: `server.tls_client_ca`."""

    certificates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def of_pem(cls, pem: bytes) -> Authorities:
        return cls(tuple(x509.load_pem_x509_certificates(pem)) if pem else ())

    def vouch_for(self, certificate: Certificate, now: int) -> bool:
        """True when one of them, itself good now, issued this certificate, which is good now and meant for clients. RFC 5280 §6."""
        leaf, moment = certificate.parsed, datetime.fromtimestamp(now, UTC)
        if not _is_in_time(leaf, moment) or not _is_for_clients(leaf):
            return False
        return any(_is_in_time(issuer, moment) and _may_issue(issuer) and _issued(issuer, leaf) for issuer in self.certificates)


def _is_in_time(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False


def _is_for_clients(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except UNREADABLE:
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in uses


def _issued(issuer: x509.Certificate, leaf: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


@dataclass(frozen=True)
class ClientCertificates:
    """`header` is the name of the header in which trusted proxies hand on a certificate; empty: none is read."""

    header: str = ""
    trusted: Sequence[Network] = ()
    authorities: Authorities = Authorities()
    direct: bool = False  # our own TLS asks for certificates
    base: str = ""  # another address than the issuer's, where they are asked for

    @property
    def self_signed_ones(self) -> bool:
        """True when a certificate that nobody issued can reach us: our own TLS lets none pass."""
        return bool(self.header and self.trusted)

    @property
    def offered(self) -> bool:
        """True when a certificate can reach us at all."""
        return self.direct or self.self_signed_ones

    @property
    def issued_ones(self) -> bool:
        return self.offered and bool(self.authorities.certificates)

    def of(self, request: Request) -> Certificate | None:
        """Return the certificate of this request, or None. Raise InvalidRequest for one that cannot be read."""
        if self.header and is_in(request.client.host if request.client else "", self.trusted):
            values = [value for value in request.headers.getlist(self.header) if value]
        else:
            values = list(request.scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ()))[:1]
        if not values:
            return None
        try:
            if len(values) > 1:
                raise ValueError("more than one")
            return load(values[0])
        except ValueError as error:
            log.warning("client_certificate_unreadable", reason=type(error).__name__)
            raise InvalidRequest("the client certificate cannot be read") from error
