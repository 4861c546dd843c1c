"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting
from connectors.apis.about import FAULTS, SETTINGS

ABOUT = About(
    does=both(
        "OSS mengabari NIB; Gapura memeriksa tokennya lalu meneruskan.", "OSS tells of a business number; Gapura checks and hands it on."
    ),
    needs=both("Nama pengguna dan kata sandi yang disepakati dengan OSS.", "A user name and password agreed with OSS."),
    tested=both("Tiruan OSS.", "A stand-in of OSS."),
    settings={
        **SETTINGS,
        "username": setting("Nama pengguna", "User name", means=Meaning.PLAIN),
        "nib_at": setting("Letak NIB di kiriman", "Where the NIB stands", means=Meaning.PLAIN),
        "answer_prefix": setting("Awalan jawaban", "Prefix of the answer", means=Meaning.PLAIN),
        "forward_scheme": setting("Kata di depan kunci", "Word before the key", means=Meaning.PLAIN),
    },
    faults=FAULTS,
)
