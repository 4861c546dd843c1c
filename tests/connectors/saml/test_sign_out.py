"""Sign-out from the service provider's side and from ours."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from connectors.apps.saml import binding
from connectors.apps.saml.message import written
from connectors.contract import Answer
from connectors.errors import BadRequest
from connectors.front_door import Entry, Leave
from tests.connectors.desk import NOW, SITI
from tests.connectors.saml.party import (
    NS,
    SAML,
    SLO,
    assertion_of,
    authn,
    connector,
    desk,
    logout,
    own_certificate,
    posted,
    query,
    redirected,
    signed,
    verified,
)

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAME = f'<saml:NameID Format="{PERSISTENT}">{SITI.subject}</saml:NameID>'


def opened(url: str, name: str) -> etree._Element:
    """Return the message in an address of ours, after checking the signature over the query as it stands there."""
    raw = urlsplit(url).query
    covered, _, signature = raw.partition("&Signature=")
    key = load_pem_x509_certificate(own_certificate().encode()).public_key()
    key.verify(base64.b64decode(unquote_to_bytes(signature)), covered.encode(), padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg, arg-type] # RSA
    (packed,) = parse_qs(raw)[name]
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))


async def handle_of_a_sign_in() -> str:
    at = desk()
    entry = await SAML.receive(redirected(query(authn(ID="_sign-on-request"))), at)
    assert isinstance(entry, Entry)
    handed = await SAML.hand_off(entry.connector, SITI, entry.state, at)
    assert handed is not None
    about = assertion_of(handed.answer)
    (statement,) = about.findall("saml:AuthnStatement", NS)
    assert handed.handle.startswith(str(statement.get("SessionIndex")))
    return handed.handle


@pytest.mark.parametrize("way", ["redirect", "post"])
async def test_a_signed_sign_out_is_genuine_and_names_its_sign_in(way: str) -> None:
    handle = await handle_of_a_sign_in()
    text = logout(f"{NAME}<samlp:SessionIndex>{handle.split(' ')[0]}</samlp:SessionIndex>")
    came = redirected(query(text, "kembali"), "slo") if way == "redirect" else posted(signed(text), "kembali", "slo")
    leave = await SAML.receive(came, desk())
    assert isinstance(leave, Leave) and leave.connector is not None
    assert (leave.connector.id, leave.genuine, leave.handle) == ("e-office", True, handle)
    for url, codes in ((leave.onward, ["Success"]), (leave.onward_partly, ["Success", "PartialLogout"])):
        assert url.startswith("https://eoffice.example.id/saml/slo?SAMLResponse=")
        assert parse_qs(urlsplit(url).query)["RelayState"] == ["kembali"]
        answer = opened(url, "SAMLResponse")
        assert answer.get("InResponseTo") == "_0123456789abcdef"
        assert [str(one.get("Value")).rpartition(":")[2] for one in answer.iter(f"{{{NS['samlp']}}}StatusCode")] == codes


async def test_a_sign_out_that_does_not_prove_itself_or_names_no_one_sign_in_asks_the_person() -> None:
    one = "<samlp:SessionIndex>_satu</samlp:SessionIndex>"
    unsigned = await SAML.receive(redirected(query(logout(NAME + one), owner=""), "slo"), desk(connector(requests_signed=False)))
    assert isinstance(unsigned, Leave) and not unsigned.genuine and not unsigned.handle and unsigned.onward
    for inside in (NAME, NAME + one + one.replace("satu", "dua"), f"<saml:NameID Format='urn:lain'>x</saml:NameID>{one}"):
        leave = await SAML.receive(redirected(query(logout(inside)), "slo"), desk())
        assert isinstance(leave, Leave) and not leave.genuine and not leave.handle


async def test_sm_10_where_requests_are_signed_a_sign_out_is_too_and_nothing_is_signed_for_a_stranger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    sign = binding.redirect
    monkeypatch.setattr(binding, "redirect", lambda *given: made.append(given[0]) or sign(*given))  # type: ignore[func-returns-value] # None, then the address
    text = logout(NAME + "<samlp:SessionIndex>_satu</samlp:SessionIndex>")
    for came in (redirected(query(text, owner=""), "slo"), posted(text, "", "slo")):
        at = desk()
        with pytest.raises(BadRequest, match="not signed"):
            await SAML.receive(came, at)
        assert not made and not at.records, "and its id is not used up for who really has it"
    assert isinstance(await SAML.receive(redirected(query(text), "slo"), at), Leave) and made


async def test_sm_06_and_sm_10_a_sign_out_signed_by_another_key_or_changed_is_refused() -> None:
    text = logout(NAME + "<samlp:SessionIndex>_satu</samlp:SessionIndex>")
    for came in (
        redirected(query(text, owner="other"), "slo"),
        posted(signed(text, "other"), "", "slo"),
        posted(signed(text).replace("_satu", "_dua"), "", "slo"),
    ):
        with pytest.raises(BadRequest, match=r"signed|registered"):
            await SAML.receive(came, desk())


async def test_sm_12_sm_13_sm_14_a_sign_out_for_elsewhere_again_or_too_late_is_refused() -> None:
    good = NAME + "<samlp:SessionIndex>_satu</samlp:SessionIndex>"
    for changes, reason in (
        ({"Destination": SLO.replace("slo", "sso")}, "Destination"),
        ({"IssueInstant": written(NOW - 301)}, "IssueInstant"),
        ({"NotOnOrAfter": written(NOW)}, "has ended"),
    ):
        with pytest.raises(BadRequest, match=reason):
            await SAML.receive(redirected(query(logout(good, **changes)), "slo"), desk())
    at = desk()
    came = redirected(query(logout(good, NotOnOrAfter=written(NOW + 60))), "slo")
    assert isinstance(await SAML.receive(came, at), Leave)
    with pytest.raises(BadRequest, match="came before"):
        await SAML.receive(came, at)


async def test_when_a_session_ends_here_the_service_provider_is_told_by_soap_and_can_be_told_by_the_browser() -> None:
    handle, at, row = await handle_of_a_sign_in(), desk(), connector()
    told = SAML.farewell(row, handle, at)
    assert told is not None and told.url == "https://eoffice.example.id/saml/soap"
    envelope = etree.fromstring(told.body)
    (inside,) = envelope[0]
    for message, url in (
        (verified(inside), told.url),
        (opened(SAML.farewell_page(row, handle, at), "SAMLRequest"), "https://eoffice.example.id/saml/slo"),
    ):
        assert message.tag == f"{{{NS['samlp']}}}LogoutRequest" and message.get("Destination") == url
        named = message.find("saml:NameID", NS)
        assert named is not None and (named.text, named.get("Format")) == (SITI.subject, PERSISTENT)
        assert message.findtext("samlp:SessionIndex", None, NS) == handle.split(" ")[0]


async def test_a_service_provider_without_addresses_cannot_be_told() -> None:
    handle, at, row = await handle_of_a_sign_in(), desk(), connector(slo=[])
    assert SAML.farewell(row, handle, at) is None and SAML.farewell_page(row, handle, at) == ""
    text = logout(NAME + "<samlp:SessionIndex>_satu</samlp:SessionIndex>")
    leave = await SAML.receive(redirected(query(text), "slo"), desk(row))
    assert isinstance(leave, Leave) and leave.genuine and not leave.onward


async def test_the_answer_to_our_own_sign_out_changes_nothing() -> None:
    text = logout("").replace("LogoutRequest", "LogoutResponse")
    assert await SAML.receive(redirected(query(text, name="SAMLResponse", owner="other"), "slo"), desk()) == Answer(204)
