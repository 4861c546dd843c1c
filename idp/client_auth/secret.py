"""Client secrets: 256 random bits, kept as a digest, two valid at a time. RFC 6749 §2.3.1."""

from __future__ import annotations

from idp.applications.models import Client
from idp.client_auth.credentials import Presented
from kit.secrets import digest, same

NOBODY = digest("no client has this secret")


def key_of_secret(client: Client | None, presented: Presented, now: int) -> str | None:
    """Return the prefix of the secret that fits, or None. Unknown clients cost the same comparisons (TK-27)."""
    given = digest(presented.proof)
    secrets = client.secrets if client is not None else ()
    fits = None
    for secret in secrets:
        if same(secret.digest, given) and (secret.expires_at is None or now < secret.expires_at):
            fits = secret.prefix
    for _ in range(2 - len(secrets)):
        same(NOBODY, given)
    return fits
