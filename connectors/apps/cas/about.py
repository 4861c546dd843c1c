"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both("Gapura menjawab seperti server CAS 2 dan 3.", "Gapura answers like a CAS 2 and 3 server."),
    needs=both("Alamat layanan aplikasi.", "The application's service addresses."),
    tested=both("phpCAS 1.6, mod_auth_cas 1.2.", "phpCAS 1.6, mod_auth_cas 1.2."),
    settings={
        "services": setting(
            "Alamat layanan", "Service addresses", "Alamat persis, atau diakhiri / untuk semua di bawahnya", means=Meaning.PLACE
        ),
        "username": setting("Nama pengguna", "User name", "subject, atau nama data seperti email atau nip", means=Meaning.PLAIN),
        "proxy": setting("Boleh meminta tiket proxy", "May ask for proxy tickets", means=Meaning.OPEN),
        "proxy_callbacks": setting("Alamat pgtUrl", "pgtUrl addresses", "Alamat https persis, satu per baris", means=Meaning.PLACE),
        "sign_out": setting("Kabari aplikasi saat sesi berakhir", "Tell the application when the session ends", means=Meaning.GUARD),
    },
    faults={
        "an address stands twice": "satu alamat ditulis dua kali",
        "{} must be https": "{} harus https",
        "{} is told by Gapura itself": "{} diisi oleh Gapura sendiri",
        "write subject for the pairwise number of the person": "tulis subject untuk kode orang yang khusus aplikasi ini",
        "proxy_callbacks must name an address when proxy is on": "proxy_callbacks harus berisi alamat bila proxy menyala",
        "start_url must be at the origin of one of the services": "start_url harus berada di host salah satu services",
        "{} must be https://host[:port]/path that every program reads the same, without fragment": (
            "{} harus https://host[:port]/lokasi yang dibaca sama oleh semua program, tanpa tanda #"
        ),
    },
)
