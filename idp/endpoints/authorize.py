"""`/authorize`: an application asks us to sign a person in. RFC 6749 §4.1.1, OIDC Core §3.1.2."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.authorization import details
from idp.authorization.answered import is_first_answer
from idp.authorization.asked import Asked
from idp.authorization.checks import BEFORE_INTERACTION, BEFORE_REDIRECT
from idp.authorization.profile_checks import modes_of
from idp.authorization.request import AuthorizationRequest, one_each, parse_claims, read
from idp.authorization.resolve import Resolver
from idp.authorization.response import AuthorizationResponse
from idp.error_pages import ErrorPages, is_of_the_team
from idp.errors import InvalidRequest, InvalidRequestUri, OAuthError
from idp.interaction.dispatcher import Dispatcher
from idp.interaction.models import Interaction
from idp.keys.schedule import KeySchedule
from idp.keys.signer import BadToken
from idp.people.service import People
from idp.sessions.models import ACR_ORDER
from idp.sessions.service import Sessions
from idp.tokens.claims import claims_of_scopes, service_of_scopes
from idp.tokens.id_token import claims_of_hint
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.secrets import new_id
from kit.web.forms import BadForm, pairs_of, read_form
from kit.web.pages import origin_of

WATCHED = 5000
CHALLENGE_REUSE_NOTED = 20
SHOWN_BACK = ("client_id", "redirect_uri")  # on an error page; a login_hint may be somebody's NIK
MAX_QUERY = 128 * 1024


class ChallengeWatch:
    """Notes a client that keeps using one code challenge (AZ-24, RFC 9700 §2.1.1). Per worker and bounded: a hint for operators."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self.trail = trail
        self.clock = clock
        self._counts: OrderedDict[str, int] = OrderedDict()

    async def see(self, client_id: str, challenge: str) -> None:
        """Count one use; write the audit event at the twentieth."""
        key = f"{client_id} {challenge}"
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if len(self._counts) > WATCHED:
            self._counts.popitem(last=False)
        if count == CHALLENGE_REUSE_NOTED:
            await self.trail.append(Entry(AuditEvent.CHALLENGE_REUSED, f"client:{client_id}", f"client:{client_id}", self.clock.now()))


