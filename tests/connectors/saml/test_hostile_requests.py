"""What strangers send: every case is refused for the reason that is named, and a harmless twin of it is taken."""

from __future__ import annotations

import base64
import time
import tracemalloc
from typing import Any
from urllib.parse import quote_plus

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from connectors.apps.saml import binding, xml
from connectors.apps.saml.message import written
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Entry, Received
from tests.connectors.desk import NOW
from tests.connectors.saml.party import (
    ACS,
    ENTITY,
    NS,
    SAML,
    SLO,
    authn,
    connector,
    desk,
    keys,
    logout,
    packed,
    posted,
    query,
    redirected,
    signed,
)

EVIL = "https://eoffice.example.id.jahat.example/saml/acs"


async def refused(came: Received, *known: Any) -> str:
    with pytest.raises(BadRequest) as error:
        await SAML.receive(came, desk(*known))
    return error.value.reason


async def taken(came: Received, *known: Any) -> Entry:
    found = await SAML.receive(came, desk(*known))
    assert isinstance(found, Entry)
    return found


UNSIGNED = {"requests_signed": False, "signing_certificates": []}


@pytest.mark.parametrize(
    "changes",
    [
        {"AssertionConsumerServiceURL": "https://jahat.example/acs"},
        {"AssertionConsumerServiceURL": "javascript:alert(1)"},
        {"AssertionConsumerServiceIndex": "7"},
        {"AssertionConsumerServiceIndex": "1", "AssertionConsumerServiceURL": ACS},
        {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
    ],
)
async def test_sm_01_the_answer_goes_to_registered_addresses_only(changes: dict[str, str]) -> None:
    for came, known in ((query(authn(**changes)), connector()), (query(authn(**changes), owner=""), connector(**UNSIGNED))):
        assert "address" in await refused(redirected(came), known) or "POST" in await refused(redirected(came), known)


async def test_sm_01_what_is_registered_is_found_by_address_and_by_index() -> None:
    second = "https://eoffice.example.id/saml/acs2"
    by_index = await taken(redirected(query(authn(AssertionConsumerServiceIndex="2"))))
    by_url = await taken(redirected(query(authn(AssertionConsumerServiceURL=second))))
    assert by_index.state["acs"] == by_url.state["acs"] == second
    assert (await taken(redirected(query(authn())))).state["acs"] == ACS


@pytest.mark.parametrize("url", [EVIL, f"{ACS}?x=1", f"{ACS}/", ACS.replace("https", "http"), ACS.upper(), f"{ACS}#x", f"{ACS}%20"])
async def test_sm_02_an_address_that_only_resembles_a_registered_one_is_refused(url: str) -> None:
    assert "not registered" in await refused(redirected(query(authn(AssertionConsumerServiceURL=url))))


async def test_sm_03_a_bomb_is_cut_off_at_256_kb() -> None:
    bomb = base64.b64encode(base64.b64decode(packed(b" " * 200_000_000))).decode()
    tracemalloc.start()
    try:
        assert "too long" in await refused(redirected(f"SAMLRequest={quote_plus(bomb)}"))
        assert tracemalloc.get_traced_memory()[1] < 3_000_000, "of 200 MB no more than the limit was made"
    finally:
        tracemalloc.stop()
    assert len(binding.inflated(base64.b64decode(packed(b"x" * xml.MOST_BYTES)))) == xml.MOST_BYTES
    with pytest.raises(BadRequest):
        binding.inflated(base64.b64decode(packed(b"x" * (xml.MOST_BYTES + 1))))


@pytest.mark.parametrize(
    "spoil", [lambda raw: raw[:-4], lambda raw: raw + b"mehr", lambda raw: b"\xff" + raw], ids=["cut", "more", "noise"]
)
def test_sm_03_what_is_not_exactly_one_deflated_text_is_refused(spoil: Any) -> None:
    with pytest.raises(BadRequest):
        binding.inflated(spoil(base64.b64decode(packed(authn()))))


DTD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BAD_XML = {
    "doctype": DTD + authn(),
    "internal-entity": '<!DOCTYPE a [<!ENTITY a "b">]>' + authn(),
    "external-dtd": '<!DOCTYPE a SYSTEM "https://jahat.example/x.dtd">' + authn(),
    "parameter-entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "https://jahat.example/x">%p;]>' + authn(),
    "laughs": '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + authn(),
    "late-doctype": authn() + "<!DOCTYPE a>",
    "undefined-entity": authn().replace(ENTITY, "&x;"),
    "utf-16": authn().encode("utf-16").decode("latin-1"),
    "other-encoding": '<?xml version="1.0" encoding="UTF-7"?>' + authn(),
    "stylesheet": '<?xml-stylesheet href="https://jahat.example/x.xsl"?>' + authn(),
    "nul": authn() + "\x00",
    "deep": "<a>" * 60 + "</a>" * 60,
    "wide": "<a>" + "<b/>" * 5_000 + "</a>",
    "namespaces": "<a" + "".join(f' xmlns:n{i}="urn:{i}"' for i in range(60)) + "/>",
    "relative-namespace": '<a xmlns:n="../x"/>',
    "not-xml": "selamat pagi",
}


@pytest.mark.parametrize("text", BAD_XML.values(), ids=BAD_XML)
async def test_sm_05_nothing_but_plain_small_xml_is_parsed(text: str) -> None:
    raw = text.encode("latin-1") if "\xff" in text else text.encode()
    since = time.process_time()
    with pytest.raises(BadRequest):
        xml.parse(raw)
    assert time.process_time() - since < 0.5
    await refused(redirected(query(raw)))


async def test_sm_05_an_xinclude_is_an_element_like_any_other() -> None:
    inside = '<samlp:Extensions><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></samlp:Extensions>'
    found = await taken(redirected(query(authn(inside))))
    assert "root:" not in str(found.state)


def wrapped(where: str) -> str:
    """Return a message that carries a genuine signed one beside what the attacker wants to be read (XSW)."""
    genuine = etree.fromstring(signed(authn()))
    evil = etree.fromstring(authn(AssertionConsumerServiceURL=EVIL, ID="_jahat-jahat-jahat"))
    signature = genuine.find("ds:Signature", NS)
    assert signature is not None
    if where in ("1-signature-of-the-child", "2-beside"):
        evil.append(genuine)
        if where.startswith("1"):
            evil.insert(1, signature)
    elif where == "3-same-id":
        evil.set("ID", str(genuine.get("ID")))
        evil.append(genuine)
    elif where == "4-same-id-signature-moved":
        evil.set("ID", str(genuine.get("ID")))
        evil.insert(1, signature)
        evil.append(genuine)
    elif where in ("5-in-extensions", "6-in-object"):
        holder = etree.SubElement(evil, f"{{{NS['samlp']}}}Extensions")
        if where.startswith("6"):
            evil.insert(1, signature)
            holder = etree.SubElement(signature, f"{{{NS['ds']}}}Object")
        holder.append(genuine)
    elif where == "7-two-signatures":
        evil = etree.fromstring(signed(etree.tostring(evil).decode(), "other"))
        evil.append(genuine)
    else:  # 8: the signature covers a sibling in the same document
        evil.insert(1, signature)
        etree.SubElement(evil, f"{{{NS['samlp']}}}Extensions").append(genuine)
    return etree.tostring(evil).decode()


XSW = (
    "1-signature-of-the-child",
    "2-beside",
    "3-same-id",
    "4-same-id-signature-moved",
    "5-in-extensions",
    "6-in-object",
    "7-two-signatures",
    "8-covers-a-sibling",
)


@pytest.mark.parametrize("where", XSW)
async def test_sm_06_a_wrapped_signature_covers_nothing(where: str) -> None:
    reason = await refused(posted(wrapped(where)))
    assert "signature" in reason or "signed" in reason or "twice" in reason


async def test_sm_06_there_is_one_signature_in_the_whole_message() -> None:
    second = f'<samlp:Extensions><ds:Signature xmlns:ds="{NS["ds"]}"/></samlp:Extensions>'
    assert "exactly one" in await refused(posted(signed(authn(second))))


async def test_sm_06_what_is_read_is_what_was_signed() -> None:
    genuine = signed(authn())
    assert (await taken(posted(genuine))).state["acs"] == ACS
    changed = genuine.replace(' Version="2.0"', f' AssertionConsumerServiceURL="{ACS}2" Version="2.0"')
    assert "not what was signed" in await refused(posted(changed))
    added = genuine.replace("</samlp:AuthnRequest>", "<samlp:NameIDPolicy/></samlp:AuthnRequest>")
    assert "not what was signed" in await refused(posted(added))


async def test_sm_06_a_query_is_read_from_the_bytes_that_were_signed() -> None:
    good = query(authn())
    evil = packed(authn(AssertionConsumerServiceURL=f"{ACS}2", ID="_fedcba9876543210"))
    assert "twice" in await refused(redirected(f"{good}&SAMLRequest={quote_plus(evil)}"))
    assert "escapes" in await refused(redirected(f"{good}&SAML%52equest={quote_plus(evil)}"))
    assert "none of the registered" in await refused(redirected(good.replace("SAMLRequest=", f"SAMLRequest={quote_plus(evil)}&x=")))
    assert "none of the registered" in await refused(redirected(good.replace("&SigAlg", "&RelayState=lain&SigAlg")))
    assert "at once" in await refused(redirected(f"{good}&SAMLResponse=eA=="))
    assert "inside" in await refused(redirected(query(signed(authn()))))


@pytest.mark.parametrize(
    "text",
    [
        authn(issuer="https://eoffice.example.id/saml<!-- x -->/metadata"),
        authn(issuer=f"<![CDATA[{ENTITY}]]>"),
        authn(issuer=ENTITY.replace("/saml", "<?x y?>/saml")),
        authn(issuer=f"{ENTITY}<x/>"),
        authn(issuer=f"{ENTITY}</saml:Issuer><saml:Issuer>{ENTITY}"),
    ],
    ids=["comment", "cdata", "pi", "element", "twice"],
)
async def test_sm_08_a_name_has_one_reading(text: str) -> None:
    await refused(redirected(query(text)))


async def test_sm_08_a_comment_in_the_name_of_someone_to_sign_out_is_refused() -> None:
    text = logout("<saml:NameID>sub-siti<!-- -->-berpasangan</saml:NameID><samlp:SessionIndex>_1</samlp:SessionIndex>")
    await refused(redirected(query(text), "slo"))


async def test_sm_10_only_a_registered_key_counts_whatever_the_message_says_about_its_own() -> None:
    assert "none of the registered" in await refused(posted(signed(authn(), "other")))
    assert "none of the registered" in await refused(redirected(query(authn(), owner="other")))
    rolled = connector(signing_certificates=[keys("other")[1], keys("sp")[1]])
    await taken(posted(signed(authn())), rolled)


async def test_sm_10_the_signature_is_demanded() -> None:
    assert "not signed" in await refused(posted(authn()))
    assert "not signed" in await refused(redirected(query(authn(), owner="")))
    lenient = connector(requests_signed=False)
    await taken(posted(authn()), lenient)
    assert "none of the registered" in await refused(posted(signed(authn(), "other")), lenient)


async def test_sm_11_sha_1_and_inclusive_canonicalisation_are_refused() -> None:
    sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    assert "algorithm" in await refused(redirected(query(authn(), algorithm=sha1)))
    for old, new in (
        (SignatureMethod.RSA_SHA256.value, sha1),
        (DigestAlgorithm.SHA256.value, "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        (SignatureMethod.RSA_SHA256.value, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    ):
        assert old in signed(authn())
        reason = await refused(posted(signed(authn()).replace(old, new)))
        assert "algorithm" in reason or "exclusive" in reason or "transforms" in reason
    inclusive = signed(authn()).replace("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 1)
    assert "exclusive" in await refused(posted(inclusive)), "of SignedInfo alone"
    await taken(posted(signed(authn(), signature_algorithm=SignatureMethod.RSA_SHA512, digest_algorithm=DigestAlgorithm.SHA512)))


async def test_sm_09_a_namespace_moved_or_an_attribute_doubled_changes_nothing_that_is_read() -> None:
    genuine = signed(authn())
    evil = genuine.replace("<samlp:AuthnRequest ", f'<samlp:AuthnRequest xmlns:j="urn:j" j:AssertionConsumerServiceURL="{EVIL}" ', 1)
    assert "not what was signed" in await refused(posted(evil))
    found = await taken(redirected(query(authn().replace(" ID=", f' samlp:AssertionConsumerServiceURL="{EVIL}" ID=', 1))))
    assert found.state["acs"] == ACS, "only attributes without a namespace are SAML's"


async def test_sm_09_an_id_for_something_else_in_the_message_is_refused() -> None:
    text = signed(authn('<samlp:Extensions><x xmlns="urn:x" Id="_0123456789abcdef"/></samlp:Extensions>'))
    assert "twice" in await refused(posted(text))


async def test_sm_09_signatures_with_several_references_or_none_are_refused() -> None:
    root = etree.fromstring(signed(authn()))
    (info,) = root.iter(f"{{{NS['ds']}}}SignedInfo")
    info.append(etree.fromstring(etree.tostring(info[2])))
    assert "one reference" in await refused(posted(etree.tostring(root).decode()))
    for uri in ("", "#_jahat-jahat-jahat", "#xpointer(/)", "https://jahat.example/x"):
        assert "cover the root" in await refused(posted(signed(authn()).replace('URI="#_0123456789abcdef"', f'URI="{uri}"')))


@pytest.mark.parametrize("destination", ["https://jahat.example/saml/sso", SLO, "https://masuk.example.id/saml/sso/", ""])
async def test_sm_12_a_signed_message_for_another_address_is_refused(destination: str) -> None:
    assert "Destination" in await refused(redirected(query(authn(Destination=destination))))


async def test_sm_12_an_unsigned_one_may_leave_its_destination_out_but_not_name_another() -> None:
    known = connector(**UNSIGNED)
    await taken(redirected(query(authn(Destination=""), owner="")), known)
    assert "Destination" in await refused(redirected(query(authn(Destination=SLO), owner="")), known)


async def test_sm_13_a_message_counts_once_however_it_is_written() -> None:
    at, text = desk(), signed(authn())
    assert isinstance(await SAML.receive(posted(text), at), Entry)
    again = Received("sso", "POST", "/saml/sso", form=(("SAMLRequest", base64.encodebytes(text.encode()).decode()),))
    for came in (posted(text), again, redirected(query(authn()))):
        with pytest.raises(BadRequest, match="came before"):
            await SAML.receive(came, at)
    at.now += 10_000
    with pytest.raises(BadRequest, match="IssueInstant"):  # it is forgotten only when it is too old
        await SAML.receive(posted(text), at)


@pytest.mark.parametrize("moment", [NOW - 301, NOW + 181, NOW - 10_000_000])
async def test_sm_14_an_old_or_future_message_is_refused(moment: int) -> None:
    assert "IssueInstant" in await refused(redirected(query(authn(IssueInstant=written(moment)))))


@pytest.mark.parametrize("moment", [NOW - 90, NOW - 299, NOW + 179])
async def test_sm_14_a_clock_may_be_a_little_wrong(moment: int) -> None:
    await taken(redirected(query(authn(IssueInstant=written(moment)))))


@pytest.mark.parametrize("instant", ["besok", "2027-01-15", "2027-13-45T99:99:99Z", "9" * 500, "0000-00-00T00:00:00Z", ""])
async def test_sm_14_a_time_that_cannot_be_read_is_refused(instant: str) -> None:
    await refused(redirected(query(authn(IssueInstant=instant))))


@pytest.mark.parametrize("relay", ["javascript:alert(1)", "https://jahat.example/", "//jahat.example"])
async def test_sm_15_relay_state_goes_back_as_a_field_and_is_nobodys_address(relay: str) -> None:
    at = desk()
    found = await SAML.receive(redirected(query(authn(), relay)), at)
    assert isinstance(found, Entry) and found.origins == ("https://eoffice.example.id",)
    post = SAML.refuse(found.connector, found.state, "declined", at)
    assert (post.url, post.fields["RelayState"]) == (ACS, relay)  # type: ignore[union-attr]


@pytest.mark.parametrize("relay", ["x" * 10_000, "a\r\nb", "a\x00b"])
async def test_sm_15_a_long_or_broken_relay_state_is_refused(relay: str) -> None:
    assert "RelayState" in await refused(redirected(query(authn(), relay)))
    assert "RelayState" in await refused(posted(signed(authn()), relay))


async def test_sm_19_two_connectors_of_one_name_are_nobody() -> None:
    assert "two connectors" in await refused(redirected(query(authn())), connector("satu"), connector("dua"))


async def test_an_unknown_or_closed_service_provider_enters_nobody() -> None:
    closed = desk(connector())
    closed.known = ()
    for came in (redirected(query(authn(issuer="https://lain.example.id"))), redirected(query(authn()))):
        with pytest.raises(NotEntered):
            await SAML.receive(came, closed)
    for row in (connector(unsolicited=False), connector("lain")):
        with pytest.raises(NotEntered):
            await SAML.receive(Received("mulai", "GET", "/saml/e-office/mulai", places={"connector": "e-office"}), desk(row))


@pytest.mark.parametrize(
    "text", [logout("<saml:NameID>x</saml:NameID>", Destination=""), authn(Version="1.1"), authn(ID="1"), authn(ID="")]
)
async def test_another_message_than_a_request_is_refused(text: str) -> None:
    await refused(redirected(query(text)))


async def test_nothing_at_all_is_refused() -> None:
    for came in (
        redirected(""),
        Received("sso", "POST", "/saml/sso"),
        redirected("", "slo"),
        redirected("SAMLRequest=*"),
        redirected("SAMLRequest="),
    ):
        await refused(came)


async def test_a_name_that_stands_twice_in_a_form_is_refused() -> None:
    came = posted(signed(authn()))
    with pytest.raises(BadRequest):
        await SAML.receive(Received("sso", "POST", "/saml/sso", form=came.form + came.form), desk())
