"""The data that an application may ask for: label, class under UU PDP Pasal 4, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from idp.tokens.claims import OWN_SCOPES, PROTOCOL_SCOPES


@dataclass(frozen=True, slots=True)
class Claim:
    label: Mapping[str, str]
    category: str = "general"  # general, specific
    source: str = ""


def _claim(indonesian: str, english: str, source: str, category: str = "general") -> Claim:
    return Claim({"id": indonesian, "en": english}, category, source)


CATALOGUE: Mapping[str, Claim] = {
    "name": _claim("Nama lengkap", "Full name", "Dukcapil"),
    "nik": _claim("NIK", "Population number (NIK)", "Dukcapil"),
    "no_kk": _claim("Nomor KK", "Family card number", "Dukcapil"),
    "birthdate": _claim("Tanggal lahir", "Date of birth", "Dukcapil"),
    "birthplace": _claim("Tempat lahir", "Place of birth", "Dukcapil"),
    "gender": _claim("Jenis kelamin", "Sex", "Dukcapil"),
    "address": _claim("Alamat sesuai KTP", "Address on the ID card", "Dukcapil"),
    "kecamatan": _claim("Kecamatan", "District", "Dukcapil"),
    "education": _claim("Pendidikan terakhir", "Highest schooling", "Dukcapil"),
    "children": _claim("Nama dan tanggal lahir anak", "Child's name and date of birth", "Dukcapil", "specific"),
    "phone_number": _claim("Nomor HP", "Mobile number", "akun warga"),
    "email": _claim("Email", "Email", "akun warga"),
    "bpjs_number": _claim("Nomor kartu BPJS Kesehatan", "Health insurance card number", "BPJS Kesehatan", "specific"),
    "disability": _claim("Ragam disabilitas", "Kind of disability", "Dinsos", "specific"),
    "nib": _claim("Nomor Induk Berusaha (NIB)", "Business number (NIB)", "OSS"),
    "nip": _claim("NIP", "Civil servant number (NIP)", "BKPSDM"),
    "unit_code": _claim("Unit kerja", "Work unit", "BKPSDM"),
    "position": _claim("Jabatan", "Position", "BKPSDM"),
    "rank": _claim("Golongan", "Rank", "BKPSDM"),
    "work_email": _claim("Email kantor", "Work email", "BKPSDM"),
}


STANDARD_SCOPES = frozenset({"profile", "email", "phone", "address"})
SCOPES = PROTOCOL_SCOPES | STANDARD_SCOPES | OWN_SCOPES


def scopes_for(claims: Iterable[str]) -> frozenset[str]:
    """Return the narrowest scopes that ask for exactly these claims: each claim's own, so that none brings another along."""
    return frozenset({"openid", *claims})
