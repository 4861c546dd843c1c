"""The scheme of existing brokers, letter by letter: the golden vectors of both demonstration brokers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.apps.simple_sso.proofs import bearer_of, checksum, proves

SIMPEG = {
    "broker": "simpeg",
    "secret": "rahasia",
    "token": "A" * 40,
    "attach_checksum": "cce48a02e1ba1ce1ebf8207d6335a3bffa295a477d5dc273c11dadbe21d0bfd3",
    "bearer": "SSO-simpeg-" + "A" * 40 + "-1c2514878d772f6c720694eb7c05be8f6bf0eb66c38e5ddf23966050ee320677",
}
DEMO = Path(__file__).parents[3] / "hub/demo/data/legacy-systems.json"
PAJAK = next(one["connector"]["golden"] for one in json.loads(DEMO.read_text())["systems"] if one["id"] == "pajak-daerah")


@pytest.mark.parametrize("golden", [SIMPEG, PAJAK], ids=["simpeg", "pajak"])
def test_the_golden_vectors(golden: dict[str, str]) -> None:
    token, secret = golden["token"], golden["secret"]
    assert checksum("attach", token, secret) == golden["attach_checksum"]
    assert f"SSO-{golden['broker']}-{token}-{checksum('session', token, secret)}" == golden["bearer"]
    shown = bearer_of(f"Bearer {golden['bearer']}")
    assert shown is not None
    assert (shown.broker, shown.token) == (golden["broker"], token)
    assert proves("session", token, shown.checksum, (secret,))


def test_a_checksum_is_good_for_its_command_token_and_secret_only() -> None:
    token, good = SIMPEG["token"], SIMPEG["attach_checksum"]
    assert proves("attach", token, good, ("rahasia",))
    for command, other, shown, secrets in (
        ("session", token, good, ("rahasia",)),
        ("attach", "B" * 40, good, ("rahasia",)),
        ("attach", token, good.upper(), ("rahasia",)),
        ("attach", token, good[:-1], ("rahasia",)),
        ("attach", token, "", ("rahasia",)),
        ("attach", token, "é" * 64, ("rahasia",)),
        ("attach", token, good, ("lain",)),
        ("attach", token, good, ()),
    ):
        assert not proves(command, other, shown, secrets)


def test_ti_05_two_secrets_are_good_during_a_rotation() -> None:
    assert proves("attach", SIMPEG["token"], SIMPEG["attach_checksum"], ("baru", "rahasia"))


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        "Bearer ",
        SIMPEG["bearer"],
        f"Basic {SIMPEG['bearer']}",
        f"Bearer  {SIMPEG['bearer']}",
        f"Bearer {SIMPEG['bearer']}\n",
        f"Bearer {SIMPEG['bearer']}0",
        f"Bearer {SIMPEG['bearer'].upper()}",
        f"Bearer SSO-simpeg-{'A' * 19}-{'0' * 64}",
        f"Bearer SSO-simpeg-{'A' * 129}-{'0' * 64}",
        f"Bearer SSO-sim-peg-{'A' * 40}-{'0' * 64}",
        f"Bearer SSO-simpeg-{'é' * 40}-{'0' * 64}",
        "Bearer " + "SSO-" * 100_000,
    ],
)
def test_a_bearer_that_cannot_be_read_is_none(shown: str) -> None:
    assert bearer_of(shown) is None
