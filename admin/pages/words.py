"""Words for what data files and protocols call by code."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Kind

Text = Mapping[str, str]

CHANNELS: Mapping[str, Text] = {
    "online_oidc": {"id": "OpenID Connect", "en": "OpenID Connect"},
    "online_saml": {"id": "SAML 2.0", "en": "SAML 2.0"},
    "online_cas": {"id": "CAS", "en": "CAS"},
    "link": {"id": "Tautan", "en": "Link"},
    "counter_only": {"id": "Di loket", "en": "At the counter"},
}


def channel_names(kinds: Mapping[str, Kind]) -> Mapping[str, Text]:
    """Return the ways in which an application is entered, by code: those of the catalogue, and every kind of connector under its title."""
    return {**{name: kind.title for name, kind in kinds.items()}, **CHANNELS}


STATES: Mapping[str, Text] = {
    "active": {"id": "Aktif", "en": "Active"},
    "locked": {"id": "Dibekukan", "en": "Locked"},
    "disabled": {"id": "Dinonaktifkan", "en": "Disabled"},
    "closed": {"id": "Ditutup", "en": "Closed"},
}

KEY_STATES: Mapping[str, Text] = {
    "next": {"id": "Disiapkan", "en": "Prepared"},
    "active": {"id": "Menandatangani", "en": "Signing"},
    "retiring": {"id": "Hanya memeriksa", "en": "Verifying only"},
    "removed": {"id": "Dihapus", "en": "Removed"},
}

BASES: Mapping[str, Text] = {
    "consent": {"id": "Persetujuan", "en": "Consent"},
    "contract": {"id": "Perjanjian", "en": "Contract"},
    "legal_duty": {"id": "Kewajiban hukum", "en": "Legal duty"},
    "vital_interest": {"id": "Melindungi nyawa", "en": "Vital interest"},
    "public_task": {"id": "Tugas pelayanan publik", "en": "Public task"},
    "legitimate_interest": {"id": "Kepentingan yang sah", "en": "Legitimate interest"},
}

GRANTS: Mapping[str, Text] = {
    "authorization_code": {"id": "Kode masuk (authorization code)", "en": "Authorization code"},
    "refresh_token": {"id": "Pembaruan (refresh token)", "en": "Refresh token"},
    "client_credentials": {"id": "Atas nama klien sendiri (client credentials)", "en": "The client's own (client credentials)"},
    "urn:ietf:params:oauth:grant-type:device_code": {"id": "Perangkat (device code)", "en": "Device code"},
    "urn:ietf:params:oauth:grant-type:token-exchange": {"id": "Tukar token (token exchange)", "en": "Token exchange"},
    "urn:ietf:params:oauth:grant-type:jwt-bearer": {"id": "Pernyataan bertanda tangan (JWT bearer)", "en": "Signed assertion (JWT bearer)"},
}

CLIENT_PROOFS: Mapping[str, Text] = {
    "client_secret_basic": {"id": "Rahasia di header (basic)", "en": "Secret in the header (basic)"},
    "client_secret_post": {"id": "Rahasia di formulir (post)", "en": "Secret in the form (post)"},
    "private_key_jwt": {"id": "Kunci klien (private key JWT)", "en": "The client's key (private key JWT)"},
    "tls_client_auth": {"id": "Sertifikat resmi (mutual TLS)", "en": "Issued certificate (mutual TLS)"},
    "self_signed_tls_client_auth": {"id": "Sertifikat buatan sendiri (mutual TLS)", "en": "Self-signed certificate (mutual TLS)"},
    "none": {"id": "Tanpa bukti (none)", "en": "No proof (none)"},
}

EVENTS: Mapping[str, Text] = {
    "person.signed_in": {"id": "masuk", "en": "signed in"},
    "person.sign_in_failed": {"id": "gagal masuk", "en": "failed to sign in"},
    "person.signed_out": {"id": "keluar", "en": "signed out"},
    "person.second_step_failed": {"id": "gagal pada langkah kedua", "en": "failed the second step"},
    "person.stepped_up": {"id": "menambah langkah kedua", "en": "added the second step"},
    "person.created": {"id": "membuat akun", "en": "created an account"},
    "person.locked": {"id": "membekukan akun", "en": "locked an account"},
    "person.unlocked": {"id": "membuka akun", "en": "opened an account"},
    "person.disabled": {"id": "menonaktifkan akun", "en": "disabled an account"},
    "person.enabled": {"id": "mengaktifkan akun", "en": "enabled an account"},
    "person.looked_up": {"id": "mencari warga", "en": "looked up a person"},
    "consent.read": {"id": "membuka catatan izin warga", "en": "opened a person's consent record"},
    "consent.told": {"id": "diberi tahu izin seorang warga", "en": "was told how a person's consents stand"},
    "person.password_changed": {"id": "mengganti kata sandi", "en": "changed a password"},
    "person.factor_added": {"id": "menambah cara masuk atau token", "en": "added a factor or token"},
    "person.factor_removed": {"id": "menghapus cara masuk atau token", "en": "removed a factor or token"},
    "person.role_granted": {"id": "memberi peran", "en": "granted a role"},
    "person.role_revoked": {"id": "mencabut peran", "en": "revoked a role"},
    "session.ended": {"id": "mengakhiri sesi", "en": "ended a session"},
    "consent.given": {"id": "memberi izin", "en": "gave consent"},
    "consent.refused": {"id": "menolak izin", "en": "refused consent"},
    "consent.withdrawn": {"id": "menarik izin", "en": "withdrew consent"},
    "consent.ended": {"id": "mencatat izin berakhir", "en": "recorded that a consent ended"},
    "consent.held": {"id": "menahan izin", "en": "put a consent on hold"},
    "consent.hold_lifted": {"id": "meneruskan izin yang ditahan", "en": "lifted a hold"},
    "consent.request_filed": {"id": "mengajukan permintaan hak", "en": "made a rights request"},
    "duty.settled": {"id": "menyatakan kewajiban selesai", "en": "settled a duty"},
    "duty.overdue": {"id": "mencatat kewajiban terlambat", "en": "recorded an overdue duty"},
    "duty.notices_retried": {"id": "mengirim lagi pemberitahuan izin", "en": "sent consent notices again"},
    "consent.objection_filed": {"id": "mengajukan keberatan", "en": "filed an objection"},
    "token.code_replayed": {"id": "memakai kode dua kali", "en": "used a code twice"},
    "token.refresh_reused": {"id": "memakai token lama", "en": "reused a refresh token"},
    "token.revoked": {"id": "mencabut token", "en": "revoked a token"},
    "client.authentication_failed": {"id": "gagal membuktikan diri", "en": "failed client authentication"},
    "authorization.details_agreed": {"id": "memberi izin khusus", "en": "gave a special permission"},
    "client.challenge_reused": {"id": "memakai PKCE yang sama lagi", "en": "reused a PKCE challenge"},
    "agency.created": {"id": "mendaftarkan instansi", "en": "created an agency"},
    "agency.changed": {"id": "mengubah instansi", "en": "changed an agency"},
    "agency.suspended": {"id": "menghentikan instansi", "en": "suspended an agency"},
    "agency.resumed": {"id": "membuka instansi", "en": "resumed an agency"},
    "application.created": {"id": "mendaftarkan aplikasi", "en": "registered an application"},
    "application.changed": {"id": "mengubah aplikasi", "en": "changed an application"},
    "application.disabled": {"id": "menghentikan aplikasi", "en": "disabled an application"},
    "application.enabled": {"id": "membuka aplikasi", "en": "enabled an application"},
    "client.changed": {"id": "mengubah sambungan", "en": "changed a client"},
    "client.secret_rotated": {"id": "membuat rahasia klien baru", "en": "rotated a client secret"},
    "client.secret_revoked": {"id": "menghapus rahasia klien", "en": "revoked a client secret"},
    "client.registered": {"id": "mendaftarkan klien sendiri", "en": "registered a client by itself"},
    "client.removed": {"id": "menghapus klien", "en": "removed a client"},
    "client.approved": {"id": "menyetujui klien", "en": "approved a client"},
    "client.disabled": {"id": "menghentikan klien", "en": "disabled a client"},
    "client.enabled": {"id": "membuka klien", "en": "enabled a client"},
    "registration.token_created": {"id": "membuka pendaftaran klien", "en": "opened client registration"},
    "registration.token_revoked": {"id": "menutup pendaftaran klien", "en": "closed client registration"},
    "connector.changed": {"id": "mengubah konektor", "en": "changed a connector"},
    "connector.probed": {
        "id": "menguji sambungan sebuah draf dengan rahasia yang tersimpan",
        "en": "tried a draft's connection with the secrets kept for it",
    },
    "notice.published": {"id": "menerbitkan pemberitahuan", "en": "published a notice"},
    "application.previewed": {"id": "mencoba dengan warga uji", "en": "previewed with a test person"},
    "key.rotated": {"id": "mengganti kunci", "en": "rotated a key"},
    "key.removed": {"id": "menghapus kunci", "en": "removed a key"},
    "key.data_key_rotated": {"id": "mengganti kunci data", "en": "rotated the data key"},
    "operator.signed_in": {"id": "masuk ke konsol", "en": "signed in to the console"},
    "operator.signed_out": {"id": "keluar dari konsol", "en": "signed out of the console"},
    "operator.confirmed": {"id": "membuktikan diri lagi", "en": "confirmed with password and code"},
    "operator.refused": {"id": "ditolak masuk konsol", "en": "was refused at the console"},
    "audit.verified": {"id": "memeriksa rantai audit", "en": "verified the audit chain"},
    "signout.retried": {"id": "mengirim lagi pesan keluar", "en": "sent sign-out messages again"},
    "incident.reported": {"id": "melaporkan insiden data", "en": "reported a data incident"},
    "incident.changed": {"id": "mengubah catatan insiden", "en": "changed a data incident"},
    "incident.listed": {"id": "mengunduh daftar terdampak, tersamar", "en": "downloaded the list of affected people, as pseudonyms"},
    "incident.revealed": {"id": "mengunduh identitas warga terdampak", "en": "downloaded who the affected people are"},
    "incident.published": {"id": "memberi tahu warga terdampak", "en": "told the affected people"},
    "incident.authority_told": {"id": "mencatat surat kepada lembaga", "en": "noted the letter to the authority"},
    "system.started": {"id": "menyalakan Gapura", "en": "started Gapura"},
    "system.set_up": {"id": "menyiapkan Gapura", "en": "set Gapura up"},
}
