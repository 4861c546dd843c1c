"""What a grant is: it fills in its own part; the token endpoint owns the phases (parse, authenticate, grant, mint, write)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from idp.client_auth.authenticate import Authenticated


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One token request: the client that proved itself, and its form. `now` is seconds UTC; `cnf` as in AccessToken."""

    authenticated: Authenticated
    form: Mapping[str, str] = field(repr=False)
    now: int
    cnf: str = ""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The members of a successful answer. RFC 6749 §5.1."""

    body: Mapping[str, Any] = field(repr=False)


class Grant(Protocol):
    """One way to get a token. Adding one: its file, one line in the table of hub/wiring.py, its test, its page in docs."""

    @property
    def name(self) -> str:
        """The grant_type on the wire."""

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        """Find, check, consume, mint, write; raise an OAuthError. What may happen once is one atomic step after all checks."""
