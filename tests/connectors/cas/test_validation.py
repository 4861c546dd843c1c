"""A ticket is good once, for 10 seconds, for its service, while the person is still let in there."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.apps.cas.answers import Refused as Cannot
from connectors.apps.cas.answers import Success, failure, success
from tests.connectors.cas.parts import (
    NOW,
    NS,
    OTHER,
    SERVICE,
    SITI,
    attributes_of,
    code_of,
    connector,
    desk,
    person,
    said,
    ticket,
    validated,
)

WAYS = ("service_validate", "proxy_validate", "p3_service_validate", "p3_proxy_validate")


@pytest.mark.parametrize("way", WAYS)
async def test_ca_03_a_ticket_is_good_once(way: str) -> None:
    at = desk()
    name = await ticket(at)
    assert code_of(await validated(at, name, way)) == "ok"
    assert code_of(await validated(at, name, way)) == "INVALID_TICKET"


async def test_ca_03_of_a_hundred_at_once_one_succeeds() -> None:
    at = desk()
    name = await ticket(at)
    answers = await asyncio.gather(*(validated(at, name, WAYS[number % 4]) for number in range(100)))
    assert sorted(map(code_of, answers)) == ["INVALID_TICKET"] * 99 + ["ok"]


async def test_ca_03_a_ticket_lives_for_ten_seconds() -> None:
    at = desk()
    young, old = await ticket(at), await ticket(at)
    at.now = NOW + 9
    assert code_of(await validated(at, young)) == "ok"
    at.now = NOW + 10
    assert code_of(await validated(at, old)) == "INVALID_TICKET"


@pytest.mark.parametrize(
    "name", ["", "ST-1", "ST-" + "A" * 29, "TGT-" + "A" * 29, "PGT-" + "A" * 29, "ST-" + "a" * 29, "x" * 256, "ST-\n", "é" * 32]
)
@pytest.mark.parametrize("way", WAYS)
async def test_ca_08_a_guess_is_no_ticket(way: str, name: str) -> None:
    due = "INVALID_TICKET" if name else "INVALID_REQUEST"
    assert code_of(await validated(desk(), name, way)) == due


async def test_a_ticket_for_another_service_is_refused_and_spent() -> None:
    at = desk()
    for service in (OTHER, SERVICE + "&a=1", SERVICE.upper(), "https://evil.example/"):
        name = await ticket(at)
        assert code_of(await validated(at, name, service=service)) == "INVALID_SERVICE"
        assert code_of(await validated(at, name)) == "INVALID_TICKET", "CAS 3.0 §2.5.3: a ticket shown elsewhere is not used again"


async def test_a_withdrawal_or_a_sign_out_kills_the_ticket() -> None:
    at = desk()
    name = await ticket(at)
    at.moved = True
    assert code_of(await validated(at, name)) == "INVALID_TICKET"


async def test_a_closed_application_and_a_service_taken_away_are_refused() -> None:
    at = desk()
    name = await ticket(at)
    at.known = ()
    assert code_of(await validated(at, name)) == "INVALID_TICKET"
    at = desk()
    name = await ticket(at)
    at.known = (connector(services=["https://lain.example.id/"]),)
    assert code_of(await validated(at, name)) == "INVALID_SERVICE"


async def test_ca_07_validation_with_renew_takes_only_a_ticket_from_a_new_sign_in() -> None:
    at = desk()
    assert code_of(await validated(at, await ticket(at), renew="true")) == "INVALID_TICKET"
    assert await said(at, "validate", service=SERVICE, ticket=await ticket(at), renew="1") == "no\n\n"
    for way in WAYS:
        assert code_of(await validated(at, await ticket(at, renew="true"), way, renew="true")) == "ok"
    new = person(auth_time=NOW + 1)
    assert code_of(await validated(at, await ticket(at, new), renew="true")) == "ok", "she signed in because of this request"
    same = person(auth_time=NOW)
    assert code_of(await validated(at, await ticket(at, same), renew="true")) == "INVALID_TICKET", "perhaps before it"


async def test_the_three_attributes_of_every_sign_in() -> None:
    at = desk()
    told = attributes_of(await validated(at, await ticket(at)))
    assert told["authenticationDate"] == "2027-01-15T07:59:00Z"
    assert (told["isFromNewLogin"], told["longTermAuthenticationRequestTokenUsed"]) == ("false", "false")
    assert attributes_of(await validated(at, await ticket(at, renew="true")))["isFromNewLogin"] == "true"


@pytest.mark.parametrize("way", ["service_validate", "proxy_validate"])
async def test_cas_2_tells_the_user_alone(way: str) -> None:
    at = desk()
    answer = await validated(at, await ticket(at), way)
    assert [one.tag for one in answer] == [NS + "user"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"service={SERVICE}",
        "ticket=ST-1",
        "service=a&ticket=b&ticket=c",
        "service=a&service=b&ticket=c",
        "service=a&ticket=" + "b" * 257,
        "service=" + "a" * 2049 + "&ticket=b",
        "service=a&ticket=b&renew=1&renew=0",
        "service=a&ticket=b&pgtUrl=c&pgtUrl=d",
        "service=a&ticket=b&format=YAML",
        "service=a&ticket=b&format=XML&format=JSON",
    ],
)
@pytest.mark.parametrize("way", WAYS)
async def test_a_request_that_says_too_little_or_too_much_is_invalid(way: str, query: str) -> None:
    text = await said(desk(), way, query)
    assert '<cas:authenticationFailure code="INVALID_REQUEST">' in text


async def test_ca_05_a_ticket_with_an_encoded_pgturl_stays_one_value() -> None:
    callback = "https://app.example.id/pgt"
    at = desk(proxy=True, proxy_callbacks=[callback])
    name = await ticket(at)
    for tail in (f"%26pgtUrl={callback}", "%26service=https%3A%2F%2Fevil.example%2F", "%3FpgtUrl%3D", "%23", "%0a"):
        text = await said(at, "p3_service_validate", f"service={SERVICE.replace('&', '%26')}&ticket={name}{tail}")
        assert 'code="INVALID_TICKET"' in text
    assert at.fetched == []
    assert code_of(await validated(at, name)) == "ok", "it was never that ticket"


async def test_json_says_the_same() -> None:
    at = desk()
    body = json.loads(await said(at, "p3_service_validate", service=SERVICE, ticket=await ticket(at), format="json"))
    good = body["serviceResponse"]["authenticationSuccess"]
    assert good["user"] == SITI.subject
    assert good["attributes"] == {
        "authenticationDate": "2027-01-15T07:59:00Z",
        "isFromNewLogin": "false",
        "longTermAuthenticationRequestTokenUsed": "false",
        "cn": "Siti Peragawati",
        "mail": "siti@example.id",
    }
    assert set(good) == {"user", "attributes"}
    body = json.loads(await said(at, "service_validate", service=SERVICE, ticket="ST-1", format="JSON"))
    assert body["serviceResponse"]["authenticationFailure"]["code"] == "INVALID_TICKET"


@pytest.mark.parametrize(
    "value",
    [
        "</cas:cn><cas:admin>1</cas:admin>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
        "]]>&amp;&#38;\"'",
        "Sri & Sons",
        "Né ☃ 😀",
        "a\r\nb\tc",
    ],
)
async def test_a_value_is_data_in_xml(value: str) -> None:
    at = desk()
    name = await ticket(at, person(claims={"name": value, "email": "a@b"}))
    text = await said(at, "p3_service_validate", service=SERVICE, ticket=name)
    assert text.isascii()
    name = await ticket(at, person(claims={"name": value, "email": "a@b"}))
    told = attributes_of(await validated(at, name))
    assert told["cn"] == value and "admin" not in told


@pytest.mark.parametrize("value", ["a\x00b", "a\x0bb", "a\ud800b", "a\ufffeb", "a\x9fb"])
async def test_what_xml_cannot_say_is_left_out_of_an_attribute(value: str) -> None:
    at = desk()
    assert attributes_of(await validated(at, await ticket(at, person(claims={"name": value}))))["cn"] == "ab"


@given(value=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40))
def test_every_text_comes_out_of_xml_as_it_went_in(value: str) -> None:
    import xml.etree.ElementTree as ET

    answer = success(Success(value, (("cn", value),), proxies=(value,)), json=False)
    root = ET.fromstring(answer.body)
    assert root.findtext(f"{NS}authenticationSuccess/{NS}user") == value
    assert root.findtext(f"{NS}authenticationSuccess/{NS}attributes/{NS}cn") == value
    assert ET.fromstring(failure(Cannot("CODE", value), json=False).body)[0].text == value


async def test_no_answer_repeats_what_was_sent() -> None:
    for way in (*WAYS, "validate"):
        for query in ("service=canary-a&ticket=canary-b", "service=canary-a&ticket=canary-b&format=canary-c"):
            assert "canary" not in await said(desk(), way, query)
