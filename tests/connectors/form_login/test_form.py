"""Reading login pages and judging answers: pure functions over bytes that somebody else wrote."""

from __future__ import annotations

from time import process_time
from urllib.parse import parse_qsl, urlencode

import pytest

from connectors.apps.form_login.form import MOST_BYTES, Form, filled, find
from connectors.apps.form_login.judge import Outcome, Told, is_lost, judge
from connectors.apps.form_login.places import local, outside
from tests.connectors.form_login.samples import FORM, PAGE, SETTINGS, settings

NASTY = ["a&admin=1", "a\r\nSet-Cookie: x=1", "'\"<>;--", "nol\x00nol", "é—語", "=", "+ %2B"]


def test_the_form_with_both_fields_is_found_with_its_hidden_fields_as_they_stand() -> None:
    assert find(SETTINGS, PAGE, "/login.php") == Form("/proses_login.php", (("tok", 'a&b"c'),))


@pytest.mark.parametrize(
    "action",
    ["https://jahat.example/proses_login.php", "//jahat.example/proses_login.php", "/lain.php", "http://aduan.example.id@jahat.example/x"],
)
def test_fb_03_a_form_that_is_sent_elsewhere_is_no_login_form(action: str) -> None:
    assert find(SETTINGS, PAGE.replace(b"proses_login.php", action.encode()), "/login.php") is None


@pytest.mark.parametrize("base", ["", '<base href="/">', '<base href="https://aduan.example.id/">', '<base href="http://10.0.4.9/">'])
def test_the_action_is_read_as_a_browser_reads_it(base: str) -> None:
    assert find(SETTINGS, base.encode() + PAGE, "/login.php") is not None
    assert find(SETTINGS, b'<base href="https://jahat.example/">' + PAGE, "/login.php") is not None, "a foreign base does not count"


def test_a_form_by_get_would_write_the_password_into_the_address() -> None:
    assert find(SETTINGS, PAGE.replace(b'method="post"', b""), "/login.php") is None


@pytest.mark.parametrize("part", [b"<", b"<!--", b"<a ", b"&", b"<form>", b"<input name=user><input name=pass>", b"<div>", b"<div><form>"])
def test_fb_06_a_hostile_page_takes_little_time(part: bytes) -> None:
    page = b"user pass " + part * (MOST_BYTES // len(part) - 20)
    started = process_time()
    find(SETTINGS, page, "/login.php")
    assert process_time() - started < 2
    assert find(SETTINGS, PAGE + b" " * MOST_BYTES, "/login.php") is None


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("place", ["username", "password", "claim", "hidden"])
def test_fb_05_whatever_stands_in_a_value_exactly_the_fields_arrive(value: str, place: str) -> None:
    own = settings(fields=[{"claim": "name", "field": "nama"}])
    words = {"username": "siti", "password": "rahasia", "claim": "Siti", "hidden": "t", place: value}
    pairs = filled(
        own, Form("/proses_login.php", (("tok", words["hidden"]),)), words["username"], words["password"], (("nama", words["claim"]),)
    )
    assert pairs is not None
    sent = urlencode(pairs)
    assert sent.isascii() and not set(sent) & set("\r\n\x00 ;'\"")
    arrived = parse_qsl(sent, keep_blank_values=True, strict_parsing=True)
    assert arrived == [("tok", words["hidden"]), ("nama", words["claim"]), ("user", words["username"]), ("pass", words["password"])]


def test_fb_05_the_page_cannot_fill_the_fields_of_sign_in_or_add_one_twice() -> None:
    pairs = filled(SETTINGS, Form("/x", (("tok", "1"), ("tok", "2"), ("pass", "palsu"))), "siti", "benar", ())
    assert pairs == [("tok", "2"), ("pass", "benar"), ("user", "siti")]
    assert filled(SETTINGS, Form("/x", ()), "siti", "benar", ()) is None, "a hidden field that must be there is missing"


def told(status: int = 302, location: str = "/beranda.php", body: bytes = b"", cookies: tuple[str, ...] = ()) -> Told:
    return Told(status, location, cookies, body)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (told(), Outcome.ACCEPTED),
        (told(location="https://aduan.example.id/beranda.php?baru=1"), Outcome.ACCEPTED),
        (told(location="http://10.0.4.9/beranda.php"), Outcome.ACCEPTED),
        (told(location="beranda.php"), Outcome.ACCEPTED),
        (told(location="/login.php?gagal=1"), Outcome.REFUSED),
        (told(location="/lain.php"), Outcome.REFUSED),
        (told(200, "", b"<p>Username atau password salah</p>"), Outcome.REFUSED),
        (told(200, "/beranda.php"), Outcome.REFUSED),
        (told(body=b"Username atau password salah"), Outcome.REFUSED),
        (told(401, ""), Outcome.REFUSED),
        (told(500, ""), Outcome.UNCLEAR),
        (told(503, "/beranda.php"), Outcome.UNCLEAR),
        (told(429, ""), Outcome.UNCLEAR),
        (told(302, "https://jahat.example/beranda.php"), Outcome.UNCLEAR),
        (told(302, "//jahat.example/beranda.php"), Outcome.UNCLEAR),
        (told(302, "https://aduan.example.id@jahat.example/beranda.php"), Outcome.UNCLEAR),
        (told(302, "https://aduan.example.id.jahat.example/beranda.php"), Outcome.UNCLEAR),
    ],
)
def test_what_came_of_a_try(answer: Told, outcome: Outcome) -> None:
    assert judge(SETTINGS, answer) is outcome


