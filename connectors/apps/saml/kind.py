"""The kind `saml`: Gapura as a SAML 2.0 identity provider. Sans-I/O.

Whatever needs lxml is imported when the first message comes: most workers of most regencies never see one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.saml.about import ABOUT
from connectors.apps.saml.settings import ILLEGAL, SamlSettings
from connectors.contract import Answer, Capability, Connector, Emission, Identity, SecretRule
from connectors.front_door import Desk, Endpoint, Entry, Exhibit, HandOff, Leave, Message, Post, Received
from connectors.mapping import apply
from kit.secrets import new_id

SIGNING = "signing"
MOST_FORM = 524_288  # 256 kB as base64, urlencoded
REFUSALS = {
    "login_required": "NoPassive",
    "consent_required": "NoPassive",
    "interaction_required": "NoPassive",
    "no_second_step": "NoAuthnContext",
    "declined": "RequestDenied",
}  # everything else a page of ours says better than the error page of a service provider


class Saml:
    """Holds nothing: one value serves every connector of the kind."""

    name = "saml"
    title: Mapping[str, str] = {"id": "Aplikasi lama yang masuk lewat SAML 2.0", "en": "Older application that signs in through SAML 2.0"}
    capabilities = frozenset({Capability.FRONT_DOOR, Capability.HAND_OFF, Capability.SIGN_OUT, Capability.PREVIEW})
    settings_model: type[BaseModel] = SamlSettings
    secrets: Mapping[str, SecretRule] = {}
    about: About = ABOUT
    docs = "connectors/saml.md"
    endpoints: Sequence[Endpoint] = (
        Endpoint("metadata", "/saml/metadata", for_programs=True),
        Endpoint("sso", "/saml/sso", ("GET", "POST"), cross_site=True, most_bytes=MOST_FORM),
        Endpoint("slo", "/saml/slo", ("GET", "POST"), cross_site=True, most_bytes=MOST_FORM),
        Endpoint("mulai", "/saml/{connector}/mulai"),
    )
    own: Sequence[str] = (SIGNING,)

    def make_own(self, name: str, issuer: str, now: int) -> str:
        from connectors.apps.saml.own import make_signing

        return make_signing(issuer, now)

    def names(self, settings: BaseModel) -> frozenset[str]:
        return frozenset({_of(settings).entity_id})

    def emits(self, settings: BaseModel) -> frozenset[str]:
        own = _of(settings)
        return frozenset({*(row.claim for row in own.attributes), *([own.email_claim] if own.name_id == "email" else ())})

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        return self._released(_of(settings), identity, _of(settings).name_id)

    def _released(self, own: SamlSettings, who: Identity, name_id: str) -> list[Emission]:
        """Return the name and every attribute with what is sent; without the name when it would be an address that was not released."""
        names = {
            "persistent": Emission("NameID", who.subject, "sub"),
            "transient": Emission("NameID", new_id(), ""),
            "email": Emission("NameID", ILLEGAL.sub("", str(who.claims.get(own.email_claim, ""))), own.email_claim),
        }
        found = [names[name_id]] if names[name_id].value else []
        named = {row.field: row for row in own.attributes}
        for row, value in apply(own.attributes, who.claims):
            if sent := ILLEGAL.sub("", named[row.field].sent(value)).strip():
                found.append(Emission(row.field, sent, row.claim))
        return found

    def start(self, connector: Connector, issuer: str) -> str:
        return _of(connector.settings).start_url or f"{issuer}/saml/{connector.id}/mulai"

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        if request.endpoint == "metadata":
            return self._metadata(desk)
        from connectors.apps.saml import incoming

        if request.endpoint == "mulai":
            return incoming.unsolicited(request, desk)
        return await (incoming.sign_on(request, desk) if request.endpoint == "sso" else incoming.sign_out(request, desk))

    def _metadata(self, desk: Desk) -> Answer:
        from connectors.apps.saml import metadata, outgoing

        return Answer(200, {"Content-Type": "application/samlmetadata+xml"}, metadata.own_metadata(desk.issuer, outgoing.in_force(desk)))

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        from connectors.apps.saml import outgoing

        own = _of(connector.settings)
        return outgoing.answer(own, who, self._released(own, who, str(state["name_id"])), state, desk)

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        from connectors.apps.saml import outgoing

        return outgoing.refusal(state, REFUSALS[reason], desk) if reason in REFUSALS and state["request"] else None

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        from connectors.apps.saml import outgoing

        return outgoing.farewell(_of(connector.settings), handle, desk)

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        from connectors.apps.saml import outgoing

        return outgoing.farewell_page(_of(connector.settings), handle, desk)

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        """What is sealed for the service provider is shown open beside it: a preview of cipher text tells nobody anything."""
        from connectors.apps.saml import outgoing

        own = _of(connector.settings)
        kinds = {"SAMLResponse": own}
        if own.encryption_certificate:
            kinds["SAMLResponse, sebelum disandikan"] = own.model_copy(update={"encryption_certificate": ""})
        shown = []
        for title, one in kinds.items():
            given = outgoing.answer(one, who, self._released(one, who, one.name_id), outgoing.unasked(one), desk)
            assert isinstance(given.answer, Post)
            shown.append(Exhibit(title, outgoing.text_of(given.answer), "application/xml"))
        return shown


def _of(settings: BaseModel) -> SamlSettings:
    return cast("SamlSettings", settings)
