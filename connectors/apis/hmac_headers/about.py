"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both(
        "Panggilan ke BPJS Kesehatan ditandatangani dan jawabannya dibuka.", "Calls to BPJS Kesehatan are signed and answers decrypted."
    ),
    needs=both("Cons ID, secret key, dan user_key dari BPJS.", "Cons ID, secret key and user key from BPJS."),
    tested=both("Tiruan BPJS Kesehatan.", "A stand-in of BPJS Kesehatan."),
    settings={
        **SETTINGS,
        "cons_id": setting("Cons ID", "Cons ID", "Dari BPJS (X-cons-id)", means=Meaning.PLAIN),
        "encrypted": setting("Jawaban terenkripsi", "Answers are encrypted", means=Meaning.GUARD),
        "pcare_user": setting("Nama pengguna PCare", "User name of PCare", "Kosong: bukan PCare", means=Meaning.PLAIN),
        "pcare_application": setting("kdAplikasi PCare", "kdAplikasi of PCare", means=Meaning.PLAIN),
    },
    faults={
        **FAULTS,
        "{} is no network, as in 10.0.0.0/8": "{} bukan jaringan, misalnya 10.0.0.0/8",
        "must be letters, digits, _ and -, at most 64": "harus huruf, angka, _ dan -, paling panjang 64",
        "networks: needed when only the time is signed": "networks: perlu diisi bila hanya waktu yang ditandatangani",
    },
)
