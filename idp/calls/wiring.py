"""What calls of older APIs are built from, for the house and for tests of the engine alone."""

from __future__ import annotations

from connectors.registry import API_KINDS
from idp.calls.engine import Engine
from idp.calls.outward import Outward
from idp.calls.tokens import Tokens
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.outbound import Lanes
from kit.sealing import KeyRing


def engine_of(lanes: Lanes, store: ExpiringStore, ring: KeyRing, clock: Clock) -> Engine:
    outward = Outward(lanes)
    return Engine(API_KINDS, outward, Tokens(store, ring, outward, clock), clock)
