"""The kind `two_tokens`: both tokens of SIASN, and all the shapes in which it answers."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.apis.two_tokens.kind import TwoTokens
from connectors.calls import Call, Failure, Fault, Response, Token
from connectors.contract import Connector
from connectors.errors import BadSettings
from tests.connectors.calls import NOW, answered, connector, content, failed, sent

KIND = TwoTokens()
SETTINGS: dict[str, Any] = {
    "base_url": "https://apimws.example.id:8243/apisiasn/1.0",
    "apim_url": "https://apimws.example.id/oauth2/token",
    "consumer_key": "kunci",
    "operations": [{"path": "/pns/data-utama/{nip}", "person": {"nip": "nip"}}, {"path": "/jabatan/save", "method": "POST"}],
}
SERVICE = {
    "sso": "service_account",
    "sso_url": "https://sso-siasn.example.id/auth/realms/public-siasn/protocol/openid-connect/token",
    "sso_client": "manajemenws",
    "sso_account": "198504172010012901",
}


def siasn(**changes: Any) -> Connector:
    return connector("two_tokens", {**SETTINGS, **changes}, consumer_secret="rahasia", sso_token="sso-jadi", sso_password="sandi")


CALL = Call("GET", "/pns/data-utama/198504172010012901")
REQUEST = sent(KIND.prepare(siasn(), CALL, NOW, {"apim": "apim-1"}))


def test_both_tokens_go_with_every_call_each_in_its_spelling() -> None:
    assert (REQUEST.headers["Authorization"], REQUEST.headers["Auth"]) == ("Bearer apim-1", "bearer sso-jadi")
    with_account = sent(KIND.prepare(siasn(**SERVICE), CALL, NOW, {"apim": "a", "sso": "s"}))
    assert (with_account.headers["Authorization"], with_account.headers["Auth"]) == ("Bearer a", "bearer s")


def test_the_token_of_the_gateway_is_got_with_client_credentials() -> None:
    (need,) = KIND.needs(siasn(), NOW)
    assert (need.name, need.request.url, need.request.body) == ("apim", SETTINGS["apim_url"], b"grant_type=client_credentials")
    assert base64.b64decode(need.request.headers["Authorization"].removeprefix("Basic ")) == b"kunci:rahasia"


def test_the_token_of_the_sso_is_got_for_the_agencys_own_account() -> None:
    need = KIND.needs(siasn(**SERVICE), NOW)[1]
    assert need.name == "sso"
    assert need.request.body == b"client_id=manajemenws&grant_type=password&username=198504172010012901&password=sandi"
    assert "sandi" not in repr(need)


def test_tokens_end_a_little_before_their_time() -> None:
    assert KIND.read_token(siasn(), "apim", answered({"access_token": "a", "expires_in": 3600}), NOW) == Token("a", NOW + 3570)
    assert KIND.read_token(siasn(), "sso", answered({"access_token": "a", "expires_in": "43200"}), NOW) == Token("a", NOW + 43170)


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (answered({"error": "invalid_grant"}, 401), Fault.REFUSED),
        (answered({"access_token": ""}), Fault.BROKEN),
        (answered({"access_token": "a b"}), Fault.BROKEN),
        (answered({"access_token": "a\r\nX: y"}), Fault.BROKEN),
        (answered({}), Fault.BROKEN),
        (answered(b"<html>", 200, "text/html"), Fault.BROKEN),
        (answered({"error": "x"}, 500), Fault.BROKEN),
    ],
)
def test_a_refused_token_rests_so_that_the_account_is_not_locked_there(response: Response, fault: Fault) -> None:
    found = KIND.read_token(siasn(), "sso", response, NOW)
    assert isinstance(found, Failure) and (found.fault, found.pause) == (fault, 600)


@pytest.mark.parametrize(
    ("response", "due"),
    [
        pytest.param(answered({"code": 1, "data": {"nama": "RINI"}, "message": "success"}), {"nama": "RINI"}, id="success"),
        pytest.param(
            answered({"success": True, "mapData": {"rwJabatanId": "A1"}, "message": "success"}), {"rwJabatanId": "A1"}, id="saved"
        ),
        pytest.param(answered({"code": 0, "data": "Data tidak ditemukan"}, 404), Fault.NOT_FOUND, id="not found"),
        pytest.param(answered({"success": False, "mapData": None, "message": "tidak boleh"}), Fault.DECLINED, id="business error"),
        pytest.param(
            answered({"code": 0, "data": None, "message": "5 errors occurred:\n\t* UnorID is required"}), Fault.DECLINED, id="validation"
        ),
        pytest.param(answered({"Error": "x", "Message": "gateway"}), Fault.BROKEN, id="gateway error"),
        pytest.param(answered({"code": "900901", "message": "Invalid Credentials"}, 401), Fault.REFUSED, id="WSO2 fault"),
        pytest.param(answered({"code": "900800", "message": "Message throttled out"}, 429), Fault.LIMITED, id="throttled"),
        pytest.param(answered({"code": 1, "data": {}, "message": ""}, 500), Fault.BROKEN, id="success with 500"),
        pytest.param(answered({"code": True, "data": {}}), Fault.BROKEN, id="no number"),
        pytest.param(answered({"data": {"nama": "x"}}), Fault.BROKEN, id="no word of success"),
        pytest.param(answered([1]), Fault.BROKEN, id="no object"),
        pytest.param(answered(b'{"code":1,"data":{', 200), Fault.BROKEN, id="cut off"),
        pytest.param(answered(b"<html>", 502, "text/html"), Fault.BROKEN, id="a page"),
    ],
)
def test_every_shape_is_read_for_what_it_says(response: Response, due: Any) -> None:
    outcome = KIND.read(siasn(), REQUEST, response)
    if isinstance(due, Fault):
        assert failed(outcome).fault is due
    else:
        assert content(outcome) == due


def test_what_the_gateway_refused_is_sent_once_more_with_new_tokens() -> None:
    found = failed(KIND.read(siasn(), REQUEST, answered({"code": "900901", "message": "Invalid Credentials"}, 401)))
    assert found.again and set(found.stale) == {"apim", "sso"}
    assert not failed(KIND.read(siasn(), REQUEST, answered({"success": False, "message": "x"}))).again


def test_the_reasons_of_a_validation_are_one_line() -> None:
    found = failed(KIND.read(siasn(), REQUEST, answered({"code": 0, "data": None, "message": "2 errors occurred:\n\t* A\n\t* B"})))
    assert found.detail == "2 errors occurred: * A * B"


def test_a_document_comes_without_an_envelope() -> None:
    outcome = KIND.read(siasn(), REQUEST, answered(b"%PDF-1.4", 200, "application/pdf"))
    assert outcome == type(outcome)(b"%PDF-1.4", 200, "application/pdf")  # type: ignore[call-arg]


def test_a_service_account_is_named_whole_or_not_at_all() -> None:
    with pytest.raises(BadSettings):
        siasn(sso="service_account")
    assert set(KIND.secret_rules(siasn().settings)) == {"consumer_secret", "sso_token"}
    assert set(KIND.secret_rules(siasn(**SERVICE).settings)) == {"consumer_secret", "sso_password"}
