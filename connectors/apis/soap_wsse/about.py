"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both("Program memanggil layanan SOAP dengan UsernameToken.", "Programs call a SOAP service with a UsernameToken."),
    needs=both("Namespace layanan dan nama pengguna.", "The service's namespace and a user name."),
    tested=both("Tiruan layanan SOAP.", "A stand-in of a SOAP service."),
    settings={
        **SETTINGS,
        "namespace": setting("Namespace layanan", "Namespace of the service", "targetNamespace", means=Meaning.PLAIN),
        "qualified": setting("Isian memakai namespace", "Fields stand in the namespace", means=Meaning.PLAIN),
        "soap": setting("Versi SOAP", "Version of SOAP", means=Meaning.PLAIN),
        "username": setting("Nama pengguna", "User name", means=Meaning.PLAIN),
        "password": setting("Cara menunjukkan sandi", "How the password is shown", means=Meaning.GUARD, safest="digest"),
    },
    faults={
        **FAULTS,
        "must be / and the name of the element in the body": "harus / dan nama elemen di isi pesan",
        "{} is no name of an element": "{} bukan nama elemen",
        "operations: an element stands twice": "operations: satu elemen ditulis dua kali",
        "callers: {} is no operation": "callers: {} tidak ada di operations",
    },
)
