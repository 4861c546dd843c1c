"""Settings of an `ldap` connector."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apps.ldap.dn import normal_of
from connectors.directory import Unreadable
from connectors.mapping import Row

ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
# What a client takes for the directory's own word, or what is a secret wherever it stands.
RESERVED = frozenset({"uid", "objectclass", "dn", "entrydn", "userpassword", "authpassword", "unicodepwd", "memberof", "krbprincipalkey"})
NEVER = frozenset({"nik", "no_kk"})  # claims that no directory of ours tells, whatever somebody maps (LD-09)


class LdapSettings(BaseModel):
    """People of this application are `uid=<name>,<base_dn>`; the system itself signs in as `bind_dn` with the secret `bind`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_dn: str = Field(description="Below which name people stand: ou=simpeg,dc=kabupaten,dc=example. No other connector may have it")
    bind_dn: str = Field("", description="Name with which the system itself signs in, right below base_dn; empty: cn=layanan,<base_dn>")
    uid: Literal["email", "phone_number", "nip", "sub"] = Field(
        "email", description="By which claim people are named (checked ones only); sub: a name that means nothing elsewhere"
    )
    attributes: tuple[Row, ...] = Field(description="Which attribute carries which claim: cn, sn, mail")
    search_by: tuple[str, ...] = Field(
        (),
        description="Attributes by whose exact value a person is found: uid, or one that carries email or phone_number; empty: all these",
    )
    size_limit: int = Field(4, ge=1, le=10, description="Most people in one answer")
    time_limit: int = Field(3, ge=1, le=10, description="Most seconds for one answer")

    @field_validator("base_dn", "bind_dn")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        try:
            name = normal_of(value)
        except Unreadable as error:
            raise ValueError(f"must be a distinguished name (RFC 4514): {error}") from None
        if any(len(part) != 1 for part in name):
            raise ValueError("must have one attribute in each part")
        return value.strip()

    @field_validator("base_dn")
    @classmethod
    def _is_somewhere(cls, value: str) -> str:
        if not value:
            raise ValueError("must not be empty")
        return value

    @field_validator("attributes")
    @classmethod
    def _are_told_attributes(cls, value: tuple[Row, ...]) -> tuple[Row, ...]:
        names = [row.field.lower() for row in value]
        if len(set(names)) != len(names):
            raise ValueError("an attribute is mapped twice")
        for row in value:
            if not ATTRIBUTE.fullmatch(row.field):
                raise ValueError(f"{row.field[:40]!r} must be letters, digits and hyphens (RFC 4512 §1.4)")
            if row.field.lower() in RESERVED or "password" in row.field.lower():
                raise ValueError(f"{row.field} may not be mapped: it is the directory's own, or a secret")
            if row.claim in NEVER:
                raise ValueError(f"{row.claim} is never told by a directory")
        return value

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        base, bind = normal_of(self.base_dn), normal_of(self.bind)
        if bind[1:] != base or bind[0][0][0] == "uid":
            raise ValueError("bind_dn: must stand right below base_dn, and not be a uid")
        unknown = {name.lower() for name in self.search_by} - self.findable.keys()
        if unknown:
            raise ValueError(f"search_by: {sorted(unknown)[0]} is neither uid nor an attribute that carries email or phone_number")
        return self

    @property
    def bind(self) -> str:
        return self.bind_dn or f"cn=layanan,{self.base_dn}"

    @property
    def findable(self) -> dict[str, str]:
        """Return by attribute (lower case) the claim whose exact value can find a person."""
        mapped = {
            row.field.lower(): row.claim for row in self.attributes if row.claim in ("email", "phone_number") and row.transform == "none"
        }
        return {"uid": self.uid, **mapped}

    @property
    def keys(self) -> dict[str, str]:
        """Return those of them by which people may be found."""
        allowed = {name.lower() for name in self.search_by} or self.findable.keys()
        return {name: claim for name, claim in self.findable.items() if name in allowed}
