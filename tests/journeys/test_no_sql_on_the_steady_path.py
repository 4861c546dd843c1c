"""Authorize, userinfo and introspection ask the lasting database nothing once a session and its permit exist (performance.md)."""

from __future__ import annotations

import pytest

from tests.site import Site, new_party


@pytest.mark.parametrize("what", ["authorize", "userinfo", "introspect"])
async def test_the_steady_path_sends_no_statement(site: Site, what: str) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    await party.start()  # the worker has now met the session
    with site.resources.stores.database.counting() as statements:
        if what == "authorize":
            page = await party.start()
            assert page.headers["location"].startswith(party.redirect_uri)
        elif what == "userinfo":
            assert (await party.userinfo(token)).status_code == 200
        else:
            assert (await party.introspect(token)).json()["active"] is True
    assert list(statements) == []


async def test_the_count_sees_statements_when_there_are_some(site: Site) -> None:
    party = await new_party(site)
    with site.resources.stores.database.counting() as statements:
        await party.tokens()
    assert len(list(statements)) > 3
