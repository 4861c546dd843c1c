"""A regency of one client, one service and one person, which does the same work as the peer. `python -m bench.seed`."""

from __future__ import annotations

import asyncio
import hashlib

from bench.load import CLIENT_ID, REDIRECT, SECRET
from consent.models import Basis, Notice, NoticeClaim, Purpose
from hub.prepare import prepare
from hub.resources import open_resources
from hub.settings import load
from hub.storage.sql.migrate import upgrade
from hub.wiring import build_house
from idp.applications.models import Agency, Application, Client, ClientSecret, Service
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Status
from kit.secrets import digest, new_id

ACCOUNT, PASSWORD = "warga@bench.example", "sandi untuk mengukur kecepatan"
BOTH = {"id": "Ukur", "en": "Bench"}


def notice() -> Notice:
    text = {"id": "Kami memakai nama dan email Anda.", "en": "We use your name and e-mail."}
    claims = tuple(NoticeClaim(claim, BOTH, "general", BOTH) for claim in ("name", "email", "email_verified"))
    return Notice(
        id="bench@1.0",
        service="bench",
        application="bench",
        controller="bench",
        version="1.0",
        title=BOTH,
        intro=text,
        purposes=(Purpose("layanan", BOTH, text, Basis.CONSENT, True, claims),),
        full_text=text,
        text_sha256={language: hashlib.sha256(words.encode()).hexdigest() for language, words in text.items()},
        valid_from=0,
    )


def service() -> Service:
    return Service(
        slug="bench",
        name=BOTH,
        line=BOTH,
        agency="bench",
        group="usaha",
        order=1,
        audience="citizen",
        channel="online_oidc",
        application="bench",
        start_url=None,
        phone=None,
        synonyms=(),
        requirements=(),
        duration=BOTH,
        fee=BOTH,
        hours=BOTH,
        offline=BOTH,
        identity_level="basic",
        authentication_level="aal1",
    )


def client() -> Client:
    return Client(
        client_id=CLIENT_ID,
        application="bench",
        auth_method="client_secret_basic",
        redirect_uris=(REDIRECT,),
        scopes=frozenset({"openid", "profile", "email"}),
        secrets=(ClientSecret(digest(SECRET), SECRET[:8], 0),),
        # the peer issues no refresh token without offline_access, so neither side issues one
        grant_types=frozenset({"authorization_code", "client_credentials"}),
    )


async def seed() -> None:
    """Fill the storage that the settings name."""
    settings = load()
    if settings.storage.database_url:
        await upgrade(settings.storage.database_url)
    await prepare(settings)
    async with open_resources(settings) as resources:
        house = await build_house(resources)
        registry = resources.stores.registry
        await registry.save_agency(Agency("bench", BOTH, "Bench", "dinas", None, "2020-01-01", None, "", "", BOTH, BOTH))
        await registry.save_application(Application("bench", BOTH, "bench", "online_oidc", None, None), based_on=None)
        await registry.save_service(service())
        await registry.save_client(client())
        await resources.stores.notices.publish(notice())
        now = resources.clock.now()
        claims = {"name": "Warga", "email": ACCOUNT, "email_verified": True}
        person = Person(new_id(), Status.ACTIVE, "basic", "id", claims, (), now, now)
        await resources.stores.people.create(person, [Identifier(IdentifierKind.EMAIL, ACCOUNT, True)])
        secret = await house.hasher.hash(PASSWORD)
        await resources.stores.credentials.put(Credential(new_id(), person.id, "password", secret, created_at=now))


if __name__ == "__main__":
    asyncio.run(seed())
