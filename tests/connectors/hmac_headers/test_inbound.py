"""An older program signs its calls to us: HM-01, HM-02, HM-03, HM-06."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.apis.hmac_headers import signature
from connectors.apis.hmac_headers.kind import HmacHeaders
from connectors.calls import Caller, Failure, Fault, Incoming, Refusal, Reply
from tests.connectors.calls import NOW, came, content
from tests.connectors.hmac_headers.samples import KEY, OTHER, bpjs, signed

KIND = HmacHeaders()


def entered(incoming: Incoming) -> Caller:
    found = KIND.inbound(bpjs(), incoming)
    assert isinstance(found, Caller), found
    return found


def refused(incoming: Incoming) -> int:
    found = KIND.inbound(bpjs(), incoming)
    assert isinstance(found, Refusal), found
    return found.status


def test_a_signed_call_is_understood() -> None:
    caller = entered(signed(query="limit=5&urut=a%20b"))
    assert (caller.id, caller.call.method, caller.call.path) == ("simrs", "GET", "/referensi/poli/umum")
    assert caller.call.query == (("limit", "5"), ("urut", "a b"))
    assert caller.stamp == NOW


@pytest.mark.parametrize(("minutes", "due"), [(-6, 401), (6, 401), (-4, 200), (4, 200)])
def test_hm_01_clocks_may_differ_by_five_minutes(minutes: int, due: int) -> None:
    incoming = signed(off=60 * minutes)
    if due == 401:
        assert refused(incoming) == 401
    else:
        caller = entered(incoming)
        assert caller.seconds > NOW + 300 - (NOW - 300), "the nonce is kept longer than any signed moment stays good"


@pytest.mark.parametrize("stamp", ["", "x", "1e400", "-1", " 1795500000", "17955000000000", "１７９５５００００0"])
def test_hm_01_a_moment_is_whole_seconds(stamp: str) -> None:
    assert refused(signed(headers={"x-timestamp": stamp})) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "POST"},
        {"host": "gapura-lain.example.id", "own_host": "gapura-lain.example.id"},
        {"full_path": "/panggil/hmac-headers/referensi/poli/gigi"},
        {"raw_query": "limit=6"},
        {"body": b"x"},
    ],
    ids=["method", "host", "path", "query", "body"],
)
def test_hm_02_whatever_of_the_request_changes_the_signature_fits_no_more(changes: dict[str, Any]) -> None:
    incoming = signed(query="limit=5")
    assert entered(incoming)
    assert refused(replace(incoming, **changes)) == 401


def test_hm_02_a_request_for_another_host_is_refused_whoever_signed_it() -> None:
    assert refused(replace(signed(), own_host="lain.example.id")) == 401


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"query": "a=1&a=2"}, {"query": "a=2&a=1"}),
        ({"query": "a=1&b=2"}, {"query": "b=2&a=1"}),
        ({"query": "a=b%2Fc"}, {"query": "a=b/c"}),
        ({"path": "/referensi/poli%2Fumum"}, {"path": "/referensi/poli/umum"}),
        ({"query": "a=bc"}, {"query": "ab=c"}),
        ({"query": ""}, {"path": "/referensi/poli/umum%3F"}),
        ({"body": b"\n"}, {"body": b""}),
        ({"query": "a"}, {"query": "a="}),
        ({"query": "a+b"}, {"query": "a%20b"}),
    ],
)
def test_hm_03_two_requests_never_share_a_signature(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert signed(**one).headers["x-signature"] != signed(**other).headers["x-signature"]


def test_hm_03_an_empty_body_and_none_are_one_request() -> None:
    """Nothing behind us can tell them apart, so they are the same request, and its nonce is spent by either."""
    assert entered(signed(body=b"")).call == entered(signed()).call


PARTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST"]),
        "host": st.text("ab.:", max_size=4),
        "path": st.text("/a%2F", max_size=6),
        "query": st.text("a=&%2F", max_size=6),
        "body": st.binary(max_size=3),
        "consumer": st.text("ab", max_size=2),
        "timestamp": st.text("12", max_size=2),
        "nonce": st.text("ab", max_size=2),
    }
)


@given(PARTS, PARTS)
def test_hm_03_the_signed_text_says_which_request_it_is(one: dict[str, Any], other: dict[str, Any]) -> None:
    assume(one != other)
    assert signature.canonical(**one) != signature.canonical(**other)


@pytest.mark.parametrize("part", ["method", "host", "path", "query", "consumer", "timestamp", "nonce"])
def test_hm_03_no_part_reaches_into_the_next_line(part: str) -> None:
    parts: dict[str, Any] = dict.fromkeys(("method", "host", "path", "query", "consumer", "timestamp", "nonce"), "a")
    with pytest.raises(ValueError, match="part"):
        signature.canonical(**{**parts, part: "a\nb"}, body=b"")


def test_hm_06_a_key_is_good_for_its_own_paths_alone() -> None:
    assert refused(signed(path="/referensi/poli/umum", key=OTHER, key_id="antrean")) == 403
    assert refused(signed(path="/antrean/kunjungan")) == 403
    assert entered(signed(path="/antrean/kunjungan", key=OTHER, key_id="antrean"))


@pytest.mark.parametrize("changes", [{"key": OTHER}, {"key_id": "asing"}, {"nonce": "pendek"}, {"nonce": "x" * 65}])
def test_a_wrong_key_or_nonce_is_refused(changes: dict[str, str]) -> None:
    assert refused(signed(**changes)) == 401  # type: ignore[arg-type]


def test_a_signature_without_its_nonce_is_refused() -> None:
    incoming = signed()
    assert refused(replace(incoming, headers={k: v for k, v in incoming.headers.items() if k != "x-nonce"})) == 401


def as_bpjs(**changes: Any) -> Incoming:
    """Return a call signed as BPJS itself wants it: consumer and time alone."""
    headers = {"x-cons-id": "tua", "x-timestamp": str(NOW), "x-signature": signature.of_time(KEY, "tua", str(NOW))}
    return came(path="/referensi/poli/umum", headers=headers, **changes)


def test_a_program_that_can_only_sign_the_time_comes_from_its_own_network() -> None:
    assert entered(as_bpjs()).id == "tua"
    assert refused(as_bpjs(peer="198.51.100.1")) == 403
    assert refused(as_bpjs(peer="")) == 403


def test_such_a_signature_is_good_once_for_one_request() -> None:
    assert entered(as_bpjs()).once == entered(as_bpjs()).once != entered(as_bpjs(raw_query="limit=1")).once


def test_a_refusal_quotes_nothing_that_was_received() -> None:
    found = KIND.inbound(bpjs(), signed(key_id="canary-key-id"))
    assert isinstance(found, Refusal) and "canary" not in found.reason


def test_the_answer_wears_the_envelope_that_the_program_knows() -> None:
    incoming = signed()
    assert content(KIND.dress(bpjs(), incoming, Reply(b'{"list":[]}'))) == {
        "metaData": {"code": "200", "message": "OK"},
        "response": {"list": []},
    }
    for outcome, status, code in [
        (Failure(Fault.DECLINED, "sudah ada"), 200, "201"),
        (Failure(Fault.NOT_FOUND), 200, "404"),
        (Failure(Fault.UNREACHABLE), 502, "502"),
        (Refusal("X-signature"), 401, "401"),
    ]:
        dressed = KIND.dress(bpjs(), incoming, outcome)
        assert (dressed.status, content(dressed)["metaData"]["code"], content(dressed)["response"]) == (status, code, None)
