"""Values that the SQL suites keep and find again."""

from __future__ import annotations

from dataclasses import replace

from consent.models import Basis, Disclosure, LedgerEvent, Notice, NoticeClaim, Purpose, PurposeState, Standing
from consent.store import Change
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Role, RoleGrant, Status
from idp.tokens.models import RefreshFamily
from kit.audit import AuditEvent, Entry

NIK = "3503115203889001"
PHONE = "+6281234567890"
EMAIL = "siti.uji@contoh.trenggalek.example"
NAME = "Siti Ngatminah Uji"
NOW = 1_795_500_000


def person(person_id: str = "siti", **changes: object) -> Person:
    made = Person(
        id=person_id,
        status=Status.ACTIVE,
        level="verified",
        language="id",
        claims={"name": NAME, "nik": NIK, "phone_number": PHONE, "email": EMAIL, "address": {"locality": "Watulimo"}},
        roles=(RoleGrant(Role.CITIZEN, None), RoleGrant(Role.STAFF, "dinkes", NOW + 60)),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


IDENTIFIERS = (
    Identifier(IdentifierKind.NIK, NIK, True),
    Identifier(IdentifierKind.PHONE, PHONE, True),
    Identifier(IdentifierKind.EMAIL, EMAIL, False),
)


def credential(**changes: object) -> Credential:
    return replace(Credential("c1", "siti", "totp", "JBSWY3DPEHPK3PXP", NOW), **changes)  # type: ignore[arg-type]


def entry(subject: str = "person:siti", event: AuditEvent = AuditEvent.SIGNED_IN, at: int = NOW, **more: object) -> Entry:
    return Entry(event, "operator:o", subject, at, origin="10.0.0.0/16", **more)  # type: ignore[arg-type]


def state(record_id: str = "r1", standing: Standing = Standing.IN_FORCE, **changes: object) -> PurposeState:
    made = PurposeState(
        record_id=record_id,
        person="siti",
        service="usaha-kecil",
        application="usaha-kecil",
        purpose="usaha",
        notice="usaha-kecil@1.0",
        basis=Basis.CONSENT,
        claims=frozenset({"name", "nik"}),
        standing=standing,
        since=NOW,
        expires_at=NOW + 3600,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def change(event: LedgerEvent = LedgerEvent.GIVEN, made: PurposeState | None = None) -> Change:
    return Change(event, made or state(), text_sha256="a" * 64, language="id", channel="oidc")


def notice(version: str = "1.0", title: str = "Izin") -> Notice:
    text = {"id": title, "en": "Consent"}
    claim = NoticeClaim("name", {"id": "Nama", "en": "Name"}, "general", {"id": "menyapa Anda", "en": "to greet you"})
    purpose = Purpose("usaha", text, text, Basis.CONSENT, True, (claim,), valid_for=86400)
    return Notice(
        id=f"usaha-kecil@{version}",
        service="usaha-kecil",
        application="usaha-kecil",
        controller="diskomidag",
        version=version,
        title=text,
        intro=text,
        purposes=(purpose,),
        full_text=text,
        text_sha256={"id": "a" * 64, "en": "b" * 64},
        valid_from=NOW,
    )


def disclosure(disclosure_id: str = "d1", **changes: object) -> Disclosure:
    made = Disclosure(disclosure_id, "g1", "siti", "usaha-kecil", "usaha-kecil", "rp", ("name", "nik"), "oidc", NOW, "mac")
    return replace(made, **changes)  # type: ignore[arg-type]


def family(**changes: object) -> RefreshFamily:
    made = RefreshFamily(
        id="f1",
        grant="g1",
        client_id="rp",
        application="usaha-kecil",
        service="usaha-kecil",
        person="siti",
        session="s1",
        sid="sid1",
        subject="sub1",
        scopes=frozenset({"openid", "name"}),
        released=frozenset({"name"}),
        current="first",
        spent=None,
        spent_at=None,
        client_key="client_secret_basic:abc",
        auth_time=NOW,
        acr="urn:gapura:aal1",
        amr=("pwd",),
        nonce=None,
        created_at=NOW,
        expires_at=NOW + 3600,
        cnf="jkt:thumbprint",
        resources=frozenset({"https://api.example.id/antrean"}),
        details='[{"type":"pembayaran"}]',
    )
    return replace(made, **changes)  # type: ignore[arg-type]
