"""A call from the moment it is allowed: tokens, request, answer, and once more when the older side let nothing pass."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from connectors.apis.settings import ApiSettings
from connectors.calls import ApiKind, Call, Failure, Fault, Reply, Response
from connectors.contract import Connector
from connectors.errors import MissingSecret
from idp.calls.outward import Outward
from idp.calls.tokens import Tokens
from idp.calls.wording import wordless
from kit.clock import Clock

log = structlog.get_logger("idp")


@dataclass(frozen=True)
class Engine:
    kinds: Mapping[str, ApiKind]
    outward: Outward
    tokens: Tokens
    clock: Clock

    async def call(self, connector: Connector, settings: ApiSettings, call: Call, *, operation: str, caller: str) -> Reply | Failure:
        """Return what the older API answered. Logged are the connector, the operation as it is registered, the caller and the outcome."""
        begun = time.monotonic()
        outcome = await self._twice(self.kinds[connector.kind], connector, settings, call)
        result = outcome.fault.value if isinstance(outcome, Failure) else "answered"
        spent = int((time.monotonic() - begun) * 1000)
        log.info("older_api_called", connector=connector.id, operation=operation, caller=caller, outcome=result, milliseconds=spent)
        return outcome

    async def probe(self, connector: Connector, settings: ApiSettings) -> Reply | Failure | None:
        """Return what the API answers to the call of the settings that is about nobody; None when they name none."""
        sample = self.kinds[connector.kind].sample(connector)
        if sample is None:
            return None
        return await self.call(connector, settings, sample, operation=f"GET {settings.sample}", caller="probe")

    async def _twice(self, kind: ApiKind, connector: Connector, settings: ApiSettings, call: Call) -> Reply | Failure:
        outcome = await self._once(kind, connector, settings, call)
        if isinstance(outcome, Failure) and outcome.again:
            outcome = await self._once(kind, connector, settings, call)
        return outcome

    async def _once(self, kind: ApiKind, connector: Connector, settings: ApiSettings, call: Call) -> Reply | Failure:
        try:
            tokens = await self.tokens.all(kind, connector, settings)
            if isinstance(tokens, Failure):
                return tokens
            prepared = kind.prepare(connector, call, self.clock.now(), tokens)
            if isinstance(prepared, Failure):
                return prepared

            def read(response: Response) -> Reply | Failure:
                outcome = kind.read(connector, prepared, response)
                return wordless(outcome, connector, prepared, tokens) if isinstance(outcome, Failure) else outcome

            outcome = await self.outward.send(connector.id, settings, prepared, read)
            if isinstance(outcome, Failure) and outcome.stale:
                refused = {name: tokens[name] for name in outcome.stale if name in tokens}
                may_ask = await self.tokens.forget(kind, connector, refused)
                return replace(outcome, again=outcome.again and may_ask)
            return outcome
        except MissingSecret as error:
            return Failure(Fault.REFUSED, f"the connector's secret {error.name} is missing or past its time")
