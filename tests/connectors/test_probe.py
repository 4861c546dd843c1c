"""What the connection test tries, and what it says about what it found. No network here."""

from __future__ import annotations

import pytest

from connectors.builtin import KINDS
from connectors.probe import STEPS, WORDS, Target, judged, of_certificate, of_lifetime, of_status, target, whole
from tests.connectors.cas import parts as cas
from tests.connectors.saml import party as saml
from tests.connectors.ticket import test_kind as ticket

HERE = Target("https://simpeg.example.id/sso", "simpeg.example.id", 443, True)
DAY = 86_400


def test_the_target_is_where_the_older_system_itself_is_reached() -> None:
    assert target(KINDS["ticket"], ticket.made().settings) == Target("https://simpeg.example.id", "simpeg.example.id", 443, True)
    assert target(KINDS["cas"], cas.connector().settings).host == "app.example.id"  # type: ignore[union-attr]
    found = target(KINDS["saml"], saml.connector(entity_id="https://nama-saja.example.id/x").settings)
    assert found is not None and found.host == "eoffice.example.id", "an entityID is a name, not an address"
    model = KINDS["forward_auth"].settings_model
    upstream = model.model_validate({"base_url": "https://luar.example.id", "headers": [], "upstream": "http://10.0.4.9:8080"})
    assert target(KINDS["forward_auth"], upstream) == Target("http://10.0.4.9:8080", "10.0.4.9", 8080, False)


def test_settings_without_an_address_have_nothing_to_try() -> None:
    model = KINDS["ldap"].settings_model
    settings = model.model_validate({"base_dn": "ou=simpeg,dc=example", "attributes": [{"claim": "name", "field": "cn"}]})
    assert target(KINDS["ldap"], settings) is None
    report = whole(None, [judged("dns", "skipped", None, code="no_address")])
    assert report.target == "" and not report.good and report.steps[0].fix["id"]


def test_a_kind_may_name_its_own_target() -> None:
    class Own:
        def probe(self, settings: object) -> str:
            return "https://lain.example.id:8443/x"

    assert target(Own(), ticket.made().settings) == Target("https://lain.example.id:8443/x", "lain.example.id", 8443, True)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", sorted(WORDS))
def test_cw_2_every_finding_says_what_and_how_to_mend_it_in_both_languages(code: str) -> None:
    step = judged("tls", "failed", HERE, 7, code, status=503, days=3)
    assert len({step.text["id"], step.text["en"], step.fix["id"], step.fix["en"]}) == 4
    assert not any("{" in text for text in (*step.text.values(), *step.fix.values()))


def test_a_certificate_is_judged_by_openssls_own_numbers() -> None:
    assert [of_certificate(n) for n in (10, 62, 64, 18, 19, 20)] == ["expired", "wrong_name", "wrong_name", *["untrusted"] * 3]


@pytest.mark.parametrize(("left", "state"), [(31 * DAY, "passed"), (30 * DAY - 1, "warned"), (0, "warned")])
def test_a_certificate_that_ends_within_thirty_days_is_a_warning(left: int, state: str) -> None:
    step = of_lifetime(HERE, 1_000 + left, 1_000, 3)
    assert step.state == state and (state == "passed" or str(left // DAY) in step.text["en"])


@pytest.mark.parametrize(
    ("status", "auth", "sample"),
    [
        (200, "", ""),
        (302, "", ""),
        (401, "login_refused", ""),
        (403, "login_refused", ""),
        (404, "", "sample_missing"),
        (503, "", "sample_failed"),
    ],
)
def test_an_answer_is_judged_by_its_status(status: int, auth: str, sample: str) -> None:
    found = of_status(HERE, status, 5)
    assert [step.code for step in found] == [auth, sample]
    assert [step.state for step in found] == ["failed" if auth else "passed", "failed" if sample else "skipped" if auth else "passed"]


def test_steps_that_were_not_tried_stand_in_the_report_as_such() -> None:
    report = whole(HERE, [judged("dns", "passed", HERE), judged("tcp", "failed", HERE, 2, "refused")])
    assert [(step.name, step.state) for step in report.steps] == list(zip(STEPS, ["passed", "failed", *["skipped"] * 3], strict=True))
    assert not report.good and report.target == "simpeg.example.id:443"
