"""The kind `oauth_client` with the quirks of SATUSEHAT."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.apis.oauth_client.kind import OauthClient
from connectors.calls import Call, Failure, Fault, Reply, Response, Token
from connectors.contract import Connector
from tests.connectors.calls import NOW, answered, connector, failed, sent

KIND = OauthClient()
TOKEN = {
    "token_type": "BearerToken",
    "issued_at": "1795500000000",
    "expires_in": "3599",
    "developer.email": "x@example.id",
    "client_id": "c",
    "access_token": "abc",
}


def satusehat(**changes: Any) -> Connector:
    settings = {
        "base_url": "https://api-satusehat.example.id/fhir-r4/v1",
        "token_url": "https://api-satusehat.example.id/oauth2/v1/accesstoken",
        "client_id": "klien",
        "grant_type_in": "query",
        "operations": [{"path": "/Patient", "query": ["identifier"], "person": {"query:identifier": "nik"}}],
        **changes,
    }
    return connector("oauth_client", settings, client_secret="rahasia&=")


REQUEST = sent(KIND.prepare(satusehat(), Call("GET", "/Patient", (("identifier", "https://fhir|1"),)), NOW, {"access": "abc"}))


def test_the_grant_type_stands_in_the_query_and_nowhere_else() -> None:
    (need,) = KIND.needs(satusehat(), NOW)
    assert need.request.url == "https://api-satusehat.example.id/oauth2/v1/accesstoken?grant_type=client_credentials"
    assert need.request.body == b"client_id=klien&client_secret=rahasia%26%3D"
    assert "Authorization" not in need.request.headers


def test_others_get_it_in_the_form_or_the_client_in_a_header() -> None:
    (form,) = KIND.needs(satusehat(grant_type_in="form"), NOW)
    assert form.request.body.startswith(b"grant_type=client_credentials&") and "?" not in form.request.url
    (basic,) = KIND.needs(satusehat(client_auth="basic"), NOW)
    assert basic.request.headers["Authorization"].startswith("Basic ") and basic.request.body == b"grant_type=client_credentials"


@pytest.mark.parametrize(
    ("expires_in", "lives"), [("3599", 3569), (3599, 3569), (" 3599 ", 3569), (None, 60), ("soon", 60), (True, 60), (1e12, 60), (5, 1)]
)
def test_numbers_may_be_text(expires_in: Any, lives: int) -> None:
    assert KIND.read_token(satusehat(), "access", answered({**TOKEN, "expires_in": expires_in}), NOW) == Token("abc", NOW + lives)


def test_after_a_failure_no_token_is_asked_for_within_the_minute() -> None:
    found = KIND.read_token(satusehat(), "access", answered({"resourceType": "OperationOutcome"}, 401), NOW)
    assert isinstance(found, Failure) and (found.fault, found.pause) == (Fault.REFUSED, 60)


def test_a_refused_token_is_forgotten_and_the_call_is_not_sent_again() -> None:
    found = failed(KIND.read(satusehat(), REQUEST, answered({"resourceType": "OperationOutcome", "issue": []}, 401)))
    assert (found.fault, found.stale, found.again) == (Fault.REFUSED, ("access",), False)


def test_the_call_carries_the_token() -> None:
    assert REQUEST.headers["Authorization"] == "Bearer abc"
    assert REQUEST.url.endswith("/Patient?identifier=https%3A%2F%2Ffhir%7C1")


def outcome(**issue: Any) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", **issue}]}


@pytest.mark.parametrize(
    ("response", "fault", "detail"),
    [
        (answered(outcome(diagnostics="NIK is wrong"), 400), Fault.DECLINED, "NIK is wrong"),
        (answered(outcome(details={"text": "no such patient"}), 404), Fault.NOT_FOUND, "no such patient"),
        (answered(outcome(code="exception"), 500), Fault.BROKEN, "exception"),
        (answered({"issue": "?"}, 422), Fault.DECLINED, ""),
    ],
)
def test_an_operation_outcome_says_what_went_wrong(response: Response, fault: Fault, detail: str) -> None:
    found = failed(KIND.read(satusehat(), REQUEST, response))
    assert (found.fault, found.detail) == (fault, detail)


def test_fhir_is_handed_on_as_fhir() -> None:
    reply = KIND.read(satusehat(), REQUEST, answered({"resourceType": "Bundle"}, 200, "application/fhir+json"))
    assert isinstance(reply, Reply) and reply.media_type == "application/fhir+json"
