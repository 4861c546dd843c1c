"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both("Gapura menjadi penyedia identitas SAML 2.0 bagi aplikasi.", "Gapura is the SAML 2.0 identity provider of the application."),
    needs=both("Metadata aplikasi: entityID, alamat, sertifikat.", "The application's metadata: entityID, addresses, certificates."),
    tested=both("mod_auth_mellon, Shibboleth, SimpleSAMLphp.", "mod_auth_mellon, Shibboleth, SimpleSAMLphp."),
    settings={
        "field": setting("Isian di sana", "Their field", "Nama atribut, misalnya urn:oid:2.5.4.12"),
        "entity_id": setting("entityID aplikasi", "entityID of the application", means=Meaning.PLACE),
        "acs": setting("Alamat penerima jawaban (ACS)", "Where answers go (ACS)", "Satu butir per alamat", means=Meaning.PLACE),
        "slo": setting("Alamat keluar (SLO)", "Sign-out addresses (SLO)", "Kosong: tidak dapat dikabari", means=Meaning.PLACE),
        "signing_certificates": setting(
            "Sertifikat tanda tangan aplikasi", "Signing certificates", "Base64, satu per baris", means=Meaning.GUARD
        ),
        "encryption_certificate": setting(
            "Sertifikat enkripsi aplikasi", "Encryption certificate", "Base64; kosong: jawaban tidak dienkripsi", means=Meaning.GUARD
        ),
        "key_transport": setting("Cara mengenkripsi kunci", "Key transport", means=Meaning.GUARD, safest="rsa-oaep-sha256"),
        "requests_signed": setting("Tolak permintaan tanpa tanda tangan", "Refuse unsigned requests", means=Meaning.GUARD),
        "sign_response": setting("Tanda tangani seluruh jawaban", "Sign the whole response", means=Meaning.GUARD),
        "name_id": setting("Nama orang (NameID)", "How people are named (NameID)", means=Meaning.PLAIN),
        "email_claim": setting("Email yang dipakai", "Which email", means=Meaning.PLAIN),
        "unsolicited": setting("Boleh dibuka dari portal", "The portal may bring people", means=Meaning.OPEN),
        "relay_state": setting("RelayState dari portal", "RelayState from the portal", means=Meaning.PLAIN),
        "friendly_name": setting("Nama ramah", "Friendly name", "Keterangan saja; tidak dibaca program"),
        "codes": setting("Daftar kode", "Codes", "SETDA=EO-01, DINKES=EO-05"),
    },
    faults={
        "must be an absolute https address without fragment or user name": (
            "harus alamat https lengkap, tanpa tanda # dan tanpa nama pengguna"
        ),
        "must be value=code, with commas between": "harus nilai=kode, dipisah koma",
        "must be an absolute URI": "harus URI lengkap",
        "must hold an RSA key": "harus berisi kunci RSA",
        "requests_signed needs signing_certificates: without one no signature can be checked": (
            "requests_signed perlu signing_certificates: tanpa itu tanda tangan tidak dapat diperiksa"
        ),
        "acs: an index or an address stands twice": "acs: satu index atau alamat ditulis dua kali",
        "acs: one at most is the default": "acs: paling banyak satu yang default",
        "slo: a binding stands twice": "slo: satu binding ditulis dua kali",
        "attributes: an attribute is mapped twice": "attributes: satu atribut dipetakan dua kali",
        "must be one certificate, as PEM or base64": "harus satu sertifikat, sebagai PEM atau base64",
        "the RSA key of the certificate has {} bits; {} are the least": "kunci RSA sertifikat hanya {} bit; paling sedikit {}",
        "the key of the certificate must be RSA, or on P-256, P-384 or P-521": (
            "kunci sertifikat harus RSA, atau pada P-256, P-384, atau P-521"
        ),
    },
)
