"""The kind `ticket`, without a server: what is signed, for whom, and where it goes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jose import jwt

from connectors.apps.ticket.formats import key_id, make_signing_key, public_pem
from connectors.apps.ticket.kind import Ticket
from connectors.contract import Answer, Connector, Secret
from connectors.errors import BadRequest, BadSettings, NotEntered
from connectors.front_door import Entry, Post, Received
from connectors.registry import build
from tests.connectors.desk import NOW, SITI, FakeDesk

KIND = Ticket()
KEY = "a" * 21 + "Z" * 22
NEXT = "b" * 43
SETTINGS: dict[str, Any] = {
    "base_url": "https://simpeg.example.id",
    "arrive_url": "https://simpeg.example.id/sso/masuk",
    "sign_out_url": "https://simpeg.example.id/sso/keluar",
    "fields": [{"claim": "name", "field": "nama", "transform": "upper_ascii"}, {"claim": "nip", "field": "nip_baru"}],
}


def made(secrets: dict[str, tuple[Secret, ...]] | None = None, **changes: Any) -> Connector:
    found = {"key": (Secret(KEY),)} if secrets is None else secrets
    return build(kind="ticket", connector_id="simpeg", application="simpeg", settings={**SETTINGS, **changes}, secrets=found)


def asked(endpoint: str = "masuk", connector: str = "simpeg", **query: str) -> Received:
    path = f"/tiket/{connector}/{endpoint}"
    return Received(endpoint, "GET", path, query=tuple(query.items()), places={"connector": connector})


def read(ticket: str, key: str = KEY, algorithm: str = "HS256", **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(
        ticket, key, algorithms=[algorithm], audience="https://simpeg.example.id", options={"verify_exp": False, "verify_nbf": False}
    )
    return found


async def ticket_of(connector: Connector, state: dict[str, object] | None = None, desk: FakeDesk | None = None) -> str:
    desk = desk or FakeDesk(known=(connector,))
    handed = await KIND.hand_off(connector, SITI, state or {}, desk)
    assert handed is not None
    assert isinstance(handed.answer, Post)
    assert handed.handle
    return handed.answer.fields["ticket"]


async def test_ti_03_a_ticket_is_posted_and_says_what_the_preview_says() -> None:
    connector = made()
    desk = FakeDesk(known=(connector,))
    entry = await KIND.receive(asked(kembali="/cuti/ajukan?tahun=2026"), desk)
    assert isinstance(entry, Entry)
    assert entry.origins == ("https://simpeg.example.id",)
    handed = await KIND.hand_off(connector, SITI, entry.state, desk)
    assert handed is not None
    assert isinstance(handed.answer, Post)
    assert handed.answer.url == "https://simpeg.example.id/sso/masuk"
    said = read(handed.answer.fields["ticket"])
    assert said.pop("jti") != said["sid"]
    assert said == {
        "iss": desk.issuer,
        "aud": "https://simpeg.example.id",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 60,
        "sid": handed.handle,
        "purpose": "sign-in",
        "sub": SITI.subject,
        "nama": "SITI PERAGAWATI",
        "kembali": "/cuti/ajukan?tahun=2026",
    }, "no NIK and no email, which are not mapped; no NIP, which was not released"
    shown = {one.name: one.value for one in KIND.emissions(connector.settings, SITI)}
    assert shown == {"sub": SITI.subject, "nama": "SITI PERAGAWATI"}


@pytest.mark.parametrize("delivery", ["post", "redirect"])
async def test_cn_05_after_a_withdrawal_no_ticket_is_signed(delivery: str) -> None:
    connector = made(delivery=delivery, fields=[])
    assert await KIND.hand_off(connector, SITI, {}, FakeDesk(known=(connector,), moved=True)) is None
    assert await KIND.hand_off(connector, SITI, {}, FakeDesk(known=(connector,))) is not None


async def test_every_ticket_has_an_id_and_a_name_of_its_own() -> None:
    said = [read(await ticket_of(made())) for _ in range(3)]
    assert len({one["jti"] for one in said} | {one["sid"] for one in said}) == 6
    assert min(len(one["jti"]) for one in said) >= 22, "128 bits at least"


async def test_ti_03_by_redirect_the_address_carries_no_claim_and_is_not_kept() -> None:
    connector = made(delivery="redirect", fields=[], parameter="tiket")
    handed = await KIND.hand_off(connector, SITI, {}, FakeDesk(known=(connector,)))
    assert handed is not None
    assert isinstance(handed.answer, Answer)
    assert handed.answer.headers["Referrer-Policy"] == "no-referrer"
    assert handed.answer.headers["Cache-Control"] == "no-store"
    said = read(parse_qs(urlsplit(handed.answer.headers["Location"]).query)["tiket"][0])
    assert set(said) == {"iss", "aud", "iat", "nbf", "exp", "jti", "sid", "purpose", "sub"}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        pytest.param("delivery", {"delivery": "redirect"}, id="TI-03 a claim in an address"),
        pytest.param(
            "delivery",
            {"delivery": "redirect", "format": "aes_wrapped", "fields": [{"claim": "nik", "field": "nik"}]},
            id="TI-03 a NIK in an address, enciphered",
        ),
        ("lifetime", {"lifetime": 9}),
        ("lifetime", {"lifetime": 121}),
        ("format", {"format": "none"}),
        ("format", {"format": "jwt_hs384"}),
        ("arrive_url", {"arrive_url": "http://simpeg.example.id/sso"}),
        ("arrive_url", {"arrive_url": "https://evil.example/sso"}),
        ("begin_url", {"begin_url": "https://evil.example/sso"}),
        ("sign_out_url", {"sign_out_url": "https://simpeg.example.id/sso?a=b"}),
        ("parameter", {"parameter": "a&b"}),
        ("audience", {"audience": "a b"}),
        ("subject_field", {"subject_field": "a b"}),
        ("fields", {"fields": [{"claim": "name", "field": "exp"}]}),
        ("fields", {"fields": [{"claim": "name", "field": "sub"}]}),
        ("fields", {"fields": [{"claim": "name", "field": "sub"}], "subject_field": "id"}),
        ("fields", {"fields": [{"claim": "name", "field": "n"}, {"claim": "email", "field": "n"}]}),
        ("secret", {"secret": KEY}),
    ],
)
def test_bad_settings_name_the_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as refused:
        made(**changes)
    assert field in str(refused.value)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/a/../b", "/a%2fb", "/a#b", "/" + "a" * 1024])
async def test_a_way_back_that_is_no_plain_path_is_left_out(path: str) -> None:
    entry = await KIND.receive(asked(kembali=path), FakeDesk(known=(made(),)))
    assert isinstance(entry, Entry)
    assert entry.state == {}


async def test_login_csrf_where_the_application_begins_a_ticket_repeats_its_state() -> None:
    connector = made(begin_url="https://simpeg.example.id/sso/mulai")
    desk = FakeDesk(known=(connector,))
    assert KIND.start(connector, desk.issuer) == "https://simpeg.example.id/sso/mulai"
    sent = await KIND.receive(asked(kembali="/cuti"), desk)
    assert isinstance(sent, Answer), "a link without a state signs nobody in"
    assert (sent.status, sent.headers["Location"]) == (303, "https://simpeg.example.id/sso/mulai?kembali=%2Fcuti")
    entry = await KIND.receive(asked(state="0123456789abcdef"), desk)
    assert isinstance(entry, Entry)
    assert read(await ticket_of(connector, dict(entry.state), desk))["state"] == "0123456789abcdef"
    with pytest.raises(BadRequest):
        await KIND.receive(asked(state="<script>alert(1)"), desk)
    assert KIND.start(made(), desk.issuer) == f"{desk.issuer}/tiket/simpeg/masuk"


async def test_ti_05_the_old_key_signs_until_its_end_and_never_after() -> None:
    connector = made({"key": (Secret(NEXT), Secret(KEY, until=NOW + 100))})
    assert read(await ticket_of(connector))["sub"] == SITI.subject
    later = FakeDesk(known=(connector,), now=NOW + 100)
    fresh = await ticket_of(connector, desk=later)
    assert jwt.get_unverified_header(fresh)["kid"] == key_id(NEXT) != key_id(KEY)
    assert read(fresh, NEXT)["iat"] == NOW + 100


async def test_without_a_key_nobody_enters() -> None:
    for secrets in ({}, {"key": (Secret(KEY, until=NOW),)}, {"signing": (Secret(KEY),)}):
        connector = made(secrets)
        desk = FakeDesk(known=(connector,))
        with pytest.raises(BadRequest):
            await KIND.receive(asked(), desk)
        with pytest.raises(BadRequest):
            await KIND.hand_off(connector, SITI, {}, desk)
        assert KIND.farewell(connector, "sid", desk) is None


async def test_a_stopped_connector_is_not_entered() -> None:
    with pytest.raises(NotEntered):
        await KIND.receive(asked(), FakeDesk(known=(replace(made(), enabled=False),)))


async def test_jw_15_rs256_is_read_with_the_published_keys_of_now_and_of_after_the_rotation() -> None:
    old, new = make_signing_key(), make_signing_key()
    connector = made({"signing": (Secret(new), Secret(old, until=NOW + 100))}, format="jwt_rs256")
    desk = FakeDesk(known=(connector,))
    told = await KIND.receive(asked("jwks"), desk)
    assert isinstance(told, Answer)
    keys = json.loads(told.body)["keys"]
    assert [set(key) for key in keys] == [{"e", "kty", "n", "kid", "use", "alg"}] * 2, "the private half never leaves"
    ticket = await ticket_of(connector)
    kid = jwt.get_unverified_header(ticket)["kid"]
    assert kid == keys[0]["kid"], "a program that reads one key only reads the one that signs"
    assert read(ticket, keys[0], "RS256")["sub"] == SITI.subject
    pem = await KIND.receive(asked("pem"), desk)
    assert isinstance(pem, Answer)
    assert pem.body == public_pem(old) + public_pem(new)


@pytest.mark.parametrize("endpoint", ["jwks", "pem"])
async def test_a_shared_key_is_never_published(endpoint: str) -> None:
    for desk in (FakeDesk(known=(made(),)), FakeDesk()):
        told = await KIND.receive(asked(endpoint), desk)
        assert isinstance(told, Answer)
        assert told.status == 404
        assert KEY not in told.body


def test_sign_out_names_the_sign_in_and_nobody() -> None:
    connector = made()
    desk = FakeDesk(known=(connector,))
    message = KIND.farewell(connector, "masuk-yang-itu", desk)
    assert message is not None
    assert message.url == "https://simpeg.example.id/sso/keluar"
    said = read(parse_qs(message.body.decode())["ticket"][0])
    assert said.pop("jti")
    assert said == {
        "iss": desk.issuer,
        "aud": "https://simpeg.example.id",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 120,
        "sid": "masuk-yang-itu",
        "purpose": "sign-out",
    }
    assert KIND.farewell(made(sign_out_url=""), "x", desk) is None


@pytest.mark.parametrize("written", ["jwt_hs256", "jwt_rs256", "hmac_query", "aes_wrapped"])
async def test_a_preview_shows_the_claims_and_a_ticket_that_no_application_takes(written: str) -> None:
    secret = make_signing_key() if written == "jwt_rs256" else KEY
    connector = made({"key": (Secret(secret),), "signing": (Secret(secret),)}, format=written)
    first, second = await KIND.exhibits(connector, SITI, FakeDesk(issuer="https://masuk.example.id/preview"))
    said = json.loads(first.text)
    assert said["iss"].endswith("/preview")
    assert said["nama"] == "SITI PERAGAWATI"
    if written == "jwt_hs256":
        assert jwt.get_unverified_header(second.text)["kid"] != key_id(KEY)
    assert second.text
    assert second.title == "ticket"
