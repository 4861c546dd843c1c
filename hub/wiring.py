"""What is built from what, by hand, in the order of the arrows: kit, consent and connectors, idp, portal and admin.

The tables that grow are here in plain sight: front doors, room routes, maintenance jobs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from starlette.routing import BaseRoute, Route

import admin
import idp
import portal
from admin.room import AdminRoom
from connectors.builtin import KINDS
from connectors.registry import EXCHANGEABLE, FRONT_DOORS, INBOUND_KINDS
from consent.anchors import Anchors
from consent.disclosure import DisclosureLog
from consent.receipts import Receipts
from consent.record_keys import RecordKeys
from consent.rights import Rights
from consent.service import ConsentService
from consent.settling import Settling
from hub.certificates import client_certificates
from hub.following import RegistryFollower
from hub.health import Health
from hub.maintenance import Maintenance
from hub.outbound import trusted
from hub.record_apis import record_apis
from hub.regency import regency_of
from hub.resources import Resources
from hub.settings import Settings
from idp.applications.registry import Registry
from idp.authorization.door import OidcDoor
from idp.authorization.resolve import Resolver
from idp.authorization.response import AuthorizationResponse
from idp.calls.replays import Replays
from idp.calls.wiring import engine_of
from idp.client_auth.authenticate import ClientAuthenticator, methods_of
from idp.client_auth.client_keys import ClientKeys
from idp.device.door import DeviceDoor
from idp.device.guesses import UserCodeGuesses
from idp.device.requests import DeviceRequests
from idp.directory.service import DirectoryPasswords
from idp.directory.wiring import DIRECTORY_KEY, deciding_of
from idp.duties.notices import KIND, DutyNotices, listens
from idp.duties.tending import Tending
from idp.endpoints.authorize import AuthorizeEndpoint, ChallengeWatch
from idp.endpoints.calls import CallEndpoint
from idp.endpoints.check_session import CheckSessionPage
from idp.endpoints.connectors import ConnectorEndpoints
from idp.endpoints.consent import ConsentPage
from idp.endpoints.device import DevicePage
from idp.endpoints.device_authorization import DeviceAuthorizationEndpoint
from idp.endpoints.discovery import Discovery
from idp.endpoints.duties import DutiesEndpoint
from idp.endpoints.gate import GateEndpoints
from idp.endpoints.gate_door import GateDoor
from idp.endpoints.introspect import IntrospectEndpoint
from idp.endpoints.logo import LogoEndpoint
from idp.endpoints.logout import LogoutEndpoint
from idp.endpoints.par import ParEndpoint
from idp.endpoints.protected_resource import ProtectedResource
from idp.endpoints.register import RegisterEndpoint
from idp.endpoints.resume import Resume
from idp.endpoints.revoke import RevokeEndpoint
from idp.endpoints.second_step import SecondStepPage
from idp.endpoints.sign_in import SignIn
from idp.endpoints.token import TokenEndpoint
from idp.endpoints.userinfo import UserinfoEndpoint
from idp.error_pages import ErrorPages
from idp.gate.answers import GateAnswers
from idp.gate.marks import Marks
from idp.grants.authorization_code import AuthorizationCodeGrant
from idp.grants.client_credentials import ClientCredentialsGrant
from idp.grants.device_code import DeviceCodeGrant
from idp.grants.jwt_bearer import JwtBearerGrant
from idp.grants.model import Grant
from idp.grants.older_exchange import OlderSystems
from idp.grants.refresh_token import RefreshTokenGrant
from idp.grants.token_exchange import TokenExchangeGrant
from idp.handoff.desk import Lending
from idp.handoff.door import ConnectorDoor
from idp.handoff.leaving import Leaving
from idp.handoff.probing import Prober
from idp.handoff.wire import Wire
from idp.interaction.dispatcher import Dispatcher
from idp.interaction.doors import Door
from idp.keys.schedule import KeySchedule
from idp.people.disclosing import Disclosing
from idp.people.models import Person
from idp.people.seen import Seen
from idp.people.service import People
from idp.proofs.binding import Bindings
from idp.proofs.dpop import DpopProofs
from idp.proofs.nonces import Nonces
from idp.registration.judging import Judging
from idp.registration.logos import Logos
from idp.registration.registrar import Registrar
from idp.registration.state import Offered
from idp.sessions.fence import GuardFence
from idp.sessions.service import Sessions
from idp.signin.authenticate import Authenticator
from idp.signin.password import Hasher
from idp.signin.throttle import Throttle
from idp.signin.totp import Totp
from idp.signout.delivery import Deliverer
from idp.signout.expiry import ExpiredSessions
from idp.signout.farewells import Farewells
from idp.signout.listeners import Listeners
from idp.signout.page import SignedOutPage
from idp.signout.service import SignOut
from idp.tokens.access_token import AccessTokens
from idp.tokens.dressing import Dressing
from idp.tokens.guessing import TokenGuesses
from kit.keys import derive
from kit.web.address import networks
from kit.web.assets import Assets
from kit.web.cookies import CookieJar
from kit.web.csrf import Csrf
from kit.web.pages import Pages, templates
from portal.door import PortalDoor
from portal.pages.anchors import AnchorPage
from portal.room import PortalRoom

log = structlog.get_logger("hub")


@dataclass
class House:
    """The wired house. `hot_routes` are found by exact path before everything else."""

    settings: Settings
    registry: Registry
    pages: Pages
    errors: ErrorPages
    people: People
    sessions: Sessions
    hasher: Hasher
    consent: ConsentService
    disclosures: DisclosureLog
    dispatcher: Dispatcher
    keys: KeySchedule
    signout: SignOut
    admin: AdminRoom
    hot_routes: list[Route]
    routes: list[BaseRoute]
    maintenance: Maintenance
    reload: Callable[[], Awaitable[None]]

    async def flush(self) -> None:
        """Write what is only counted in memory, and let go of messages on their way; called before a worker ends."""
        await self.signout.deliverer.aclose()
        await self.disclosures.flush()


def template_folders() -> list[Path]:
    return [Path(room.__file__ or "").parent / "templates" for room in (idp, portal, admin)]


async def build_house(resources: Resources) -> House:
    """Return the house, wired on these resources, with registry and keys loaded."""
    settings, stores, expiring, clock = resources.settings, resources.stores, resources.expiring, resources.clock
    issuer, idp_settings = settings.issuer, settings.idp
    parts = urlsplit(issuer)

    def key(purpose: str) -> bytes:
        return derive(resources.master_key, purpose)

    cookies = CookieJar(secure=settings.secure)
    csrf = Csrf(key("csrf"), f"{parts.scheme}://{parts.netloc}")
    pages = Pages(templates(*template_folders()), Assets(), cookies, csrf, regency_of(settings), clock)
    registry = Registry()
    errors = ErrorPages(pages, registry)
    revoked = (stores.operator_tokens.revoke_all, stores.directory_passwords.revoke_all)
    people = People(stores.people, stores.credentials, expiring, clock, revoked)
    hasher = Hasher(idp_settings)
    sessions = Sessions(expiring, stores.session_log, cookies, idp_settings, clock)
    consent = ConsentService(
        stores.consent, GuardFence(expiring), clock, lambda: registry.now.notices, lambda application: listens(registry.now, application)
    )
    disclosures = DisclosureLog(stores.disclosures, clock)
    keys = KeySchedule(stores.keys, stores.ring, expiring, clock, idp_settings)
    doors: dict[str, Door] = {}
    dispatcher = Dispatcher(expiring, sessions, people, registry, consent, pages, errors, idp_settings, clock, doors, key("interaction"))
    throttle = Throttle(stores.credentials, expiring, stores.ring, idp_settings, clock)
    authenticator = Authenticator(stores.people, stores.credentials, hasher, throttle, stores.audit, clock)
    totp = Totp(stores.credentials, throttle, idp_settings, clock)
    lending = Lending(expiring, registry, stores.ring, resources.outbound, clock, issuer)
    farewells = Farewells(lending, registry)
    listeners = Listeners(stores.session_clients, farewells)
    senders = {KIND: DutyNotices(registry, people, keys, resources.sign_outs, issuer, clock)}
    deliverer = Deliverer(stores.outbox, registry, keys, resources.sign_outs, farewells, issuer, clock, senders=senders)
    signout = SignOut(sessions, registry, stores.grants, stores.session_clients, deliverer, farewells, issuer, clock)
    signed_out = SignedOutPage(pages)
    rights, settling = Rights(consent), Settling(stores.duties, clock)
    tending = Tending(rights, stores.duties, registry, signout, clock)
    proxies = networks(settings.server.trusted_proxies)
    follower = RegistryFollower(resources, registry)
    disclosing = Disclosing(disclosures, key("disclosure"))

    authorization = AuthorizationResponse(pages, keys, issuer, clock)
    guesses = TokenGuesses(expiring)
    access_tokens = AccessTokens(keys, stores.ring, expiring, idp_settings, issuer)
    certificates = client_certificates(settings.server)
    client_keys = ClientKeys(resources.outbound, clock, idp_settings.jwks_refresh_seconds)
    client_auth = ClientAuthenticator(registry, expiring, stores.audit, clock, issuer, client_keys, certificates)
    nonces = Nonces(key("dpop-nonce"), clock, idp_settings.dpop_nonce_seconds)
    bindings = Bindings(DpopProofs(expiring, nonces, clock, tuple(filter(None, (issuer, certificates.base)))), certificates)
    dressing = Dressing(keys, issuer, client_keys.of)
    codes = AuthorizationCodeGrant(
        expiring, stores.grants, people, dressing, access_tokens, disclosing, stores.audit, idp_settings, listeners
    )
    credentials = ClientCredentialsGrant(expiring, access_tokens, {})
    device_requests = DeviceRequests(expiring, idp_settings, clock)
    older = OlderSystems(EXCHANGEABLE, lending, people, disclosing, listeners)
    grants: dict[str, Grant] = {
        grant.name: grant
        for grant in (
            codes,
            RefreshTokenGrant(
                expiring, stores.grants, stores.session_log, people, registry, consent, dressing, access_tokens, disclosing, idp_settings,
                key("refresh"),
            ),
            credentials,
            JwtBearerGrant(expiring, client_keys, credentials, issuer),
            DeviceCodeGrant(device_requests, codes, people, registry, consent),
            TokenExchangeGrant(expiring, people, registry, consent, access_tokens, disclosing, guesses, stores.audit, older),
        )
    }  # fmt: skip
    offered = Offered(frozenset(grants), methods_of(certificates), frozenset(settings.outbound.allow))
    judging = Judging(registry, offered, resources.outbound)
    registrar = Registrar(stores.registrations, expiring, registry, follower, judging, Logos(resources.outbound), clock)
    gate_answers = GateAnswers(expiring, registry, people, consent, disclosing, stores.ring, clock, keys, issuer)
    gate = GateEndpoints(
        registry,
        dispatcher,
        gate_answers,
        Marks(cookies),
        expiring,
        errors,
        cookies,
        clock,
        issuer,
        networks(settings.gate.trusted_proxies),
    )
    engine = engine_of(resources.older_apis, expiring, stores.ring, clock)
    allow, ca_file = settings.outbound.allow, settings.outbound.ca_file
    prober = Prober(KINDS, allow, lambda: trusted(ca_file), resources.outbound, engine, clock)
    anchors = Anchors(stores.anchors, RecordKeys(stores.record_keys, stores.ring, clock), clock, issuer)
    admin_room = AdminRoom(
        pages=pages,
        dispatcher=dispatcher,
        registry=registry,
        follow=follower,
        stores=stores,
        disclosures=stores.disclosures,
        expiring=expiring,
        people=people,
        sessions=sessions,
        keys=keys,
        hasher=hasher,
        totp=totp,
        kinds=KINDS,
        judging=judging,
        cookies=cookies,
        settings=idp_settings,
        issuer=issuer,
        clock=clock,
        prober=prober,
        anchors=anchors,
        incident_key=key("incident"),
        personas=demo_personas if settings.environment == "demo" else dict,
        trusted=proxies,
    )
    anchor_page = AnchorPage(anchors, clock)
    deciding = deciding_of(expiring, registry, people, consent, stores.directory_passwords, stores.ring, clock)
    receipts = Receipts(stores.consent, RecordKeys(stores.record_keys, stores.ring, clock), clock, issuer, key("receipts"))
    portal_room = PortalRoom(
        pages=pages,
        dispatcher=dispatcher,
        sessions=sessions,
        people=people,
        registry=registry,
        consent=consent,
        disclosures=stores.disclosures,
        duties=stores.duties,
        incidents=stores.incidents,
        grants=stores.grants,
        signout=signout,
        signed_out=signed_out,
        errors=errors,
        clock=clock,
        issuer=issuer,
        trail=stores.audit,
        passwords=DirectoryPasswords(stores.directory_passwords, deciding, registry, expiring, clock, key(DIRECTORY_KEY)),
        receipts=receipts,
        expiring=expiring,
        trusted=proxies,
    )
    doors["oidc"] = OidcDoor(expiring, registry, people, authorization, errors, idp_settings, clock)
    doors["device"] = DeviceDoor(device_requests, registry, people, errors, idp_settings, clock)
    wire = Wire(pages)
    doors["connector"] = ConnectorDoor(lending, registry, disclosing, listeners, wire, errors, clock)
    doors["gate"] = GateDoor(expiring, registry, errors)
    doors["portal"] = PortalDoor(errors)
    doors["admin"] = admin_room.door

    resolver = Resolver(expiring, client_keys, resources.outbound, issuer, clock, idp_settings)
    authorize = AuthorizeEndpoint(
        registry, resolver, dispatcher, sessions, people, keys, errors, authorization, ChallengeWatch(stores.audit, clock)
    )
    hot_routes = [
        *TokenEndpoint(client_auth, grants, clock, bindings, proxies).routes(),
        *authorize.routes(),
        *ParEndpoint(client_auth, resolver, registry, bindings, expiring, proxies).routes(),
        *UserinfoEndpoint(access_tokens, guesses, registry, bindings, dressing, clock, proxies).routes(),
        *IntrospectEndpoint(client_auth, access_tokens, guesses, registry, issuer, clock, proxies).routes(),
        *gate.routes(),
        *Discovery(issuer, list(grants), keys, registry, certificates, clock).routes(),
    ]
    leaving = Leaving(sessions, signout, stores.session_clients, registry, pages, signed_out, errors, expiring)
    replays = Replays(expiring, clock)
    await replays.began()  # its memory begins with the house, not with the first call
    calls = CallEndpoint(registry, engine, access_tokens, bindings, disclosing, guesses, replays, INBOUND_KINDS, clock, issuer, proxies)
    routes: list[BaseRoute] = [
        record_apis(resources, registry, consent, receipts, signout, access_tokens, bindings, proxies),
        *calls.routes(),
        *ConnectorEndpoints(lending, registry, dispatcher, leaving, wire, errors, FRONT_DOORS).routes(),
        *leaving.routes(),
        *RevokeEndpoint(client_auth, access_tokens, stores.grants, expiring, clock, proxies).routes(),
        *LogoutEndpoint(sessions, signout, registry, keys, pages, signed_out, errors, expiring).routes(),
        *CheckSessionPage(registry, pages).routes(),
        *LogoEndpoint(registry, errors).routes(),
        *RegisterEndpoint(registrar, guesses, issuer, proxies).routes(),
        *DeviceAuthorizationEndpoint(client_auth, registry, device_requests, expiring, issuer, proxies).routes(),
        *DevicePage(dispatcher, device_requests, UserCodeGuesses(expiring), pages, key("device-code"), proxies).routes(),
        *ProtectedResource(issuer, certificates=certificates.offered).routes(),
        *Resume(dispatcher).routes(),
        *SignIn(dispatcher, sessions, authenticator, pages, clock, key("device"), proxies).routes(),
        *SecondStepPage(dispatcher, sessions, totp, stores.audit, pages, clock, proxies).routes(),
        *ConsentPage(dispatcher, sessions, consent, pages, clock, stores.audit, Seen(key("seen"))).routes(),
        *Assets().routes(),
        *DutiesEndpoint(access_tokens, guesses, registry, bindings, people, stores.duties, settling, clock, proxies).routes(),
        *Health(resources, keys).routes(),
        *portal_room.routes(),
        *anchor_page.routes(),
        *admin_room.routes(),
    ]
    maintenance = Maintenance(
        [
            ("registry", 0.5, follower),
            ("keys", 0.5, keys.refresh),
            ("key schedule", 15, keys.tend),
            ("disclosures", 30, disclosures.flush),
            ("sign-out messages", 0.5, deliverer.run),
            ("expired sessions", 60, ExpiredSessions(stores.session_clients, clock).run),
            ("consents that ran out", 60, tending.expire),
            ("overdue duties", 60, tending.tell_overdue),
            ("expired", 5, lambda: forget_expired(resources)),
            ("data keys", 5, stores.data_keys.refresh),
            ("anchors", 600, anchors.daily),
            ("old rows", 86400, lambda: forget_old(resources)),
        ]
    )
    await follower()
    await keys.refresh()
    return House(
        settings, registry, pages, errors, people, sessions, hasher, consent, disclosures, dispatcher, keys, signout, admin_room,
        hot_routes, routes, maintenance, follower.force,
    )  # fmt: skip


def demo_personas() -> Mapping[str, Person]:
    from hub.demo.rows import personas  # only the demo has test people

    return personas()


async def forget_expired(resources: Resources) -> None:
    await resources.expiring.purge(resources.clock.now())


async def forget_old(resources: Resources) -> None:
    """Forget ended sessions and expired refresh families after a while; never a row of audit, consent or disclosure."""
    await resources.stores.expiry.purge(resources.clock.now())
