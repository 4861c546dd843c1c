"""The kind `ldap`. Holds nothing: one value serves every connector of the kind.

A connection is not one connector's: which one is meant is read from the name that binds, by the base below which it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.ldap.about import ABOUT
from connectors.apps.ldap.settings import LdapSettings
from connectors.contract import Capability, Emission, Identity, SecretRule
from connectors.directory import Conversation, DirectoryDesk
from connectors.mapping import apply

CHECKED_BESIDE = {"email": "email_verified", "phone_number": "phone_number_verified"}


class Ldap:
    name = "ldap"
    title: Mapping[str, str] = {
        "id": "Aplikasi lama yang bertanya ke direktori (LDAP)",
        "en": "Older application that asks a directory (LDAP)",
    }
    capabilities = frozenset({Capability.DIRECTORY, Capability.PREVIEW})
    settings_model: type[BaseModel] = LdapSettings
    secrets: Mapping[str, SecretRule] = {
        "bind": SecretRule({"id": "Kata sandi sistem itu sendiri", "en": "Password of the system itself"}, least_bits=128)
    }
    about: About = ABOUT
    docs = "connectors/ldap.md"

    def emits(self, settings: BaseModel) -> frozenset[str]:
        own = _of(settings)
        return frozenset(row.claim for row in own.attributes) | ({own.uid} - {"sub"})

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        """An e-mail or a number that nobody checked is absent: an older system takes it for hers whose account it names."""
        own = _of(settings)
        told = identity.claims
        claims = {name: told[name] for name in told if name not in CHECKED_BESIDE or told.get(CHECKED_BESIDE[name], False)}
        found = [Emission(row.field, value, row.claim) for row, value in apply(own.attributes, claims) if "\0" not in value]
        name = self.uid(settings, identity)
        return [Emission("uid", name, own.uid), *found] if name else []

    def uid_claim(self, settings: BaseModel) -> str:
        return _of(settings).uid

    def uid(self, settings: BaseModel, identity: Identity) -> str:
        claim = _of(settings).uid
        if claim == "sub":
            return identity.subject
        checked = CHECKED_BESIDE.get(claim)
        if checked is not None and not identity.claims.get(checked, False):
            return ""
        value = identity.claims.get(claim, "")
        return value if isinstance(value, str) else ""

    def address(self, settings: BaseModel) -> str:
        return _of(settings).base_dn

    def converse(self, desk: DirectoryDesk, peer: str) -> Conversation:
        from connectors.apps.ldap.conversation import LdapConversation  # only `gapura ldap` speaks it

        return LdapConversation(desk, peer)


def _of(settings: BaseModel) -> LdapSettings:
    return cast("LdapSettings", settings)
