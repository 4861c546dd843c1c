"""Codes and access tokens as bytes of the expiring store: JSON arrays, because each of them is written once per sign-in."""

from __future__ import annotations

import orjson

from idp.tokens.models import AccessToken, AuthorizationCode


def encode_code(code: AuthorizationCode) -> bytes:
    return orjson.dumps(
        [
            code.client_id, code.application, code.service, code.grant, code.person, code.session, code.sid, code.subject,
            code.redirect_uri, code.code_challenge, code.nonce, sorted(code.scopes), sorted(code.released), sorted(code.id_token_claims),
            code.auth_time, code.acr, code.amr, code.issued_at, dict(code.guards), code.dpop_jkt, sorted(code.resources), code.details,
            code.consent_until,
        ]
    )  # fmt: skip


def decode_code(raw: bytes) -> AuthorizationCode:
    v = orjson.loads(raw)
    return AuthorizationCode(
        client_id=v[0], application=v[1], service=v[2], grant=v[3], person=v[4], session=v[5], sid=v[6], subject=v[7],
        redirect_uri=v[8], code_challenge=v[9], nonce=v[10], scopes=frozenset(v[11]), released=frozenset(v[12]),
        id_token_claims=frozenset(v[13]), auth_time=v[14], acr=v[15], amr=tuple(v[16]), issued_at=v[17], guards=v[18],
        dpop_jkt=v[19], resources=frozenset(v[20]), details=v[21], consent_until=v[22] if len(v) > 22 else 0,
    )  # fmt: skip


def encode_token(token: AccessToken) -> bytes:
    return orjson.dumps(
        [
            token.client_id, token.application, token.service, token.grant, token.person, token.subject, sorted(token.scopes),
            token.audience, token.issued_at, token.expires_at, token.jti, token.sealed_claims, token.cnf, token.details, token.actor,
            token.auth_time, token.acr, token.also_under,
        ]
    )  # fmt: skip


def decode_token(raw: bytes) -> AccessToken:
    """Return the token; its fields stand in the order of the record, which is cheaper than naming each of them."""
    v = orjson.loads(raw)
    v[6], v[17:] = frozenset(v[6]), [tuple(under) for under in v[17:]]
    return AccessToken(*v)
