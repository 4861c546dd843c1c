"""The seven shapes in which SIASN answers, one function a shape, in one order. An answer that fits none is no success.

Shapes: success, not found, saved, business error, validation, error of the gateway, fault of WSO2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.apis.answers import UNREADABLE, reply, status_failure, told
from connectors.calls import Failure, Fault, Reply, Response

Envelope = Mapping[str, Any]
Shape = Callable[[Envelope, Response], Reply | Failure | None]
CREDENTIALS = range(900900, 900910)  # WSO2: invalid, missing, expired or unsubscribed credentials
THROTTLED = range(900800, 900810)


def wso2_fault(found: Envelope, response: Response) -> Failure | None:
    """`{"code":"900901","message":"Invalid Credentials"}`: the gateway let nothing pass, so the call may go again with new tokens."""
    code = found.get("code")
    if not (isinstance(code, str | int) and str(code).isdecimal() and len(str(code)) == 6):
        return None
    if int(code) in CREDENTIALS:
        return Failure(Fault.REFUSED, told(found.get("message")), stale=("apim", "sso"), again=True)
    if int(code) in THROTTLED:
        return Failure(Fault.LIMITED, told(found.get("message")), pause=60)
    return Failure(Fault.BROKEN, told(found.get("message")))


def gateway_error(found: Envelope, response: Response) -> Failure | None:
    """`{"Error":"...","Message":"..."}`."""
    if "Error" not in found or "Message" not in found:
        return None
    detail = told(found["Message"]) or told(found["Error"])
    if response.status == 401:
        return Failure(Fault.REFUSED, detail, stale=("apim", "sso"), again=True)
    return Failure(Fault.BROKEN, detail)


def not_found(found: Envelope, response: Response) -> Failure | None:
    """HTTP 404 `{"code":0,"data":"Data tidak ditemukan"}`."""
    if response.status != 404 or _code(found) != 0:
        return None
    return Failure(Fault.NOT_FOUND, told(found.get("data")))


def success(found: Envelope, response: Response) -> Reply | None:
    """`{"code":1,"data":{...},"message":"..."}`."""
    return reply(found["data"]) if _fine(response) and _code(found) == 1 and "data" in found else None


def saved(found: Envelope, response: Response) -> Reply | None:
    """`{"success":true,"mapData":{"rwJabatanId":"..."},"message":"success"}`."""
    return reply(found["mapData"]) if _fine(response) and found.get("success") is True and found.get("mapData") is not None else None


def business_error(found: Envelope, response: Response) -> Failure | None:
    """`{"success":false,"mapData":null,"message":"..."}`."""
    return Failure(Fault.DECLINED, told(found.get("message"))) if found.get("success") is False else None


def validation(found: Envelope, response: Response) -> Failure | None:
    """`{"code":0,"data":null,"message":"5 errors occurred:..."}`."""
    return Failure(Fault.DECLINED, told(found.get("message")) or told(found.get("data"))) if _code(found) == 0 else None


SHAPES: tuple[Shape, ...] = (wso2_fault, gateway_error, not_found, success, saved, business_error, validation)


def read(found: Envelope, response: Response) -> Reply | Failure:
    """Return what the answer says, by the first shape that it has."""
    for shape in SHAPES:
        outcome = shape(found, response)
        if outcome is not None:
            return outcome
    return status_failure(response, stale=("apim", "sso"), again=response.status == 401) or UNREADABLE


def _code(found: Envelope) -> int | None:
    """Return the code as a number, however it was written."""
    code = found.get("code")
    if isinstance(code, bool):
        return None
    return int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdecimal() and len(code) < 7) else None


def _fine(response: Response) -> bool:
    return 200 <= response.status < 300
