"""The kind `hmac_headers`: BPJS Kesehatan (VClaim, Antrean, PCare, iCare) as it is documented, quirks included, both ways."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import cast

import orjson
from pydantic import BaseModel

from connectors.about import About
from connectors.apis.answers import UNREADABLE, object_of, reply, status_failure, told
from connectors.apis.base import CALLS, ApiBase, address, given, made, secret
from connectors.apis.hmac_headers import signature
from connectors.apis.hmac_headers.about import ABOUT
from connectors.apis.hmac_headers.envelope import envelope, meta_of, opened
from connectors.apis.hmac_headers.inbound import caller
from connectors.apis.hmac_headers.settings import HmacHeadersSettings
from connectors.calls import Call, Caller, Failure, Fault, Incoming, OutboundRequest, Refusal, Reply, Response
from connectors.contract import Capability, Connector, SecretRule

READING = "application/json; charset=utf-8"
WRITING = "Application/x-www-form-urlencoded"  # of a JSON body: so BPJS documents it, and refuses anything else
SUCCESS = "200"
NOTHING_THERE = ("404", "204")
CREDENTIALS = ("401", "403")


class HmacHeaders(ApiBase):
    name = "hmac_headers"
    title: Mapping[str, str] = {
        "id": "API dengan tanda tangan HMAC di header (BPJS Kesehatan)",
        "en": "API signed by HMAC in headers (BPJS Kesehatan)",
    }
    capabilities = CALLS | {Capability.API_INBOUND}
    settings_model: type[BaseModel] = HmacHeadersSettings
    secrets: Mapping[str, SecretRule] = {
        "secret": given("Kunci rahasia (consumer secret)", "Consumer secret"),
        "user_key": given("user_key layanan", "user_key of the service"),
        "pcare_password": given("Kata sandi PCare", "PCare password", optional=True),
    }
    about: About = ABOUT
    docs = "connectors/hmac_headers.md"

    def secret_rules(self, settings: BaseModel) -> Mapping[str, SecretRule]:
        own = _of(settings)
        return {**self.secrets, **{f"key.{one.id}": made(f"Kunci {one.id}", f"Key of {one.id}") for one in own.callers}}

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        own, timestamp = _of(connector.settings), str(now)
        headers = {
            "X-cons-id": own.cons_id,
            "X-timestamp": timestamp,
            "X-signature": signature.of_time(secret(connector, "secret", now), own.cons_id, timestamp),
            "user_key": secret(connector, "user_key", now),
            "Accept": "application/json",
            "Content-Type": READING if call.method == "GET" else WRITING,
        }
        if own.pcare_user:
            plain = f"{own.pcare_user}:{secret(connector, 'pcare_password', now)}:{own.pcare_application}"
            headers["X-authorization"] = "Basic " + base64.b64encode(plain.encode()).decode()
        return OutboundRequest(call.method, address(own.base_url, call), headers, call.body, {"timestamp": timestamp})

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        found = object_of(response)
        meta = meta_of(found) if found is not None else None
        if found is None or meta is None:
            return status_failure(response) or UNREADABLE
        code, message = meta
        if code != SUCCESS or not 200 <= response.status < 300:
            return _failure(code, message, response)
        inside = found.get("response")
        own, timestamp = _of(connector.settings), request.context["timestamp"]
        if isinstance(inside, str) and own.encrypted:
            try:
                inside = opened(
                    inside,
                    consumer=own.cons_id,
                    secret=secret(connector, "secret", int(timestamp)),
                    timestamp=timestamp,
                    most=own.most_answer_bytes,
                )
            except ValueError:
                return UNREADABLE
        return reply(inside)

    def inbound(self, connector: Connector, came: Incoming) -> Caller | Refusal:
        return caller(connector, _of(connector.settings), came)

    def dress(self, connector: Connector, came: Incoming, outcome: Reply | Failure | Refusal) -> Reply:
        """Return VClaim's envelope: failures of the API with HTTP 200 and their code inside, as there; ours with their own status."""
        if isinstance(outcome, Reply):
            return reply(envelope(200, "OK", orjson.loads(outcome.body)))
        if isinstance(outcome, Refusal):
            told_so = envelope(outcome.status, outcome.reason, None)
            return Reply(orjson.dumps(told_so), outcome.status)
        code = {Fault.NOT_FOUND: 404, Fault.DECLINED: 201, Fault.MALFORMED: 400}.get(outcome.fault, 502)
        return Reply(orjson.dumps(envelope(code, outcome.detail or outcome.fault.value, None)), 200 if code in (201, 404) else code)


def _failure(code: str, message: str, response: Response) -> Failure:
    detail = told(message)
    if code in CREDENTIALS:
        return Failure(Fault.REFUSED, detail)
    if code in NOTHING_THERE:
        return Failure(Fault.NOT_FOUND, detail)
    if code == "429":
        return Failure(Fault.LIMITED, detail, pause=60)
    if code.startswith("5") and len(code) == 3:
        return Failure(Fault.BROKEN, detail)
    failed = status_failure(response, detail=detail)
    understood = response.status == 500 and code != SUCCESS  # a no in its own envelope, with the 500 that bad input is given
    return Failure(Fault.DECLINED, detail) if failed is None or understood else failed


def _of(settings: BaseModel) -> HmacHeadersSettings:
    return cast("HmacHeadersSettings", settings)
