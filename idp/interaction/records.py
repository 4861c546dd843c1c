"""How an interaction lies in the expiring store, and the id by which its pages are found.

The id is `<random>.<way back>.<proof>`: the random part names the record; the way back is the application's id; the proof is an HMAC over
both. So a page that has expired still knows, from its own address, which application it belonged to, and offers to start again there
(UX C-16), without keeping anything.
"""

from __future__ import annotations

from dataclasses import asdict

import orjson

from idp.interaction.models import Interaction
from kit.secrets import keyed, new_secret, same


def encode(interaction: Interaction) -> bytes:
    data = asdict(interaction)
    data["claims"] = sorted(interaction.claims)
    data["essential"] = sorted(interaction.essential)
    data["answered"] = sorted(interaction.answered)
    return orjson.dumps(data)


def decode(raw: bytes) -> Interaction:
    data = orjson.loads(raw)
    data["claims"] = frozenset(data["claims"])
    data["essential"] = frozenset(data["essential"])
    data["answered"] = frozenset(data.get("answered", ()))  # absent from an interaction that an older version began
    data["form_targets"] = tuple(data["form_targets"])
    return Interaction(**data)


def new_interaction_id(key: bytes, application: str | None) -> str:
    """Return a new id: 256 random bits, the application, and the proof that we wrote both."""
    name = f"{new_secret()}.{application or '-'}"
    return f"{name}.{keyed(key, 'interaction', name)[:22]}"


def is_genuine(key: bytes, interaction_id: str) -> bool:
    """True when we made this id."""
    name, _, proof = interaction_id.rpartition(".")
    return bool(name) and same(proof, keyed(key, "interaction", name)[:22])


def application_of(key: bytes, interaction_id: str) -> str | None:
    """Return the application that a genuine id names; None for a forged one, or one without application."""
    if not is_genuine(key, interaction_id):
        return None
    application = interaction_id.rpartition(".")[0].partition(".")[2]
    return application if application != "-" else None
