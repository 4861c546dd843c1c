"""Every setting of every kind in words: what it is called, and in Indonesian what to write. English hints are the models' own."""

from __future__ import annotations

from collections.abc import Mapping

Text = Mapping[str, str]

# name: (Indonesian, English, what to write, in Indonesian)
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "base_url": ("Alamat aplikasi", "Address of the application", "Tanpa garis miring di akhir, misalnya https://simpeg.example.id"),
    "start_path": ("Halaman awal", "Start page", "Yang dibuka dari portal"),
    "open_paths": (
        "Alamat yang boleh dibuka tanpa masuk",
        "Paths open without sign-in",
        "Satu per baris; akhiri dengan / untuk semua di bawahnya",
    ),
    "headers": ("Pemetaan data ke header", "Mapping of data to headers", ""),
    "fields": ("Pemetaan data ke isian", "Mapping of data to fields", ""),
    "attributes": ("Pemetaan data ke atribut", "Mapping of data to attributes", ""),
    "field": ("Isian di sana", "Their field", ""),
    "claim": ("Data", "Claim", ""),
    "transform": ("Ubahan", "Transform", ""),
    "friendly_name": ("Nama ramah", "Friendly name", "Keterangan saja; tidak dibaca program"),
    "codes": ("Daftar kode", "Codes", "SETDA=EO-01, DINKES=EO-05"),
    "subject_header": ("Header untuk kode orang", "Header for the subject", "Kosong: tidak dikirim"),
    "proof_header": ("Header untuk bukti bertanda tangan", "Header for the signed proof", "Berlaku 60 detik; kosong: tidak dikirim"),
    "proxy": ("Proxy", "Proxy", "Server depan; pada CAS: tiket proxy"),
    "upstream": ("Alamat aplikasi di belakang", "Where the application is reached", "Misalnya http://10.0.4.9:80"),
    "strip": ("Header lain yang dihapus", "Further headers to strip", "Satu per baris"),
    "arrive_url": ("Halaman penerima tiket", "Page that takes the ticket", "Misalnya https://simpeg.example.id/sso/masuk"),
    "begin_url": ("Halaman yang memulai masuk", "Page that begins sign-in", "Kosong: Gapura yang memulai, tanpa perlindungan di sana"),
    "sign_out_url": ("Halaman penerima kabar keluar", "Page told of sign-out", "Kosong: aplikasi tidak dapat dikabari"),
    "format": ("Bentuk tiket", "Form of the ticket", "jwt_hs256 paling umum"),
    "delivery": ("Cara mengirim", "How it is sent", "post: formulir; redirect: di alamat, yang tersimpan di log"),
    "parameter": ("Nama parameter", "Name of the parameter", "Biasanya ticket"),
    "lifetime": ("Masa berlaku, detik", "Lifetime, seconds", ""),
    "audience": ("Penerima (aud)", "Audience (aud)", "Kosong: alamat aplikasi"),
    "exchange_from": ("Klien yang boleh menukar token", "Clients that may exchange a token", "ID klien, satu per baris; kosong: tidak ada"),
    "subject_field": ("Isian untuk kode orang", "Field for the subject", ""),
    "services": ("Alamat layanan", "Service addresses", "Alamat persis, atau diakhiri / untuk semua di bawahnya"),
    "username": ("Nama pengguna", "User name", "CAS: subject, atau nama data seperti email atau nip"),
    "proxy_callbacks": ("Alamat pgtUrl", "pgtUrl addresses", "Alamat https persis, satu per baris"),
    "sign_out": ("Kabari aplikasi saat sesi berakhir", "Tell the application when the session ends", ""),
    "start_url": ("Halaman yang memulai masuk", "Page that begins sign-in", "Untuk portal; kosong: halaman depan"),
    "aliases": ("Alamat lain di tautan sistem itu", "Further addresses in its links", "Satu per baris"),
    "host_header": ("Nama host untuk sistem lama", "Host name it is called by", ""),
    "form": ("Formulir masuk", "Login form", "Seperti tertulis di halamannya: login_path, action, username_field, password_field"),
    "session_cookie": ("Cookie sesi", "Session cookie", "Misalnya PHPSESSID; kosong: tidak diperiksa"),
    "sign_out_path": ("Alamat untuk keluar", "Sign-out path", "Misalnya /logout.php; kosong: tidak ada"),
    "credential": ("Akun siapa", "Whose account", "person: tiap orang; service: satu untuk semua"),
    "linking": ("Siapa mengisi sandi lama", "Who enters the old password", "citizen: orangnya; agency: instansi"),
    "paths": ("Alamat yang boleh dibuka", "Paths that may be opened", "Satu per baris; akhiri dengan / untuk semua di bawahnya"),
    "methods": ("Metode yang boleh dipakai", "Methods", "Satu per baris"),
    "static_paths": ("Alamat gambar dan gaya", "Paths of pictures and styles", "Satu per baris"),
    "pass_headers": ("Header peramban yang diteruskan", "Browser headers passed on", "Satu per baris"),
    "seconds": ("Batas tunggu jawaban, detik", "Longest wait, seconds", ""),
    "at_once": ("Permintaan sekaligus", "Requests at one time", ""),
    "most_page_bytes": ("Halaman terbesar, bita", "Largest page, bytes", ""),
    "most_request_bytes": ("Kiriman terbesar, bita", "Largest request, bytes", ""),
    "most_answer_bytes": ("Jawaban terbesar, bita", "Largest answer, bytes", ""),
    "session_seconds": ("Umur sesi lama, detik", "Life of the old session, seconds", ""),
    "operations": ("Yang boleh dipanggil", "What may be called", "Satu butir per panggilan; yang tidak tertulis tidak ada"),
    "applications": ("Aplikasi lain yang boleh memanggil", "Other applications that may call", "ID aplikasi, satu per baris"),
    "scope": ("Scope yang diminta", "Scope needed", "Kosong: tidak ada"),
    "timeout_seconds": ("Batas tunggu jawaban, detik", "Longest wait, seconds", ""),
    "sample": ("Alamat contoh untuk uji", "Sample path for the test", "GET yang tidak mengubah apa pun dan tidak tentang siapa pun"),
    "envelope": ("Pembungkus jawaban", "Envelope of the answer", "Kosong: tidak ada"),
    "absent": ("Isi bila data tidak dibagikan", "When a claim was not shared", "Kosong: isiannya tidak ada"),
    "redirect_uris": ("Alamat kembali (redirect URI)", "Redirect URIs", "Alamat persis, satu per baris"),
    "cons_id": ("Cons ID", "Cons ID", "Dari BPJS (X-cons-id)"),
    "encrypted": ("Jawaban terenkripsi", "Answers are encrypted", ""),
    "pcare_user": ("Nama pengguna PCare", "User name of PCare", "Kosong: bukan PCare"),
    "pcare_application": ("kdAplikasi PCare", "kdAplikasi of PCare", ""),
    "callers": ("Program lama yang memanggil", "Older programs that call", ""),
    "base_dn": ("Nama dasar (base DN)", "Base name (base DN)", "Misalnya ou=simpeg,dc=kabupaten,dc=example"),
    "bind_dn": ("Nama sistem itu sendiri (bind DN)", "Name of the system itself (bind DN)", "Kosong: cn=layanan di bawah nama dasar"),
    "uid": ("Nama orang menurut", "People are named by", ""),
    "search_by": ("Atribut pencarian", "Attributes to search by", "Satu per baris"),
    "size_limit": ("Orang per jawaban", "People in one answer", ""),
    "time_limit": ("Detik per jawaban", "Seconds for one answer", ""),
    "token_url": ("Alamat token", "Token endpoint", ""),
    "client_id": ("Client ID", "Client ID", ""),
    "grant_type_in": ("Letak grant_type", "Where grant_type goes", "SATUSEHAT: query"),
    "client_auth": ("Letak client ID dan secret", "Where client id and secret go", "SATUSEHAT: form"),
    "pause_seconds": ("Jeda sesudah gagal, detik", "Pause after a failure, seconds", ""),
    "entity_id": ("entityID aplikasi", "entityID of the application", ""),
    "acs": ("Alamat penerima jawaban (ACS)", "Where answers go (ACS)", "Satu butir per alamat"),
    "slo": ("Alamat keluar (SLO)", "Sign-out addresses (SLO)", "Kosong: tidak dapat dikabari"),
    "signing_certificates": ("Sertifikat tanda tangan aplikasi", "Signing certificates", "Base64, satu per baris"),
    "encryption_certificate": ("Sertifikat enkripsi aplikasi", "Encryption certificate", "Base64; kosong: jawaban tidak dienkripsi"),
    "key_transport": ("Cara mengenkripsi kunci", "Key transport", ""),
    "requests_signed": ("Tolak permintaan tanpa tanda tangan", "Refuse unsigned requests", ""),
    "sign_response": ("Tanda tangani seluruh jawaban", "Sign the whole response", ""),
    "name_id": ("Nama orang (NameID)", "How people are named (NameID)", ""),
    "email_claim": ("Email yang dipakai", "Which email", ""),
    "unsolicited": ("Boleh dibuka dari portal", "The portal may bring people", ""),
    "relay_state": ("RelayState dari portal", "RelayState from the portal", ""),
    "nib_at": ("Letak NIB di kiriman", "Where the NIB stands", ""),
    "answer_prefix": ("Awalan jawaban", "Prefix of the answer", ""),
    "forward_scheme": ("Kata di depan kunci", "Word before the key", ""),
    "namespace": ("Namespace layanan", "Namespace of the service", "targetNamespace"),
    "qualified": ("Isian memakai namespace", "Fields stand in the namespace", ""),
    "soap": ("Versi SOAP", "Version of SOAP", ""),
    "password": ("Cara menunjukkan sandi", "How the password is shown", ""),
    "broker": ("Nama broker", "Name of the broker", "Seperti di konfigurasi aplikasi"),
    "return_urls": ("Alamat kembali", "Return addresses", "Satu per baris"),
    "verify": ("Periksa peramban yang kembali", "Check the browser that returns", ""),
    "apim_url": ("Alamat token gerbang API", "Token endpoint of the gateway", ""),
    "consumer_key": ("Consumer key", "Consumer key", ""),
    "sso": ("Asal token SSO", "Where the SSO token comes from", ""),
    "sso_url": ("Alamat token SSO", "Token endpoint of the SSO", ""),
    "sso_client": ("Client ID di SSO", "Client ID at the SSO", ""),
    "sso_account": ("Akun instansi di SSO", "The agency's account at the SSO", "Bukan akun seseorang"),
}

