"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both("Program memanggil API dengan nama pengguna dan kata sandi.", "Programs call an API with a user name and a password."),
    needs=both("Nama pengguna dan kata sandi dari pemilik API.", "A user name and password from the API's owner."),
    tested=both("Tiruan BSrE e-sign.", "A stand-in of BSrE e-sign."),
    settings={
        **SETTINGS,
        "username": setting("Nama pengguna", "User name", means=Meaning.PLAIN),
    },
    faults=FAULTS,
)
