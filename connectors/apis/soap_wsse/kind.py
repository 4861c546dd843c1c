"""The kind `soap_wsse`: programs of today send and get JSON, the service sees SOAP; older SOAP programs may call through us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import orjson
from pydantic import BaseModel

from connectors.about import About
from connectors.apis.answers import UNREADABLE, reply, status_failure
from connectors.apis.base import CALLS, ApiBase, given, made, secret
from connectors.apis.soap_wsse import envelope, token
from connectors.apis.soap_wsse.about import ABOUT
from connectors.apis.soap_wsse.inbound import caller
from connectors.apis.soap_wsse.settings import SoapSettings
from connectors.apis.soap_wsse.xml import BadXml, local, namespace
from connectors.calls import Call, Caller, Failure, Fault, Incoming, OutboundRequest, Refusal, Reply, Response
from connectors.contract import Capability, Connector, SecretRule
from kit.json_depth import parse


class SoapWsse(ApiBase):
    name = "soap_wsse"
    title: Mapping[str, str] = {"id": "Layanan SOAP dengan UsernameToken", "en": "SOAP service with a UsernameToken"}
    capabilities = CALLS | {Capability.API_INBOUND}
    settings_model: type[BaseModel] = SoapSettings
    secrets: Mapping[str, SecretRule] = {"password": given("Kata sandi di layanan SOAP", "Password at the SOAP service", optional=True)}
    about: About = ABOUT
    docs = "connectors/soap_wsse.md"

    def secret_rules(self, settings: BaseModel) -> Mapping[str, SecretRule]:
        own = _of(settings)
        outward = {"password": given("Kata sandi di layanan SOAP", "Password at the SOAP service")} if own.username else {}
        return {**outward, **{f"key.{one.id}": made(f"Kata sandi {one.id}", f"Password of {one.id}") for one in own.callers}}

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        own = _of(connector.settings)
        operation = own.named(call.path[1:])
        try:
            sent = parse(call.body or b"{}")
        except ValueError:
            sent = None
        if operation is None or not isinstance(sent, Mapping):
            return Failure(Fault.MALFORMED, "send a JSON object with the fields of the operation")
        if not set(sent) <= set(operation.fields):
            return Failure(Fault.MALFORMED, f"the operation has these fields alone: {', '.join(operation.fields) or 'none'}")
        try:
            ordered = {name: sent[name] for name in operation.fields if name in sent}
            made_of, header = envelope.message(own.soap, operation.element, own.namespace, ordered, qualified=own.qualified)
        except BadXml as error:
            return Failure(Fault.MALFORMED, str(error))
        if own.username:
            token.put(header, own.username, secret(connector, "password", now), kind=own.password, now=now)
        action = own.action(operation)
        headers = {"Content-Type": f"{envelope.MEDIA[own.soap]}; charset=utf-8", "Accept": envelope.MEDIA[own.soap]}
        if own.soap == "1.1":
            headers["SOAPAction"] = f'"{action}"'
        else:
            headers["Content-Type"] += f'; action="{action}"'
        return OutboundRequest("POST", own.base_url, headers, envelope.written(made_of), {"element": operation.element})

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        own = _of(connector.settings)
        operation = own.named(request.context["element"])
        try:
            message = envelope.opened(response.body, response.content_type, own.soap)
        except BadXml:
            return status_failure(response) or UNREADABLE
        failed = envelope.fault(message.content, own.soap) or status_failure(response)
        if failed is not None:
            return failed
        wanted = (operation.answer or f"{operation.element}Response") if operation is not None else ""
        if local(message.content) != wanted or namespace(message.content) != own.namespace:
            return UNREADABLE
        return reply(envelope.values(message.content))

    def inbound(self, connector: Connector, came: Incoming) -> Caller | Refusal:
        return caller(connector, _of(connector.settings), came)

    def dress(self, connector: Connector, came: Incoming, outcome: Reply | Failure | Refusal) -> Reply:
        """Return a SOAP message; a Fault comes with HTTP 500. SOAP 1.1 §6.2. What cannot be written whole is a Fault (SO-04)."""
        own = _of(connector.settings)
        media = f"{envelope.MEDIA[own.soap]}; charset=utf-8"
        if isinstance(outcome, Refusal):
            code = "FailedAuthentication" if outcome.status in (401, 403) else "Malformed"
            return Reply(envelope.fault_message(own.soap, sender=True, code=code, text=outcome.reason), 500, media)
        if isinstance(outcome, Failure):
            sender = outcome.fault in (Fault.DECLINED, Fault.MALFORMED, Fault.NOT_FOUND)
            text = outcome.detail or outcome.fault.value
            return Reply(envelope.fault_message(own.soap, sender=sender, code=outcome.fault.value, text=text), 500, media)
        try:
            operation = own.named(local(envelope.opened(came.body, came.headers.get("content-type", ""), own.soap).content))
            element = (operation.answer or f"{operation.element}Response") if operation is not None else "Response"
            inside = orjson.loads(outcome.body)
            if not isinstance(inside, Mapping | str):
                raise BadXml("an answer that is neither text nor members")
            made_of = envelope.message(own.soap, element, own.namespace, inside, qualified=own.qualified)[0]
            return Reply(envelope.written(made_of), 200, media)
        except BadXml as error:
            text = f"the answer cannot be written as XML: {error}"
            return Reply(envelope.fault_message(own.soap, sender=False, code=Fault.BROKEN.value, text=text), 500, media)


def _of(settings: BaseModel) -> SoapSettings:
    return cast("SoapSettings", settings)
