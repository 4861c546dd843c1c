"""An older SOAP program calls through us: SO-02 and whatever else a message may try."""

from __future__ import annotations

import base64
import re
from typing import Any

import orjson
import pytest

from connectors.apis.soap_wsse.envelope import SOAP
from connectors.apis.soap_wsse.kind import SoapWsse
from connectors.apis.soap_wsse.token import DIGEST, TEXT
from connectors.apis.soap_wsse.xml import read
from connectors.calls import Caller, Failure, Fault, Incoming, Refusal, Reply
from tests.connectors.calls import NOW
from tests.connectors.soap_wsse.samples import NS, SOAP11, message, posted, register, security, token

KIND = SoapWsse()
MOVED = '<s:Body u:Id="b" xmlns:u="urn:u"><m:DaftarWilayah/></s:Body>'
OTHER_BODY = "<m:CariPenduduk><m:nik>3503110708900001</m:nik></m:CariPenduduk>"


def entered(incoming: Incoming) -> Caller:
    found = KIND.inbound(register(), incoming)
    assert isinstance(found, Caller), found
    return found


def refused(incoming: Incoming) -> int:
    found = KIND.inbound(register(), incoming)
    assert isinstance(found, Refusal), found
    return found.status


def test_a_message_is_understood_as_a_call() -> None:
    caller = entered(posted(message(security(token()))))
    assert (caller.id, caller.call.path, orjson.loads(caller.call.body)) == ("desa", "/DaftarWilayah", {"kode": "3503"})
    assert (caller.stamp, caller.seconds > 600) == (NOW, True)


def test_so_02_one_nonce_is_one_name_however_it_is_written() -> None:
    """Base64 writes sixteen bytes in several ways; the digest fits all of them."""
    nonce = b"nonce-of-16-byt\xff"
    text = base64.b64encode(nonce).decode()
    assert text.endswith("/w==")
    first = posted(message(security(token(nonce=nonce))))
    other = posted(first.body.replace(text.encode(), text.replace("/w==", "/x==").encode()))
    assert first.body != other.body
    assert entered(first).once == entered(other).once


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(message(f"<x>{security(token())}</x>"), id="the token in a wrapper"),
        pytest.param(message(security(f"<x>{token()}</x>")), id="the token deeper"),
        pytest.param(message(security(token()) + security(token("tua"))), id="two headers"),
        pytest.param(message(security(token() + token("tua"))), id="two tokens"),
        pytest.param(message(security(token()), "<m:DaftarWilayah>" + security(token()) + "</m:DaftarWilayah>"), id="one more in the body"),
        pytest.param(message("", "<m:DaftarWilayah/>", security(token())), id="outside the header"),
        pytest.param(message(""), id="none"),
    ],
)
def test_so_02_the_token_counts_only_where_it_belongs(body: bytes) -> None:
    assert refused(posted(body)) in (400, 401)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(message(security(token()) + MOVED, OTHER_BODY), id="the body in the header"),
        pytest.param(message(security(token()), f"<m:DaftarWilayah/>{OTHER_BODY}"), id="two elements"),
        pytest.param(message(security(token()), "<m:DaftarWilayah/>", f"<s:Body>{OTHER_BODY}</s:Body>"), id="two bodies"),
        pytest.param(message(security(token()), "<m:DaftarWilayah><s:Body/></m:DaftarWilayah>"), id="a body in the body"),
        pytest.param(message(security(token()), '<m:DaftarWilayah Id="a"><m:kode Id="a">1</m:kode></m:DaftarWilayah>'), id="one Id twice"),
        pytest.param(message(security(token())).replace(b"</s:Header>", b"</s:Header><x/>"), id="something between"),
    ],
)
def test_so_02_there_is_one_body_in_its_place(body: bytes) -> None:
    assert refused(posted(body)) == 400


@pytest.mark.parametrize("action", ["", "urn:register:contoh/CariPenduduk", "urn:wilayah/", "URN:WILAYAH"])
def test_so_02_soapaction_and_body_name_one_operation(action: str) -> None:
    assert refused(posted(message(security(token())), action=action)) == 400


def test_so_02_a_user_may_call_its_own_operations_alone() -> None:
    body = message(security(token()), OTHER_BODY)
    assert refused(posted(body, action="urn:register:contoh/CariPenduduk")) == 403


