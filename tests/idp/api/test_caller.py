"""Who may call: the rules one by one, on a token that is right but for one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idp.api.caller import RULES, Called
from idp.errors import InsufficientScope, InvalidToken, OAuthError
from idp.tokens.models import AccessToken
from idp.tokens.use_checks import Shown

HERE, SCOPE = "https://gapura.example.id/api/izin", "izin:baca"
TOKEN = AccessToken(
    client_id="rp",
    application="usaha-kecil",
    service="pendampingan-usaha",
    grant="g",
    person="p",
    subject="s",
    scopes=frozenset({SCOPE}),
    audience=HERE,
    issued_at=0,
    expires_at=900,
    jti="j",
)


def judged(token: AccessToken, *, has_scopes: bool = True) -> OAuthError | None:
    called = Called(Shown(token, client_has_scopes=has_scopes, service=None, now=1, second_step_lives=0), HERE, SCOPE)
    try:
        for rule in RULES:
            rule(called)
    except OAuthError as error:
        return error
    return None


def test_a_token_for_this_very_api_with_its_scope_is_let_in() -> None:
    assert judged(TOKEN) is None


@pytest.mark.parametrize("audience", ["", "rp", "https://gapura.example.id", "https://gapura.example.id/api/pemrosesan", HERE + "/"])
def test_jw_08_a_token_for_another_resource_opens_nothing(audience: str) -> None:
    assert isinstance(judged(replace(TOKEN, audience=audience)), InvalidToken)


def test_tx_06_whoever_was_handed_a_token_does_not_act_on_her_record() -> None:
    assert isinstance(judged(replace(TOKEN, actor='{"sub":"client:other"}')), InsufficientScope)


def test_the_scope_is_on_the_token_and_still_the_clients() -> None:
    assert isinstance(judged(replace(TOKEN, scopes=frozenset({"openid"}))), InsufficientScope)
    assert judged(TOKEN, has_scopes=False) is not None
