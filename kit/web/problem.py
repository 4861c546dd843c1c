"""RFC 9457 problem responses for JSON APIs."""

from __future__ import annotations

from starlette.responses import JSONResponse

URN = "urn:gapura:error:"  # a name that is the same for ever and leads nowhere: docs/errors.md says what each means. RFC 9457 §3.1.1


class Problem(JSONResponse):
    """`application/problem+json` with our members `code`, `param` and `request_id` (UX FI-4)."""

    media_type = "application/problem+json"

    def __init__(self, status: int, code: str, title: str, *, detail: str = "", param: str = "", request_id: str = "") -> None:
        body: dict[str, object] = {"type": URN + code, "title": title, "status": status, "code": code}
        for name, value in (("detail", detail), ("param", param), ("request_id", request_id)):
            if value:
                body[name] = value
        super().__init__(body, status_code=status, headers={"Cache-Control": "no-store"})