@pytest.mark.parametrize(("seconds", "due"), [(-360, 401), (360, 401), (-240, 200), (240, 200)])
def test_clocks_may_differ_by_five_minutes(seconds: int, due: int) -> None:
    incoming = posted(message(security(token(off=seconds))))
    assert (refused(incoming) if due == 401 else 200) == due
    if due == 200:
        assert entered(incoming)


@pytest.mark.parametrize(
    "changes",
    [{"key": "x" * 43}, {"user": "asing"}, {"user": "tua"}, {"kind": TEXT}, {"nonce": b"short"}, {"nonce": b""}, {"nonce": b"x" * 99}],
)
def test_a_token_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    assert refused(posted(message(security(token(**changes))))) == 401


@pytest.mark.parametrize("part", ["w:Nonce", "u:Created", "w:Password", "w:Username"])
def test_a_token_without_one_of_its_parts_is_refused(part: str) -> None:
    whole = message(security(token()))
    body = re.sub(rf"<{part}[ >].*?</{part}>".encode(), b"", whole)
    assert len(body) < len(whole)
    assert refused(posted(body)) == 401


def test_a_program_that_can_only_send_text_may() -> None:
    body = message(security(token("tua", kind=TEXT)))
    assert entered(posted(body)).id == "tua"
    assert refused(posted(message(security(token("tua", kind=DIGEST))))) == 401


@pytest.mark.parametrize(
    "incoming",
    [
        posted(message(security(token()))[:-9]),
        posted(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + message(security(token())).partition(b"?>")[2]),
        posted(message(security(token())), content_type="application/json"),
        posted(message(security(token())), content_type="text/xml; charset=utf-16"),
        posted(message(security(token()), "<m:Lain/>")),
        posted(message(security(token())).replace(NS.encode(), b"urn:lain")),
    ],
)
def test_what_is_no_message_of_this_service_is_refused(incoming: Incoming) -> None:
    assert refused(incoming) == 400


def test_the_answer_is_a_message_again() -> None:
    incoming = posted(message(security(token())))
    dressed = KIND.dress(register(), incoming, Reply(b'{"wilayah":[{"nama":"A & B"},{"nama":"C"}]}'))
    root = read(dressed.body)
    assert (dressed.status, dressed.media_type) == (200, "text/xml; charset=utf-8")
    assert [one.text for one in root.findall(f".//{{{NS}}}DaftarWilayahResponse/{{{NS}}}wilayah/{{{NS}}}nama")] == ["A & B", "C"]


def test_so_04_a_text_is_an_answer_too() -> None:
    dressed = KIND.dress(register(), posted(message(security(token()))), Reply('"teks <saja> \u00e9"'.encode()))
    (answer,) = read(dressed.body).findall(f".//{{{NS}}}DaftarWilayahResponse")
    assert (dressed.status, answer.text, len(answer)) == (200, "teks <saja> \u00e9", 0)


@pytest.mark.parametrize(
    "body",
    [
        b"[1]",
        b"7",
        b"null",
        b"true",
        b'"a\\u0000b"',
        b'{"a":"\\u0001"}',
        '{"\u00e9tat":"x"}'.encode(),
        b'{"%s":"x"}' % (b"a" * 65),
        b'{"a":[[1]]}',
    ],
    ids=["list", "number", "nothing", "truth", "NUL as text", "NUL in a member", "name", "long name", "list in a list"],
)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_so_04_what_cannot_be_written_whole_is_a_fault_and_never_less(body: bytes, version: str) -> None:
    incoming = posted(message(security(token())))
    if version == "1.2":
        text = message(security(token())).replace(SOAP11.encode(), SOAP["1.2"].encode())
        incoming = posted(text, content_type="application/soap+xml")
    dressed = KIND.dress(register(soap=version), incoming, Reply(body))
    assert dressed.status == 500 and b"Fault>" in dressed.body and b"Response" not in dressed.body


@pytest.mark.parametrize(
    "outcome", [Failure(Fault.UNREACHABLE), Failure(Fault.DECLINED, "<b>tidak</b>"), Refusal("no"), Refusal("no", 403)]
)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_failure_is_a_fault(outcome: Failure | Refusal, version: str) -> None:
    dressed = KIND.dress(register(soap=version), posted(b""), outcome)
    assert dressed.status == 500 and b"Fault>" in dressed.body and b"<b>" not in dressed.body
