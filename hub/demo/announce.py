"""What the demonstration says when it is ready: where to look, as whom, with which password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.demo.rows import read

NAMES = {
    "usaha-kecil": "Pendampingan usaha (OpenID Connect)",
    "e-link": "Antrean puskesmas (OpenID Connect)",
    "rsud-daftar": "Rawat jalan RSUD (aplikasi lama, header)",
}
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
    """Staff sign in with their e-mail, everybody else with the NIK."""
    staff = any(role["role"] != "citizen" for role in persona["roles"])
    return str(persona["email"] if staff and persona["email"] else persona["nik"])


def announcement(issuer: str, origins: Mapping[str, str]) -> str:
    data = read("personas")
    places = [("Portal", f"{issuer}/"), *((NAMES[name], f"{origin}/") for name, origin in origins.items()), ("Konsol", f"{issuer}/admin")]
    people = [(row["name"], account_of(row), role_of(row), row["story"]["id"]) for row in data["personas"]]
    wide = [max(len(row[column]) for row in people) for column in range(3)]
    lines = ["", "Gapura, kabupaten peragaan. Semua orang di sini rekaan.", ""]
    lines += [f"  {label:42} {url}" for label, url in places]
    lines += ["", "  Kata sandi semua orang : " + data["sign_in"]["password"]]
    lines += ["  Kode langkah kedua     : " + data["sign_in"]["one_time_code"], ""]
    lines += ["  " + "  ".join([*(row[column].ljust(wide[column]) for column in range(3)), row[3]]) for row in people]
    return "\n".join([*lines, "", "  Ctrl-C menghentikan semuanya.", ""])
