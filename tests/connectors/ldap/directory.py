"""A desk for tests of the kind: people in a dict, and a record of what was told. And requests as another library writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ldap3.operation.bind import bind_operation
from ldap3.operation.extended import extended_operation
from ldap3.operation.search import search_operation
from ldap3.protocol.rfc4511 import LDAPOID, Control, Controls, ControlValue, Criticality, LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode
from pyasn1.codec.ber import decoder

from connectors.apps.ldap.conversation import LdapConversation
from connectors.apps.ldap.kind import Ldap
from connectors.apps.ldap.settings import LdapSettings
from connectors.contract import Connector, Identity, Secret
from connectors.directory import Found, Refused, Reply, TooManyGuesses
from tests.connectors.desk import NOW, SITI

KIND = Ldap()
BASE = "ou=simpeg,dc=kabupaten,dc=example"
SYSTEM = f"cn=layanan,{BASE}"
SECRET = "sebuah-rahasia-sistem-yang-panjang-sekali"
PASSWORD = "k7mq-2xvd-9999-aaaa-bbbb-cccc-dddd"
ROWS = [{"claim": "name", "field": "cn"}, {"claim": "email", "field": "mail"}]
SETTINGS = LdapSettings.model_validate({"base_dn": BASE, "attributes": ROWS})


def connector(settings: LdapSettings = SETTINGS, name: str = "simpeg") -> Connector:
    return Connector(name, name, "ldap", settings, secrets={"bind": (Secret(SECRET),)})


def person(**claims: Any) -> Identity:
    values = {"name": "Siti Peragawati", "nik": "3503115203889001", "email": "siti@example.id", "email_verified": True, **claims}
    return Identity(SITI.subject, "simpeg", "simpeg", values, SITI.acr, SITI.amr, SITI.auth_time, SITI.issued_at)


@dataclass
class FakeDirectory:
    """Implements connectors.directory.DirectoryDesk. `ended`: whatever people were found under has moved."""

    known: Sequence[Connector] = field(default_factory=lambda: [connector()])
    people: dict[str, Identity] = field(default_factory=lambda: {PASSWORD: person()})
    refused: bool = False
    ended: bool = False
    most: int = 3
    now: int = NOW
    told_claims: list[frozenset[str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def connectors(self) -> Sequence[Connector]:
        return [one for one in self.known if one.enabled]

    def _found(self, one: Connector, identity: Identity) -> Found:
        return Found(identity.subject, KIND.uid(one.settings, identity), tuple(KIND.emissions(one.settings, identity)))

    async def with_password(self, connector: Connector, uid: str, password: str) -> Found | Refused | None:
        identity = self.people.get(password)
        if identity is None:
            return None
        if self.refused:
            return Refused()
        found = self._found(connector, identity)
        return found if found.uid.casefold() == uid.casefold() else None

    async def by_key(self, connector: Connector, claim: str, value: str) -> Found | None:
        self.asked.append((claim, value))
        hits = [one for one in self.people.values() if not self.ended and one.claims.get(claim) == value]
        return self._found(connector, hits[0]) if len(hits) == 1 else None

    async def again(self, connector: Connector, found: Found) -> Found | None:
        return None if self.ended else found

    async def told(self, connector: Connector, found: Found, claims: frozenset[str]) -> None:
        self.told_claims.append(claims)

    async def failed(self, connector: Connector | None, uid: str, peer: str) -> None:
        self.failures.append((uid, peer))
        if len(self.failures) > self.most:
            raise TooManyGuesses("enough")


def message(operation: Any, tag: str, number: int = 1, controls: Sequence[tuple[str, bool, bytes]] = ()) -> bytes:
    """Return a request as ldap3 would write it."""
    outer = LDAPMessage()
    outer["messageID"] = MessageID(number)
    outer["protocolOp"] = ProtocolOp().setComponentByName(tag, operation)
    if controls:
        listed = Controls()
        for at, (oid, critical, value) in enumerate(controls):
            one = Control()
            one["controlType"] = LDAPOID(oid)
            one["criticality"] = Criticality(critical)
            one["controlValue"] = ControlValue(value)
            listed.setComponentByPosition(at, one)
        outer["controls"] = listed
    return bytes(encode(outer))


def bind(name: str, password: str, version: int = 3) -> bytes:
    return message(bind_operation(version, "SIMPLE", name, password), "bindRequest")


def search(base: str, text: str, scope: str = "SUBTREE", attributes: Sequence[str] = (), **more: Any) -> bytes:
    controls = more.pop("controls", ())
    values = {"size_limit": 0, "time_limit": 0, "types_only": False, **more}
    operation = search_operation(
        base, text, scope, "NEVER", list(attributes), values["size_limit"], values["time_limit"], values["types_only"], None, None
    )
    return message(operation, "searchRequest", controls=controls)


def extended(oid: str) -> bytes:
    return message(extended_operation(oid), "extendedReq")


@dataclass
class Answers:
    """What came back, read by ldap3."""

    code: int
    text: str
    entries: dict[str, dict[str, list[str]]]
    raw: bytes


def read(reply: Reply) -> Answers:
    entries: dict[str, dict[str, list[str]]] = {}
    code, text, rest = -1, "", reply.data
    while rest:
        one, rest = decoder.decode(rest, asn1Spec=LDAPMessage())
        name = one["protocolOp"].getName()
        body = one["protocolOp"].getComponent()
        if name == "searchResEntry":
            entries[str(body["object"])] = {str(pair["type"]): [str(value) for value in pair["vals"]] for pair in body["attributes"]}
        else:
            code, text = int(body["resultCode"]), str(body["diagnosticMessage"])
    return Answers(code, text, entries, reply.data)


@dataclass
class Talk:
    """A client that talks to the conversation, over TLS unless it says otherwise."""

    desk: FakeDirectory = field(default_factory=FakeDirectory)
    secure: bool = True

    def __post_init__(self) -> None:
        self.conversation = LdapConversation(self.desk, "192.0.2.7")

    async def send(self, data: bytes) -> Reply:
        return await self.conversation.answer(data, secure=self.secure)

    async def bind(self, name: str, password: str, version: int = 3) -> Answers:
        return read(await self.send(bind(name, password, version)))

    async def search(self, base: str, text: str, scope: str = "SUBTREE", attributes: Sequence[str] = (), **more: Any) -> Answers:
        return read(await self.send(search(base, text, scope, attributes, **more)))

    async def system(self) -> Talk:
        assert (await self.bind(SYSTEM, SECRET)).code == 0
        return self
