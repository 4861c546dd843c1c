"""What each claim is called, where it comes from, its class under UU PDP Pasal 4, and how it is masked on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """`mask` is one of the rules of masking.py; `category` is general or specific."""

    label: Text
    source: Text
    mask: str = "none"
    category: str = "general"


def _facts(indonesian: str, english: str, source: str, mask: str = "none", category: str = "general") -> ClaimFacts:
    return ClaimFacts({"id": indonesian, "en": english}, SOURCES[source], mask, category)


SOURCES: Mapping[str, Text] = {
    "dukcapil": {"id": "Dukcapil", "en": "Dukcapil"},
    "self": {"id": "akun Anda", "en": "your account"},
    "bpjs": {"id": "BPJS Kesehatan", "en": "BPJS Kesehatan"},
    "dinsos": {"id": "Dinas Sosial", "en": "Dinas Sosial"},
    "oss": {"id": "OSS", "en": "OSS"},
    "bkpsdm": {"id": "BKPSDM", "en": "BKPSDM"},
    "record": {"id": "catatan izin di Gapura", "en": "the consent record of Gapura"},
}
UNCHECKED: Text = {"id": "isian Anda, belum diperiksa", "en": "what you entered, not checked yet"}
CATALOGUE: Mapping[str, ClaimFacts] = {
    "name": _facts("Nama lengkap", "Full name", "dukcapil"),
    "nik": _facts("NIK", "Population number (NIK)", "dukcapil", "first4_last4"),
    "no_kk": _facts("Nomor KK", "Family card number", "dukcapil", "first4_last4"),
    "birthdate": _facts("Tanggal lahir", "Date of birth", "dukcapil", "month_only"),
    "birthplace": _facts("Tempat lahir", "Place of birth", "dukcapil"),
    "gender": _facts("Jenis kelamin", "Sex", "dukcapil"),
    "address": _facts("Alamat sesuai KTP", "Address on the ID card", "dukcapil", "district_only"),
    "kecamatan": _facts("Kecamatan", "District", "dukcapil"),
    "education": _facts("Pendidikan terakhir", "Highest schooling", "dukcapil"),
    "children": _facts("Nama dan tanggal lahir anak", "Child's name and date of birth", "dukcapil", "initials", "specific"),
    "phone_number": _facts("Nomor HP", "Mobile number", "self", "last4"),
    "email": _facts("Email", "Email", "self", "first1_domain"),
    "bpjs_number": _facts("Nomor kartu BPJS Kesehatan", "Health insurance card number", "bpjs", "last4", "specific"),
    "disability": _facts("Ragam disabilitas", "Kind of disability", "dinsos", "hidden", "specific"),
    "nib": _facts("Nomor Induk Berusaha (NIB)", "Business number (NIB)", "oss", "last4"),
    "nip": _facts("NIP", "Civil servant number (NIP)", "bkpsdm", "first4_last4"),
    "unit_code": _facts("Unit kerja", "Work unit", "bkpsdm"),
    "position": _facts("Jabatan", "Position", "bkpsdm"),
    "rank": _facts("Golongan", "Rank", "bkpsdm"),
    "work_email": _facts("Email kantor", "Work email", "bkpsdm", "first1_domain"),
    "izin:baca": _facts("Melihat catatan izin Anda", "Seeing your consent record", "record"),
    "izin:tarik": _facts("Menarik izin atas nama Anda", "Withdrawing consents for you", "record"),
}
GENDER: Mapping[str, Text] = {"male": {"id": "Laki-laki", "en": "Male"}, "female": {"id": "Perempuan", "en": "Female"}}


def source_of(claim: str, *, verified: bool) -> Text:
    """Return where a value comes from. In an account that nobody checked, what the register would say is only what somebody typed."""
    known = CATALOGUE.get(claim)
    if known is None:
        return {"id": "", "en": ""}
    return UNCHECKED if known.source is SOURCES["dukcapil"] and not verified else known.source
