"""The kind `hmac_headers` towards BPJS: the documented vectors, the quirks, and what is never taken for a success."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.apis.hmac_headers import signature
from connectors.apis.hmac_headers.kind import HmacHeaders
from connectors.calls import Call, Fault, OutboundRequest, Response
from connectors.errors import BadSettings
from tests.connectors.calls import NOW, answered, content, failed, sent
from tests.connectors.hmac_headers.samples import bpjs

KIND = HmacHeaders()
THEN = 433_223_232
CIPHERTEXT = "vBgfM7imABG5vvq2oOfc/zjHk4SNCROPQeXfxYys5D7GrKCCLFp+xLFXtRz5j6l1ilnzJZ5Z810FWWWHg89g/6bdPhDA/I03Z2TGXhXC9ow="
READ = Call("GET", "/referensi/poli/umum", (("limit", "5"),))


def asked(at: int = THEN) -> OutboundRequest:
    return sent(KIND.prepare(bpjs(), READ, at, {}))


def test_the_official_example_of_the_hmac() -> None:
    assert signature.mac("bbb", "aaa") == "20BKS3PWnD3XU4JbSSZvVlGi2WWnDa8Sv9uHJ+wsELA="


def test_the_signature_is_the_computed_one_and_not_the_printed_sample() -> None:
    """BPJS's own page prints DogC5UiQ…, which its inputs do not give."""
    assert signature.of_time("pwd", "1234", "433223232") == "eXMtvX2r7e7CLCIu3kpEpCrvciZgK8FuOhKv06NDAHk="


def test_what_leaves_is_what_bpjs_documents() -> None:
    request = asked()
    assert request.url == "https://apijkn.example.id/vclaim-rest/referensi/poli/umum?limit=5"
    assert request.headers == {
        "X-cons-id": "1234",
        "X-timestamp": "433223232",
        "X-signature": "eXMtvX2r7e7CLCIu3kpEpCrvciZgK8FuOhKv06NDAHk=",
        "user_key": "uk",
        "Accept": "application/json",
        "Content-Type": "application/json; charset=utf-8",
    }


def test_a_json_body_leaves_under_the_content_type_that_bpjs_wants() -> None:
    request = sent(KIND.prepare(bpjs(), Call("POST", "/SEP/2.0/insert", body=b'{"a":1}', content_type="application/json"), THEN, {}))
    assert (request.headers["Content-Type"], request.body) == ("Application/x-www-form-urlencoded", b'{"a":1}')


def test_pcare_adds_its_own_header() -> None:
    request = sent(KIND.prepare(bpjs(pcare_user="puskesmas"), READ, THEN, {}))
    assert base64.b64decode(request.headers["X-authorization"].removeprefix("Basic ")) == b"puskesmas:pc:095"


def test_the_whole_round_trip_of_the_documented_vector() -> None:
    outcome = KIND.read(bpjs(), asked(), answered({"metaData": {"code": "200", "message": "OK"}, "response": CIPHERTEXT}))
    assert content(outcome) == {"peserta": {"nama": "CONTOH", "noKartu": "0000000000000"}}


def test_the_key_of_an_answer_comes_from_the_time_of_its_request() -> None:
    outcome = KIND.read(bpjs(), asked(THEN + 1), answered({"metaData": {"code": "200"}, "response": CIPHERTEXT}))
    assert failed(outcome).fault is Fault.BROKEN


