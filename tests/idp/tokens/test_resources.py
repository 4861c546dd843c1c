"""For which resource a token is: one that was granted, and one at a time."""

from __future__ import annotations

import pytest

from idp.errors import InvalidTarget
from idp.tokens.resources import audience_of
from tests.idp.samples import a_client

A, B, C = "https://api.example/a", "https://api.example/b", "https://api.example/c"
CLIENT = a_client(resources=frozenset({A, B}))


def test_a_token_is_for_the_one_resource_that_was_granted_or_named() -> None:
    assert audience_of(CLIENT, frozenset({A}), "") == audience_of(CLIENT, frozenset({A, B}), A) == A
    assert audience_of(CLIENT, frozenset(), B) == B
    assert audience_of(CLIENT, frozenset(), "") == "", "its own audience"


def test_tk_20_a_token_for_another_resource_is_refused() -> None:
    for granted, asked in ((frozenset({A}), B), (frozenset({A, B}), C), (frozenset(), C)):
        with pytest.raises(InvalidTarget, match="no token for that resource"):
            audience_of(CLIENT, granted, asked)


def test_of_several_resources_one_must_be_named() -> None:
    with pytest.raises(InvalidTarget, match="name one of the resources"):
        audience_of(CLIENT, frozenset({A, B}), "")


def test_a_resource_that_was_taken_from_the_client_is_refused() -> None:
    with pytest.raises(InvalidTarget, match="no token for that resource"):
        audience_of(CLIENT, frozenset({C}), "")
