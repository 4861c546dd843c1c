"""The life needs by which the catalogue is ordered (UX PT-2). `icon` is a path in a 36 × 36 box; only the first six stand as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: Mapping[str, str]
    icon: str = ""


GROUPS: tuple[Group, ...] = (
    Group(
        "kependudukan",
        {"id": "Kependudukan", "en": "Identity and family papers"},
        "M3 7h30v22H3zM8 24v-3h8v3M12 18a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM20 14h9M20 19h9M20 24h5",
    ),
    Group("kesehatan", {"id": "Kesehatan", "en": "Health"}, "M13 4h10v9h9v10h-9v9H13v-9H4V13h9z"),
    Group(
        "bantuan-sosial",
        {"id": "Bantuan sosial", "en": "Social aid"},
        "M4 18h28c0 8-6 13-14 13S4 26 4 18zM9 18c0-5 4-9 9-9s9 4 9 9M18 9V4",
    ),
    Group("izin-usaha", {"id": "Izin usaha", "en": "Business permits"}, "M4 15l3-9h22l3 9zM6 15v16h24V15M14 31v-9h8v9"),
    Group(
        "pajak-retribusi",
        {"id": "Pajak dan retribusi", "en": "Taxes and fees"},
        "M7 3h22v29l-4-3-3 3-4-3-4 3-3-3-4 3zM12 11h12M12 17h12M12 23h6",
    ),
    Group(
        "sekolah",
        {"id": "Sekolah", "en": "School"},
        "M18 9C14 6 9 5 3 6v22c6-1 11 0 15 3 4-3 9-4 15-3V6c-6-1-11 0-15 3zM18 9v22",
    ),
    Group("surat-desa", {"id": "Surat desa", "en": "Village letters"}),
    Group("kerja-usaha", {"id": "Kerja dan usaha kecil", "en": "Work and small business"}),
    Group("tani-ternak", {"id": "Tani dan ternak", "en": "Farming and livestock"}),
    Group("rumah-lingkungan", {"id": "Rumah dan lingkungan", "en": "Home and environment"}),
    Group("aduan-informasi", {"id": "Aduan dan informasi", "en": "Complaints and information"}),
    Group("pegawai", {"id": "Untuk pegawai", "en": "For staff"}),
)
