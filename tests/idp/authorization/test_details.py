"""What an application may ask to do: only registered types, only what a page can show in full, and a token carries no more than that."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.authorization.details import are_of, canonical, narrowed, parse, rows, view
from idp.errors import InvalidAuthorizationDetails

TYPES = frozenset({"izin_usaha", "pembayaran"})
READ = {"type": "izin_usaha", "actions": ["read"], "locations": ["https://perizinan.example/api"], "identifier": "NIB 0220"}
PAY = {"type": "pembayaran", "actions": ["pay"], "jumlah": {"nilai": "150000", "mata_uang": "IDR"}}


def text(*items: Any) -> str:
    return orjson.dumps(list(items)).decode()


def refused(given: str) -> str:
    with pytest.raises(InvalidAuthorizationDetails) as caught:
        parse(given, TYPES)
    return caught.value.description


def test_what_is_well_formed_and_registered_is_taken_whole() -> None:
    assert parse(text(READ, PAY), TYPES) == (READ, PAY)
    assert parse("", TYPES) == ()


@pytest.mark.parametrize("given", ["{", "{}", '"x"', "[]", "[1]", "[[]]", text(*[READ] * 11), text({**READ, "x": "y" * 9000})])
def test_anything_but_a_short_array_of_objects_is_refused(given: str) -> None:
    assert refused(given) == "authorization_details must be an array of up to 10 objects"


@pytest.mark.parametrize("kind", ["lain", "", None, 7, ["izin_usaha"], "IZIN_USAHA"])
def test_a_type_that_is_not_registered_is_refused(kind: Any) -> None:
    assert refused(text(READ, {**READ, "type": kind})) == "authorization_details holds a type that this client has not registered"


@pytest.mark.parametrize("name", ["actions", "datatypes", "locations", "privileges"])
@pytest.mark.parametrize("value", ["read", {"a": "b"}, [1], [["read"]]])
def test_common_members_are_arrays_of_texts(name: str, value: Any) -> None:
    assert refused(text({**READ, name: value})) == f"{name} must be an array of texts"
    assert parse(text({**READ, name: ["read"]}), TYPES)


def test_the_identifier_is_a_text() -> None:
    assert refused(text({**READ, "identifier": 7})) == "identifier must be a text"


@pytest.mark.parametrize(
    "more",
    [
        {"catatan": "aman\u202etxt.exe"},
        {"catatan": "x\u200by"},
        {"catatan": "a\nb"},
        {"catatan": "x" * 301},
        {"cat\u202eatan": "x"},
        {"a": {"b": {"c": {"d": "x"}}}},
        {"a": [{"b": 1}]},
        {f"n{i}": i for i in range(41)},
        {"kosong": {}},
        {"kosong": []},
        {"batas": {"kosong": {}}},
        {"kosong": ""},
        {"actions": ["read", " "]},
        {"": "x"},
    ],
    ids=[
        "bidi",
        "invisible",
        "line break",
        "long",
        "bidi name",
        "deep",
        "objects in a list",
        "many",
        "no members",
        "no values",
        "no members within",
        "no text",
        "blank text",
        "no name",
    ],
)
def test_what_a_page_cannot_show_honestly_is_refused(more: dict[str, Any]) -> None:
    assert (
        refused(text({**PAY, **more})) == "authorization_details must be short, flat, and of printable characters, with nothing empty in it"
    )


def test_every_member_is_shown() -> None:
    assert view(PAY) == {
        "type": "pembayaran",
        "rows": [
            {"name": {"id": "Yang boleh dilakukan", "en": "What it may do"}, "values": [{"id": "membayar", "en": "pay"}]},
            {"name": {"id": "jumlah.nilai", "en": "jumlah.nilai"}, "values": [{"id": "150000", "en": "150000"}]},
            {"name": {"id": "jumlah.mata_uang", "en": "jumlah.mata_uang"}, "values": [{"id": "IDR", "en": "IDR"}]},
        ],
    }
    assert view(READ)["rows"][0]["values"] == [{"id": "membaca", "en": "read"}]


def test_a_token_carries_what_was_granted_or_a_part_of_it() -> None:
    granted = canonical((READ, PAY))
    assert narrowed(granted, "", TYPES) == granted
    turned = dict(reversed(PAY.items()))
    assert narrowed(granted, text(turned), TYPES) == canonical((PAY,)), "the order of members says nothing"
    for more in ({**PAY, "jumlah": {"nilai": "999999", "mata_uang": "IDR"}}, {**READ, "actions": ["read", "write"]}):
        with pytest.raises(InvalidAuthorizationDetails, match="beyond what was granted"):
            narrowed(granted, text(more), TYPES)
    with pytest.raises(InvalidAuthorizationDetails, match="beyond what was granted"):
        narrowed("", text(READ), TYPES)


NAMES = st.sampled_from(["type", "batas", "nilai", "actions ", "identifier ", "a.b"])
LEAVES = st.text("abc.{}[]", min_size=1, max_size=5) | st.integers(-9, 9) | st.booleans() | st.none()
MEMBERS = st.recursive(LEAVES | st.lists(LEAVES, max_size=3), lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=12)


def leaves(members: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return every value that a token would carry, each with the whole way to it."""
    found: list[tuple[str, str]] = []
    for name, value in members.items():
        if isinstance(value, dict):
            found += leaves(value, f"{before}{name}.") or [(f"{before}{name}", "{}")]
        else:
            for one in (value or ["[]"]) if isinstance(value, list) else [value]:
                found.append((before + name, one if isinstance(one, str) else orjson.dumps(one).decode()))
    return found


@settings(max_examples=300, deadline=None)
@given(more=st.dictionaries(NAMES, MEMBERS, max_size=4))
def test_cn_02_cn_09_nothing_is_granted_that_the_page_does_not_show(more: dict[str, Any]) -> None:
    """Whatever passes is shown to its last value, members called `type` too, wherever they stand but at the top."""
    try:
        (taken,) = parse(text({**more, "type": "izin_usaha"}), TYPES)
    except InvalidAuthorizationDetails:
        return
    shown = [(name, value) for name, values in rows(taken) for value in values]
    assert shown == leaves({name: value for name, value in taken.items() if name != "type"})


def test_cn_02_a_member_called_type_is_hidden_at_the_top_alone() -> None:
    item = {**PAY, "batas": {"type": "tanpa batas waktu", "nilai": "1"}}
    assert ("batas.type", ["tanpa batas waktu"]) in rows(parse(text(item), TYPES)[0])
    assert "type" not in dict(rows(item)), "the heading says that one"


def test_tk_22_what_was_granted_stands_while_its_types_are_registered() -> None:
    granted = canonical((READ, PAY))
    assert are_of(granted, TYPES) and are_of("", frozenset())
    assert not are_of(granted, frozenset({"izin_usaha"}))
