"""Which clients are to be told when a session ends: noted durably before the first ID token of the session leaves, once per client."""

from __future__ import annotations

from collections import OrderedDict

from idp.applications.models import Client
from idp.signout.farewells import Farewells, row_key
from idp.signout.store import SessionClient, SessionClientStore

KNOWN = 50_000


def wants_to_know(client: Client) -> bool:
    """True when the client has an address for sign-outs; nobody else costs anything."""
    return client.backchannel_logout_uri is not None or client.frontchannel_logout_uri is not None


class Listeners:
    """Remembers in memory whom it noted, so that a session costs one write per client. Forgetting costs one more, never a lost row."""

    def __init__(self, store: SessionClientStore, farewells: Farewells) -> None:
        self.store = store
        self.farewells = farewells
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def note(self, client: Client, *, session: str, sid: str, subject: str, now: int) -> None:
        """Return when it is durable. Call it before the step that spends the code: whoever ends the session then sees this client."""
        if wants_to_know(client):
            await self._note(SessionClient(session, client.client_id, sid, subject, now))

    async def note_handle(self, connector_id: str, handle: str, *, session: str, sid: str, subject: str, now: int) -> None:
        """The same for an older system that a person was handed to. Call it before the answer leaves."""
        key = row_key(connector_id, handle)
        await self._note(SessionClient(session, key, sid, subject, now, handle=self.farewells.seal(key, handle)))

    async def _note(self, row: SessionClient) -> None:
        key = (row.session, row.client_id)
        if key in self._known:
            return
        await self.store.note(row)
        self._known[key] = None
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
