"""A certificate authority of one test run, and what it issues. Nothing of it is kept."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from idp.proofs.certificate import Certificate
from tests.idp.samples import NOW

CLIENT_AUTH, SERVER_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Kabupaten Trenggalek"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def shown(self) -> Certificate:
        return Certificate(self.certificate.public_bytes(Encoding.DER))

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def make(
    common_name: str,
    issuer: Pair | None,
    *,
    ca: bool = False,
    days: tuple[int, int] = (-1, 30),
    uses: Sequence[x509.ObjectIdentifier] = (CLIENT_AUTH,),
    names: Sequence[x509.GeneralName] = (),
    now: int = NOW,
) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(issuer.certificate.subject if issuer else name(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment + datetime.timedelta(days=days[0]))
        .not_valid_after(moment + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, SHA256()), key)


CA = make("Otoritas Uji", None, ca=True, uses=())
ANOTHER_CA = make("Otoritas Uji", None, ca=True, uses=())  # of the same name


def issued(common_name: str = "rp-a", issuer: Pair = CA, **changes: object) -> Pair:
    return make(common_name, issuer, **changes)  # type: ignore[arg-type] # as the test says


def self_signed(common_name: str = "rp-a") -> Pair:
    return make(common_name, None)
