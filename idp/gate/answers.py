"""Making the answer that lets a request through: from the facts as they stand now, by the same decision as every other door."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import orjson

from connectors.builtin import KINDS
from connectors.contract import Answer, Connector, ProxyKind
from consent.disclosure import DisclosureLog
from consent.models import Disclosure
from consent.service import ConsentService
from idp import guards
from idp.applications.models import Service
from idp.applications.registry import Registry
from idp.gate.records import GateSession
from idp.interaction.models import Interaction, Issue
from idp.interaction.next_step import Facts, next_step
from idp.people.models import Person
from idp.people.release import identity
from idp.people.service import People
from idp.sessions.models import Session
from kit.clock import Clock
from kit.expiring import ExpiringStore, Guards, Put
from kit.sealing import KeyRing
from kit.secrets import keyed, new_id

ANSWER_SECONDS = 300


def proxy_kind(connector: Connector) -> ProxyKind:
    return KINDS[connector.kind]  # type: ignore[return-value] # only connectors with PROXY_CHECK come here


@dataclass(frozen=True)
class GateAnswers:
    store: ExpiringStore
    registry: Registry
    people: People
    consent: ConsentService
    disclosures: DisclosureLog
    ring: KeyRing
    clock: Clock
    mac_key: bytes = field(repr=False)

    async def make(self, key: str, gate: GateSession, connector: Connector) -> Answer | None:
        """Return the answer and keep it under its guards; None when anything asks for a page, a refusal, or another look."""
        names = (guards.permit(gate.person, connector.application), guards.application(connector.application))
        lived_under = {**gate.session_guards, **await self.store.guards(*names)}
        snapshot, now = self.registry.now, self.clock.now()
        service = snapshot.service_for(connector.application, None)
        person = await self.people.get(gate.person)
        notice = snapshot.notice_for(service.slug) if service is not None else None
        if service is None or person is None or notice is None or not connector.enabled:
            return None
        wanted = proxy_kind(connector).emits(connector.settings)
        standing = await self.consent.standing(person.id, notice, wanted)
        session = _session_of(gate)
        facts = Facts(
            _as_interaction(connector, service, wanted, now),
            session,
            person,
            standing,
            now,
            service=service,
            application_usable=snapshot.usable(connector.application),
            audience=snapshot.applications[connector.application].audience,
        )
        step = next_step(facts)
        if not isinstance(step, Issue):
            return None
        answer = await self._format(gate, connector, service, person, session, step.released)
        return answer if await self._keep(key, answer, lived_under) else None

    async def _format(
        self, gate: GateSession, connector: Connector, service: Service, person: Person, session: Session, released: frozenset[str]
    ) -> Answer:
        snapshot, now = self.registry.now, self.clock.now()
        subject = await self.people.subject(person.id, snapshot.applications[connector.application].agency)
        who = identity(
            person, session, application=connector.application, service=service.slug, subject=subject, released=released, now=now
        )
        kind = proxy_kind(connector)
        disclosed = tuple(sorted({emission.claim for emission in kind.emissions(connector.settings, who)} - {"sub"}))
        if disclosed:
            mac = keyed(self.mac_key, "disclosed", repr([(name, who.claims.get(name)) for name in disclosed]))
            await self.disclosures.record(
                Disclosure(
                    id=new_id(),
                    grant=f"{gate.session}.{connector.id}",
                    person=person.id,
                    service=service.slug,
                    application=connector.application,
                    client=connector.id,
                    claims=disclosed,
                    channel=connector.kind,
                    at=now,
                    values_mac=mac,
                )
            )
        return kind.allow(connector.settings, who)

    async def _keep(self, key: str, answer: Answer, lived_under: Guards) -> bool:
        """Keep the answer sealed: its headers carry personal values."""
        sealed = base64.b64encode(self.ring.seal(orjson.dumps(dict(answer.headers)), key))
        return await self.store.put(Put(key, sealed, ANSWER_SECONDS, lived_under))

    def open(self, key: str, raw: bytes) -> Answer:
        return Answer(200, orjson.loads(self.ring.open(base64.b64decode(raw), key)))


def _session_of(gate: GateSession) -> Session:
    return Session(
        id=gate.session,
        sid=gate.sid,
        person=gate.person,
        auth_time=gate.auth_time,
        amr=gate.amr,
        acr=gate.acr,
        created_at=gate.auth_time,
        last_seen=gate.auth_time,
        expires_at=gate.expires_at,
        guards=gate.session_guards,
    )


def _as_interaction(connector: Connector, service: Service, wanted: frozenset[str], now: int) -> Interaction:
    """Return the question of one request at the gate in the words of the dispatcher; it is never stored."""
    return Interaction(
        id="",
        door="gate",
        browser="",
        application=connector.application,
        service=service.slug,
        claims=wanted,
        created_at=now,
        expires_at=now,
    )
