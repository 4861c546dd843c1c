"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both("Gapura menjadi server bagi broker php-simple-sso.", "Gapura is the server of a php-simple-sso broker."),
    needs=both("Nama broker dan rahasianya.", "The broker's name and secret."),
    tested=both("Pustaka zefy/php-simple-sso.", "The library zefy/php-simple-sso."),
    settings={
        "broker": setting("Nama broker", "Name of the broker", "Seperti di konfigurasi aplikasi", means=Meaning.PLACE),
        "return_urls": setting("Alamat kembali", "Return addresses", "Satu per baris", means=Meaning.PLACE),
        "verify": setting("Periksa peramban yang kembali", "Check the browser that returns", means=Meaning.GUARD),
    },
    faults={
        "verify must be on while one of the return_urls ends in /": "verify harus menyala selama salah satu return_urls diakhiri /",
    },
)
