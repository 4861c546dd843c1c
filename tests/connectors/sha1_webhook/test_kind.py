"""The kind `sha1_webhook`: OSS tells of a NIB."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connectors.apis.sha1_webhook.kind import Sha1Webhook, day_in_wib, token
from connectors.calls import Call, Caller, Failure, Fault, Incoming, Refusal, Reply
from connectors.contract import Connector, Secret
from tests.connectors.calls import NOW, answered, came, connector, content, failed, sent

KIND = Sha1Webhook()
NIB = "1234567890123"
BODY = orjson.dumps({"dataNIB": {"nib": NIB, "nama": "CONTOH"}})
MIDNIGHT = 1_795_453_200  # 24 November 2026, 00.00 WIB; in London it is still the 23rd


def oss(**changes: Any) -> Connector:
    settings = {
        "base_url": "https://perizinan.example.id/oss",
        "username": "user",
        "operations": [{"path": "/receiveNIB", "method": "POST"}, {"path": "/receiveNIBSTPW", "method": "POST"}],
        **changes,
    }
    return connector("sha1_webhook", settings, password="pass", forward_key="penerus")


def told(day: str, *, now: int = NOW, body: bytes = BODY, nib: str = NIB) -> Incoming:
    return came("POST", "/receiveNIB", body=body, headers={"token": token("user", "pass", nib, day)}, now=now)


def status(found: Caller | Refusal) -> int:
    return 200 if isinstance(found, Caller) else found.status


def test_the_documented_vector() -> None:
    assert token("user", "pass", NIB, "20260102") == "248ec477d39b70655608a8caad0d3f5092d06b3b"


def test_the_day_is_that_of_western_indonesia() -> None:
    assert (day_in_wib(MIDNIGHT - 1), day_in_wib(MIDNIGHT)) == ("20261123", "20261124")


@pytest.mark.parametrize(
    ("day", "now", "due"),
    [
        ("20261124", MIDNIGHT, 200),
        ("20261123", MIDNIGHT, 200),
        ("20261124", MIDNIGHT - 1, 401),
        ("20261122", MIDNIGHT, 401),
        ("20261125", MIDNIGHT, 401),
        ("20261124", MIDNIGHT + 2 * 86_400 - 1, 200),
        ("20261124", MIDNIGHT + 2 * 86_400, 401),
    ],
)
def test_today_and_yesterday_count(day: str, now: int, due: int) -> None:
    assert status(KIND.inbound(oss(), told(day, now=now))) == due


def test_the_token_fits_its_own_nib_alone() -> None:
    assert status(KIND.inbound(oss(), told("20261124", nib="9999999999999"))) == 401
    assert status(KIND.inbound(oss(), came("POST", "/receiveNIB", body=BODY))) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"dataNIB":"x"}',
        b'{"dataNIB":{"nib":1234567890123}}',
        b'{"dataNIB":{"nib":"123456789012"}}',
        b'{"dataNIB":{"nib":"123456789012\xef\xbc\x93"}}',
    ],
)
def test_a_body_without_a_nib_is_refused(body: bytes) -> None:
    assert status(KIND.inbound(oss(), told("20261124", body=body))) == 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"dataNIB":{"nib":"9999999999999"},"dataNIB":{"nib":"1234567890123"}}',
        b'{"dataNIB":{"nib":"9999999999999","nib":"1234567890123"}}',
        b'{"dataNIB":{"nib":"1234567890123","n\\u0069b":"1234567890123"}}',
        b'{"dataNIB":{"nib":"1234567890123"},"lain":[{"a":1,"a":2}]}',
        b'{"dataNIB":{"nib":"1234567890123","NIB":"9999999999999"}}',
        b'{"datanib":{"nib":"9999999999999"},"dataNIB":{"nib":"1234567890123"}}',
    ],
    ids=["root twice", "member twice", "twice by an escape", "elsewhere twice", "in capitals", "root in small letters"],
)
def test_hm_03_what_two_readers_could_read_as_two_is_refused(body: bytes) -> None:
    assert status(KIND.inbound(oss(), told("20261124", body=body))) == 400
    assert failed(KIND.prepare(oss(), Call("POST", "/receiveNIB", body=body), NOW, {})).fault is Fault.MALFORMED


def test_hm_03_what_is_handed_on_is_what_was_judged_and_not_the_bytes_that_came() -> None:
    body = b' { "dataNIB" : {"n\\u0069b":"1234567890123", "nama":"CONTOH"} }\n'
    caller = KIND.inbound(oss(), told("20261124", body=body))
    assert isinstance(caller, Caller)
    assert caller.call.body == BODY
    assert sent(KIND.prepare(oss(), Call("POST", "/receiveNIB", body=body), NOW, {})).body == BODY


def test_no_two_inputs_of_the_hash_run_together() -> None:
    """`user`+`pass1`+13 digits and `user`+`pass`+14 digits would be one text; a NIB has thirteen."""
    longer = orjson.dumps({"dataNIB": {"nib": "1" + NIB}})
    assert status(KIND.inbound(oss(), told("20261124", body=longer, nib="1" + NIB))) == 400


def test_a_rotated_password_is_good_until_its_end() -> None:
    both = Connector("oss", "lama", "sha1_webhook", oss().settings, secrets={"password": (Secret("baru"), Secret("pass", NOW + 60))})
    assert status(KIND.inbound(both, told("20261124"))) == 200
    assert status(KIND.inbound(both, told("20261124", now=NOW + 60))) == 401


def test_what_is_handed_on_names_each_delivery() -> None:
    caller = KIND.inbound(oss(), told("20261124"))
    assert isinstance(caller, Caller)
    request = sent(KIND.prepare(oss(), caller.call, NOW, {}))
    assert (request.url, request.body) == ("https://perizinan.example.id/oss/receiveNIB", BODY)
    assert request.headers["Authorization"] == "Bearer penerus"
    again = sent(KIND.prepare(oss(), caller.call, NOW + 99, {}))
    other = sent(KIND.prepare(oss(), Call("POST", "/receiveNIBSTPW", body=BODY), NOW, {}))
    marks = [one.headers["X-Gapura-Delivery"] for one in (request, again, other)]
    assert marks[0] == marks[1] != marks[2]
    assert failed(KIND.prepare(oss(), Call("POST", "/receiveNIB", body=b"{}"), NOW, {})).fault is Fault.MALFORMED


def test_the_answer_has_the_shape_of_oss() -> None:
    incoming = told("20261124")
    request = sent(KIND.prepare(oss(), Call("POST", "/receiveNIB", body=BODY), NOW, {}))
    assert KIND.read(oss(), request, answered({}, 204)) == Reply(b"{}")
    assert failed(KIND.read(oss(), request, answered({}, 500))).fault is Fault.BROKEN
    dressed = KIND.dress(oss(), incoming, Reply(b"{}"))
    assert (dressed.status, content(dressed)) == (200, {"responreceiveNIB": {"kode": 200, "keterangan": "Sukses"}})
    assert KIND.dress(oss(), incoming, Refusal("Token: no")).status == 401
    assert KIND.dress(oss(), incoming, Failure(Fault.UNREACHABLE)).status == 503
