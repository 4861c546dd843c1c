"""`grant_type=urn:ietf:params:oauth:grant-type:token-exchange`: a service acts for a person at another service. RFC 8693.

The audience's own registration says who may (`exchange_from`). Whether the person lets that service know this is decided by the same
`next_step` as at the front door, from the consent of now; what it may learn is on record first (TX-06). The new token lives under every
guard of the old one and under those of the audience's application, so it dies with either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from consent.models import ConsentStanding, Notice
from consent.service import ConsentService
from idp import guards
from idp.applications.models import Client, Service
from idp.applications.registry import Registry, Snapshot
from idp.errors import InvalidGrant, InvalidRequest, NotConsented
from idp.grants.exchange_checks import ACCESS_TOKEN, RULES, Exchange
from idp.grants.model import TokenAnswer, TokenRequest
from idp.grants.older_exchange import OlderSystems
from idp.interaction.models import Interaction, Issue, Refuse, Step
from idp.interaction.next_step import Facts, next_step
from idp.people.disclosing import Disclosing, Receiver
from idp.people.models import Person
from idp.people.release import release
from idp.people.service import People
from idp.sessions.models import Session
from idp.tokens.access_token import AccessTokens, guard_names, token_type
from idp.tokens.claims import claims_of_scopes
from idp.tokens.guessing import TokenGuesses
from idp.tokens.models import AccessToken
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest

NAME = "urn:ietf:params:oauth:grant-type:token-exchange"
NOTED_AGAIN_AFTER = 60  # seconds: a refusal that is asked for again and again is one row


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the audience may learn, and until when (seconds UTC): neither the old token nor the person's agreement is outlived (TX-06)."""

    claims: frozenset[str]
    until: int


