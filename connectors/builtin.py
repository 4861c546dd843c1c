"""The kinds of older systems this version speaks. Adding one: its folder, one line here, its test, its page in docs/connectors."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.apps.cas.kind import Cas
from connectors.apps.form_login.kind import FormLogin
from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.ldap.kind import Ldap
from connectors.apps.saml.kind import Saml
from connectors.apps.simple_sso.kind import SimpleSso
from connectors.apps.ticket.kind import Ticket
from connectors.contract import Kind

KINDS: Mapping[str, Kind] = {
    "cas": Cas(),
    "form_login": FormLogin(),
    "forward_auth": ForwardAuth(),
    "ldap": Ldap(),
    "saml": Saml(),
    "simple_sso": SimpleSso(),
    "ticket": Ticket(),
}
