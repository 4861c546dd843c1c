"""What a client sent, read once and strictly."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from kit.web.forms import FORM, MAX_BODY, BadForm, pairs_of, read_form, singles

READ = 0


def post(*chunks: bytes, kind: str = FORM, length: str | None = None) -> Request:
    """Return a request whose body arrives in these chunks; `READ` counts how many were asked for."""
    global READ
    READ = 0

    async def body() -> AsyncIterator[Message]:
        for index, chunk in enumerate(chunks):
            yield {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}

    stream = body()

    async def receive() -> Message:
        global READ
        READ += 1
        return await stream.__anext__()

    headers = [(b"content-type", kind.encode())]
    if length is not None:
        headers.append((b"content-length", length.encode()))
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}, receive)


async def refused(request: Request) -> int:
    with pytest.raises(BadForm) as caught:
        await read_form(request)
    return caught.value.status


async def test_a_form_is_its_pairs_in_order_with_blanks() -> None:
    assert await read_form(post(b"a=1&b=&c", b"=%C3%A9&a=2")) == [("a", "1"), ("b", ""), ("c", "é"), ("a", "2")]


def test_az_12_a_semicolon_is_data() -> None:
    assert pairs_of("a=1;b=2&c=3") == [("a", "1;b=2"), ("c", "3")]


def test_a_repeated_name_is_refused_and_a_name_once_is_not() -> None:
    assert singles([("a", "1"), ("b", "2")]) == {"a": "1", "b": "2"}
    with pytest.raises(BadForm, match="a is given more than once"):
        singles([("a", "1"), ("a", "1")])


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", "", FORM + "; charset=utf-16"])
async def test_another_content_type_is_415(kind: str) -> None:
    assert await refused(post(b"a=1", kind=kind)) == 415


@pytest.mark.parametrize("kind", [FORM, FORM + "; charset=UTF-8", FORM.upper(), FORM + '; charset="utf-8"'])
async def test_the_right_content_type_is_read(kind: str) -> None:
    assert await read_form(post(b"a=1", kind=kind)) == [("a", "1")]


async def test_wb_03_fifty_megabytes_are_refused_by_their_length_unread() -> None:
    assert await refused(post(b"a=1", length=str(50 * 1024 * 1024))) == 413
    assert READ == 0


async def test_wb_03_without_a_length_no_more_is_read_than_allowed() -> None:
    assert await refused(post(*[b"x" * 1024] * 50_000)) == 413
    assert READ <= MAX_BODY // 1024 + 1


@pytest.mark.parametrize("body", [b"&".join([b"a=1"] * 100_000), b"a;" * 524_288])
async def test_wb_03_a_hundred_thousand_fields_cost_next_to_nothing(body: bytes) -> None:
    began = time.process_time()
    assert await refused(post(body)) == 413
    assert time.process_time() - began < 0.1


async def test_wb_03_many_small_fields_within_the_size_are_refused_too() -> None:
    assert await refused(post(b"&".join([b"a=1"] * 101))) == 400
    assert len(await read_form(post(b"&".join([b"a=1"] * 100)))) == 100


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "abc", "9" * 400])
async def test_wb_04_a_length_that_is_none_is_413(length: str) -> None:
    assert await refused(post(b"a=1", length=length)) == 413


async def test_wb_04_multipart_is_not_parsed_at_all() -> None:
    assert await refused(post(*[b"-" * 1024] * 1000, kind="multipart/form-data; boundary=x")) == 415
    assert READ == 0


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"%c0%af=1"])
async def test_what_is_not_utf_8_is_400(body: bytes) -> None:
    assert await refused(post(body)) == 400


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_never_a_crash(raw: bytes) -> None:
    try:
        assert isinstance(pairs_of(raw.decode("latin-1")), list)
    except BadForm as error:
        assert error.status == 400
