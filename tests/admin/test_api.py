"""The API: same actions as JSON, problems with code and param, cross-site refused, tokens of one's own, secrets once."""

from __future__ import annotations

from typing import Any

import pytest

from admin.routes import API
from idp.people.models import Credential, Person, Role
from kit.secrets import new_id
from tests.admin.operators import PASSWORD, account, at_console
from tests.forms import Browser
from tests.site import CODE, ISSUER, SITI, Site

JSON = {"content-type": "application/json"}
SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin", **JSON}
APPLICATION = "usaha-kecil"
NEW: dict[str, Any] = {
    "id": "antrean-uji",
    "name": {"id": "Antrean Uji", "en": "Test Queue"},
    "agency": "DINKES",
    "home_url": "https://antrean.example.id/",
    "notice": {"purposes": [{"title": {"id": "Mengambil nomor"}, "claims": ["name"], "required": True}]},
    "client": {"redirect_uris": ["https://antrean.example.id/cb"], "scopes": ["openid", "name"]},
}


async def with_password(site: Site, *roles: Role) -> Person:
    person = await account(site, *roles)
    kept = await site.house.hasher.hash(PASSWORD)
    await site.resources.stores.credentials.put(Credential(new_id(), person.id, "password", kept, created_at=site.clock.now()))
    return person


