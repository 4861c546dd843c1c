"""Device authorization requests: begun by a device, answered once by a person, asked about in turn. RFC 8628 §3.

Keys of the expiring store, all by digest of the device code but the first: `dev-user:<digest of the user code>` leads to the request,
`dev:` is the request, `dev-given:` what was approved, `dev-turn:` and `dev-wait:` hold back a device that asks too fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from idp.applications.models import Client
from idp.device.models import DeviceRequest, State, decode, encode
from idp.device.user_code import new_user_code
from idp.settings import IdpSettings
from idp.tokens.models import AuthorizationCode
from idp.tokens.records import decode_code, encode_code
from kit.clock import Clock
from kit.expiring import ExpiringStore, Guards, Put, StoreUnavailable
from kit.secrets import digest, new_secret

ATTEMPTS = 5
SLOWER = 5  # seconds added for every poll that came too early. RFC 8628 §3.5


class Answered(StrEnum):
    """What became of an answer."""

    DONE = "done"
    MOVED = "moved"  # a guard moved: decide anew
    GONE = "gone"  # the code has run out, or was answered before


def key_of_approval(handle: str) -> str:
    """Return the key under which the approval waits to be redeemed."""
    return f"dev-given:{handle}"


@dataclass(frozen=True)
class DeviceRequests:
    """A `handle` is the digest of a device code: it names the request and opens nothing."""

    store: ExpiringStore
    settings: IdpSettings
    clock: Clock

    async def begin(self, client: Client, service: str, scopes: frozenset[str]) -> tuple[str, DeviceRequest]:
        """Keep a new request; return its device code, which only the device knows, and the request."""
        life = self.settings.device_code_seconds
        secret = new_secret()
        handle = digest(secret)
        for _ in range(ATTEMPTS):
            user_code = new_user_code()
            if await self.store.put_if_absent(Put(_user_key(user_code), handle.encode(), life)):
                asked = DeviceRequest(client.client_id, client.application, service, scopes, user_code, self.clock.now() + life)
                await self.store.put(Put(f"dev:{handle}", encode(asked), life))
                return secret, asked
        raise StoreUnavailable("no user code is free")

    async def find(self, handle: str) -> DeviceRequest | None:
        raw = await self.store.get(f"dev:{handle}")
        return decode(raw) if raw is not None else None

    async def by_user_code(self, user_code: str) -> tuple[str, DeviceRequest] | None:
        """Return handle and request while the code waits for an answer."""
        raw = await self.store.get(_user_key(user_code)) if user_code else None
        if raw is None:
            return None
        asked = await self.find(raw.decode())
        return (raw.decode(), asked) if asked is not None and asked.state is State.PENDING else None

    async def approve(self, handle: str, asked: DeviceRequest, code: AuthorizationCode, lived_under: Guards) -> Answered:
        """Keep what was approved, under the guards of the person's sign-in: what ends them ends it before it is redeemed (DV-04)."""
        given = Put(key_of_approval(handle), encode_code(code), self._left(asked), lived_under)
        return await self._answer(handle, asked, State.APPROVED, given)

    async def deny(self, handle: str, asked: DeviceRequest) -> Answered:
        return await self._answer(handle, asked, State.DENIED)

    async def approval(self, handle: str) -> AuthorizationCode | None:
        """Return what was approved; None when it was not, or what it was decided from has changed since."""
        raw = await self.store.get(key_of_approval(handle))
        return decode_code(raw) if raw is not None else None

    async def is_in_turn(self, handle: str) -> bool:
        """True when the device waited long enough; else its interval is five seconds longer from now on. RFC 8628 §3.5; DV-02."""
        kept = await self.store.get(f"dev-wait:{handle}")
        wait = int(kept) if kept is not None else self.settings.device_interval_seconds
        if await self.store.put_if_absent(Put(f"dev-turn:{handle}", b"1", wait)):
            return True
        longer, life = wait + SLOWER, self.settings.device_code_seconds
        await self.store.put(Put(f"dev-wait:{handle}", str(longer).encode(), life), Put(f"dev-turn:{handle}", b"1", longer))
        return False

    async def forget(self, handle: str) -> None:
        await self.store.delete(f"dev:{handle}", f"dev-turn:{handle}", f"dev-wait:{handle}")

    async def _answer(self, handle: str, asked: DeviceRequest, state: State, *more: Put) -> Answered:
        """Spend the user code and write the answer in one step: of any number of answers the first one counts."""
        request = Put(f"dev:{handle}", encode(replace(asked, state=state)), self._left(asked))
        spent = await self.store.spend(_user_key(asked.user_code), state.value.encode(), request, *more)
        if spent is None:
            return Answered.DONE
        still_there = not spent and await self.store.get(_user_key(asked.user_code)) is not None
        return Answered.MOVED if still_there else Answered.GONE

    def _left(self, asked: DeviceRequest) -> int:
        return max(1, asked.expires_at - self.clock.now())


def _user_key(user_code: str) -> str:
    return f"dev-user:{digest(user_code)}"
