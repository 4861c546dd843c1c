"""What the policy of an initial access token makes of the clients that come in with it."""

from __future__ import annotations

import orjson
import pytest

from kit.secrets import b64url_decode
from tests.idp.registration.samples import JWKS
from tests.idp.registration.test_endpoint import at, bearer, changed, kept, open_registration, post, registered
from tests.site import CALLBACK, Party, Site, answer_of, authorize_query


async def test_who_is_refused_again_and_again_is_slowed_down(site: Site) -> None:
    token = await open_registration(site, quota=1)
    for _ in range(300):
        assert (await site.http().post("/register", headers=bearer("gapura_ia_invented"))).status_code == 401
    for answer in (await post(site, "gapura_ia_invented"), await post(site, token, client_name="\u202e")):
        assert (answer.status_code, answer.json()["error"]) == (429, "slow_down") and answer.headers["retry-after"] == "60"
    assert (await post(site, token)).status_code == 201, "who is right is never held back"


async def test_of_an_agency_each_client_names_its_application(site: Site) -> None:
    agency = site.house.registry.now.applications["usaha-kecil"].agency
    token = await open_registration(site, application="", agency=agency)
    refused = await post(site, token)
    assert (refused.status_code, refused.json()["error_description"][:12]) == (400, "software_id:")
    foreign = next(a.id for a in site.house.registry.now.applications.values() if a.agency != agency)
    assert (await post(site, token, software_id=foreign)).status_code == 400
    made = await registered(site, token, software_id="usaha-kecil")
    assert kept(site, made["client_id"]).application == "usaha-kecil"
    moved = await at(site, made, "PUT", json=changed(made, software_id=foreign))
    assert moved.status_code == 400


async def test_a_fapi_policy_makes_fapi_clients(site: Site) -> None:
    token = await open_registration(site, profile="fapi2_security", auth_methods=("private_key_jwt",))
    assert (await post(site, token)).json()["error_description"].startswith("token_endpoint_auth_method: ")
    keyed = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}
    assert (await post(site, token, **keyed)).json()["error_description"].startswith("dpop_bound_access_tokens: ")
    made = await registered(site, token, **keyed, dpop_bound_access_tokens=True)
    client = kept(site, made["client_id"])
    assert (client.profile, client.dpop_bound, client.id_token_alg) == ("fapi2_security", True, "ES256")


@pytest.mark.parametrize("optional", [True, False])
async def test_pkce_may_be_left_out_only_where_the_policy_says_so(site: Site, optional: bool) -> None:
    made = await registered(site, await open_registration(site, pkce_optional=optional))
    assert kept(site, made["client_id"]).pkce_optional is optional
    browser = site.browser()
    query = authorize_query(made["client_id"], CALLBACK, code_challenge="", code_challenge_method="")
    page = await browser.go(f"/authorize?{query}")
    if optional:
        assert page.status_code == 200 and 'name="sandi"' in page.text
    else:
        assert answer_of(page.headers["location"])["error"] == "invalid_request"
    public = await registered(site, await open_registration(site, pkce_optional=True), token_endpoint_auth_method="none")
    assert not kept(site, public["client_id"]).pkce_optional


async def test_the_subject_is_of_the_redirect_hosts_sector(site: Site) -> None:
    """OIDC Core §8.1: clients of one host see the same `sub`, clients of another host, and the agency's own, another one."""
    token = await open_registration(site, redirect_hosts=("rp.example", "two.example"))

    async def subject(uri: str) -> str:
        made = await registered(site, token, redirect_uris=[uri])
        party = Party(site, site.browser(), made["client_id"], made["client_secret"], uri, "openid name")
        claims = orjson.loads(b64url_decode((await party.tokens())["id_token"].split(".")[1]))
        return str(claims["sub"])

    one, again, other = [await subject(uri) for uri in (CALLBACK, f"{CALLBACK}2", "https://two.example/cb")]
    assert one == again != other
    agency = site.house.registry.now.applications["usaha-kecil"].agency
    person = await site.resources.stores.people.person_of_subject("rp.example", one)
    assert person is not None and await site.house.people.subject(person, agency) not in (one, other)
