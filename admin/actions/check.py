"""Checks of what operators hand in. Each returns the problems it found, with the field's name and what to do, in both languages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from urllib.parse import urlsplit

from admin.errors import FieldProblem, Invalid
from idp.registration.addresses import is_outside

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")

Found = list[FieldProblem]


def problem(field: str, code: str, indonesian: str, english: str) -> FieldProblem:
    return FieldProblem(field, code, {"id": indonesian, "en": english})


def settle(*found: Iterable[FieldProblem]) -> None:
    """Raise Invalid with every problem, or return."""
    problems = [one for some in found for one in some]
    if problems:
        raise Invalid(*problems)


def slug(field: str, value: str) -> Found:
    if SLUG.fullmatch(value) and 3 <= len(value) <= 60:
        return []
    return [
        problem(
            field,
            "bad_id",
            "Isi 3 sampai 60 huruf kecil, angka, dan tanda hubung. Contoh: antrean-puskesmas.",
            "Use 3 to 60 small letters, digits and hyphens. Example: antrean-puskesmas.",
        )
    ]


def agency_code(field: str, value: str) -> Found:
    if CODE.fullmatch(value) and 2 <= len(value) <= 40:
        return []
    return [
        problem(
            field,
            "bad_code",
            "Isi 2 sampai 40 huruf besar, angka, dan tanda hubung. Contoh: DINKES.",
            "Use 2 to 40 capital letters, digits and hyphens. Example: DINKES.",
        )
    ]


def words(field: str, text: Mapping[str, str], *, nested: bool = False) -> Found:
    """The Indonesian text is there, and neither holds a control character. `nested`: the field on the page is `<field>.id`."""
    field = f"{field}.id" if nested else field
    if not text.get("id", "").strip():
        return [problem(field, "missing", "Isi bagian ini.", "Fill this in.")]
    return invisible(field, "".join(text.values()))


def one_of(field: str, value: str, known: Iterable[str]) -> Found:
    if value in known:
        return []
    return [problem(field, "unknown", "Pilih salah satu dari daftar.", "Choose one from the list.")]


def day(field: str, value: str | None) -> Found:
    if not value:
        return []
    try:
        date.fromisoformat(value)
    except ValueError:
        return [problem(field, "bad_date", "Tulis tanggal seperti 2026-11-24.", "Write the date like 2026-11-24.")]
    return []


def url(field: str, value: str | None, *, required: bool = False, native: bool = False) -> Found:
    """An absolute https address without user name or fragment; http only on this machine. RFC 9700 §4.1.3; RFC 8252 §7."""
    if not value:
        return [problem(field, "missing", "Isi alamat lengkap.", "Give the whole address.")] if required else []
    bad = [
        problem(
            field,
            "bad_url",
            "Alamat harus lengkap, diawali https://, tanpa tanda bintang dan tanpa tanda #.",
            "The address must be complete, begin with https://, without an asterisk and without #.",
        )
    ]
    if not value.isascii() or any(c in value for c in "*\\ <>\"'") or "#" in value or not value.isprintable():
        return bad
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return bad
    if native and parts.scheme not in ("https", "http") and "." in parts.scheme and not parts.netloc:
        return []
    if not host or parts.username is not None or parts.password is not None or port == 0:
        return bad
    if parts.scheme == "https" or (parts.scheme == "http" and (host in LOCAL_HOSTS or host.endswith(".localhost"))):
        return []
    return bad


def called(field: str, value: str | None, allow: Collection[str] = ()) -> Found:
    """An address that we ourselves call: https, and by its text not one of our own network (DC-11). `allow` lists `host:port` pairs."""
    found = url(field, value)
    if found or not value or is_outside(value, allow):
        return found
    parts = urlsplit(value)
    if f"{parts.hostname}:{parts.port or {'http': 80}.get(parts.scheme, 443)}" in allow:
        return []
    return [
        problem(
            field,
            "internal",
            "Alamat ini ada di jaringan sendiri. Isi alamat umum yang diawali https://.",
            "This address is inside our own network. Give a public one that begins with https://.",
        )
    ]


def same_origin(field: str, value: str | None, others: Iterable[str]) -> Found:
    """Scheme, host and port are those of a redirect address. Front-Channel Logout 1.0 §2."""
    if not value or any(urlsplit(value)[:2] == urlsplit(other)[:2] for other in others):
        return []
    return [
        problem(
            field,
            "another_origin",
            "Alamat ini harus di situs yang sama dengan alamat balik.",
            "This address must be at the same site as a redirect address.",
        )
    ]


def scopes(field: str, values: Iterable[str], known: Iterable[str]) -> Found:
    allowed = frozenset(known)
    strange = [value for value in values if value not in allowed or not SCOPE.fullmatch(value)]
    if strange:
        listed = ", ".join(sorted(strange))[:120]
        return [problem(field, "unknown_scope", f"Lingkup tidak dikenal: {listed}.", f"Unknown scope: {listed}.")]
    return []


def typed_name(field: str, typed: str, name: str) -> Found:
    """The name was typed as it stands (AD-3)."""
    if " ".join(typed.split()).casefold() == " ".join(name.split()).casefold():
        return []
    return [problem(field, "name_differs", f"Ketik nama persis seperti ini: {name}.", f"Type the name exactly like this: {name}.")]


def reason(field: str, text: str, *, optional: bool = False) -> Found:
    """A reason stands in the trail for good, and is read on terminals: letters only, no signs that nobody sees."""
    kept = text.strip()
    if not kept and optional:
        return []
    if not 5 <= len(kept) <= 500:
        return [problem(field, "reason", "Tulis alasan, 5 sampai 500 huruf.", "Write the reason, 5 to 500 letters.")]
    return invisible(field, kept)


def invisible(field: str, text: str) -> Found:
    if all(c in "\r\n\t" or (ord(c) >= 32 and not "\x7f" <= c <= "\x9f" and not "\ud800" <= c <= "\udfff") for c in text):
        return []
    return [problem(field, "bad_text", "Hapus tanda yang tidak terlihat dari teks ini.", "Remove invisible characters from this text.")]
