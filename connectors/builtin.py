"""The kinds of older systems this version speaks. Adding one: its folder, one line here, its test, its page in docs/connectors."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.apis.api_key.kind import ApiKey
from connectors.apis.basic.kind import Basic
from connectors.apis.hmac_headers.kind import HmacHeaders
from connectors.apis.oauth_client.kind import OauthClient
from connectors.apis.sha1_webhook.kind import Sha1Webhook
from connectors.apis.soap_wsse.kind import SoapWsse
from connectors.apis.two_tokens.kind import TwoTokens
from connectors.apps.cas.kind import Cas
from connectors.apps.form_login.kind import FormLogin
from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.ldap.kind import Ldap
from connectors.apps.passport.kind import Passport
from connectors.apps.saml.kind import Saml
from connectors.apps.simple_sso.kind import SimpleSso
from connectors.apps.ticket.kind import Ticket
from connectors.contract import Kind

KINDS: Mapping[str, Kind] = {
    "api_key": ApiKey(),
    "basic": Basic(),
    "cas": Cas(),
    "form_login": FormLogin(),
    "forward_auth": ForwardAuth(),
    "hmac_headers": HmacHeaders(),
    "ldap": Ldap(),
    "oauth_client": OauthClient(),
    "passport": Passport(),
    "saml": Saml(),
    "sha1_webhook": Sha1Webhook(),
    "soap_wsse": SoapWsse(),
    "simple_sso": SimpleSso(),
    "ticket": Ticket(),
    "two_tokens": TwoTokens(),
}
