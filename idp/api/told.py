"""What went wrong, as our JSON APIs say it: problem documents (RFC 9457) with the challenge that belongs to them (RFC 6750 §3)."""

from __future__ import annotations

from starlette.responses import Response

from idp.endpoints import answers
from idp.errors import OAuthError
from kit.web.problem import Problem

CARRIED = (b"www-authenticate", b"retry-after")


class ApiRefused(Exception):
    """A refusal that is no matter of the token: `code` is for programs, `title` for whoever reads their logs."""

    def __init__(self, status: int, code: str, title: str, *, detail: str = "", param: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.param = param


class NoToken(OAuthError):
    """Nothing was shown: the answer is the bare challenge. RFC 6750 §3.1."""

    code, status, catalogue = "invalid_token", 401, "SSO-API-001"


def nothing_there() -> ApiRefused:
    """The same for what does not exist and for what belongs to somebody else (CN-03)."""
    return ApiRefused(404, "not_found", "there is no such thing for this caller")


def told(error: OAuthError) -> Response:
    """Return an error of the token as a problem document."""
    standard = answers.no_token() if isinstance(error, NoToken) else answers.refused(error)
    response = Problem(standard.status_code, error.code, error.description)
    response.raw_headers += [pair for pair in standard.raw_headers if pair[0] in CARRIED]
    return response


def refused(error: ApiRefused) -> Response:
    return Problem(error.status, error.code, error.title, detail=error.detail, param=error.param)
