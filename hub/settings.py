"""Every setting of a deployment: one TOML file, overridden by the environment, read once and frozen.

`issuer` in the file is `GAPURA_ISSUER` in the environment; `[storage] database_url` is `GAPURA_STORAGE__DATABASE_URL`. A name ending in
`_FILE` reads the value from that file (secrets of a container platform). A key that is not known is an error that says which known
one is meant. What each setting does: docs/settings.md.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from idp.settings import IdpSettings

PREFIX = "GAPURA_"
CONFIG_VARIABLE = "GAPURA_CONFIG"


class SettingsError(Exception):
    """The settings cannot be used. The message names the setting and says what to change."""


class Slice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(Slice):
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=64, description="Worker processes on this machine")
    replicas: int = Field(1, ge=1, description="How many machines run this deployment; above 1 needs PostgreSQL and Redis")
    trusted_proxies: tuple[str, ...] = Field((), description="Networks whose X-Forwarded-For is believed; none by default")
    client_cert_header: str = Field("", description="Header in which trusted proxies hand on the client's certificate; empty: none is read")
    mtls_base_url: str = Field("", description="Address where clients are asked for certificates, when it is not the issuer's")
    tls_certificate: str = Field("", description="Certificate chain (PEM) when no proxy ends TLS; empty: plain HTTP behind a proxy")
    tls_key: str = Field("", description="Private key (PEM) of tls_certificate")
    tls_client_ca: str = Field("", description="Authorities (PEM) that issue certificates of clients; tls_client_auth needs them")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value


class StorageSettings(Slice):
    data_dir: Path = Field(Path("data"), description="Folder of the embedded files and of generated keys")
    database_url: str = Field("", description="postgresql+asyncpg://…; empty: the embedded SQLite file in data_dir")
    expiring_url: str = Field("", description="redis://…; empty: the embedded SQLite file in data_dir; memory: for tests")
    master_key: SecretStr | None = Field(None, description="32 bytes in base64url; wraps the data keys. Embedded: generated in data_dir")


class GateSettings(Slice):
    trusted_proxies: tuple[str, ...] = Field((), description="Networks of the reverse proxies that may ask /gerbang/periksa")


class BridgeSettings(Slice):
    host: str = Field("127.0.0.1", description="Address that `gapura bridge` listens on")
    port: int = Field(8010, ge=1, le=65535, description="Port that `gapura bridge` listens on")
    hub: str = Field("", description="Where the bridge reaches the hub, http://127.0.0.1:8000; empty: the issuer")


class LdapSettings(Slice):
    host: str = Field("127.0.0.1", description="Address on which `gapura ldap` listens")
    port: int = Field(636, ge=0, le=65535, description="Port of LDAPS; 0: none")
    start_tls_port: int = Field(389, ge=0, le=65535, description="Port of LDAP, where nothing is answered before StartTLS; 0: none")
    tls_certificate: str = Field("", description="Certificate chain (PEM) of the directory; `gapura ldap` needs it")
    tls_key: str = Field("", description="Private key (PEM) of ldap.tls_certificate")
    connections: int = Field(1000, ge=1, le=20000, description="Most connections at one time")
    connections_per_address: int = Field(200, ge=1, le=20000, description="Most of them from one address (of IPv6, from one /64)")


class OutboundSettings(Slice):
    allow: tuple[str, ...] = Field((), description="host:port that may be reached although its address is not public")
    ca_file: str = Field("", description="Extra CA certificates (PEM) that outbound TLS trusts")


class RegencySettings(Slice):
    name: str = Field("Kabupaten Trenggalek", description="Name under the gate")
    theme: str = Field("", description="Theme of gapura.css; empty: soga and wedel")
    phone: str = Field("+62355000000", description="Help line, E.164")
    phone_display: str = Field("(0355) 000 000", description="Help line as printed")
    whatsapp: str = Field("+6286000009000", description="WhatsApp number, E.164")
    whatsapp_display: str = Field("0860 0000 9000", description="WhatsApp number as printed")
    dpo: str = Field("", description="How people reach the data protection officer, as printed; empty: the help line")


class Settings(BaseSettings):
    """The root slice. `environment` decides what is refused: production refuses everything unsafe (UX OP-3)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid")

    issuer: str = Field("http://localhost:8000", description="The one address of this provider; https in production")
    environment: Literal["production", "development", "demo"] = Field("production", description="What may be switched on")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level written to the log")
    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    idp: IdpSettings = IdpSettings()
    gate: GateSettings = GateSettings()
    bridge: BridgeSettings = BridgeSettings()
    ldap: LdapSettings = LdapSettings()
    outbound: OutboundSettings = OutboundSettings()
    regency: RegencySettings = RegencySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands over the file; there are no other sources. `NAME_FILE` variables were read by `load`."""
        if isinstance(env_settings, EnvSettingsSource):
            known = known_keys()
            env_settings.env_vars = {
                name: value for name, value in env_settings.env_vars.items() if not name.endswith("_file") or _key_of(name.upper()) in known
            }
        return env_settings, init_settings

    @property
    def secure(self) -> bool:
        return self.issuer.startswith("https://")

    @property
    def embedded(self) -> bool:
        return not self.storage.database_url or not self.storage.expiring_url


def known_keys(model: type[BaseModel] = Settings, prefix: str = "") -> dict[str, str]:
    """Return every setting as dotted key -> description."""
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.update(known_keys(kind, f"{prefix}{name}."))
        else:
            found[prefix + name] = field.description or ""
    return found


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _refuse_unknown(keys: Iterable[str], where: str, known: Mapping[str, str]) -> None:
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{where}: unknown setting {key}{hint}")


def _environment_files(environment: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that `NAME_FILE` variables stand for."""
    found: dict[str, str] = {}
    for name, path in environment.items():
        key = _key_of(name.removesuffix("_FILE"))
        if name.startswith(PREFIX) and name.endswith("_FILE") and key in known and _key_of(name) not in known:
            try:
                found[name.removesuffix("_FILE")] = Path(path).read_text().strip()
            except OSError as error:
                raise SettingsError(f"{name}: cannot read {path}") from error
    return found


