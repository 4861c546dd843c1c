"""What a change means: field by field, before and after, and what it does to people, in words (PB-2). Pure.

What is dangerous is decided by what the connector would emit, and for the other settings by dangers.py (PB-3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from admin.actions.dangers import meaning
from admin.actions.lifecycle_models import Change
from admin.actions.settings_problems import mapping_fields
from connectors.contract import Kind
from connectors.definition import Definition
from idp.people.claims import CATALOGUE

Text = Mapping[str, str]
EFFECTS: Mapping[str, Text] = {
    "longer": {
        "id": "Bukti masuk berlaku lebih lama: bila akses seseorang dicabut, sistem ini masih percaya selama itu.",
        "en": "A proof of sign-in is good for longer: when somebody's access ends, this system goes on believing for that long.",
    },
    "shorter": {"id": "Bukti masuk berlaku lebih singkat.", "en": "A proof of sign-in is good for a shorter time."},
    "place": {"id": "Data orang dikirim ke alamat lain.", "en": "People's data go to another address."},
    "open": {"id": "Yang boleh dibuka atau dipanggil berubah.", "en": "What may be opened or called changes."},
    "weaker": {"id": "Sebuah pengaman berubah. Periksa apakah masih cukup.", "en": "A safeguard changes. See whether it is still enough."},
    "plain": {"id": "Pengaturan sistem ini berubah.", "en": "A setting of this system changes."},
    "words": {"id": "Keterangan saja; tidak mengubah data yang dikirim.", "en": "A description only; what is sent stays the same."},
    "secret": {"id": "Rahasia diambil dari tempat lain.", "en": "The secret comes from another place."},
    "value": {
        "id": "Nilai rahasia baru; yang lama masih diterima selama masa peralihan.",
        "en": "A new value of the secret; the former one is accepted until the overlap ends.",
    },
    "managed": {"id": "Konektor ini dikelola dari tempat lain.", "en": "This connector is managed from another place."},
    "register": {"id": "Aplikasi ini ikut didaftarkan.", "en": "The application is registered along with it."},
    "new": {"id": "Konektor baru.", "en": "A new connector."},
    "first_value": {"id": "Nilai rahasia yang pertama.", "en": "The first value of the secret."},
}
# The same of a connector that there was not: nothing is longer, elsewhere or weaker than before.
FIRST: Mapping[str, Text] = {
    "longer": {"id": "Selama ini bukti masuk berlaku.", "en": "A proof of sign-in is good for so long."},
    "place": {"id": "Alamat ini dipakai untuk data orang.", "en": "An address that people's data go to or come from."},
    "open": {"id": "Yang boleh dibuka atau dipanggil.", "en": "What may be opened or called."},
    "weaker": {"id": "Pengaman sistem ini.", "en": "A safeguard of this system."},
    "plain": {"id": "Pengaturan sistem ini.", "en": "A setting of this system."},
    "secret": {"id": "Dari sini rahasia diambil.", "en": "Where the secret comes from."},
    "managed": {"id": "Konektor ini dikelola dari sini.", "en": "This connector is managed from here."},
}


def changes(
    before: Definition | None, after: Definition, kinds: Mapping[str, Kind], renewed: frozenset[str] = frozenset()
) -> tuple[Change, ...]:
    """Return every difference in the order of a definition. `renewed`: secrets whose value would be another one."""
    found: list[Change] = []
    words = EFFECTS if before is not None else {**EFFECTS, **FIRST}
    former = before or Definition(kind=after.kind, id=after.id, application=after.application)
    if before is None:
        found.append(Change("id", "", after.id, EFFECTS["new"]))
    if after.register_as is not None:
        found.append(Change("register", "", after.application, EFFECTS["register"]))
    for name in ("managed", "agency", "purpose", "legal_basis", "contact", "classification"):
        old, new = _text(getattr(former, name)), _text(getattr(after, name))
        if old != new:
            found.append(Change(name, old, new, words["managed" if name == "managed" else "words"]))
    kind = kinds[after.kind]
    found += _mapped(former, after, kind)
    found += _settings(former, after, kind, words)
    for name in sorted({*former.secrets, *after.secrets}):
        old, new = former.secrets.get(name, ""), after.secrets.get(name, "")
        if old != new:
            found.append(Change(f"secrets.{name}", old, new, words["secret"]))
    for name in sorted(renewed):
        known = name in former.secrets
        found.append(Change(f"secrets.{name}", "•••" if known else "", "•••", EFFECTS["value" if known else "first_value"]))
    return tuple(found)


def _mapped(before: Definition, after: Definition, kind: Kind) -> Iterator[Change]:
    """The rows of the mapping tables by the name they have at the older system, and then data that leave in some other way."""
    new_claims = _emitted(after, kind) - _emitted(before, kind)
    told: set[str] = set()
    for table in mapping_fields(kind):
        old, new = _rows(before, table), _rows(after, table)
        for name in [*(n for n in new if n not in old), *(n for n in old if n in new), *(n for n in old if n not in new)]:
            was, now = old.get(name), new.get(name)
            if was == now:
                continue
            claim = str((now or was or {}).get("claim", ""))
            danger = _danger(claim) if now is not None and claim in new_claims else ""
            told |= {claim} if now is not None else set()
            yield Change(f"settings.{table}.{name}", _row(was), _row(now), _row_effect(was, now, name), danger)
    for claim in sorted(new_claims - told - {"sub"}):
        yield Change("settings", "", claim, _receives(claim), _danger(claim))


def _settings(before: Definition, after: Definition, kind: Kind, words: Mapping[str, Text]) -> Iterator[Change]:
    tables = mapping_fields(kind)
    defaults = {n: f.get_default(call_default_factory=True) for n, f in kind.settings_model.model_fields.items() if not f.is_required()}
    for name in kind.settings_model.model_fields:
        if name in tables:
            continue
        old, new = before.settings.get(name, defaults.get(name)), after.settings.get(name, defaults.get(name))
        if _text(old) != _text(new):
            effect, danger = meaning(kind.about.setting(name), old, new, fresh=not before.settings)
            yield Change(f"settings.{name}", _text(old), _text(new), words[effect], danger)


def _emitted(definition: Definition, kind: Kind) -> frozenset[str]:
    """Settings that their kind no longer accepts emit nothing today: whatever comes after them is new."""
    try:
        return kind.emits(kind.settings_model.model_validate(definition.settings))
    except ValidationError:
        return frozenset()


def _rows(definition: Definition, table: str) -> dict[str, dict[str, Any]]:
    return {str(row.get("field", "")): row for row in definition.settings.get(table, ()) if isinstance(row, dict)}


def _row(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    rest = {n: v for n, v in row.items() if n not in ("claim", "field") and v not in ("", "none")}
    return f"{row.get('claim', '')}{' ' + _text(rest) if rest else ''}"


def _row_effect(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, name: str) -> Text:
    if now is None:
        label = _label(str((was or {}).get("claim", "")))
        return {
            "id": f"Aplikasi ini tidak lagi menerima {label['id']} sebagai {name}.",
            "en": f"This application no longer receives {label['en']} as {name}.",
        }
    if was is None or was.get("claim") != now.get("claim"):
        return _receives(str(now.get("claim", "")))
    return {"id": f"{name} ditulis dengan bentuk lain.", "en": f"{name} is written in another form."}


def _receives(claim: str) -> Text:
    label = _label(claim)
    return {"id": f"Aplikasi ini akan menerima {label['id']}.", "en": f"This application will receive: {label['en']}."}


def _label(claim: str) -> Text:
    known = CATALOGUE.get(claim)
    return known.label if known is not None else {"id": claim, "en": claim}


def _danger(claim: str) -> str:
    known = CATALOGUE.get(claim)
    return "specific_data" if known is not None and known.category == "specific" else "new_data"


def _text(value: Any) -> str:
    """Return a value as it is shown; nothing for what is not there."""
    if value is None or value in ("", (), [], {}):
        return ""
    if hasattr(value, "model_dump"):
        return _text({n: v for n, v in value.model_dump(mode="json").items() if v not in ("", None)})
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json", exclude_defaults=True) if hasattr(value, "model_dump") else str(value)
