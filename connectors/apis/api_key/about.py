"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both(
        "Program memanggil API lama lewat Gapura dengan kunci per layanan.", "Programs call an older API through Gapura, a key per service."
    ),
    needs=both("Kunci yang diberikan pemilik API, misalnya SPLP.", "Keys that the API's owner gave, such as SPLP."),
    tested=both("Tiruan API dari dokumen resmi.", "A stand-in written from the official documents."),
    settings={
        **SETTINGS,
        "services": setting(
            "Layanan dengan kunci sendiri",
            "Services with a key of their own",
            "Satu butir per layanan: name, prefix, header",
            means=Meaning.PLACE,
        ),
    },
    faults={
        **FAULTS,
        "must be lower case letters, digits, _ and -, at most 40": "harus huruf kecil, angka, _ dan -, paling panjang 40",
        "must be a plain path that ends in /": "harus lokasi yang polos dan diakhiri /",
        "services: a name or prefix stands twice": "services: satu nama atau awalan ditulis dua kali",
        "services: none has a prefix of {}": "services: tidak satu pun berawalan {}",
    },
)
