"""How a call that brought nothing is told to the program: a problem document that says what to fix. RFC 9457.

CallRefused          before anything left: who calls, what, about whom
Failure (a value)    what the older system said, or that it said nothing
"""

from __future__ import annotations

from starlette.responses import Response

from connectors.calls import Failure, Fault
from kit.web.problem import Problem


class CallRefused(Exception):
    """`title` says what is wrong and `detail` what to do; neither quotes a value. `retry_after` in seconds, 0: none."""

    def __init__(self, status: int, code: str, title: str, detail: str = "", *, param: str = "", retry_after: int = 0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.param = param
        self.retry_after = retry_after


TOLD: dict[Fault, tuple[int, str]] = {
    Fault.NOT_FOUND: (404, "the older system has nothing there"),
    Fault.DECLINED: (422, "the older system understood and said no"),
    Fault.REFUSED: (502, "the older system does not accept this connector; its operator must look at the secrets"),
    Fault.BROKEN: (502, "the older system failed, or answered what cannot be read"),
    Fault.LIMITED: (503, "the older system must not be asked again yet"),
    Fault.MALFORMED: (400, "the call does not fit this API"),
    Fault.UNREACHABLE: (504, "the older system did not answer in time"),
    Fault.BUSY: (503, "as many calls as it may have are waiting, or it is left alone after failing"),
}


def refused(error: CallRefused) -> Response:
    response = Problem(error.status, error.code, error.title, detail=error.detail, param=error.param)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def failed(failure: Failure) -> Response:
    status, title = TOLD[failure.fault]
    response = Problem(status, failure.fault.value, title, detail=failure.detail)
    if status == 503:
        response.headers["Retry-After"] = str(max(1, failure.pause))
    return response
