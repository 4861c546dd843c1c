"""Client authentication by certificate: issued by an authority of ours, or registered by the client itself. RFC 8705 §2."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from idp.applications.models import Client
from idp.proofs.certificate import Authorities, Certificate
from kit.secrets import same

METHODS = ("tls_client_auth", "self_signed_tls_client_auth")


def subject_fits(client: Client, certificate: Certificate) -> bool:
    """True when the registered name is the certificate's subject, or, as `dns:…`, `uri:…`, `ip:…`, `email:…`, one of its others. §2.1.2."""
    wanted = client.tls_subject
    if not wanted:
        return False
    if wanted.partition(":")[0] in ("dns", "uri", "ip", "email"):
        return wanted in certificate.alternative_names
    return same(wanted, certificate.subject)


def issued_to(client: Client, certificate: Certificate, authorities: Authorities, now: int) -> bool:
    """`tls_client_auth`. §2.1."""
    return subject_fits(client, certificate) and authorities.vouch_for(certificate, now)


def registered_by(jwks: Mapping[str, Any], certificate: Certificate) -> bool:
    """`self_signed_tls_client_auth`: the certificate itself (`x5c`), or its thumbprint, is in the client's key set. §2.2."""
    for key in jwks.get("keys", ()):
        if same(str(key.get("x5t#S256", "")), certificate.thumbprint):
            return True
        chain = key.get("x5c")
        if isinstance(chain, list) and chain and isinstance(chain[0], str):
            try:
                if base64.b64decode(chain[0], validate=True) == certificate.der:
                    return True
            except ValueError:
                continue
    return False