@dataclass(frozen=True)
class TokenExchangeGrant:
    store: ExpiringStore
    people: People
    registry: Registry
    consent: ConsentService
    access_tokens: AccessTokens
    disclosing: Disclosing
    guesses: TokenGuesses
    trail: AuditTrail
    older: OlderSystems
    rules: Sequence[Callable[[Exchange], None]] = RULES
    name: str = NAME

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        snapshot, text = self.registry.now, request.form.get("subject_token", "")
        asked = await self._asked(request, snapshot, text)
        for rule in self.rules:
            rule(asked)
        assert asked.subject is not None and asked.target is not None
        lived_under = await self._guards(asked.subject, asked.target, text)
        person, service, allowed = await self._decided(asked, snapshot, asked.target, asked.subject)
        if asked.older_type:
            return await self.older.hand_over(asked, snapshot, person, service, allowed.claims, allowed.until, lived_under)
        return await self._mint(asked, person, service, allowed, lived_under)

    async def _asked(self, request: TokenRequest, snapshot: Snapshot, text: str) -> Exchange:
        subject = await self.access_tokens.find(text)
        if subject is None and text:
            await self.guesses.count("", request.authenticated.client.client_id)
        audience, older_type = request.form.get("audience", ""), self.older.asks(request.form.get("requested_token_type", ""))
        target = self.older.behind(audience, older_type, snapshot) if older_type else _behind(audience, snapshot)
        still_has = subject is None or snapshot.still_has(subject.client_id, subject.scopes)
        usable = target is not None and snapshot.usable(target.application)
        return Exchange(request, subject, target, still_has, usable, older_type)

    async def _guards(self, subject: AccessToken, target: Client, text: str) -> dict[str, str]:
        """Return every guard the subject's token lives under, and the audience's own, as they stand now.

        The token is looked up once more afterwards: if it is alive then, none of its guards had moved before they were read.
        """
        assert subject.person is not None
        audience = (guards.permit(subject.person, target.application), guards.application(target.application))
        found = await self.store.guards(*dict.fromkeys((*guard_names(subject), *audience)))
        if await self.access_tokens.find(text) is None:
            raise InvalidRequest("subject_token is unknown, expired or revoked")
        return {**found, guards.grant(_grant(subject, target)): "0"}

    async def _decided(self, asked: Exchange, snapshot: Snapshot, target: Client, subject: AccessToken) -> tuple[Person, Service, Allowed]:
        """Return person, service and what may be released how long; raise NotConsented, noted, for any step but Issue."""
        assert subject.person is not None
        person = await self.people.get(subject.person)
        service = snapshot.service_for(target.application, None)
        notice = snapshot.notice_for(service.slug) if service is not None else None
        claims = claims_of_scopes(asked.scopes)
        standing = None
        if person is not None and notice is not None and await self._was_agreed(person, notice):
            standing = await self.consent.standing(person.id, notice, claims)
        step = _step(asked, snapshot, subject, person, service, standing, claims)
        if person is None or service is None or not isinstance(step, Issue):
            await self._note(asked, subject.person, step)
            raise NotConsented("the person has not agreed to this at that audience; send them through its own sign-in", param="audience")
        ends = standing.expires_at if standing is not None else None
        return person, service, Allowed(step.released, min(subject.expires_at, ends or subject.expires_at))

    async def _was_agreed(self, person: Person, notice: Notice) -> bool:
        """True while at least one purpose of the service stands for this person: without any, not even a pseudonym goes there."""
        everything = frozenset(claim for purpose in notice.purposes for claim in purpose.claim_names)
        return bool((await self.consent.standing(person.id, notice, everything)).released)

    async def _note(self, asked: Exchange, person: str, step: Step) -> None:
        """Write the refusal into the trail, once a minute for each client, person and audience."""
        client, target = asked.client.client_id, asked.target.client_id if asked.target is not None else ""
        reason = step.reason if isinstance(step, Refuse) else type(step).__name__.lower()
        if await self.store.put_if_absent(Put(f"noted:{digest(f'{client} {person} {target}')}", b"1", NOTED_AGAIN_AFTER)):
            entry = Entry(
                AuditEvent.EXCHANGE_REFUSED,
                f"client:{client}",
                f"person:{person}",
                asked.request.now,
                reason=reason,
                after={"audience": target},
            )
            await self.trail.append(entry)

    async def _mint(self, asked: Exchange, person: Person, service: Service, allowed: Allowed, lived_under: dict[str, str]) -> TokenAnswer:
        subject, target, request = asked.subject, asked.target, asked.request
        assert subject is not None and target is not None
        values = release(person, allowed.claims)
        grant = _grant(subject, target)
        sector = self.registry.now.sector_of(target)
        # dressed as the audience reads it, for the data of the audience's application; the client that asks stays the one it is issued to
        dressed = replace(
            asked.client, application=target.application, access_token_format=target.access_token_format, id_token_alg=target.id_token_alg
        )
        minted = self.access_tokens.mint(
            dressed,
            service=service.slug,
            grant=grant,
            person=person.id,
            subject=await self.people.subject(person.id, sector),
            scopes=asked.scopes,
            values=values,
            guards=lived_under,
            now=request.now,
            acr=subject.acr,
            auth_time=subject.auth_time,
            cnf=request.cnf,
            audience=target.audience or target.client_id,
            actor=asked.actor,
            not_after=allowed.until,
        )
        told = {name: values[name] for name in allowed.claims if name in values}
        receiver = Receiver(grant, service.slug, target.application, target.client_id, "token_exchange")
        await self.disclosing.record(person.id, receiver, told, request.now)
        if not await self.store.put(minted.record):
            raise InvalidGrant("the permission changed meanwhile")
        return TokenAnswer(
            {
                "access_token": minted.token,
                "issued_token_type": ACCESS_TOKEN,
                "token_type": token_type(request.cnf),
                "expires_in": minted.seconds,
                "scope": " ".join(sorted(asked.scopes)),
            }
        )


def _behind(audience: str, snapshot: Snapshot) -> Client | None:
    """Return the client that an audience names: by its id, else by the one audience it is registered with."""
    if not audience:
        return None
    return snapshot.clients.get(audience) or next((client for client in snapshot.clients.values() if client.audience == audience), None)


def _grant(subject: AccessToken, target: Client) -> str:
    """Return the id under which this hand-over is disclosed: the same for every exchange of one grant towards one audience."""
    return digest(f"{subject.grant} {target.client_id}")[:22]


def _step(
    asked: Exchange,
    snapshot: Snapshot,
    subject: AccessToken,
    person: Person | None,
    service: Service | None,
    standing: ConsentStanding | None,
    claims: frozenset[str],
) -> Step:
    """Return what the front door would say to this person at that service, with the sign-in that stands behind the token."""
    assert asked.target is not None
    now = asked.request.now
    application = snapshot.applications[asked.target.application]
    interaction = Interaction(
        id="",
        door="token_exchange",
        browser="",
        application=application.id,
        service=service.slug if service is not None else None,
        claims=claims,
        max_age=asked.target.default_max_age,
        created_at=now,
        expires_at=now,
        silent=True,
    )
    signed_in = None
    if person is not None:
        signed_in = Session("", "", person.id, subject.auth_time, (), subject.acr, subject.auth_time, now, subject.expires_at)
    facts = Facts(
        interaction,
        signed_in,
        person,
        standing,
        now,
        service=service,
        application_usable=snapshot.usable(application.id),
        audience=application.audience,
    )
    return next_step(facts)
