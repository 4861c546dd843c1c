"""A person's token becomes a ticket for an older system: by its list, with her consent there, on record, ended with her session."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from jose import jwt

from idp import guards
from idp.applications.models import ConnectorRow
from idp.grants.exchange_checks import ACCESS_TOKEN
from idp.grants.token_exchange import NAME
from idp.people.models import IdentifierKind
from tests.site import ISSUER, NOW, SITI, TEST_SECRET, Party, Site, new_party, register, test_client

TICKET = "urn:gapura:params:oauth:token-type:ticket"
KEY = "k" * 43
SETTINGS: dict[str, Any] = {
    "base_url": "https://antrean-lama.example.id",
    "arrive_url": "https://antrean-lama.example.id/sso/masuk",
    "sign_out_url": "https://antrean-lama.example.id/sso/keluar",
    "fields": [{"claim": "name", "field": "nama"}, {"claim": "nik", "field": "nik"}],
    "exchange_from": ["rp-test"],
}


async def keep(site: Site, **changes: Any) -> None:
    await site.resources.stores.registry.save_connector(ConnectorRow("antrean-lama", "e-link", "ticket", {**SETTINGS, **changes}))
    await site.house.reload()


async def a_token(site: Site, *, agreed: bool = True, scope: str = "openid name nik birthdate") -> str:
    """Return a token of Siti's at usaha-kecil; with `agreed` she also entered e-link once, whose older system it is."""
    grants = frozenset({"authorization_code", "refresh_token", "client_credentials", NAME})
    caller = await new_party(site, grant_types=grants)
    await register(site, test_client("e-link", client_id="rp-queue"))
    await site.resources.stores.connector_secrets.add("antrean-lama", "key", KEY, now=NOW, former_until=0)
    await keep(site)
    token = str((await caller.tokens(scope=scope))["access_token"])
    if agreed:
        await Party(site, caller.browser, "rp-queue", scope="openid name nik birthdate").tokens()
    return token


async def exchange(site: Site, token: str, **more: str) -> httpx.Response:
    form = {
        "grant_type": NAME,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        "requested_token_type": TICKET,
        "audience": "antrean-lama",
        **more,
    }
    return await site.http().post("/token", data=form, auth=("rp-test", TEST_SECRET))


def read(ticket: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(ticket, KEY, algorithms=["HS256"], audience=SETTINGS["base_url"], options={"verify_exp": False})
    return found


async def test_a_token_becomes_a_ticket(site: Site) -> None:
    answer = await exchange(site, await a_token(site))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["issued_token_type"], body["token_type"], body["expires_in"]) == (TICKET, "N_A", 60)
    said = read(body["access_token"])
    assert (said["nama"], said["nik"], said["iss"], said["purpose"]) == ("Siti Peragawati", SITI, ISSUER, "sign-in")
    assert said["exp"] - said["iat"] == 60 and "kembali" not in said and "state" not in said


async def test_it_is_on_record_and_ends_with_the_session(site: Site) -> None:
    assert (await exchange(site, await a_token(site))).status_code == 200
    person = (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0].id
    rows = await site.resources.stores.disclosures.of_person(person, limit=50)
    row = next(one.disclosure for one in rows if one.disclosure.client == "antrean-lama")
    assert (row.channel, row.application, row.claims) == ("token_exchange", "e-link", ("name", "nik"))
    sessions = await site.resources.stores.session_log.of_person(person, NOW)
    noted = [one for session in sessions for one in await site.resources.stores.session_clients.of_session(session.id)]
    assert len([one for one in noted if one.client_id.startswith("antrean-lama") and one.handle]) == 1, "whoever ends it tells it there"


async def test_tx_06_only_listed_programs_with_her_consent_there(site: Site) -> None:
    token = await a_token(site, agreed=False)
    refused = await exchange(site, token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    party = Party(site, site.browser(), "rp-queue", scope="openid name nik birthdate")
    await party.tokens()
    assert (await exchange(site, token)).status_code == 200, "the twin: after she agreed there"
    await keep(site, exchange_from=["rp-lain"])
    assert (await exchange(site, token)).json()["error"] == "invalid_target"


async def test_tx_02_no_more_than_her_token_covers(site: Site) -> None:
    said = read((await exchange(site, await a_token(site, scope="openid name"))).json()["access_token"])
    assert said["nama"] == "Siti Peragawati" and "nik" not in said


async def test_cn_05_after_a_withdrawal_there_are_no_tickets(site: Site) -> None:
    token = await a_token(site)
    person = (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0].id
    await site.resources.expiring.move(guards.permit(person, "usaha-kecil"))
    assert (await exchange(site, token)).json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"audience": "mana"}, "invalid_target"),
        ({"audience": "rp-queue"}, "invalid_target"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"requested_token_type": ACCESS_TOKEN}, "invalid_target"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"scope": "openid kecamatan"}, "invalid_scope"),
        ({"state": "a b\r\n"}, "invalid_request"),
    ],
)
async def test_what_is_asked_wrongly_is_refused(site: Site, more: dict[str, str], error: str) -> None:
    refused = await exchange(site, await a_token(site), **more)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


async def test_the_state_of_the_older_systems_own_page_comes_back_in_the_ticket(site: Site) -> None:
    said = read((await exchange(site, await a_token(site), state="state-of-its-page")).json()["access_token"])
    assert said["state"] == "state-of-its-page"


async def test_a_token_without_a_person_gets_none(site: Site) -> None:
    await a_token(site)
    own = await site.http().post("/token", data={"grant_type": "client_credentials"}, auth=("rp-test", TEST_SECRET))
    assert (await exchange(site, own.json()["access_token"])).json()["error"] == "invalid_request"


async def test_a_connector_without_its_key_says_so_to_its_operator_only(site: Site) -> None:
    token = await a_token(site)
    await keep(site, format="jwt_rs256")
    refused = await exchange(site, token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target") and "signing" not in refused.text
