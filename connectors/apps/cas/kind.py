"""The kind `cas`. Sans-I/O: a person comes to `/cas/login` and goes back to her application with a ticket, which it validates once.

Nothing of a sign-in on its way is held by the browser: what was asked is kept by the house, and a ticket names a sealed record (CA-08).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.cas.about import ABOUT
from connectors.apps.cas.proxying import proxy
from connectors.apps.cas.services import MAX_SERVICE, address_of, connector_of, how_near, with_ticket
from connectors.apps.cas.settings import SUBJECT, USER, CasSettings
from connectors.apps.cas.sign_out import handle_of, logout_message, service_of
from connectors.apps.cas.tickets import TICKET_SECONDS, Granted, emissions_of, new_ticket
from connectors.apps.cas.validation import WAYS, validate
from connectors.apps.cas.words import bounded, is_set
from connectors.contract import Answer, Capability, Connector, Emission, Identity, SecretRule
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Desk, Endpoint, Entry, Exhibit, HandOff, Leave, Message, Post, Received

METHODS = ("", "GET", "POST")


class Cas:
    """Holds nothing: one value serves every connector of the kind."""

    name = "cas"
    title: Mapping[str, str] = {"id": "Aplikasi dengan CAS", "en": "Application that speaks CAS"}
    capabilities = frozenset({Capability.FRONT_DOOR, Capability.HAND_OFF, Capability.SIGN_OUT, Capability.PREVIEW})
    settings_model: type[BaseModel] = CasSettings
    secrets: Mapping[str, SecretRule] = {}
    own: Sequence[str] = ()
    about: About = ABOUT
    docs = "connectors/cas.md"
    endpoints: Sequence[Endpoint] = (
        Endpoint("login", "/cas/login"),
        Endpoint("validate", "/cas/validate", for_programs=True),
        Endpoint("service_validate", "/cas/serviceValidate", for_programs=True),
        Endpoint("proxy_validate", "/cas/proxyValidate", for_programs=True),
        Endpoint("p3_service_validate", "/cas/p3/serviceValidate", for_programs=True),
        Endpoint("p3_proxy_validate", "/cas/p3/proxyValidate", for_programs=True),
        Endpoint("proxy", "/cas/proxy", for_programs=True),
        Endpoint("logout", "/cas/logout"),
    )

    def make_own(self, name: str, issuer: str, now: int) -> str:
        raise LookupError(name)  # the kind has no secret of its own

    def names(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(f"{one}*" if one.endswith("/") else one for one in _of(settings).services)

    def emits(self, settings: BaseModel) -> frozenset[str]:
        own = _of(settings)
        named = {own.username} if own.username != SUBJECT else set()
        return frozenset(named | {row.claim for row in own.attributes})

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        return emissions_of(_of(settings), identity)

    def start(self, connector: Connector, issuer: str) -> str:
        own = _of(connector.settings)
        return own.start_url or f"{issuer}/cas/login?{urlencode({'service': own.services[0]})}"

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        if request.endpoint in WAYS:
            return await validate(request, desk)
        if request.endpoint == "proxy":
            return await proxy(request, desk)
        if request.endpoint == "logout":
            return _leave(request, desk)
        return _enter(request, desk)

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        """CAS 3.0 §2.2.4. `renew`: the house let nobody pass without a new sign-in; else it is new when it is later than the request."""
        own, service = _of(connector.settings), str(state["service"])
        if not how_near(own.services, service):
            raise BadRequest("the service is not registered", connector=connector.id)
        told = {one.name: one.value for one in self.emissions(own, who)}
        user = told.pop(USER, "")
        if not user:
            raise NotEntered("no_username", connector=connector.id)
        ticket = new_ticket("ST")
        fresh = state["renew"] is True or who.auth_time > int(str(state["at"]))
        granted = Granted(connector.id, service, user, tuple(told.items()), who.auth_time, fresh)
        if not await desk.keep(ticket, granted.to_bytes(), TICKET_SECONDS):
            return None
        handle = handle_of(ticket, service) if own.sign_out else ""
        if state["method"] == "POST":
            return HandOff(Post(service, {"ticket": ticket}), handle)
        return HandOff(Answer(303, {"Location": with_ticket(service, ticket)}), handle)

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        """A request with `gateway` goes back without a ticket (CAS 3.0 §2.1.1); for any other the protocol has no words."""
        service = str(state["service"])
        if state["gateway"] is not True or not how_near(_of(connector.settings).services, service):
            return None
        return Answer(303, {"Location": service})

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        own = _of(connector.settings)
        return logout_message(handle, desk.now) if own.sign_out and how_near(own.services, service_of(handle)) else None

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        return ""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        service = _of(connector.settings).services[0]
        state = {"service": service, "renew": False, "gateway": False, "method": "", "at": who.auth_time}
        handed = await self.hand_off(connector, who, state, desk)
        if handed is None or isinstance(handed.answer, Post):
            return ()
        location = handed.answer.headers["Location"]
        pairs = (("service", service), ("ticket", location.rpartition("ticket=")[2]))
        answer = await validate(Received("p3_service_validate", "GET", "/cas/p3/serviceValidate", query=pairs), desk)
        return (Exhibit("Location", location), Exhibit("/cas/p3/serviceValidate", answer.body, "application/xml"))


def _enter(request: Received, desk: Desk) -> Entry:
    """CAS 3.0 §2.1. `renew` wins over `gateway`, as the specification recommends."""
    service, method = bounded(request, "service", MAX_SERVICE), bounded(request, "method", 16).upper()
    if not service:
        raise BadRequest("service is missing")
    connector = _connector(desk, service)
    if connector is None:
        raise BadRequest("the service is not registered")
    if method not in METHODS:
        raise BadRequest("method must be GET or POST", connector=connector.id)
    renew = is_set(request, "renew")
    gateway = is_set(request, "gateway") and not renew
    state = {"service": service, "renew": renew, "gateway": gateway, "method": method, "at": desk.now}
    address = address_of(service)
    return Entry(connector, state, fresh=renew, silent=gateway, origins=(address.origin,) if address is not None else ())


def _leave(request: Received, desk: Desk) -> Leave:
    """CAS 3.0 §2.3: nothing proves who asks, so the person is asked; onward only to a registered service. `url` is the word of CAS 2."""
    onward = bounded(request, "service", MAX_SERVICE) or bounded(request, "url", MAX_SERVICE)
    connector = _connector(desk, onward) if onward else None
    return Leave(connector, onward=onward if connector is not None else "")


def _connector(desk: Desk, service: str) -> Connector | None:
    return connector_of(((one, _of(one.settings).services) for one in desk.connectors()), service)


def _of(settings: BaseModel) -> CasSettings:
    return cast("CasSettings", settings)
