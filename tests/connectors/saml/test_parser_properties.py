"""Whatever comes, a message is refused in words or read; what we write is read back as it was meant."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.apps.saml import binding, response, signing, xml
from connectors.apps.saml.certificates import plain
from connectors.apps.saml.settings import ILLEGAL, SamlSettings
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Entry
from tests.connectors.desk import NOW
from tests.connectors.saml import party
from tests.connectors.saml.party import NS, SAML, authn, desk, packed, query, redirected, signed, verified

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        ["<a>", "</a>", "<a b='1'/>", "&amp;", "&#0;", "&x;", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "<!DOCTYPE a>", "é", "x"]
    )
)


@given(st.binary(max_size=300) | PIECES.map(lambda parts: "".join(parts).encode()))
@settings(max_examples=300, deadline=None)
def test_sm_05_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    try:
        root = xml.parse(raw)
    except BadRequest:
        return
    kept = [one for one in root.iter() if not isinstance(one.tag, str)]
    assert kept == [], "no comment, processing instruction or entity is left in a tree"


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
async def test_any_query_is_answered_in_words(raw_query: str) -> None:
    try:
        await SAML.receive(redirected(raw_query), desk())
    except (BadRequest, NotEntered):
        return
    raise AssertionError("nothing of this is a request")


@given(st.data())
@settings(max_examples=150, deadline=None)
async def test_sm_06_no_single_change_of_a_signed_message_is_believed(data: st.DataObject) -> None:
    """A byte of the signed message is replaced: it is refused, or what is read is the same as before."""
    text = SIGNED.encode()
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + bytes([data.draw(st.integers(32, 126))]) + text[place + 1 :]
    came = party.posted(changed.decode("utf-8", "replace"))
    try:
        found = await SAML.receive(came, desk())
    except (BadRequest, NotEntered):
        return
    assert isinstance(found, Entry) and found.state == READ


SIGNED = signed(authn('<samlp:NameIDPolicy AllowCreate="true"/>'))
READ = {
    "acs": party.ACS,
    "request": "_0123456789abcdef",
    "relay": "",
    "name_id": "persistent",
    "contexts": [],
    "comparison": "exact",
}


@given(name=TEXTS.filter(lambda text: bool(ILLEGAL.sub("", text).strip())), value=TEXTS, friendly=TEXTS)
@settings(max_examples=100, deadline=None)
def test_what_we_sign_is_verified_and_read_back_as_it_was_meant(name: str, value: str, friendly: str) -> None:
    own = SamlSettings.model_validate(party.settings())
    about = response.About(name, "persistent", "urn:x", NOW, "_1", [("urn:oid:1", friendly, value)])
    key = signing.own_key(party.own_secret())
    found = verified(etree.fromstring(response.assertion(response.Going(party.ISSUER, party.ACS, "_1", NOW), own, about, key)))
    read = [found.findtext(f".//saml:{one}", None, NS) or "" for one in ("NameID", "AttributeValue")]
    assert read == [ILLEGAL.sub("", one) for one in (name, value)]
    assert plain(party.own_certificate()) == key.certificate


@given(relay=st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=80))
@settings(max_examples=100, deadline=None)
def test_a_query_is_read_back_as_it_was_written(relay: str) -> None:
    key = signing.own_key(party.own_secret())
    url = binding.redirect("https://sp.example.id/slo?a=1", "SAMLResponse", authn(), relay, key)
    came = binding.received(redirected(url.partition("?")[2]), "SAMLResponse")
    assert came is not None and came.relay_state == relay
    own = SamlSettings.model_validate({**party.settings(), "signing_certificates": [party.own_certificate()]})
    assert came.proved(own) is not None
    assert base64.b64decode(packed("x")) and query(authn())
