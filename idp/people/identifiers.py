"""The four names of an account as people type them: NIK, NIP, phone and e-mail, checked and brought to one form.

Formats: Permendagri 102/2019 (NIK), Perka BKN 22/2007 (NIP), the Indonesian mobile numbering plan. Nothing here says who exists.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass

from idp.people.models import IdentifierKind

PHONE = re.compile(r"(?:\+?62|0)?(8[1-9][0-9]{7,10})")
EMAIL = re.compile(r"[^@\s\x00-\x1f\"'<>()\\,;:]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
SEPARATORS = re.compile(r"[\s.\-‐-―()]+")
PROVINCES = range(11, 98)
KNOWN_PROVINCES = frozenset(
    {*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98)}
)  # of the 38 provinces of today


@dataclass(frozen=True, slots=True)
class NikFacts:
    """What the digits of a NIK say. The year has no century; birth date and region may differ from the register (warning only)."""

    region: str
    day: int
    month: int
    year_of_century: int
    gender: str  # male, female

    @property
    def region_is_known(self) -> bool:
        """False for a province code that is not in use today: it may be historic, so it is a flag and never a refusal."""
        return int(self.region[:2]) in KNOWN_PROVINCES


def digits(text: str) -> str:
    """Return the text without spaces, dots, dashes and brackets."""
    return SEPARATORS.sub("", text)


def nik_facts(nik: str) -> NikFacts | None:
    """Return what a NIK says, or None when 16 digits cannot be one: impossible date, serial 0000, province 00–10."""
    if not re.fullmatch(r"[0-9]{16}", nik) or int(nik[:2]) not in PROVINCES or nik[12:] == "0000":
        return None
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    woman = day > 40
    day -= 40 if woman else 0
    if not 1 <= month <= 12 or day < 1:
        return None
    longest = max(calendar.monthrange(century + year, month)[1] for century in (1900, 2000))
    return NikFacts(nik[:6], day, month, year, "female" if woman else "male") if day <= longest else None


def is_nip(nip: str) -> bool:
    """True for 18 digits that can be a NIP or an NI PPPK: a real birth date, sex 1 or 2. Digits 13–14 are a month only for a PNS."""
    if not re.fullmatch(r"[0-9]{18}", nip) or nip[14] not in "12" or nip[15:] == "000":
        return False
    year, month, day = int(nip[:4]), int(nip[4:6]), int(nip[6:8])
    if not (1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return False
    return nip[12:14] != "00" and not 13 <= int(nip[12:14]) <= 20


def e164(text: str) -> str | None:
    """Return `+628…` for a mobile number typed as 08…, 8…, 628… or +62 8…; None for anything else, such as 6252…."""
    found = PHONE.fullmatch(digits(text))
    if found is None:
        return None
    return "+62" + found[1]


def phone_display(number: str) -> str:
    """Return `0812 3456 7890` for `+6281234567890`."""
    national = "0" + number.removeprefix("+62")
    return " ".join(national[i : i + 4] for i in range(0, len(national), 4))


def email_address(text: str) -> str | None:
    """Return the address in NFKC and lower case, or None. Two spellings of one address are one account name (LG-26)."""
    value = unicodedata.normalize("NFKC", text.strip()).lower()
    return value if len(value) <= 254 and EMAIL.fullmatch(value) else None


def classify(text: str) -> tuple[IdentifierKind, str] | None:
    """Return the kind and normal form of what was typed in the one field (UX LG-1), or None when it can be nothing."""
    if len(text) > 320:
        return None
    if "@" in text:
        address = email_address(text)
        return (IdentifierKind.EMAIL, address) if address else None
    plain = digits(unicodedata.normalize("NFKC", text))
    if len(plain) == 16 and nik_facts(plain):
        return IdentifierKind.NIK, plain
    if len(plain) == 18 and is_nip(plain):
        return IdentifierKind.NIP, plain
    number = e164(plain)
    return (IdentifierKind.PHONE, number) if number else None
