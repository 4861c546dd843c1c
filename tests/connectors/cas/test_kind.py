"""The kind `cas` without a server: signing in, going back, what is told, and what a sign-out says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.parse import parse_qs

import pytest

from connectors.contract import Answer
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Leave, Post
from tests.connectors.cas.parts import (
    ENDPOINTS,
    KIND,
    NOW,
    SERVICE,
    SITI,
    asked,
    attributes_of,
    connector,
    desk,
    entered,
    handed,
    person,
    said,
    ticket,
    validated,
)

NAME = {"services": ["https://app.example.id/cas/"], "username": "nip", "attributes": []}


async def test_a_person_goes_back_with_a_ticket_of_32_letters() -> None:
    found = await handed(desk())
    assert found is not None and isinstance(found.answer, Answer)
    assert found.answer.status == 303
    name = found.answer.headers["Location"].removeprefix(SERVICE + "&ticket=")
    assert len(name) == 32 and name.startswith("ST-") and name.replace("-", "").isalnum() and name.isascii()
    assert found.handle == f"{name} {SERVICE}"


async def test_ca_08_tickets_are_144_random_bits_and_nothing_is_held_by_the_browser() -> None:
    at = desk()
    names = {await ticket(at) for _ in range(200)}
    assert len(names) == 200
    assert set("".join(name[3:] for name in names)) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert all(len({name[place] for name in names}) >= 28 for place in range(3, 31)), "28 places of 5 bits each, and one of 4"
    entry = await entered(at)
    assert set(entry.state) == {"service", "renew", "gateway", "method", "at"}, "kept by the house, given back untouched"


async def test_method_post_sends_a_form_to_the_service_itself() -> None:
    at = desk()
    found = await handed(at, method="POST")
    assert found is not None and isinstance(found.answer, Post)
    assert found.answer.url == SERVICE and set(found.answer.fields) == {"ticket"}
    assert (await validated(at, found.answer.fields["ticket"])).findtext("*") == SITI.subject


@pytest.mark.parametrize(("sent", "fresh", "silent"), [({}, 0, 0), ({"renew": "true"}, 1, 0), ({"gateway": "true"}, 0, 1)])
async def test_ca_07_renew_demands_a_new_sign_in_and_gateway_shows_no_page(sent: dict[str, str], fresh: int, silent: int) -> None:
    entry = await entered(desk(), **sent)
    assert (entry.fresh, entry.silent) == (bool(fresh), bool(silent))
    assert entry.origins == ("https://app.example.id",)


async def test_ca_07_renew_wins_over_gateway_and_false_means_no() -> None:
    both = await entered(desk(), renew="true", gateway="true")
    assert (both.fresh, both.silent) == (True, False)
    assert (await entered(desk(), renew="1", gateway="false")).fresh
    assert not (await entered(desk(), renew="false")).fresh


async def test_ca_07_gateway_goes_back_without_a_ticket_when_a_page_would_be_needed() -> None:
    at = desk()
    for reason in ("login_required", "consent_required", "interaction_required"):
        silent = await entered(at, gateway="true")
        answer = KIND.refuse(silent.connector, silent.state, reason, at)
        assert isinstance(answer, Answer) and (answer.status, answer.headers) == (303, {"Location": SERVICE})
    assert KIND.refuse(silent.connector, (await entered(at)).state, "declined", at) is None, "a page of ours says it"
    moved = connector(services=["https://lain.example.id/"])
    assert KIND.refuse(moved, silent.state, "login_required", at) is None, "no longer a service of this application"


@pytest.mark.parametrize(
    "query",
    ["", "service=", "gateway=true", "service=https://app.example.id/cas/&service=https://app.example.id/cas/", "service=" + "a" * 2049],
)
async def test_without_one_service_nobody_is_asked_to_sign_in(query: str) -> None:
    with pytest.raises(BadRequest):
        await KIND.receive(asked("login", query), desk())


@pytest.mark.parametrize("method", ["HEADER", "PUT", "javascript"])
async def test_an_answer_by_another_method_is_not_known(method: str) -> None:
    with pytest.raises(BadRequest):
        await entered(desk(), method=method)


async def test_a_service_taken_away_on_the_way_gets_no_ticket() -> None:
    at = desk()
    entry = await entered(at)
    with pytest.raises(BadRequest):
        await KIND.hand_off(connector(services=["https://lain.example.id/"]), SITI, entry.state, at)
    assert at.records == {}


async def test_a_moved_guard_gives_no_ticket() -> None:
    at = desk()
    at.moved = True
    assert await handed(at) is None


async def test_the_username_is_the_pairwise_subject_or_a_claim_and_never_one_for_the_other() -> None:
    at = desk()
    assert (await validated(at, await ticket(at))).findtext("*") == SITI.subject
    staff = desk(**NAME)
    civil = person(claims={"nip": " 198001012006041001 "})
    assert (await validated(staff, await ticket(staff, civil))).findtext("*") == "198001012006041001"
    for claims in ({}, {"nip": ""}, {"nip": "  "}, {"nip": "a\nadmin"}, {"nip": "a\x00dmin"}, {"nip": "adm\u2028in"}, {"nip": "\ud800"}):
        with pytest.raises(NotEntered):
            await ticket(staff, person(claims=claims))
    nameless = connector(username="nip")
    assert list(KIND.emissions(nameless.settings, SITI)) == [], "without a name nothing leaves, so nothing is on record as told"


async def test_what_leaves_is_what_the_preview_shows() -> None:
    at = desk()
    shown = {one.name: (one.value, one.claim) for one in KIND.emissions(connector().settings, SITI)}
    assert shown == {
        "user": (SITI.subject, "sub"),
        "cn": ("Siti Peragawati", "name"),
        "mail": ("siti@example.id", "email"),
    }
    answer = await validated(at, await ticket(at))
    told = attributes_of(answer)
    for own in ("authenticationDate", "isFromNewLogin", "longTermAuthenticationRequestTokenUsed"):
        told.pop(own)
    assert {"user": answer.findtext("*"), **told} == {name: value for name, (value, _) in shown.items()}
    exhibits = await KIND.exhibits(at.known[0], SITI, at)
    assert exhibits[0].text.startswith("https://app.example.id/cas/?ticket=ST-")
    assert "<cas:cn>Siti Peragawati</cas:cn>" in exhibits[1].text and "nik" not in exhibits[1].text


def test_only_mapped_claims_are_asked_for() -> None:
    assert KIND.emits(connector().settings) == {"name", "email", "nip"}
    assert KIND.emits(connector(**NAME).settings) == {"nip"}


async def test_the_tile_leads_to_the_applications_own_page_or_to_the_first_service() -> None:
    own = connector(start_url="https://app.example.id/masuk")
    assert KIND.start(own, "https://masuk.example.id") == "https://app.example.id/masuk"
    url = KIND.start(connector(), "https://masuk.example.id")
    assert url == "https://masuk.example.id/cas/login?service=https%3A%2F%2Fapp.example.id%2Fcas%2F"


async def test_the_end_of_a_session_is_told_to_the_service_that_got_the_ticket() -> None:
    at = desk()
    found = await handed(at)
    assert found is not None
    message = KIND.farewell(at.known[0], found.handle, at)
    assert message is not None and message.url == SERVICE and message.content_type == "application/x-www-form-urlencoded"
    (text,) = parse_qs(message.body.decode())["logoutRequest"]
    root = ET.fromstring(text)
    assert root.tag == "{urn:oasis:names:tc:SAML:2.0:protocol}LogoutRequest"
    assert root.findtext("{urn:oasis:names:tc:SAML:2.0:protocol}SessionIndex") == found.handle.partition(" ")[0]
    assert root.attrib["Version"] == "2.0" and root.attrib["ID"].startswith("LR-") and root.attrib["IssueInstant"].endswith("Z")
    assert message == KIND.farewell(at.known[0], found.handle, at), "sent again it is the same request"
    assert KIND.farewell(connector(sign_out=False), found.handle, at) is None
    assert KIND.farewell(connector(services=["https://lain.example.id/"]), found.handle, at) is None
    assert KIND.farewell_page(at.known[0], found.handle, at) == ""


async def test_with_sign_out_off_a_sign_in_leaves_no_handle() -> None:
    found = await handed(desk(sign_out=False))
    assert found is not None and found.handle == ""


@pytest.mark.parametrize("word", ["service", "url"])
async def test_logout_asks_the_person_and_goes_on_only_to_a_registered_service(word: str) -> None:
    at = desk()
    found = await KIND.receive(asked("logout", **{word: SERVICE}), at)
    assert found == Leave(at.known[0], genuine=False, onward=SERVICE)
    for foreign in ("https://evil.example/", "https://app.example.id@evil.example/cas/", "javascript:alert(1)", ""):
        assert await KIND.receive(asked("logout", **{word: foreign}), at) == Leave()
    assert await KIND.receive(asked("logout"), at) == Leave()


def test_programs_get_the_protocols_words_and_people_pages() -> None:
    assert {name for name, endpoint in ENDPOINTS.items() if not endpoint.for_programs} == {"login", "logout"}
    assert all(endpoint.path.startswith("/cas/") and endpoint.methods == ("GET",) for endpoint in ENDPOINTS.values())
    with pytest.raises(LookupError):
        KIND.make_own("key", "https://masuk.example.id", NOW)


async def test_a_person_of_cas_1_is_told_in_two_lines() -> None:
    at = desk()
    assert await said(at, "validate", service=SERVICE, ticket=await ticket(at)) == f"yes\n{SITI.subject}\n"
    assert await said(at, "validate", service=SERVICE, ticket="ST-1") == "no\n\n"
    assert await said(at, "validate", "service=a&service=b&ticket=c") == "no\n\n"
