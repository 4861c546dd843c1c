"""No two systems share a secret: either could pose as Gapura at the other (TI-02).

Asked when a value is entered, and again inside the transaction that keeps it, where nobody else's value can come between. There the
secrets of drafts count too, and those of a kind itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from admin.actions import check
from admin.errors import FieldProblem
from connectors.shared_secrets import held_by_another
from idp.handoff.store import Secrets

Given = tuple[str, str, str]  # the field it is entered in, whose it is, the value


def shared(at: str) -> FieldProblem:
    text = "Konektor lain sudah memakai rahasia ini. Setiap sistem perlu rahasia sendiri."
    return check.problem(at, "shared", text, "Another connector has this secret. Each system needs its own.")


def none_shared(given: Sequence[Given], secrets: Secrets) -> None:
    """Raise Invalid when one of these values is another's too."""
    check.settle(shared(at) for at, own, value in given if held_by_another(secrets, value, own))
