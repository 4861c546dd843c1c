"""What the rules about an authorization request look at."""

from __future__ import annotations

from dataclasses import dataclass

from idp.applications.models import Client
from idp.applications.registry import Snapshot
from idp.authorization.request import AuthorizationRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """A request beside what we know of its client."""

    request: AuthorizationRequest
    client: Client | None
    snapshot: Snapshot