def _key_of(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower().replace("__", ".")


def load(path: Path | None = None, **overrides: Any) -> Settings:
    """Return the settings from the TOML file (default: $GAPURA_CONFIG, or none), the environment over it, and checked."""
    known = known_keys()
    chosen = path or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    data: dict[str, Any] = {}
    if chosen is not None:
        try:
            data = tomllib.loads(chosen.read_text())
        except OSError as error:
            raise SettingsError(f"{chosen}: cannot be read") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{chosen}: not TOML: {error}") from error
        _refuse_unknown(_flat(data), str(chosen), known)
    from_files = _environment_files(os.environ, known)
    variables = [n for n in os.environ if n.startswith(PREFIX) and n != CONFIG_VARIABLE and n.removesuffix("_FILE") not in from_files]
    _refuse_unknown((_key_of(name) for name in variables), "environment", known)
    for name, value in from_files.items():
        _place(data, _key_of(name), value)
    for key, value in overrides.items():
        _place(data, key.replace("__", "."), value)
    try:
        settings = Settings(**data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingsError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    check(settings)
    return settings


def _place(data: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
    data[last] = value


def is_local(host: str) -> bool:
    """True for names and addresses that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check(settings: Settings) -> None:
    """Refuse what would be unsafe or half-way; the message names the setting to change (UX OP-3)."""
    parts = urlsplit(settings.issuer)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment or settings.issuer.endswith("/"):
        raise SettingsError("issuer: must be an absolute URL without query, fragment or final slash")
    if parts.scheme == "http" and not is_local(host):
        raise SettingsError("issuer: must be https; http is for localhost only")
    if settings.environment == "demo" and parts.scheme == "https" and not is_local(host):
        raise SettingsError("issuer: the demo refuses a public https issuer; use http://localhost")
    if settings.environment == "demo" and not is_local(settings.server.host):
        raise SettingsError("server.host: the demo listens on this machine alone, everybody in it has one printed password; use 127.0.0.1")
    if settings.environment == "production" and parts.scheme == "http":
        raise SettingsError("issuer: production needs https; set environment = 'development' to work on localhost")
    if settings.idp.sandbox_code and settings.environment != "demo":
        raise SettingsError("idp.sandbox_code: only the demo may have a code that stands for every second factor")
    if settings.server.replicas > 1 and settings.embedded:
        raise SettingsError(
            "server.replicas: several machines need storage.database_url (PostgreSQL) and storage.expiring_url (Redis); set both or 1"
        )
    hub = urlsplit(settings.bridge.hub)
    if settings.bridge.hub and (hub.scheme not in ("https", "http") or not hub.hostname or hub.path or hub.query or hub.fragment):
        raise SettingsError("bridge.hub: must be http://host[:port] or https://host[:port] and nothing more")
    if hub.scheme == "http" and not is_local(hub.hostname or ""):
        raise SettingsError("bridge.hub: cookies and names travel there; must be https, or http on this machine")
    mtls = settings.server.mtls_base_url
    if mtls and (not mtls.startswith("https://") or mtls.endswith("/") or any(sign in mtls for sign in "?#")):
        raise SettingsError("server.mtls_base_url: must be an absolute https URL without query, fragment or final slash")
    if bool(settings.server.tls_certificate) != bool(settings.server.tls_key):
        raise SettingsError("server.tls_certificate: set it together with server.tls_key, or neither")
    if settings.server.client_cert_header and not settings.server.trusted_proxies:
        raise SettingsError("server.client_cert_header: only proxies in server.trusted_proxies are believed; name them, or leave it empty")
    if settings.server.workers > 1 and settings.storage.expiring_url == "memory":
        raise SettingsError("storage.expiring_url: memory belongs to one process; leave it empty or name a Redis")
    if settings.storage.expiring_url not in ("", "memory") and not settings.storage.expiring_url.startswith(
        ("redis://", "rediss://", "unix://", "redis+sentinel://")
    ):
        raise SettingsError("storage.expiring_url: must be redis://, rediss://, unix:// or redis+sentinel://")
    if settings.storage.database_url and not settings.storage.database_url.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite://")):
        raise SettingsError("storage.database_url: must be postgresql+asyncpg://…")
    if settings.storage.database_url.startswith("postgresql") and settings.storage.master_key is None:
        raise SettingsError("storage.master_key: with PostgreSQL the master key must be given (GAPURA_STORAGE__MASTER_KEY_FILE)")
