"""A client's certificate is believed from our own TLS and from a trusted proxy's header, and vouched for by our own authorities alone."""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.requests import Request

from idp.client_auth.tls import registered_by, subject_fits
from idp.errors import InvalidRequest
from idp.proofs.certificate import Authorities, ClientCertificates, load
from kit.web.address import networks
from tests.idp.proofs.authority import ANOTHER_CA, CA, SERVER_AUTH, Pair, issued, make, self_signed
from tests.idp.samples import NOW, a_client

PROXY, STRANGER = "10.0.0.5", "203.0.113.9"
TRUSTED = networks(["10.0.0.0/8"])
HERS = issued()
DER = HERS.shown.der
RFC_9440 = f":{b64encode(DER).decode()}:"
NGINX = quote(HERS.pem, safe="")


def request(*values: str, peer: str = PROXY, header: str = "client-cert", direct: Pair | None = None) -> Request:
    headers = [(header.encode(), value.encode()) for value in values]
    extensions = {"tls": {"client_cert_chain": [direct.pem] if direct else []}}
    return Request({"type": "http", "headers": headers, "client": (peer, 40000), "extensions": extensions})


BEHIND = ClientCertificates("Client-Cert", TRUSTED)


@pytest.mark.parametrize("text", [RFC_9440, NGINX, HERS.pem.replace("\n", " "), HERS.pem.replace("\n", "\t")])
def test_a_trusted_proxy_hands_a_certificate_on_in_each_form(text: str) -> None:
    found = BEHIND.of(request(text))
    assert found is not None
    assert (found.der, found.thumbprint) == (DER, HERS.shown.thumbprint)


def test_tk_31_a_header_of_anybody_else_is_not_looked_at() -> None:
    assert BEHIND.of(request(RFC_9440, peer=STRANGER)) is None
    assert BEHIND.of(request("not even one", peer=STRANGER)) is None
    assert ClientCertificates("", TRUSTED).of(request(RFC_9440)) is None, "no header is configured"
    assert ClientCertificates("Client-Cert", ()).of(request(RFC_9440)) is None, "no proxy is trusted"
    for name in ("x-client-cert", "x-ssl-client-verify", "x-ssl-client-cert", "client_cert"):
        assert BEHIND.of(request(RFC_9440, header=name)) is None, name
    assert BEHIND.of(request(RFC_9440)) is not None


def test_tk_31_behind_a_proxy_the_proxys_own_certificate_is_not_the_clients() -> None:
    assert BEHIND.of(request(direct=HERS)) is None
    through = BEHIND.of(request(RFC_9440, direct=self_signed("proxy")))
    assert through is not None
    assert through.der == DER


def test_our_own_tls_hands_a_certificate_on() -> None:
    found = ClientCertificates().of(request(peer=STRANGER, direct=HERS))
    assert found is not None
    assert found.der == DER
    assert ClientCertificates().of(request(peer=STRANGER)) is None
    assert ClientCertificates().of(Request({"type": "http", "headers": [], "client": None})) is None