@dataclass(frozen=True)
class AuthorizeEndpoint:
    registry: Registry
    resolver: Resolver
    dispatcher: Dispatcher
    sessions: Sessions
    people: People
    keys: KeySchedule
    errors: ErrorPages
    response: AuthorizationResponse
    challenges: ChallengeWatch
    before_redirect: Sequence[Callable[[Asked], None]] = BEFORE_REDIRECT
    before_interaction: Sequence[Callable[[Asked], None]] = BEFORE_INTERACTION

    async def __call__(self, request: Request) -> Response:
        try:
            parameters = await self._parameters(request)
        except BadForm as error:
            return self.errors.oauth(request, InvalidRequest(error.reason))
        snapshot = self.registry.now
        client = snapshot.clients.get(parameters.get("client_id", ""))
        problem: OAuthError | None = None
        try:
            asked_for = await self.resolver.resolve(parameters, client) if client is not None and client.enabled else read(parameters)
        except OAuthError as error:
            asked_for, problem = read(parameters), error
        asked = Asked(asked_for, client, snapshot)
        try:
            for rule in self.before_redirect:
                rule(asked)
        except OAuthError as error:
            received = {error.param: asked_for.parameters.get(error.param, "")} if error.param in SHOWN_BACK else {}
            team = await self._looks_on(request, client)
            return self.errors.oauth(request, problem or error, client=client, received={} if problem else received, for_team=team)
        assert client is not None
        mode = asked_for.response_mode if asked_for.response_mode in modes_of(client) else "query"
        try:
            if problem is not None:
                raise problem
            for rule in self.before_interaction:
                rule(asked)
            interaction = await self._interaction(request, asked_for, client, mode)
        except OAuthError as error:
            if asked_for.pushed and not await is_first_answer(self.resolver.store, asked_for.pushed, new_id()):
                return self.errors.oauth(request, InvalidRequestUri("this request was answered already"), client=client)
            return self.response.error(request, client, asked_for.redirect_uri, mode, asked_for.state, error)
        if asked_for.code_challenge:
            await self.challenges.see(client.client_id, asked_for.code_challenge)
        return await self.dispatcher.begin(request, interaction)

    async def _looks_on(self, request: Request, client: Client | None) -> bool:
        """True when a member of the client's team is signed in at this browser (UX ER-1)."""
        session = await self.sessions.peek(request) if client is not None else None
        if client is None or session is None:
            return False
        application = self.registry.now.applications.get(client.application)
        person = await self.people.get(session.person)
        return application is not None and is_of_the_team(person, application, self.dispatcher.clock.now())

    async def _parameters(self, request: Request) -> dict[str, str]:
        """Return the parameters; a POST may not say in its query something else than in its body (AZ-13)."""
        raw = request.scope["query_string"]
        if len(raw) > MAX_QUERY:
            raise BadForm("the request is too large", 413)
        query = one_each(pairs_of(raw.decode("latin-1")))
        query.pop("lang", None)
        if request.method == "GET":
            return query
        body = one_each(await read_form(request))
        if any(name in body and body[name] != value for name, value in query.items()):
            raise BadForm("query and body disagree")
        return {**query, **body}

    async def _interaction(self, request: Request, asked: AuthorizationRequest, client: Client, mode: str) -> Interaction:
        claims = parse_claims(asked.claims)
        named = service_of_scopes(asked.scopes)
        service = self.registry.now.service_for(client.application, named[0] if named else None)
        max_age = int(asked.max_age) if asked.max_age else client.default_max_age
        wanted = details.canonical(details.parse(asked.details, client.authorization_details_types))
        silent = "none" in asked.prompt
        hint = self._hinted(asked, client) if asked.id_token_hint else claims.sub
        if claims.sub not in ("", hint):
            raise InvalidRequest("claims asks for another sub than id_token_hint", param="claims")
        fresh = (
            "login" in asked.prompt or max_age == 0 or (bool(hint) and not silent and await self._is_someone_else(request, hint, client))
        )
        return self.dispatcher.draft(
            request,
            door="oidc",
            application=client.application,
            client=client.client_id,
            deferred=request.method == "POST",
            service=service.slug if service is not None else None,
            claims=(claims_of_scopes(asked.scopes) | claims.names) & claims_of_scopes(client.scopes),
            essential=claims.essential,
            acr=claims.acr or self._wanted_acr(asked.acr_values),
            max_age=max_age,
            fresh_login=fresh,
            ask_consent="consent" in asked.prompt,
            details=wanted,
            choose_account="select_account" in asked.prompt,
            silent=silent,
            login_hint=asked.login_hint,
            ui_locales=asked.ui_locales[:100],
            form_targets=(origin_of(asked.redirect_uri),),
            reply={
                "client_id": client.client_id,
                "redirect_uri": asked.redirect_uri,
                "response_mode": mode,
                "state": asked.state,
                "nonce": asked.nonce,
                "scopes": sorted(asked.scopes),
                "code_challenge": asked.code_challenge,
                "id_token_claims": sorted(claims.id_token),
                "hint": hint,
                "pushed": asked.pushed,
                "dpop_jkt": asked.dpop_jkt,
                "resources": list(asked.resources),
            },
        )

    @staticmethod
    def _wanted_acr(values: str) -> str | None:
        """Return the first value we can reach, if it is more than a password. Unknown ones are ignored: acr_values is voluntary."""
        known = [value for value in values.split(" ") if value in ACR_ORDER]
        return known[0] if known and known[0] != ACR_ORDER[0] else None

    def _hinted(self, asked: AuthorizationRequest, client: Client) -> str:
        """Return the subject of the hint; a genuine but expired one counts. The door holds the answer to it. OIDC Core §3.1.2.1."""
        try:
            hint = claims_of_hint(self.keys.signer, asked.id_token_hint)
        except BadToken as error:
            raise InvalidRequest("id_token_hint is not one of our ID tokens", param="id_token_hint") from error
        if hint.get("aud") != client.client_id:
            raise InvalidRequest("id_token_hint belongs to another client", param="id_token_hint")
        return str(hint["sub"])

    async def _is_someone_else(self, request: Request, hint: str, client: Client) -> bool:
        """True when another person is signed in than the one the client expects: then that one must sign in."""
        session = await self.sessions.peek(request)
        if session is None:
            return False
        return await self.people.subject(session.person, self.registry.now.sector_of(client)) != hint

    def routes(self) -> list[Route]:
        return [Route("/authorize", self.__call__, methods=["GET", "POST"])]
