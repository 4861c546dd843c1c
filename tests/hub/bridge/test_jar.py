"""Old cookies, as their sender meant them."""

from __future__ import annotations

import pytest

from hub.bridge.jar import MOST, Jar
from tests.connectors.form_login.samples import SETTINGS

NOW = 1_795_500_000


def after(*lines: str, path: str = "/warga/a.php", jar: Jar | None = None) -> Jar:
    return (jar or Jar("j")).after(SETTINGS, lines, path, NOW)


@pytest.mark.parametrize(
    ("line", "at", "sent"),
    [
        ("PHPSESSID=abc; path=/", "/", "PHPSESSID=abc"),
        ("PHPSESSID=abc", "/warga/x", "PHPSESSID=abc"),
        ("PHPSESSID=abc", "/lain", ""),
        ("a=b; Path=/war", "/warga", ""),
        ("a=b; Path=/warga", "/warga/x?y", "a=b"),
        ("a=b; Path=/; Secure; HttpOnly; SameSite=None", "/", "a=b"),
        ("a=; Path=/", "/", "a="),
        ("a=b=c; Path=/", "/", "a=b=c"),
        ('a="b, c"; Path=/', "/", 'a="b, c"'),
        ("a=b; Path=/; Domain=aduan.example.id", "/", "a=b"),
        ("a=b; Path=/; Domain=.example.id", "/", "a=b"),
        ("a=b; Path=/; Domain=jahat.example", "/", ""),
        ("a=b; Path=/; Max-Age=0", "/", ""),
        ("a=b; Path=/; Max-Age=60; Expires=Thu, 01-Jan-1970 00:00:01 GMT", "/", "a=b"),
        ("a=b; Path=/; Expires=Thu, 01-Jan-1970 00:00:01 GMT", "/", ""),
        ("a=b; Path=/; Expires=Wed, 01-Jan-2031 00:00:01 GMT", "/", "a=b"),
        ("a=b; Path=/; Expires=gestern", "/", "a=b"),
        ("a b=c; Path=/", "/", ""),
        ("=c; Path=/", "/", ""),
        ("a", "/", ""),
        ("a=b\x00; Path=/", "/", ""),
        ("a=" + "x" * 5000, "/", ""),
    ],
)
def test_what_is_sent_back(line: str, at: str, sent: str) -> None:
    assert after(line).header(at, NOW) == sent


def test_a_cookie_takes_the_place_of_its_former_self_and_ends_in_time() -> None:
    jar = after("a=2; Path=/; Max-Age=60", "b=1; Path=/", jar=after("a=1; Path=/"))
    assert jar.header("/", NOW) == "a=2; b=1" or jar.header("/", NOW) == "b=1; a=2"
    assert jar.header("/", NOW + 60) == "b=1"
    assert after("b=x; Path=/; Max-Age=-1", jar=jar).names() == {"a"}
    assert Jar.decode(jar.encode()) == jar


def test_a_jar_is_bounded() -> None:
    assert len(after(*(f"c{number}=1; Path=/" for number in range(500))).cookies) == MOST
