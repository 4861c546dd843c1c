"""What `gapura doctor` says of bridged applications: whether the bridge may reach them, and has a way to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from connectors.apps.form_login.settings import FormLoginSettings
from hub.settings import Settings
from idp.applications.models import ConnectorRow
from idp.vault import SERVICE, Vault
from kit.outbound import addresses_of, is_public


async def problems_of(connector: ConnectorRow, settings: Settings, vault: Vault) -> Sequence[tuple[str, str]]:
    """Return what is wrong, each with what puts it right."""
    own = FormLoginSettings.model_validate(connector.settings)
    found = await _reach(own, settings)
    if own.credential == "service":
        held = await vault.of(connector.id, SERVICE)
        fix = f"gapura bridge credential {connector.id} <user name>"
        if held is None:
            found.append(("nobody can sign in: the credential of the service is not there", fix))
        elif held.refused_at:
            found.append(("the older system refused the credential of the service", fix))
    return found


async def _reach(own: FormLoginSettings, settings: Settings) -> list[tuple[str, str]]:
    parts = urlsplit(own.upstream)
    pair = f"{parts.hostname}:{parts.port or {'https': 443, 'http': 80}[parts.scheme]}"
    try:
        found = await addresses_of(parts.hostname or "", parts.port or 80)
    except OSError:
        return [(f"upstream {parts.hostname} has no address here", "correct upstream")]
    if all(is_public(address) for address in found):
        plain = "whoever is on the way reads the passwords" if parts.scheme == "http" else ""
        return [(f"upstream {parts.hostname} is public, over http: {plain}", "https, or a private network")] if plain else []
    if pair not in settings.outbound.allow:
        return [(f"upstream {pair} is not public, so the bridge may not reach it", f'outbound.allow = ["{pair}"]')]
    return []
