"""What an action refuses, the same for page, API and command line. `code` is stable and stands in docs/errors.md; `param` names the field.

AdminError              code               status
├── Forbidden           forbidden          403
├── NotFound            not_found          404
├── Invalid             invalid            422   one Problem per field
├── Changed             changed            409   someone else saved first
├── Owned               owned_by_files     409   the object is changed by its files, not here
└── NotConfirmed        not_confirmed      403   password and code are needed again
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

Text = Mapping[str, str]


class AdminError(Exception):
    code = "error"
    status = 400
    text: ClassVar[Text] = {"id": "Permintaan tidak dapat dijalankan.", "en": "The request cannot be carried out."}


class Forbidden(AdminError):
    code, status = "forbidden", 403
    text: ClassVar[Text] = {"id": "Peran Anda tidak mencakup tindakan ini.", "en": "Your role does not include this."}


class NotFound(AdminError):
    code, status = "not_found", 404
    text: ClassVar[Text] = {"id": "Yang Anda cari tidak ada.", "en": "There is no such thing."}


class Changed(AdminError):
    code, status = "changed", 409
    text: ClassVar[Text] = {
        "id": "Orang lain lebih dulu menyimpan perubahan. Muat ulang, lalu ulangi perubahan Anda.",
        "en": "Someone else saved first. Reload and make your change again.",
    }


class Owned(AdminError):
    """FI-2. `owner` is who changes the object."""

    code, status = "owned_by_files", 409
    text: ClassVar[Text] = {
        "id": "Konektor ini dikelola lewat berkas. Ubah berkasnya, lalu jalankan gapura apply; atau pindahkan pengelolaannya ke konsol.",
        "en": "This connector is managed by files. Change the file and run gapura apply, or hand it over to the console.",
    }

    def __init__(self, subject: str, owner: str = "files") -> None:
        super().__init__(subject)
        self.owner = owner


class NotConfirmed(AdminError):
    code, status = "not_confirmed", 403
    text: ClassVar[Text] = {
        "id": "Tindakan ini meminta kata sandi dan kode Anda sekali lagi.",
        "en": "This needs your password and code once more.",
    }


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that cannot be taken: its name in form and API, a stable code, and what to do about it."""

    field: str
    code: str
    text: Text


class Invalid(AdminError):
    code, status = "invalid", 422
    text: ClassVar[Text] = {"id": "Ada isian yang perlu diperbaiki.", "en": "Some fields need fixing."}

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = problems
