"""RFC 9457 problem responses for JSON APIs."""

from __future__ import annotations

from starlette.responses import JSONResponse


class Problem(JSONResponse):
    """`application/problem+json` with our members `code`, `param`, `doc_url` and `request_id` (UX FI-4)."""

    media_type = "application/problem+json"

    def __init__(self, status: int, code: str, title: str, *, detail: str = "", param: str = "", request_id: str = "") -> None:
        body: dict[str, object] = {"type": f"/docs/errors#{code}", "title": title, "status": status, "code": code}
        for name, value in (("detail", detail), ("param", param), ("request_id", request_id)):
            if value:
                body[name] = value
        super().__init__(body, status_code=status, headers={"Cache-Control": "no-store"})
