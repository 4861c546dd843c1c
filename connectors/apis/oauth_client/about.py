"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both(
        "Panggilan ke API dengan token client credentials, misalnya SATUSEHAT.", "Calls with client credentials tokens, such as SATUSEHAT."
    ),
    needs=both("Client ID dan client secret.", "A client id and client secret."),
    tested=both("Tiruan SATUSEHAT.", "A stand-in of SATUSEHAT."),
    settings={
        **SETTINGS,
        "token_url": setting("Alamat token", "Token endpoint"),
        "client_id": setting("Client ID", "Client ID"),
        "grant_type_in": setting("Letak grant_type", "Where grant_type goes", "SATUSEHAT: query"),
        "client_auth": setting("Letak client ID dan secret", "Where client id and secret go", "SATUSEHAT: form"),
        "pause_seconds": setting("Jeda sesudah gagal, detik", "Pause after a failure, seconds"),
    },
    faults=FAULTS,
)
