"""Which names two connectors may not share."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import Connector
from connectors.names import Named, taken_by
from connectors.registry import FRONT_DOORS, build
from tests.connectors.saml.party import settings as saml

CAS: dict[str, Any] = {"services": ["https://arsip.example.id/"]}
BROKER: dict[str, Any] = {"base_url": "https://pajak.example.id", "broker": "pajak", "return_urls": ["https://pajak.example.id/sso"]}
TICKET: dict[str, Any] = {"base_url": "https://simpeg.example.id", "arrive_url": "https://simpeg.example.id/sso/masuk"}
DEEPER = {"services": ["https://arsip.example.id/j_spring_cas_security_check"]}


def made(kind: str, settings: dict[str, Any], connector_id: str = "dulu", application: str = "dulu") -> Connector:
    return build(kind=kind, connector_id=connector_id, application=application, settings=settings)


def found(new: Connector, *others: Connector) -> tuple[str, str] | None:
    return taken_by(others, FRONT_DOORS[new.kind], new.settings, new.id, new.application)


@pytest.mark.parametrize(
    ("kind", "stands", "wanted", "name"),
    [
        ("saml", saml(), saml(acs=[{"url": "https://lain.example.id/acs"}]), "https://eoffice.example.id/saml/metadata"),
        ("cas", CAS, CAS, "https://arsip.example.id/*"),
        ("cas", CAS, DEEPER, DEEPER["services"][0]),
        ("cas", DEEPER, CAS, "https://arsip.example.id/*"),
        ("simple_sso", BROKER, {**BROKER, "base_url": "https://x.example.id", "return_urls": ["https://x.example.id/a"]}, "pajak"),
        ("ticket", TICKET, {**TICKET, "audience": "lain"}, "https://simpeg.example.id/sso/masuk"),
        ("ticket", TICKET, {**TICKET, "arrive_url": "https://simpeg.example.id/lain"}, "https://simpeg.example.id"),
    ],
)
def test_sm_19_a_name_of_another_connector_is_taken(kind: str, stands: dict[str, Any], wanted: dict[str, Any], name: str) -> None:
    assert found(made(kind, wanted, "baru", "baru"), made(kind, stands)) == (name, "dulu")


@pytest.mark.parametrize(
    ("kind", "stands", "wanted"),
    [
        ("saml", saml(), saml(entity_id="https://eoffice.example.id/saml/metadata2")),
        ("cas", CAS, {"services": ["https://arsip.example.id.lain.example/", "https://arsip.example.id:8443/"]}),
        ("cas", DEEPER, {"services": ["https://arsip.example.id/j_spring_cas_security_check2", "https://arsip.example.id/lain/"]}),
        ("simple_sso", BROKER, {**BROKER, "broker": "pajak2"}),
        ("ticket", TICKET, {**TICKET, "audience": "lain", "arrive_url": "https://simpeg.example.id/lain"}),
    ],
)
def test_sm_19_another_name_is_free_and_so_is_ones_own(kind: str, stands: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert found(made(kind, wanted, "baru", "baru"), made(kind, stands)) is None
    assert found(made(kind, stands), made(kind, stands)) is None, "saved again, it is its own"


def test_sm_19_within_one_application_a_service_may_lie_below_another() -> None:
    assert found(made("cas", DEEPER, "baru"), made("cas", CAS)) is None
    assert found(made("cas", CAS, "baru"), made("cas", CAS)) is not None


def test_every_front_door_that_is_found_by_a_name_states_it() -> None:
    """`passport` is found by a client id that its connector's own id gives."""
    assert {name for name, kind in FRONT_DOORS.items() if not isinstance(kind, Named)} <= {"passport"}
