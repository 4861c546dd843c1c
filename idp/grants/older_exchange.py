"""A person's token of ours for an older system's own proof, such as a ticket: a program acts for her there without her browser.

RFC 8693 §2.1. The older system stands in the rules of the exchange like a client: its settings say who may (`exchange_from`), its mapping
what it may learn. So list, consent, scopes and the chain of actors are judged by the very same rules, and it hears of the end of the
session as always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Identity
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Exchangeable
from idp.applications.models import Client, Service
from idp.applications.registry import Snapshot
from idp.errors import InvalidGrant, InvalidRequest, InvalidTarget
from idp.grants.exchange_checks import Exchange
from idp.grants.model import TokenAnswer
from idp.handoff.desk import Lending
from idp.people.disclosing import Disclosing, Receiver
from idp.people.models import Person
from idp.people.release import certain, release
from idp.people.service import People
from idp.signout.listeners import Listeners
from idp.tokens.claims import OWN_SCOPES, SCOPE_CLAIMS
from idp.tokens.models import AccessToken

SESSION = "session:"
STATE = re.compile(r"[A-Za-z0-9_-]{8,128}")


@dataclass(frozen=True)
class OlderSystems:
    kinds: Mapping[str, Exchangeable]
    lending: Lending
    people: People
    disclosing: Disclosing
    listeners: Listeners

    def asks(self, requested: str) -> str:
        """Return the type that is asked for when it is an older system's, else nothing."""
        return requested if requested in {kind.token_type for kind in self.kinds.values()} else ""

    def behind(self, audience: str, requested: str, snapshot: Snapshot) -> Client | None:
        """Return the connector that an audience names, as the rules of the exchange see it."""
        found = snapshot.connectors.get(audience)
        kind = self.kinds.get(found.kind) if found is not None else None
        if found is None or kind is None or kind.token_type != requested:
            return None
        emits = kind.emits(found.settings)
        scopes = {"openid", *(emits & OWN_SCOPES), *(scope for scope, claims in SCOPE_CLAIMS.items() if claims & emits)}
        return Client(
            client_id=found.id,
            application=found.application,
            auth_method="none",
            redirect_uris=(),
            scopes=frozenset(scopes),
            grant_types=frozenset(),
            exchange_from=kind.exchange_from(found.settings),
            enabled=found.enabled,
        )

    async def hand_over(
        self,
        asked: Exchange,
        snapshot: Snapshot,
        person: Person,
        service: Service,
        allowed: frozenset[str],
        until: int,
        under: dict[str, str],
    ) -> TokenAnswer:
        """Return the proof, on record first, and noted as a sign-in of the person's session, so that it ends with it."""
        assert asked.subject is not None and asked.target is not None
        connector, now = snapshot.connectors[asked.target.client_id], asked.request.now
        kind, session = self.kinds[connector.kind], session_of(asked.subject)
        state = state_of(asked.request.form.get("state", ""))
        subject = await self.people.subject(person.id, snapshot.sector_of(asked.target))
        who = Identity(
            subject=subject,
            application=connector.application,
            service=service.slug,
            claims=certain(release(person, allowed & kind.emits(connector.settings))),
            acr=asked.subject.acr,
            amr=(),
            auth_time=asked.subject.auth_time,
            issued_at=now,
        )
        told = {one.claim for one in kind.emissions(connector.settings, who)} - {"sub", ""}
        receiver = Receiver(f"{session}.{connector.id}", service.slug, connector.application, connector.id, "token_exchange")
        await self.disclosing.record(person.id, receiver, {name: who.claims.get(name) for name in told}, now)
        try:
            made = await kind.exchange(connector, who, state, self.lending.desk(kind.name, under, until))
        except (BadRequest, NotEntered) as error:
            raise InvalidTarget(
                "the older system cannot take this person now; ask its operator", param="audience", detail=str(error)
            ) from error
        if made is None:
            raise InvalidGrant("the permission changed meanwhile")
        await self.listeners.note_handle(connector.id, made.handle, session=session, sid="", subject=subject, now=now)
        return TokenAnswer(
            {"access_token": made.token, "issued_token_type": kind.token_type, "token_type": "N_A", "expires_in": made.seconds}
        )


def state_of(text: str) -> dict[str, str]:
    """Return what the older system's own page wants to find again in the proof, as at the front door."""
    if text and not STATE.fullmatch(text):
        raise InvalidRequest("state must be 8 to 128 letters, digits, - or _")
    return {"state": text} if text else {}


def session_of(token: AccessToken) -> str:
    """Return the session behind a token; raise InvalidRequest when there is none: nobody could end what begins over there."""
    found = next((name.removeprefix(SESSION) for name in token.also_under if name.startswith(SESSION)), "")
    if not found:
        raise InvalidRequest("subject_token has no sign-in behind it; an older system is entered within one")
    return found
