"""Initial access tokens and the clients made with them, on every SQL back end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hub.storage.stores import Stores
from idp.applications.models import Client
from idp.registration.policy import InitialAccessToken, Policy
from kit.audit import AuditEvent
from tests.stores.samples import NOW, entry, family

POLICY = Policy("usaha-kecil", scopes=frozenset({"openid", "name"}), redirect_hosts=frozenset({"rp.example"}))
TOKEN = InitialAccessToken("t1", "Uji", "digest", "gapura_ia_abcd", POLICY, 3, 0, "operator:o", NOW, NOW + 3600)


def client(client_id: str = "c1", **changes: object) -> Client:
    made = Client(client_id, "usaha-kecil", "client_secret_basic", ("https://rp.example/cb",), frozenset({"openid"}), registered_by="t1")
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_a_token_comes_back_as_kept_until_it_is_revoked(stores: Stores) -> None:
    await stores.registrations.add(TOKEN, [entry()])
    assert await stores.registrations.find("digest") == TOKEN == await stores.registrations.get("t1")
    assert await stores.registrations.find("another") is None
    assert await stores.registrations.all() == [TOKEN]
    assert await stores.registrations.open_until(NOW) == NOW + 3600
    assert await stores.registrations.revoke("t1", NOW + 1, [entry()])
    assert not await stores.registrations.revoke("t1", NOW + 2, [entry()])
    assert await stores.registrations.find("digest") == replace(TOKEN, revoked_at=NOW + 1)
    assert await stores.registrations.open_until(NOW) == 0
    assert len(await stores.audit.search()) == 2, "what changed nothing is no entry"


async def test_dc_13_of_many_registrations_at_once_the_quota_succeeds(stores: Stores) -> None:
    await stores.registrations.add(TOKEN)
    made = [client(f"c{n}") for n in range(12)]
    won = await asyncio.gather(
        *(stores.registrations.register("t1", one, NOW, [entry(event=AuditEvent.CLIENT_REGISTERED)]) for one in made)
    )
    assert sum(won) == 3
    kept = await stores.registry.clients()
    assert sorted(one.client_id for one in kept) == sorted(one.client_id for one, ok in zip(made, won, strict=True) if ok)
    assert len(await stores.audit.search()) == 3
    assert (await stores.registrations.all())[0].used == 3
    assert await stores.registrations.open_until(NOW) == 0


async def test_an_expired_a_revoked_and_an_unknown_token_register_nothing(stores: Stores) -> None:
    await stores.registrations.add(TOKEN)
    assert not await stores.registrations.register("t1", client(), NOW + 3600)
    assert not await stores.registrations.register("t9", client(), NOW)
    await stores.registrations.revoke("t1", NOW)
    assert not await stores.registrations.register("t1", client(), NOW)
    assert await stores.registry.clients() == []
    await stores.registrations.add(replace(TOKEN, id="t2", digest="other"))
    assert await stores.registrations.register("t2", client(), NOW)
    assert await stores.registry.clients() == [client()]


async def test_a_change_replaces_only_what_was_read_and_takes_the_grants_along_when_told(stores: Stores) -> None:
    await stores.registrations.add(TOKEN)
    await stores.registrations.register("t1", client("rp"), NOW)
    await stores.grants.create(family())
    await stores.grants.create(family(id="f2", client_id="other"))
    renamed = client("rp", name="Baru")
    assert await stores.registrations.change(renamed, expected=client("rp"), audit=[entry()])
    assert not await stores.registrations.change(client("rp", name="Lain"), expected=client("rp"), audit=[entry()])
    assert await stores.registry.clients() == [renamed]
    off = replace(renamed, enabled=False)
    assert await stores.registrations.change(off, expected=renamed, audit=[entry()], revoke_grants_at=NOW + 5)
    assert [(await stores.grants.find(name)).revoked_at for name in ("f1", "f2")] == [NOW + 5, None]  # type: ignore[union-attr]
    assert not await stores.registrations.change(client("nobody"), expected=client("nobody"))
    assert len(await stores.audit.search()) == 2
