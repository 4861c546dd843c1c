"""What goes back to a service provider: the answer that signs a person in, a refusal, and the two messages of a sign-out, all signed.

`state` is what an entry carried through the house: `acs` (where the answer goes), `request` (the id it answers, empty when nobody asked),
`relay` (RelayState, handed back untouched and never an address for us, SM-15), `name_id`, `contexts` and `comparison`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import cast

from connectors.apps.saml import binding, logout, response
from connectors.apps.saml.contexts import STRENGTH_OF_ACR, stated
from connectors.apps.saml.metadata import entity_id
from connectors.apps.saml.settings import SamlSettings
from connectors.apps.saml.signing import Key, own_key
from connectors.contract import Emission, Identity
from connectors.front_door import Desk, HandOff, Message, Post

SIGNING = "signing"  # the kind's own secret


def unasked(own: SamlSettings) -> dict[str, object]:
    """Return the state of an answer to nobody's question."""
    acs = own.default_acs.url
    return {"acs": acs, "request": "", "relay": own.relay_state, "name_id": own.name_id, "contexts": [], "comparison": "exact"}


def answer(own: SamlSettings, who: Identity, released: Sequence[Emission], state: Mapping[str, object], desk: Desk) -> HandOff:
    """Return the response that says exactly what is `released`, or a refusal when the request cannot be met for this person."""
    context = stated(cast("Sequence[str]", state["contexts"]), str(state["comparison"]), STRENGTH_OF_ACR.get(who.acr, 1))
    if context is None:
        return HandOff(refusal(state, "NoAuthnContext", desk), tells=False)
    if not released or released[0].name != "NameID":
        return HandOff(refusal(state, "InvalidNameIDPolicy", desk), tells=False)
    friendly = {row.field: row.friendly_name for row in own.attributes}
    rows = [(one.name, friendly[one.name], one.value) for one in released[1:]]
    # One index a session (SAML Core §2.7.2): a sign-out names it, and a person who comes again is not one more session to end.
    index, name_id = who.session or response.new_id(), str(state["name_id"])
    about = response.About(released[0].value, name_id, context, who.auth_time, index, rows)
    text = response.success(_going(state, desk), own, about, _key(desk))
    return HandOff(_post(state, text), logout.handle(index, name_id, released[0].value))


def refusal(state: Mapping[str, object], reason: str, desk: Desk, fault: str = "Responder") -> Post:
    return _post(state, response.refusal(_going(state, desk), reason, _key(desk), fault))


def logout_answer(own: SamlSettings, to: str, relay_state: str, desk: Desk, *, partly: bool) -> str:
    """Return the address that tells the service provider that everything ended, or `partly`; empty when it has none for the browser."""
    place = own.slo_by("redirect")
    if place is None:
        return ""
    url = place.response_url or place.url
    text = logout.response(to, url, entity_id(desk.issuer), desk.now, partly=partly)
    return binding.redirect(url, "SAMLResponse", text, relay_state, _key(desk))


def farewell(own: SamlSettings, handle: str, desk: Desk) -> Message | None:
    """Return the LogoutRequest from server to server; None when the service provider has no SOAP address."""
    place = own.slo_by("soap")
    if place is None:
        return None
    text = logout.request(handle, place.url, entity_id(desk.issuer), own, desk.now)
    action = {"SOAPAction": '"http://www.oasis-open.org/committees/security"'}
    return Message(place.url, logout.envelope(text, _key(desk)), "text/xml; charset=utf-8", action)


def farewell_page(own: SamlSettings, handle: str, desk: Desk) -> str:
    """Return the address whose loading ends the session at the service provider; empty when it has none for the browser."""
    place = own.slo_by("redirect")
    if place is None:
        return ""
    text = logout.request(handle, place.url, entity_id(desk.issuer), own, desk.now)
    return binding.redirect(place.url, "SAMLRequest", text, "", _key(desk))


def text_of(post: Post) -> str:
    """Return the message in a form, as a person may read it."""
    return base64.b64decode(post.fields["SAMLResponse"]).decode()


def _post(state: Mapping[str, object], text: str) -> Post:
    relay = {"RelayState": str(state["relay"])} if state["relay"] else {}
    return Post(str(state["acs"]), {"SAMLResponse": base64.b64encode(text.encode()).decode(), **relay})


def _going(state: Mapping[str, object], desk: Desk) -> response.Going:
    return response.Going(entity_id(desk.issuer), str(state["acs"]), str(state["request"]), desk.now)


def in_force(desk: Desk) -> tuple[str, ...]:
    """Return the keys of our own that are good now, oldest first.

    The oldest signs until it ends and the metadata shows every one, so that service providers know the next before it is used.
    """
    return tuple(one.value for one in reversed(desk.own[SIGNING]) if not one.until or desk.now < one.until)


def _key(desk: Desk) -> Key:
    return own_key(in_force(desk)[0])
