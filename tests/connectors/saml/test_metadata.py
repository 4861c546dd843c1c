"""A service provider's metadata is reduced to settings once, or refused with what is wrong; certificates that end are named."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from admin.pages.connector_form import read_settings
from admin.pages.fields import Values, flat
from connectors.apps.saml import own, signing
from connectors.apps.saml.message import written
from connectors.apps.saml.metadata import import_metadata
from connectors.apps.saml.settings import SamlSettings, certificate_warnings
from connectors.contract import Secret
from connectors.errors import BadSettings
from connectors.front_door import Received
from tests.connectors.desk import NOW
from tests.connectors.saml.party import ACS, ENTITY, NS, SAML, connector, desk, keys, settings

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = POST.replace("POST", "Redirect")


def key(owner: str, use: str = "", method: str = "") -> str:
    body = keys(owner)[1].replace("-----BEGIN CERTIFICATE-----", "").replace("-----END CERTIFICATE-----", "")
    listed = f'<md:EncryptionMethod Algorithm="{method}"/>' if method else ""
    use = f' use="{use}"' if use else ""
    info = f'<ds:KeyInfo xmlns:ds="{NS["ds"]}"><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>'
    return f"<md:KeyDescriptor{use}>{info}{listed}</md:KeyDescriptor>"


def metadata(inside: str = "", head: str = "", role: str = ' AuthnRequestsSigned="true"', root: str = "") -> bytes:
    inside = inside or key("sp")
    return (
        f'{head}<md:EntityDescriptor xmlns:md="{NS["md"]}" entityID="{ENTITY}"{root}>\n<!-- made by hand -->'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}"{role}>{inside}'
        f'<md:SingleLogoutService Binding="{REDIRECT}" Location="https://eoffice.example.id/saml/slo" '
        f'ResponseLocation="https://eoffice.example.id/saml/slo2"/>'
        f'<md:AssertionConsumerService Binding="{POST.replace("HTTP-POST", "PAOS")}" Location="https://eoffice.example.id/paos" index="9"/>'
        f'<md:AssertionConsumerService Binding="{POST}" Location="https://eoffice.example.id/saml/acs2" index="2"/>'
        f'<md:AssertionConsumerService Binding="{POST}" Location="{ACS}" index="1" isDefault="true"/>'
        f"</md:SPSSODescriptor></md:EntityDescriptor>"
    ).encode()


def test_metadata_becomes_settings() -> None:
    found = import_metadata(metadata(head='<?xml version="1.0" encoding="UTF-8"?>\n'), NOW)
    assert (found.entity_id, found.requests_signed, found.encryption_certificate) == (ENTITY, True, "")
    assert found.default_acs.url == ACS and [one.index for one in found.acs] == [2, 1]
    assert found.slo[0].model_dump() == {
        "url": "https://eoffice.example.id/saml/slo",
        "binding": "redirect",
        "response_url": "https://eoffice.example.id/saml/slo2",
    }
    assert SamlSettings.model_validate(found.model_dump()) == found


def test_sm_10_a_key_without_a_use_is_for_signatures_and_they_are_demanded() -> None:
    assert len(import_metadata(metadata(key("sp") + key("other", "encryption")), NOW).signing_certificates) == 1
    with pytest.raises(BadSettings, match="requests_signed"):
        import_metadata(metadata(key("other", "encryption")), NOW)


@pytest.mark.parametrize(
    ("method", "transport"),
    [
        ("", "rsa-oaep-mgf1p"),
        ("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "rsa-oaep-mgf1p"),
        ("http://www.w3.org/2009/xmlenc11#rsa-oaep", "rsa-oaep-sha256"),
        ("http://www.w3.org/2001/04/xmlenc#rsa-1_5", "rsa-oaep-mgf1p"),
    ],
)
def test_sm_11_encryption_is_oaep_whatever_is_listed(method: str, transport: str) -> None:
    found = import_metadata(metadata(key("sp", "signing") + key("other", "encryption", method)), NOW)
    assert (bool(found.encryption_certificate), found.key_transport) == (True, transport)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (metadata(root=f' validUntil="{written(NOW)}"'), "validUntil"),
        (metadata(role=f' validUntil="{written(NOW - 1)}"'), "validUntil"),
        (metadata(head="<!DOCTYPE x>"), "DOCTYPE"),
        (metadata(head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "DOCTYPE"),
        (metadata(inside=key("sp") + "<!--" + "x" * 300_000 + "-->"), "too long"),
        (metadata().replace(b"SPSSODescriptor", b"IDPSSODescriptor"), "SPSSODescriptor"),
        (metadata().replace(NS["samlp"].encode(), b"urn:oasis:names:tc:SAML:1.1:protocol"), "SAML 2.0"),
        (metadata().replace(ACS.encode(), b"http://eoffice.example.id/acs"), "https"),
        (metadata().replace(ACS.encode(), b"javascript:alert(1)"), "https"),
        (metadata().replace(b"<ds:X509Certificate>", b"<ds:X509Certificate>AAAA"), "certificate"),
        (metadata().replace(b"HTTP-POST", b"HTTP-Artifact"), "at least 1"),
        (b"selamat pagi", "well formed"),
        (b"", "empty"),
    ],
)
def test_metadata_that_cannot_be_used_is_refused_with_the_reason(raw: bytes, why: str) -> None:
    with pytest.raises(BadSettings, match=why):
        import_metadata(raw, NOW)


def test_a_list_of_one_service_provider_is_taken_and_of_two_refused() -> None:
    one = metadata().decode()
    both = f'<md:EntitiesDescriptor xmlns:md="{NS["md"]}">{one}{{}}</md:EntitiesDescriptor>'
    assert import_metadata(both.format("").encode(), NOW).entity_id == ENTITY
    with pytest.raises(BadSettings, match="exactly one"):
        import_metadata(both.format(one).encode(), NOW)


async def test_our_metadata_is_signed_once_for_a_set_of_keys_and_not_for_each_who_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    signed: list[str] = []
    sign = signing.sign_enveloped
    monkeypatch.setattr(signing, "sign_enveloped", lambda text, key: signed.append(text) or sign(text, key))  # type: ignore[func-returns-value] # None, then the text
    at, asked = desk(), Received("metadata", "GET", "/saml/metadata")
    at.issuer = "https://sekali.example.id"
    first = await SAML.receive(asked, at)
    assert [await SAML.receive(asked, at) for _ in range(20)] == [first] * 20 and len(signed) == 1
    at.own = {"signing": (Secret(SAML.make_own("signing", at.issuer, NOW)), *at.own["signing"])}
    assert await SAML.receive(asked, at) != first and len(signed) == 2


def test_the_form_of_the_console_reads_back_what_it_shows() -> None:
    rows = [{"claim": "unit_code", "field": "urn:oid:2.5.4.11", "codes": "SETDA=EO-01, DINKES=EO-05"}]
    kept = SamlSettings.model_validate(settings(attributes=rows, sign_response=True, requests_signed=False))
    posted = Values(flat({"settings": kept.model_dump(mode="json")}))
    assert SamlSettings.model_validate(read_settings(SamlSettings, posted, "settings")) == kept


def test_certificates_that_a_form_split_into_lines_are_put_together() -> None:
    lines = [*keys("sp")[1].splitlines(), "", *keys("other")[1].splitlines()]
    assert len(connector(signing_certificates=lines).settings.signing_certificates) == 2  # type: ignore[attr-defined] # the kind's own model


def test_certificates_that_end_within_thirty_days_are_named() -> None:
    kept = SamlSettings.model_validate(settings(encryption_certificate=keys("other")[1]))
    assert certificate_warnings(kept, NOW) == []
    late = NOW + 365 * 5 * 86_400 - 86_400
    assert certificate_warnings(kept, late) == [("signing_certificates.0", late + 86_400), ("encryption_certificate", late + 86_400)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entity_id": "e-office"}, "entity_id"),
        ({"acs": []}, "acs"),
        ({"acs": [{"url": "https://x.example/#a"}]}, "acs.0.url"),
        ({"acs": [{"url": "https://a@x.example/"}]}, "acs.0.url"),
        ({"acs": [{"url": "https://x.example/a", "binding": "redirect"}]}, "acs.0.binding"),
        ({"signing_certificates": ["bukan sertifikat"]}, "signing_certificates"),
        ({"signing_certificates": []}, "settings"),
        ({"encryption_certificate": "x"}, "encryption_certificate"),
        ({"attributes": [{"claim": "name", "field": "urn:oid:<2>"}]}, "attributes.0.field"),
        ({"attributes": [{"claim": "name", "field": "a", "codes": "SETDA"}]}, "attributes.0.codes"),
        ({"name_id": "nik"}, "name_id"),
        ({"start_url": "javascript:x"}, "start_url"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_bad_settings_name_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadSettings) as refused:
        connector(**changes)
    assert refused.value.field == field


def test_sm_11_a_key_that_is_too_short_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "KEY_BITS", 1024)
    short = own.make_signing("https://sp.example.id", NOW)
    for field in ("signing_certificates", "encryption_certificate"):
        text = short[short.index("-----BEGIN CERT") :]
        with pytest.raises(BadSettings, match="1024 bits"):
            connector(**{field: [text] if field.startswith("signing") else text})


def test_a_worker_that_never_meets_saml_does_not_load_its_libraries() -> None:
    code = "import sys, connectors.apps.saml.kind; print([m for m in ('lxml', 'signxml') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
