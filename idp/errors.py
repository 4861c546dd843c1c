"""Errors an OAuth client or a browser can be told about. `description` is for the client's developer, `detail` only for our log.

OAuthError                                 wire code, status, redirectable
├── InvalidRequest            invalid_request            400  yes
├── UnauthorizedClient        unauthorized_client        400  yes
├── AccessDenied              access_denied              403  yes
│   └── GuardianNeeded        access_denied              403  yes; under 18, or an age that nobody checked
├── UnsupportedResponseType   unsupported_response_type  400  yes
├── InvalidScope              invalid_scope              400  yes
├── InvalidTarget             invalid_target             400  yes
├── LoginRequired             login_required             400  yes
├── ConsentRequired           consent_required           400  yes
├── InteractionRequired       interaction_required       400  yes
├── RequestNotSupported       request_not_supported      400  yes
├── RequestUriNotSupported    request_uri_not_supported  400  yes
├── RegistrationNotSupported  registration_not_supported 400  yes
├── TemporarilyUnavailable    temporarily_unavailable    503  yes
├── InvalidAuthorizationDetails invalid_authorization_details 400  yes
├── InvalidRequestObject      invalid_request_object     400  yes
├── InvalidRequestUri         invalid_request_uri        400  yes
├── UnknownClient             invalid_client             400  never redirected, shown to the person
├── UnknownRedirectUri        invalid_request            400  never redirected, shown to the person
├── InvalidClient             invalid_client             401  never redirected
├── InvalidGrant              invalid_grant              400
├── UnsupportedGrantType      unsupported_grant_type     400
├── AuthorizationPending      authorization_pending      400  RFC 8628 §3.5
├── PollsTooFast              slow_down                  400  RFC 8628 §3.5
├── ExpiredDeviceCode         expired_token              400  RFC 8628 §3.5
├── NotConsented              invalid_target             400  RFC 8693 §2.2.2
├── InvalidDpopProof          invalid_dpop_proof         400  at a resource 401, with a DPoP challenge
├── UseDpopNonce              use_dpop_nonce             400  at a resource 401, with a DPoP challenge
├── NoEncryptionKey           invalid_request            400  the client must publish one
├── InvalidClientMetadata     invalid_client_metadata    400  RFC 7591 §3.2.2
├── InvalidRedirectUri        invalid_redirect_uri       400  RFC 7591 §3.2.2
├── UnapprovedSoftwareStatement unapproved_software_statement 400  RFC 7591 §3.2.2
├── InvalidToken              invalid_token              401  challenge of the token's scheme
├── InsufficientScope         insufficient_scope         403  bearer challenge
├── InsufficientUserAuthentication insufficient_user_authentication 401  challenge with acr_values, max_age. RFC 9470 §3
├── MethodNotAllowed          invalid_request            405
├── UnsupportedMediaType      invalid_request            415
├── TooLarge                  invalid_request            413
└── TooManyRequests           slow_down                  429  Retry-After

`catalogue` is the stable code of the error page and its doc (UX ER-2, §5.4): SSO-AUTH-…, SSO-TOKEN-…, SSO-API-…, SSO-REG-….
"""

from __future__ import annotations


class OAuthError(Exception):
    code = "server_error"
    status = 400
    redirectable = False
    catalogue = "SSO-AUTH-000"

    def __init__(
        self, description: str = "", *, detail: str = "", param: str = "", retry_after: int | None = None, scheme: str = "Bearer"
    ) -> None:
        super().__init__(description or self.code)
        self.description = description
        self.detail = detail
        self.param = param
        self.retry_after = retry_after
        self.scheme = scheme  # of the challenge, where there is one. RFC 9110 §11.6.1


class InvalidRequest(OAuthError):
    code, redirectable, catalogue = "invalid_request", True, "SSO-AUTH-001"


class UnauthorizedClient(OAuthError):
    code, redirectable, catalogue = "unauthorized_client", True, "SSO-AUTH-002"


class AccessDenied(OAuthError):
    code, status, redirectable, catalogue = "access_denied", 403, True, "SSO-AUTH-003"


class GuardianNeeded(AccessDenied):
    catalogue = "SSO-AUTH-019"

    def __init__(self) -> None:
        super().__init__("SSO-AUTH-019: a parent or guardian has to agree, at the counter")


class UnsupportedResponseType(OAuthError):
    code, redirectable, catalogue = "unsupported_response_type", True, "SSO-AUTH-004"


class InvalidScope(OAuthError):
    code, redirectable, catalogue = "invalid_scope", True, "SSO-AUTH-005"


