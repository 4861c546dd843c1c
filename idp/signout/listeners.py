"""Which clients are to be told when a session ends: noted durably before the first ID token of the session leaves, once per client."""

from __future__ import annotations

from collections import OrderedDict

from idp.applications.models import Client
from idp.signout.store import SessionClient, SessionClientStore

KNOWN = 50_000


def wants_to_know(client: Client) -> bool:
    """True when the client has an address for sign-outs; nobody else costs anything."""
    return client.backchannel_logout_uri is not None or client.frontchannel_logout_uri is not None


class Listeners:
    """Remembers in memory whom it noted, so that a session costs one write per client. Forgetting costs one more, never a lost row."""

    def __init__(self, store: SessionClientStore) -> None:
        self.store = store
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def note(self, client: Client, *, session: str, sid: str, subject: str, now: int) -> None:
        """Return when it is durable. Call it before the step that spends the code: whoever ends the session then sees this client."""
        key = (session, client.client_id)
        if not wants_to_know(client) or key in self._known:
            return
        await self.store.note(SessionClient(session, client.client_id, sid, subject, now))
        self._known[key] = None
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
