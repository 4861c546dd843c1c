"""What the kind says of itself, and of its settings."""

from __future__ import annotations

from connectors.about import About, Meaning, both, setting

ABOUT = About(
    does=both(
        "Aplikasi memulai sesinya sendiri dari tiket bertanda tangan yang berlaku satu kali.",
        "The application starts its own session from a signed ticket that is good once.",
    ),
    needs=both("Beberapa baris PHP di aplikasi, dan satu kunci bersama.", "A few lines of PHP in the application, and one shared key."),
    tested=both("PHP biasa dan CodeIgniter 3.", "Plain PHP and CodeIgniter 3."),
    settings={
        "arrive_url": setting(
            "Halaman penerima tiket", "Page that takes the ticket", "Misalnya https://simpeg.example.id/sso/masuk", means=Meaning.PLACE
        ),
        "begin_url": setting(
            "Halaman yang memulai masuk",
            "Page that begins sign-in",
            "Kosong: Gapura yang memulai, tanpa pelindungan di sana",
            means=Meaning.PLACE,
        ),
        "sign_out_url": setting(
            "Halaman penerima kabar keluar", "Page told of sign-out", "Kosong: aplikasi tidak dapat dikabari", means=Meaning.PLACE
        ),
        "format": setting("Bentuk tiket", "Form of the ticket", "jwt_hs256 paling umum", means=Meaning.GUARD),
        "delivery": setting(
            "Cara mengirim",
            "How it is sent",
            "post: formulir; redirect: di alamat, yang tersimpan di log",
            means=Meaning.GUARD,
            safest="post",
        ),
        "parameter": setting("Nama parameter", "Name of the parameter", "Biasanya ticket", means=Meaning.PLAIN),
        "audience": setting("Penerima (aud)", "Audience (aud)", "Kosong: alamat aplikasi", means=Meaning.GUARD),
        "exchange_from": setting(
            "Klien yang boleh menukar token",
            "Clients that may exchange a token",
            "ID klien, satu per baris; kosong: tidak ada",
            means=Meaning.OPEN,
        ),
    },
    faults={
        "fields: {} belongs to the ticket itself": "fields: {} milik tiket itu sendiri",
        "fields: sub is for the pairwise subject alone": "fields: sub hanya untuk kode orang",
        "delivery: a readable ticket in an address may carry no claim: choose post, or the format aes_wrapped": (
            "delivery: tiket yang terbaca di alamat tidak boleh membawa data: pilih post, atau bentuk aes_wrapped"
        ),
        "delivery: a NIK never travels in an address: choose post": "delivery: NIK tidak pernah dikirim di alamat: pilih post",
    },
)
