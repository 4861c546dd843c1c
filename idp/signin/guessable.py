"""Whether a password is one of those that are tried first: common words, keyboard walks, rows, repetitions, years and numbers.

Not a list but rules: a password is taken apart into the cheapest pieces, each with a price in "unknown letters", and is guessable when
all of it costs less than seven. A word that passwords are made of costs less than two, so three of them with a year are refused and a
sentence of ordinary words passes. No composition is demanded: NIST SP 800-63B-4 §3.1.1.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from idp.signin.stems import STEMS

ENOUGH = 7.0
STEM, ROW, COPY, YEAR, DATE, PHONE, NIK = 1.75, 1.5, 0.5, 1.0, 2.0, 3.0, 5.0
LONGEST_STEM = max(map(len, STEMS))
LONGEST_ROW = 64
BACKWARDS = frozenset(word[::-1] for word in STEMS if len(word) > 4)
# What is typed for a letter; "1" is an i or an l.
LEET = (str.maketrans("0134578@$!|+", "oieastbasilt"), str.maketrans("0134578@$!|+", "oleastbaslit"))
ROWS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
PAD = ("789", "456", "123")
YEARS = re.compile(r"(?:19[3-9]|20[0-3])[0-9]")
DATES = re.compile(
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)[0-9]{2}|[0-9]{2})"
    r"|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)
PHONES = re.compile(r"(?:0|62)8[0-9]{8,11}")
NIKS = re.compile(r"[1-9][0-9]{5}(?:[04][1-9]|[1256][0-9]|[37][01])(?:0[1-9]|1[0-2])[0-9]{6}")
REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)
DIGITS = re.compile(r"[0-9]{2,20}")
NUMBERS = ((YEARS, YEAR), (DATES, DATE), (PHONES, PHONE), (NIKS, NIK))


def is_guessable(plain: str) -> bool:
    """True when the password, in lower case and without spaces, is among those that are tried first."""
    bare = "".join(letter for letter in plain if letter.isalnum())
    return price(plain) < ENOUGH or price(bare) + len(set(plain) - set(bare)) < ENOUGH


def price(text: str) -> float:
    """Return the least price of all ways to take the text apart; what is one thing over and over costs little more than the thing."""
    whole = REPEATED.fullmatch(text)
    if whole is not None:
        return price(whole[1]) + COPY
    spellings = tuple(dict.fromkeys((text, *(text.translate(table) for table in LEET))))
    best = [0.0] + [float("inf")] * len(text)
    for start in range(len(text)):
        for length, cost in _pieces(text, spellings, start):
            best[start + length] = min(best[start + length], best[start] + cost)
    return best[-1]


def _pieces(text: str, spellings: tuple[str, ...], start: int) -> Iterator[tuple[int, float]]:
    """Yield length and price of each piece that begins here."""
    yield 1, 0.5 if not text[start].isalnum() and start in (0, len(text) - 1) else 1.0
    for length in range(3, min(LONGEST_STEM, len(text) - start) + 1):
        spelt = {one[start : start + length] for one in spellings}
        if spelt & STEMS or spelt & BACKWARDS:
            yield length, STEM
    for least, follows in ((3, _same), (3, _next), (3, _before), (4, _beside)):
        for length in range(least, _reach(text, start, follows) + 1):
            yield length, ROW
    for length in range(6, _woven(text, start) + 1):
        yield length, 2 * ROW
    for length in range(2, min(LONGEST_ROW, start, len(text) - start) + 1):
        if text[start : start + length] == text[start - length : start]:
            yield length, COPY
    for pattern, cost in NUMBERS:
        found = pattern.match(text, start)
        if found is not None:
            yield found.end() - start, cost
    number = DIGITS.match(text, start)
    for length in range(2, number.end() - start + 1 if number is not None else 0):
        yield length, 0.5 * length + 0.5


def _reach(text: str, start: int, follows: Callable[[str, str], bool]) -> int:
    """Return how many characters from here on follow each other."""
    length = 1
    for one, other in pairwise(text[start : start + LONGEST_ROW]):
        if not follows(one, other):
            break
        length += 1
    return length


def _woven(text: str, start: int) -> int:
    """Return how long two rows are woven into each other: `a1b2c3d4`, `q1w2e3r4`."""
    length = 2
    while start + length < min(len(text), start + LONGEST_ROW) and _near(text[start + length - 2], text[start + length]):
        length += 1
    return length


def _near(one: str, other: str) -> bool:
    return _same(one, other) or _next(one, other) or _before(one, other) or _beside(one, other)


def _same(one: str, other: str) -> bool:
    return one == other


def _next(one: str, other: str) -> bool:
    if one.isdecimal() and other.isdecimal():
        return (int(other) - int(one)) % 10 == 1
    return one.isalpha() and other.isalpha() and ord(other) - ord(one) == 1


def _before(one: str, other: str) -> bool:
    return _next(other, one)


def _beside(one: str, other: str) -> bool:
    """True for neighbours on the keyboard, whose rows are shifted by half a key, or on the number pad."""
    return other in NEIGHBOURS.get(one, "")


def _neighbours() -> dict[str, str]:
    found: dict[str, str] = {}
    for rows, steps in ((ROWS, ((0, 1), (1, 0), (1, -1))), (PAD, ((0, 1), (1, 0), (1, 1), (1, -1)))):
        keys = {(y, x): key for y, row in enumerate(rows) for x, key in enumerate(row)}
        for (y, x), key in keys.items():
            for down, right in steps:
                other = keys.get((y + down, x + right), "")
                if other:
                    found[key] = found.get(key, "") + other
                    found[other] = found.get(other, "") + key
    return found


NEIGHBOURS = _neighbours()
