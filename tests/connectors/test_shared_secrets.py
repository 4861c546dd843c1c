"""TI-02: a secret that two agencies know, or that can be guessed, is seen when it is entered."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from connectors.contract import Connector, Secret, random_key
from connectors.shared_secrets import bits_of, shared_with_another


class Nothing(BaseModel):
    """Settings that say nothing."""


@pytest.mark.parametrize(
    ("secret", "bits"),
    [("", 0), ("rahasia", 42), ("a" * 64, 256), ("a" * 63 + "g", 384), ("A" * 42, 168), ("z" * 43, 258), ("é" * 16, 256), ("a b", 24)],
)
def test_ti_02_strength_is_judged_on_the_text(secret: str, bits: int) -> None:
    assert bits_of(secret) == bits


def test_ti_02_what_we_make_is_strong_and_never_twice_the_same() -> None:
    made = {random_key() for _ in range(50)}
    assert len(made) == 50
    assert min(bits_of(one) for one in made) >= 256


def test_ti_02_a_secret_is_never_shared_by_two_connectors() -> None:
    one = Connector("simpeg", "simpeg", "ticket", Nothing(), secrets={"key": (Secret("baru"), Secret("lama", until=1))})
    other = Connector("pajak", "pajak", "simple_sso", Nothing(), enabled=False, secrets={"secret": (Secret("lain"),)})
    assert shared_with_another((one, other), "baru")
    assert shared_with_another((one, other), "lama"), "a past one is known to somebody too"
    assert shared_with_another((one, other), "lain"), "a stopped connector's too"
    assert not shared_with_another((one, other), "baru", own="simpeg"), "its own may be entered again"
    assert not shared_with_another((one, other), "milik-sendiri")
