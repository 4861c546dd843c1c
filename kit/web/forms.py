"""Reading what a client sent, once and strictly.

FastAPI keeps the last of a repeated parameter and answers 422 for a missing one; OAuth needs a repeated parameter refused
(RFC 6749 §3.1), so the raw pairs are read here. Semicolons are data, not separators.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.requests import Request

MAX_BODY = 64 * 1024
MAX_FIELDS = 100
FORM = "application/x-www-form-urlencoded"


class BadForm(Exception):
    """The body or query cannot be read. `status` is 400, 413 or 415; `reason` may be told to the sender."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def pairs_of(raw: str) -> list[tuple[str, str]]:
    """Return all pairs, blanks kept; raise BadForm when there are too many or they are not UTF-8."""
    try:
        return parse_qsl(raw, keep_blank_values=True, strict_parsing=False, max_num_fields=MAX_FIELDS, errors="strict", separator="&")
    except UnicodeDecodeError as error:
        raise BadForm("parameters must be UTF-8") from error
    except ValueError as error:
        raise BadForm("too many parameters") from error


def singles(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs as a dict; raise BadForm when a name occurs twice. RFC 6749 §3.1, §3.2."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise BadForm(f"{name[:40]} is given more than once")
        found[name] = value
    return found


async def read_body(request: Request, limit: int = MAX_BODY) -> bytes:
    """Return the body, read no further than `limit` bytes; raise BadForm (413) beyond it."""
    length = request.headers.get("content-length")
    if length is not None and (not length.isdigit() or int(length) > limit):
        raise BadForm("the request is too large", 413)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BadForm("the request is too large", 413)
        chunks.append(chunk)
    return b"".join(chunks)


async def read_form(request: Request, limit: int = MAX_BODY) -> list[tuple[str, str]]:
    """Return the pairs of a urlencoded body; raise BadForm (415, 413, 400) for anything else."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"').lower()
    if kind.strip().lower() != FORM or charset not in ("", "utf-8"):
        raise BadForm(f"content type must be {FORM}", 415)
    body = await read_body(request, limit)
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadForm("the body is not urlencoded") from error
    return pairs_of(text)


def holds_nul(request: Request, pairs: Iterable[tuple[str, str]] = ()) -> bool:
    """True when the path, the query or one of the pairs holds NUL. No database of ours keeps it in a text: PostgreSQL refuses the call."""
    said = [*request.query_params.multi_items(), *pairs]
    return "\0" in request.scope["path"] or any("\0" in part for pair in said for part in pair)
