"""What each request is answered, and what never is (RFC 4511, RFC 4513)."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.apps.ldap import ber, messages
from connectors.apps.ldap.messages import Result
from connectors.apps.ldap.settings import LdapSettings
from connectors.contract import Secret
from connectors.directory import Found, Then, Unreadable
from kit.expiring import StoreUnavailable
from tests.connectors.desk import NOW
from tests.connectors.ldap.directory import (
    BASE,
    PASSWORD,
    ROWS,
    SECRET,
    SYSTEM,
    FakeDirectory,
    Talk,
    bind,
    connector,
    extended,
    person,
    read,
    search,
)

SITI_DN = f"uid=siti@example.id,{BASE}"
OTHER = "1111-1111-1111-1111-1111-1111-1111"


async def test_a_person_binds_and_reads_herself() -> None:
    talk = Talk()
    assert (await talk.bind(SITI_DN, PASSWORD)).code == Result.SUCCESS
    assert talk.desk.told_claims == [frozenset({"email"})], "that the name is right is told, and on record"
    got = await talk.search(SITI_DN, "(objectClass=*)", "BASE")
    assert got.entries[SITI_DN]["cn"] == ["Siti Peragawati"]
    assert talk.desk.told_claims[-1] == {"email", "name"}


async def test_the_system_finds_a_person_by_an_exact_name() -> None:
    talk = await Talk().system()
    for text in ("(uid=siti@example.id)", "(&(objectClass=person)(|(uid=siti@example.id)(mail=siti@example.id)))"):
        got = await talk.search(BASE, text, attributes=["mail"])
        assert got.entries == {SITI_DN: {"mail": ["siti@example.id"]}}
    assert talk.desk.told_claims == [frozenset({"email"})] * 2


async def test_only_what_was_asked_for_is_told_and_on_record() -> None:
    talk = await Talk().system()
    got = await talk.search(BASE, "(uid=siti@example.id)", attributes=["1.1"])
    assert got.entries == {SITI_DN: {}}
    assert talk.desk.told_claims[-1] == {"email"}, "the name itself is an e-mail"
    await talk.search(BASE, "(&(uid=siti@example.id)(cn=siti peragawati))", attributes=["1.1"])
    assert talk.desk.told_claims[-1] == {"email", "name"}, "a filter that is true tells"
    got = await talk.search(BASE, "(uid=siti@example.id)", types_only=True)
    assert got.entries[SITI_DN]["cn"] == []


@pytest.mark.parametrize("name", ["*)(uid=*))(|(uid=*", "\\2a", "siti@example.id\\00", "*"])
async def test_ld_01_injection_in_a_bind_name_is_nobody(name: str) -> None:
    talk = Talk()
    assert (await talk.bind(f"uid={name},{BASE}", PASSWORD)).code == Result.INVALID_CREDENTIALS


@pytest.mark.parametrize(
    "name",
    [
        f"uid=x\\,{SITI_DN}",
        f"uid=siti@example.id+cn=layanan,{BASE}",
        f"cn=siti@example.id,{BASE}",
        f"uid=siti@example.id,ou=lain,{BASE}",
        "siti@example.id",
        BASE,
        "uid=",
    ],
)
async def test_ld_02_a_name_that_is_not_exactly_hers_is_nobodys(name: str) -> None:
    assert (await Talk().bind(name, PASSWORD)).code == Result.INVALID_CREDENTIALS


async def test_ld_02_names_are_escaped_when_they_are_told() -> None:
    strange = person(email='a,b+"c"@example.id')
    talk = await Talk(FakeDirectory(people={PASSWORD: strange})).system()
    got = await talk.search(BASE, '(uid=a,b+"c"@example.id)', attributes=["cn"])
    assert list(got.entries) == [f'uid=a\\,b\\+\\"c\\"@example.id,{BASE}']
    again = await talk.search(next(iter(got.entries)), "(objectClass=*)", "BASE", ["cn"])
    assert again.entries == got.entries


@pytest.mark.parametrize("base", ["dc=kabupaten,dc=example", f"ou=lain,{BASE}", "ou=rsud,dc=kabupaten,dc=example", f"a=b,{SITI_DN}"])
async def test_ld_05_outside_of_its_base_nothing_is_read(base: str) -> None:
    talk = await Talk().system()
    got = await talk.search(base, "(uid=siti@example.id)")
    assert (got.code, got.entries) == (Result.INSUFFICIENT_ACCESS, {})
    assert talk.desk.asked == []


async def test_ld_05_a_system_reads_at_its_own_connector_only() -> None:
    other = connector(LdapSettings.model_validate({"base_dn": "ou=rsud,dc=kabupaten,dc=example", "attributes": ROWS}), "rsud")
    other = replace(other, secrets={"bind": (Secret("lain"),)})
    talk = Talk(FakeDirectory(known=[connector(), other]))
    assert (await talk.bind(f"cn=layanan,{BASE}", "lain")).code == Result.INVALID_CREDENTIALS
    await talk.system()
    assert (await talk.search("ou=rsud,dc=kabupaten,dc=example", "(uid=siti@example.id)")).code == Result.INSUFFICIENT_ACCESS


async def test_ld_05_a_base_that_two_connectors_have_is_nobodys() -> None:
    talk = Talk(FakeDirectory(known=[connector(), connector(name="kembar")]))
    assert (await talk.bind(SYSTEM, SECRET)).code == Result.INVALID_CREDENTIALS


@pytest.mark.parametrize("text", ["(objectClass=*)", "(uid=*)", "(uid=s*)", "(mail=*@example.id)", "(cn=Siti Peragawati)", "(!(uid=x))"])
async def test_ld_06_people_are_never_listed(text: str) -> None:
    talk = await Talk().system()
    for scope in ("SUBTREE", "LEVEL"):
        got = await talk.search(BASE, text, scope, controls=[(messages.PAGED, True, ber.group(ber.integer(1000), ber.octets("")))])
        assert (got.code, got.entries) == (Result.UNWILLING, {})
    assert talk.desk.asked == []


async def test_ld_06_no_more_people_than_the_limits_say() -> None:
    people = {PASSWORD: person(), OTHER: replace(person(email="dua@example.id"), subject="dua")}
    talk = await Talk(FakeDirectory(people=people)).system()
    text = "(|(uid=siti@example.id)(uid=dua@example.id))"
    assert len((await talk.search(BASE, text)).entries) == 2
    got = await talk.search(BASE, text, size_limit=1)
    assert (got.code, len(got.entries)) == (Result.SIZE_LIMIT, 1)
    page = [(messages.PAGED, True, ber.group(ber.integer(1), ber.octets("")))]
    assert (await talk.search(BASE, text, controls=page)).code == Result.SIZE_LIMIT
    tight = LdapSettings.model_validate({"base_dn": BASE, "attributes": ROWS, "size_limit": 1})
    talk = await Talk(FakeDirectory(known=[connector(tight)], people=people)).system()
    assert (await talk.search(BASE, text)).code == Result.SIZE_LIMIT


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("(&(uid=siti@example.id)(cn=budi))", {"email", "name"}),
        ("(&(uid=siti@example.id)(!(cn=siti peragawati)))", {"email", "name"}),
        ("(&(uid=siti@example.id)(!(cn=*)))", {"email", "name"}),
        ("(&(mail=siti@example.id)(!(mail=siti@example.id)))", {"email"}),
        ("(&(uid=siti@example.id)(userPassword=x))", {"email"}),
    ],
)
async def test_ld_06_ld_09_a_filter_that_is_false_of_a_person_is_on_record_as_one_that_is_true(text: str, asked: set[str]) -> None:
    """By asking what is false, a system learns the value as well: it is told, whatever the answer holds."""
    talk = await Talk().system()
    got = await talk.search(BASE, text, attributes=["1.1"])
    assert (got.code, got.entries) == (Result.SUCCESS, {})
    assert talk.desk.told_claims == [asked]
    talk = Talk()
    assert (await talk.bind(SITI_DN, PASSWORD)).code == Result.SUCCESS
    await talk.search(BASE, text, attributes=["1.1"])
    assert talk.desk.told_claims[1:] == [asked], "also to who bound as herself"


async def test_ld_06_nobody_is_found_by_a_wrong_name_and_nothing_is_on_record() -> None:
    talk = await Talk().system()
    assert (await talk.search(BASE, "(&(uid=tidak@example.id)(cn=budi))")).entries == {}
    assert talk.desk.told_claims == []


async def test_ld_06_who_was_one_too_many_is_on_record() -> None:
    people = {PASSWORD: person(), OTHER: replace(person(email="dua@example.id"), subject="dua")}
    talk = await Talk(FakeDirectory(people=people)).system()
    got = await talk.search(BASE, "(|(uid=siti@example.id)(uid=dua@example.id))", attributes=["cn"], size_limit=1)
    assert (got.code, len(got.entries)) == (Result.SIZE_LIMIT, 1)
    assert sorted(map(sorted, talk.desk.told_claims)) == [["email"], ["email", "name"]]


async def test_ld_06_a_search_that_takes_too_long_ends() -> None:
    class Slow(FakeDirectory):
        async def by_key(self, *_: object) -> Found | None:
            await asyncio.sleep(60)
            return None

    talk = await Talk(Slow()).system()
    settings = LdapSettings.model_validate({"base_dn": BASE, "attributes": ROWS, "time_limit": 1})
    talk.desk.known = [connector(settings)]
    assert (await talk.search(BASE, "(uid=siti@example.id)")).code == Result.TIME_LIMIT


async def test_ld_06_a_cookie_is_of_no_page_of_ours() -> None:
    talk = await Talk().system()
    first = await talk.search(BASE, "(uid=siti@example.id)", controls=[(messages.PAGED, True, ber.group(ber.integer(10), ber.octets("")))])
    assert first.code == Result.SUCCESS and first.raw.endswith(messages.page_given())
    for value in (ber.group(ber.integer(10), ber.octets("kue")), b"\x30\x80", b""):
        assert (await talk.search(BASE, "(uid=siti@example.id)", controls=[(messages.PAGED, True, value)])).code == Result.UNWILLING


async def test_ld_08_nothing_is_bound_or_read_without_tls() -> None:
    talk = Talk(secure=False)
    assert (await talk.bind(SITI_DN, PASSWORD)).code == Result.CONFIDENTIALITY_REQUIRED
    assert (await talk.bind(SYSTEM, SECRET)).code == Result.CONFIDENTIALITY_REQUIRED
    assert (await talk.search(BASE, "(uid=siti@example.id)")).code == Result.CONFIDENTIALITY_REQUIRED
    assert not talk.conversation.known


@pytest.mark.parametrize("attribute", ["userPassword", "nik", "NIK", "no_kk", "birthdate", "employeeNumber"])
async def test_ld_09_what_is_not_mapped_or_released_is_not_there(attribute: str) -> None:
    talk = await Talk().system()
    got = await talk.search(BASE, "(uid=siti@example.id)", attributes=[attribute, "+"])
    assert got.entries == {SITI_DN: {}}
    assert (await talk.search(BASE, f"(&(uid=siti@example.id)({attribute}=3503115203889001))")).entries == {}
    assert b"3503115203889001" not in (await talk.search(BASE, "(uid=siti@example.id)", attributes=["*", "+"])).raw


async def test_ld_09_a_person_finds_nobody_but_herself() -> None:
    people = {PASSWORD: person(), OTHER: replace(person(email="dua@example.id"), subject="dua")}
    talk = Talk(FakeDirectory(people=people))
    await talk.bind(SITI_DN, PASSWORD)
    for base, text in ((BASE, "(uid=dua@example.id)"), (f"uid=dua@example.id,{BASE}", "(objectClass=*)")):
        assert (await talk.search(base, text)).entries == {}
    assert list((await talk.search(BASE, "(mail=siti@example.id)")).entries) == [SITI_DN]
    assert talk.desk.asked == []


async def test_ld_09_an_email_that_nobody_checked_names_nobody() -> None:
    talk = Talk(FakeDirectory(people={PASSWORD: person(email_verified=False)}))
    assert (await talk.bind(SITI_DN, PASSWORD)).code == Result.INVALID_CREDENTIALS
    settings = LdapSettings.model_validate({"base_dn": BASE, "attributes": ROWS, "uid": "sub"})
    talk = await Talk(FakeDirectory(known=[connector(settings)], people={PASSWORD: person(email_verified=False)})).system()
    found = talk.desk._found(connector(settings), person(email_verified=False))
    assert [one.name for one in found.emissions] == ["uid", "cn"]


async def test_anonymous_and_unauthenticated_binds_are_refused() -> None:
    talk = Talk()
    for name, code in (
        ("", Result.INAPPROPRIATE_AUTHENTICATION),
        (SITI_DN, Result.UNWILLING),
    ):  # RFC 4513 §5.1.2: some take it for a success
        empty = ber.group(ber.integer(1), ber.group(ber.integer(3), ber.octets(name), ber.octets("", 0x80), tag=0x60))
        assert read(await talk.send(empty)).code == code
    assert (await talk.bind(SITI_DN, PASSWORD, version=2)).code == Result.PROTOCOL_ERROR
    assert not talk.conversation.known
    assert (await talk.search(BASE, "(uid=siti@example.id)")).code == Result.INSUFFICIENT_ACCESS


async def test_a_failed_bind_forgets_who_was_bound() -> None:
    talk = await Talk().system()
    await talk.bind(SYSTEM, "salah")
    assert not talk.conversation.known
    assert (await talk.search(BASE, "(uid=siti@example.id)")).code == Result.INSUFFICIENT_ACCESS


async def test_sasl_is_not_offered() -> None:
    sasl = ber.group(ber.integer(1), ber.group(ber.integer(3), ber.octets(""), ber.group(ber.octets("PLAIN"), tag=0xA3), tag=0x60))
    assert read(await Talk().send(sasl)).code == Result.METHOD_NOT_SUPPORTED


async def test_whoever_keeps_guessing_is_told_to_wait_and_the_owner_is_not() -> None:
    talk = Talk()
    codes = [(await talk.bind(SITI_DN, f"salah-{turn}")).code for turn in range(5)]
    assert codes == [Result.INVALID_CREDENTIALS] * 3 + [Result.BUSY] * 2
    replies = [await talk.send(bind(SITI_DN, "salah-lagi")), await talk.send(bind(SITI_DN, PASSWORD))]
    assert [one.then for one in replies] == [Then.CLOSE, Then.GO_ON], "the one who guesses begins anew, with a handshake"
    assert talk.desk.failures[0] == ("siti@example.id", "192.0.2.7")
    assert (await talk.bind(SITI_DN, PASSWORD)).code == Result.SUCCESS


async def test_a_good_password_without_a_standing_consent_is_refused_and_says_where_to_look() -> None:
    talk = Talk(FakeDirectory(refused=True))
    got = await talk.bind(SITI_DN, PASSWORD)
    assert (got.code, "portal" in got.text) == (Result.INVALID_CREDENTIALS, True)
    assert talk.desk.failures == [], "no guess"


async def test_what_ended_since_the_bind_is_not_answered() -> None:
    talk = Talk()
    await talk.bind(SITI_DN, PASSWORD)
    talk.desk.ended = True
    assert (await talk.search(SITI_DN, "(objectClass=*)", "BASE")).code == Result.INSUFFICIENT_ACCESS
    talk = await Talk().system()
    talk.desk.known = [replace(connector(), enabled=False)]
    assert (await talk.search(BASE, "(uid=siti@example.id)")).code == Result.INSUFFICIENT_ACCESS
    talk = await Talk().system()
    talk.desk.known = [replace(connector(), secrets={"bind": (Secret("baru"), Secret(SECRET, NOW))})]
    assert (await talk.search(BASE, "(uid=siti@example.id)")).code == Result.INSUFFICIENT_ACCESS


async def test_after_a_rotation_both_secrets_bind_until_the_older_ends() -> None:
    both = replace(connector(), secrets={"bind": (Secret("baru"), Secret(SECRET, NOW + 60))})
    talk = Talk(FakeDirectory(known=[both]))
    assert [(await talk.bind(SYSTEM, one)).code for one in ("baru", SECRET)] == [0, 0]
    talk.desk.now = NOW + 60
    assert (await talk.bind(SYSTEM, SECRET)).code == Result.INVALID_CREDENTIALS


async def test_the_root_says_how_to_bind_and_nothing_else() -> None:
    for secure, offered in ((False, [messages.START_TLS, messages.WHO_AM_I]), (True, [messages.WHO_AM_I])):
        talk = Talk(secure=secure)
        got = await talk.search("", "(objectClass=*)", "BASE", ["*", "+"])
        assert got.entries[""]["supportedExtension"] == offered
        assert got.entries[""]["supportedLDAPVersion"] == ["3"]
        assert "simpeg" not in str(got.entries)


async def test_start_tls_once() -> None:
    plain = await Talk(secure=False).send(extended(messages.START_TLS))
    assert (read(plain).code, plain.then) == (Result.SUCCESS, Then.START_TLS)
    secure = await Talk().send(extended(messages.START_TLS))
    assert (read(secure).code, secure.then) == (Result.OPERATIONS_ERROR, Then.GO_ON)


async def test_who_am_i() -> None:
    talk = Talk()
    assert (await talk.send(extended(messages.WHO_AM_I))).data.endswith(b"\x8b\x00")
    await talk.bind(SITI_DN, PASSWORD)
    assert f"dn:{SITI_DN}".encode() in (await talk.send(extended(messages.WHO_AM_I))).data
    talk.desk.ended = True
    assert (await talk.send(extended(messages.WHO_AM_I))).data.endswith(b"\x8b\x00")


async def test_what_is_not_served_is_refused_in_its_own_words() -> None:
    talk = await Talk().system()
    assert read(await talk.send(extended("1.3.6.1.4.1.4203.1.11.1"))).code == Result.PROTOCOL_ERROR
    for tag, answer in messages.ANSWERED_BY.items():
        got = await talk.send(ber.group(ber.integer(9), ber.element(tag, b"")))
        assert got.data[5] == answer
        assert read(got).code == Result.UNWILLING


async def test_unbind_closes_and_abandon_is_not_answered() -> None:
    talk = Talk()
    gone = await talk.send(ber.group(ber.integer(2), b"\x42\x00"))
    assert (gone.data, gone.then) == (b"", Then.CLOSE)
    left = await talk.send(ber.group(ber.integer(3), ber.integer(2, 0x50)))
    assert (left.data, left.then) == (b"", Then.GO_ON)


async def test_a_critical_control_that_is_not_known_stops_the_request() -> None:
    talk = await Talk().system()
    got = await talk.search(BASE, "(uid=siti@example.id)", controls=[("1.2.840.113556.1.4.473", True, b"")])
    assert got.code == Result.UNAVAILABLE_CRITICAL_EXTENSION
    got = await talk.search(BASE, "(uid=siti@example.id)", controls=[("1.2.840.113556.1.4.473", False, b"")])
    assert got.code == Result.SUCCESS


async def test_without_a_store_nothing_is_said_but_that() -> None:
    class Down(FakeDirectory):
        async def with_password(self, *_: object) -> None:
            raise StoreUnavailable("down")

    assert (await Talk(Down()).bind(SITI_DN, PASSWORD)).code == Result.UNAVAILABLE


async def test_what_is_no_request_ends_the_connection() -> None:
    with pytest.raises(Unreadable):
        await Talk().send(b"\x30\x03\x02\x01\x01")
    assert messages.DISCONNECTION.encode() in Talk().conversation.goodbye(fault=True)


async def test_the_base_itself_is_an_entry_of_one() -> None:
    talk = await Talk().system()
    got = await talk.search(BASE, "(objectClass=*)", "BASE")
    assert got.entries == {BASE: {"objectClass": ["top", "organizationalUnit"], "ou": ["simpeg"]}}
    assert (await talk.search(SITI_DN, "(objectClass=*)", "LEVEL")).entries == {}
    assert read(await talk.send(search("uid=a,,", "(uid=a)"))).code == Result.INVALID_DN


REQUESTS = [
    bind(SITI_DN, PASSWORD),
    search(BASE, "(&(uid=siti@example.id)(|(mail=b)(!(cn=c*))))", attributes=["cn", "*"]),
    search(SITI_DN, "(objectClass=*)", "BASE", controls=[(messages.PAGED, True, ber.group(ber.integer(9), ber.octets("")))]),
    extended(messages.WHO_AM_I),
]


@given(
    st.lists(st.tuples(st.sampled_from(REQUESTS), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=4)), max_size=4)
)
def test_whatever_comes_is_answered_or_unreadable(coming: list[tuple[bytes, list[tuple[int, int]]]]) -> None:
    """Requests with bytes changed, after the system has bound: nothing else is raised, and nothing of it is told unmapped."""

    async def talk() -> None:
        one = await Talk().system()
        for request, changes in coming:
            raw = bytearray(request)
            for at, value in changes:
                raw[at % len(raw)] = value
            with contextlib.suppress(Unreadable):
                reply = await one.send(bytes(raw))
                assert b"3503115203889001" not in reply.data

    asyncio.run(talk())
