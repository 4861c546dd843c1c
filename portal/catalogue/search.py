"""Finding a service by the words people use: names, synonyms, agencies; accents, case and one wrong letter forgiven (UX PT-2). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from idp.applications.models import Agency, Service

MAX_QUERY = 100
WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return WORD.findall(plain)


def search(services: Sequence[Service], agencies: Mapping[str, Agency], query: str) -> list[Service]:
    """Return the matching services, best first; every word of the query must be met."""
    asked = words(query[:MAX_QUERY])[:8]
    if not asked:
        return list(services)
    found = []
    for service in services:
        score = _score(service, agencies.get(service.agency), asked)
        if score:
            found.append((score, service.order, service))
    return [service for _, _, service in sorted(found, key=lambda one: (-one[0], one[1]))]


def _score(service: Service, agency: Agency | None, asked: Sequence[str]) -> int:
    name = words(" ".join(service.name.values()))
    near = words(" ".join([*service.synonyms, *service.line.values()]))
    far = words(" ".join([*agency.name.values(), agency.short_name, *agency.search])) if agency is not None else []
    total = 0
    for word in asked:
        best = max((weight for known, weight in ((name, 9), (near, 5), (far, 2)) for one in known if _meets(word, one)), default=0)
        if not best:
            return 0
        total += best
    return total


def _meets(word: str, known: str) -> bool:
    """True when the word begins the known one, or, from five letters on, differs from it by one letter."""
    if known.startswith(word):
        return True
    return len(word) >= 5 and abs(len(word) - len(known)) <= 1 and _one_apart(word, known)


def _one_apart(left: str, right: str) -> bool:
    if len(left) > len(right):
        left, right = right, left
    if len(left) == len(right):
        return sum(a != b for a, b in zip(left, right, strict=True)) <= 1
    return any(left == right[:i] + right[i + 1 :] for i in range(len(right)))
