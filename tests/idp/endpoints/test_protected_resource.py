"""How our userinfo describes itself. RFC 9728."""

from __future__ import annotations

import re

from tests.site import Site, new_party


async def test_every_challenge_leads_to_the_description_of_userinfo(site: Site) -> None:
    http = site.http()
    for headers in ({}, {"authorization": "Bearer " + "x" * 43}):
        refused = await http.get("/userinfo", headers=headers)
        assert refused.status_code == 401
        challenges = refused.headers.get_list("www-authenticate")
        found = [re.search(r'resource_metadata="([^"]+)"', one) for one in challenges]
        assert challenges and all(found)
        assert found[0] is not None
        document = (await http.get(found[0][1].removeprefix(site.issuer))).json()
        assert document["resource"] == f"{site.issuer}/userinfo", "RFC 9728 §3.3: the URL that was asked"
        assert document["authorization_servers"] == [site.issuer]
        assert document["bearer_methods_supported"] == ["header"]


async def test_the_provider_as_a_whole_has_one_too_and_discovery_names_the_resource(site: Site) -> None:
    http = site.http()
    answer = await http.get("/.well-known/oauth-protected-resource")
    assert answer.json()["resource"] == site.issuer
    assert answer.headers["access-control-allow-origin"] == "*"
    discovery = (await http.get("/.well-known/openid-configuration")).json()
    assert discovery["protected_resources"] == [f"{site.issuer}/userinfo"]
    assert discovery["device_authorization_endpoint"] == f"{site.issuer}/device_authorization"


async def test_the_scopes_it_names_are_scopes_it_answers_to(site: Site) -> None:
    document = (await site.http().get("/.well-known/oauth-protected-resource/userinfo")).json()
    assert {"openid", "nik", "profile"} <= set(document["scopes_supported"])
    party = await new_party(site)
    assert "nik" in (await party.userinfo((await party.tokens())["access_token"])).json()
