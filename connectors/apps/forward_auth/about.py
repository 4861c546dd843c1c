"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both(
        "Server depan menanyai Gapura pada setiap permintaan, lalu meneruskan data orang sebagai header.",
        "The proxy asks Gapura about every request and passes on what is known of the person in headers.",
    ),
    needs=both("nginx, Caddy, atau Traefik di depan aplikasi.", "nginx, Caddy or Traefik in front of the application."),
    tested=both("nginx. Caddy dan Traefik ditulis menurut dokumennya.", "nginx. Caddy and Traefik are written from their documents."),
    settings={
        "proxy": setting("Proxy", "Proxy", "Server depan yang bertanya kepada Gapura", means=Meaning.OPEN),
        "headers": setting("Pemetaan data ke header", "Mapping of data to headers"),
        "subject_header": setting("Header untuk kode orang", "Header for the subject", "Kosong: tidak dikirim", means=Meaning.PLAIN),
        "proof_header": setting(
            "Header untuk bukti bertanda tangan",
            "Header for the signed proof",
            "Berlaku 60 detik; kosong: tidak dikirim",
            means=Meaning.GUARD,
        ),
        "strip": setting("Header lain yang dihapus", "Further headers to strip", "Satu per baris", means=Meaning.GUARD),
        "open_paths": setting(
            "Alamat yang boleh dibuka tanpa masuk",
            "Paths open without sign-in",
            "Satu per baris; akhiri dengan / untuk semua di bawahnya",
            means=Meaning.OPEN,
        ),
    },
    faults={
        "a header is mapped twice": "satu header dipetakan dua kali",
        "{} must be letters, digits and hyphens": "{} harus huruf, angka, dan tanda hubung",
        "{} has more than {} hyphens: {} must be told each spelling with underscores": (
            "{} punya lebih dari {} tanda hubung: {} harus diberi tahu tiap ejaan dengan garis bawah"
        ),
        "{} may not be an identity header": "{} tidak boleh menjadi header data orang",
    },
)