async def call(browser: Browser, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return await browser.http.request(method, API + path, json=body, headers={**SAME_SITE, **headers})


async def test_an_application_is_registered_and_its_secret_is_in_that_answer_alone(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    made = await call(browser, "POST", "/applications", NEW)
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert secret.startswith("gapura_sk_")
    shown = await call(browser, "GET", "/clients/antrean-uji")
    assert shown.json()["secrets"][0]["prefix"] == secret[:14]
    for path in ("/clients/antrean-uji", "/applications/antrean-uji", "/audit?limit=200"):
        answer = await call(browser, "GET", path)
        assert answer.status_code == 200 and secret not in answer.text and "digest" not in answer.text


async def test_ad_06_the_secrets_of_connectors_and_clients_are_write_only(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    await call(browser, "POST", "/applications", NEW)
    digests = [s.digest for c in site.house.registry.now.clients.values() for s in c.secrets]
    for path in ("/clients/antrean-uji", "/connectors", "/tokens"):
        answer = await call(browser, "GET", path)
        text = answer.text
        assert answer.status_code == 200 and digests
        assert not any(digest in text for digest in digests)


async def test_ad_05_a_field_that_is_not_offered_is_refused_and_nothing_changes(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    seen = (await call(browser, "GET", f"/applications/{APPLICATION}")).headers["etag"]
    for extra in ("is_superadmin", "agency", "enabled", "sub"):
        answer = await call(browser, "PUT", f"/applications/{APPLICATION}", {"name": {"id": "X"}, extra: True}, **{"if-match": seen})
        assert (answer.status_code, answer.json()["param"]) == (422, extra)
    assert (await call(browser, "GET", f"/applications/{APPLICATION}")).headers["etag"] == seen
    good = await call(browser, "PUT", f"/applications/{APPLICATION}", {"name": {"id": "Nama baru"}}, **{"if-match": seen})
    assert good.status_code == 200 and good.json()["name"]["id"] == "Nama baru"


async def test_a_change_names_its_revision(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    body = {"name": {"id": "Nama baru"}}
    assert (await call(browser, "PUT", f"/applications/{APPLICATION}", body)).status_code == 428
    stale = await call(browser, "PUT", f"/applications/{APPLICATION}", body, **{"if-match": '"999"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed")
    assert stale.headers["content-type"] == "application/problem+json"


async def test_ad_14_json_from_another_site_or_as_plain_text_is_refused(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    body = b'{"value": "x", "reason": "counter"}'
    for headers, code in (
        ({**SAME_SITE, "content-type": "text/plain"}, "not_json"),
        ({**JSON, "origin": "https://evil.example"}, "cross_site"),
        ({**JSON, "origin": ISSUER, "sec-fetch-site": "cross-site"}, "cross_site"),
        ({**JSON, "origin": "null"}, "cross_site"),
        ({**JSON, "origin": "null", "sec-fetch-site": "same-origin"}, "cross_site"),
        (dict(JSON), "cross_site"),
    ):
        answer = await browser.http.post(f"{API}/people/search", content=body, headers=headers)
        assert answer.json()["code"] == code
    twin = await call(browser, "POST", "/people/search", {"value": SITI, "reason": "counter"})
    assert twin.status_code == 200 and len(twin.json()["people"]) == 1


async def test_lg_27_a_refused_body_does_not_echo_what_was_sent(site: Site) -> None:
    browser = await at_console(site, await with_password(site, Role.OPERATOR))
    answer = await call(browser, "POST", "/confirmations", {"password": ["rahasia-sekali"], "code": CODE})
    assert answer.status_code == 422 and "rahasia-sekali" not in answer.text
    twin = await call(browser, "POST", "/confirmations", {"password": PASSWORD, "code": CODE})
    assert twin.status_code == 201


async def test_ad_13_what_is_dangerous_needs_a_confirmation_of_this_operator(site: Site) -> None:
    browser = await at_console(site, await with_password(site, Role.OPERATOR))
    name = site.house.registry.now.applications[APPLICATION].name["id"]
    body = {"name": name, "reason": "Perbaikan mendadak"}
    site.clock.advance(301)
    refused = await call(browser, "POST", f"/applications/{APPLICATION}/disable", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_confirmed")
    forged = await call(browser, "POST", f"/applications/{APPLICATION}/disable", body, **{"gapura-confirmation": "x" * 43})
    assert forged.json()["code"] == "not_confirmed"
    proof = (await call(browser, "POST", "/confirmations", {"password": PASSWORD, "code": CODE})).json()["confirmation"]
    other = await at_console(site, await account(site, Role.OPERATOR, email="lain@example.id"))
    site.clock.advance(299)
    done = await call(browser, "POST", f"/applications/{APPLICATION}/disable", body, **{"gapura-confirmation": proof})
    assert done.status_code == 200 and done.json()["usable"] is False
    site.clock.advance(400)
    stolen = await call(other, "POST", f"/applications/{APPLICATION}/enable", {"reason": "Alasan"}, **{"gapura-confirmation": proof})
    assert stolen.json()["code"] == "not_confirmed"


async def test_a_token_of_ones_own_works_until_it_is_revoked_or_its_time_is_over(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.AUDITOR))
    made = (await call(browser, "POST", "/tokens", {"title": "laporan", "days": 30})).json()
    bare = site.http(headers={"authorization": f"Bearer {made['secret']}"})
    assert (await bare.get(f"{API}/applications")).status_code == 200
    assert made["secret"] not in (await call(browser, "GET", "/tokens")).text
    again = await bare.post(f"{API}/tokens", json={"title": "anak token"})
    assert (again.status_code, again.json()["code"]) == (403, "forbidden")
    site.clock.advance(30 * 86400)
    assert (await bare.get(f"{API}/applications")).status_code == 401


async def test_a_revoked_token_is_worthless_and_a_strangers_token_is_not_found(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    made = (await call(browser, "POST", "/tokens", {"title": "laporan"})).json()
    other = await at_console(site, await account(site, Role.SUPER_ADMIN, email="lain@example.id"))
    assert (await call(other, "DELETE", f"/tokens/{made['token']['id']}")).status_code == 404
    bare = site.http(headers={"authorization": f"Bearer {made['secret']}"})
    assert (await bare.get(f"{API}/keys")).status_code == 200
    assert (await call(browser, "DELETE", f"/tokens/{made['token']['id']}")).status_code == 204
    assert (await bare.get(f"{API}/keys")).status_code == 401


async def test_ad_15_a_token_loses_what_its_owner_lost(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    made = (await call(browser, "POST", "/tokens", {"title": "laporan"})).json()
    bare = site.http(headers={"authorization": f"Bearer {made['secret']}"})
    assert (await bare.get(f"{API}/keys")).status_code == 200
    await site.resources.stores.people.revoke_role(person.id, Role.OPERATOR, None)
    assert (await bare.get(f"{API}/keys")).status_code == 403


async def test_two_authorization_headers_are_refused_and_one_is_taken(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    made = (await call(browser, "POST", "/tokens", {"title": "laporan"})).json()
    one = ("authorization", f"Bearer {made['secret']}")
    for second in (one, ("Authorization", "Bearer x"), ("authorization", "")):
        answer = await site.http().get(f"{API}/keys", headers=[one, second])
        assert (answer.status_code, answer.json()["code"]) == (400, "two_authorizations")
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await site.http().get(f"{API}/keys", headers=[one])).status_code == 200


async def test_a_longer_token_than_thirty_days_is_refused(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    answer = await call(browser, "POST", "/tokens", {"title": "lama", "days": 31})
    assert (answer.status_code, answer.json()["param"]) == (422, "days")


async def test_ad_01_a_client_is_not_found_under_another_agency(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    await call(browser, "POST", "/applications", NEW)
    assert (await call(browser, "GET", "/agencies/DINKES/clients/antrean-uji")).status_code == 200
    assert (await call(browser, "GET", "/agencies/DINSOS/clients/antrean-uji")).status_code == 404


async def test_ad_17_a_forged_cursor_is_refused_and_a_true_one_goes_on(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.AUDITOR))
    for path in ("/audit?cursor=1%20OR%201=1", "/audit?cursor=-1", "/applications?cursor=tidak-ada", "/agencies?cursor=';--"):
        answer = await call(browser, "GET", path)
        assert (answer.status_code, answer.json()["param"]) == (422, "cursor"), path
    first = (await call(browser, "GET", "/audit?limit=1")).json()
    second = (await call(browser, "GET", f"/audit?limit=1&cursor={first['next']}")).json()
    assert second["items"][0]["seq"] < first["items"][0]["seq"]


async def test_the_description_is_openapi_3_1_for_operators_only(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.AUDITOR))
    document = (await call(browser, "GET", "/openapi.json")).json()
    assert document["openapi"].startswith("3.1") and "/applications/{app_id}/disable" in document["paths"]
    assert (await site.http().get(f"{API}/openapi.json")).status_code == 401


async def test_the_audit_shows_names_as_they_were(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    old = site.house.registry.now.applications[APPLICATION].name["id"]
    await call(browser, "POST", f"/applications/{APPLICATION}/disable", {"name": old, "reason": "Perbaikan mendadak"})
    seen = (await call(browser, "GET", f"/applications/{APPLICATION}")).headers["etag"]
    await call(browser, "PUT", f"/applications/{APPLICATION}", {"name": {"id": "Nama sesudahnya"}}, **{"if-match": seen})
    rows = (await call(browser, "GET", f"/audit?subject=application:{APPLICATION}")).json()["items"]
    names = [row["names"][f"application:{APPLICATION}"] for row in rows[:2]]
    assert names == ["Nama sesudahnya", old]
    report = (await call(browser, "POST", "/audit/verification")).json()
    assert all(chain["intact"] for chain in report)


@pytest.mark.parametrize(
    "body",
    [
        b'{"value": "x"',
        b'{"value": "x", "reason": "counter", "value": "y"}',
        b'{"value": "x", "reason": "counter", "case": NaN}',
        b'{"value": "x", "reason": "counter", "case": 1e400}',
        b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"value": ' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"value": {"a": 1, "a": 2}, "reason": "counter"}',
    ],
    ids=["broken", "twice", "nan", "huge", "deep", "rather-deep", "twice-inside"],
)
async def test_wb_07_json_with_two_readings_or_none_is_refused(site: Site, body: bytes) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    refused = await browser.http.post(f"{API}/people/search", content=body, headers=SAME_SITE)
    assert (refused.status_code, refused.json()["code"], refused.json()["type"]) == (400, "bad_json", "urn:gapura:error:bad_json")
    twin = await call(browser, "POST", "/people/search", {"value": SITI, "reason": "counter"})
    assert twin.status_code == 200
