"""Where a person's data go in a call."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.apis.settings import Operation
from connectors.calls import Call
from idp.calls.errors import CallRefused
from idp.calls.filling import filled

VALUES = {"nik": "3503115203889001", "name": "Siti & Co"}


def operation(person: dict[str, str], path: str = "/x/{a}/{b}") -> Operation:
    return Operation.model_validate({"method": "POST", "path": path, "person": person, "query": ["q"]})


def test_path_query_and_body_are_filled() -> None:
    asked = operation({"a": "nik", "query:id": "https://x.example/nik|{nik}", "body:p.q.nama": "name"})
    call = filled(asked, Call("POST", "/x/~/7", (("q", "1"), ("id", "~")), b'{"p":{"z":1}}'), VALUES)
    assert call.path == "/x/3503115203889001/7"
    assert call.query == (("q", "1"), ("id", "https://x.example/nik|3503115203889001"))
    assert call.body == b'{"p":{"z":1,"q":{"nama":"Siti & Co"}}}'


@pytest.mark.parametrize(
    ("person", "call"),
    [
        ({"a": "nik"}, Call("POST", "/x/3503115203889001/7")),
        ({"query:id": "nik"}, Call("POST", "/x/1/7", (("id", "3"),))),
        ({"query:id": "nik"}, Call("POST", "/x/1/7", (("id", "~"), ("id", "3")))),
        ({"body:nik": "nik"}, Call("POST", "/x/1/7", body=b'{"nik":"3503110708900001"}')),
        ({"body:p.nik": "nik"}, Call("POST", "/x/1/7", body=b'{"p":{"nik":{"$ne":""}}}')),
        ({"body:nik": "nik"}, Call("POST", "/x/1/7", body=b'{"nik":"~","NIK":"3503110708900001"}')),
        ({"body:nik": "nik"}, Call("POST", "/x/1/7", body=b'{"Nik":"3503110708900001"}')),
        ({"body:nik": "nik"}, Call("POST", "/x/1/7", body='{"nik":"~","ni\u212a":"3503110708900001"}'.encode())),
        ({"body:p.nik": "nik"}, Call("POST", "/x/1/7", body=b'{"p":{"nik":"~"},"P":{"nik":"3503110708900001"}}')),
        ({"query:nik": "nik"}, Call("POST", "/x/1/7", (("nik", "~"), ("NIK", "3503110708900001")))),
    ],
)
def test_a_program_does_not_write_there_itself(person: dict[str, str], call: Call) -> None:
    with pytest.raises(CallRefused) as refused:
        filled(operation(person), call, VALUES)
    assert refused.value.code == "write_a_mark"


def test_a_member_that_only_looks_alike_elsewhere_stays() -> None:
    call = filled(operation({"body:p.nik": "nik"}), Call("POST", "/x/1/7", body=b'{"NIK":"1","p":{"nik":"~","nika":"2"}}'), VALUES)
    assert call.body == b'{"NIK":"1","p":{"nik":"3503115203889001","nika":"2"}}'


@pytest.mark.parametrize("body", [b"[]", b"x", b'{"p":1}', b'"a"', b'{"p":[]}'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(CallRefused) as refused:
        filled(operation({"body:p.nik": "nik"}), Call("POST", "/x/1/7", body=body), VALUES)
    assert refused.value.code == "call_malformed"


@pytest.mark.parametrize("value", ["a/b", "..", "a b", "a?b", "a%2Fb", "", "é", {"a": 1}, ["x"], True, "x" * 200])
def test_a_value_that_cannot_stand_in_a_path_goes_nowhere(value: Any) -> None:
    with pytest.raises(CallRefused) as refused:
        filled(operation({"a": "nik"}), Call("POST", "/x/~/7"), {"nik": value})
    assert refused.value.code == "value_does_not_fit"


@pytest.mark.parametrize(
    "person", [{"c": "nik"}, {"query:": "nik"}, {"body:a b": "nik"}, {"a": "NIK"}, {"a": "{nik}{name}"}, {"head:x": "nik"}, {"a": "x{nik"}]
)
def test_an_operation_says_plainly_what_goes_where(person: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        operation(person)
