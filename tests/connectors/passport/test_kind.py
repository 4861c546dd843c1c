"""The kind `passport`: a code for the registered address, a token for who has the secret, an answer while the permission stands."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.apps.passport.kind import Passport
from connectors.contract import Answer, Connector, Secret
from connectors.errors import BadRequest, BadSettings, NotEntered
from connectors.front_door import Entry, HandOff, Received
from connectors.registry import build
from tests.connectors.desk import NOW, SITI, FakeDesk

KIND = Passport()
BACK = "https://lama.example.id/sso/kembali"
SECRET = "s" * 43
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FIELDS = [{"claim": "name", "field": "nama", "transform": "upper_ascii"}, {"claim": "nip", "field": "nip"}]


def made(**changes: Any) -> Connector:
    settings = {"base_url": "https://lama.example.id", "redirect_uris": [BACK], "fields": FIELDS, **changes}
    secrets = {"client_secret": (Secret(SECRET), Secret("t" * 43, NOW + 10))}
    return build(kind="passport", connector_id="lama", application="lama", settings=settings, secrets=secrets)


def desk(**changes: Any) -> FakeDesk:
    return FakeDesk(known=(made(**changes),))


def asking(**changes: str) -> Received:
    asked = {"response_type": "code", "client_id": "lama", "redirect_uri": BACK, "state": "a b", **changes}
    return Received("authorize", "GET", "", query=tuple((k, v) for k, v in asked.items() if v), places={"connector": "lama"})


async def coded(at: FakeDesk, **changes: str) -> str:
    """Walk to the code and return it."""
    entry = await KIND.receive(asking(**changes), at)
    assert isinstance(entry, Entry)
    handed = await KIND.hand_off(entry.connector, SITI, entry.state, at)
    assert isinstance(handed, HandOff)
    assert isinstance(handed.answer, Answer)
    location = urlsplit(handed.answer.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == BACK
    answered = parse_qs(location.query)
    assert answered.get("state") == ["a b"]
    return answered["code"][0]


async def token(at: FakeDesk, code: str, headers: dict[str, str] | None = None, **changes: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": "lama",
        "client_secret": SECRET,
        **changes,
    }
    pairs = tuple((name, value) for name, value in form.items() if value)
    answer = await KIND.receive(Received("token", "POST", "", form=pairs, headers=headers or {}, places={"connector": "lama"}), at)
    assert isinstance(answer, Answer)
    return answer


async def user(at: FakeDesk, value: str) -> Answer:
    headers = {"authorization": f"Bearer {value}"}
    answer = await KIND.receive(Received("user", "GET", "", headers=headers, places={"connector": "lama"}), at)
    assert isinstance(answer, Answer)
    return answer


async def test_a_code_becomes_a_token_and_the_token_an_answer_in_the_shape_that_is_set() -> None:
    at = desk()
    got = json.loads((await token(at, await coded(at))).body)
    assert (got["token_type"], got["expires_in"]) == ("Bearer", 300)
    assert json.loads((await user(at, got["access_token"])).body) == {"id": SITI.subject, "nama": "SITI PERAGAWATI"}


async def test_the_envelope_and_the_sign_for_what_was_not_shared_are_settings() -> None:
    at = desk(envelope="data", absent="-", subject_field="uid")
    got = json.loads((await token(at, await coded(at))).body)
    assert json.loads((await user(at, got["access_token"])).body) == {"data": {"uid": SITI.subject, "nama": "SITI PERAGAWATI", "nip": "-"}}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/sso/kembali"},
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": BACK + "?a=b"},
        {"redirect_uri": ""},
        {"client_id": "lain"},
        {"response_type": "token"},
        {"state": "x" * 513},
        {"code_challenge": "x" * 43, "code_challenge_method": "plain"},
        {"code_challenge": "x", "code_challenge_method": "S256"},
    ],
)
async def test_az_10_a_request_that_is_not_the_registered_one_sends_nobody_anywhere(changes: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        await KIND.receive(asking(**changes), desk())


async def test_a_parameter_given_twice_is_refused() -> None:
    twice = Received("authorize", "GET", "", query=(("client_id", "lama"), ("client_id", "lama")), places={"connector": "lama"})
    with pytest.raises(BadRequest):
        await KIND.receive(twice, desk())


async def test_an_unknown_connector_is_a_page_for_people_and_an_error_for_programs() -> None:
    with pytest.raises(NotEntered):
        await KIND.receive(asking(), FakeDesk())
    assert (await token(FakeDesk(), "x")).status == 401
    assert (await user(FakeDesk(), "x" * 30)).status == 401


async def test_tk_01_a_code_is_good_once_and_for_a_minute() -> None:
    at = desk()
    code = await coded(at)
    assert (await token(at, code)).status == 200
    assert json.loads((await token(at, code)).body) == {"error": "invalid_grant"}
    late = await coded(at)
    at.now += 61
    assert json.loads((await token(at, late)).body) == {"error": "invalid_grant"}


@pytest.mark.parametrize("changes", [{"redirect_uri": "https://lama.example.id/lain"}, {"code_verifier": VERIFIER}])
async def test_a_code_is_good_for_the_address_it_was_sent_to_alone(changes: dict[str, str]) -> None:
    at = desk()
    assert json.loads((await token(at, await coded(at), **changes)).body) == {"error": "invalid_grant"}


async def test_tk_06_a_challenge_wants_its_verifier() -> None:
    at = desk()
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for wrong in ("", "w" * 43):
        assert (await token(at, await coded(at, **asked), code_verifier=wrong)).status == 400
    assert (await token(at, await coded(at, **asked), code_verifier=VERIFIER)).status == 200


async def test_only_who_has_the_secret_gets_a_token_and_ti_05_the_former_one_ends() -> None:
    at = desk()
    for wrong in ("", "x" * 43, SECRET + "x"):
        answer = await token(at, await coded(at), client_secret=wrong)
        assert (answer.status, json.loads(answer.body)) == (401, {"error": "invalid_client"})
    assert (await token(at, await coded(at), client_secret="t" * 43)).status == 200
    at.now += 11
    assert (await token(at, await coded(at), client_secret="t" * 43)).status == 401


async def test_the_secret_may_come_by_basic_but_not_twice() -> None:
    at = desk()
    basic = {"authorization": "Basic " + base64.b64encode(f"lama:{SECRET}".encode()).decode()}
    assert (await token(at, await coded(at), basic, client_id="", client_secret="")).status == 200
    assert json.loads((await token(at, await coded(at), basic)).body) == {"error": "invalid_request"}
    assert (await token(at, await coded(at), {"authorization": "Basic \u00b2"}, client_secret="")).status == 400


async def test_other_grants_are_not_offered() -> None:
    at = desk()
    assert json.loads((await token(at, await coded(at), grant_type="password")).body) == {"error": "unsupported_grant_type"}


async def test_cn_05_a_withdrawal_ends_code_and_token() -> None:
    at = desk()
    code, got = await coded(at), json.loads((await token(at, await coded(at))).body)
    at.moved = True
    assert (await user(at, got["access_token"])).status == 401
    assert (await token(at, code)).status == 400
    entry = await KIND.receive(asking(), at)
    assert isinstance(entry, Entry)
    assert await KIND.hand_off(entry.connector, SITI, entry.state, at) is None


async def test_a_no_goes_back_with_its_state_and_other_refusals_are_ours_to_say() -> None:
    at = desk()
    entry = await KIND.receive(asking(), at)
    assert isinstance(entry, Entry)
    told = KIND.refuse(entry.connector, entry.state, "declined", at)
    assert isinstance(told, Answer)
    assert told.headers["Location"] == f"{BACK}?state=a+b&error=access_denied"
    assert KIND.refuse(entry.connector, entry.state, "staff_only", at) is None


async def test_tp_3_a_preview_is_what_leaves() -> None:
    at = desk()
    got = json.loads((await token(at, await coded(at))).body)
    location, shown = await KIND.exhibits(at.known[0], SITI, at)
    assert location.text.startswith(f"{BACK}?code=")
    assert shown.text == (await user(at, got["access_token"])).body


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": ["http://lama.example.id/x"]},
        {"redirect_uris": []},
        {"subject_field": "nama"},
        {"subject_field": ""},
        {"envelope": "a b"},
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSettings):
        made(**changes)
