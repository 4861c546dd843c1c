"""The grant × state matrix (security reference §2): every way in, and every state that must stop it, one test for each pair.

Each cell obtains a live grant, shows that it works, changes the state by the action a person or an operator has for it, and tries again.
A cell that is left out has its reason in LEFT_OUT.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from tests.idp.matrix import states, ways
from tests.idp.matrix.town import Town, open_matrix

Key = tuple[str, str]
NO_PERSON = "the application acts in its own name: there is no person in it"
BEHIND_THE_GATE = ("forward_auth", "form_bridge")
ONE_CONNECTOR = "no connector stands on this way"
LEFT_OUT: Mapping[Key, str] = {
    **{(way, state): NO_PERSON for way in ("client_credentials", "jwt_bearer") for state in states.OF_A_PERSON},
    **{(way, "connector_disabled"): ONE_CONNECTOR for way in ways.WAYS if way not in BEHIND_THE_GATE},
    **{
        (way, "client_disabled"): "an application behind the gate has no client; switching it off is the column connector_disabled"
        for way in BEHIND_THE_GATE
    },
    **{
        (way, "scope_removed"): "what is handed over is what the connector maps and the person agreed to; it has no registered scopes"
        for way in BEHIND_THE_GATE
    },
    **{
        (way, "acr_too_low"): "an application in its own name has no sign-in whose strength could be judged"
        for way in ("client_credentials", "jwt_bearer")
    },
}
NOT_YET: Mapping[str, str] = {
    "saml_sso": "no such connector kind yet",
    "cas_ticket": "no such connector kind yet",
    "ldap_bind": "no such connector kind yet",
    "hs256_ticket": "no such connector kind yet",
    "hmac_key": "no such connector kind yet",
    "mfa_reset": "nobody can reset a second step here yet",
}
ROWS = frozenset(
    {
        "code", "refresh", "client_credentials", "token_exchange", "jwt_bearer", "device_poll", "par_authorize", "prompt_none", "userinfo",
        "introspection", "saml_sso", "cas_ticket", "ldap_bind", "forward_auth", "form_bridge", "hs256_ticket", "hmac_key",
    }
)  # fmt: skip
COLUMNS = frozenset(
    {
        "user_disabled", "user_locked", "user_recreated", "password_changed", "mfa_reset", "consent_withdrawn", "consent_expired",
        "scope_removed", "client_disabled", "agency_suspended", "connector_disabled", "session_ended", "acr_too_low",
    }
)  # fmt: skip
CELLS = [(way, state) for way in ways.WAYS for state in states.STATES if (way, state) not in LEFT_OUT]


@pytest.mark.parametrize(("way", "state"), CELLS, ids=[f"{way} × {state}" for way, state in CELLS])
async def test_a_state_stops_a_way_in(tmp_path: Path, template_folder: Path, way: str, state: str) -> None:
    async with open_matrix(tmp_path, template_folder) as town:
        tries = await ways.WAYS[way](town)
        worked = await tries()
        assert worked == ways.WORKS, f"it works before the change: {worked}"
        await change(town, states.STATES[state])
        refused = await tries()
        assert refused in ways.REFUSALS[way], f"{way} × {state}: {refused}"


async def change(town: Town, action: Callable[[Town], Awaitable[None]]) -> None:
    await action(town)
    await town.site.house.reload()


def test_every_cell_of_the_reference_is_asserted_or_has_a_reason() -> None:
    assert len(ROWS) * len(COLUMNS) == 221
    assert set(ways.WAYS) | set(states.STATES) | set(NOT_YET) == {*ROWS, *COLUMNS}
    assert not set(NOT_YET) & (set(ways.WAYS) | set(states.STATES)), "it exists now: take it off the list"
    assert all(LEFT_OUT.values())
    assert {way for way, _ in LEFT_OUT} <= set(ways.WAYS)
    assert {state for _, state in LEFT_OUT} <= set(states.STATES)


async def test_a_new_account_of_the_same_person_is_another_subject(tmp_path: Path, template_folder: Path) -> None:
    async with open_matrix(tmp_path, template_folder) as town:
        before = await town.site.house.people.subject(town.person, "sector")
        await states.user_recreated(town)
        assert await town.site.house.people.subject(town.person, "sector") != before
