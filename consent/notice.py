"""Notices from data: read a published text and check its hash, or compose version 1.0 from what a service itself says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from consent.errors import ConsentError
from consent.models import Basis, Notice, NoticeClaim, Purpose, Text

DAY = 86400
PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


class DamagedText(ConsentError):
    """The hash of a notice is not the hash of its text."""


def seconds_of(period: str | None) -> int | None:
    """Return an ISO 8601 period of years, months and days in seconds (365 and 30 days); None for none."""
    if not period:
        return None
    found = PERIOD.fullmatch(period)
    if found is None:
        raise DamagedText(f"not a period: {period}")
    years, months, days = (int(part or 0) for part in found.groups())
    return (years * 365 + months * 30 + days) * DAY


def hash_of(text: Text) -> dict[str, str]:
    return {language: hashlib.sha256(words.encode()).hexdigest() for language, words in text.items()}


def moment_of(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


def parse(row: Mapping[str, Any]) -> Notice:
    """Return the notice of one row of notices.json; raise DamagedText when text and hash differ."""
    text: Text = row["full_text"]
    if dict(row["text_sha256"]) != hash_of(text):
        raise DamagedText(row["id"])
    purposes = tuple(
        Purpose(
            id=one["id"],
            title=one["title"],
            text=one["text"],
            basis=Basis(one["basis"]),
            required=one["required"],
            claims=tuple(NoticeClaim(c["claim"], c["label"], c["class"], c["purpose"]) for c in one["claims"]),
            rule=one.get("rule") or "",
            retention={key: one["retention"][key] for key in ("id", "en")} if one.get("retention") else {},
            valid_for=seconds_of(one.get("valid_for")),
        )
        for one in row["purposes"]
    )
    return Notice(
        id=row["id"],
        service=row["service"],
        application=row["application"],
        controller=row["controller"],
        version=row["version"],
        title=row["title"],
        intro=row["intro"],
        purposes=apart(purposes),
        full_text=text,
        text_sha256=dict(row["text_sha256"]),
        valid_from=moment_of(row["valid_from"]),
        supersedes=row.get("supersedes"),
        changes=row.get("changes"),
        recipients=row.get("recipients") or {},
        if_refused=row.get("if_refused") or {},
        withdraw_or_object=row.get("withdraw_or_object") or {},
        rights=row.get("rights") or {},
        contact=row.get("contact") or {},
        guardian=row.get("guardian"),
    )


def apart(purposes: Sequence[Purpose]) -> tuple[Purpose, ...]:
    """Return the purposes with specific data never beside general ones: what mixes them becomes two, the second named `.khusus`."""
    found: list[Purpose] = []
    for purpose in purposes:
        specific = tuple(claim for claim in purpose.claims if claim.category == "specific")
        general = tuple(claim for claim in purpose.claims if claim.category != "specific")
        if not specific or not general:
            found.append(purpose)
            continue
        title = {"id": f"{purpose.title['id']} (data khusus)", "en": f"{purpose.title['en']} (specific data)"}
        found += [replace(purpose, claims=general), replace(purpose, id=f"{purpose.id}.khusus", title=title, claims=specific)]
    return tuple(found)


BASIS_WORDS: Mapping[Basis, Text] = {
    Basis.CONSENT: {"id": "Persetujuan Anda", "en": "Your consent"},
    Basis.CONTRACT: {"id": "Perjanjian layanan dengan Anda", "en": "A service agreement with you"},
    Basis.LEGAL_DUTY: {"id": "Kewajiban menurut hukum", "en": "A duty set by law"},
    Basis.VITAL_INTEREST: {"id": "Melindungi keselamatan Anda", "en": "Protecting your life or health"},
    Basis.PUBLIC_TASK: {"id": "Tugas pelayanan publik", "en": "A task of public service"},
    Basis.LEGITIMATE_INTEREST: {"id": "Kepentingan yang sah", "en": "A legitimate interest"},
}
RIGHTS: Text = {
    "id": "Anda berhak melihat, memperbaiki, dan mendapat salinan data Anda.",
    "en": "You have the right to see, correct and receive a copy of your data.",
}


def purposes_from(
    service: str,
    service_name: Text,
    claims: Sequence[Mapping[str, Any]],
    *,
    labels: Mapping[str, Text],
    categories: Mapping[str, str],
    retention: Text,
    valid_for: str | None,
) -> tuple[Purpose, ...]:
    """Return purposes made from a service's own rows of claim, required, purpose, basis and rule: one for each basis and necessity."""
    groups: dict[tuple[bool, str, str], list[Mapping[str, Any]]] = {}
    for row in claims:
        groups.setdefault((bool(row["required"]), str(row["basis"]), str(row.get("rule") or "")), []).append(row)
    purposes = []
    for number, ((required, basis, rule), rows) in enumerate(sorted(groups.items(), key=lambda item: not item[0][0]), 1):
        kind = Basis(basis)
        said = tuple(
            NoticeClaim(row["claim"], labels[row["claim"]], categories.get(row["claim"], "general"), row["purpose"]) for row in rows
        )
        purposes.append(
            Purpose(
                id=f"{service}.{number}",
                title=_title(required, service_name),
                text={language: " ".join(dict.fromkeys(row["purpose"][language] for row in rows)) for language in ("id", "en")},
                basis=kind,
                required=required,
                claims=said,
                rule=rule,
                retention=retention,
                valid_for=seconds_of(valid_for or "P1Y") if kind is Basis.CONSENT else None,
            )
        )
    return tuple(purposes)


