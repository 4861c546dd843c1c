"""JSON of strangers: what it says, or a ValueError, and never an error of the one who reads it."""

from __future__ import annotations

import json

import pytest

from kit import json_depth as ours
from rs import json_depth as theirs  # the helper imports no room of ours, so it has the same rule once more


@pytest.mark.parametrize("parse", [ours.parse, theirs.parse])
@pytest.mark.parametrize("levels", [21, 253, 255, 900, 1023, 1025, 100_000])
def test_wb_07_what_is_nested_too_deep_is_refused(parse: object, levels: int) -> None:
    assert callable(parse)
    for text in ("[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels, '{"a":[' * levels + "]}" * levels, "[" * levels):
        for raw in (text, text.encode()):
            with pytest.raises(ValueError):
                parse(raw)


@pytest.mark.parametrize("parse", [ours.parse, theirs.parse])
def test_wb_07_what_is_flat_is_read_however_much_of_it_there_is(parse: object) -> None:
    assert callable(parse)
    wide = {"a": [{"b": [n]} for n in range(200)], "brackets": "[" * 300, "null": None}
    assert parse(json.dumps(wide)) == wide == parse(json.dumps(wide).encode())
    assert parse("[" * 20 + "]" * 20), "twenty levels are read"
    assert parse('"[[["') == "[[[" and parse("1") == 1


@pytest.mark.parametrize("parse", [ours.parse, theirs.parse])
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"nan?", b"[1,]"])
def test_what_is_no_json_is_a_value_error(parse: object, raw: bytes) -> None:
    assert callable(parse)
    with pytest.raises(ValueError):
        parse(raw)
