"""What receipts need of every SQL back end: keys that stay, and one row of the ledger by its number."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from consent.receipt import row_of
from consent.record_keys import RecordKey
from hub.storage.stores import Stores
from tests.stores.samples import NOW, change


async def test_keys_of_the_record_come_back_oldest_first_and_none_takes_the_place_of_another(stores: Stores) -> None:
    newer, older = (RecordKey(kid, kid.encode(), {"kty": "EC", "kid": kid}, at) for kid, at in (("a", NOW + 1), ("b", NOW)))
    for key in (newer, older):
        await stores.record_keys.add(key)
    assert await stores.record_keys.all() == [older, newer]
    with pytest.raises(IntegrityError):
        await stores.record_keys.add(RecordKey("a", b"other", {}, NOW))
    assert await stores.record_keys.all() == [older, newer]


async def test_a_row_is_found_by_its_number_and_the_largest_number_is_only_not_there(stores: Stores) -> None:
    (row,) = await stores.consent.append([change()])
    assert await stores.consent.row(row.seq) == row
    largest = row_of("TT-999999999-FFFFFF")
    assert largest is not None
    assert await stores.consent.row(largest) is None
