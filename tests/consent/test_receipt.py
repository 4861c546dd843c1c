"""Receipts: the members of ISO/IEC TS 27560, recomputable from the ledger, signed, judged and compared with the ledger (UX CN-8)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from consent.genuine import MAX_FILE, Verdict, judged
from consent.models import LedgerEvent, Notice, PurposeState, Standing
from consent.receipt import Party, mark_of, number_of, row_of, standing_at
from consent.receipts import Receipts
from consent.record_keys import RecordKeys
from consent.service import ConsentService
from hub.storage.sql import tables as t
from hub.storage.stores import Stores
from kit.clock import FixedClock
from tests.consent.samples import NOW, SITI, WORDS, YEAR, answer, notice

PARTIES = (Party("DINSOS", WORDS, "PII controller", "(0355) 1"), Party("dpo", WORDS, "data protection officer", "(0355) 2"))
ISSUER = "https://masuk.example.id"


@pytest.fixture
def receipts(stores: Stores, clock: FixedClock) -> Receipts:
    return Receipts(stores.consent, RecordKeys(stores.record_keys, stores.ring, clock), clock, ISSUER, b"p" * 32)


async def record_of(service: ConsentService, purpose: str) -> PurposeState:
    return next(state for state in await service.states(SITI) if state.purpose == purpose)


async def issued(receipts: Receipts, service: ConsentService, state: PurposeState, text: Notice, event: LedgerEvent) -> dict[str, Any]:
    rows = await service.history(SITI, record_id=state.record_id)
    row = next(one for one in rows if one.event is event)
    return await receipts.issue(row, rows, text, state, PARTIES, WORDS)


async def test_ux_cn_8_a_receipt_has_the_members_of_the_standard_and_no_value(service: ConsentService, receipts: Receipts) -> None:
    text = notice()
    await service.answer(answer(text, "dampingi", "kabar"), text)
    state = await record_of(service, "kabar")
    receipt = (await issued(receipts, service, state, text, LedgerEvent.GIVEN))["receipt"]
    (row,) = await service.history(SITI, record_id=state.record_id)
    assert receipt["schema_version"] == "ISO/IEC TS 27560:2023"
    assert (receipt["receipt_id"], receipt["record_id"]) == (number_of(row), state.record_id)
    assert receipt["pii_processing"]["privacy_notice"]["text_sha256"] == text.text_sha256["id"]
    (purpose,) = receipt["pii_processing"]["purposes"]
    assert (purpose["lawful_basis"], purpose["lawful_basis_rule"]) == ("consent", "Perda 1/2025")
    assert [(one["pii_attribute_id"], one["pii_category"], one["pii_optional"]) for one in purpose["pii_information"]] == [
        ("phone_number", "general", True)
    ]
    assert purpose["withdrawal_method"]["url"] == f"{ISSUER}/izin/{state.record_id}"
    assert [one["party_role"] for one in receipt["party_identification"]] == ["PII controller", "data protection officer"]
    event = receipt["event"]
    assert (event["event_type"], event["event_state"], event["validity_duration"]) == ("given", "berlaku", f"PT{YEAR}S")
    assert (event["channel"], event["officer"], receipt["jurisdictions"]) == ("oidc", None, ["ID"])
    assert [(one["seq"], one["hash"], one["previous"]) for one in receipt["ledger"]] == [(row.seq, row.hash, row.previous)]
    assert SITI not in json.dumps(receipt).lower(), "a pseudonym stands for the person"


async def test_a_person_has_one_pseudonym_at_an_agency_and_another_at_the_next(receipts: Receipts) -> None:
    assert receipts.pseudonym(SITI, "DINSOS") == receipts.pseudonym(SITI, "DINSOS")
    assert len({receipts.pseudonym(who, where) for who in (SITI, "budi") for where in ("DINSOS", "DINKES")}) == 4


async def test_every_event_has_a_receipt_of_its_own_with_the_rows_until_then(
    service: ConsentService, receipts: Receipts, clock: FixedClock
) -> None:
    first = notice()
    await service.answer(answer(first, "dampingi"), first)
    clock.advance(60)
    record = await record_of(service, "dampingi")
    await service.withdraw(SITI, record.record_id, channel="portal", language="id")
    await service.object(SITI, (await record_of(service, "catat")).record_id, channel="portal", language="id")
    expected = {
        "dampingi": [(LedgerEvent.GIVEN, "berlaku", 1), (LedgerEvent.WITHDRAWN, "ditarik", 2)],
        "kabar": [(LedgerEvent.REFUSED, "ditolak", 1)],
        "catat": [(LedgerEvent.INFORMED, "diberitahukan", 1), (LedgerEvent.OBJECTED, "diberitahukan", 2)],
    }
    numbers = set()
    for purpose, events in expected.items():
        state = await record_of(service, purpose)
        for event, standing, rows in events:
            receipt = (await issued(receipts, service, state, first, event))["receipt"]
            assert (receipt["event"]["event_state"], len(receipt["ledger"])) == (standing, rows)
            numbers.add(receipt["receipt_id"])
    assert len(numbers) == 5


async def test_what_a_newer_text_replaced_has_a_receipt_too(
    service: ConsentService, receipts: Receipts, clock: FixedClock, published: dict[str, Notice]
) -> None:
    old = notice()
    await service.answer(answer(old, "dampingi"), old)
    record = await record_of(service, "dampingi")
    clock.advance(60)
    new = notice(version="2.0")
    published[new.id] = new
    await service.answer(replace(answer(new, "dampingi", at=clock.now())), new)
    state = await service.state(SITI, record.record_id)
    file = await issued(receipts, service, state, old, LedgerEvent.RENEWED)
    assert (file["receipt"]["event"]["event_state"], file["receipt"]["issued"]["record_state"]) == ("diperbarui", "diperbarui")
    checked = await receipts.check(json.dumps(file))
    assert checked.found is not None
    assert (checked.found.standing, checked.found.changed_at) == (Standing.RENEWED, clock.now())


async def test_a_receipt_is_genuine_as_a_file_or_as_its_signed_part_and_nothing_else_is(
    service: ConsentService, receipts: Receipts
) -> None:
    text = notice()
    await service.answer(answer(text, "dampingi"), text)
    file = await issued(receipts, service, await record_of(service, "dampingi"), text, LedgerEvent.GIVEN)
    keys = await receipts.keys.published()
    for good in (json.dumps(file), json.dumps(file, indent=4).encode(), "\ufeff" + json.dumps(file), f"  {file['jws']}\n"):
        assert judged(good, keys).verdict is Verdict.GENUINE, good[:40]
    head, body, signature = file["jws"].split(".")
    richer = json.loads(json.dumps(file))
    richer["receipt"]["pii_processing"]["purposes"][0]["pii_information"] = []
    for bad, verdict in (
        (json.dumps(richer), Verdict.CHANGED),
        (f"{head}.{body[:-8]}AAAAAAAA.{signature}", Verdict.NOT_SIGNED),
        (json.dumps({"receipt": file["receipt"]}), Verdict.UNREADABLE),
        (json.dumps({"receipt": file["receipt"], "jws": 7}), Verdict.UNREADABLE),
        ("[" * 3000, Verdict.UNREADABLE),
        ("{" * 3000, Verdict.UNREADABLE),
        ('{"jws": ' + "[" * 500 + "]" * 500 + "}", Verdict.UNREADABLE),
        (b"\xff\xfe\x00", Verdict.UNREADABLE),
        ("", Verdict.UNREADABLE),
        ("x" * (MAX_FILE + 1), Verdict.UNREADABLE),
    ):
        found = judged(bad, keys)
        assert (found.verdict, found.receipt) == (verdict, None), bad[:40]
    assert judged(json.dumps(file), {"keys": []}).verdict is Verdict.UNKNOWN_KEY


async def test_a_good_signature_over_a_row_that_was_changed_since_is_told_apart(
    service: ConsentService, receipts: Receipts, stores: Stores
) -> None:
    text = notice()
    await service.answer(answer(text, "dampingi"), text)
    state = await record_of(service, "dampingi")
    file = json.dumps(await issued(receipts, service, state, text, LedgerEvent.GIVEN))
    assert (await receipts.check(file)).found is not None
    async with stores.database.write() as connection:
        await connection.execute(update(t.ledger).where(t.ledger.c.record_id == state.record_id).values(hash="0" * 64))
    checked = await receipts.check(file)
    assert (checked.verdict, checked.found) == (Verdict.GENUINE, None)


async def test_number_and_fingerprint_find_a_receipt_and_every_other_pair_finds_nothing(
    service: ConsentService, receipts: Receipts
) -> None:
    text = notice()
    await service.answer(answer(text, "dampingi"), text)
    first, second = sorted(await service.history(SITI), key=lambda row: row.seq)[:2]
    number, mark = number_of(first), mark_of(first)
    spaced = " ".join(mark[at : at + 4] for at in range(0, 32, 4)).upper()
    for typed in ((number, mark), (f" {number.lower()} ", spaced)):
        found = await receipts.by_number(*typed)
        assert found is not None
        assert found.row == first
    for wrong in (
        (number, mark_of(second)),
        (number_of(second), mark),
        (f"TT-{first.seq}-000000", mark),
        (number, mark[:-1]),
        (number, ""),
        ("", mark),
        ("TT-999999999-ABCDEF", mark),
        ("TT-99999999999999999999-ABCDEF", mark),
        (f"{number}\n' OR 1=1", mark),
        ("TT-٣-ABCDEF", mark),
    ):
        assert await receipts.by_number(*wrong) is None, wrong


async def test_how_a_record_stands_is_read_now_and_ends_by_the_clock(
    service: ConsentService, receipts: Receipts, clock: FixedClock
) -> None:
    text = notice()
    await service.answer(answer(text, "dampingi"), text)
    state = await record_of(service, "dampingi")
    (row,) = await service.history(SITI, record_id=state.record_id)
    clock.advance(YEAR + 5)
    found = await receipts.by_number(number_of(row), mark_of(row))
    assert found is not None
    assert (found.standing, found.changed_at) == (Standing.ENDED, NOW + YEAR)
    assert standing_at(state, NOW) is Standing.IN_FORCE


@pytest.mark.parametrize(("number", "row"), [("TT-1-ABCDEF", 1), ("tt-1042-9f3a27", 1042), ("TT-0-ABCDEF", None), ("1", None), ("", None)])
def test_a_number_names_a_row(number: str, row: int | None) -> None:
    assert row_of(number) == row
