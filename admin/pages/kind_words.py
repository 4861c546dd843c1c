"""What the catalogue says about the kinds that come with the house: what each does, needs, and was tested with.

A kind that is not in the table is offered all the same, with its title, its direction and its page of the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Capability, Kind

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KindWords:
    does: Text
    needs: Text
    tested: Text


def _words(does: tuple[str, str], needs: tuple[str, str], tested: tuple[str, str]) -> KindWords:
    return KindWords(*({"id": indonesian, "en": english} for indonesian, english in (does, needs, tested)))


WORDS: Mapping[str, KindWords] = {
    "forward_auth": _words(
        (
            "Server depan menanyai Gapura pada setiap permintaan, lalu meneruskan data orang sebagai header.",
            "The proxy asks Gapura about every request and passes on what is known of the person in headers.",
        ),
        ("nginx, Caddy, atau Traefik di depan aplikasi.", "nginx, Caddy or Traefik in front of the application."),
        ("nginx. Caddy dan Traefik ditulis menurut dokumennya.", "nginx. Caddy and Traefik are written from their documents."),
    ),
    "form_login": _words(
        (
            "Jembatan Gapura mengisi formulir masuk aplikasi lama atas nama orang itu.",
            "Gapura's bridge fills in the older application's own login form for the person.",
        ),
        ("gapura bridge dan nginx; formulir masuk tanpa captcha.", "gapura bridge and nginx; a login form without a captcha."),
        ("PHP biasa, aplikasi serupa CodeIgniter, WordPress 6.1.", "Plain PHP, a CodeIgniter-like application, WordPress 6.1."),
    ),
    "ticket": _words(
        (
            "Aplikasi memulai sesinya sendiri dari tiket bertanda tangan yang berlaku satu kali.",
            "The application starts its own session from a signed ticket that is good once.",
        ),
        ("Beberapa baris PHP di aplikasi, dan satu kunci bersama.", "A few lines of PHP in the application, and one shared key."),
        ("PHP biasa dan CodeIgniter 3.", "Plain PHP and CodeIgniter 3."),
    ),
    "passport": _words(
        (
            "Aplikasi masuk lewat OAuth 2.0 seperti Laravel Passport, lalu bertanya siapa orangnya.",
            "The application signs in by OAuth 2.0 as Laravel Passport shapes it, then asks who it is.",
        ),
        ("Alamat kembali dan client secret di aplikasi.", "Redirect URIs, and the client secret in the application."),
        ("Uji Gapura sendiri; belum dengan Laravel.", "Gapura's own tests; not yet with Laravel."),
    ),
    "saml": _words(
        ("Gapura menjadi penyedia identitas SAML 2.0 bagi aplikasi.", "Gapura is the SAML 2.0 identity provider of the application."),
        ("Metadata aplikasi: entityID, alamat, sertifikat.", "The application's metadata: entityID, addresses, certificates."),
        ("mod_auth_mellon, Shibboleth, SimpleSAMLphp.", "mod_auth_mellon, Shibboleth, SimpleSAMLphp."),
    ),
    "cas": _words(
        ("Gapura menjawab seperti server CAS 2 dan 3.", "Gapura answers like a CAS 2 and 3 server."),
        ("Alamat layanan aplikasi.", "The application's service addresses."),
        ("phpCAS 1.6, mod_auth_cas 1.2.", "phpCAS 1.6, mod_auth_cas 1.2."),
    ),
    "simple_sso": _words(
        ("Gapura menjadi server bagi broker php-simple-sso.", "Gapura is the server of a php-simple-sso broker."),
        ("Nama broker dan rahasianya.", "The broker's name and secret."),
        ("Pustaka zefy/php-simple-sso.", "The library zefy/php-simple-sso."),
    ),
    "ldap": _words(
        (
            "Sistem lama bertanya kepada Gapura seperti kepada server LDAP; orang memakai kata sandi khusus aplikasi.",
            "The older system asks Gapura as if it were an LDAP server; people use a password for that application alone.",
        ),
        ("gapura ldap, TLS, dan nama dasar.", "gapura ldap, TLS and a base name."),
        ("ldapsearch, PHP, Apache, nginx.", "ldapsearch, PHP, Apache, nginx."),
    ),
    "api_key": _words(
        (
            "Program memanggil API lama lewat Gapura dengan kunci per layanan.",
            "Programs call an older API through Gapura, a key per service.",
        ),
        ("Kunci yang diberikan pemilik API, misalnya SPLP.", "Keys that the API's owner gave, such as SPLP."),
        ("Tiruan API dari dokumen resmi.", "A stand-in written from the official documents."),
    ),
    "basic": _words(
        ("Program memanggil API dengan nama pengguna dan kata sandi.", "Programs call an API with a user name and a password."),
        ("Nama pengguna dan kata sandi dari pemilik API.", "A user name and password from the API's owner."),
        ("Tiruan BSrE e-sign.", "A stand-in of BSrE e-sign."),
    ),
    "hmac_headers": _words(
        ("Panggilan ke BPJS Kesehatan ditandatangani dan jawabannya dibuka.", "Calls to BPJS Kesehatan are signed and answers decrypted."),
        ("Cons ID, secret key, dan user key dari BPJS.", "Cons ID, secret key and user key from BPJS."),
        ("Tiruan BPJS Kesehatan.", "A stand-in of BPJS Kesehatan."),
    ),
    "oauth_client": _words(
        (
            "Panggilan ke API dengan token client credentials, misalnya SATUSEHAT.",
            "Calls with client credentials tokens, such as SATUSEHAT.",
        ),
        ("Client ID dan client secret.", "A client id and client secret."),
        ("Tiruan SATUSEHAT.", "A stand-in of SATUSEHAT."),
    ),
    "sha1_webhook": _words(
        ("OSS mengabari NIB; Gapura memeriksa tokennya lalu meneruskan.", "OSS tells of a business number; Gapura checks and hands it on."),
        ("Nama pengguna dan kata sandi yang disepakati dengan OSS.", "A user name and password agreed with OSS."),
        ("Tiruan OSS.", "A stand-in of OSS."),
    ),
    "soap_wsse": _words(
        ("Program memanggil layanan SOAP dengan UsernameToken.", "Programs call a SOAP service with a UsernameToken."),
        ("Namespace layanan dan nama pengguna.", "The service's namespace and a user name."),
        ("Tiruan layanan SOAP.", "A stand-in of a SOAP service."),
    ),
    "two_tokens": _words(
        ("Panggilan ke SIASN BKN dengan dua token.", "Calls to SIASN of BKN with two tokens."),
        ("Consumer key dari BKN dan token SSO.", "A consumer key from BKN and an SSO token."),
        ("Tiruan SIASN.", "A stand-in of SIASN."),
    ),
}

PEOPLE: Text = {"id": "Orang masuk ke aplikasi", "en": "People sign in to the application"}
OUT: Text = {"id": "Program kita memanggil sistem lama", "en": "Our programs call the older system"}
IN: Text = {"id": "Sistem lama memanggil kita", "en": "The older system calls us"}
ASKS: Text = {"id": "Sistem lama bertanya kepada Gapura", "en": "The older system asks Gapura"}

DIRECTIONS: Mapping[Capability, Text] = {
    Capability.FRONT_DOOR: PEOPLE,
    Capability.PROXY_CHECK: PEOPLE,
    Capability.DIRECTORY: ASKS,
    Capability.API_CALL: OUT,
    Capability.API_INBOUND: IN,
}
DATA: Mapping[Capability, Text] = {
    Capability.API_CALL: {
        "id": "Yang dikirim program, dan data orang di tempat yang Anda tunjuk",
        "en": "What the program sends, and the person's data where you say",
    },
}
MAPPED: Text = {"id": "Kode orang dan data yang Anda petakan", "en": "The person's code and the data that you map"}


def directions(kind: Kind) -> list[Text]:
    """Return which way things go, by what the kind can do."""
    found: list[Text] = []
    for capability, words in DIRECTIONS.items():
        if capability in kind.capabilities and words not in found:
            found.append(words)
    return found


def data_of(kind: Kind) -> Text:
    """Return which data a connector of this kind sends on."""
    return next((words for capability, words in DATA.items() if capability in kind.capabilities), MAPPED)
