"""Settings of a `form_login` connector."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors import paths
from connectors.mapping import Row

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\[\]-]{0,63}")  # of a field of a form
COOKIE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
HEADER = re.compile(r"x-[a-z0-9-]{1,40}")
OURS = ("x-gapura", "x-forwarded", "x-real", "x-remote", "x-auth")
CAP = 16_000_000  # bytes of one page or one request, whatever is entered
MOST_ROWS = 12


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SignInFields(Part):
    username: str = Field(description="Name of the form's field for the user name")
    password: str = Field(description="Name of the form's field for the password")


class Success(Part):
    """How the older system says that sign-in worked. All that is given must hold."""

    status: int = Field(302, ge=200, le=399, description="Status of the answer")
    location: str = Field("", description="Path that the answer redirects to; ending in /: also all below it; empty: anywhere but the form")
    cookie: str = Field("", description="Cookie that the answer must set; empty: none")
    text: str = Field("", max_length=200, description="Text that must stand in the answer; empty: none")


class LoginForm(Part):
    page: str = Field(description="Path of the page with the form, /login.php")
    action: str = Field(description="Path that the form is sent to, /proses_login.php")
    method: Literal["POST"] = Field("POST", description="Only POST: a GET would write the password into addresses and logs")
    fields: SignInFields = Field(description="Names of the two fields")
    hidden: tuple[str, ...] = Field((), max_length=20, description="Hidden fields that must be on the page; all hidden ones are sent")
    fixed: Mapping[str, str] = Field({}, description="Further fields with a fixed value, such as the name of the button")
    success: Success = Field(Success(), description="How success is told")
    failure_text: str = Field("", max_length=200, description="Text by which the answer says that the password is wrong")
    charset: Literal["utf-8", "iso-8859-1", "windows-1252"] = Field("utf-8", description="Encoding of the form")


class FormLoginSettings(Part):
    """`base_url` is where people open the application; the bridge answers there. `upstream` is where the older system really is."""

    base_url: str = Field(description="Public address of the application, without a final slash")
    upstream: str = Field(description="Where the bridge reaches the older system, http://10.0.4.9:80")
    aliases: tuple[str, ...] = Field((), max_length=8, description="Further addresses that stand in the system's own links")
    host_header: Literal["public", "upstream"] = Field("public", description="Which host name the older system is called by")
    form: LoginForm = Field(description="The login form, as its page shows it")
    session_cookie: str = Field("", description="Cookie without which nobody is signed in there, PHPSESSID; empty: not checked")
    sign_out_path: str = Field("", description="Path that ends the old session, /logout.php; empty: there is none")
    credential: Literal["person", "service"] = Field("person", description="Whose user name: each person's own, or one of the service")
    linking: Literal["citizen", "agency"] = Field("citizen", description="Who enters a person's old password: the person, or the agency")
    fields: tuple[Row, ...] = Field((), max_length=MOST_ROWS, description="Which further field of the form carries which claim")
    start_path: str = Field("/", description="Where the portal's tile leads")
    paths: tuple[str, ...] = Field(("/",), min_length=1, description="Exact paths, or prefixes ending in /, that may be opened")
    methods: tuple[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], ...] = Field(
        ("GET", "HEAD", "POST"), min_length=1, description="Methods that may be used"
    )
    static_paths: tuple[str, ...] = Field((), description="Paths of pictures and styles: asked without anybody's session, and cacheable")
    pass_headers: tuple[str, ...] = Field((), max_length=10, description="Further headers of a browser that the system needs, x-csrf-token")
    seconds: float = Field(5, ge=1, le=30, description="Longest wait for one answer of the older system")
    at_once: int = Field(16, ge=1, le=64, description="Most requests to the older system at one time")
    most_page_bytes: int = Field(2_000_000, ge=1000, le=CAP, description="Largest page or file that is passed on")
    most_request_bytes: int = Field(1_000_000, ge=1000, le=CAP, description="Largest form or file that a person may send")
    session_seconds: int = Field(3600, ge=60, le=43200, description="Longest life of an old session; then sign-in is done anew")

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return paths.origin(value)

    @field_validator("upstream")
    @classmethod
    def _is_reached_somewhere(cls, value: str) -> str:
        return _anywhere(value)

    @field_validator("aliases")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_anywhere(one) for one in value)

    @field_validator("paths", "static_paths", "start_path", "sign_out_path")
    @classmethod
    def _are_plain(cls, value: tuple[str, ...] | str) -> tuple[str, ...] | str:
        for path in (value,) if isinstance(value, str) else value:
            if path and not paths.is_plain(path):
                raise ValueError(f"{path[:40]} must be a plain absolute path")
        return value

    @field_validator("pass_headers")
    @classmethod
    def _are_no_identity(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not HEADER.fullmatch(name) or name.startswith(OURS):
                raise ValueError(f"{name[:40]} must be x-… in lower case, and none that names a person or a proxy")
        return value

    @field_validator("session_cookie")
    @classmethod
    def _is_cookie(cls, value: str) -> str:
        if value and not COOKIE.fullmatch(value):
            raise ValueError("must be the name of a cookie")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        form = self.form
        for path in (form.page, form.action):
            if not paths.is_plain(path):
                raise ValueError(f"form: {path[:40]} must be a plain absolute path")
        names = [form.fields.username, form.fields.password, *form.fixed, *(row.field for row in self.fields)]
        if len(set(names)) != len(names):
            raise ValueError("form: a field is filled twice")
        if wrong := [name for name in (*names, *form.hidden) if not NAME.fullmatch(name)]:
            raise ValueError(f"form: {wrong[0][:40]!r} is no name of a field")
        opened = any(self.start_path == one or (one.endswith("/") and self.start_path.startswith(one)) for one in self.paths)
        if not opened or "GET" not in self.methods:
            raise ValueError("start_path: must be among `paths`, and GET among `methods`")
        if any(paths.is_at_or_below(own, self.start_path) for own in (form.page, form.action, self.sign_out_path) if own):
            raise ValueError("start_path: must not lie at or below a path of sign-in or sign-out, which are the bridge's own")
        if len(form.fixed) > MOST_ROWS or any(len(value) > 200 for value in form.fixed.values()):
            raise ValueError("form: at most 12 fixed fields of at most 200 characters")
        return self

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc


def _anywhere(value: str) -> str:
    parts = urlsplit(value)
    plain = parts.scheme in ("https", "http") and paths.HOST.fullmatch(parts.netloc)
    if not plain or parts.path or parts.query or parts.fragment:
        raise ValueError("must be http://host[:port] or https://host[:port] and nothing more")
    return value
