"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both(
        "Aplikasi masuk lewat OAuth 2.0 seperti Laravel Passport, lalu bertanya siapa orangnya.",
        "The application signs in by OAuth 2.0 as Laravel Passport shapes it, then asks who it is.",
    ),
    needs=both("Alamat kembali dan client secret di aplikasi.", "Redirect URIs, and the client secret in the application."),
    tested=both("Uji Gapura sendiri; belum dengan Laravel.", "Gapura's own tests; not yet with Laravel."),
    settings={
        "redirect_uris": setting("Alamat kembali (redirect URI)", "Redirect URIs", "Alamat persis, satu per baris", means=Meaning.PLACE),
        "absent": setting(
            "Isi bila data tidak dibagikan", "When a claim was not shared", "Kosong: isiannya tidak ada", means=Meaning.PLAIN
        ),
    },
    faults={
        "must be a letter, then letters, digits or _": "harus diawali huruf, lalu huruf, angka, atau _",
        "a member stands twice, or the subject has none": "satu isian ditulis dua kali, atau kode orang tidak punya isian",
    },
)
