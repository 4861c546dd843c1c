"""BER and messages: what is written is read by another library, what another library writes is read, and bytes raise nothing else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.protocol.rfc4511 import LDAPMessage
from pyasn1.codec.ber import decoder

from connectors.apps.ldap import ber, messages
from connectors.apps.ldap.ber import Reader
from connectors.directory import Unreadable
from tests.connectors.ldap.directory import bind, extended, search


@given(st.integers(0, 2**31 - 1))
def test_numbers_come_back(value: int) -> None:
    assert Reader(ber.integer(value)).integer() == value
    assert int(decoder.decode(ber.integer(value))[0]) == value


@given(st.binary(max_size=70_000))
def test_strings_come_back_whatever_their_length(value: bytes) -> None:
    assert Reader(ber.octets(value)).octets() == value
    assert bytes(decoder.decode(ber.octets(value))[0]) == value


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unreadable(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        messages.read(data)
    buffer = bytearray(data)
    with contextlib.suppress(Unreadable):
        while messages.cut(buffer) is not None:
            assert len(buffer) < len(data)


REQUESTS = [bind("uid=a,dc=x", "geheim"), search("dc=x", "(&(uid=a)(|(mail=b)(!(cn=c*))))", attributes=["cn"]), extended(messages.WHO_AM_I)]


@given(st.sampled_from(REQUESTS), st.data())
def test_a_request_with_bytes_changed_raises_nothing_but_unreadable(request: bytes, data: st.DataObject) -> None:
    changed = bytearray(request)
    for at in data.draw(st.lists(st.integers(0, len(request) - 1), min_size=1, max_size=4)):
        changed[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable):
        messages.read(bytes(changed[: data.draw(st.integers(0, len(request)))]))
    with contextlib.suppress(Unreadable):
        messages.read(bytes(changed))


def test_requests_of_another_library_are_read() -> None:
    assert messages.read(REQUESTS[0]).operation == messages.Bind(3, "uid=a,dc=x", b"geheim")
    operation = messages.read(REQUESTS[1]).operation
    assert isinstance(operation, messages.Search)
    assert (operation.base, operation.scope, operation.attributes) == ("dc=x", 2, ("cn",))
    assert messages.read(REQUESTS[2]).operation == messages.Extended(messages.WHO_AM_I)


@given(st.sampled_from(list(messages.Result)), st.text(max_size=40), st.lists(st.tuples(st.just("cn"), st.lists(st.text(min_size=1)))))
def test_answers_are_read_by_another_library(code: messages.Result, text: str, attributes: list[tuple[str, list[str]]]) -> None:
    done, rest = decoder.decode(messages.result(7, messages.DONE, code, text), asn1Spec=LDAPMessage())
    assert not rest
    assert (int(done["messageID"]), int(done["protocolOp"]["searchResDone"]["resultCode"])) == (7, int(code))
    entry, rest = decoder.decode(messages.entry(7, "uid=a,dc=x", attributes), asn1Spec=LDAPMessage())
    assert not rest
    got = entry["protocolOp"]["searchResEntry"]["attributes"]
    assert [(str(one["type"]), [bytes(value).decode() for value in one["vals"]]) for one in got] == attributes


@pytest.mark.parametrize(
    "data",
    [
        b"\x31\x00",
        b"\x30\x80\x00\x00",
        b"\x30\x85\x00\x00\x00\x00\x01\x00",
        b"\x30\x84\x7f\xff\xff\xff",
        b"\x1f\x81\x01\x00",
        b"\x30\x83\x01\x00\x00",
    ],
    ids=["no sequence", "indefinite", "length of five bytes", "two gigabytes", "long tag", "64 KiB"],
)
def test_what_can_never_become_a_message_is_known_at_its_head(data: bytes) -> None:
    with pytest.raises(Unreadable):
        messages.cut(bytearray(data))


def test_messages_are_cut_one_by_one() -> None:
    buffer = bytearray(REQUESTS[0] + REQUESTS[1][:9])
    assert messages.cut(buffer) == REQUESTS[0]
    assert messages.cut(buffer) is None
    buffer += REQUESTS[1][9:]
    assert messages.cut(buffer) == REQUESTS[1]
    assert not buffer


@pytest.mark.parametrize(
    "data",
    [REQUESTS[0] + b"\0", ber.group(ber.integer(-1), b"\x42\x00"), ber.group(ber.integer(1), b"\x43\x00"), ber.group(ber.integer(1))],
    ids=["bytes after the end", "negative number", "unknown operation", "no operation"],
)
def test_what_is_not_exactly_one_request_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        messages.read(data)
