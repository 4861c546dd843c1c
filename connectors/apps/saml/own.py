"""The key with which Gapura signs for service providers, and the certificate that carries it in the metadata."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

KEY_BITS = 2048  # a third of the work of 3072 bits: a regency signs on in the same hour of the morning
YEARS = 5  # before the end of 2031; rotation is a matter of one command, a forgotten key one of years


def make_signing(issuer: str, now: int) -> str:
    """Return a new RSA key and its self-signed certificate, as one text of two PEM blocks."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"SAML {urlsplit(issuer).hostname or 'gapura'}"[:64])])
    start = datetime.fromtimestamp(now, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(days=1))  # clocks of older systems run slow
        .not_valid_after(start + timedelta(days=365 * YEARS))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return (private + certificate.public_bytes(pem)).decode()
