"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both(
        "Jembatan Gapura mengisi formulir masuk aplikasi lama atas nama orang itu.",
        "Gapura's bridge fills in the older application's own login form for the person.",
    ),
    needs=both("gapura bridge dan nginx; formulir masuk tanpa captcha.", "gapura bridge and nginx; a login form without a captcha."),
    tested=both("PHP biasa, aplikasi serupa CodeIgniter, WordPress 6.1.", "Plain PHP, a CodeIgniter-like application, WordPress 6.1."),
    settings={
        "aliases": setting("Alamat lain di tautan sistem itu", "Further addresses in its links", "Satu per baris", means=Meaning.PLACE),
        "host_header": setting("Nama host untuk sistem lama", "Host name it is called by", means=Meaning.PLAIN),
        "form": setting(
            "Formulir masuk",
            "Login form",
            "Seperti tertulis di halamannya: login_path, action, username_field, password_field",
            means=Meaning.PLACE,
        ),
        "session_cookie": setting("Cookie sesi", "Session cookie", "Misalnya PHPSESSID; kosong: tidak diperiksa", means=Meaning.PLAIN),
        "sign_out_path": setting("Alamat untuk keluar", "Sign-out path", "Misalnya /keluar.php; kosong: tidak ada", means=Meaning.GUARD),
        "credential": setting(
            "Akun siapa", "Whose account", "person: tiap orang; service: satu untuk semua", means=Meaning.GUARD, safest="person"
        ),
        "linking": setting(
            "Siapa mengisi sandi lama",
            "Who enters the old password",
            "citizen: orangnya; agency: instansi",
            means=Meaning.GUARD,
            safest="citizen",
        ),
        "paths": setting(
            "Alamat yang boleh dibuka",
            "Paths that may be opened",
            "Satu per baris; akhiri dengan / untuk semua di bawahnya",
            means=Meaning.OPEN,
        ),
        "methods": setting("Metode yang boleh dipakai", "Methods", "Satu per baris", means=Meaning.OPEN),
        "static_paths": setting("Alamat gambar dan gaya", "Paths of pictures and styles", "Satu per baris", means=Meaning.OPEN),
        "pass_headers": setting("Header peramban yang diteruskan", "Browser headers passed on", "Satu per baris", means=Meaning.OPEN),
        "seconds": setting("Batas tunggu jawaban, detik", "Longest wait, seconds", means=Meaning.PLAIN),
        "at_once": setting("Permintaan sekaligus", "Requests at one time", means=Meaning.PLAIN),
        "most_page_bytes": setting("Halaman terbesar, bita", "Largest page, bytes", means=Meaning.PLAIN),
        "most_request_bytes": setting("Kiriman terbesar, bita", "Largest request, bytes", means=Meaning.PLAIN),
        "session_seconds": setting("Umur sesi lama, detik", "Life of the old session, seconds", means=Meaning.LIFE),
    },
    faults={
        "{} must be x-… in lower case, and none that names a person or a proxy": (
            "{} harus x-… dengan huruf kecil, dan bukan yang menyebut orang atau proxy"
        ),
        "must be the name of a cookie": "harus nama cookie",
        "form: {} must be a plain absolute path": "form: {} harus lokasi yang polos dan diawali /",
        "form: a field is filled twice": "form: satu isian terisi dua kali",
        "form: {} is no name of a field": "form: {} bukan nama isian",
        "start_path: must be among `paths`, and GET among `methods`": (
            "start_path: harus ada di antara `paths`, dan GET di antara `methods`"
        ),
        "start_path: must not lie at or below a path of sign-in or sign-out, which are the bridge's own": (
            "start_path: tidak boleh di alamat masuk atau keluar, atau di bawahnya; itu milik jembatan"
        ),
        "form: at most 12 fixed fields of at most 200 characters": (
            "form: paling banyak 12 isian tetap, masing-masing paling panjang 200 huruf"
        ),
    },
)
