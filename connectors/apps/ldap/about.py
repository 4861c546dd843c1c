"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both(
        "Sistem lama bertanya kepada Gapura seperti kepada server LDAP; orang memakai kata sandi khusus aplikasi.",
        "The older system asks Gapura as if it were an LDAP server; people use a password for that application alone.",
    ),
    needs=both("gapura ldap, TLS, dan nama dasar.", "gapura ldap, TLS and a base name."),
    tested=both("ldapsearch, PHP, Apache, nginx.", "ldapsearch, PHP, Apache, nginx."),
    settings={
        "base_dn": setting(
            "Nama dasar (base DN)", "Base name (base DN)", "Misalnya ou=simpeg,dc=kabupaten,dc=example", means=Meaning.PLACE
        ),
        "bind_dn": setting(
            "Nama sistem itu sendiri (bind DN)",
            "Name of the system itself (bind DN)",
            "Kosong: cn=layanan di bawah nama dasar",
            means=Meaning.PLACE,
        ),
        "uid": setting("Nama orang menurut", "People are named by", means=Meaning.PLAIN),
        "search_by": setting("Atribut pencarian", "Attributes to search by", "Satu per baris", means=Meaning.OPEN),
        "size_limit": setting("Orang per jawaban", "People in one answer", means=Meaning.OPEN),
        "time_limit": setting("Detik per jawaban", "Seconds for one answer", means=Meaning.PLAIN),
    },
    faults={
        "must be a distinguished name (RFC 4514): {}": ("harus nama lengkap LDAP, misalnya ou=simpeg,dc=kabupaten,dc=example (RFC 4514)"),
        "must have one attribute in each part": "tiap bagian harus berisi satu atribut",
        "must not be empty": "tidak boleh kosong",
        "{} must be letters, digits and hyphens (RFC 4512 §1.4)": "{} harus huruf, angka, dan tanda hubung (RFC 4512 §1.4)",
        "{} may not be mapped: it is the directory's own, or a secret": ("{} tidak boleh dipetakan: milik direktori sendiri, atau rahasia"),
        "{} is never told by a directory": "{} tidak pernah diberitahukan oleh direktori",
        "bind_dn: must stand right below base_dn, and not be a uid": "bind_dn: harus tepat di bawah base_dn, dan bukan uid",
        "search_by: {} is neither uid nor an attribute that carries email or phone_number": (
            "search_by: {} bukan uid dan bukan atribut yang membawa email atau phone_number"
        ),
    },
)
