"""The portal's routes, wired from its collaborators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from consent.incidents import IncidentStore
from consent.receipts import Receipts
from consent.rights import Rights
from consent.service import ConsentService
from consent.store import DisclosureStore, DutyStore
from idp.applications.registry import Registry
from idp.directory.service import DirectoryPasswords
from idp.error_pages import ErrorPages
from idp.interaction.dispatcher import Dispatcher
from idp.people.service import People
from idp.sessions.service import Sessions
from idp.signout.page import SignedOutPage
from idp.signout.service import SignOut
from idp.store import GrantStore
from kit.audit import AuditTrail
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.web.address import Network
from kit.web.pages import Pages
from portal.citizen import Caller
from portal.pages.checking import CheckingPages
from portal.pages.consents import ConsentPages
from portal.pages.history import HistoryPages
from portal.pages.home import HomePages
from portal.pages.lookers import Lookers
from portal.pages.passwords import PasswordPages
from portal.pages.public import PublicPages
from portal.pages.receipts import ReceiptPages
from portal.pages.rights import RightsPages
from portal.pages.security import SecurityPages


@dataclass(frozen=True)
class PortalRoom:
    pages: Pages
    dispatcher: Dispatcher
    sessions: Sessions
    people: People
    registry: Registry
    consent: ConsentService
    disclosures: DisclosureStore
    incidents: IncidentStore
    duties: DutyStore
    grants: GrantStore
    signout: SignOut
    signed_out: SignedOutPage
    errors: ErrorPages
    clock: Clock
    issuer: str
    passwords: DirectoryPasswords
    trail: AuditTrail
    receipts: Receipts
    expiring: ExpiringStore
    trusted: Sequence[Network] = ()

    def routes(self) -> list[BaseRoute]:
        caller = Caller(self.sessions, self.people, self.dispatcher)
        lookers = Lookers(self.trail, self.people, self.registry)
        return [
            *PublicPages(self.pages, self.registry, self.errors, self.issuer).routes(),
            *HomePages(caller, self.pages, self.registry, self.disclosures, self.clock, self.issuer, self.incidents).routes(),
            *RightsPages(
                caller, self.pages, self.registry, Rights(self.consent), self.duties, self.signout, self.errors, self.clock
            ).routes(),
            *ConsentPages(
                caller,
                self.pages,
                self.registry,
                self.consent,
                self.disclosures,
                self.duties,
                self.signout,
                self.errors,
                self.clock,
            ).routes(),
            *ReceiptPages(caller, self.pages, self.registry, self.consent, self.receipts, self.errors, self.clock, self.issuer).routes(),
            *CheckingPages(self.pages, self.registry, self.receipts, self.errors, self.expiring, self.trusted).routes(),
            *HistoryPages(
                caller, self.pages, self.registry, self.consent, self.disclosures, self.sessions, lookers, self.clock, self.incidents
            ).routes(),
            *SecurityPages(
                caller, self.pages, self.sessions, self.people, self.signout, self.signed_out, self.grants, self.errors, self.clock
            ).routes(),
            *PasswordPages(caller, self.pages, self.passwords, self.dispatcher, self.registry, self.errors, self.clock).routes(),
        ]
