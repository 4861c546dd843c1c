"""`gapura doctor`: what an operator should know before citizens do. Each problem names the command or setting that fixes it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connectors.apps.forward_auth.settings import ForwardAuthSettings
from connectors.apps.saml.settings import SamlSettings, certificate_warnings
from connectors.registry import PROXY_KINDS
from hub.bridge.doctor import problems_of
from hub.certificates import client_certificates
from hub.resources import MASTER_KEY_FILE, Resources, database_url, open_resources
from hub.settings import Settings, SettingsError
from hub.storage.sql.migrate import pending
from idp.applications.models import Client, ConnectorRow
from idp.client_auth.authenticate import METHODS, methods_of
from kit.expiring import ExpiringStore, StoreUnavailable

MARKS = {"ok": "✓", "note": "·", "problem": "✗"}
KEY_AGE_NOTE = 180 * 86400
WHY = {
    "maxmemory-policy": "a server that forgets keys brings back sessions and tokens that were ended",
    "appendonly": "after a restart, sessions and tokens that were ended are back",
}


@dataclass(frozen=True, slots=True)
class Finding:
    level: str  # ok, note, problem
    check: str
    text: str
    fix: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.level]

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


async def examine(settings: Settings) -> list[Finding]:
    """Return every finding. Nothing is changed."""
    found = [*_of_settings(settings)]
    steps = await pending(database_url(settings))
    if steps:
        return [*found, Finding("problem", "schema", f"{len(steps)} migrations are missing", "gapura migrate")]
    found.append(Finding("ok", "schema", "up to date"))
    try:
        async with open_resources(settings) as resources:
            found += [finding async for finding in _of_resources(resources)]
    except SettingsError as error:
        found.append(Finding("problem", "resources", str(error)))
    return found


def _of_settings(settings: Settings) -> list[Finding]:
    found = [Finding("ok", "issuer", settings.issuer)]
    if settings.environment != "production":
        found.append(Finding("note", "environment", f"{settings.environment}: not for citizens", "environment = 'production'"))
    folder = settings.storage.data_dir
    if folder.exists():
        free = shutil.disk_usage(folder).free // 2**20
        level = "ok" if free > 1024 else "problem"
        found.append(Finding(level, "disk", f"{free} MiB free", "" if level == "ok" else f"make room on the disk of {folder}"))
        key = folder / MASTER_KEY_FILE
        if key.exists():
            open_to_others = key.stat().st_mode & 0o077
            found.append(
                Finding("problem", "master key", "readable by others", f"chmod 600 {key}")
                if open_to_others
                else Finding("ok", "master key", "file is private")
            )
    if settings.server.trusted_proxies == () and settings.secure:
        found.append(
            Finding("note", "proxies", "no proxy is trusted: every request counts as coming from its peer", "server.trusted_proxies")
        )
    found.extend(
        Finding("note", "outbound", f"{pair} may be reached although it is not public", "outbound.allow")
        for pair in settings.outbound.allow
    )
    return found


async def _of_resources(resources: Resources) -> AsyncIterator[Finding]:
    stores = resources.stores
    started = time.perf_counter()
    people = await stores.people.count()
    yield Finding("ok", "database", f"answers in {(time.perf_counter() - started) * 1000:.0f} ms; {people} people")
    try:
        await resources.expiring.ping()
        yield Finding("ok", "expiring store", "answers")
        if resources.settings.storage.expiring_url not in ("", "memory"):
            for finding in await _of_redis(resources.expiring):
                yield finding
    except StoreUnavailable as error:
        yield Finding("problem", "expiring store", str(error), "start Redis or check storage.expiring_url")
    keys = await stores.keys.all()
    for alg in ("ES256", "RS256"):
        active = [key for key in keys if key.alg == alg and key.state == "active"]
        if not active:
            yield Finding("problem", "signing keys", f"no active {alg} key", f"gapura keys rotate --alg {alg}")
        elif resources.clock.now() - active[0].changed_at > KEY_AGE_NOTE:
            yield Finding("note", "signing keys", f"{alg} has signed for more than 180 days", f"gapura keys rotate --alg {alg}")
        else:
            yield Finding("ok", "signing keys", f"{alg} {active[0].kid} is active")
    for chain, report in (
        ("audit", await stores.audit.verify()),
        ("consent", await stores.consent.verify()),
        ("disclosures", await stores.disclosures.verify()),
    ):
        yield (
            Finding("ok", f"{chain} chain", f"{report.rows} rows follow from each other")
            if report.intact
            else Finding(
                "problem", f"{chain} chain", f"broken at row {report.broken_at}: {report.reason}", "gapura audit verify; restore a backup"
            )
        )
    clients = await stores.registry.clients()
    for finding in (*_of_clients(clients), *_of_certificates(resources.settings, clients)):
        yield finding
    for token in await stores.registrations.all():
        if token.works(resources.clock.now()):
            text = f"open for {token.quota - token.used} more clients{', which may leave PKCE out' if token.policy.pkce_optional else ''}"
            yield Finding("note", f"registration {token.prefix}", text, f"gapura registration tokens revoke {token.id}")
    connectors = [one for one in await stores.registry.connectors() if one.enabled]
    gated = [one for one in connectors if one.kind in PROXY_KINDS]
    if gated and not resources.settings.gate.trusted_proxies:
        text = f"{gated[0].application} is behind the gate, but no proxy may ask about it"
        yield Finding("problem", "gate", text, "gate.trusted_proxies")
    for connector in connectors:
        if connector.kind == "forward_auth":
            yield await _of_upstream(connector)
        if connector.kind == "form_login":
            wrong = await problems_of(connector, resources.settings, stores.vault)
            for text, fix in wrong:
                yield Finding("problem", f"bridge {connector.id}", text, fix)
            if not wrong:
                yield Finding("ok", f"bridge {connector.id}", "the older system may be reached")
        if connector.kind == "saml":
            for finding in _of_saml(connector, resources.clock.now()):
                yield finding
    if os.name == "posix" and resources.settings.storage.master_key is None and resources.settings.environment == "production":
        yield Finding("note", "master key", "lies beside the database; back both up apart", "storage.master_key")


def _of_clients(clients: Sequence[Client]) -> list[Finding]:
    """Report every exemption from PKCE: a note where it may be granted, a problem where it never counts. RFC 9700 §2.1.1."""
    found = []
    for client in (one for one in clients if one.enabled):
        if client.may_omit_pkce:
            found.append(Finding("note", f"client {client.client_id}", "may leave PKCE out", "take pkce_optional away once it sends S256"))
        elif client.pkce_optional:
            why = "a public client" if client.public else f"the profile {client.profile}"
            found.append(Finding("problem", f"client {client.client_id}", f"pkce_optional is not for {why}", "take pkce_optional away"))
    return found


def _of_certificates(settings: Settings, clients: Sequence[Client]) -> list[Finding]:
    """Report a client that needs a certificate which cannot reach us here, or not be judged. RFC 8705."""
    usable = methods_of(client_certificates(settings.server))
    way_in = "server.client_cert_header with server.trusted_proxies, or server.tls_certificate; and server.tls_client_ca"
    return [
        Finding("problem", f"client {client.client_id}", f"{client.auth_method} cannot be used here", way_in)
        for client in clients
        if client.enabled and client.auth_method in METHODS and client.auth_method not in usable
    ]


async def _of_redis(store: ExpiringStore) -> list[Finding]:
    """Report what of the server's own configuration would bring back what was ended."""
    from hub.storage.expiring.redis import RedisStore  # only a deployment with Redis needs the package

    assert isinstance(store, RedisStore)
    unsafe = [line.split(" must be ") for line in await store.unsafe_settings()]
    fix = "redis-cli CONFIG SET {0} {1}, and the line `{0} {1}` in redis.conf"
    return [Finding("problem", "redis", f"{name} must be {value}: {WHY[name]}", fix.format(name, value)) for name, value in unsafe] or [
        Finding("ok", "redis", "keeps what it was told")
    ]


