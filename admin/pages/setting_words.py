"""What the fields of a definition are called. Those of its settings say it themselves: each kind has the words for its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from connectors.about import About
from connectors.contract import Kind

Text = Mapping[str, str]

# The fields of a definition outside its settings.
_FIELDS: Mapping[str, Text] = {
    "id": {"id": "ID konektor", "en": "Id of the connector"},
    "kind": {"id": "Jenis", "en": "Kind"},
    "application": {"id": "Aplikasi", "en": "Application"},
    "register": {"id": "Aplikasi baru", "en": "New application"},
    "agency": {"id": "Instansi", "en": "Agency"},
    "managed": {"id": "Pengelola", "en": "Managed by"},
    "purpose": {"id": "Tujuan", "en": "Purpose"},
    "legal_basis": {"id": "Dasar hukum", "en": "Legal basis"},
    "contact": {"id": "Kontak", "en": "Contact"},
    "classification": {"id": "Klasifikasi", "en": "Classification"},
    "secrets": {"id": "Rahasia", "en": "Secret"},
    "settings": {"id": "Pengaturan", "en": "Settings"},
}


def fields_of(kind: Kind | None) -> Callable[[str], Text]:
    """Return what names the fields of a definition of this kind, for a page; None: no kind was chosen yet."""
    return partial(field_of, about=kind.about if kind is not None else None)


def field_of(name: str, about: About | None) -> Text:
    """Return what a field of a definition is called, by its name in an error or a change: `settings.base_url`, `secrets.key`."""
    outer, _, inner = name.partition(".")
    if outer == "settings" and inner:
        return label_of(inner.partition(".")[0], about)
    return _FIELDS.get(outer, {"id": outer, "en": outer})


def label_of(name: str, about: About | None) -> Text:
    """Return what a setting is called; its own name when nobody gave it words."""
    found = about.setting(name) if about is not None else None
    if found is None:
        plain = name.replace("_", " ").capitalize()
        return {"id": plain, "en": plain}
    return found.title


def hint_of(name: str, description: str, about: About | None) -> Text:
    """Return what to write there; empty when the label says enough. In English that is the model's own description."""
    found = about.setting(name) if about is not None else None
    return {"id": found.hint if found is not None else "", "en": description}