def build(
    *,
    service: str,
    service_name: Text,
    application: str,
    controller: str,
    controller_name: Text,
    purposes: tuple[Purpose, ...],
    valid_from: int,
    if_refused: Text,
    version: str = "1.0",
    supersedes: str | None = None,
    changes: Text | None = None,
) -> Notice:
    """Return a notice that says exactly these purposes, its full text composed in both languages and hashed."""
    title: Text = {
        "id": f"Bagikan data Anda ke {service_name['id']}?",
        "en": f"Share your data with {service_name['en']}?",
    }
    intro: Text = {
        "id": f"{controller_name['id']} memerlukan data ini untuk {service_name['id']}.",
        "en": f"{controller_name['en']} needs these data for {service_name['en']}.",
    }
    purposes = apart(purposes)
    full = {language: _full_text(language, title, intro, purposes, if_refused, version) for language in ("id", "en")}
    return Notice(
        id=f"{service}@{version}",
        service=service,
        application=application,
        controller=controller,
        version=version,
        title=title,
        intro=intro,
        purposes=purposes,
        full_text=full,
        text_sha256=hash_of(full),
        valid_from=valid_from,
        supersedes=supersedes,
        changes=changes,
        if_refused=if_refused,
        rights=RIGHTS,
    )


def _title(required: bool, name: Text) -> Text:
    if required:
        return {"id": f"Memberi layanan {name['id']}", "en": f"Providing {name['en']}"}
    return {"id": "Membantu Anda lebih cepat", "en": "Serving you faster"}


def _full_text(language: str, title: Text, intro: Text, purposes: Sequence[Purpose], offline: Text, version: str) -> str:
    indonesian = language == "id"
    lines = [title[language], "", intro[language]]
    for purpose in purposes:
        group = (
            ("Data wajib" if indonesian else "Required data")
            if purpose.required
            else ("Data tambahan (boleh tidak dibagikan)" if indonesian else "Optional data (you may leave it out)")
        )
        lines += ["", f"{purpose.title[language]} – {group}"]
        lines += [f"- {claim.label[language]}: {claim.purpose[language]}" for claim in purpose.claims]
        rule = f" ({purpose.rule})" if purpose.rule else ""
        lines.append(f"{'Dasar pemrosesan' if indonesian else 'Legal basis'}: {BASIS_WORDS[purpose.basis][language]}{rule}.")
        if purpose.retention:
            lines.append(f"{'Disimpan' if indonesian else 'Kept'}: {purpose.retention[language]}.")
    if offline:
        lines += ["", f"{'Jika Anda tidak setuju' if indonesian else 'If you do not agree'}: {offline[language]}"]
    lines += ["", RIGHTS[language], "", f"{'Teks versi' if indonesian else 'Text version'} {version}."]
    return "\n".join(lines)
