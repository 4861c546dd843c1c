"""The verifier of docs/connectors/ticket.md, run by PHP: it takes what the kind writes, once, and nothing else."""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.apps.ticket.claims import Claims
from connectors.apps.ticket.formats import FORMATS, b64url, make_signing_key, public_pem
from connectors.contract import random_key
from tests.connectors.ticket.page import install, snippets
from tests.servers import missing

ISSUER, AUDIENCE = "https://masuk.example.id", "https://simpeg.example.id"
RUN = """<?php
require __DIR__ . '/gapura_tiket.php';
$config = require __DIR__ . '/konfigurasi.php';
$answers = array();
foreach (json_decode(stream_get_contents(STDIN), true) as $case) {
    try {
        $answers[] = gapura_baca($config, $case['ticket'], $case['purpose']);
    } catch (GapuraDitolak $error) {
        $answers[] = $error->getMessage();
    }
}
echo json_encode($answers);
"""
SHARED = ("jwt_hs256", "hmac_query", "aes_wrapped")
ALL = (*SHARED, "jwt_rs256")
PRIVATE: list[str] = []


def private_key() -> str:
    """Return one RSA key for all tests here: making one takes a while."""
    if not PRIVATE:
        PRIVATE.append(make_signing_key())
    return PRIVATE[0]


def php() -> str:
    found = shutil.which("php")
    if found is None:
        missing("php")
    return str(found)


def said(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "nbf": now,
        "exp": now + 60,
        "jti": random_key(),
        "sid": "s1",
        "purpose": "sign-in",
        "sub": "orang-1",
        "nama": "Siti & Ani = 2 é/%~ <b>",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


@dataclass
class Application:
    folder: Path
    written: str
    secret: str

    def ticket(self, secret: str = "", written: str = "", **changes: Any) -> str:
        return FORMATS[written or self.written](said(**changes), secret or self.secret)

    def read(self, *tickets: str, purpose: str = "sign-in") -> list[Any]:
        cases = json.dumps([{"ticket": ticket, "purpose": purpose} for ticket in tickets])
        done = subprocess.run([php(), str(self.folder / "baca.php")], input=cases, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        answers: list[Any] = json.loads(done.stdout)
        return answers


def application(folder: Path, written: str, secret: str = "", more: tuple[str, ...] = ()) -> Application:
    """Return an application that takes this format with this secret, and the keys `more` beside it."""
    secret = secret or (private_key() if written == "jwt_rs256" else random_key())
    known = [public_pem(one) if written == "jwt_rs256" else one for one in (secret, *more)]
    install(folder, issuer=ISSUER, start=f"{ISSUER}/tiket/simpeg/masuk", audience=AUDIENCE, keys=known, written=written)
    (folder / "baca.php").write_text(RUN)
    return Application(folder, written, secret)


@pytest.fixture(params=ALL)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Application:
    return application(tmp_path, request.param)


def test_a_genuine_ticket_is_read_as_it_was_written(older: Application) -> None:
    claims: Claims = said()
    (found,) = older.read(FORMATS[older.written](claims, older.secret))
    assert {name: str(value) for name, value in found.items()} == {name: str(value) for name, value in claims.items()}


def test_ti_03_a_ticket_opens_once(older: Application) -> None:
    ticket = older.ticket()
    first, again = older.read(ticket, ticket)
    assert first["sub"] == "orang-1"
    assert again == "used before"
    assert older.read(ticket) == ["used before"], "another process remembers it too"


def test_ti_03_of_many_at_once_one_gets_in(tmp_path: Path) -> None:
    older = application(tmp_path, "jwt_hs256")
    ticket = older.ticket()
    with ThreadPoolExecutor(8) as pool:
        answers = [one for (one,) in pool.map(lambda _: older.read(ticket), range(8))]
    assert [one for one in answers if one != "used before"] == [one for one in answers if isinstance(one, dict)]
    assert sum(isinstance(one, dict) for one in answers) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"iss": f"{ISSUER}/preview"}, "not meant for this page"),
        ({"aud": "https://pajak.example.id"}, "not meant for this page"),
        ({"purpose": "sign-out"}, "not meant for this page"),
        ({"exp": int(time.time()) - 31, "nbf": 1}, "too old, or the clocks differ"),
        ({"nbf": int(time.time()) + 86_400}, "too old, or the clocks differ"),
        ({"exp": None}, "no exp"),
        ({"nbf": None}, "no nbf"),
        ({"aud": None}, "no aud"),
        ({"jti": None}, "no jti"),
        ({"sid": None}, "no sid"),
        ({"purpose": None}, "no purpose"),
    ],
)
def test_a_ticket_that_is_not_for_here_and_now_is_refused(older: Application, changes: dict[str, Any], told: str) -> None:
    assert older.read(older.ticket(**changes)) == [told]