# The fields of a definition outside its settings.
_FIELDS: Mapping[str, Text] = {
    "id": {"id": "ID konektor", "en": "Id of the connector"},
    "kind": {"id": "Jenis", "en": "Kind"},
    "application": {"id": "Aplikasi", "en": "Application"},
    "register": {"id": "Aplikasi baru", "en": "New application"},
    "agency": {"id": "Instansi", "en": "Agency"},
    "managed": {"id": "Pengelola", "en": "Managed by"},
    "purpose": {"id": "Tujuan", "en": "Purpose"},
    "legal_basis": {"id": "Dasar hukum", "en": "Legal basis"},
    "contact": {"id": "Kontak", "en": "Contact"},
    "classification": {"id": "Klasifikasi", "en": "Classification"},
    "secrets": {"id": "Rahasia", "en": "Secret"},
    "settings": {"id": "Pengaturan", "en": "Settings"},
}


def field_of(name: str) -> Text:
    """Return what a field of a definition is called, by its name in an error or a change: `settings.base_url`, `secrets.key`."""
    outer, _, inner = name.partition(".")
    if outer == "settings" and inner:
        return label_of(inner.partition(".")[0])
    return _FIELDS.get(outer, {"id": outer, "en": outer})


def label_of(name: str) -> Text:
    """Return what a setting is called."""
    found = _WORDS.get(name)
    if found is None:
        plain = name.replace("_", " ").capitalize()
        return {"id": plain, "en": plain}
    return {"id": found[0], "en": found[1]}


def hint_of(name: str, description: str) -> Text:
    """Return what to write there; empty when the label says enough."""
    found = _WORDS.get(name)
    return {"id": found[2] if found is not None else description, "en": description}


def has_words(name: str) -> bool:
    return name in _WORDS
