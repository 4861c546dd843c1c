"""The kind `sha1_webhook`: OSS tells of a NIB. `Token` is SHA-1 of user name, password, NIB and day, and fits a whole day.

The scheme signs no body and knows no single use: whoever sees one message can repeat it until the next day, for that NIB. So what is handed
on says only what the scheme proves, and names each delivery by a digest, by which the application behind drops repetitions. What is handed
on is the JSON that was judged, written anew, never the bytes that came: the application reads the NIB that the token is for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, cast

import orjson
from pydantic import BaseModel, Field

from connectors.about import About
from connectors.apis.answers import status_failure
from connectors.apis.base import CALLS, ApiBase, address, given, secret
from connectors.apis.members import has_twin, unambiguous
from connectors.apis.settings import ApiSettings
from connectors.apis.sha1_webhook.about import ABOUT
from connectors.calls import Call, Caller, Failure, Fault, Incoming, OutboundRequest, Refusal, Reply, Response
from connectors.contract import Capability, Connector, SecretRule
from kit.secrets import same

WIB = timezone(timedelta(hours=7), "WIB")  # no daylight saving
DAY = 86_400


class Sha1WebhookSettings(ApiSettings):
    username: str = Field(pattern=r"^[\x21-\x7e]{1,64}$", description="User name agreed with OSS")
    nib_at: str = Field(
        "dataNIB.nib", pattern=r"^[A-Za-z_]{1,40}(\.[A-Za-z_]{1,40}){0,3}$", description="Member of the body that holds the NIB"
    )
    answer_prefix: str = Field("respon", pattern=r"^[A-Za-z]{0,20}$", description="The answer's root: this word and the method's name")
    forward_scheme: str = Field(
        "Bearer", pattern=r"^[A-Za-z]{0,20}$", description="Word before the secret forward_key in Authorization; the key is optional"
    )


class Sha1Webhook(ApiBase):
    name = "sha1_webhook"
    title: Mapping[str, str] = {"id": "Panggilan masuk dengan token SHA-1 (OSS)", "en": "Incoming calls with a SHA-1 token (OSS)"}
    capabilities = CALLS | {Capability.API_INBOUND}
    settings_model: type[BaseModel] = Sha1WebhookSettings
    secrets: Mapping[str, SecretRule] = {
        "password": given("Kata sandi yang disepakati dengan OSS", "Password agreed with OSS", least_bits=64),
        "forward_key": SecretRule({"id": "Kunci untuk aplikasi penerima", "en": "Key for the receiving application"}, optional=True),
    }
    about: About = ABOUT
    docs = "connectors/sha1_webhook.md"

    def inbound(self, connector: Connector, came: Incoming) -> Caller | Refusal:
        own = _of(connector.settings)
        judged = _judged(came.body, own.nib_at)
        if judged is None:
            return Refusal(f"the body must be JSON with thirteen digits in {own.nib_at}", 400)
        nib, body = judged
        sent = came.headers.get("token", "")
        due = [
            token(own.username, password, nib, day)
            for password in connector.secrets_at("password", came.now)
            for day in (day_in_wib(came.now), day_in_wib(came.now - DAY))
        ]
        fits = [same(one, sent) for one in due]  # every one is compared, so that time tells nothing
        if not any(fits):
            return Refusal("Token: does not fit user name, password, NIB and day")
        return Caller(own.username, Call("POST", came.path, (), body, "application/json"))

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        own = _of(connector.settings)
        judged = _judged(call.body, own.nib_at)
        if judged is None:
            return Failure(Fault.MALFORMED, f"the body must be JSON with thirteen digits in {own.nib_at}")
        body = judged[1]
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Gapura-Delivery": hashlib.sha256(f"{call.path}\n".encode() + body).hexdigest(),
        }
        if connector.secrets_at("forward_key", now):
            headers["Authorization"] = f"{own.forward_scheme} {secret(connector, 'forward_key', now)}".lstrip()
        return OutboundRequest("POST", address(own.base_url, call), headers, body)

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        return status_failure(response) or Reply(b"{}")

    def dress(self, connector: Connector, came: Incoming, outcome: Reply | Failure | Refusal) -> Reply:
        """Return OSS's shape of an answer: a root named after the method, `kode` and `keterangan`."""
        if isinstance(outcome, Reply):
            status, text = 200, "Sukses"
        elif isinstance(outcome, Refusal):
            status, text = outcome.status, outcome.reason
        else:
            status = {Fault.DECLINED: 422, Fault.MALFORMED: 400, Fault.NOT_FOUND: 404}.get(outcome.fault, 503)
            text = outcome.fault.value
        root = _of(connector.settings).answer_prefix + came.path.rpartition("/")[2]
        return Reply(orjson.dumps({root: {"kode": status, "keterangan": text}}), status)


def token(username: str, password: str, nib: str, day: str) -> str:
    """Return the token of one day (YYYYMMDD), lower-case hex."""
    return hashlib.sha1(f"{username}{password}{nib}{day}".encode(), usedforsecurity=False).hexdigest()  # OSS's scheme


def day_in_wib(moment: int) -> str:
    return datetime.fromtimestamp(moment, WIB).strftime("%Y%m%d")


def _judged(body: bytes, members: str) -> tuple[str, bytes] | None:
    """Return the NIB of the body, and the body as it was understood; None when it could be understood in two ways.

    Thirteen digits, no more and no less, so that no two inputs of the hash run together.
    """
    try:
        found: Any = unambiguous(body)
        written = orjson.dumps(found)
    except ValueError:
        return None
    for member in members.split("."):
        found = found.get(member) if isinstance(found, Mapping) and not has_twin(found, member) else None
    is_nib = isinstance(found, str) and len(found) == 13 and found.isascii() and found.isdecimal()
    return (found, written) if is_nib else None


def _of(settings: BaseModel) -> Sha1WebhookSettings:
    return cast("Sha1WebhookSettings", settings)