def test_a_sign_out_ticket_opens_its_own_page_only(older: Application) -> None:
    (ended,) = older.read(older.ticket(purpose="sign-out"), purpose="sign-out")
    assert ended["sid"] == "s1"
    assert older.read(older.ticket(), purpose="sign-out") == ["not meant for this page"]


def test_each_byte_that_changes_is_seen(older: Application) -> None:
    ticket = older.ticket()
    forged = []
    for place in range(0, len(ticket), max(1, len(ticket) // 60)):
        other = "A" if ticket[place] != "A" else "B"
        forged.append(ticket[:place] + other + ticket[place + 1 :])
    forged += [ticket[:-1], ticket + "A", ticket + ".", "." + ticket, "", ".", "..", "....", "a.b.c", ticket.replace(".", "")]
    answers = older.read(*forged)
    # The last character of base64url holds bits that mean nothing: such a text is the very same ticket, and used up by it.
    assert not [answer for answer in answers if isinstance(answer, dict) and answer["nama"] != "Siti & Ani = 2 é/%~ <b>"]
    assert sum(isinstance(answer, dict) for answer in answers) <= 1


def test_ti_05_two_keys_are_taken_during_a_rotation_and_the_old_one_fails_afterwards(tmp_path: Path) -> None:
    for written in SHARED:
        old, new = random_key(), random_key()
        both = application(tmp_path / f"{written}-both", written, old, (new,))
        assert [type(one) for one in both.read(both.ticket(), both.ticket(new))] == [dict, dict]
        after = application(tmp_path / f"{written}-after", written, new)
        assert after.read(after.ticket(old)) == ["unknown key"]


def test_ti_05_and_jw_15_the_published_file_of_both_keys_is_taken_as_it_is(tmp_path: Path) -> None:
    old, new, foreign = private_key(), make_signing_key(), make_signing_key()
    for order in ((old, new), (new, old)):
        older = application(tmp_path / str(order.index(new)), "jwt_rs256", old)
        text = (older.folder / "konfigurasi.php").read_text()
        one, both = public_pem(old), "".join(public_pem(key) for key in order)
        assert one in text
        (older.folder / "konfigurasi.php").write_text(text.replace(one, both))
        assert [type(found) for found in older.read(older.ticket(), older.ticket(new))] == [dict, dict]
        assert older.read(older.ticket(foreign)) == ["unknown key"]


WORTHLESS = ("", "rahasia", "k" * 42, "GANTI-DENGAN-KUNCI-DARI-GAPURA", "GANTI" + "x" * 60)


@pytest.mark.parametrize("written", SHARED)
def test_ti_02_what_anybody_could_guess_is_no_key(tmp_path: Path, written: str) -> None:
    for place, key in enumerate((*WORTHLESS, public_pem(private_key()))):
        older = application(tmp_path / str(place), written)
        for keys in (f"'{key}'", f"'{older.secret}', '{key}'"):
            config = re.sub(r"'keys' *=> array\([^)]*\)", f"'keys' => array({keys})", (older.folder / "konfigurasi.php").read_text())
            (older.folder / "konfigurasi.php").write_text(config)
            forged = older.ticket("" if "BEGIN" in key else key)  # python-jose signs nothing with a public key
            assert older.read(forged, older.ticket()) == ["keys: not a key of Gapura"] * 2
    good = application(tmp_path / "good", written, "k" * 43)
    assert isinstance(good.read(good.ticket())[0], dict)


@pytest.mark.parametrize(
    "keys", ["array(false)", "array('bukan pem')", "array('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')"]
)
@pytest.mark.parametrize("written", ALL)
def test_ti_02_a_file_that_could_not_be_read_is_no_key(tmp_path: Path, written: str, keys: str) -> None:
    older = application(tmp_path, written)
    config = re.sub(r"'keys' *=> array\([^)]*\)", lambda _: f"'keys' => {keys}", (tmp_path / "konfigurasi.php").read_text())
    (tmp_path / "konfigurasi.php").write_text(config)
    assert str(older.read(older.ticket())[0]).startswith("keys: not a ")


@pytest.mark.parametrize(
    ("audience", "cookie"),
    [
        ("https://simpeg.example.id", "__Host-gapura_state=%s; Path=/; Max-Age=1800; HttpOnly; Secure; SameSite=None"),
        ("simpeg", "__Host-gapura_state=%s; Path=/; Max-Age=1800; HttpOnly; Secure; SameSite=None"),
        ("http://localhost:8080", "gapura_state=%s; Path=/; Max-Age=1800; HttpOnly"),
    ],
)
def test_the_state_is_a_cookie_that_no_other_host_can_set(tmp_path: Path, audience: str, cookie: str) -> None:
    """AZ-43: who completes is who began. RFC 6265bis §4.1.3.2."""
    if shutil.which("php-cgi") is None:
        missing("php-cgi")
    older = application(tmp_path, "jwt_hs256")
    config = (tmp_path / "konfigurasi.php").read_text()
    (tmp_path / "konfigurasi.php").write_text(config.replace(AUDIENCE, audience))
    command = ["php-cgi", "-d", "cgi.force_redirect=0", str(older.folder / "mulai.php")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    (state,) = re.findall(r"Location: \S+[?&]state=([0-9a-f]{32})", told)
    assert f"Set-Cookie: {cookie % state}\r\n" in told.replace("\n", "\r\n").replace("\r\r", "\r")


def test_ti_02_the_key_of_another_application_opens_nothing(older: Application) -> None:
    foreign = make_signing_key() if older.written == "jwt_rs256" else random_key()
    assert older.read(older.ticket(foreign)) == ["unknown key"]


def jwt(header: dict[str, Any], signature: str = "") -> str:
    return f"{b64url(json.dumps(header).encode())}.{b64url(json.dumps(said()).encode())}.{signature}"


def test_the_application_decides_on_the_algorithm(tmp_path: Path) -> None:
    shared = application(tmp_path / "hs", "jwt_hs256")
    signed = application(tmp_path / "rs", "jwt_rs256")
    kid = json.loads(base64.urlsafe_b64decode(shared.ticket().split(".")[0] + "=="))["kid"]
    public = public_pem(signed.secret)
    # The public key as an HMAC secret, which every library once fell for; signed by hand, because python-jose refuses to.
    head = json.loads(base64.urlsafe_b64decode(signed.ticket().split(".")[0] + "=="))
    parts = jwt({**head, "alg": "HS256"}).rsplit(".", 1)[0]
    mac = base64.urlsafe_b64encode(hmac.new(public.encode(), parts.encode(), "sha256").digest()).rstrip(b"=").decode()
    assert signed.read(f"{parts}.{mac}", jwt({**head, "alg": "none"}), signed.ticket()[:-10]) == [
        "wrong alg",
        "wrong alg",
        "wrong signature",
    ]
    assert shared.read(
        jwt({"alg": "none", "typ": "ticket+jwt", "kid": kid}),
        jwt({"alg": "HS256", "typ": "ticket+jwt", "kid": kid}, "AAAA"),
        jwt({"alg": "HS256", "typ": "JWT", "kid": kid}, "AAAA"),
        jwt({"alg": "HS256", "typ": "ticket+jwt"}, "AAAA"),
        jwt({"alg": "HS256", "typ": "ticket+jwt", "kid": [kid]}, "AAAA"),
        jwt({"alg": "HS256", "typ": "ticket+jwt", "kid": kid, "crit": ["b64"]}, "AAAA"),
        shared.ticket(written="hmac_query"),
    ) == ["wrong alg", "wrong signature", "wrong typ", "unknown key", "unknown key", "unknown extension", "not JSON"]


def test_a_short_tag_does_not_open_what_is_wrapped(tmp_path: Path) -> None:
    older = application(tmp_path, "aes_wrapped")
    head, empty, nonce, text, tag = older.ticket().split(".")
    short = b64url(base64.urlsafe_b64decode(tag + "==")[:4])
    assert older.read(f"{head}.{empty}.{nonce}.{text}.{short}") == ["wrong parts"]


def test_a_folder_that_cannot_be_written_lets_nobody_in(tmp_path: Path) -> None:
    older = application(tmp_path, "jwt_hs256")
    shutil.rmtree(tmp_path / "gapura")
    assert older.read(older.ticket()) == ["the folder cannot be written"]


def test_the_php_is_old_enough_for_5_6(tmp_path: Path) -> None:
    files = snippets()
    assert len(files) == 7
    for text in files.values():
        assert not re.search(
            r"\?\?|\?->|\bfn\s*\(|\)\s*:\s*\??\w+\s*\{|function\s*\w*\([^)]*\b(?:int|string|bool|float)\s+\$|random_bytes\(", text
        )
        (tmp_path / "one.php").write_text(text)
        assert subprocess.run([php(), "-l", str(tmp_path / "one.php")], capture_output=True, timeout=30).returncode == 0
