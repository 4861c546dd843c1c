"""Assertions sealed for one service provider: AES-256-GCM, its key by RSA-OAEP (XML Encryption 1.1 §5.2.4, §5.5.2). Nothing older (SM-11).

Only we encrypt; nothing encrypted is ever taken, so there is nothing here for an oracle to ask.
"""

from __future__ import annotations

import base64
import os
from typing import Any

from connectors.apps.saml import xml
from connectors.apps.saml.certificates import key_of

XENC11 = "http://www.w3.org/2009/xmlenc11#"
TRANSPORTS = {
    "rsa-oaep-sha256": (
        f'<xenc:EncryptionMethod Algorithm="{XENC11}rsa-oaep"><ds:DigestMethod Algorithm="{xml.XENC}sha256"/>'
        f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}mgf1sha256"/></xenc:EncryptionMethod>'
    ),
    # The padding of XML Encryption 1.0 hashes with SHA-1 by definition; that is no signature, and no attack on it is known.
    "rsa-oaep-mgf1p": (
        f'<xenc:EncryptionMethod Algorithm="{xml.XENC}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="{xml.DS}sha1"/></xenc:EncryptionMethod>'
    ),
}


def encrypted(assertion: str, certificate: str, transport: str) -> str:
    """Return the EncryptedAssertion that only the holder of the certificate's key can read."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    secret, nonce = os.urandom(32), os.urandom(12)
    sealed = nonce + AESGCM(secret).encrypt(nonce, assertion.encode(), None)
    digest: Any = hashes.SHA256() if transport == "rsa-oaep-sha256" else hashes.SHA1()  # noqa: S303 # see TRANSPORTS
    key: Any = key_of(certificate)
    wrapped = key.encrypt(secret, OAEP(mgf=MGF1(digest), algorithm=digest, label=None))
    return (
        f'<saml:EncryptedAssertion xmlns:saml="{xml.SAML}"><xenc:EncryptedData xmlns:xenc="{xml.XENC}" Type="{xml.XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><ds:KeyInfo xmlns:ds="{xml.DS}">'
        f"<xenc:EncryptedKey>{TRANSPORTS[transport]}<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
        f"</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{base64.b64encode(wrapped).decode()}</xenc:CipherValue></xenc:CipherData>"
        f"</xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{base64.b64encode(sealed).decode()}</xenc:CipherValue>"
        f"</xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"
    )
