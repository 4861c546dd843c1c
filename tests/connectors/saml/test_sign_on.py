"""A service provider asks, the house says who it is, and the answer is read as a service provider reads it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree
from signxml.exceptions import InvalidSignature

from connectors.apps.saml.message import seconds, written
from connectors.contract import Connector, Identity, Secret
from connectors.front_door import Entry, HandOff, Post, Received
from tests.connectors.desk import NOW, SITI, FakeDesk
from tests.connectors.saml.party import (
    ACS,
    ENTITY,
    ISSUER,
    NS,
    SAML,
    assertion_of,
    authn,
    connector,
    desk,
    keys,
    own_certificate,
    own_secret,
    posted,
    query,
    redirected,
    response_of,
    signed,
    status_of,
    verified,
)


async def entry(came: Received, at: FakeDesk) -> Entry:
    found = await SAML.receive(came, at)
    assert isinstance(found, Entry), found
    return found


async def answered(came: Received, at: FakeDesk, who: Identity = SITI) -> HandOff:
    found = await entry(came, at)
    handed = await SAML.hand_off(found.connector, who, found.state, at)
    assert handed is not None
    return handed


@pytest.mark.parametrize("way", ["redirect", "post"])
async def test_a_signed_request_enters_and_its_answer_is_about_the_person(way: str) -> None:
    at, text = desk(), authn(ForceAuthn="true")
    came = redirected(query(text, "ke/surat?1")) if way == "redirect" else posted(signed(text), "ke/surat?1")
    found = await entry(came, at)
    assert (found.connector.id, found.fresh, found.silent, found.origins) == ("e-office", True, False, ("https://eoffice.example.id",))
    handed = await SAML.hand_off(found.connector, SITI, found.state, at)
    assert handed is not None and isinstance(handed.answer, Post)
    assert (handed.answer.url, handed.answer.fields["RelayState"]) == (ACS, "ke/surat?1")
    root = response_of(handed.answer)
    assert (root.get("Destination"), root.get("InResponseTo")) == (ACS, "_0123456789abcdef")
    about = assertion_of(handed.answer)
    assert about.findtext("saml:Issuer", None, NS) == f"{ISSUER}/saml/metadata"
    values = {one.get("Name"): one.findtext("saml:AttributeValue", None, NS) for one in about.iter(f"{{{NS['saml']}}}Attribute")}
    assert values == {"urn:oid:2.16.840.1.113730.3.1.241": "Siti Peragawati", "nik": "3503115203889001"}
    (named,) = about.findall("saml:Subject/saml:NameID", NS)
    assert (named.text, named.get("SPNameQualifier")) == (SITI.subject, ENTITY)
    assert handed.handle.split(" ")[1:] == ["persistent", SITI.subject]


async def test_sm_18_the_assertion_is_signed_short_for_one_audience_and_without_what_was_not_released() -> None:
    at = desk()
    who = replace(SITI, claims={"name": 'Siti <&> "Peragawati"\r\nJalan\t1\x01 \x0b'})
    about = assertion_of((await answered(redirected(query(authn())), at, who)).answer)
    (conditions,) = about.findall("saml:Conditions", NS)
    start, end = seconds(str(conditions.get("NotBefore"))), seconds(str(conditions.get("NotOnOrAfter")))
    assert start <= NOW < end and end - start <= 300
    assert [one.text for one in about.iter(f"{{{NS['saml']}}}Audience")] == [ENTITY]
    (data,) = about.findall("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS)
    assert (data.get("Recipient"), data.get("InResponseTo")) == (ACS, "_0123456789abcdef")
    assert seconds(str(data.get("NotOnOrAfter"))) == end
    values = {one.get("Name"): one.findtext("saml:AttributeValue", None, NS) for one in about.iter(f"{{{NS['saml']}}}Attribute")}
    assert values == {"urn:oid:2.16.840.1.113730.3.1.241": 'Siti <&> "Peragawati"\r\nJalan\t1'}
    assert "3503115203889001" not in etree.tostring(about).decode()
    assert 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"' in etree.tostring(about).decode()


async def test_the_answer_says_exactly_what_the_preview_shows() -> None:
    at, row = desk(), connector()
    shown = {one.name: one.value for one in SAML.emissions(row.settings, SITI)}
    about = assertion_of((await answered(redirected(query(authn())), at)).answer)
    sent = {str(one.get("Name")): one.findtext("saml:AttributeValue", None, NS) for one in about.iter(f"{{{NS['saml']}}}Attribute")}
    assert {"NameID": about.findtext("saml:Subject/saml:NameID", None, NS), **sent} == shown
    (exhibit,) = await SAML.exhibits(row, SITI, at)
    assert SITI.subject in exhibit.text and "3503115203889001" in exhibit.text


async def test_an_assertion_is_sealed_for_the_one_who_wants_it_and_the_whole_response_signed() -> None:
    for transport in ("rsa-oaep-sha256", "rsa-oaep-mgf1p"):
        row = connector(encryption_certificate=keys("sp")[1], key_transport=transport, sign_response=True)
        at = desk(row)
        answer = (await answered(redirected(query(authn())), at)).answer
        text = etree.tostring(response_of(answer)).decode()
        assert SITI.subject not in text and "Peragawati" not in text
        root = verified(response_of(answer))
        wrapped, sealed = (base64.b64decode(str(one.text)) for one in root.iter(f"{{{NS['xenc']}}}CipherValue"))
        digest: Any = hashes.SHA256() if transport == "rsa-oaep-sha256" else hashes.SHA1()
        secret = keys("sp")[0].decrypt(wrapped, OAEP(MGF1(digest), digest, None))
        about = verified(etree.fromstring(AESGCM(secret).decrypt(sealed[:12], sealed[12:], None)))
        assert about.findtext("saml:Subject/saml:NameID", None, NS) == SITI.subject
        first, second = await SAML.exhibits(row, SITI, at)
        assert SITI.subject not in first.text and SITI.subject in second.text


@pytest.mark.parametrize(
    ("asked", "format_asked", "name"),
    [
        ("persistent", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", SITI.subject),
        ("persistent", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", SITI.subject),
        ("email", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "siti@example.id"),
        ("email", "", "siti@example.id"),
        ("email", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", SITI.subject),
        ("persistent", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", None),
    ],
)
async def test_the_person_is_named_as_the_request_says(asked: str, format_asked: str, name: str | None) -> None:
    at = desk(connector(name_id=asked))
    policy = f'<samlp:NameIDPolicy Format="{format_asked}" AllowCreate="true"/>' if format_asked else "<samlp:NameIDPolicy/>"
    one = assertion_of((await answered(redirected(query(authn(policy))), at)).answer).findtext("saml:Subject/saml:NameID", None, NS)
    two = assertion_of((await answered(redirected(query(authn(policy, ID="_another-id-123"))), at)).answer)
    if name is None:
        assert one not in (SITI.subject, "siti@example.id") and one != two.findtext("saml:Subject/saml:NameID", None, NS)
    else:
        assert one == name == two.findtext("saml:Subject/saml:NameID", None, NS)


async def test_an_address_is_a_name_only_where_the_operator_said_so_and_the_person_shared_it() -> None:
    policy = '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/>'
    assert status_of(await SAML.receive(redirected(query(authn(policy))), desk())) == ["Requester", "InvalidNameIDPolicy"]
    at = desk(connector(name_id="email"))
    handed = await answered(redirected(query(authn(policy))), at, replace(SITI, claims={"name": "Siti"}))
    assert status_of(handed.answer) == ["Responder", "InvalidNameIDPolicy"] and not handed.handle
    assert SAML.emits(connector(name_id="email").settings) == {"name", "nik", "email"}


CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


def asking(*classes: str, comparison: str = "exact") -> str:
    inside = "".join(f"<saml:AuthnContextClassRef>{one}</saml:AuthnContextClassRef>" for one in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{inside}</samlp:RequestedAuthnContext>'


@pytest.mark.parametrize(
    ("wanted", "acr", "stated"),
    [
        ("", "urn:gapura:aal1", f"{CLASSES}PasswordProtectedTransport"),
        ("", "urn:gapura:aal2", "https://refeds.org/profile/mfa"),
        (asking(f"{CLASSES}Password"), "urn:gapura:aal2", f"{CLASSES}Password"),
        (asking(f"{CLASSES}X509", "https://refeds.org/profile/mfa"), "urn:gapura:aal2", "https://refeds.org/profile/mfa"),
        (asking("https://refeds.org/profile/mfa"), "urn:gapura:aal1", None),
        (asking(f"{CLASSES}Password", comparison="better"), "urn:gapura:aal1", None),
        (asking(f"{CLASSES}Password", comparison="better"), "urn:gapura:aal2", "https://refeds.org/profile/mfa"),
        (asking(f"{CLASSES}Password", comparison="minimum"), "urn:gapura:aal1", f"{CLASSES}Password"),
    ],
)
async def test_no_class_of_sign_in_is_stated_that_was_not_reached(wanted: str, acr: str, stated: str | None) -> None:
    handed = await answered(redirected(query(authn(wanted))), desk(), replace(SITI, acr=acr))
    if stated is None:
        assert status_of(handed.answer) == ["Responder", "NoAuthnContext"]
    else:
        found = assertion_of(handed.answer).findtext("saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef", None, NS)
        assert found == stated


@pytest.mark.parametrize(
    ("inside", "status"),
    [
        (asking(f"{CLASSES}X509"), ["Responder", "NoAuthnContext"]),
        (asking("https://refeds.org/profile/mfa", comparison="better"), ["Responder", "NoAuthnContext"]),
        ('<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"/>', ["Requester", "InvalidNameIDPolicy"]),
        ('<samlp:NameIDPolicy SPNameQualifier="https://lain.example.id"/>', ["Requester", "InvalidNameIDPolicy"]),
        ("<saml:Subject><saml:NameID>orang-lain</saml:NameID></saml:Subject>", ["Responder", "RequestUnsupported"]),
    ],
)
async def test_what_nobody_can_be_given_is_refused_before_anybody_is_asked(inside: str, status: list[str]) -> None:
    refused = await SAML.receive(redirected(query(authn(inside))), desk())
    assert status_of(refused) == status
    assert verified(response_of(refused)).get("Destination") == ACS


async def test_a_passive_request_is_silent_and_told_so() -> None:
    at = desk()
    found = await entry(redirected(query(authn(IsPassive="1"))), at)
    assert found.silent
    refused = SAML.refuse(found.connector, found.state, "login_required", at)
    assert status_of(refused) == ["Responder", "NoPassive"]
    assert verified(response_of(refused)).get("InResponseTo") == "_0123456789abcdef"
    assert SAML.refuse(found.connector, found.state, "account_unusable", at) is None


async def test_the_portals_tile_brings_an_answer_to_nobodys_question() -> None:
    row: Connector = connector(relay_state="/beranda")
    at = desk(row)
    assert SAML.start(row, ISSUER) == f"{ISSUER}/saml/e-office/mulai"
    handed = await answered(Received("mulai", "GET", "/saml/e-office/mulai", places={"connector": "e-office"}), at)
    root = response_of(handed.answer)
    assert root.get("InResponseTo") is None and b"InResponseTo" not in etree.tostring(root)
    assert isinstance(handed.answer, Post) and handed.answer.fields["RelayState"] == "/beranda"
    assert SAML.start(connector(start_url="https://eoffice.example.id/login"), ISSUER) == "https://eoffice.example.id/login"


async def test_units_get_the_codes_of_the_older_system_or_nothing() -> None:
    row = connector(attributes=[{"claim": "unit_code", "field": "urn:oid:2.5.4.11", "codes": "SETDA=EO-01, DINKES=EO-05"}])
    known, new = ({"unit_code": code} for code in ("SETDA", "BKPSDM"))
    assert [one.value for one in SAML.emissions(row.settings, replace(SITI, claims=known))] == [SITI.subject, "EO-01"]
    assert [one.value for one in SAML.emissions(row.settings, replace(SITI, claims=new))] == [SITI.subject]


async def test_our_metadata_is_signed_and_names_every_certificate_in_force() -> None:
    at = desk()
    root = verified(etree.fromstring((await SAML.receive(Received("metadata", "GET", "/saml/metadata"), at)).body))  # type: ignore[union-attr]
    assert root.get("entityID") == f"{ISSUER}/saml/metadata"
    shown = [one.text for one in root.findall("md:IDPSSODescriptor/md:KeyDescriptor//ds:X509Certificate", NS)]
    assert shown == ["".join(own_certificate().split("-----")[2].split())]
    bindings = {one.get("Location") for one in root.iter() if str(one.tag).endswith("Service")}
    assert bindings == {f"{ISSUER}/saml/sso", f"{ISSUER}/saml/slo"}


async def test_after_a_rotation_the_old_key_signs_until_it_ends_and_the_new_one_is_shown_before() -> None:
    at, new = desk(), SAML.make_own("signing", ISSUER, NOW)
    at.own = {"signing": (Secret(new), Secret(own_secret(), NOW + 60))}
    metadata = etree.fromstring((await SAML.receive(Received("metadata", "GET", "/saml/metadata"), at)).body)  # type: ignore[union-attr]
    assert len(metadata.findall("md:IDPSSODescriptor/md:KeyDescriptor", NS)) == 2 and verified(metadata) is not None
    assert assertion_of((await answered(redirected(query(authn())), at)).answer) is not None
    at.now += 60
    entry_later = Entry(
        connector(), {"acs": ACS, "request": "", "relay": "", "name_id": "persistent", "contexts": [], "comparison": "exact"}
    )
    late = await SAML.hand_off(entry_later.connector, SITI, entry_later.state, at)
    assert late is not None
    with pytest.raises(InvalidSignature):
        assertion_of(late.answer)


def test_times_are_whole_seconds_in_utc() -> None:
    assert written(NOW) == "2027-01-15T08:00:00Z" and seconds("2027-01-15T15:00:00.123+07:00") == NOW
