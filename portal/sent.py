"""What a form of our own pages sent; or the page that says why it is not taken."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from idp.error_pages import ErrorPages
from kit.web.forms import BadForm, read_form, singles
from kit.web.pages import Pages


async def sent(request: Request, pages: Pages, errors: ErrorPages, most: int = 4096) -> dict[str, str] | Response:
    """Return the fields, each once; 400 or 413 for what is no form or beyond `most` bytes, 403 for one that no page of ours began."""
    try:
        fields = singles(await read_form(request, most))
    except BadForm as error:
        return errors.message(request, "bad_form", status=error.status)
    if not pages.genuine(request, fields.get("csrf", "")):
        return errors.message(request, "not_genuine", status=403)
    return fields
