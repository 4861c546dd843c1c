"""Making the answer that lets a request through: from the facts as they stand now, by the same decision as every other door."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

import orjson

from connectors.contract import Answer, Connector, Identity, ProxyKind
from connectors.registry import PROXY_KINDS
from consent.service import ConsentService
from idp import guards
from idp.applications.models import Service
from idp.applications.registry import GUARD, Registry
from idp.gate.records import GateSession
from idp.interaction.models import Issue
from idp.interaction.next_step import Facts, next_step
from idp.interaction.unasked import unasked
from idp.keys.schedule import KeySchedule
from idp.people.disclosing import Disclosing, Receiver
from idp.people.models import Person
from idp.people.release import identity
from idp.people.service import People
from idp.sessions.idle import use_again
from idp.sessions.models import Session
from kit.clock import Clock
from kit.expiring import ExpiringStore, Guards, Put
from kit.sealing import KeyRing

ANSWER_SECONDS = 300  # then it is made anew, which counts as use of the session and notices an idle one
PROOF_SECONDS = 60
PROOF_TYPE = "gapura-gate+jwt"  # no other token of ours has it, so a proof is good for nothing else (RFC 8725 §3.11)


def proxy_kind(connector: Connector) -> ProxyKind:
    return PROXY_KINDS[connector.kind]


@dataclass(frozen=True)
class GateAnswers:
    store: ExpiringStore
    registry: Registry
    people: People
    consent: ConsentService
    disclosing: Disclosing
    ring: KeyRing
    clock: Clock
    keys: KeySchedule
    issuer: str

    async def make(self, key: str, gate: GateSession, connector: Connector) -> Answer | None:
        """Return the answer and keep it under its guards; None when anything asks for a page, a refusal, or another look."""
        names = (guards.permit(gate.person, connector.application), guards.application(connector.application))
        values = await self.store.guards(*names, GUARD)
        ours_is_old = values.pop(GUARD) != self.registry.version  # this worker has not yet read a change of the registry
        lived_under = {**gate.session_guards, **values}
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
            unasked("gate", connector.application, service.slug, wanted, now),
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
        may_rest = await use_again(self.store, gate.session, gate.session_guards, gate.expires_at - now)
        if not may_rest:
            return None
        answer = await self._format(gate, connector, service, person, session, step.released)
        ends = min(gate.expires_at, standing.expires_at or gate.expires_at)  # no answer outlives the session or the consent (CN-10)
        kept_for = PROOF_SECONDS // 2 if proxy_kind(connector).proof_header(connector.settings) else ANSWER_SECONDS
        kept_for = 1 if ours_is_old else min(kept_for, max(1, may_rest // 4))
        return answer if await self._keep(key, answer, min(kept_for, ends - now), lived_under) else None

    async def _format(
        self, gate: GateSession, connector: Connector, service: Service, person: Person, session: Session, released: frozenset[str]
    ) -> Answer:
        snapshot, now = self.registry.now, self.clock.now()
        subject = await self.people.subject(person.id, snapshot.applications[connector.application].agency)
        who = identity(
            person, session, application=connector.application, service=service.slug, subject=subject, released=released, now=now
        )
        kind = proxy_kind(connector)
        emitted = {emission.claim for emission in kind.emissions(connector.settings, who)} - {"sub"}
        receiver = Receiver(f"{gate.session}.{connector.id}", service.slug, connector.application, connector.id, connector.kind)
        await self.disclosing.record(person.id, receiver, {name: who.claims.get(name) for name in emitted}, now)
        return self._proven(kind.allow(connector.settings, who), kind, connector, who)

    def _proven(self, answer: Answer, kind: ProxyKind, connector: Connector, who: Identity) -> Answer:
        """Add, where the application wants it, a signed copy of the headers: whoever reaches it directly cannot make one (FA-10)."""
        name = kind.proof_header(connector.settings)
        if not name:
            return answer
        said = {emission.name: emission.value for emission in kind.emissions(connector.settings, who)}
        times = {"iat": who.issued_at, "exp": who.issued_at + PROOF_SECONDS, "auth_time": who.auth_time}
        claims = {"iss": self.issuer, "aud": connector.id, "sub": who.subject, "acr": who.acr, "headers": said, **times}
        return replace(answer, headers={**answer.headers, name: self.keys.signer.sign(claims, "ES256", PROOF_TYPE)})

    async def _keep(self, key: str, answer: Answer, seconds: int, lived_under: Guards) -> bool:
        """Keep the answer sealed: its headers carry personal values."""
        sealed = base64.b64encode(self.ring.seal(orjson.dumps(dict(answer.headers)), key))
        return await self.store.put(Put(key, sealed, seconds, lived_under))

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
