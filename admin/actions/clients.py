"""OpenID clients of applications: settings, and secrets that are shown once, two valid at a time (UX SK-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from admin.actions import check, client_fields
from admin.actions.desk import Desk, difference
from admin.actions.drafts import ClientDraft
from admin.errors import Changed, Invalid, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp import guards
from idp.applications.models import Application, Client, ClientSecret
from idp.keys.algorithms import SIGNING
from idp.registration.errors import Unfit
from idp.registration.judging import Judging
from kit.audit import AuditEvent
from kit.secrets import digest, new_secret

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "none")
WITH_SECRET = ("client_secret_basic", "client_secret_post")
ALGORITHMS = SIGNING
FORMATS = ("opaque", "jwt")
SECRET_PREFIX = "gapura_sk_"
SECRET_SECONDS = 365 * 86400
SHOWN = len(SECRET_PREFIX) + 4


@dataclass(frozen=True, slots=True)
class Clients:
    """`scopes` are all scopes a client may be registered for: the standard ones and one per claim of the catalogue."""

    desk: Desk
    scopes: frozenset[str]
    judging: Judging

    async def get(self, operator: Operator, client_id: str) -> Client:
        self.desk.may(operator, Permission.APPLICATION_READ)
        return await self._found(client_id)

    async def change(self, operator: Operator, client_id: str, draft: ClientDraft, *, based_on: int) -> Client:
        """Save the settings; what was issued under the former ones is dead when this returns."""
        self.desk.may(operator, Permission.APPLICATION_CHANGE)
        former = await self._found(client_id)
        application = (await self.desk.snapshot()).applications[former.application]
        if application.revision != based_on:
            raise Changed(client_id)
        check.settle(self.problems(draft, slugs=self._own_services(former)))
        client = self._built(former, draft)
        await self._fit(client)
        before, after = difference(shown(former), shown(client))
        if not after:
            return former
        entry = self.desk.entry(
            operator, AuditEvent.CLIENT_CHANGED, f"client:{client_id}", before=before, after=after, names=_names(application)
        )
        store = self.desk.stores.registry
        async with self.desk.changing(guards.application(application.id)):
            await store.save_application(replace(application, updated_at=self.desk.clock.now()), based_on=based_on)
            await store.save_client(client, [entry])
        return client

    async def rotate_secret(self, operator: Operator, client_id: str) -> str:
        """Add a secret and return it, this once. The newest former one stays valid beside it; older ones end."""
        self.desk.may(operator, Permission.SECRET_CHANGE)
        client = await self._found(client_id)
        if client.auth_method not in WITH_SECRET:
            raise Invalid(
                check.problem("auth_method", "no_secret", "Aplikasi ini tidak memakai rahasia.", "This application uses no secret.")
            )
        secret, kept = self.new_secret()
        former = [s for s in client.secrets if s.expires_at is None or s.expires_at > self.desk.clock.now()]
        stays = sorted(former, key=lambda s: s.created_at)[-1:]
        application = (await self.desk.snapshot()).applications[client.application]
        entry = self.desk.entry(
            operator,
            AuditEvent.CLIENT_SECRET_ROTATED,
            f"client:{client_id}",
            before={"secrets": [s.prefix for s in client.secrets]},
            after={"secrets": [s.prefix for s in (*stays, kept)]},
            names=_names(application),
        )
        async with self.desk.changing():
            await self.desk.stores.registry.save_client(replace(client, secrets=(*stays, kept)), [entry])
        return secret

    async def revoke_secret(self, operator: Operator, client_id: str, prefix: str, *, reason: str) -> Client:
        """Make one secret worthless. What was issued to the client is dead too: who held the secret may hold tokens."""
        self.desk.may(operator, Permission.SECRET_CHANGE)
        client = await self._found(client_id)
        check.settle(check.reason("reason", reason))
        left = tuple(s for s in client.secrets if s.prefix != prefix)
        if len(left) == len(client.secrets):
            raise NotFound(prefix)
        application = (await self.desk.snapshot()).applications[client.application]
        entry = self.desk.entry(
            operator,
            AuditEvent.CLIENT_SECRET_REVOKED,
            f"client:{client_id}",
            before={"secrets": [s.prefix for s in client.secrets]},
            after={"secrets": [s.prefix for s in left]},
            names=_names(application),
            reason=reason.strip(),
        )
        changed = replace(client, secrets=left)
        async with self.desk.changing(guards.application(client.application)):
            await self.desk.stores.registry.save_client(changed, [entry])
        return changed

    async def fit(self, application_id: str, draft: ClientDraft, *, field: str = "") -> None:
        """Raise Invalid when the first client of a new application could not be so. Nothing is kept."""
        await self._fit(self._built(Client(application_id, application_id, draft.auth_method, (), frozenset()), draft), field)

    async def _fit(self, client: Client, field: str = "") -> None:
        """Judge the whole new state by the same rules as a client that registers itself (DC-09)."""
        try:
            await self.judging.judge(client)
        except Unfit as unfit:
            raise Invalid(client_fields.problem_of(unfit, field)) from unfit

    async def first(self, operator: Operator, application: Application, draft: ClientDraft) -> str:
        """Keep the first client of a new application and return its secret, or "". Only `Applications.register` calls this."""
        client = self._built(Client(application.id, application.id, draft.auth_method, (), frozenset()), draft)
        secret = ""
        if client.auth_method in WITH_SECRET:
            secret, kept = self.new_secret()
            client = replace(client, secrets=(kept,))
        entry = self.desk.entry(
            operator, AuditEvent.CLIENT_CHANGED, f"client:{client.client_id}", after=shown(client), names=_names(application)
        )
        await self.desk.stores.registry.save_client(client, [entry])
        return secret

    def new_secret(self) -> tuple[str, ClientSecret]:
        secret = SECRET_PREFIX + new_secret()
        now = self.desk.clock.now()
        return secret, ClientSecret(digest(secret), secret[:SHOWN], now, now + SECRET_SECONDS)

    def problems(self, draft: ClientDraft, *, field: str = "", slugs: frozenset[str] = frozenset()) -> check.Found:
        """Return what is wrong with client settings: never a pattern, never plain http away from this machine."""
        found: check.Found = []
        if not draft.redirect_uris:
            found.append(check.problem(f"{field}redirect_uris", "missing", "Isi alamat balik.", "Give a redirect address."))
        for uri in draft.redirect_uris:
            found += check.url(f"{field}redirect_uris", uri, native=draft.native)
        for uri in draft.post_logout_redirect_uris:
            found += check.url(f"{field}post_logout_redirect_uris", uri)
        found += check.called(f"{field}backchannel_logout_uri", draft.backchannel_logout_uri, self.judging.offered.allow)
        front = check.url(f"{field}frontchannel_logout_uri", draft.frontchannel_logout_uri)
        found += front or check.same_origin(f"{field}frontchannel_logout_uri", draft.frontchannel_logout_uri, draft.redirect_uris)
        found += check.one_of(f"{field}auth_method", draft.auth_method, AUTH_METHODS)
        found += check.one_of(f"{field}id_token_alg", draft.id_token_alg, ALGORITHMS)
        found += check.one_of(f"{field}access_token_format", draft.access_token_format, FORMATS)
        found += check.scopes(f"{field}scopes", draft.scopes, self.scopes | slugs)
        if "openid" not in draft.scopes:
            found.append(check.problem(f"{field}scopes", "no_openid", "Lingkup openid wajib ada.", "The scope openid is needed."))
        if draft.auth_method == "private_key_jwt" and not draft.jwks_uri and not _public_keys(draft.jwks):
            found.append(
                check.problem(
                    f"{field}jwks",
                    "no_public_key",
                    "Tempel kunci umum berbentuk JWKS, tanpa bagian rahasia.",
                    "Paste the public keys as a JWKS, without private parts.",
                )
            )
        return found

    def _own_services(self, client: Client) -> frozenset[str]:
        snapshot = self.desk.registry.now
        return frozenset(f"layanan:{s.slug}" for s in snapshot.by_application.get(client.application, ()))

    def _built(self, former: Client, draft: ClientDraft) -> Client:
        keeps_secrets = draft.auth_method in WITH_SECRET
        return replace(
            former,
            auth_method=draft.auth_method,
            redirect_uris=tuple(dict.fromkeys(draft.redirect_uris)),
            post_logout_redirect_uris=tuple(dict.fromkeys(draft.post_logout_redirect_uris)),
            scopes=frozenset(draft.scopes),
            secrets=former.secrets if keeps_secrets else (),
            jwks=draft.jwks,
            grant_types=frozenset({"authorization_code", *(["refresh_token"] if draft.refresh else []), *draft.more_grants}),
            native=draft.native,
            access_token_format=draft.access_token_format,
            id_token_alg=draft.id_token_alg,
            backchannel_logout_uri=draft.backchannel_logout_uri or None,
            frontchannel_logout_uri=draft.frontchannel_logout_uri or None,
            session_management=draft.session_management,
            **client_fields.built(draft),
        )

    async def _found(self, client_id: str) -> Client:
        client = (await self.desk.snapshot()).clients.get(client_id)
        if client is None:
            raise NotFound(client_id)
        return client


def _public_keys(jwks: object) -> bool:
    """True for a non-empty JWK set of public EC, RSA or OKP keys. A private part is refused: it must never reach us."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= 10:
        return False
    return all(isinstance(k, dict) and k.get("kty") in ("EC", "RSA", "OKP") and not {"d", "p", "q", "k"} & set(k) for k in keys)


def shown(client: Client) -> dict[str, object]:
    """Return what audit and API may show: never a digest."""
    return {
        "auth_method": client.auth_method,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "scopes": sorted(client.scopes),
        "grant_types": sorted(client.grant_types),
        "native": client.native,
        "access_token_format": client.access_token_format,
        "id_token_alg": client.id_token_alg,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "frontchannel_logout_uri": client.frontchannel_logout_uri,
        "session_management": client.session_management,
        **client_fields.shown(client),
        "key_ids": [str(k.get("kid", "")) for k in (client.jwks or {}).get("keys", [])] if client.jwks else [],  # type: ignore[attr-defined] # a JWKS is plain JSON
    }


def _names(application: Application) -> dict[str, str]:
    return {f"application:{application.id}": application.name["id"]}
