"""The kind `basic`. RFC 7617."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.apis.basic.kind import Basic
from connectors.calls import Call, Fault, Reply
from connectors.contract import Connector
from connectors.errors import BadSettings
from tests.connectors.calls import NOW, answered, connector, failed, sent

KIND = Basic()


def esign(**changes: Any) -> Connector:
    settings = {
        "base_url": "https://esign.example.id/api",
        "username": "trenggalek",
        "operations": [{"path": "/sign/pdf", "method": "POST"}, {"path": "/user/status/{nik}", "person": {"nik": "nik"}}],
        **changes,
    }
    return connector("basic", settings, password="r\u00e4hasia:x")


REQUEST = sent(KIND.prepare(esign(), Call("POST", "/sign/pdf", body=b"--b", content_type="multipart/form-data; boundary=b"), NOW, {}))


def test_name_and_password_go_with_each_request() -> None:
    assert base64.b64decode(REQUEST.headers["Authorization"].removeprefix("Basic ")).decode() == "trenggalek:r\u00e4hasia:x"
    assert (REQUEST.url, REQUEST.body) == ("https://esign.example.id/api/sign/pdf", b"--b")
    assert REQUEST.headers["Content-Type"] == "multipart/form-data; boundary=b"


def test_a_signed_document_is_handed_on() -> None:
    assert KIND.read(esign(), REQUEST, answered(b"%PDF", 200, "application/pdf")) == Reply(b"%PDF", 200, "application/pdf")


def test_a_refusal_is_none_of_the_callers_business() -> None:
    assert failed(KIND.read(esign(), REQUEST, answered({"error": "x"}, 401))).fault is Fault.REFUSED


@pytest.mark.parametrize("username", ["a:b", "", "a\nb"])
def test_a_user_name_holds_no_colon(username: str) -> None:
    with pytest.raises(BadSettings) as refused:
        esign(username=username)
    assert refused.value.field == "username"
