"""What a status alone says of an older API, the same for every kind."""

from __future__ import annotations

import pytest

from connectors.apis.answers import LIMITED_FOR, status_failure
from connectors.apis.credentials import token
from connectors.calls import Failure, Fault, Response
from tests.connectors.calls import NOW, answered


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("wait", "pause", "held"),
    [("7", 7, True), (" 7 ", 7, True), ("99999", 600, True)]
    + [(text, LIMITED_FOR, False) for text in ("\u00b2", "\u0667", "-1", "1e3", "100000", "Wed, 25 Nov 2026 07:00:00 GMT")],
)
def test_c12_a_time_to_wait_is_digits_or_is_not_read(status: int, wait: str, pause: int, held: bool) -> None:
    assert status_failure(Response(status, {"retry-after": wait})) == Failure(Fault.LIMITED, pause=pause, held=held)


def test_c12_without_a_time_503_is_a_failure_as_any_other() -> None:
    assert status_failure(Response(503)) == Failure(Fault.BROKEN)
    assert status_failure(Response(429)) == Failure(Fault.LIMITED, pause=LIMITED_FOR)


def test_a_token_endpoint_that_is_asked_too_often_names_the_rest() -> None:
    assert token(answered({}, 429, retry_after="90"), NOW, pause=60) == Failure(Fault.LIMITED, pause=90, held=True)
    assert token(answered({}, 429), NOW, pause=60) == Failure(Fault.LIMITED, pause=60)
    assert isinstance(token(answered({"error": "x"}, 500), NOW, pause=60), Failure)
