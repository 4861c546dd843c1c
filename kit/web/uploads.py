"""Reading a form that may carry a file, once and bounded: `multipart/form-data` as a browser sends it. RFC 7578."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from kit.web.forms import BadForm, read_body

FORM = "multipart/form-data"
MOST_FIELDS = 10


async def read_upload(request: Request, limit: int) -> dict[str, bytes]:
    """Return fields and files by name, as bytes, from a body of at most `limit` bytes; raise BadForm (415, 413, 400).

    A name given twice is refused, as in every form of ours; file names are not read.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise BadForm(f"content type must be {FORM}", 415)
    body = await read_body(request, limit)

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, stream(), max_files=MOST_FIELDS, max_fields=MOST_FIELDS, max_part_size=limit).parse()
    except (MultiPartException, UnicodeDecodeError, LookupError, ValueError) as error:
        raise BadForm("the form cannot be read") from error
    found: dict[str, bytes] = {}
    try:
        for name, value in form.multi_items():
            if name in found:
                raise BadForm(f"{name[:40]} is given more than once")
            found[name] = await value.read() if isinstance(value, UploadFile) else value.encode()
    finally:
        await form.close()
    return found
