"""The resource-server helper: how an agency's FastAPI service checks tokens of Gapura in a few lines.

Owns       verification by discovery and key set, introspection, audience, scope, sign-in strength, proofs of possession
Serves     no route
May use    none of the other rooms: it runs in programs of agencies, far from the provider
Never      issues anything, keeps anything, trusts a header of the token for a key, answers when it cannot be sure
Start at   guard.py for the dependency, token_checks.py for what must hold of a token
"""

from __future__ import annotations

from rs.caller import Caller
from rs.errors import Refused
from rs.guard import ResourceServer

__all__ = ["Caller", "Refused", "ResourceServer"]
