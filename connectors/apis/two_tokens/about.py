"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both("Panggilan ke SIASN BKN dengan dua token.", "Calls to SIASN of BKN with two tokens."),
    needs=both("Consumer key dari BKN dan token SSO.", "A consumer key from BKN and an SSO token."),
    tested=both("Tiruan SIASN.", "A stand-in of SIASN."),
    settings={
        **SETTINGS,
        "apim_url": setting("Alamat token gerbang API", "Token endpoint of the gateway", means=Meaning.PLACE),
        "consumer_key": setting("Consumer key", "Consumer key", means=Meaning.PLAIN),
        "sso": setting("Asal token SSO", "Where the SSO token comes from", means=Meaning.GUARD),
        "sso_url": setting("Alamat token SSO", "Token endpoint of the SSO", means=Meaning.PLACE),
        "sso_client": setting("Client ID di SSO", "Client ID at the SSO", means=Meaning.PLAIN),
        "sso_account": setting("Akun instansi di SSO", "The agency's account at the SSO", "Bukan akun seseorang", means=Meaning.PLAIN),
    },
    faults={
        **FAULTS,
        "apim_url: missing": "apim_url: belum diisi",
        "sso: service_account needs sso_url, sso_client and sso_account": (
            "sso: service_account perlu sso_url, sso_client, dan sso_account"
        ),
    },
)
