"""What an access token is for. RFC 8707: several resources may be named when the person is asked, one when a token is."""

from __future__ import annotations

from idp.applications.models import Client
from idp.errors import InvalidTarget


def audience_of(client: Client, granted: frozenset[str], asked: str) -> str:
    """Return the resource a token shall be for, empty for the client's own audience; raise InvalidTarget. RFC 8707 §2.2; TK-20.

    `granted` are the resources of the authorization request; none means that it named none.
    """
    allowed = granted & client.audiences if granted else client.audiences
    wanted = asked or next(iter(granted), "")
    if not asked and len(granted) > 1:
        raise InvalidTarget("name one of the resources that were granted", param="resource")
    if wanted and wanted not in allowed:
        raise InvalidTarget("no token for that resource was granted to this client", param="resource")
    return wanted