@pytest.mark.parametrize(
    "text", ["x", "::", ":AAAA:", ":é:", "-----BEGIN CERTIFICATE-----", NGINX[:200], quote("<pem>"), f":{'A' * 20000}:"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        BEHIND.of(request(text))


def test_two_certificates_are_not_one() -> None:
    with pytest.raises(InvalidRequest):
        BEHIND.of(request(RFC_9440, RFC_9440))
    assert BEHIND.of(request("")) is None, "a proxy that saw none sends an empty header"


def test_a_certificate_is_offered_where_one_can_come_in() -> None:
    assert not ClientCertificates().offered
    assert not ClientCertificates("Client-Cert").offered
    assert BEHIND.offered
    assert ClientCertificates(direct=True).offered


def test_an_authority_vouches_for_what_it_issued_to_clients() -> None:
    ours = Authorities((CA.certificate,))
    assert ours.vouch_for(HERS.shown, NOW)
    assert ours.vouch_for(issued(uses=()).shown, NOW), "a certificate that says nothing of its use"
    assert not ours.vouch_for(self_signed().shown, NOW)
    assert not ours.vouch_for(issued(issuer=ANOTHER_CA).shown, NOW), "another authority of the same name"
    assert not ours.vouch_for(issued(uses=(SERVER_AUTH,)).shown, NOW)
    assert not ours.vouch_for(issued(days=(-10, -1)).shown, NOW)
    assert not ours.vouch_for(issued(days=(1, 10)).shown, NOW)
    assert not Authorities().vouch_for(HERS.shown, NOW)


def test_only_an_authority_that_is_one_vouches() -> None:
    client = issued("rp-a")
    forged = issued("rp-b", issuer=client)
    assert not Authorities((client.certificate,)).vouch_for(forged.shown, NOW), "a client is no authority"
    old = make("Otoritas Lama", None, ca=True, uses=(), days=(-100, -1))
    assert not Authorities((old.certificate,)).vouch_for(issued(issuer=old).shown, NOW)
    both = Authorities.of_pem((ANOTHER_CA.pem + CA.pem).encode())
    assert both.vouch_for(HERS.shown, NOW)
    assert both.vouch_for(issued(issuer=ANOTHER_CA).shown, NOW)


def test_the_registered_name_is_the_subject_as_rfc_4514_writes_it() -> None:
    assert HERS.shown.subject == "CN=rp-a,O=Kabupaten Trenggalek,C=ID"
    assert subject_fits(a_client(tls_subject="CN=rp-a,O=Kabupaten Trenggalek,C=ID"), HERS.shown)
    for other in ("", "CN=rp-a", "CN=rp-b,O=Kabupaten Trenggalek,C=ID", "C=ID,O=Kabupaten Trenggalek,CN=rp-a", "cn=rp-a,o=x"):
        assert not subject_fits(a_client(tls_subject=other), HERS.shown), other
    comma = issued("rp-a,O=Kabupaten Trenggalek,C=ID")
    assert not subject_fits(a_client(tls_subject="CN=rp-a,O=Kabupaten Trenggalek,C=ID"), comma.shown), "a comma in a name is no separator"


def test_or_one_of_its_other_names() -> None:
    names = [
        x509.DNSName("antrean.example"),
        x509.UniformResourceIdentifier("https://antrean.example/"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
        x509.RFC822Name("tik@antrean.example"),
    ]
    named = issued("somebody", names=names).shown
    for right in ("dns:antrean.example", "uri:https://antrean.example/", "ip:192.0.2.7", "email:tik@antrean.example"):
        assert subject_fits(a_client(tls_subject=right), named), right
    for wrong in ("dns:example", "dns:*.example", "uri:antrean.example", "ip:192.0.2.8", "email:antrean.example", "dns:"):
        assert not subject_fits(a_client(tls_subject=wrong), named), wrong
    assert not subject_fits(a_client(tls_subject="dns:antrean.example"), HERS.shown)


def test_a_certificate_that_the_client_registered_itself() -> None:
    certificate, other = self_signed(), self_signed()
    text = b64encode(certificate.certificate.public_bytes(Encoding.DER)).decode()
    assert registered_by({"keys": [{"kty": "EC", "x5c": [text]}]}, certificate.shown)
    assert registered_by({"keys": [{"kty": "EC"}, {"kty": "EC", "x5t#S256": certificate.shown.thumbprint}]}, certificate.shown)
    assert not registered_by({"keys": [{"kty": "EC", "x5c": [text]}]}, other.shown)
    for broken in ({}, {"keys": []}, {"keys": [{"x5c": "x"}, {"x5c": []}, {"x5c": ["é"]}, {"x5c": [7]}, {"x5t#S256": ""}]}):
        assert not registered_by(broken, certificate.shown)


def test_an_odd_certificate_is_no_failure() -> None:
    found = load(HERS.pem)
    assert found.alternative_names == frozenset()
