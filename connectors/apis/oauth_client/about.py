"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both(
        "Panggilan ke API dengan token client credentials, misalnya SATUSEHAT.", "Calls with client credentials tokens, such as SATUSEHAT."
    ),
    needs=both("Client ID dan client secret.", "A client id and client secret."),
    tested=both("Tiruan SATUSEHAT.", "A stand-in of SATUSEHAT."),
    settings={
        **SETTINGS,
        "token_url": setting("Alamat token", "Token endpoint", means=Meaning.PLACE),
        "client_id": setting("Client ID", "Client ID", means=Meaning.PLAIN),
        "grant_type_in": setting("Letak grant_type", "Where grant_type goes", "SATUSEHAT: query", means=Meaning.PLAIN),
        "client_auth": setting(
            "Letak client ID dan secret", "Where client id and secret go", "SATUSEHAT: form", means=Meaning.GUARD, safest="basic"
        ),
        "pause_seconds": setting("Jeda sesudah gagal, detik", "Pause after a failure, seconds", means=Meaning.PLAIN),
    },
    faults=FAULTS,
)
