"""The dynamic configuration of one connector for Traefik. tests/peers runs it in a real Traefik."""

from __future__ import annotations

import re

from connectors.apps.forward_auth.settings import EXAMPLE_UPSTREAM, OUR_WORDS, ForwardAuthSettings
from connectors.apps.forward_auth.spellings import other_spellings

TRAEFIK = """\
http:
  routers:
    {name}:
      rule: "Host(`{hostname}`)"
      middlewares: [{name}-host, {name}-gerbang, {name}-bersih]
      service: {name}{tls}
    {name}-gapura:
      rule: "Host(`{hostname}`) && (Path(`/_gapura/kembali`) || Path(`/_gapura/keluar`))"
      priority: 1000
      middlewares: [{name}-host]
      service: {name}-gapura{tls}
  middlewares:
    {name}-host:   # before the check: it fixes the host, and takes away what only the gate may set
      headers:
        customRequestHeaders:
          X-Gapura-Host: "{host}"
{stripped}    {name}-gerbang:
      forwardAuth:
        address: "{issuer}/gerbang/periksa"
        trustForwardHeader: false   # true would let the browser name its own path
        authResponseHeaders: [{given}]   # never a pattern: only these are removed first
    {name}-bersih:
      headers:
        customRequestHeaders:
{removed}  services:
    {name}:
      loadBalancer:
        servers: [{{url: "{upstream}"}}]
    {name}-gapura:
      loadBalancer:
        passHostHeader: false
        servers: [{{url: "{issuer}"}}]
"""


def traefik(settings: ForwardAuthSettings, issuer: str) -> str:
    """Return a file for the file provider. A header with an empty value is removed."""
    stripped = [spelled for name in settings.owned for spelled in (name, *other_spellings(name))]
    return TRAEFIK.format(
        name=re.sub(r"[^a-z0-9]+", "-", settings.host.lower()).strip("-"),
        hostname=settings.host.partition(":")[0],
        host=settings.host,
        tls="" if settings.base_url.startswith("http:") else "\n      tls: {}",
        issuer=issuer,
        stripped=_lines(stripped),
        given=", ".join(settings.given),
        removed=_lines(OUR_WORDS),
        upstream=settings.upstream or EXAMPLE_UPSTREAM,
    )


def _lines(names: tuple[str, ...] | list[str]) -> str:
    return "".join(f'          {name}: ""\n' for name in names)