@pytest.mark.parametrize("meta", [{"metaData": {"code": "200", "message": "OK"}}, {"metadata": {"code": 200, "message": "Ok"}}])
def test_both_envelopes_are_read(meta: dict[str, Any]) -> None:
    assert content(KIND.read(bpjs(), asked(), answered({**meta, "response": {"list": [1]}}))) == {"list": [1]}
    assert content(KIND.read(bpjs(encrypted=False), asked(), answered({**meta, "response": "teks"}))) == "teks"


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (answered({"metadata": {"code": 201, "message": "Nomor antrean sudah ada"}, "response": None}), Fault.DECLINED),
        (answered({"metaData": {"code": "404", "message": "Data tidak ada"}, "response": None}), Fault.NOT_FOUND),
        (answered({"metaData": {"code": "401", "message": "Signature salah"}}), Fault.REFUSED),
        (answered({"metaData": {"code": "500", "message": "x"}}), Fault.BROKEN),
        (answered({"metaData": {"code": "201", "message": "x"}}, 500), Fault.DECLINED),
        (answered({"metaData": {"code": "201", "message": "x"}}, 502), Fault.BROKEN),
        (answered({"metaData": {"code": "200"}, "response": {}}, 500), Fault.BROKEN),
        (answered({"metaData": {"code": "200"}, "metadata": {"code": 201}, "response": {}}), Fault.BROKEN),
        (answered({"response": {}}), Fault.BROKEN),
        (answered({"metaData": {"code": True}, "response": {}}), Fault.BROKEN),
        (answered({"metaData": {"code": "200"}, "response": "AAAA"}), Fault.BROKEN),
        (answered({"metaData": {"code": "200"}, "response": "bukan base64"}), Fault.BROKEN),
        (answered(b"<html>Sedang dalam pemeliharaan</html>", 200, "text/html"), Fault.BROKEN),
        (answered(b'{"metaData":{"code":"200"},"response":', 200), Fault.BROKEN),
        (answered(b"Unauthorized", 401, "text/plain"), Fault.REFUSED),
        (answered(b"", 503, retry_after="9"), Fault.LIMITED),
    ],
)
def test_what_states_no_success_is_none(response: Response, fault: Fault) -> None:
    assert failed(KIND.read(bpjs(), asked(), response)).fault is fault


def test_a_reason_is_told_in_one_short_line() -> None:
    found = failed(KIND.read(bpjs(), asked(), answered({"metaData": {"code": "201", "message": "a\r\nb\x00" + "c" * 999}})))
    assert found.detail.startswith("a b") and len(found.detail) <= 200 and found.detail.isprintable()


def test_no_secret_and_no_address_stands_in_what_is_printed() -> None:
    text = repr((asked(), bpjs()))
    assert not any(hidden in text for hidden in ("pwd", "eXMtvX2r", "poli/umum", "'uk'"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://apijkn.example.id"),
        ("base_url", "https://apijkn.example.id/vclaim-rest/"),
        ("base_url", "https://user@apijkn.example.id"),
        ("cons_id", "12\r\n34"),
        ("operations", []),
        ("operations.0.path", [{"path": "/a/../b"}]),
        ("operations.0.path", [{"path": "/a/{b}c"}]),
        ("operations.0", [{"path": "/a/{b}", "person": {"c": "nik"}}]),
        ("callers.0", [{"id": "tua", "signs": "time"}]),
        ("callers.0.networks", [{"id": "tua", "networks": ["mana"]}]),
        ("secret", "x"),
    ],
)
def test_bad_settings_name_the_field(field: str, value: Any) -> None:
    with pytest.raises(BadSettings) as refused:
        bpjs(**{field.partition(".")[0]: value})
    assert refused.value.field == field


def test_each_key_holder_has_a_secret_of_its_own_that_is_made_here() -> None:
    rules = KIND.secret_rules(bpjs().settings)
    assert set(rules) == {"secret", "user_key", "pcare_password", "key.simrs", "key.antrean", "key.tua"}
    assert rules["key.simrs"].generated and rules["key.simrs"].least_bits == 256 and not rules["secret"].generated


def test_the_claims_that_leave_are_those_of_the_operations() -> None:
    assert KIND.emits(bpjs().settings) == {"bpjs_number"}


def test_the_probe_asks_nothing_about_anybody() -> None:
    assert KIND.sample(bpjs()) is None
    assert KIND.sample(bpjs(sample="/referensi/poli/umum")) == Call("GET", "/referensi/poli/umum")
    with pytest.raises(BadSettings):
        bpjs(sample="/Peserta/nokartu/1/tglSEP/2")


def test_the_signed_moment_is_the_given_one() -> None:
    assert asked(NOW).headers["X-timestamp"] == str(NOW)
