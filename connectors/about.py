"""What a kind says of itself in both languages: what it does, needs and was tested with, its settings, and what its rules complain of.

Words only, so that a kind stands in one folder and whoever shows it, a console or a command, needs no table of kinds. What several kinds
share stands here: settings of the same name and meaning, and the complaints of the rules in paths.py, mapping.py and unwrapping.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

Text = Mapping[str, str]
HOLE = "{}"  # stands in a complaint for what differs from one to the next


class Meaning(StrEnum):
    """What a change of a setting means to people: how long, how widely and how strongly the system would be trusted (PB-3)."""

    LIFE = "life"  # how long a proof is good
    PLACE = "place"  # where people, their data or our secrets go
    OPEN = "open"  # what may be opened, called or asked for
    GUARD = "guard"  # what keeps others out
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting is called, and in Indonesian what to write; in English that is the description in its model.

    `means` is needed of all but mapping tables, whose rows say themselves which data leave; what says nothing counts as a safeguard.
    `safest`: of a safeguard that is one word of several, the one that nobody need be warned of.
    """

    title: Text
    hint: str = ""
    means: Meaning | None = None
    safest: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """`faults`: what a rule of the settings says in English, as in its ValueError, to the same in Indonesian."""

    does: Text
    needs: Text
    tested: Text
    settings: Mapping[str, Setting] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def setting(self, name: str) -> Setting | None:
        """Return the words for a setting, the kind's own first; None when nobody gave any."""
        return self.settings.get(name) or COMMON_SETTINGS.get(name)

    def in_indonesian(self, complaint: str) -> str:
        """Return what a rule complains of, in Indonesian; empty when there are no words for it."""
        return _worded(self.faults.items(), complaint) or _worded(COMMON_FAULTS.items(), complaint)


def both(indonesian: str, english: str) -> Text:
    return {"id": indonesian, "en": english}


def setting(indonesian: str, english: str, hint: str = "", *, means: Meaning | None = None, safest: str = "") -> Setting:
    return Setting(both(indonesian, english), hint, means, safest)


def _worded(faults: Iterable[tuple[str, str]], complaint: str) -> str:
    for english, indonesian in faults:
        found = _pattern(english).fullmatch(complaint)
        if found is not None:
            words = indonesian.split(HOLE)
            return "".join(word + part for word, part in zip(words, [*found.groups()[: len(words) - 1], ""], strict=True))
    return ""


@cache
def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(re.escape(part) for part in english.split(HOLE)), re.DOTALL)


COMMON_SETTINGS: Mapping[str, Setting] = {
    "base_url": setting(
        "Alamat aplikasi",
        "Address of the application",
        "Tanpa garis miring di akhir, misalnya https://simpeg.example.id",
        means=Meaning.PLACE,
    ),
    "start_path": setting("Halaman awal", "Start page", "Yang dibuka dari portal", means=Meaning.PLAIN),
    "start_url": setting(
        "Halaman yang memulai masuk", "Page that begins sign-in", "Untuk portal; kosong: halaman depan", means=Meaning.PLACE
    ),
    "upstream": setting(
        "Alamat aplikasi di belakang", "Where the application is reached", "Misalnya http://10.0.4.9:80", means=Meaning.PLACE
    ),
    "fields": setting("Pemetaan data ke isian", "Mapping of data to fields"),
    "attributes": setting("Pemetaan data ke atribut", "Mapping of data to attributes"),
    "field": setting("Isian di sana", "Their field", "Diawali huruf, lalu huruf, angka, _ . atau -"),
    "claim": setting("Data", "Claim", "Nama data, misalnya name"),
    "transform": setting("Ubahan", "Transform"),
    "subject_field": setting("Isian untuk kode orang", "Field for the subject", means=Meaning.PLAIN),
    "lifetime": setting("Masa berlaku, detik", "Lifetime, seconds", means=Meaning.LIFE),
    "envelope": setting("Pembungkus jawaban", "Envelope of the answer", "Kosong: tidak ada", means=Meaning.PLAIN),
}

COMMON_FAULTS: Mapping[str, str] = {
    "must be https://host[:port] and nothing more": "harus https://host[:port] tanpa tambahan lain",
    "must be https; http is for localhost": "harus https; http hanya untuk localhost",
    "must be https://host[:port]/path, plain, without query": "harus https://host[:port]/lokasi yang polos, tanpa tanda tanya",
    "must be http://host[:port] or https://host[:port] and nothing more": (
        "harus http://host[:port] atau https://host[:port] tanpa tambahan lain"
    ),
    "must be one of {}": "harus salah satu dari {}",
    "{} must be a plain absolute path": "{} harus lokasi yang polos dan diawali /",
    "{} must lie at {}": "{} harus berada di {}",
    "fields: one is mapped twice": "fields: satu isian dipetakan dua kali",
    "an attribute is mapped twice": "satu atribut dipetakan dua kali",
    "must be a letter, then letters, digits, _ . or -": "harus diawali huruf, lalu huruf, angka, _ . atau -",
    "must be members joined by dots, as in data.items": "harus nama bagian yang disambung titik, seperti data.items",
}
