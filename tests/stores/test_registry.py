"""What operators register, on every SQL back end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from consent.errors import ImmutableNotice
from hub.storage.stores import Stores
from idp.applications.models import Agency, Application, Client, ClientSecret, ConnectorRow, Service
from idp.store import Conflict
from kit.audit import AuditEvent
from tests.stores.samples import NOW, entry, notice

TEXT = {"id": "Nama", "en": "Name"}
AGENCY = Agency("dinkes", TEXT, "Dinkes", "dinas", None, "2020-01-01", None, "+62355", "(0355)", TEXT, TEXT, ("sehat",))
APPLICATION = Application("usaha-kecil", TEXT, "dinkes", "online_oidc", "https://a.example", None, updated_at=NOW)
SERVICE = Service(
    slug="usaha-kecil",
    name=TEXT,
    line=TEXT,
    agency="dinkes",
    group="usaha",
    order=2,
    audience="citizen",
    channel="online_oidc",
    application="usaha-kecil",
    start_url=None,
    phone=None,
    synonyms=("warung",),
    requirements=(TEXT,),
    duration=TEXT,
    fee=TEXT,
    hours=TEXT,
    offline=TEXT,
    identity_level="basic",
    authentication_level="aal1",
)
CLIENT = Client(
    client_id="rp",
    application="usaha-kecil",
    auth_method="client_secret_basic",
    redirect_uris=("https://a.example/cb",),
    scopes=frozenset({"openid", "name"}),
    secrets=(ClientSecret("digest", "gap_abc", NOW, None),),
    jwks={"keys": [{"kty": "EC"}]},
)
CONNECTOR = ConnectorRow("rsud", "rsud-daftar", "forward_auth", {"hosts": ["rsud.example"], "password": "sangat-rahasia"})


async def test_everything_comes_back_as_kept(stores: Stores) -> None:
    registry = stores.registry
    kept = [entry(event=AuditEvent.AGENCY_CREATED)]
    await registry.save_agency(AGENCY, kept)
    assert await registry.save_application(APPLICATION, based_on=None, audit=kept) == APPLICATION
    await registry.save_service(SERVICE, kept)
    await registry.save_client(CLIENT, kept)
    await registry.save_connector(CONNECTOR, kept)
    assert await registry.agencies() == [AGENCY]
    assert await registry.applications() == [APPLICATION]
    assert await registry.services() == [SERVICE]
    assert await registry.clients() == [CLIENT]
    assert await registry.connectors() == [CONNECTOR]
    assert len(await stores.audit.search()) == 5


async def test_saving_again_replaces(stores: Stores) -> None:
    await stores.registry.save_client(CLIENT)
    await stores.registry.save_client(replace(CLIENT, enabled=False))
    assert await stores.registry.clients() == [replace(CLIENT, enabled=False)]


async def test_services_come_in_catalogue_order(stores: Stores) -> None:
    await stores.registry.save_service(SERVICE)
    await stores.registry.save_service(replace(SERVICE, slug="zzz", order=1))
    assert [service.slug for service in await stores.registry.services()] == ["zzz", "usaha-kecil"]


async def test_an_application_is_changed_only_from_its_present_revision(stores: Stores) -> None:
    first = await stores.registry.save_application(APPLICATION, based_on=None)
    second = await stores.registry.save_application(replace(first, enabled=False), based_on=1)
    assert (second.revision, second.enabled) == (2, False)
    for based_on in (1, None):
        with pytest.raises(Conflict):
            await stores.registry.save_application(first, based_on=based_on, audit=[entry()])
    assert await stores.registry.applications() == [second]
    assert await stores.audit.search() == []


async def test_of_concurrent_changes_to_one_revision_one_wins(stores: Stores) -> None:
    await stores.registry.save_application(APPLICATION, based_on=None)
    results = await asyncio.gather(*(stores.registry.save_application(APPLICATION, based_on=1) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 9
    assert [one.revision for one in await stores.registry.applications()] == [2]


async def test_a_text_version_is_kept_for_ever_and_the_newest_is_current(stores: Stores) -> None:
    await stores.notices.publish(notice("1.0"))
    await stores.notices.publish(notice("1.1"), [entry(event=AuditEvent.NOTICE_PUBLISHED)])
    assert await stores.notices.all() == [notice("1.0"), notice("1.1")]
    assert await stores.notices.current_ids() == {"usaha-kecil": "usaha-kecil@1.1"}


async def test_a_published_text_cannot_be_changed(stores: Stores) -> None:
    await stores.notices.publish(notice("1.0"))
    await stores.notices.publish(notice("1.0"))
    with pytest.raises(ImmutableNotice):
        await stores.notices.publish(notice("1.0", title="Izin lain"), [entry()])
    assert await stores.notices.all() == [notice("1.0")]
    assert await stores.audit.search() == []
