"""How a header's name may be spelled so that an application reads it as the same.

PHP, CGI and WSGI turn `-` into `_`, so that `X_Pasien-Nik` arrives as `X-Pasien-Nik` (FA-01). nginx drops such names; other proxies pass
them on unless each spelling is named.
"""

from __future__ import annotations

from itertools import product

MOST_HYPHENS = 4  # 15 further spellings; a proxy that must be told each cannot be told more


def other_spellings(name: str) -> tuple[str, ...]:
    """Return every spelling of the name with one underscore or more."""
    first, *rest = name.split("-")
    found = (first + "".join(mark + part for mark, part in zip(marks, rest, strict=True)) for marks in product("-_", repeat=len(rest)))
    return tuple(found)[1:]
