"""What would this application receive about this test person? Answered by the functions that really issue (UX TP-1, TP-3).

Only people of the demonstration data are known here: a live citizen is not found, whatever the role. Consent is answered in a ledger that
is forgotten with the request; nothing is signed; the issuer ends in `/preview`, so that no relying party takes it for real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from admin.actions import check
from admin.actions.applications import found
from admin.actions.bench import Bench, refusal
from admin.actions.desk import Desk
from admin.actions.picture import Asked, Preview, Row, Shown, Wanted, rows_of, why_missing
from admin.errors import NotFound
from admin.operator import Operator
from admin.permissions import Permission
from admin.personas import Persona, Personas
from admin.pretend import FreeFence, PretendLedger
from connectors.contract import Connector, Identity, Kind
from connectors.errors import BadRequest, MissingSecret, NotEntered
from consent.models import Answer, Notice, Purpose
from consent.service import ConsentService
from idp.applications.models import Application, Client, Service
from idp.applications.registry import Snapshot
from idp.interaction.models import Consent, Interaction, Issue, Refuse, Step
from idp.interaction.next_step import Facts, next_step
from idp.people.models import Person
from idp.people.release import identity, release
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS, Session
from idp.settings import IdpSettings
from idp.tokens.claims import claims_of_scopes
from idp.tokens.id_token import id_token_claims
from kit.audit import AuditEvent

ANSWERS = ("all", "required", "none")
NONCE = "preview-nonce"
TOKEN = "preview-access-token-that-opens-nothing"

Text = Mapping[str, str]
FROM_NOTICE = {"id": "Pemberitahuan", "en": "Notice"}
FROM_RULES = {"id": "Aturan dan permintaan", "en": "Rules and request"}


@dataclass(frozen=True, slots=True)
class Case:
    """One run: who, where, in which session, and what the client would ask."""

    person: Person
    application: Application
    service: Service
    session: Session
    client: Client | None
    connector: Connector | None
    subject: str
    requested: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    step: Step
    shown: tuple[Purpose, ...] = ()
    agreed: frozenset[str] = field(default_factory=frozenset)
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Previews:
    desk: Desk
    kinds: Mapping[str, Kind]
    people: Personas
    settings: IdpSettings
    issuer: str
    bench: Bench

    async def personas(self, operator: Operator) -> Sequence[Persona]:
        self.desk.may(operator, Permission.PREVIEW)
        return await self.people.all()

    async def run(self, operator: Operator, wanted: Wanted, instead: Snapshot | None = None) -> Preview:
        """Return what would leave, now or if the registry were as `instead` says. Noted in the audit trail, because an operator saw how
        data flow."""
        self.desk.may(operator, Permission.PREVIEW)
        check.settle(check.one_of("answer", wanted.answer, ANSWERS))
        persona = next((p for p in await self.people.all() if p.id == wanted.person), None)
        if persona is None:
            raise NotFound(wanted.person)
        snapshot = instead or await self.desk.snapshot()
        application = found(snapshot, wanted.application)
        seen = await self.seen(snapshot, persona, wanted)
        service = snapshot.service_for(application.id, wanted.service or None)
        entry = self.desk.entry(
            operator,
            AuditEvent.PREVIEWED,
            f"application:{application.id}",
            after={"test_person": persona.id, "service": service.slug if service is not None else "", "answer": wanted.answer},
            names={f"application:{application.id}": application.name["id"]},
        )
        await self.desk.stores.audit.append(entry)
        return seen

    async def seen(self, snapshot: Snapshot, persona: Persona, wanted: Wanted) -> Preview:
        """Return what would leave about this test person under this registry."""
        application = found(snapshot, wanted.application)
        service = snapshot.service_for(application.id, wanted.service or None)
        if service is None:
            return Preview(outcome="no_notice", notes=[{"id": "Aplikasi ini belum punya layanan.", "en": "It has no service yet."}])
        case = await self._case(snapshot, persona, application, service)
        outcome = await self._decide(snapshot, case, wanted.answer)
        return await self._shown(case, outcome, snapshot.notice_for(service.slug))

    async def _case(self, snapshot: Snapshot, persona: Persona, application: Application, service: Service) -> Case:
        now = self.desk.clock.now()
        client = next(iter(snapshot.clients_of.get(application.id, ())), None)
        connector = snapshot.connector_of.get(application.id)
        two_steps = service.authentication_level == "aal2"
        session = Session(
            id="preview",
            sid="preview",
            person=persona.person.id,
            auth_time=now,
            amr=("pwd", "otp", "mfa") if two_steps else ("pwd",),
            acr=ACR_TWO_STEPS if two_steps else ACR_PASSWORD,
            created_at=now,
            last_seen=now,
            expires_at=now + 60,
        )
        if client is not None:
            requested = claims_of_scopes(client.scopes)
        elif connector is not None and connector.kind in self.kinds:
            requested = self.kinds[connector.kind].emits(connector.settings) - {"sub"}
        else:
            requested = frozenset()
        sector = (client.sector if client is not None else "") or application.agency
        subject = await self.people.subject(persona, sector)
        return Case(persona.person, application, service, session, client, connector, subject, requested)

    async def _decide(self, snapshot: Snapshot, case: Case, answer: str) -> Outcome:
        """Walk the dispatcher's own rules; where they ask for consent, answer in a ledger that nobody keeps, page after page."""
        notice = snapshot.notice_for(case.service.slug)
        consent = ConsentService(PretendLedger(), FreeFence(), self.desk.clock, lambda: snapshot.notices)
        seen: tuple[Purpose, ...] = ()
        agreed: frozenset[str] = frozenset()
        step = await self._step(snapshot, case, consent, notice)
        while isinstance(step, Consent) and notice is not None:
            shown = tuple(p for p in notice.purposes if p.id in step.to_show)
            ticked = frozenset(p.id for p in shown if answer == "all" or (answer == "required" and p.required) or not p.needs_answer)
            if {p.id for p in shown} <= {p.id for p in seen}:
                break  # what an answer does not settle is what the person would see
            seen += shown
            if answer == "none" and any(p.required and p.needs_answer for p in shown):
                return Outcome(Refuse("declined"), seen, agreed, declined=True)
            agreed |= ticked
            reply = Answer(
                person=case.person.id,
                notice=notice,
                shown=step.to_show,
                agreed=ticked,
                refused_all=False,
                language="id",
                channel="preview",
                at=self.desk.clock.now(),
            )
            await consent.answer(reply, notice)
            step = await self._step(snapshot, case, consent, notice)
        return Outcome(step, seen, agreed)

    async def _step(self, snapshot: Snapshot, case: Case, consent: ConsentService, notice: Notice | None) -> Step:
        now = self.desk.clock.now()
        interaction = Interaction(
            id="preview",
            door="preview",
            browser="preview",
            application=case.application.id,
            service=case.service.slug,
            claims=case.requested,
            created_at=now,
            expires_at=now + 60,
        )
        standing = await consent.standing(case.person.id, notice, case.requested) if notice is not None else None
        facts = Facts(
            interaction,
            case.session,
            case.person,
            standing,
            now,
            service=case.service,
            application_usable=snapshot.usable(case.application.id) and (case.connector is None or case.connector.enabled),
            audience=case.application.audience,
        )
        return next_step(facts)

    async def _shown(self, case: Case, outcome: Outcome, notice: Notice | None) -> Preview:
        asked = [
            Asked(
                purpose=p.id,
                title=dict(p.title),
                basis=p.basis.value,
                required=p.required,
                claims=sorted(p.claim_names),
                agreed=p.id in outcome.agreed,
            )
            for p in outcome.shown
        ]
        if not isinstance(outcome.step, Issue):
            reason = outcome.step.reason if isinstance(outcome.step, Refuse) else type(outcome.step).__name__.lower()
            return Preview(outcome=reason, asked=asked, notes=[{"id": "Tidak ada data yang dikirim.", "en": "No data are sent."}])
        values = release(case.person, outcome.step.released)
        missing = sorted(case.requested - set(values))
        notes = [why_missing(name, outcome.step.released) for name in missing]
        absent = [Row(name=name, value="", origin=why_missing(name, outcome.step.released), sent=False) for name in missing]
        if case.client is not None:
            token = self._id_token(case)
            info = {"sub": case.subject, **values}
            return Preview(
                outcome="issued",
                asked=asked,
                id_token=rows_of(token, FROM_RULES),
                userinfo=[*rows_of(info, FROM_NOTICE), *absent],
                access_token=rows_of(self._access_token(case), FROM_RULES),
                notes=notes,
                id_token_claims=token,
                userinfo_claims=info,
            )
        if case.connector is None or case.connector.kind not in self.kinds:
            return Preview(outcome="issued", asked=asked, headers=absent, notes=notes)
        who = self._identity(case, outcome.step.released)
        try:
            exhibits = await self.bench.exhibits(case.connector, who, who.issued_at)
        except (NotEntered, BadRequest, MissingSecret) as error:
            code = error.code if isinstance(error, NotEntered) else "bad_connector_request"
            return Preview(outcome=code, asked=asked, notes=[dict(refusal(error)), *notes])
        return Preview(
            outcome="issued",
            asked=asked,
            headers=[*self.bench.rows(case.connector, who, notice), *absent],
            exhibits=[Shown(title=one.title, text=one.text, media_type=one.media_type) for one in exhibits],
            notes=notes,
        )

    def _id_token(self, case: Case) -> dict[str, Any]:
        assert case.client is not None
        return id_token_claims(
            issuer=f"{self.issuer}/preview",
            client_id=case.client.client_id,
            subject=case.subject,
            sid=case.session.sid_for(case.client.sector or case.application.agency),
            auth_time=case.session.auth_time,
            acr=case.session.acr,
            amr=case.session.amr,
            nonce=NONCE,
            access_token=TOKEN,
            alg=case.client.id_token_alg,
            now=self.desk.clock.now(),
            seconds=self.settings.id_token_seconds,
            asked={},
        )

    def _access_token(self, case: Case) -> dict[str, Any]:
        assert case.client is not None
        jwt = case.client.access_token_format == "jwt"
        return {
            "format": case.client.access_token_format,
            "aud": case.client.audience or case.client.client_id,
            "scope": " ".join(sorted(case.client.scopes)),
            "expires_in": self.settings.jwt_access_token_seconds if jwt else self.settings.access_token_seconds,
        }

    def _identity(self, case: Case, released: frozenset[str]) -> Identity:
        return identity(
            case.person,
            case.session,
            application=case.application.id,
            service=case.service.slug,
            subject=case.subject,
            released=released,
            now=self.desk.clock.now(),
        )
