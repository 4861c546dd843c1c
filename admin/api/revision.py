"""If-Match: which revision a change was based on. RFC 9110 §13.1.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from fastapi import Header

from admin.errors import AdminError


class RevisionNeeded(AdminError):
    code, status = "revision_needed", 428
    text: ClassVar[Mapping[str, str]] = {
        "id": "Sebutkan revisi yang Anda ubah di If-Match.",
        "en": "Name the revision you change in If-Match.",
    }


def revision(if_match: Annotated[str | None, Header(description='The revision as in ETag, e.g. "3"')] = None) -> int:
    given = (if_match or "").strip().removeprefix("W/").strip('"')
    if not given.isdigit() or len(given) > 9:
        raise RevisionNeeded
    return int(given)


def etag(number: int) -> str:
    return f'"{number}"'
