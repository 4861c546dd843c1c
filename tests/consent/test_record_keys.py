"""The keys of the record: their own purpose, kept for ever, and no other signature passes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from consent.record_keys import MAX_STATEMENT, NotSigned, RecordKeys, statement_of
from hub.storage.stores import Stores
from kit.clock import FixedClock

TYP = "consent-receipt+jws"
SAID = {"receipt_id": "TT-1-ABCDEF"}


@pytest.fixture
def keys(stores: Stores, clock: FixedClock) -> RecordKeys:
    return RecordKeys(stores.record_keys, stores.ring, clock)


async def test_what_a_key_signed_is_checked_for_ever_although_newer_keys_sign(keys: RecordKeys, clock: FixedClock) -> None:
    first = await keys.sign(SAID, TYP)
    clock.advance(10 * 365 * 86400)
    await keys.renew()
    second = await keys.sign(SAID, TYP)
    published = await keys.published()
    kids = [json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"] for token in (first, second)]
    assert kids == [key["kid"] for key in published["keys"]]
    assert [statement_of(token, published, TYP) for token in (first, second)] == [SAID, SAID]
    assert all("d" not in key for key in published["keys"])


async def test_the_private_part_is_kept_sealed_and_follows_a_rotation_of_the_data_key(keys: RecordKeys, stores: Stores) -> None:
    await keys.sign(SAID, TYP)
    (row,) = await stores.record_keys.all()
    assert b'"d"' not in row.private
    await stores.data_keys.rotate(actor="cli", settle=0)
    await stores.data_keys.reseal()
    (after,) = await stores.record_keys.all()
    assert after.private != row.private
    assert statement_of(await keys.sign(SAID, TYP), await keys.published(), TYP) == SAID


async def test_jw_another_key_type_algorithm_or_header_is_refused(keys: RecordKeys) -> None:
    genuine = await keys.sign(SAID, TYP)
    published = await keys.published()
    kid = published["keys"][0]["kid"]

    def made(key: Any, **header: Any) -> str:
        whole = {"alg": "ES256", "kid": kid, "typ": TYP, **header}
        return jws.serialize_compact(whole, json.dumps(SAID), key, algorithms=["ES256", "HS256"])

    stranger = ECKey.generate_key("P-256")
    head, body, signature = genuine.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": kid, "typ": TYP}).encode()).rstrip(b"=").decode()
    for token in (
        made(stranger),
        made(stranger, jwk=stranger.as_dict(private=False)),
        made(OctKey.import_key(json.dumps(published["keys"][0])), alg="HS256"),
        f"{none}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        genuine.replace(".", ".e30"),
        "a.b",
        "",
        "x" * (MAX_STATEMENT + 1),
    ):
        with pytest.raises(NotSigned):
            statement_of(token, published, TYP)
    with pytest.raises(NotSigned):
        statement_of(genuine, published, "consent-anchor+jws")


async def test_a_set_without_the_key_says_that_the_key_is_missing(keys: RecordKeys) -> None:
    with pytest.raises(NotSigned) as refused:
        statement_of(await keys.sign(SAID, TYP), {"keys": []}, TYP)
    assert not refused.value.known
