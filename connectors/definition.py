"""One connector as files, drafts and revisions carry it: what it is, whose, why, its settings, and where its secrets come from.

No moment, no counter and no secret is in it: written twice it is the same text. Whether it is switched on is not in it either: applying
files never opens what an operator closed. The shape is lenient, so that an unfinished draft can be kept; what is missing or wrong is told
by checks, one field at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.contract import Kind

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]  # one line, all of it seen
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Managed = Literal["console", "files"]
CLASSIFICATIONS = ("open", "restricted", "confidential")  # terbuka, terbatas, tertutup
REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,99}|file:/[^\x00-\x1f\x7f]{1,400}|vault:[A-Za-z][A-Za-z0-9_.-]{0,79}")


class Both(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Long = ""
    en: Long = ""


class Definition(BaseModel):
    """`secrets` holds references only: `env:NAME` and `file:/PATH` are read when this is applied, `vault:NAME` is kept sealed here under
    that name. `register` says what the application is when it does not exist yet (the fields of a new application without id, agency and
    connector); it is used once and not kept: from then on an application has a life of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Short = ""
    id: Short = ""
    application: Short = ""
    agency: Short = ""
    managed: Managed = "console"
    purpose: Both = Both()
    legal_basis: Long = ""
    contact: Short = Field("", description="Office or role at the agency, with a telephone number; no citizen's name")
    classification: Short = Field("", description="open, restricted or confidential")
    settings: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, Short] = Field(default_factory=dict, max_length=60)
    register_as: dict[str, Any] | None = Field(None, alias="register")

    def plain(self) -> dict[str, Any]:
        """Return it as data in the one order that files have; what says nothing is left out."""
        said = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if "secrets" in said:
            said["secrets"] = dict(sorted(said["secrets"].items()))
        return {name: said[name] for name in ORDER if name in said}


ORDER = tuple(field.alias or name for name, field in Definition.model_fields.items())


def settled(kind: Kind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as this kind reads them: its own order, without what is the default anyway. Raise pydantic's ValidationError."""
    read = kind.settings_model.model_validate(_sorted(settings))
    said: dict[str, Any] = read.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return said


def _sorted(value: Any) -> Any:
    """Free tables inside settings come back from storage with sorted names: so they are sorted everywhere."""
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(one) for one in value]
    return value
