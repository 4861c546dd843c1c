"""The kind `simple_sso`, without a server: who may attach, what a broker is told, and when that ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from connectors.apps.simple_sso.attached import verified
from connectors.apps.simple_sso.kind import BASE, SimpleSso
from connectors.apps.simple_sso.proofs import checksum
from connectors.contract import Answer, Connector, Secret
from connectors.errors import BadRequest, BadSettings, NotEntered
from connectors.front_door import Entry, Kept, Received
from connectors.registry import build
from tests.connectors.desk import NOW, SITI, FakeDesk

KIND = SimpleSso()
SECRET = "rahasia"  # of the golden vectors: far too weak to be entered
TOKEN, OTHER_TOKEN = "A" * 40, "B" * 40
BACK = "https://pajak.example.id/sso/kembali"
SETTINGS: dict[str, Any] = {
    "base_url": "https://pajak.example.id",
    "broker": "pajak",
    "return_urls": [BACK],
    "verify": False,
    "fields": [{"claim": "name", "field": "name", "transform": "upper_ascii"}, {"claim": "phone_number", "field": "phone"}],
}
LOST = {"error": "There is no saved session data associated with the broker session id."}


@dataclass
class BrowserDesk(FakeDesk):
    """A desk that remembers under which guards a record was kept, and hands over the browser `session`; empty: it serves a program."""

    session: str = "satu"
    under: dict[str, Mapping[str, str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    async def keep(self, key: str, value: bytes, seconds: int, under: Kept | None = None) -> bool:
        self.under[key] = ({"session": self.session} if self.session else {}) if under is None else under.guards
        return not self.ended & set(self.under[key].values()) and await super().keep(key, value, seconds)

    async def look(self, key: str) -> Kept | None:
        found = await super().look(key)
        if found is None or self.ended & set(self.under[key].values()):
            return None
        return Kept(found.value, self.under[key])


def made(secrets: tuple[Secret, ...] = (Secret(SECRET),), connector_id: str = "pajak-daerah", **changes: Any) -> Connector:
    return build(
        kind="simple_sso", connector_id=connector_id, application="pajak", settings={**SETTINGS, **changes}, secrets={"secret": secrets}
    )


def attach_of(token: str = TOKEN, secret: str = SECRET, **changes: str) -> Received:
    pairs = {"return_url": BACK, "broker": "pajak", "token": token, "checksum": checksum("attach", token, secret), **changes}
    return Received("attach", "GET", f"{BASE}/attach", query=tuple(pairs.items()))


def command(name: str, token: str = TOKEN, secret: str = SECRET, broker: str = "pajak", form: dict[str, str] | None = None) -> Received:
    bearer = f"Bearer SSO-{broker}-{token}-{checksum('session', token, secret)}"
    method = "GET" if name == "userInfo" else "POST"
    return Received(name, method, f"{BASE}/{name}", form=tuple((form or {}).items()), headers={"authorization": bearer})


async def told(desk: FakeDesk, request: Received) -> dict[str, Any]:
    """Return what a broker is told; nobody is handed over while it asks."""
    person, desk.session = getattr(desk, "session", ""), ""  # type: ignore[attr-defined]
    answer = await KIND.receive(request, desk)
    desk.session = person  # type: ignore[attr-defined]
    assert isinstance(answer, Answer)
    assert answer.status == 200, "the brokers' library throws at anything else"
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def attached(desk: FakeDesk, token: str = TOKEN, **changes: str) -> str:
    """Attach this token to the browser that is handed over; return where that is sent."""
    entry = await KIND.receive(attach_of(token, **changes), desk)
    assert isinstance(entry, Entry)
    assert not entry.fresh
    handed = await KIND.hand_off(entry.connector, SITI, entry.state, desk)
    assert handed is not None
    assert isinstance(handed.answer, Answer)
    assert handed.answer.status == 303
    return handed.answer.headers["Location"]


async def test_a_broker_attaches_asks_and_is_told_what_the_preview_shows() -> None:
    desk = BrowserDesk(known=(made(),))
    assert await told(desk, command("userInfo")) == LOST
    assert await attached(desk) == BACK
    expected = {"data": {"id": SITI.subject, "name": "SITI PERAGAWATI"}}
    assert await told(desk, command("userInfo")) == expected, "no NIK, which is not mapped; no phone, which was not released"
    (shown,) = await KIND.exhibits(made(), SITI, desk)
    assert json.loads(shown.text) == expected


async def test_a_token_ends_with_the_session_the_permission_and_its_time() -> None:
    desk = BrowserDesk(known=(made(),))
    await attached(desk)
    desk.ended.add("satu")
    assert await told(desk, command("userInfo")) == LOST
    desk = BrowserDesk(known=(made(lifetime=300),))
    await attached(desk)
    desk.now = NOW + 300
    assert await told(desk, command("userInfo")) == LOST
    desk = BrowserDesk(known=(made(),))
    await attached(desk)
    desk.known = (replace(made(), enabled=False),)
    assert "data" not in await told(desk, command("userInfo"))


async def test_when_a_guard_moves_on_the_way_nothing_is_attached() -> None:
    desk = BrowserDesk(known=(made(),), ended={"satu"})
    assert await KIND.hand_off(made(), SITI, {"token": TOKEN, "return_url": BACK}, desk) is None
    desk.ended.clear()
    assert await told(desk, command("userInfo")) == LOST


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/sso/kembali",
        "https://pajak.example.id.evil.example/sso/kembali",
        "https://pajak.example.id@evil.example/sso/kembali",
        "http://pajak.example.id/sso/kembali",
        "https://pajak.example.id/sso/kembali/",
        "https://pajak.example.id/sso/kembali?x=1",
        "https://pajak.example.id/sso/kembali#x",
        "https://pajak.example.id/sso/lain",
        "//pajak.example.id/sso/kembali",
        "javascript:alert(1)",
        "",
    ],
)
async def test_attach_returns_to_registered_addresses_only(url: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await KIND.receive(attach_of(return_url=url), FakeDesk(known=(made(),)))
    assert refused.value.connector == "pajak-daerah"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://pajak.example.id/", True),
        ("https://pajak.example.id/pbb/tagihan?tahun=2026&nop=1", True),
        ("https://pajak.example.id/pbb/../keluar", False),
        ("https://pajak.example.id//evil.example/", False),
        ("https://pajak.example.id/%2e%2e/", False),
        ("https://pajak.example.id/\\evil.example", False),
        ("https://pajak.example.id/a#b", False),
        ("https://pajak.example.id/a?b=c#d", False),
        ("https://pajak.example.id/a?b=\r\nX: 1", False),
        ("https://pajak.example.id.evil.example/", False),
        ("https://pajak.example.id/" + "a" * 2048, False),
    ],
)
def test_below_an_address_that_ends_in_a_slash_every_plain_path_is_good(url: str, good: bool) -> None:
    own = KIND.settings_model.model_validate({**SETTINGS, "verify": True, "return_urls": ["https://pajak.example.id/"]})
    assert own.may_return_to(url) is good  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "request_",
    [
        attach_of(secret="lain"),
        attach_of(checksum=""),
        attach_of(checksum=checksum("session", TOKEN, SECRET)),
        attach_of(checksum=checksum("attach", OTHER_TOKEN, SECRET)),
        attach_of(token="A" * 19),
        attach_of(token="A" * 129),
        attach_of(token="A" * 39 + "-"),
        attach_of(callback="jQuery1"),
        attach_of(jsonp="x"),
        replace(attach_of(), query=(*attach_of().query, ("return_url", "https://evil.example/"))),
        replace(attach_of(), query=(*attach_of().query, ("token", OTHER_TOKEN))),
    ],
)
async def test_an_attach_that_proves_nothing_is_refused(request_: Received) -> None:
    with pytest.raises(BadRequest):
        await KIND.receive(request_, FakeDesk(known=(made(),)))


async def test_a_broker_that_is_not_known_or_known_twice_is_nobody() -> None:
    twice = (made(), made(connector_id="pajak-palsu", base_url="https://palsu.example.id", return_urls=["https://palsu.example.id/sso"]))
    for desk in (FakeDesk(), FakeDesk(known=twice), FakeDesk(known=(replace(made(), enabled=False),))):
        with pytest.raises(NotEntered):
            await KIND.receive(attach_of(), desk)
        assert await told(desk, command("userInfo")) == {"error": "Checksum failed: Client IP address may have changed"}


async def test_a_token_belongs_to_the_first_browser() -> None:
    desk = BrowserDesk(known=(made(),))
    await attached(desk)
    await attached(desk)  # the same browser may attach again
    desk.session = "dua"
    with pytest.raises(BadRequest, match="another browser"):
        await attached(desk)
    desk.session = "satu"
    assert "data" in await told(desk, command("userInfo")), "the first one loses nothing by it"
    desk.ended.add("satu")
    desk.session = "dua"
    assert await attached(desk) == BACK, "after sign-out the next person in that browser attaches it anew"


async def test_a_browser_has_one_token_at_a_broker_so_that_its_next_visit_takes_a_planted_one_away() -> None:
    other = made(connector_id="simpeg", broker="simpeg")
    desk = BrowserDesk(known=(made(), other))
    await attached(desk, "S" * 40, broker="simpeg")
    await attached(desk, OTHER_TOKEN)  # by a link that somebody else sent
    assert "data" in await told(desk, command("userInfo", OTHER_TOKEN))
    await attached(desk, TOKEN)  # by her own next visit
    assert await told(desk, command("userInfo", OTHER_TOKEN)) == LOST
    assert "data" in await told(desk, command("userInfo", TOKEN))
    assert "data" in await told(desk, command("userInfo", "S" * 40, broker="simpeg")), "another broker's token is left alone"


async def test_with_verify_a_token_is_good_only_with_the_code_that_the_browser_brought_back() -> None:
    desk = BrowserDesk(known=(made(verify=True),))
    code = parse_qs(urlsplit(await attached(desk)).query)["sso_verify"][0]
    assert len(code) == 32
    assert await told(desk, command("userInfo")) == {"error": "User not authenticated. Session ID: not verified"}
    assert await told(desk, command("verify", form={"code": code})) == {"success": "verified"}
    assert "data" in await told(desk, command("userInfo"))
    desk.ended.add("satu")
    assert await told(desk, command("userInfo")) == LOST, "it lives under the session as before"


@pytest.mark.parametrize("code", ["", "x" * 32, "é"])
async def test_a_wrong_code_ends_the_attachment(code: str) -> None:
    desk = BrowserDesk(known=(made(verify=True),))
    good = parse_qs(urlsplit(await attached(desk)).query)["sso_verify"][0]
    assert await told(desk, command("verify", form={"code": code})) == LOST
    assert await told(desk, command("verify", form={"code": good})) == LOST
    assert await told(desk, command("userInfo")) == LOST


async def test_a_code_is_good_once() -> None:
    desk = BrowserDesk(known=(made(verify=True),))
    code = parse_qs(urlsplit(await attached(desk)).query)["sso_verify"][0]
    await told(desk, command("verify", form={"code": code}))
    assert await told(desk, command("verify", form={"code": code})) == LOST
    assert "data" in await told(desk, command("userInfo")), "the page was loaded again: who is verified stays so"
    desk = BrowserDesk(known=(made(),))
    await attached(desk)
    assert await told(desk, command("verify", form={"code": ""})) == LOST, "without verify there is no code, not an empty one"
    assert "data" in await told(desk, command("userInfo"))


async def test_a_page_loaded_twice_at_once_verifies_once_and_takes_nothing_away() -> None:
    desk = BrowserDesk(known=(made(verify=True),))
    code = parse_qs(urlsplit(await attached(desk)).query)["sso_verify"][0]
    take, others = desk.take, ["one"]

    async def late(key: str) -> Kept | None:
        if others:
            others.clear()
            assert await verified(desk, desk.known[0], TOKEN, code)
        return await take(key)

    desk.take = late  # type: ignore[method-assign] # the other request comes in between
    assert not await verified(desk, desk.known[0], TOKEN, code)
    assert "data" in await told(desk, command("userInfo"))


def test_verify_is_on_unless_somebody_switches_it_off_and_then_addresses_are_exact() -> None:
    """A page below an address that ends in / need not ask for anything: a planted token would stay."""
    bare = {name: value for name, value in SETTINGS.items() if name != "verify"}
    assert KIND.settings_model.model_validate(bare).verify  # type: ignore[attr-defined]
    for urls, verify, good in (([BACK], False, True), ([BACK, f"{BACK}/"], True, True), ([BACK, f"{BACK}/"], False, False)):
        changes = {**SETTINGS, "return_urls": urls, "verify": verify}
        if good:
            assert KIND.settings_model.model_validate(changes)
        else:
            with pytest.raises(ValidationError, match="verify must be on"):
                KIND.settings_model.model_validate(changes)


async def test_a_password_is_never_looked_at() -> None:
    desk = BrowserDesk(known=(made(),))
    await attached(desk)
    for form in ({}, {"username": "siti", "password": "kenari-rahasia"}):
        assert await told(desk, command("login", form=form)) == LOST, "sends the broker to attach"
    assert not [one for one in desk.records.values() if b"kenari" in one[0]]


async def test_logout_ends_this_broker_alone_and_says_where_everything_ends() -> None:
    other = made(connector_id="simpeg", broker="simpeg")
    desk = BrowserDesk(known=(made(), other))
    await attached(desk)
    await attached(desk, "S" * 40, broker="simpeg")
    assert await told(desk, command("logout")) == {
        "success": "User has been successfully logged out.",
        "sign_out_everywhere": "https://masuk.example.id/keluar",
    }
    assert await told(desk, command("userInfo")) == LOST
    assert await told(desk, command("logout")) == LOST
    assert "data" in await told(desk, command("userInfo", "S" * 40, broker="simpeg"))


@pytest.mark.parametrize("name", ["userInfo", "logout", "verify"])
async def test_only_the_broker_itself_is_answered(name: str) -> None:
    other = made(connector_id="simpeg", broker="simpeg", secrets=(Secret("rahasia-lain"),))
    desk = BrowserDesk(known=(made(), other))
    await attached(desk)
    wrong = {"error": "Checksum failed: Client IP address may have changed"}
    assert await told(desk, command(name, secret="lain")) == wrong
    assert await told(desk, command(name, broker="simpeg")) == wrong
    assert await told(desk, command(name, broker="simpeg", secret="rahasia-lain")) == LOST, "a token is good at its own broker only"
    assert await told(desk, replace(command(name), headers={})) == {"error": "Missing session key from broker."}
    assert await told(desk, replace(command(name), headers={"authorization": "Bearer x"})) == {"error": "Invalid session id"}
    assert "data" in await told(desk, command("userInfo")), "nothing of it ended anything"


async def test_ti_05_the_old_secret_is_good_until_its_end() -> None:
    desk = BrowserDesk(known=(made((Secret("baru"), Secret(SECRET, until=NOW + 100))),))
    await attached(desk)
    assert "data" in await told(desk, command("userInfo"))
    assert "data" in await told(desk, command("userInfo", secret="baru")), "one token, whichever of both the broker has now"
    desk.now = NOW + 100
    assert await told(desk, command("userInfo")) == {"error": "Checksum failed: Client IP address may have changed"}
    with pytest.raises(BadRequest):
        await KIND.receive(attach_of(), desk)


def test_ti_02_the_secret_of_a_broker_must_have_256_bits() -> None:
    assert KIND.secrets["secret"].least_bits == 256
    assert not KIND.secrets["secret"].optional


def test_the_tile_leads_to_the_broker_which_alone_knows_its_token() -> None:
    assert KIND.start(made(), "https://masuk.example.id") == "https://pajak.example.id/"
    assert (
        KIND.start(made(start_url="https://pajak.example.id/sso/mulai"), "https://masuk.example.id") == "https://pajak.example.id/sso/mulai"
    )


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("broker", {"broker": "paj-ak"}),
        ("broker", {"broker": ""}),
        ("return_urls", {"return_urls": []}),
        ("return_urls", {"return_urls": ["https://evil.example/"]}),
        ("return_urls", {"return_urls": ["https://pajak.example.id"]}),
        ("return_urls", {"return_urls": ["https://pajak.example.id/*"], "base_url": "https://lain.example.id"}),
        ("verify must be on", {"return_urls": [BACK, "https://pajak.example.id/"]}),
        ("start_url", {"start_url": "https://evil.example/"}),
        ("lifetime", {"lifetime": 299}),
        ("lifetime", {"lifetime": 43_201}),
        ("fields", {"fields": [{"claim": "name", "field": "id"}]}),
        ("subject_field", {"subject_field": "a b"}),
        ("secret", {"secret": SECRET}),
    ],
)
def test_bad_settings_name_the_field(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as refused:
        made(**changes)
    assert name in str(refused.value)


def test_reading_the_kind_loads_no_heavy_library() -> None:
    asked = (
        "import sys, connectors.apps.simple_sso.kind; print([m for m in ('jose', 'cryptography', 'lxml', 'signxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
