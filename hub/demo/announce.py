"""What the demonstration says when it is ready: where to look, as whom, with which password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.demo.rows import read

NAMES = {
    "usaha-kecil": "Pendampingan usaha (OpenID Connect)",
    "e-link": "Antrean puskesmas (OpenID Connect)",
    "rsud-daftar": "Rawat jalan RSUD (aplikasi lama, header)",
    "simpeg": "SIMPEG (aplikasi lama, tiket; pegawai)",
    "arsip-daerah": "Arsip daerah (aplikasi lama, CAS)",
    "e-office": "Surat dinas (aplikasi lama, SAML; pegawai)",
    "pajak-daerah": "Pajak daerah (aplikasi lama, broker)",
    "aduan-warga": "Aduan warga (aplikasi lama, formulir)",
}
CLOSED = "akun ditutup, tidak dapat masuk"
ROLES = {
    "counter_officer": "petugas loket",
    "agency_admin": "admin dinas",
    "agency_developer": "pengembang",
    "regency_super_admin": "pengelola utama",
    "regency_dpo": "pelindungan data",
    "village_assistant": "petugas desa",
}


def role_of(persona: Mapping[str, Any]) -> str:
    found = [ROLES[role["role"]] for role in persona["roles"] if role["role"] in ROLES]
    return ", ".join(found) if found else "warga"


def account_of(persona: Mapping[str, Any]) -> str:
    """Return what the person signs in with: staff their e-mail, everybody else the NIK once it was checked, else e-mail or own phone."""
    staff = any(role["role"] != "citizen" for role in persona["roles"])
    if staff and persona["email"]:
        return str(persona["email"])
    return str(persona["nik"] if persona["nik_verified"] else persona["email"] or persona["phone_number"])


def remark_on(persona: Mapping[str, Any]) -> str:
    """Return the person's story, or first of all that nobody can sign in there."""
    story = str(persona["story"]["id"])
    return story if persona["account"]["status"] == "active" else f"({CLOSED}) {story}"


def announcement(issuer: str, origins: Mapping[str, str]) -> str:
    data = read("personas")
    places = [("Portal", f"{issuer}/"), *((NAMES[name], f"{origin}/") for name, origin in origins.items()), ("Konsol", f"{issuer}/admin")]
    people = [(row["name"], account_of(row), role_of(row), remark_on(row)) for row in data["personas"]]
    wide = [max(len(row[column]) for row in people) for column in range(3)]
    lines = ["", "Gapura, kabupaten peragaan. Semua orang di sini rekaan.", ""]
    lines += [f"  {label:42} {url}" for label, url in places]
    lines += ["", "  Kata sandi semua orang : " + data["sign_in"]["password"]]
    lines += ["  Kode langkah kedua     : " + data["sign_in"]["one_time_code"], ""]
    lines += ["  " + "  ".join([*(row[column].ljust(wide[column]) for column in range(3)), row[3]]) for row in people]
    return "\n".join([*lines, "", "  Ctrl-C menghentikan semuanya.", ""])
