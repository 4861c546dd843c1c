"""Why a request is refused, in the words of the RFCs.

Refused
├── missing token       401  bare challenge. RFC 6750 §3.1
├── invalid_request     400
├── invalid_token       401
├── invalid_dpop_proof  401  RFC 9449 §7.1
├── insufficient_scope  403  with the scope that is needed
├── insufficient_user_authentication 401  with acr_values and max_age. RFC 9470 §3
└── temporarily_unavailable 503  the provider does not answer: never guessed
"""

from __future__ import annotations

from collections.abc import Mapping

STATUS = {"invalid_request": 400, "insufficient_scope": 403, "temporarily_unavailable": 503}
RETRY_AFTER = "5"


class Refused(Exception):
    """`error` is the wire code, empty when no token came; `more` are further members of the challenge."""

    def __init__(self, error: str, description: str = "", *, scheme: str = "Bearer", more: Mapping[str, str] | None = None) -> None:
        super().__init__(description or error)
        self.error = error
        self.description = description
        self.scheme = scheme
        self.more = dict(more or {})

    @property
    def status(self) -> int:
        return STATUS.get(self.error, 401)

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the answer: the challenge, or when to come back."""
        if self.status == 503:
            return {"Retry-After": RETRY_AFTER}
        members = {"realm": "gapura", **({"error": self.error} if self.error else {}), **self.more}
        return {"WWW-Authenticate": f"{self.scheme} " + ", ".join(f'{name}="{value}"' for name, value in members.items())}