class InvalidTarget(OAuthError):
    code, redirectable, catalogue = "invalid_target", True, "SSO-AUTH-006"


class LoginRequired(OAuthError):
    code, redirectable, catalogue = "login_required", True, "SSO-AUTH-007"


class ConsentRequired(OAuthError):
    code, redirectable, catalogue = "consent_required", True, "SSO-AUTH-008"


class InteractionRequired(OAuthError):
    code, redirectable, catalogue = "interaction_required", True, "SSO-AUTH-009"


class RequestNotSupported(OAuthError):
    code, redirectable, catalogue = "request_not_supported", True, "SSO-AUTH-010"


class RequestUriNotSupported(OAuthError):
    code, redirectable, catalogue = "request_uri_not_supported", True, "SSO-AUTH-011"


class UnknownRedirectUri(OAuthError):
    code, catalogue = "invalid_request", "SSO-AUTH-012"


class UnknownClient(OAuthError):
    code, catalogue = "invalid_client", "SSO-AUTH-013"


class RegistrationNotSupported(OAuthError):
    code, redirectable, catalogue = "registration_not_supported", True, "SSO-AUTH-014"


class TemporarilyUnavailable(OAuthError):
    code, status, redirectable, catalogue = "temporarily_unavailable", 503, True, "SSO-AUTH-015"


class InvalidAuthorizationDetails(OAuthError):
    code, redirectable, catalogue = "invalid_authorization_details", True, "SSO-AUTH-016"


class InvalidRequestObject(OAuthError):
    code, redirectable, catalogue = "invalid_request_object", True, "SSO-AUTH-017"


class InvalidRequestUri(OAuthError):
    code, redirectable, catalogue = "invalid_request_uri", True, "SSO-AUTH-018"


class InvalidClient(OAuthError):
    code, status, catalogue = "invalid_client", 401, "SSO-TOKEN-001"


class InvalidGrant(OAuthError):
    code, catalogue = "invalid_grant", "SSO-TOKEN-002"


class UnsupportedGrantType(OAuthError):
    code, catalogue = "unsupported_grant_type", "SSO-TOKEN-003"


class AuthorizationPending(OAuthError):
    code, catalogue = "authorization_pending", "SSO-TOKEN-006"


class PollsTooFast(OAuthError):
    code, catalogue = "slow_down", "SSO-TOKEN-007"


class ExpiredDeviceCode(OAuthError):
    code, catalogue = "expired_token", "SSO-TOKEN-008"


class NotConsented(InvalidTarget):
    """The person has not agreed that the application behind this audience may know this (TX-06)."""

    redirectable, catalogue = False, "SSO-TOKEN-009"


class InvalidDpopProof(OAuthError):
    code, catalogue = "invalid_dpop_proof", "SSO-TOKEN-004"


class UseDpopNonce(OAuthError):
    code, catalogue = "use_dpop_nonce", "SSO-TOKEN-005"


class NoEncryptionKey(OAuthError):
    code, catalogue = "invalid_request", "SSO-TOKEN-012"


class InvalidClientMetadata(OAuthError):
    code, catalogue = "invalid_client_metadata", "SSO-REG-001"


class InvalidRedirectUri(OAuthError):
    code, catalogue = "invalid_redirect_uri", "SSO-REG-002"


class UnapprovedSoftwareStatement(OAuthError):
    code, catalogue = "unapproved_software_statement", "SSO-REG-003"


class InvalidToken(OAuthError):
    code, status, catalogue = "invalid_token", 401, "SSO-API-001"


class InsufficientScope(OAuthError):
    code, status, catalogue = "insufficient_scope", 403, "SSO-API-002"


class InsufficientUserAuthentication(OAuthError):
    """The sign-in behind the token is too weak or too old. `acr_values` and `max_age` say what would do. RFC 9470 §3."""

    code, status, catalogue = "insufficient_user_authentication", 401, "SSO-API-007"

    def __init__(self, description: str = "", *, acr_values: str = "", max_age: int | None = None, scheme: str = "Bearer") -> None:
        super().__init__(description, scheme=scheme)
        self.acr_values = acr_values
        self.max_age = max_age


class MethodNotAllowed(OAuthError):
    code, status, catalogue = "invalid_request", 405, "SSO-API-003"


class UnsupportedMediaType(OAuthError):
    code, status, catalogue = "invalid_request", 415, "SSO-API-004"


class TooLarge(OAuthError):
    code, status, catalogue = "invalid_request", 413, "SSO-API-005"


class TooManyRequests(OAuthError):
    code, status, catalogue = "slow_down", 429, "SSO-API-006"
