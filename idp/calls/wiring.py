"""What calls of older APIs are built from, for the house and for tests of the engine alone."""

from __future__ import annotations

import httpx

from connectors.registry import API_KINDS
from idp.calls.engine import Engine
from idp.calls.outward import Outward
from idp.calls.tokens import Tokens
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.sealing import KeyRing


def engine_of(http: httpx.AsyncClient, store: ExpiringStore, ring: KeyRing, clock: Clock) -> Engine:
    outward = Outward(http)
    return Engine(API_KINDS, outward, Tokens(store, ring, outward, clock), clock)
