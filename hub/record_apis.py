"""The APIs of the consent record, built from what the house has: one application under `/api` for a citizen's and an agency's programs."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Mount

from consent.receipts import Receipts
from consent.service import ConsentService
from hub.regency import regency_of
from hub.resources import Resources
from idp.api.app import mounted
from idp.api.caller import TokenCallers
from idp.api.processing import ProcessingApi
from idp.api.records import RecordApi
from idp.applications.registry import Registry
from idp.proofs.binding import Bindings
from idp.signout.service import SignOut
from idp.tokens.access_token import AccessTokens
from idp.tokens.guessing import TokenGuesses
from kit.web.address import Network
from portal.pages.receipts import dpo_of


def record_apis(
    resources: Resources,
    registry: Registry,
    consent: ConsentService,
    receipts: Receipts,
    signout: SignOut,
    tokens: AccessTokens,
    bindings: Bindings,
    proxies: Sequence[Network],
) -> Mount:
    stores, clock, expiring, issuer = resources.stores, resources.clock, resources.expiring, resources.settings.issuer
    callers = TokenCallers(tokens, bindings, TokenGuesses(expiring), registry, expiring, clock, proxies)
    dpo = dpo_of(regency_of(resources.settings), issuer)
    hers = RecordApi(callers, registry, consent, stores.disclosures, receipts, dpo, signout, clock, issuer)
    programs = ProcessingApi(callers, registry, stores.people, consent, stores.audit, expiring, clock, issuer)
    return mounted((hers.router(), programs.router()), bindings)
