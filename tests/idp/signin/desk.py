"""The parts of sign-in on a site's own stores, for tests that judge one try without a browser."""

from __future__ import annotations

from dataclasses import dataclass

from idp.people.models import Credential, Identifier, IdentifierKind, Person, Status
from idp.signin.authenticate import Authenticator, No, SignedIn
from idp.signin.known_device import KnownDevice
from idp.signin.password import Hasher
from idp.signin.throttle import Throttle
from idp.signin.totp import Totp
from kit.expiring import ExpiringStore
from kit.secrets import new_id
from tests.site import PASSWORD, Site

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEVICE_KEY = b"k" * 32


@dataclass
class Desk:
    site: Site
    authenticator: Authenticator
    throttle: Throttle
    totp: Totp
    hasher: Hasher

    async def try_password(self, typed: str, password: str = "salah", *, address: str = "203.0.113.9", device: str = "") -> SignedIn | No:
        return await self.authenticator.by_password(typed, password, address=address, device=KnownDevice(DEVICE_KEY, device))

    async def person(self, *identifiers: Identifier, status: Status = Status.ACTIVE, password: str = PASSWORD) -> Person:
        """Keep a new person with a password and a TOTP secret."""
        person = await self.site.house.people.create({"name": "Uji Satu"}, identifiers, status=status, actor="cli")
        credentials = self.site.resources.stores.credentials
        await credentials.put(Credential(new_id(), person.id, "password", await self.hasher.hash(password)))
        await credentials.put(Credential(new_id(), person.id, "totp", SECRET))
        return person


def desk_of(site: Site, *, expiring: ExpiringStore | None = None, sandbox: bool = False) -> Desk:
    stores, clock = site.resources.stores, site.clock
    settings = site.house.settings.idp
    settings = settings if sandbox else settings.model_copy(update={"sandbox_code": ""})
    throttle = Throttle(stores.credentials, expiring or site.resources.expiring, stores.ring, settings, clock)
    hasher = site.house.hasher
    return Desk(
        site,
        Authenticator(stores.people, stores.credentials, hasher, throttle, stores.audit, clock),
        throttle,
        Totp(stores.credentials, throttle, settings, clock),
        hasher,
    )


def email(value: str, *, verified: bool = True) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, value, verified)
