"""Settings of a `passport` connector."""

from __future__ import annotations

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.mapping import Row
from connectors.paths import Origin, Page, PageOrNone

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class PassportSettings(BaseModel):
    """The answer about a person is one JSON object, below `envelope` where the application looks for it there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: Origin = Field(description="Public address of the application, without a final slash")
    redirect_uris: tuple[Page, ...] = Field(min_length=1, max_length=10, description="Addresses that the code may be sent to, exact")
    start_url: PageOrNone = Field(
        "", description="Page of the application that begins sign-in, for the portal's tile; empty: its front page"
    )
    subject_field: str = Field("id", description="Member for the pairwise subject")
    fields: tuple[Row, ...] = Field((), max_length=40, description="Which member of the answer carries which claim")
    absent: str = Field("", max_length=8, description="What stands in a member that was not shared; empty: the member is missing")
    envelope: str = Field("", description="Member around the answer, such as data; empty: none")

    @field_validator("subject_field", "envelope")
    @classmethod
    def _is_a_member(cls, value: str) -> str:
        if value and not NAME.fullmatch(value):
            raise ValueError("must be a letter, then letters, digits or _")
        return value

    @model_validator(mode="after")
    def _each_member_once(self) -> Self:
        names = [self.subject_field, *(row.field for row in self.fields)]
        if not self.subject_field or len(set(names)) != len(names):
            raise ValueError("a member stands twice, or the subject has none")
        return self