def test_success_by_cookie_and_by_text() -> None:
    own = settings(form={**FORM, "success": {"status": 200, "cookie": "masuk", "text": "Selamat datang"}})
    assert judge(own, told(200, "", b"Selamat datang", ("masuk",))) is Outcome.ACCEPTED
    assert judge(own, told(200, "", b"Selamat datang")) is Outcome.REFUSED
    assert judge(own, told(200, "", b"Halo", ("masuk",))) is Outcome.REFUSED


def test_success_by_status_alone_is_never_the_way_back_to_the_form() -> None:
    own = settings(form={**FORM, "success": {"status": 302}})
    assert judge(own, told(location="/apa-saja")) is Outcome.ACCEPTED
    assert judge(own, told(location="/login.php")) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (told(302, "/login.php"), True),
        (told(302, "https://aduan.example.id/login.php?dari=/a"), True),
        (told(302, "https://jahat.example/login.php"), False),
        (told(302, "/daftar.php"), False),
        (told(401, ""), True),
        (told(200, "", PAGE), True),
        (told(200, "", b"<p>user, pass</p>"), False),
    ],
)
def test_when_the_old_session_is_over(answer: Told, lost: bool) -> None:
    assert is_lost(SETTINGS, answer, "/daftar.php") is lost


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("/a?b=c#d", "/a?b=c"),
        ("a", "/daftar/a"),
        ("", "/daftar/"),
        ("http://aduan.lama:8081/a", "/a"),
        ("https://aduan.example.id:443/a", "/a"),
        ("http://aduan.lama/a", None),
        ("https://jahat.example/a", None),
        ("//jahat.example/a", None),
        ("/\\jahat.example", None),
        ("javascript:alert(1)", None),
        ("/a\r\nX: y", None),
        ("https://u:p@aduan.example.id/", None),
        ("https://[", None),
        ("https://aduan.example.id:99999/", None),
    ],
)
def test_which_links_stay_at_the_older_system(link: str, path: str | None) -> None:
    assert local(SETTINGS, link, "/daftar/") == path


def test_where_a_browser_may_be_sent() -> None:
    assert outside(SETTINGS, "http://aduan.lama:8081/a?b", "/") == "https://aduan.example.id/a?b"
    assert outside(SETTINGS, "https://lain.example/a", "/") == "https://lain.example/a"
    for link in ("javascript:alert(1)", "data:text/html,x", "https://lain.example/a\r\nX: y", "https:\\\\lain.example"):
        assert outside(SETTINGS, link, "/") is None


def test_fb_06_nested_forms_cost_one_look_at_each_input() -> None:
    page = b"user pass" + b"<div><form>" * 120 + b"<input>" * 70_000
    started = process_time()
    assert find(SETTINGS, page, "/login.php") is None
    assert process_time() - started < 2


@pytest.mark.parametrize(("forms", "inputs", "found"), [(40, 400, True), (60, 1, False), (1, 600, False)])
def test_fb_06_a_page_with_more_forms_or_inputs_than_a_login_page_is_none(forms: int, inputs: int, found: bool) -> None:
    page = b"<form action=/cari.php></form>" * forms + b"<input name=x>" * inputs + PAGE
    assert (find(SETTINGS, page, "/login.php") is not None) is found


def test_an_input_belongs_to_the_nearest_form() -> None:
    outer = b'<div><form method=post action=/cari.php><input name="user"><div>' + PAGE.partition(b"</title>")[2] + b"</div></form></div>"
    assert find(SETTINGS, outer, "/login.php") == Form("/proses_login.php", (("tok", 'a&b"c'),))


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("/a b", "/a%20b"),
        (" /a?b=c d ", "/a?b=c%20d"),
        ("/a?b=\xe9", "/a?b=%E9"),
        ("/a?b=\u2013", "/a?b=%E2%80%93"),
        ("/a%20b", "/a%20b"),
        ('/a?b="<c>', "/a?b=%22%3Cc%3E"),
        ("/a\r\nX: y", None),
        ("/a\tb", None),
        ("/a\x00", None),
        ("/\\jahat.example/", None),
        ("https://jahat.example/a b", None),
        ("https://aduan.example.id .jahat.example/", None),
    ],
)
def test_fb_03_a_link_is_read_as_a_browser_escapes_it(link: str, path: str | None) -> None:
    assert local(SETTINGS, link, "/x") == path
    elsewhere = "https://jahat.example/a%20b" if link.startswith("https://jahat") else None
    assert outside(SETTINGS, link, "/x") == (f"https://aduan.example.id{path}" if path else elsewhere)


def test_a_redirect_to_the_login_page_is_one_however_it_is_written() -> None:
    for location in ("/login.php?pesan=Silakan masuk", "/LOGIN.php", "/login.php/"):
        assert is_lost(SETTINGS, told(location=location), "/a")
    assert not is_lost(SETTINGS, told(location="/login.phpx"), "/a")
