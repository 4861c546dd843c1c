"""Gathering what the rules ask about a client, then asking them: the names it wants us to call, and its sector document."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx

from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.registration.addresses import Lookup, is_outside, leads_inside, lookup
from idp.registration.checks import judge
from idp.registration.errors import Unfit
from idp.registration.policy import Policy
from idp.registration.state import Offered, State, called
from kit.json_depth import parse
from kit.outbound import fetch

MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Judging:
    registry: Registry
    offered: Offered
    outbound: httpx.AsyncClient
    find: Lookup = lookup

    async def judge(self, client: Client, *, policy: Policy | None = None, response_types: tuple[str, ...] | None = None) -> None:
        """Return when the client may be so; raise the first Unfit. What is not https and public by its text is never asked for."""
        uris = {uri for _, uri in called(client) if is_outside(uri, self.offered.allow)}
        asked = sorted(uris)
        inside = await asyncio.gather(*(leads_inside(uri, self.find, self.offered.allow) for uri in asked))
        bad = frozenset(uri for uri, is_inside in zip(asked, inside, strict=True) if is_inside)
        sector = client.sector_identifier_uri
        listed = await self._listed(sector) if sector is not None and sector in uris - bad else frozenset()
        kinds = response_types if response_types is not None else ("code",) if "authorization_code" in client.grant_types else ()
        judge(State(client, self.registry.now, self.offered, policy, kinds, bad, listed))

    async def _listed(self, uri: str) -> frozenset[str]:
        """Return what the sector document lists. OIDC Registration §5: a JSON array, by https, without redirect."""
        try:
            status, body = await fetch(self.outbound, uri, accept="application/json", limit=MAX_BYTES)
            found = parse(body) if status == 200 else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _unreadable() from error
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise _unreadable()
        return frozenset(found)


def _unreadable() -> Unfit:
    return Unfit("sector_identifier_uri", "Berkas sektor tidak dapat dibaca.", "the document could not be fetched, or is no JSON array")