def _of_saml(connector: ConnectorRow, now: int) -> list[Finding]:
    """Report certificates of a service provider that have ended or soon will: then its next requests are signed with another key."""
    found = []
    for field, until in certificate_warnings(SamlSettings.model_validate(connector.settings), now):
        text = f"{field} {'ended' if until < now else 'ends'} on {datetime.fromtimestamp(until, UTC):%Y-%m-%d}"
        found.append(Finding("note", f"saml {connector.id}", text, "enter the metadata that the application has by then"))
    return found


async def _of_upstream(connector: ConnectorRow) -> Finding:
    """Report whether an application that believes headers can be reached past the gate (FA-10). A signed proof needs no closed network."""
    settings = ForwardAuthSettings.model_validate(connector.settings)
    name, fix = f"gate {connector.id}", "let it listen on 127.0.0.1, admit the proxy alone by firewall, or set proof_header"
    if settings.proof_header:
        return Finding("ok", name, "identity is signed")
    if not settings.upstream:
        return Finding("note", name, "not said where the proxy reaches the application", "set upstream, or proof_header")
    host = urlsplit(settings.upstream).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return Finding("note", name, f"upstream {host} has no address here", "correct upstream, or set proof_header")
    public = sorted({str(address[0]) for *_, address in found if ipaddress.ip_address(address[0]).is_global})
    if public:
        return Finding("problem", name, f"upstream {', '.join(public)} is public: whoever reaches it can be anybody", fix)
    return Finding("ok", name, f"upstream {host} is not public")
