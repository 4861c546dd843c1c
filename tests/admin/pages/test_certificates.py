"""Certificates among the settings are shown with the day they end, on the connector's page and on the list. SK-7."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pydantic import BaseModel

from admin.operator import LOCAL
from admin.pages.certificates import certificates_in
from connectors.builtin import KINDS
from tests.admin.pages.wizard_walk import technician
from tests.site import NOW, Site

DAY = 86_400


def certificate(name: str, days: int) -> str:
    """Return a certificate as base64 that ends so many days after the tests' time."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = datetime.fromtimestamp(NOW + days * DAY, UTC)
    built = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(ends - timedelta(days=800)).not_valid_after(ends)
    return base64.b64encode(built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).decode()


def settings(*certificates: str) -> BaseModel:
    acs = [{"url": "https://sp.example.id/acs"}]
    plain = {"entity_id": "https://sp.example.id", "acs": acs, "signing_certificates": list(certificates)}
    return KINDS["saml"].settings_model.model_validate(plain)


def test_the_one_that_ends_first_stands_first_and_other_texts_are_none() -> None:
    found = certificates_in(settings(certificate("lama", 400), certificate("baru", 10)))
    assert [(one.subject, one.field) for one in found] == [("CN=baru", "signing_certificates"), ("CN=lama", "signing_certificates")]
    assert [one.ends for one in found] == [NOW + 10 * DAY, NOW + 400 * DAY]

    class Odd(BaseModel):
        note: str = "MI" + "A" * 400
        list_of: tuple[str, ...] = ("bukan sertifikat",)

    assert certificates_in(Odd()) == []


async def test_the_list_and_the_page_of_keys_tell_when_they_end(site: Site) -> None:
    one = await technician(site)
    lifecycle = site.house.admin.actions.lifecycle
    begun = await lifecycle.begin(LOCAL, kind="saml")
    purposes = [{"title": {"id": "Menandatangani surat"}, "basis": "consent", "required": True, "claims": ["name"]}]
    kept = await lifecycle.save(
        LOCAL,
        begun.id,
        {
            "id": "surat-lama",
            "application": "surat-lama",
            "agency": "DINKES",
            "purpose": {"id": "Surat dinas"},
            "contact": "Sekretariat, (0355) 791 000",
            "classification": "restricted",
            "register": {"name": {"id": "Surat Lama"}, "notice": {"purposes": purposes}},
            "settings": settings(certificate("surat.example.id", 10), certificate("lewat.example.id", -3)).model_dump(mode="json"),
        },
        based_on=begun.version,
    )
    await lifecycle.publish(LOCAL, kept.id, based_on=kept.version, reason="Pemasangan pertama")
    page = (await one.browser.go("/admin/konektor/surat-lama/kunci")).text
    assert re.search(r'tag-bad">Berakhir 21 November 2026', page) and re.search(r'tag-warn">4 Desember 2026', page)
    assert "CN=surat.example.id" in page and "CN=lewat.example.id" in page
    assert re.search(r'tag-bad">21 November 2026', (await one.browser.go("/admin/konektor")).text)
