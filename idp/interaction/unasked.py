"""The dispatcher's question where nobody can be asked anything: a request at the gate, a bind at the directory."""

from __future__ import annotations

from idp.interaction.models import Interaction


def unasked(door: str, application: str, service: str, wanted: frozenset[str], now: int) -> Interaction:
    """Return the question in the words of the dispatcher, for `next_step`; it is never stored."""
    return Interaction(
        id="", door=door, browser="", application=application, service=service, claims=wanted, created_at=now, expires_at=now
    )
