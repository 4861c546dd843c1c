"""What a person saw when she answered: a keyed digest of the values on the page, for the record. The values themselves are kept nowhere.

Whoever says later that another value stood there can be checked against the digest; the record keeps it under the person's own key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from consent.models import Notice
from idp.people.models import Person
from kit.secrets import keyed


@dataclass(frozen=True, slots=True)
class Seen:
    key: bytes = field(repr=False)

    def by_purpose(self, person: Person, notice: Notice, shown: Iterable[str]) -> dict[str, str]:
        """Return the digest of what each purpose on the page showed of her."""
        purposes = (notice.purpose(purpose) for purpose in shown)
        return {one.id: self.digest(person, one.claim_names) for one in purposes if one is not None}

    def digest(self, person: Person, claims: Iterable[str]) -> str:
        """Return the digest of the values of these claims; one without a value says that there was none."""
        values = [[name, person.claims.get(name)] for name in sorted(claims)]
        return keyed(self.key, "seen", orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode())
